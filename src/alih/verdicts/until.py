"""A study folder that runs until it is decided: what its verdicts ask for next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from alih.errors import AlihError
from alih.runs import hardware
from alih.runs.status import CellStatus
from alih.statistics.groups import FEWEST
from alih.study.document.study import FIRST_SEEDS, Study
from alih.study.planning import counts as counting
from alih.study.planning import plan
from alih.study.planning.plan import cells, levels, replicates, replicates_of
from alih.verdicts import rounds_file
from alih.verdicts.result import Comparison, ComparisonRow
from alih.verdicts.rounds import Costs, Pair, Round, Stop, next_round
from alih.verdicts.settle import rounded
from alih.words import layout, number, say


def following(
    study: Study, statuses: Sequence[CellStatus], comparison: Comparison, jobs: int | None = None
) -> Round:
    """The next round of a study whose cells have these states, or why there is none."""
    assert study.most is not None
    counts = replicates_of(study)
    return next_round(
        [_pair(row) for row in comparison.decisive],
        counts,
        study.compare.baseline,
        most=study.most,
        step=counting.step(study),
        costs=costs(study, statuses, jobs),
        failed=any(status.state != "finished" for status in statuses),
    )


def costs(study: Study, statuses: Sequence[CellStatus], jobs: int | None = None) -> Costs:
    """What a replicate of each arm costs, from the cells that have finished; arms of which none has
    are taken to cost what the others do. Copies of equal cells at other levels cost nothing.
    """
    spent: dict[str, list[float]] = {}
    copied = plan.copied(study)
    for status in statuses:
        if (
            status.state == "finished"
            and status.seconds
            and (status.cell.arm, status.cell.slug) not in copied
        ):
            spent.setdefault(status.cell.arm, []).append(status.seconds)
    every = [seconds for own in spent.values() for seconds in own]
    mean = sum(every) / len(every) if every else 0.0
    computed = computed_levels(study)
    each = {
        arm: computed[arm] * (sum(own) / len(own) if own else mean)
        for arm in study.arms
        if (own := spent.get(arm, [])) is not None
    }
    at_once = jobs or hardware.default_jobs(at_most(study), processes=study.processes)
    left = None if study.budget is None else study.budget - sum(every) / at_once
    return Costs(each, at_once, left)


def at_most(study: Study) -> int:
    """How many cells a round has at most: those of every arm at every level of `vary`."""
    return len(study.arms) * len(levels(study)) * counting.step(study)


def computed_levels(study: Study) -> Counter[str]:
    """How many cells a further replicate of each arm computes: one a level of `vary`, but for
    copies and for arms that run once.
    """
    copied = plan.copied(study)
    return Counter(
        cell.arm
        for cell in cells(study)
        if cell.replicate == 0 and not cell.resolved.once and (cell.arm, cell.slug) not in copied
    )


def _pair(row: ComparisonRow) -> Pair:
    answer = row.answer
    if answer is None:
        return Pair(row.arm, False, 0, varies=False)  # a metric that these answers do not have
    needs = answer.needs
    return Pair(
        row.arm,
        answer.verdict != "undecided",
        answer.n_seeds,
        needs.seeds if needs else None,
        needs.items if needs else None,
        varies=answer.test != "items",
        copies=row.copies > 0,
        projected=answer.test not in ("corrected-resampled-t", "items-only"),
        few_groups=answer.n_groups is not None and answer.n_groups < FEWEST,
        spent=row.spent and answer.test != "items-only",  # one replicate costs no look
    )


def resumed(study: Study, root: Path, fresh: bool = False) -> Study:
    """The study with the replicates that rounds have given it in the folder `root`; with `fresh`
    with those of its first round, since rounds begin anew then.

    A folder that runs until decided stays one, unless a number of replicates is asked for
    (`--seeds`, which sets `until_decided`).
    """
    from alih.study.loading import load

    fixed = "until_decided" in study.model_fields_set and not study.until_decided
    if fixed or not (root / "study.yaml").exists():
        return study
    there = load(root)
    if not there.until_decided:
        return study
    had, first = replicates_of(there), replicates_of(study)
    taken = rounds_file.read(root) if fresh else None
    if taken and taken.rounds:
        begun = taken.rounds[0].seeds
        # The folder's own document says how many replicates there were in the end.
        if first == had:
            first = {arm: begun.get(arm, count) for arm, count in first.items()}
        had = first if study.until_decided else begun
    had = {arm: count for arm, count in had.items() if arm in study.arms}
    if not study.until_decided:
        compare = study.compare.model_copy(update={"seeds_max": there.most})
        study = study.model_copy(update={"until_decided": True, "compare": compare})
        first = dict.fromkeys(study.arms, min(had.values(), default=FIRST_SEEDS))
    most = study.most or max(first.values())
    counts = {arm: min(most, max(n, had.get(arm, n))) for arm, n in first.items()}
    return counting.with_counts(study, counts)


def refuse_small(study: Study, seconds: float | None) -> None:
    """Raise AlihError for a budget in which the first round has no room."""
    if study.until_decided and study.budget is not None and (seconds or 0.0) > study.budget:
        raise AlihError(
            "verdicts.budget_small",
            budget=layout.duration(study.budget),
            seconds=layout.duration(seconds),
            seeds=replicates(study),
        )


def sentences(study: Study, found: Round, taken: int) -> list[str]:
    """What a round found of each arm, and the next step with what it costs, or why there is
    none.
    """
    told, folds = [], study.split.scheme == "repeated-kfold"
    for arm, state in found.states.items():
        pair = found.reasons.get(arm)
        values = {"arm": study.label(arm), "most": study.most, "least": FEWEST}
        if pair and pair.seeds:
            values["seeds"] = pair.seeds
        if pair and pair.items:
            values["items"] = number(rounded(pair.items), 0)
        key: str = state
        if state == "open" and "seeds" in values and "items" not in values:
            key = "open_about"
        elif state == "most" and folds:
            key = "most_folds"
        told.append(say(f"verdicts.round.{key}", **values))
    return [say("verdicts.round.found", n=taken, arms="; ".join(told)), _next(study, found)]


def _next(study: Study, found: Round) -> str:
    if found.stop is not None:
        return stop_sentence(study, found.stop)
    before = replicates_of(study)
    more = [study.label(arm) for arm, count in found.counts.items() if count > before[arm]]
    key = "next_folds" if study.split.scheme == "repeated-kfold" else "next"
    time = layout.duration(found.seconds)
    return say(
        f"verdicts.round.{key}", seeds=max(found.counts.values()), arms=", ".join(more), time=time
    )


def stop_sentence(study: Study, stop: Stop) -> str:
    """Why there is no further round, in words."""
    budget = layout.duration(study.budget) if study.budget is not None else ""
    folds = study.split.scheme == "repeated-kfold" and stop == "hopeless"
    key = f"stop_{stop}{'_folds' if folds else ''}"
    return say(f"verdicts.round.{key}", most=study.most, budget=budget)
