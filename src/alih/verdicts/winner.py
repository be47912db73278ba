"""Which run of a study is handed over: the arm that the verdict favours, and its best replicate, by
validation scores alone (law 1).

With two domains validation images are the source's, on which an arm that does not adapt is best:
there the choice is made without labels of the target (`choosing.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from alih.errors import AlihError
from alih.metrics import METRICS
from alih.runs.card import Card
from alih.runs.folder import CellFolder, StudyFolder, run_command
from alih.runs.identity import fits
from alih.runs.status import computed_data
from alih.study.document.compare import SELECTORS
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.verdicts import choosing
from alih.verdicts.choice import Candidate, Choice
from alih.verdicts.compare import compare
from alih.verdicts.result import ArmResult, Comparison, ComparisonRow
from alih.words import formats
from alih.words.phrase import Phrase, did_you_mean

FALLBACK = {"classification": ("accuracy", "log_loss"), "segmentation": ("iou_macro", "log_loss")}
"""What arms are ordered by where the primary metric was not scored on validation images."""
BY = SELECTORS[0]
"""What replicates are ordered by with two domains."""


@dataclass(frozen=True)
class Chosen:
    """A run and why it was taken: the `rule` by name, and sentences. `result` and `row` are those
    of its arm at its level; `row` is None for the baseline. `runs` are the arm's finished runs,
    `comparison` is what `alih compare` shows of the study.
    """

    cell: CellFolder
    study: Study
    rule: str
    why: Sequence[Phrase]
    result: ArmResult
    row: ComparisonRow | None
    runs: Mapping[int, CellFolder]
    comparison: Comparison


def choose(
    root: Path, arm: str | None = None, seed: int | None = None, level: str | None = None
) -> Chosen:
    """The run to hand over. It is a look at the verdicts.

    Args:
        root: The study folder.
        arm: The arm, instead of the one that the verdict favours.
        seed: The replicate, instead of the best one on validation images.
        level: The level, by its folder's name (`train_images=100`), where a study varies something.

    Returns:
        The run and the reasons.

    Raises:
        AlihError: Nothing has finished, an unknown arm, replicate or level, or several levels of
            which none is named.
    """
    from alih.study.loading import load

    folder = StudyFolder.open(root)
    study = load(folder.root)
    if arm is not None and arm not in study.arms:
        near = did_you_mean(arm, list(study.arms))
        raise AlihError("exported.unknown_arm", got=arm, known=", ".join(study.arms), near=near)
    runs = _finished(folder, study, level)
    if arm is not None and arm not in runs:
        raise AlihError("exported.arm_not_done", arm=arm, command=run_command(root))
    comparison = compare(folder.root)
    at = next(iter(next(iter(runs.values())).values())).cell.at
    rows = {row.arm: row for row in comparison.decisive if row.at == at}
    choice = next((one for one in comparison.selection if one.at == at), None)
    rule, why = ("named", _say("named", arm=arm)) if arm else ("", None)
    chosen = arm
    if chosen is None:
        chosen, rule, why = _favoured(study, runs, rows, choice)
    candidates = choice.runs(chosen) if choice else []
    replicate, how = _replicate(study, chosen, runs[chosen], seed, candidates)
    warning = _warning(chosen, replicate, candidates)
    reasons = [reason for reason in (why, how, warning) if reason is not None]
    result = comparison.result(chosen, at)
    run, row = runs[chosen][replicate], rows.get(chosen)
    return Chosen(run, study, rule, reasons, result, row, runs[chosen], comparison)


def _finished(
    folder: StudyFolder, study: Study, level: str | None
) -> dict[str, dict[int, CellFolder]]:
    """Finished runs of one level that hold weights, by arm and replicate."""
    cells, data = plan.cells(study), computed_data(folder, study)
    slugs = list(dict.fromkeys(cell.slug for cell in cells))
    if level is None and len(slugs) > 1:
        raise AlihError("exported.which_level", levels=", ".join(slugs))
    if level is not None and level not in slugs:
        known = ", ".join(slugs) if any(slugs) else "–"
        raise AlihError("exported.unknown_level", got=level, known=known)
    found: dict[str, dict[int, CellFolder]] = {}
    without = 0
    for cell in cells:
        own = folder.cell(cell)
        if cell.slug == (level or slugs[0]) and own.is_done and fits(own, study, data):
            if (own.path / "model.safetensors").is_file():
                found.setdefault(cell.arm, {})[cell.replicate] = own
            else:
                without += 1
    if not found:
        key = "no_weights" if without else "nothing_done"
        raise AlihError(f"exported.{key}", path=folder.root, command=run_command(folder.root))
    return found


def _favoured(
    study: Study,
    runs: Mapping[str, Mapping[int, CellFolder]],
    rows: Mapping[str, ComparisonRow],
    choice: Choice | None,
) -> tuple[str, str, Phrase]:
    """The arm, the rule, and the sentence. An arm that was decidedly worse, and one that learns
    from labels which the study does not grant, is never taken; one with collapsed runs only where
    there is no other.
    """
    baseline, primary = study.compare.baseline, study.primary
    able = [arm for arm in runs if not study.oracle(arm)]
    if not able:
        raise AlihError("exported.only_oracles", arms=", ".join(runs))
    decided = {
        arm: row.verdict
        for arm, row in rows.items()
        if row.answer is not None and row.answer.test != "items-only"
    }
    better = [arm for arm in able if decided.get(arm) == "better"]
    told = {"baseline": study.compare.baseline, "metric": _metric(primary)}
    if len(better) == 1:
        return better[0], "better", _say("better", arm=better[0], **told)
    left = better or [arm for arm in able if decided.get(arm) != "worse"]
    if len(left) == 1:
        rule = "only_one" if len(able) == 1 else "others_worse"
        return left[0], rule, _say(rule, arm=left[0], **told)
    if choice is not None:
        pick = choosing.pick(replace(choice, may=left), _selector(choice))
        if pick.arm is not None and pick.score is not None:
            told |= {"by": _selector_name(pick.selector), "n": len(better)}
            told["value"] = _value(pick.selector, pick.score)
            rule = "best_of_better_unlabelled" if better else "unlabelled"
            return pick.arm, rule, _say(rule, arm=pick.arm, **told)
        left = [arm for arm in left if not choice.rejected(arm)] or left
    means = _means(study, {arm: runs[arm] for arm in left})
    if means is None:
        arm = baseline if baseline in left else left[0]
        return arm, "unscored", _say("unscored", arm=arm, **told)
    metric, values = means
    arm = max(left, key=lambda name: _sign(metric) * values[name])
    told |= {"by": _metric(metric), "value": _value(metric, values[arm]), "n": len(better)}
    told["images"] = _images(study)
    replicated = any(len(own) > 1 for own in runs.values())
    rule = "best_of_better" if better else "undecided" if replicated else "one_replicate"
    return arm, rule, _say(rule, arm=arm, **told)


def _replicate(
    study: Study,
    arm: str,
    runs: Mapping[int, CellFolder],
    seed: int | None,
    candidates: Sequence[Candidate],
) -> tuple[int, Phrase | None]:
    """The best replicate on validation images (with two domains by a score without labels, of those
    that have not collapsed), or the one that is asked for.
    """
    if seed is not None:
        if seed not in runs:
            known = ", ".join(map(str, sorted(runs)))
            raise AlihError("exported.unknown_seed", arm=arm, got=seed, known=known)
        return seed, _say("replicate_named", replicate=seed)
    if len(runs) == 1:
        return next(iter(runs)), None
    n = len(runs)
    own = [one for one in candidates if one.replicate in runs]
    sound = [one for one in own if not one.rejected] or own
    scores = {one.replicate: one.scores.get(BY) for one in sound}
    best = choosing.best(scores, BY, study.primary)
    if best is not None:
        values = {"by": _selector_name(BY), "value": _value(BY, scores[best] or 0.0)}
        return best, _say("replicate_unlabelled", replicate=best, n=n, **values)
    runs = {one.replicate: runs[one.replicate] for one in sound} or runs
    for metric in scored_by(study):
        scored = {r: validation(cell.card, metric) for r, cell in runs.items()}
        known_ = {r: value for r, value in scored.items() if value is not None}
        if len(known_) == len(scored):
            best = max(sorted(known_), key=lambda r: _sign(metric) * known_[r])
            values = {"by": _metric(metric), "value": _value(metric, known_[best])}
            values["images"] = _images(study)
            return best, _say("replicate", replicate=best, n=n, **values)
    first = min(runs)
    return first, _say("replicate_unscored", replicate=first, n=n)


def _warning(arm: str, replicate: int, candidates: Sequence[Candidate]) -> Phrase | None:
    """That the run which is taken is one that no score without labels may choose."""
    reasons = [
        rejection.reason
        for one in candidates
        if one.replicate == replicate
        for rejection in one.rejected
    ]
    if not reasons:
        return None
    why = Phrase(f"verdicts.rejected.{reasons[0]}")
    return _say("rejected", arm=arm, replicate=replicate, why=why)


def validation(card: Card, metric: str) -> float | None:
    """A run's score on validation images; after a refit, which has none left, that of the chosen
    trial. None where it was not scored.
    """
    found = card.metrics.get("validation", {}).get(metric)
    if found is None and card.tune is not None:
        found = (card.tune.trials[card.tune.chosen].validation or {}).get(metric)
    return found


def _means(
    study: Study, runs: Mapping[str, Mapping[int, CellFolder]]
) -> tuple[str, dict[str, float]] | None:
    """The first metric that all runs were scored by on validation images, with each arm's mean."""
    for metric in scored_by(study):
        scored = {
            arm: [validation(cell.card, metric) for cell in own.values()]
            for arm, own in runs.items()
        }
        known = {arm: [v for v in own if v is not None] for arm, own in scored.items()}
        if all(len(known[arm]) == len(own) for arm, own in scored.items()):
            return metric, {arm: sum(own) / len(own) for arm, own in known.items()}
    return None


def scored_by(study: Study) -> Iterator[str]:
    """The primary metric and those that stand in for it, in their order."""
    yield from dict.fromkeys((study.primary, *FALLBACK[study.task]))


def _sign(metric: str) -> int:
    return 1 if METRICS[metric].higher_is_better else -1


def _selector(choice: Choice) -> str:
    return choice.picks[0].selector if choice.picks else BY


def _selector_name(selector: str) -> Phrase:
    return Phrase(f"verdicts.selector.{selector}")


def _images(study: Study) -> Phrase:
    """Which images validation scores are of: with two domains those of the source."""
    part = "validation" if isinstance(study.data, DataSpec) else "source_validation"
    return Phrase(f"exported.{part}_images")


def _metric(name: str) -> Phrase:
    return Phrase(f"reports.metric_{name}")


def _value(metric: str, value: float) -> Phrase:
    key = "exported.share" if metric in formats.FRACTIONS else "exported.number"
    return Phrase(key, {"value": value})


def _say(key: str, **values: Any) -> Phrase:
    return Phrase(f"exported.why.{key}", values)
