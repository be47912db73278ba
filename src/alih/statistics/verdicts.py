"""Verdicts: better, worse, same within a margin, or undecided, for a family of comparisons at once.

One false verdict in the whole family is allowed with probability `level`, over all looks together.
Arms × metrics are tested by Holm (1979). The interval shown is the one that agrees with the
verdict: rejected rows at their Holm level (it excludes 0), all others at level / m (it contains 0),
and `same` needs that interval inside ±margin, which is two one-sided tests (Schuirmann 1987) held
at a level that stays valid whatever Holm did to the other rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from alih.errors import AlihError
from alih.metrics import range_of
from alih.statistics.intervals import (
    SMALLEST_P,
    Division,
    Estimate,
    Folds,
    TwoWay,
    check_finite,
    difference,
    folds,
    guards,
    interval,
    is_binary,
    p_value,
)
from alih.statistics.limits import FEW

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
    With `folds` a row is one repeat, with NaN for items that no fold has tested yet.
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

    @property
    def testable(self) -> bool:
        """Whether any verdict but `undecided` is possible: one run says nothing about the next
        one.
        """
        if self.folds is not None:
            return True
        return (
            not self.varies_by_seed
            or max(len(np.atleast_2d(s)) for s in (self.scores_arm, self.scores_baseline)) > 1
        )


@dataclass(frozen=True)
class Needs:
    """What would settle an undecided comparison: this many replicates in total, or this many items,
    or both together.
    """

    seeds: int | None
    items: int | None


@dataclass(frozen=True)
class Comparison:
    """The answer to one request: `ci` misses the truth with probability `level` and agrees with the
    verdict, `ci95` is plain.
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
    )


def spent_level(level: float, look: int, final: bool = False) -> float:
    """The level that look number `look` (1, 2, …) may spend: level · 2⁻ᵏ, so that all looks
    together spend at most `level`.

    `final`: no further look is planned, so all that is left is spent: level · 2⁻⁽ᵏ⁻¹⁾.

    >>> spent_level(0.05, 1), spent_level(0.05, 2), spent_level(0.05, 1, final=True)
    (0.025, 0.0125, 0.05)
    """
    return level * 2.0 ** -(look - 1 if final else look)


def planned_level(level: float, seen: int, planned: int, spent: float) -> float:
    """What a look after `seen` of at most `planned` replicates may spend, `spent` being gone: level
    · seen / planned in all.

    Spending in proportion to the replicates leaves most for the look that sees most (Lan and DeMets
    1983, linear spending).

    >>> round(planned_level(0.05, 3, 12, 0.0), 4), round(planned_level(0.05, 12, 12, 0.0125), 4)
    (0.0125, 0.0375)
    """
    return max(0.0, level * min(1.0, seen / planned) - spent)


def holm(
    p: Sequence[float], level: float, family: int | None = None
) -> tuple[list[float], list[float]]:
    """Holm's adjusted p-values, and the level at which each row's interval agrees with its verdict.

    `family`: the number of hypotheses planned, where some have no p yet.

    >>> holm([0.01, 0.04, 0.03], 0.05)[0]
    [0.03, 0.06, 0.06]
    """
    m = max(len(p), family or 0)
    order = np.argsort(p, kind="stable")
    adjusted, levels, running = [1.0] * len(p), [level / max(m, 1)] * len(p), 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, (m - rank) * p[index]))
        adjusted[index] = running
        if running <= level:
            levels[index] = level / (m - rank)
    return adjusted, levels


Later = Callable[[int], float]
"""What a later look, at so many replicates, may spend."""


def compare(
    requests: Sequence[Request], level: float = 0.05, look: int = 1, final: bool = True
) -> list[Comparison]:
    """Verdicts for one family of requests, in their order.

    `level` is the probability of any false verdict over all looks; `look` and `final` as in
    `spent_level`. A single comparison with no further look planned is the default. Raises AlihError
    for shapes that do not fit and scores that are not finite.
    """
    if not 0 < level < 1:
        raise AlihError("statistics.bad_level", level=level)
    now = spent_level(level, look, final)
    # Who looks once has planned the number of replicates: what would have settled it is said at the
    # same level.
    then = now if final else spent_level(level, look + 1)
    return judge(requests, [now] * len(requests), level, [lambda _: then] * len(requests))


def judge(
    requests: Sequence[Request],
    spent: Sequence[float],
    level: float,
    later: Sequence[Later],
    family: int | None = None,
) -> list[Comparison]:
    """Verdicts for one family, each row at a look that may spend `spent` of the whole `level`;
    `family` as in `holm`.

    `later` says per row what a look with more replicates may spend, which decides how many would
    settle it.

    Holm's procedure on p · level / spent: a false claim needs some p below spent / m of its row,
    and rows × looks together spend no more than `level`. So `p_adjusted` can be held against
    `level` at every look, also when rows were looked at differently often.
    """
    estimates = [estimate(request) for request in requests]
    p = [p_value(e) for e in estimates]
    scaled = [
        min(1.0, value * level / share) if share else 1.0
        for value, share in zip(p, spent, strict=True)
    ]
    adjusted, levels = holm(scaled, level, family)
    rows = []
    for request, e, p_row, adjusted_row, level_row, share, next_look in zip(
        requests, estimates, p, adjusted, levels, spent, later, strict=True
    ):
        now = _row_level(level_row, share, level)
        rows.append(
            _comparison(
                request, e, p_row, adjusted_row, now, level, _scaled(next_look, level_row, level)
            )
        )
    return rows


def _row_level(holm_level: float, share: float, level: float) -> float:
    return max(holm_level * share / level, SMALLEST_P)


def _scaled(later: Later, holm_level: float, level: float) -> Later:
    return lambda seeds: _row_level(holm_level, later(seeds), level)


def estimate(request: Request) -> Estimate:
    """The difference arm − baseline of a request, with its variance model."""
    a, b = _matrices(request)
    if request.folds is not None:
        seen = (request.folds.fold >= 0).any(axis=0)
        division = Division(request.folds.fold[:, seen], request.folds.ratio)
        for side in (a[:, seen], b[:, seen]):
            check_finite(side[division.fold >= 0])
        a, b = (np.where(division.fold >= 0, x[:, seen], np.nan) for x in (a, b))
        return folds(a, b, division=division, **guards(a, b, request.pseudo_values))
    check_finite(np.stack([a, b]))
    if not request.varies_by_seed:
        a, b = a[:1], b[:1]
    return difference(
        a, b, pseudo_values=request.pseudo_values, items_only=not request.varies_by_seed
    )


def _matrices(request: Request) -> tuple[np.ndarray, np.ndarray]:
    a, b = (
        np.atleast_2d(np.asarray(s, dtype=float))
        for s in (request.scores_arm, request.scores_baseline)
    )
    if a.shape[1] != b.shape[1] or (a.shape[0] != b.shape[0] and 1 not in (a.shape[0], b.shape[0])):
        raise AlihError(
            "statistics.shapes_differ",
            arm=request.arm,
            got=a.shape,
            baseline=request.baseline,
            expected=b.shape,
        )
    rows = max(len(a), len(b))
    return np.broadcast_to(a, (rows, a.shape[1])), np.broadcast_to(b, (rows, b.shape[1]))


def _comparison(
    request: Request,
    e: Estimate,
    p: float,
    p_adjusted: float,
    level: float,
    whole: float,
    later: Later,
) -> Comparison:
    rows, items = np.broadcast_shapes(
        *(np.atleast_2d(s).shape for s in (request.scores_arm, request.scores_baseline))
    )
    ci = _possible(request, interval(e, level))
    verdict = _verdict(request, e, ci)
    if verdict in ("better", "worse") and p_adjusted > whole:
        # levels below the smallest p that is computed (late looks) allow no such claim
        verdict = "undecided"
    return Comparison(
        arm=request.arm,
        baseline=request.baseline,
        metric=request.metric,
        n_seeds=e.folds if isinstance(e, Folds) else rows,
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
        needs=needs(request, e, later) if verdict == "undecided" else None,
        test=_test_name(request, rows),
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


def needs(request: Request, e: Estimate, later: Later) -> Needs | None:
    """Replicates (or else items, or else both) that would settle an undecided comparison, if the
    difference seen is the true one.

    `later`: the level at which a look with so many replicates is taken. Projects the variances to
    more replicates; items when replicates alone cannot do it. None when nothing feasible would. One
    replicate shows no spread between runs, so 3 are asked for first. Fewer replicates than `FEW`
    are not kept: what they lack in degrees of freedom would have to be made up for by items, many
    thousands of which cost more than the missing runs.
    """
    if not isinstance(e, TwoWay):
        return None
    if not request.testable:
        return Needs(3, None)
    room = max(abs(e.mean), (request.margin or 0.0) - abs(e.mean))
    if request.varies_by_seed:
        seeds = smallest(
            lambda s: _settles(e.projected(s, e.items), room, later(s)), e.seeds + 1, MOST_SEEDS
        )
        if seeds is not None:
            return Needs(seeds, None)
    # Items at the replicates there are; where those are few, or that is not enough either, with
    # more replicates.
    kept = () if request.varies_by_seed and e.seeds < FEW else (e.seeds,)
    for seeds in (*kept, *(s for s in BOTH if request.varies_by_seed and s > e.seeds)):
        items = _items(e, seeds, room, later(seeds))
        if items is not None:
            return Needs(None if seeds == e.seeds else seeds, items)
    return None


def _items(e: TwoWay, seeds: int, room: float, level: float) -> int | None:
    return smallest(lambda n: _settles(e.projected(seeds, n), room, level), e.items + 1, MOST_ITEMS)


def _settles(e: TwoWay, room: float, level: float) -> bool:
    half = e.half_width(level)
    seed, item, inter = e.variances
    error = np.sqrt(seed / e.seeds + item / e.items + inter / (e.seeds * e.items))
    return half + POWER_QUANTILE * float(error) <= room


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
