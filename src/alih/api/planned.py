"""What a run would do, as values and in words; `alih plan` prints it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from alih.errors import AlihError
from alih.findings import Finding
from alih.runs.forecast import Budget, CellForecast, Forecast, budget, copies, forecast
from alih.runs.status import CellStatus, survey
from alih.statistics.groups import FEWEST
from alih.study.catalogue.sets import facts_of, target
from alih.study.checking.notes import oracle_notes, unusable
from alih.study.document.study import Study
from alih.study.planning import counts
from alih.study.planning.plan import replicates, replicates_of
from alih.study.planning.tuning import left_out
from alih.verdicts import until
from alih.verdicts.power import WORTH_TRYING, Power, power
from alih.verdicts.rounds import Stop
from alih.verdicts.settle import FEASIBLE, FEASIBLE_ITEMS, rounded
from alih.words import formats, layout, number, percent, say
from alih.words.phrase import in_english


@dataclass(frozen=True)
class UntilDecided:
    """What a run until decided may cost: replicates (with repeated k-fold: folds) of an arm at
    most, the cells beyond those that are planned now that it may come to, and their seconds.

    `expected_cells` and their seconds are what verdicts now project, None before there are any and
    for folds, of which nothing is projected; `next_cells` are those of the next round, where
    verdicts ask for one, and `stopped` is why they ask for none. Cells that copy an equal one do
    not count. Seconds are None while they are unknown.
    """

    most: int
    most_cells: int
    most_seconds: float | None
    expected_cells: int | None = None
    expected_seconds: float | None = None
    next_cells: int | None = None
    next_seconds: float | None = None
    stopped: Stop | None = None

    def said(self, study: Study) -> list[str]:
        """It in words."""
        if self.stopped is not None:
            return [until.stop_sentence(study, self.stopped)]
        folds = study.split.scheme == "repeated-kfold"
        values = {
            "most": say("api.plan.folds" if folds else "api.plan.replicates", n=self.most),
            "cells": self.most_cells,
            "time": layout.duration(self.most_seconds),
        }
        said = [say("api.plan.until" if self.most_seconds else "api.plan.until_unknown", **values)]
        if self.expected_cells is not None:
            time = layout.duration(self.expected_seconds)
            said.append(say("api.plan.until_expected", cells=self.expected_cells, time=time))
        elif self.next_cells is not None:
            time = layout.duration(self.next_seconds)
            said.append(say("api.plan.until_next", cells=self.next_cells, time=time))
        return said


@dataclass(frozen=True, repr=False)
class Plan:
    """What a run would do; printing it shows what `alih plan` shows.

    `cells` are in the order in which they run, each with its `state`, the `reason` and the
    `seconds` it still needs; `jobs` of them are computed at once. `seconds` is when the run will be
    done, None while the time of some cell is unknown. `power`, `budget`, `not_tuned` (arms that a
    tuned key does not apply to, by key), `smallest_subset` (images and classes of the smallest
    level of `train_images`), `features_bytes` and `findings` (files that no run could read, as far
    as some headers tell) are advice as values, `sentences()` the same in words.

    >>> import alih
    >>> planned = alih.plan("quickstart")
    >>> planned
    <Plan quickstart: 15 cells, 15 to run>
    >>> planned.cells[0].cell, planned.cells[0].state
    (PlannedCell(arm='plain', replicate=0, level=(('train_images', 1000),)), 'new')
    >>> planned.power[0].can_decide
    False
    """

    study: Study
    root: Path
    forecast: Forecast
    power: tuple[Power, ...]
    budget: Budget | None
    not_tuned: dict[str, list[str]]
    smallest_subset: tuple[int, int] | None
    features_bytes: int | None
    until_decided: UntilDecided | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def cells(self) -> tuple[CellForecast, ...]:
        """All cells."""
        return self.forecast.cells

    @property
    def jobs(self) -> int:
        """How many cells are computed at once."""
        return self.forecast.jobs

    @property
    def seconds(self) -> float | None:
        """Seconds until the run is done; None while the time of some cell is unknown."""
        return self.forecast.seconds

    def sentences(self) -> list[str]:
        """How long the run takes, and the advice, in the language in force."""
        until_decided = self.until_decided
        return [
            *_cost(self.forecast),
            *(
                say("study.not_tuned", key=key, arms=", ".join(arms))
                for key, arms in self.not_tuned.items()
            ),
            *_subset(self.smallest_subset),
            *(_features(self.features_bytes) if self.forecast.left else []),
            *(until_decided.said(self.study) if until_decided else _budget(self.budget)),
            *power_sentences(self.study, self.power),
            *map(str, self.findings),
            *map(str, oracle_notes(self.study)),
        ]

    def table(self) -> tuple[list[str], list[tuple[str, ...]]]:
        """Names of columns, and one row per cell, in the language in force."""
        names = [say(f"api.col.{key}") for key in ("cell", "state", "reason", "time")]
        return names, [
            (
                str(entry.cell),
                say(f"runs.state.{entry.state}"),
                entry.reason,
                layout.duration(entry.seconds),
            )
            for entry in self.cells
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `alih plan --json` and `alih status --json` print them.

        `seconds_left` is the time of all cells together, `seconds` that of the run.
        """
        left = self.forecast.left
        whole = len(self.forecast.known) == len(left)
        return {
            "study": self.study.name,
            "folder": self.root.as_posix(),
            "counts": dict(sorted(Counter(entry.state for entry in self.cells).items())),
            "seconds_left": sum(entry.seconds or 0.0 for entry in left) if whole else None,
            "seconds": self.seconds,
            "at_once": self.jobs,
            "features_bytes": self.features_bytes,
            "until_decided": asdict(self.until_decided) if self.until_decided else None,
            "not_tuned": self.not_tuned,
            "power": [entry.to_json() for entry in self.power],
            "findings": [finding.to_json() for finding in self.findings],
            "cells": [_cell_json(entry) for entry in self.cells],
        }

    def __str__(self) -> str:
        names, rows = self.table()
        return "\n".join([*layout.aligned(names, rows, [3]), "", *self.sentences()])

    def __repr__(self) -> str:
        left = len(self.forecast.left)
        return f"<Plan {self.study.name}: {len(self.cells)} cells, {left} to run>"

    def _repr_html_(self) -> str:
        names, rows = self.table()
        said = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences())
        return layout.html_table(names, rows) + said


def planned(
    study: Study, root: Path, statuses: Sequence[CellStatus], jobs: int | None = None
) -> Plan:
    """The plan of a study whose cells have these states."""
    from alih.features import sizes

    found = forecast(study, statuses, jobs)
    return Plan(
        study=study,
        root=root,
        forecast=found,
        power=power(study),
        budget=budget(study, statuses, jobs),
        not_tuned=left_out(study),
        smallest_subset=_smallest_subset(study),
        features_bytes=sizes.planned(study),
        until_decided=_until_decided(study, root, statuses, jobs),
        findings=tuple(unusable(study)) if found.left else (),
    )


def _until_decided(
    study: Study, root: Path, statuses: Sequence[CellStatus], jobs: int | None
) -> UntilDecided | None:
    """What further rounds of a study may cost; None where it has a fixed number of replicates."""
    if not study.until_decided or study.most is None:
        return None
    from alih.verdicts.compare import compare

    now, whole = {status.cell for status in statuses}, counts.whole(study)
    every = [state for state in survey(root, whole) if state.cell not in now]
    copied, computed = copies(study, every), until.computed_levels(study)
    seconds = forecast(study, [*statuses, *every], jobs).seconds
    found = UntilDecided(study.most, len(every) - len(copied), seconds)
    if any(status.state != "finished" for status in statuses):
        return found
    after = until.following(study, statuses, compare(root, record_look=False), jobs)
    if after.stop is not None:
        return replace(found, stopped=after.stop)
    had, costs = replicates_of(study), until.costs(study, statuses, jobs)

    def cost(counts: Mapping[str, int]) -> tuple[int, float]:
        added = {arm: max(0, counts.get(arm, 0) - count) for arm, count in had.items()}
        return sum(computed[arm] * count for arm, count in added.items()), costs.seconds(added)

    cells, seconds = cost(after.counts)
    found = replace(found, next_cells=cells, next_seconds=seconds)
    # Of each open arm the pair that needs the most, over all levels.
    open_ = {arm: pair for arm, pair in after.reasons.items() if after.states[arm] == "open"}
    if not all(pair.projected for pair in open_.values()):
        return found
    wanted = {arm: min(study.most, pair.seeds or study.most) for arm, pair in open_.items()}
    wanted[study.compare.baseline] = max(wanted.values())
    cells, seconds = cost(wanted)
    return replace(found, expected_cells=cells, expected_seconds=seconds)


def measure(study: Study, statuses: Sequence[CellStatus], jobs: int | None = None) -> None:
    """Time a few steps of each network that is still to train, on blank images, so that the plan
    knows what an epoch costs.

    Raises AlihError for data that is not understood or not here, and ModuleNotFoundError without
    torch.
    """
    from alih.models import devices
    from alih.runs import hardware
    from alih.training import timing

    recipes = [s.cell.recipe for s in statuses if s.state != "finished"]
    spec = target(study)
    facts = facts_of(spec, study.task)
    if facts is None or not recipes:
        return
    side, channels = spec.image_size or facts.image_size, spec.channels or facts.channels
    kind = devices.choose("auto")
    jobs = jobs or hardware.default_jobs(len(recipes), processes=study.processes)
    threads = hardware.threads(kind, jobs * study.processes)
    timing.measure(
        recipes, timing.Setting(kind, threads, facts.classes, (channels, side, side), study.task)
    )


def _cell_json(entry: CellForecast) -> dict[str, Any]:
    status = entry.status
    return {
        "cell": str(entry.cell),
        "arm": entry.cell.arm,
        "replicate": entry.cell.replicate,
        "at": entry.cell.at,
        "state": entry.state,
        "reason": status.why.key.removeprefix("runs.reason_"),
        "text": in_english(status.why),
        "epochs_done": status.epochs_done,
        "epochs": status.epochs,
        "seconds": status.seconds,
        "seconds_left": entry.seconds,
    }


def _smallest_subset(study: Study) -> tuple[int, int] | None:
    """The smallest level of `train_images` and the number of classes; None where it is not varied,
    or the classes are not known.
    """
    counts = [int(count) for count in study.vary.get("train_images", []) if count != "all"]
    if not counts or study.task != "classification":
        return None
    try:
        facts = facts_of(target(study))
    except AlihError:  # a finished study whose images are not here
        return None
    return None if facts is None else (min(counts), facts.classes)


def _subset(found: tuple[int, int] | None) -> list[str]:
    if found is None:
        return []
    images, classes = found
    each = images / classes
    digits = 0 if each >= 10 or each == int(each) else 1
    values = {"count": number(images, 0), "classes": classes, "each": number(each, digits)}
    return [say("api.plan.subset", **values)]


def _features(wanted: int | None) -> list[str]:
    """How much the study's activations will take in the cache; nothing where it keeps none, or
    where that is not known.
    """
    from alih.features.store import folder, limit

    if not wanted:
        return []
    key = "features" if wanted <= limit() else "features_beyond"
    sizes = {"size": layout.size(wanted), "limit": layout.size(limit())}
    return [say(f"api.plan.{key}", path=folder(), **sizes)]


def _cost(found: Forecast) -> list[str]:
    """How many cells are left and how long they may take, so many at once as a run computes; else
    what is not known.
    """
    left, known = found.left, found.known
    failed = [entry for entry in found.cells if entry.state in ("failed", "blocked")]
    said = [say("api.plan.failed", cells=len(failed))] if failed else []
    if not left:
        return said or [say("api.plan.nothing_left", cells=len(found.cells))]
    unknown = [entry for entry in left if entry.seconds is None]
    if not all(entry.solved for entry in unknown):
        return [say("api.plan.cost_unknown", cells=len(left)), *said]
    values = {
        "cells": len(left),
        "known": len(known),
        "time": layout.duration(found.wall),
        "jobs": found.jobs,
    }
    if unknown:
        key = "cost_partly" if known else "cost_of_solved"
    else:
        key = "cost" if found.jobs == 1 or len(left) == 1 else "cost_at_once"
    guessed = dict.fromkeys(entry.cell.arm for entry in known if entry.guessed)
    if guessed:
        said.insert(0, say("api.plan.guessed", arms=", ".join(guessed)))
    return [say(f"api.plan.{key}", **values), *said]


def _budget(found: Budget | None) -> list[str]:
    """With `budget`: the replicates, or else the epochs, that fit in it."""
    if found is None:
        return []
    values = {"budget": layout.duration(found.seconds), "planned": found.planned}
    if found.replicate is None:
        return [say("api.plan.budget_unknown", **values)]
    values["one"] = layout.duration(found.replicate)
    if found.replicates is not None:
        return [say("api.plan.budget_seeds", seeds=found.replicates, **values)]
    return [say("api.plan.budget_epochs", epochs=found.epochs, now=found.epochs_now, **values)]


def power_sentences(study: Study, found: Sequence[Power]) -> list[str]:
    """Power in words; of two replicates it is said what a third is worth, also where nothing else
    is known.
    """
    folds = study.split.scheme == "repeated-kfold"
    if not found and len(study.arms) > 1 and replicates(study) == 2 and not folds:
        return [say("api.plan.two_replicates")]
    return [_power(entry) for entry in found]


def _power(found: Power) -> str:
    metric = formats.metric_in_text(found.metric)
    if found.groups is not None and found.groups < FEWEST:
        return say("api.plan.few_groups", groups=found.groups, least=FEWEST)
    if found.items is None:
        return say("api.plan.one_replicate", metric=metric)
    margin = found.margin
    key = "can" if found.can_decide else "cannot_at_all" if margin is None else "cannot"
    first = say(
        f"api.plan.{key}",
        metric=metric,
        runs=say("api.plan.folds" if found.folds else "api.plan.replicates", n=found.replicates),
        items=number(found.items, 0),
        error=percent(found.assumed_error or 0.0, 0),
        points=_points(found.smallest_difference or 0.0),
        margin=number(100 * (margin or 0), 2),
    )
    grouped = []
    if found.difference_if_alike is not None:
        points = _points(found.difference_if_alike)
        grouped = [say("api.plan.groups", groups=found.groups, points=points)]
    return " ".join([first, *grouped, *_ways(found)])


def _ways(found: Power) -> list[str]:
    """What would make a plan decide, or decide about smaller differences: replicates as long as
    they help, then test images.
    """
    if found.folds:
        return [] if found.can_decide else [say("api.plan.more_folds")]
    needed = found.replicates_needed
    if not found.can_decide and needed is not None and needed <= FEASIBLE:
        return [say("api.plan.more_replicates", seeds=needed)]
    ways = []
    if not found.can_decide or found.replicates == 2:
        ways = [
            say("api.plan.sharper", seeds=count, points=_points(difference))
            for count, difference in found.more_replicates
        ]
    if found.can_decide:
        return ways
    items, seeds = found.items_needed, max(found.replicates, WORTH_TRYING[-1])
    if items is None or items > FEASIBLE_ITEMS:
        return [*ways, say("api.plan.too_small", items=number(FEASIBLE_ITEMS, 0))]
    return [*ways, say("api.plan.more_items", items=number(rounded(items), 0), seeds=seeds)]


def _points(difference: float) -> str:
    """Percentage points of a difference that rests on an assumed error: two digits, no more."""
    points = min(100.0, 100 * difference)
    return number(points, 0 if points >= 9.5 else 1 if points >= 0.95 else 2)
