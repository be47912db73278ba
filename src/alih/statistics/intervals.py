"""Intervals for the difference of two arms that were scored on the same items in several replicates.

A difference d[replicate, item] varies for two crossed reasons: another training run, another set of items. Both belong
into the interval. The mean squares of the two-way layout (one value per cell, S replicates, N items)

    MS_seed = N var(row means)   MS_item = S var(column means)   MS_inter = sum(residual²) / ((S−1)(N−1))

give Var(mean) = (MS_seed + MS_item − MS_inter) / (S N). Each mean square gets the t quantile of its own degrees of
freedom (Howe 1974; Graybill and Wang 1980), because one Satterthwaite t is too narrow for few replicates:

    half-width² = max(t_S² MS_seed + t_N² MS_item − t_SN² MS_inter, t_N² MS_item, t_SN² MS_inter) / (S N)

The last two terms keep the width from collapsing when MS_seed happens to be small. Where few items differ the variance
itself is badly known; two pseudo-items that differ by +scale and −scale stand for the differences not seen yet
(the idea of Agresti and Min 2005 for matched proportions), so that no interval ever has width 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from alih.errors import AlihError

# No p-value is reported below this: the tails of the scores are not known that far.
SMALLEST_P = 1e-9


class Estimate(Protocol):
    """A difference whose interval at any level is known."""

    @property
    def mean(self) -> float:
        """The estimated difference."""

    def half_width(self, level: float) -> float:
        """Half the width of the interval that misses the truth with probability `level`."""


@dataclass(frozen=True)
class TwoWay:
    """Mean and mean squares of d[replicate, item]; without `ms_seed` the interval speaks about items only."""

    mean: float
    seeds: int
    items: int
    ms_item: float
    ms_seed: float | None = None
    ms_inter: float = 0.0

    def half_width(self, level: float) -> float:
        """Half-width by the module's equation; with one replicate, or no seed variance, that of the paired t over items."""
        item = t_quantile(self.items - 1, level) ** 2 * self.ms_item
        if self.ms_seed is None:
            return float(np.sqrt(item / (self.seeds * self.items)))
        seed = t_quantile(self.seeds - 1, level) ** 2 * self.ms_seed
        inter = t_quantile((self.seeds - 1) * (self.items - 1), level) ** 2 * self.ms_inter
        return float(np.sqrt(max(seed + item - inter, item, inter) / (self.seeds * self.items)))

    @property
    def variances(self) -> tuple[float, float, float]:
        """Variance between replicates, between items, and of what is left, per single score; never negative."""
        if self.ms_seed is None:
            return 0.0, self.ms_item / self.seeds, 0.0
        seed = max(0.0, (self.ms_seed - self.ms_inter) / self.items)
        item = max(0.0, (self.ms_item - self.ms_inter) / self.seeds)
        return seed, item, self.ms_inter

    def projected(self, seeds: int, items: int) -> TwoWay:
        """What would be expected with other numbers of replicates and items, the variances staying as they are."""
        seed, item, inter = self.variances
        return TwoWay(self.mean, seeds, items, seeds * item + inter, items * seed + inter, inter)


@dataclass(frozen=True)
class Folds:
    """Differences per fold of repeated k-fold, with the variance of Nadeau and Bengio (2003).

    Folds share training items, so the variance of their mean is not s²/J but s² (1/J + n_test/n_train).
    """

    mean: float
    folds: int
    variance: float
    ratio: float

    def half_width(self, level: float) -> float:
        """Half-width of the corrected resampled t, with J − 1 degrees of freedom."""
        return float(t_quantile(self.folds - 1, level) * np.sqrt(self.variance * (1 / self.folds + self.ratio)))


def t_quantile(df: float, level: float) -> float:
    """The two-sided quantile of Student's t: |t| exceeds it with probability `level`.

    >>> round(t_quantile(4, 0.05), 3)
    2.776
    """
    from scipy.special import stdtrit

    return float(-stdtrit(df, level / 2))


def two_way(d: np.ndarray, *, scale: float = 0.0, items_only: bool = False) -> TwoWay:
    """Mean squares of differences d [S replicates, N items].

    `scale`: size of the two pseudo-items, in units of the score; 1 for 0/1 scores, 0 for none. `items_only`: the arms cannot
    differ by seed, or only one replicate exists. Raises AlihError for fewer than two items and for values that are not finite.

    >>> round(two_way(np.array([[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]])).mean, 6)
    1.5
    """
    d = np.atleast_2d(np.asarray(d, dtype=float))
    seeds, items = d.shape
    if items < 2:
        raise AlihError("statistics.one_item", items=items)
    if not np.isfinite(d).all():
        raise AlihError("statistics.not_finite", count=int((~np.isfinite(d)).sum()), total=d.size)
    columns, mean = d.mean(axis=0), float(d.mean())
    widened = np.concatenate([columns, [scale, -scale]]) if scale else columns
    ms_item = seeds * float(widened.var(ddof=1))
    if seeds == 1 or items_only:
        return TwoWay(mean, seeds, items, ms_item)
    rows = d.mean(axis=1)
    residual = d - rows[:, None] - columns + mean
    ms_inter = float((residual**2).sum() / ((seeds - 1) * (items - 1)))
    return TwoWay(mean, seeds, items, ms_item, items * float(rows.var(ddof=1)), ms_inter)


def folds(d: np.ndarray, ratio: float) -> Folds:
    """Corrected variance of differences d [J] per fold; `ratio` = test items / training items of one fold.

    Raises AlihError for fewer than two folds and for values that are not finite.
    """
    d = np.asarray(d, dtype=float)
    if d.size < 2:
        raise AlihError("statistics.one_fold", folds=d.size)
    if not np.isfinite(d).all():
        raise AlihError("statistics.not_finite", count=int((~np.isfinite(d)).sum()), total=d.size)
    return Folds(float(d.mean()), d.size, float(d.var(ddof=1)), ratio)


def pseudo_values(value: float, left_out: np.ndarray) -> np.ndarray:
    """Jackknife pseudo-values [N] of a set-level metric, shifted so that their mean is the metric itself.

    `left_out` [N]: the metric without item i. One row per replicate makes a matrix for `two_way` (Miller 1974).
    """
    influence = -(len(left_out) - 1) * (left_out - left_out.mean())
    return value + (influence - influence.mean())  # the factor N − 1 magnifies the rounding of the first mean


def pseudo_scale(a: np.ndarray, b: np.ndarray) -> float:
    """How large the pseudo-items must be for scores a, b [S, N]: what one unseen item could add to the difference.

    0/1 scores: 1. Other scores need none while the largest item difference is of the size that N Gaussian items show
    (√(2 ln N) standard deviations; half as much again in squares is allowed); beyond that, what it exceeds this by: a heavy
    tail has more such items than were seen. If all items differ equally, the spread of the scores themselves.
    """
    if np.isin(a, (0, 1)).all() and np.isin(b, (0, 1)).all():
        return 1.0
    columns = (a - b).mean(axis=0)
    largest = float(((columns - columns.mean()) ** 2).max())
    if largest <= (1e-12 * max(1.0, float(np.abs(a).max()))) ** 2:
        return float(max(a.std(), b.std())) or float(np.abs(a).max()) or 1.0
    usual = 1.5 * 2 * np.log(columns.size) * float(columns.var(ddof=1))
    return float(np.sqrt(max(0.0, largest - usual)))


def interval(estimate: Estimate, level: float) -> tuple[float, float]:
    """Lower and upper end of the interval that misses the truth with probability `level`."""
    half = estimate.half_width(level)
    return estimate.mean - half, estimate.mean + half


def p_value(estimate: Estimate) -> float:
    """The smallest level whose interval excludes 0, so that p, interval and verdict always agree.

    Half-widths shrink as the level grows, so bisection on log(level) finds it; never below `SMALLEST_P`.
    """
    return smallest_level(lambda level: estimate.half_width(level) < abs(estimate.mean))


def smallest_level(holds: Callable[[float], bool]) -> float:
    """The smallest level in [SMALLEST_P, 1] from which on `holds(level)` is true, else 1."""
    low, high = np.log(SMALLEST_P), 0.0
    if holds(SMALLEST_P):
        return SMALLEST_P
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(float(np.exp(middle))) else (middle, high)
    return float(np.exp(high))
