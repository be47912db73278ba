"""Verdicts: better, worse, same within a margin, or undecided, for a family of comparisons at once.

One false verdict in the whole family is allowed with probability `level`, over all looks together.
`graph` shares the level among arms × metrics, `spending` each row's part among its looks. The
interval shown is the one that agrees with the verdict: rows that are decided at the part that they
had by then (it excludes 0), all others at the part that they began with (it contains 0), and `same`
needs that interval inside ±margin, which is two one-sided tests (Schuirmann 1987) held at a level
that stays valid whatever was decided about other rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from alih.errors import AlihError
from alih.metrics import range_of
from alih.statistics import graph
from alih.statistics.groups import FEWEST, group_count
from alih.statistics.guards import guards, is_binary
from alih.statistics.intervals import (
    SMALLEST_P,
    Division,
    Estimate,
    Folds,
    TwoWay,
    check_finite,
    difference,
    folds,
    interval,
    p_value,
)
from alih.statistics.limits import FEW
from alih.statistics.spending import Spending, open_share
from alih.statistics.uneven import LEAST

Verdict = Literal["better", "worse", "same", "undecided"]
# An undecided row is told what would settle it with this probability, should the difference seen be
# the true one.
POWER = 0.8
POWER_QUANTILE = 0.8416
MOST_SEEDS = 200
MOST_ITEMS = 10_000_000
# Numbers of replicates that are tried together with more items, where replicates alone settle
# nothing.
BOTH = (5, 10, 20, 50)


@dataclass(frozen=True)
class Request:
    """Two arms' scores on the same items, and how to read them.

    `scores_arm`, `scores_baseline`: [S, N], one row per replicate; an arm that cannot differ by
    seed may have one row. For set-level metrics they are jackknife pseudo-values (`pseudo_values`).
    With `folds` a row is one repeat, with NaN for items that no fold has tested yet. `groups` [N]
    numbers the items that belong together. `shared`: both arms vary and have three replicates or
    more, of which only the first `shared` of each are pairs; without it, all are.
    """

    arm: str
    baseline: str
    metric: str
    scores_arm: np.ndarray
    scores_baseline: np.ndarray
    higher_is_better: bool = True
    margin: float | None = None
    varies_by_seed: bool = True
    folds: Division | None = None
    pseudo_values: bool = False
    groups: np.ndarray | None = None
    shared: int | None = None

    @property
    def n_groups(self) -> int | None:
        """How many groups the items come in; None where each stands for itself."""
        return None if self.groups is None else group_count(self.groups)

    @property
    def testable(self) -> bool:
        """Whether any verdict but `undecided` is possible: one run says nothing about the next one,
        and fewer than five groups say nothing about others.
        """
        if self.n_groups is not None and self.n_groups < FEWEST:
            return False
        if self.folds is not None:
            return True
        return (
            not self.varies_by_seed
            or max(len(np.atleast_2d(s)) for s in (self.scores_arm, self.scores_baseline)) > 1
        )


@dataclass(frozen=True)
class Needs:
    """What would settle an undecided comparison: this many replicates in total, or this many items,
    or both together. Items in groups come as so many `groups` in total.
    """

    seeds: int | None
    items: int | None
    groups: int | None = None


@dataclass(frozen=True)
class Comparison:
    """The answer to one request: `ci` misses the truth with probability `level` and agrees with the
    verdict, `ci95` is plain. `n_each`: the replicates of arm and baseline; `n_seeds` is the smaller
    number, or that of the arm that varies by seed.
    """

    arm: str
    baseline: str
    metric: str
    n_seeds: int
    n_items: int
    means: tuple[float, float]
    difference: float
    ci95: tuple[float, float]
    ci: tuple[float, float]
    level: float
    p: float
    p_adjusted: float
    verdict: Verdict
    probability_better: float | None
    needs: Needs | None
    test: str
    n_groups: int | None = None
    n_each: tuple[int, int] | None = None

    @property
    def uneven(self) -> tuple[int, int] | None:
        """The numbers of replicates of arm and baseline where both vary and they are unequal."""
        counts = self.n_each
        return counts if counts and counts[0] != counts[1] and min(counts) > 1 else None


def reversed_(answer: Comparison) -> Comparison:
    """The same answer with arm and baseline exchanged: nothing is tested anew."""
    mirrored: dict[Verdict, Verdict] = {"better": "worse", "worse": "better"}
    chance = answer.probability_better
    return replace(
        answer,
        arm=answer.baseline,
        baseline=answer.arm,
        means=answer.means[::-1],
        difference=0.0 - answer.difference,
        ci95=(0.0 - answer.ci95[1], 0.0 - answer.ci95[0]),
        ci=(0.0 - answer.ci[1], 0.0 - answer.ci[0]),
        verdict=mirrored.get(answer.verdict, answer.verdict),
        probability_better=None if chance is None else 1 - chance,
        n_each=answer.n_each and answer.n_each[::-1],
    )


@dataclass(frozen=True)
class Row:
    """One comparison of a family: the request with its estimate, its weight in the family and what
    it keeps of it once it is decided, and its looks up to this one.

    `later`: the level of a later look with so many replicates, by the part of the level that the
    row has over all its looks.
    """

    request: Request
    estimate: Estimate
    weight: float
    kept: float
    spending: Spending
    later: Callable[[float, float], float]


def compare(
    requests: Sequence[Request], level: float = 0.05, look: int | None = None
) -> list[Comparison]:
    """Verdicts for one family of requests of the same weight, in their order.

    `level` is the probability of any false verdict over all looks. `look`: the number of this look
    where nobody knows how many there will be (`open_share`); None when it is the only one. Raises
    AlihError for shapes that do not fit and scores that are not finite.
    """
    if not 0 < level < 1:
        raise AlihError("statistics.bad_level", level=level)
    # Who looks once has planned the number of replicates: what would have settled it is said at the
    # same level.
    now, then = (1.0, 1.0) if look is None else (open_share(look), open_share(look + 1))
    once, next_time = (Spending((share,), (0.0,)) for share in (now, then))
    weight = 1 / max(1, len(requests))

    def later(part: float, _: float) -> float:
        return next_time.level(part)

    rows = [
        Row(one, estimate(one), weight, graph.kept(one.margin), once, later) for one in requests
    ]
    return judge(rows, level)


def judge(rows: Sequence[Row], level: float) -> list[Comparison]:
    """Verdicts for one family, in the order of its rows.

    Each row's p is brought to the smallest level at which the row, had it the whole of it for all
    its looks, would claim a difference at this one; the graph shares the level of the family among
    those. So `p_adjusted` can be held against `level` at every look, also when rows were looked at
    differently often.
    """
    p = [p_value(row.estimate) for row in rows]
    whole = [row.spending.whole(value) for row, value in zip(rows, p, strict=True)]
    weights, kept = [row.weight for row in rows], [row.kept for row in rows]
    found, parts = graph.adjusted(whole, weights, kept, level)
    return [
        _comparison(row, one, adjusted, part, level)
        for row, one, adjusted, part in zip(rows, p, found, parts, strict=True)
    ]


def estimate(request: Request) -> Estimate:
    """The difference arm − baseline of a request, with its variance model."""
    a, b = _matrices(request)
    if request.folds is not None:
        seen = (request.folds.fold >= 0).any(axis=0)
        division = Division(request.folds.fold[:, seen], request.folds.ratio)
        for side in (a[:, seen], b[:, seen]):
            check_finite(side[division.fold >= 0])
        a, b = (np.where(division.fold >= 0, x[:, seen], np.nan) for x in (a, b))
        together = None if request.groups is None else request.groups[seen]
        more = guards(a, b, request.pseudo_values)
        return folds(a, b, division=division, groups=together, **more)
    check_finite(np.concatenate([a, b]))
    if not request.varies_by_seed:
        a, b = a[:1], b[:1]
    return difference(
        a,
        b,
        pseudo_values=request.pseudo_values,
        items_only=not request.varies_by_seed,
        groups=request.groups,
        shared=request.shared,
    )


def _matrices(request: Request) -> tuple[np.ndarray, np.ndarray]:
    a, b = (
        np.atleast_2d(np.asarray(s, dtype=float))
        for s in (request.scores_arm, request.scores_baseline)
    )
    counts, shared = (len(a), len(b)), request.shared
    if shared is not None:
        fits = min(counts) >= max(LEAST, shared)
    else:
        fits = counts[0] == counts[1] or 1 in counts
    if a.shape[1] != b.shape[1] or not fits:
        raise AlihError(
            "statistics.shapes_differ",
            arm=request.arm,
            got=a.shape,
            baseline=request.baseline,
            expected=b.shape,
        )
    if shared is not None:
        return a, b
    rows = max(counts)
    return np.broadcast_to(a, (rows, a.shape[1])), np.broadcast_to(b, (rows, b.shape[1]))


def _comparison(row: Row, p: float, p_adjusted: float, part: float, whole: float) -> Comparison:
    """The answer to one row that may spend `part` of the level over its looks."""
    request, e = row.request, row.estimate
    one, other = (np.atleast_2d(s).shape for s in (request.scores_arm, request.scores_baseline))
    each, items = (one[0], other[0]), one[1]
    rows = max(each) if request.shared is None else min(each)
    if isinstance(e, Folds):
        rows, each = e.folds, (e.folds, e.folds)
    level = max(row.spending.level(part), SMALLEST_P)
    ci = _possible(request, interval(e, level))
    verdict = _verdict(request, e, ci)
    if verdict in ("better", "worse") and p_adjusted > whole:
        # levels below the smallest p that is computed (late looks) allow no such claim
        verdict = "undecided"
    settled = (
        needs(request, e, lambda seeds: max(row.later(part, seeds), SMALLEST_P))
        if verdict == "undecided"
        else None
    )
    return Comparison(
        arm=request.arm,
        baseline=request.baseline,
        metric=request.metric,
        n_seeds=rows,
        n_items=items,
        means=tuple(float(run.mean()) for run in _runs(request)),  # type: ignore[arg-type]
        difference=e.mean,
        ci95=_possible(request, interval(e, 0.05)),
        ci=ci,
        level=level,
        p=p,
        p_adjusted=p_adjusted,
        verdict=verdict,
        probability_better=probability_better(request),
        needs=settled,
        test=_test_name(request, rows),
        n_groups=request.n_groups,
        n_each=each,
    )


def _possible(request: Request, ends: tuple[float, float]) -> tuple[float, float]:
    """The interval without values that no difference can have: those of shares end at ±1, those of
    Brier scores at ±2.
    """
    binary = is_binary(request.scores_arm, request.scores_baseline)
    least, most = (0.0, 1.0) if binary else range_of(request.metric) or (-np.inf, np.inf)
    if all(run.min() >= least and run.max() <= most for run in _runs(request)):
        return max(least - most, ends[0]), min(most - least, ends[1])
    return ends


def _test_name(request: Request, seeds: int) -> str:
    if request.folds is not None:
        return "corrected-resampled-t"
    if not request.varies_by_seed:
        return "items"
    return "items-only" if seeds == 1 else "replicates-and-items"


def _verdict(request: Request, e: Estimate, ci: tuple[float, float]) -> Verdict:
    if not request.testable:
        return "undecided"
    if ci[0] > 0 or ci[1] < 0:
        return "better" if (ci[0] > 0) == request.higher_is_better else "worse"
    if request.margin is not None and -request.margin < ci[0] and ci[1] < request.margin:
        return "same"
    return "undecided"


def probability_better(request: Request) -> float | None:
    """The probability that one new run of the arm beats one new run of the baseline on these items;
    None with one run each.

    Predictive distribution of the difference of two independent runs (Student's t with Welch's
    degrees of freedom). Arms that never vary tie (one half), or one of them always wins.
    """
    from scipy.special import stdtr

    runs = _runs(request)
    gain = float(runs[0].mean() - runs[1].mean()) * (1 if request.higher_is_better else -1)
    if request.varies_by_seed and max(len(r) for r in runs) < 2:
        return None
    spreads = [(float(r.var(ddof=1)), len(r)) for r in runs if len(r) > 1]
    total = sum(v * (1 + 1 / n) for v, n in spreads)
    size = max(float(np.abs(run).max()) for run in runs)
    if total <= (1e-12 * size) ** 2:
        return 0.5 if abs(gain) <= 1e-12 * size else float(gain > 0)
    df = total**2 / sum((v * (1 + 1 / n)) ** 2 / (n - 1) for v, n in spreads)
    return float(stdtr(df, gain / np.sqrt(total)))


def _runs(request: Request) -> tuple[np.ndarray, np.ndarray]:
    """The score of every run of both arms: per replicate, or per fold."""
    scores = [
        np.atleast_2d(np.asarray(s, dtype=float))
        for s in (request.scores_arm, request.scores_baseline)
    ]
    if request.folds is not None:
        return request.folds.means(scores[0]), request.folds.means(scores[1])
    return scores[0].mean(axis=1), scores[1].mean(axis=1)


def needs(request: Request, e: Estimate, later: Callable[[float], float]) -> Needs | None:
    """Replicates (or else items, or else both) that would settle an undecided comparison, if the
    difference seen is the true one.

    `later`: the level at which a look with so many replicates is taken (of unequal numbers, their
    harmonic mean). Projects the variances to
    more replicates; items when replicates alone cannot do it. None when nothing feasible would. One
    replicate shows no spread between runs, so 3 are asked for first. Fewer replicates than `FEW`
    are not kept: what they lack in degrees of freedom would have to be made up for by items, many
    thousands of which cost more than the missing runs.
    """
    if request.n_groups is not None and request.n_groups < FEWEST:
        return Needs(None, None, FEWEST)
    if not isinstance(e, TwoWay):
        return None
    if not request.testable:
        return Needs(3, None)
    room = max(abs(e.mean), (request.margin or 0.0) - abs(e.mean))
    if request.varies_by_seed:
        seeds = smallest(
            lambda s: _settles(e.projected(s, e.items), room, later), e.fewest + 1, MOST_SEEDS
        )
        if seeds is not None:
            return Needs(seeds, None)
    # Items at the replicates there are; where those are few, or that is not enough either, with
    # more replicates.
    kept = () if request.varies_by_seed and e.fewest < FEW else (e.fewest,)
    for seeds in (*kept, *(s for s in BOTH if request.varies_by_seed and s > e.fewest)):
        items = _items(e, seeds, room, later)
        if items is not None:
            count = request.n_groups
            more = None if count is None else math.ceil(count * items / e.items)
            return Needs(None if seeds == e.fewest else seeds, items, more)
    return None


def _items(e: TwoWay, seeds: int, room: float, later: Callable[[float], float]) -> int | None:
    level = later(e.projected(seeds, e.items).seeds)
    return smallest(
        lambda n: _settles(e.projected(seeds, n), room, lambda _: level), e.items + 1, MOST_ITEMS
    )


def _settles(e: TwoWay, room: float, later: Callable[[float], float]) -> bool:
    level = later(e.seeds)
    seed, item, inter = e.variances
    error = np.sqrt(seed / e.seeds + item / e.items + inter / (e.seeds * e.items))
    room -= POWER_QUANTILE * float(error)
    # The prior only narrows: what is settled without it needs no posterior.
    without = replace(e, informed=False)
    return without.half_width(level) <= room or (room >= 0 and e.half_width(level) <= room)


def smallest(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """The smallest whole number in [low, high] that holds, for a condition that stays true once it
    is true.
    """
    if not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
