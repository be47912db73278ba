"""What stored probabilities and tables say beyond the answers: calibration before and after
temperature scaling, thresholds for a sensitivity, accuracy by part of the test images.

What is fitted (temperature, threshold) is fitted on each run's validation images and then scored on
its test images once, by the same intervals as every other metric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from alih import words
from alih.evaluation import calibration, metrics, ranks
from alih.metrics import range_of
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.tables import Table
from alih.statistics.single import Summary, summarise
from alih.verdicts.arm_runs import ArmRuns, test_arrays
from alih.words import formats

if TYPE_CHECKING:
    import numpy as np

SENSITIVITIES = (0.90, 0.95, 0.99)
MOST_PARTS = 20
"""Values of a column up to which each is a part of the test images."""


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A group's runs, and what its runs answered to their validation images: per replicate
    probabilities [n, C] and labels [n], {} where they are not stored.
    """

    facts: Facts
    group: Group
    runs: ArmRuns
    validation: Mapping[int, tuple[np.ndarray, np.ndarray]]

    @property
    def fitted(self) -> bool:
        """Whether something can be fitted on validation images and scored on others."""
        return bool(self.validation)

    @cached_property
    def temperatures(self) -> dict[int, float]:
        """The temperature of each replicate."""
        return {r: calibration.temperature(*given) for r, given in self.validation.items()}

    @cached_property
    def scaled(self) -> ArmRuns:
        """The runs with their test probabilities divided by the temperature of each."""
        return replace(self.runs, arrays={r: self._scaled(r) for r in self.temperatures})

    def _scaled(self, replicate: int) -> dict[str, np.ndarray]:
        arrays = self.runs.arrays[replicate]
        table = calibration.rescaled(arrays["probability"], self.temperatures[replicate])
        rest = {name: values for name, values in arrays.items() if name != "brier"}
        return rest | {
            "probability": table,
            "confidence": table.max(axis=1),
            "log_loss": metrics.log_loss(table, arrays["label"]),
        }

    def thresholds(self, sensitivity: float) -> dict[int, float]:
        """The threshold of each replicate that has validation images of the positive class."""
        positive = self.runs.positive
        assert positive is not None
        return {
            r: calibration.threshold(
                ranks.score(probability, positive), label == positive, sensitivity
            )
            for r, (probability, label) in self.validation.items()
            if (label == positive).any()
        }

    def answered(self, thresholds: Mapping[int, float]) -> ArmRuns:
        """The runs as if they answered with the positive class from the threshold on."""
        import numpy as np

        positive = self.runs.positive
        assert positive is not None
        arrays = {}
        for r, least in thresholds.items():
            own = self.runs.arrays[r]
            found = ranks.score(own["probability"], positive) >= least
            arrays[r] = own | {"prediction": np.where(found, positive, 1 - positive)}
        return replace(self.runs, arrays=arrays)

    def score(self, runs: ArmRuns, metric: str, items: np.ndarray | None = None) -> Summary | None:
        """A metric of these runs with its 95 % interval, of some items only where they are given;
        None as in `ArmRuns.scores`, and for a single item or fold.
        """
        import numpy as np

        replicates = [r for r in self.runs.distinct if r in runs.arrays]
        scored = runs.scores(self.facts.study, metric, replicates)
        if scored is None:
            return None
        (matrix, division), together = scored, runs.together(replicates)
        if items is not None:
            every = np.unique(np.concatenate([runs.arrays[r]["item"] for r in replicates]))
            kept = np.isin(every, items)
            matrix, together = matrix[:, kept], None if together is None else together[kept]
            if division is not None:
                division = replace(division, fold=division.fold[:, kept])
        tested = matrix if division is None else matrix[division.fold >= 0]
        folds = 2 if division is None else np.unique(division.fold[division.fold >= 0]).size
        if matrix.shape[1] < 2 or folds < 2 or not np.isfinite(tested).all():
            return None
        return summarise(
            matrix,
            varies_by_seed=runs.varies,
            division=division,
            within=range_of(metric),
            groups=together,
        )


def evaluated(facts: Facts, groups: Sequence[Group]) -> list[Evaluated]:
    """The groups that have finished runs."""
    found = []
    for group in groups:
        cells = {cell.cell.replicate: cell for cell in group.done}
        if not cells:
            continue
        arrays = {replicate: test_arrays(cell) for replicate, cell in cells.items()}
        positive = facts.study.compare.positive_of(facts.classes)
        runs = ArmRuns(group.arm, cells, arrays, False, facts.test_groups, positive)
        validation = {}
        for replicate, cell in cells.items() if facts.study.protocol != "paper" else ():
            stored = (cell.arrays("probabilities") or {}).get("validation")
            label = cell.scores("validation").get("label")
            if stored is None or label is None or len(stored) != len(label):
                continue
            if "probability" in arrays[replicate]:
                validation[replicate] = stored, label
        found.append(Evaluated(facts, group, runs, validation))
    return found


def why_not_fitted(facts: Facts, groups: Sequence[Evaluated]) -> str:
    """Why nothing is fitted on validation images; empty where something is."""
    if any(one.fitted for one in groups):
        return ""
    paper = facts.study.protocol == "paper"
    return facts.say("fitted_on_test" if paper else "no_validation_kept")


def calibration_table(facts: Facts, groups: Sequence[Evaluated]) -> Table | None:
    """ECE and log loss as trained and after temperature scaling, with the temperature."""
    fitted = [one for one in groups if one.fitted]
    if not fitted:
        return None
    shown = ("ece", "log_loss")
    names = [formats.metric_name(metric) for metric in shown]
    columns = [facts.say("arm"), facts.say("temperature")]
    columns += [facts.say(key, metric=name) for name in names for key in ("before", "after")]
    rows = []
    for one in fitted:
        row = [one.group.label, _spread(list(one.temperatures.values()))]
        for metric in shown:
            row += [_cell(metric, one.score(runs, metric)) for runs in (one.runs, one.scaled)]
        rows.append(row)
    sizes = [len(label) for one in fitted for _, label in one.validation.values()]
    items = formats.count_span("images", sizes)
    note = f"{facts.say('calibration_note', items=items)} {_carried(facts, fitted)}"
    stem = f"calibration{_suffix(fitted)}"
    return Table(stem, facts.say("calibration_caption"), columns, rows, note=note)


def thresholds_table(facts: Facts, groups: Sequence[Evaluated]) -> Table | None:
    """For two classes what thresholds fitted for a sensitivity give on test images."""
    fitted = [one for one in groups if one.fitted and one.runs.positive is not None]
    if not fitted:
        return None
    rows, shown = [], ("sensitivity", "specificity")
    for one in fitted:
        plain = [_cell(metric, one.score(one.runs, metric)) for metric in shown]
        rows.append([one.group.label, facts.say("likeliest"), "–", *plain])
        for wanted in SENSITIVITIES:
            thresholds = one.thresholds(wanted)
            if thresholds:
                runs = one.answered(thresholds)
                told = [_cell(metric, one.score(runs, metric)) for metric in shown]
                spread = _spread(list(thresholds.values()))
                rows.append([one.group.label, f"≥ {words.percent(wanted, 0)}", spread, *told])
    positive = fitted[0].runs.positive
    counts = [int((y == positive).sum()) for one in fitted for _, y in one.validation.values()]
    values = {
        "positive": facts.classes[positive or 0],
        "validation": formats.span(counts),
        "step": words.percent(1 / max(1, min(counts)), 1),
        "carried": _carried(facts, fitted),
    }
    columns = [facts.say(key) for key in ("arm", "wanted_sensitivity", "threshold")] + [
        formats.metric_name(metric) for metric in shown
    ]
    caption = facts.say("thresholds_caption", positive=values["positive"])
    note = facts.say("thresholds_note", **values)
    return Table(f"thresholds{_suffix(fitted)}", caption, columns, rows, 2, note)


def parts_tables(facts: Facts, groups: Sequence[Evaluated]) -> list[Table]:
    """Accuracy by the values of each column that the table of items has, where these are few."""
    import numpy as np

    tables: list[Table] = []
    every = {int(i) for one in groups for own in one.runs.arrays.values() for i in own["item"]}
    told = [own for name, own in facts.item_columns.items() if name != "group"]
    for column, values in facts.item_columns.items():
        if column == "group" and values in told:  # the groups are such a column
            continue
        parts: dict[str, list[int]] = {}
        for item in sorted(every & values.keys()):
            parts.setdefault(values[item], []).append(item)
        if not 2 <= len(parts) <= MOST_PARTS:
            continue
        name = facts.say("parts_group") if column == "group" else column
        rows = []
        for value, items in sorted(parts.items()):
            scores = [
                _cell("accuracy", one.score(one.runs, "accuracy", np.array(items)))
                for one in groups
            ]
            rows.append([value or facts.say("parts_empty"), words.number(len(items), 0), *scores])
        columns = [name, facts.say("images"), *(one.group.label for one in groups)]
        caption = facts.say("parts_caption", column=name)
        note = facts.say("parts_note", carried=_carried(facts, groups))
        stem = f"accuracy-by-{len(tables) + 1}{_suffix(groups)}"
        tables.append(Table(stem, caption, columns, rows, note=note))
    return tables


def _cell(metric: str, found: Summary | None) -> str:
    if found is None:
        return "–"
    return f"{formats.value(metric, found.mean)}\n{formats.interval(metric, found.ci95)}"


def _spread(values: list[float]) -> str:
    """Mean ± standard deviation of small positive numbers."""
    mean = sum(values) / len(values)
    if len(values) < 2:
        return words.number(mean, 3)
    sd = (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5
    return f"{words.number(mean, 3)} ± {words.number(sd, 3)}"


def _carried(facts: Facts, groups: Sequence[Evaluated]) -> str:
    return facts.carried("test", [one.group for one in groups])


def _suffix(groups: Sequence[Evaluated]) -> str:
    return groups[0].group.slug.removeprefix(groups[0].group.arm)
