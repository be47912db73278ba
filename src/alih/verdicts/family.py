"""The comparisons of one level of `vary`: which replicates are paired, one family for Holm, a look
per pair of arms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from alih import files
from alih.errors import AlihError
from alih.metrics import METRICS
from alih.statistics import verdicts
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.verdicts import interim as looks
from alih.verdicts.arm_runs import ArmRuns
from alih.verdicts.interim import Look


@dataclass(frozen=True)
class Judged:
    """Answers per arm and metric (None where nothing can be compared yet), the look at each arm,
    and those that cost something.

    A look whose verdict is `undecided` whatever the scores are (one replicate) costs nothing.
    """

    answers: dict[tuple[str, str], verdicts.Comparison | None]
    looks: dict[str, Look]
    charged: list[Look]


def judge(
    study: Study,
    runs: Mapping[str, ArmRuns],
    at: dict[str, Any],
    earlier: list[Look],
    asked: str | None = None,
) -> Judged:
    """Verdicts on all arms at one level, `earlier` looks being paid for. Raises AlihError for cells
    scored on other items.

    `asked`: the arm that the others are compared with, where it is not the study's baseline. Its
    pair with the baseline keeps the verdict that it has among the planned comparisons, the other
    way round. Every other pair is judged by itself, in a family of as many rows as were planned:
    its verdict depends on nothing but its scores, whichever other pairs are asked for before or
    after, and each of its rows can add level / planned to the chance of a false verdict.
    """
    first = study.compare.baseline
    arms = [arm for arm in runs if arm != first]
    planned = looks.largest_family(earlier, at, len(arms) * len(study.metrics))
    own = _judged(study, runs, at, earlier, (first, arms, planned))
    if asked in (None, first):
        return own
    further = {
        arm: _judged(study, runs, at, earlier, (asked, [arm], planned))
        for arm in arms
        if arm != asked
    }
    answers: dict[tuple[str, str], verdicts.Comparison | None] = {}
    for arm in runs:
        for metric in study.metrics if arm != asked else ():
            found = (
                own.answers[asked, metric] if arm == first else further[arm].answers[arm, metric]
            )
            answers[arm, metric] = verdicts.reversed_(found) if arm == first and found else found
    told = {first: own.looks[asked]} | {arm: part.looks[arm] for arm, part in further.items()}
    return Judged(
        answers, told, own.charged + [look for part in further.values() for look in part.charged]
    )


def _judged(
    study: Study,
    runs: Mapping[str, ArmRuns],
    at: dict[str, Any],
    earlier: list[Look],
    asked: tuple[str, list[str], int],
) -> Judged:
    """Verdicts on some arms against one, `asked`: that one, the arms, and the number of comparisons
    that Holm counts.
    """
    baseline, family = runs[asked[0]], asked[2]
    pairs = {arm: _paired(study, runs[arm], baseline) for arm in asked[1]}
    requests = {
        (arm, metric): request
        for arm, pair in pairs.items()
        for metric in study.metrics
        if (request := _request(study, runs[arm], baseline, metric, pair)) is not None
    }
    taken, later = {}, {}
    for arm, pair in pairs.items():
        allowed = _plan(study, runs[arm], baseline)
        data, names = _digest(study, (runs[arm], baseline), pair), (arm, baseline.arm)
        look = looks.upcoming(earlier, at, names, data, max(map(len, pair)), allowed)
        # A look that was taken keeps what it paid; a new one pays for its rows in the family of
        # today.
        share = look.share or look.level * len(study.metrics) / family
        taken[arm] = replace(look, family=look.family or family, share=share)
        later[arm] = looks.after(earlier, taken[arm], allowed)
    found = verdicts.judge(
        list(requests.values()),
        [taken[arm].level for arm, _ in requests],
        study.compare.level,
        [later[arm] for arm, _ in requests],
        family,
    )
    answers: dict[tuple[str, str], verdicts.Comparison | None] = dict.fromkeys(
        (a, m) for a in pairs for m in study.metrics
    )
    answers |= dict(zip(requests, found, strict=True))
    told = {arm: replace(look, verdicts=_given(answers, arm)) for arm, look in taken.items()}
    tested = dict.fromkeys(arm for (arm, _), request in requests.items() if request.testable)
    return Judged(answers, told, [told[arm] for arm in tested])


def _given(
    answers: Mapping[tuple[str, str], verdicts.Comparison | None], arm: str
) -> dict[str, str]:
    return {
        metric: answer.verdict
        for (name, metric), answer in answers.items()
        if name == arm and answer is not None
    }


def _plan(study: Study, arm: ArmRuns, baseline: ArmRuns) -> looks.Plan:
    """How often there will be something new: never where neither arm varies, `seeds_max` or all
    folds where that is known.
    """
    if study.split.scheme == "repeated-kfold":
        return looks.Plan(study.compare.level, plan.replicates(study))
    varies = arm.varies or baseline.varies
    return looks.Plan(study.compare.level, study.compare.seeds_max if varies else 1)


def _paired(study: Study, arm: ArmRuns, baseline: ArmRuns) -> tuple[list[int], list[int]]:
    """The replicates to compare, of each side; an arm that cannot differ by seed stands for itself
    in every pair.

    The folds of k-fold are pairs whatever varies. A pair in which either run is a copy of one that
    is in already is left out.
    """
    if (arm.varies and baseline.varies) or study.split.scheme == "repeated-kfold":
        seen: tuple[set[int], set[int]] = (set(), set())
        both = []
        for replicate in sorted(arm.cells.keys() & baseline.cells.keys()):
            firsts = arm.first[replicate], baseline.first[replicate]
            if not any(first in known for first, known in zip(firsts, seen, strict=True)):
                both.append(replicate)
                for first, known in zip(firsts, seen, strict=True):
                    known.add(first)
        return both, both
    mine, theirs = arm.distinct, baseline.distinct
    return (mine if arm.varies else mine[:1]), (theirs if baseline.varies else theirs[:1])


def left_out(study: Study, arm: ArmRuns, baseline: ArmRuns) -> int:
    """How many pairs are not counted because they hold copies of runs that are."""
    if (arm.varies and baseline.varies) or study.split.scheme == "repeated-kfold":
        finished = len(arm.cells.keys() & baseline.cells.keys())
    else:
        finished = max(len(side.cells) if side.varies else 1 for side in (arm, baseline))
    return max(0, finished - max(map(len, _paired(study, arm, baseline))))


def _request(
    study: Study, arm: ArmRuns, baseline: ArmRuns, metric: str, pair: tuple[list[int], list[int]]
) -> verdicts.Request | None:
    _same_items(study, arm, baseline, pair)
    mine, theirs = arm.scores(study, metric, pair[0]), baseline.scores(study, metric, pair[1])
    if mine is None or theirs is None or (mine[1] is not None and max(map(len, pair)) < 2):
        return None
    wanted = study.compare.metrics.get(metric)
    return verdicts.Request(
        arm.arm,
        baseline.arm,
        metric,
        mine[0],
        theirs[0],
        higher_is_better=METRICS[metric].higher_is_better,
        margin=wanted.margin if wanted else None,
        varies_by_seed=arm.varies or baseline.varies,
        folds=mine[1],
        pseudo_values=METRICS[metric].kind == "set",
    )


def _same_items(
    study: Study, arm: ArmRuns, baseline: ArmRuns, pair: tuple[list[int], list[int]]
) -> None:
    """Raise when two cells that are compared were scored on other items: all cells, or with k-fold
    those of one fold.
    """
    cells = [(arm, r) for r in pair[0]] + [(baseline, r) for r in pair[1]]
    for runs, replicate in cells:
        first, other = (baseline, replicate) if study.split.scheme == "repeated-kfold" else cells[0]
        items, expected = runs.arrays[replicate]["item"], first.arrays[other]["item"]
        if not np.array_equal(items, expected):
            raise AlihError(
                "statistics.items_differ",
                path=runs.cells[replicate].path / "scores.npz",
                other=first.cells[other].path / "scores.npz",
                got=len(items),
                expected=len(expected),
            )


def _digest(study: Study, sides: tuple[ArmRuns, ArmRuns], pair: tuple[list[int], list[int]]) -> str:
    """A digest of the scores that enter an arm's verdicts, and of what is asked of them: another
    question is another look.
    """
    margins = {name: wanted.margin for name, wanted in study.compare.metrics.items()}
    names = sorted(own.arm for own in sides)
    # A pair without the study's baseline is one question, whichever of its arms is called the
    # baseline.
    baseline = study.compare.baseline if study.compare.baseline in names else names
    question = [baseline, study.metrics, study.compare.level, margins]
    entering = [
        own.cells[r] for own, replicates in zip(sides, pair, strict=True) for r in replicates
    ]
    scores = {folder.cell.path: folder.sums["scores.npz"] for folder in entering}
    return files.digest({"question": question, **scores})
