"""The comparisons of one level of `vary`: which replicates enter and which are paired, how they
share the level of error, a look per pair of arms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from alih import files
from alih.errors import AlihError
from alih.metrics import METRICS
from alih.runs.folder import CellFolder
from alih.statistics import graph, verdicts
from alih.statistics.intervals import Estimate, TwoWay
from alih.statistics.spending import Plan
from alih.statistics.uneven import LEAST, effective
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.recipes import TRAIN_IMAGES
from alih.verdicts import interim as looks
from alih.verdicts.arm_runs import ArmRuns
from alih.verdicts.interim import Look
from alih.verdicts.noise import noise_of
from alih.verdicts.result import Noise


@dataclass(frozen=True)
class Judged:
    """Answers per arm and metric (None where nothing can be compared yet), the look at each arm,
    those that cost something, and what chance does to each difference.

    A look whose verdict is `undecided` whatever the scores are (one replicate) costs nothing.
    """

    answers: dict[tuple[str, str], verdicts.Comparison | None]
    looks: dict[str, Look]
    charged: list[Look]
    noise: dict[tuple[str, str], Noise | None]


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
    way round. Every other pair is judged by itself, as one of as many arms as were planned: its
    verdict depends on nothing but its scores, whichever other pairs are asked for before or after,
    and it can add level / planned to the chance of a false verdict.
    """
    first = study.compare.baseline
    arms = [arm for arm in runs if arm != first]
    planned = max([len(arms), *(look.family for look in earlier if look.at == at)])
    own = _judged(study, runs, at, earlier, (first, arms, planned))
    if asked in (None, first):
        return own
    further = {
        arm: _judged(study, runs, at, earlier, (asked, [arm], planned))
        for arm in arms
        if arm != asked
    }
    answers: dict[tuple[str, str], verdicts.Comparison | None] = {}
    noise: dict[tuple[str, str], Noise | None] = {}
    for arm in runs:
        for metric in study.metrics if arm != asked else ():
            part, pair = (own, (asked, metric)) if arm == first else (further[arm], (arm, metric))
            found = part.answers[pair]
            answers[arm, metric] = verdicts.reversed_(found) if arm == first and found else found
            noise[arm, metric] = part.noise.get(pair)
    told = {first: own.looks[asked]} | {arm: part.looks[arm] for arm, part in further.items()}
    charged = own.charged + [look for part in further.values() for look in part.charged]
    return Judged(answers, told, charged, noise)


def _judged(
    study: Study,
    runs: Mapping[str, ArmRuns],
    at: dict[str, Any],
    earlier: list[Look],
    asked: tuple[str, list[str], int],
) -> Judged:
    """Verdicts on some arms against one, `asked`: that one, the arms, and how many arms share the
    level with them.

    Arms that were first looked at among fewer are a family of their own, whose level others that
    were added later do not change.
    """
    baseline, arms, planned = asked
    level = study.compare.level
    pairs = [_Pair.of(study, (runs[arm], runs[baseline]), at, earlier, planned) for arm in arms]
    answers: dict[tuple[str, str], verdicts.Comparison | None] = dict.fromkeys(
        (arm, metric) for arm in arms for metric in study.metrics
    )
    for family in dict.fromkeys(pair.look.family for pair in pairs):
        rows = [row for pair in pairs if pair.look.family == family for row in pair.rows(level)]
        found = verdicts.judge(rows, level)
        answers |= {(answer.arm, answer.metric): answer for answer in found}
    told = {pair.arm: pair.told(answers) for pair in pairs}
    noise = {
        (pair.arm, metric): noise_of(request)
        for pair in pairs
        for metric, (request, _) in pair.requests.items()
    }
    return Judged(answers, told, [told[pair.arm] for pair in pairs if pair.testable], noise)


@dataclass(frozen=True)
class _Pair:
    """Two arms with what can be asked about them: per metric a request and its estimate; the look
    at them, the looks before it, what was planned, and the weight of each metric at a new look.
    """

    arm: str
    requests: dict[str, tuple[verdicts.Request, Estimate]]
    look: Look
    earlier: list[Look]
    plan: Plan
    weights: dict[str, float]

    @classmethod
    def of(
        cls,
        study: Study,
        sides: tuple[ArmRuns, ArmRuns],
        at: dict[str, Any],
        known: list[Look],
        planned: int,
    ) -> _Pair:
        """The pair of an arm and its baseline, `planned` arms sharing the level."""
        arm, baseline = sides
        earlier = looks.history(known, at, [arm.arm, baseline.arm])
        question = _question(study, sides)
        used = _standing(study, sides, _used(study, sides, at), earlier, question)
        requests = {
            metric: (request, verdicts.estimate(request))
            for metric in study.metrics
            if (request := _request(study, arm, baseline, metric, used)) is not None
        }
        scores = _scores(sides, used)
        data = files.digest({"question": question, **scores})
        family = earlier[0].family if earlier else planned
        intended = looks.plan_of(earlier, _plan(study, sides, at))
        weights = graph.weights(study.metrics, family)
        for place, look in enumerate(earlier):
            if look.data == data:
                if look.plan is None:  # of older rules, when nothing was known beforehand of runs
                    requests = {name: _uninformed(*row) for name, row in requests.items()}
                return cls(arm.arm, requests, look, earlier[:place], intended, weights)
        new = Look(
            look=len(earlier) + 1,
            at=at,
            arms=sorted([arm.arm, baseline.arm]),
            data=data,
            question=files.digest({"question": question}),
            scores=sorted(map(_short, scores.items())),
            seen=used.replicates,
            plan=intended,
            family=family,
            share=0.0,
            metrics={},
        )
        wanted = {name: (weights[name], estimate) for name, (_, estimate) in requests.items()}
        finished, level = new.seen + left_out(study, arm, baseline), study.compare.level
        look = looks.spend(earlier, new, intended, finished, level, wanted)
        return cls(arm.arm, requests, look, earlier, intended, weights)

    @property
    def testable(self) -> bool:
        """Whether this look could decide anything, whatever the scores are."""
        return any(request.testable for request, _ in self.requests.values())

    def rows(self, level: float) -> list[verdicts.Row]:
        """The pair's rows in the family; none for metrics that the look at these scores was taken
        without, as when a file was gone that is back by now.
        """
        return [self._row(name, level) for name in self.requests if name in self.look.metrics]

    def _row(self, metric: str, level: float) -> verdicts.Row:
        (request, estimate), taken = self.requests[metric], [*self.earlier, self.look]
        weight = self.look.metrics[metric].weight
        after = looks.after(taken, metric, self.plan, level, estimate)
        # A look of today's rules may follow one of older rules, when rows weighed otherwise.
        more = self.weights[metric] / weight
        return verdicts.Row(
            request,
            estimate,
            weight,
            # Under earlier rules a row left all that it had.
            graph.kept(request.margin) if self.look.plan else 0.0,
            looks.spending(taken, metric),
            lambda part, seeds: after(more * part, seeds),
        )

    def told(self, answers: Mapping[tuple[str, str], verdicts.Comparison | None]) -> Look:
        """The look with the verdicts that it gave."""
        metrics = {
            name: replace(part, verdict=answer.verdict)
            for name, part in self.look.metrics.items()
            if (answer := answers[self.arm, name]) is not None
        }
        return replace(self.look, metrics=metrics)


def _uninformed(request: verdicts.Request, estimate: Estimate) -> tuple[verdicts.Request, Estimate]:
    """The row as it was estimated before runs had a prior and items groups, so that a verdict stays
    as given.
    """
    if request.groups is not None:
        request = replace(request, groups=None)
        estimate = verdicts.estimate(request)
    if isinstance(estimate, TwoWay):
        return request, replace(estimate, informed=False)
    return request, estimate


def _plan(study: Study, sides: tuple[ArmRuns, ArmRuns], at: Mapping[str, Any]) -> Plan:
    """How many replicates or folds are planned, one where neither arm varies; where the study runs
    until it is decided, how many there are at most.
    """
    arm, baseline = sides
    if not _folds(study) and not (arm.varies or baseline.varies):
        return Plan(1)
    if study.most is not None:
        return Plan(study.most, until_decided=True)
    counts = plan.replicates_of(study)
    fewest = planned(study, arm, baseline)
    if fewest < LEAST or not _unpaired_count(study, sides, at):
        return Plan(fewest)
    return Plan(effective(counts[arm.arm], counts[baseline.arm]))


def _folds(study: Study) -> bool:
    return study.split.scheme == "repeated-kfold"


def _unpaired_count(study: Study, sides: tuple[ArmRuns, ArmRuns], at: Mapping[str, Any]) -> bool:
    """Whether replicates that only one of two arms has say something about their difference.

    Not those of folds or of a level of `train_images`, which are scored after training on images of
    their own: what these are worth is known of pairs alone.
    """
    varying = all(own.varies for own in sides)
    return varying and not _folds(study) and at.get(TRAIN_IMAGES, "all") == "all"


def planned(study: Study, arm: ArmRuns, baseline: ArmRuns) -> int:
    """How many replicates or folds of a pair the study has: as many as the arm with fewer of them,
    where an arm that cannot differ by seed stands for itself in every pair.
    """
    counts = plan.replicates_of(study)
    varying = [own.arm for own in (arm, baseline) if own.varies or _folds(study)]
    return min((counts[name] for name in varying), default=1)


def _paired(study: Study, arm: ArmRuns, baseline: ArmRuns) -> tuple[list[int], list[int]]:
    """The replicates to compare, of each side; an arm that cannot differ by seed stands for itself
    in every pair.

    The folds of k-fold are pairs whatever varies. A pair in which either run is a copy of one that
    is in already is left out.
    """
    if (arm.varies and baseline.varies) or _folds(study):
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


@dataclass(frozen=True)
class _Used:
    """The replicates of both arms that enter a comparison; `shared`: how many of the first of each
    are pairs, None where all are.
    """

    mine: list[int]
    theirs: list[int]
    shared: int | None = None

    @property
    def replicates(self) -> int | float:
        """How many replicates of each arm they are worth."""
        if self.shared is None:
            return max(len(self.mine), len(self.theirs))
        return effective(len(self.mine), len(self.theirs))

    @property
    def pairs(self) -> int:
        return max(len(self.mine), len(self.theirs)) if self.shared is None else self.shared


def _used(study: Study, sides: tuple[ArmRuns, ArmRuns], at: Mapping[str, Any]) -> _Used:
    """The pairs of two arms, then the replicates that only one of them has finished, copies left
    out; the pairs alone where others do not count or an arm has fewer than `LEAST`.
    """
    pairs = _Used(*_paired(study, *sides))
    if not _unpaired_count(study, sides, at):
        return pairs
    both = sides[0].cells.keys() & sides[1].cells.keys()
    every = []
    for own in sides:
        known = {own.first[replicate] for replicate in both}
        alone = [r for r in own.distinct if r not in both and r not in known]
        every.append([*pairs.mine, *alone])
    mine, theirs = every
    if min(len(mine), len(theirs)) < LEAST or len(mine) == len(theirs) == pairs.pairs:
        return pairs
    return _Used(mine, theirs, pairs.pairs)


def _standing(
    study: Study,
    sides: tuple[ArmRuns, ArmRuns],
    used: _Used,
    earlier: Sequence[Look],
    question: list[Any],
) -> _Used:
    """What of `used` the verdict is about: where the last look has decided the primary metric,
    further replicates of one arm alone do not ask again, so that a verdict once given stands.
    """
    last = earlier[-1] if earlier else None
    part = last.metrics.get(study.primary) if last else None
    if last is None or used.shared is None or not part or part.verdict in (None, "undecided"):
        return used
    pairs = _Used(used.mine[: used.shared], used.theirs[: used.shared])
    if last.data == files.digest({"question": question, **_scores(sides, pairs)}):
        return pairs
    kept = []
    for own, replicates in zip(sides, (used.mine, used.theirs), strict=True):
        known = {_short(one): int(r) for r in replicates for one in _scored(own, r).items()}
        kept.append([r for name, r in known.items() if name in last.scores])
    mine, theirs = kept
    shared = sum(r in theirs for r in mine)
    asked = last.question == files.digest({"question": question})
    whole = len(mine) + len(theirs) == len(last.scores)
    if not (asked and whole and shared == used.shared):
        return used
    return _Used(mine, theirs, None if len(mine) == len(theirs) == shared else shared)


def left_out(study: Study, arm: ArmRuns, baseline: ArmRuns) -> int:
    """How many pairs are not counted because they hold copies of runs that are."""
    if (arm.varies and baseline.varies) or _folds(study):
        finished = len(arm.cells.keys() & baseline.cells.keys())
    else:
        finished = max(len(side.cells) if side.varies else 1 for side in (arm, baseline))
    return max(0, finished - max(map(len, _paired(study, arm, baseline))))


def _request(
    study: Study, arm: ArmRuns, baseline: ArmRuns, metric: str, used: _Used
) -> verdicts.Request | None:
    _same_items(study, arm, baseline, (used.mine, used.theirs))
    mine, theirs = arm.scores(study, metric, used.mine), baseline.scores(study, metric, used.theirs)
    if mine is None or theirs is None or (mine[1] is not None and used.pairs < 2):
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
        groups=baseline.together(used.theirs),
        shared=used.shared,
    )


def _same_items(
    study: Study, arm: ArmRuns, baseline: ArmRuns, pair: tuple[list[int], list[int]]
) -> None:
    """Raise when two cells that are compared were scored on other items: all cells, or with k-fold
    those of one fold.
    """
    cells = [(arm, r) for r in pair[0]] + [(baseline, r) for r in pair[1]]
    for runs, replicate in cells:
        first, other = (baseline, replicate) if _folds(study) else cells[0]
        items, expected = runs.arrays[replicate]["item"], first.arrays[other]["item"]
        if not np.array_equal(items, expected):
            raise AlihError(
                "statistics.items_differ",
                path=runs.cells[replicate].path / "scores.npz",
                other=first.cells[other].path / "scores.npz",
                got=len(items),
                expected=len(expected),
            )


def _question(study: Study, sides: tuple[ArmRuns, ArmRuns]) -> list[Any]:
    """What is asked of a pair: another question is another look."""
    margins = {name: wanted.margin for name, wanted in study.compare.metrics.items()}
    names = sorted(own.arm for own in sides)
    # A pair without the study's baseline is one question, whichever of its arms is called the
    # baseline.
    baseline = study.compare.baseline if study.compare.baseline in names else names
    positive = study.compare.positive
    told = [] if positive is None else [positive]
    return [baseline, study.metrics, study.compare.level, margins, *told]


def _scores(sides: tuple[ArmRuns, ArmRuns], used: _Used) -> dict[str, str]:
    """The checksums of the scores that enter a pair's verdicts, by the paths of their cells."""
    mine = [_scored(sides[0], replicate) for replicate in used.mine]
    theirs = [_scored(sides[1], replicate) for replicate in used.theirs]
    return {path: digest for one in (*mine, *theirs) for path, digest in one.items()}


def _scored(own: ArmRuns, replicate: int) -> dict[str, str]:
    folder = own.cells[replicate]
    return {str(folder.cell.path): folder.sums["scores.npz"]}


def name_of_scores(folder: CellFolder) -> str:
    """What looks call the scores of a finished cell (`Look.scores`)."""
    return _short((str(folder.cell.path), folder.sums["scores.npz"]))


def _short(one: tuple[str, str]) -> str:
    return files.digest(one)[:12]
