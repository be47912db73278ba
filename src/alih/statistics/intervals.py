"""Intervals for the difference of two arms that were scored on the same items in several
replicates.

A difference d[replicate, item] = a − b varies for two crossed reasons: another training run,
another set of items. Both belong into the interval. The mean squares of the two-way layout (one
value per cell, S replicates, N items)

    MS_seed = N var(row means)   MS_item = S var(column means)
    MS_inter = sum(residual²) / ((S−1)(N−1))

give Var(mean) = (MS_seed + MS_item − MS_inter) / (S N). Each mean square gets the t quantile of its
own degrees of freedom (Howe 1974; Graybill and Wang 1980), because one Satterthwaite t is too
narrow for few replicates:

    half-width² = max(seed + t_N² MS_item − t_SN² MS_inter, t_N² MS_item, t_SN² MS_inter) / (S N)

The last two terms keep the width from collapsing when MS_seed happens to be small. The seed term
has two estimates. Replicate r of both arms shares split, order and, where shapes agree, initial
weights, so the pairs may move together; then MS_seed of the differences is small. Or they move on
their own; then N (var(row means a) + var(row means b)) estimates the same with up to twice the
degrees of freedom (Welch 1938), and a few replicates make that matter: t is 4.3 with two degrees of
freedom, 2.8 with four. Which holds is not known beforehand, so with fewer than `PAIRS_ALONE`
replicates both are computed, at a part of the level each (`UNPAIRED_WEIGHT`), and the smaller one
counts (Bonferroni). Sharing can only make runs more alike, never more opposed, and then the
unpaired term is too wide, not too narrow.

Below `LET_GO` replicates the same is done a second time with a prior for the variance between runs
(`spread.py`): normal deviates over the posterior of E[MS_seed] instead of a t quantile of MS_seed,
paired and unpaired as before. The narrower interval counts; it is never wider than the one above.

Three guards keep the width honest where a sample does not show its own spread. Where few 0/1 items
differ, two pseudo-items that differ by + and − the same stand for the differences not seen yet (the
idea of Agresti and Min 2005 for matched proportions). Skewed scores widen MS_item by (1 + 1.6 |G1|
/ √(N − 10))², G1 the sample skewness of the column means: a t statistic of skewed values is
off-centre by the order of G1 / √N (Johnson 1978). And no interval ever has width 0.

Arms with unequal numbers of replicates are compared by the means of all of them. `uneven.py` has
both estimates of the seed term for these; the harmonic mean of the numbers stands for S.

Where items come in groups, a second interval takes both item terms from groups (`groups.py`), and
the wider of the two counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from alih.errors import AlihError
from alih.statistics.groups import (
    GroupTerm,
    group_term,
    rescaled,
    skew_widening,
    skewness_of,
    term_of_parts,
)
from alih.statistics.guards import guards
from alih.statistics.spread import LET_GO, Mixture, Spread, posterior
from alih.statistics.uneven import Uneven, cycled

# No p-value is reported below this: the tails of the scores are not known that far.
SMALLEST_P = 1e-9
# With S replicates the paired seed term is read at S / (S + this) of the level, the unpaired one at
# the rest: a fifth with 3, more than a third with 7. Few replicates favour the unpaired term by
# far, because its quantile is smaller.
UNPAIRED_WEIGHT = 12
# From here on the paired t at the whole level is as small as the unpaired one at a part of it, also
# for runs that are not tied.
PAIRS_ALONE = 8


class Estimate(Protocol):
    """A difference whose interval at any level is known."""

    @property
    def mean(self) -> float:
        """The estimated difference."""

    def half_width(self, level: float) -> float:
        """Half the width of the interval that misses the truth with probability `level`."""


@dataclass(frozen=True)
class TwoWay:
    """Mean and mean squares of d[replicate, item]; without `ms_seed` the interval speaks about
    items only.

    `arms` holds the spread of each arm by itself, where both have one; `skewness` is that of the
    column means where it shall widen the interval; `informed`: whether the prior may narrow it.
    `groups` has the item terms of items that come in groups; the prior's unit does not know these.
    `uneven`: of arms with unequal numbers of replicates; `seeds` is their harmonic mean then.
    """

    mean: float
    seeds: float
    items: int
    ms_item: float
    ms_seed: float | None = None
    ms_inter: float = 0.0
    arms: tuple[Spread, Spread] | None = None
    skewness: float = 0.0
    informed: bool = True
    groups: GroupTerm | None = None
    uneven: Uneven | None = None

    @property
    def fewest(self) -> int:
        """The replicates of the arm with fewer of them."""
        return int(self.seeds) if self.uneven is None else min(self.uneven.counts)

    @property
    def pairs(self) -> int:
        """How many replicates both arms share."""
        return int(self.seeds) if self.uneven is None else self.uneven.shared

    @property
    def ms_unpaired(self) -> float | None:
        """What `ms_seed` estimates, from the arms' own spreads."""
        return None if self.arms is None else sum(arm.ms_seed for arm in self.arms)

    @property
    def df_unpaired(self) -> float:
        """Welch's degrees of freedom of `ms_unpaired`; of unequal numbers no more than the arm with
        fewer of them gives in an equal pair.
        """
        if self.arms is None:
            return 0.0
        squares = [arm.ms_seed for arm in self.arms]
        if self.uneven is not None:
            degrees = [df for _, df in self.uneven.unpaired()]
            each = sum(square**2 / df for square, df in zip(squares, degrees, strict=True))
            most = 2.0 * min(degrees)
            return min(most, sum(squares) ** 2 / each) if each else most
        return (self.seeds - 1) * sum(squares) ** 2 / sum(square**2 for square in squares)

    @property
    def ms_item_widened(self) -> float:
        """`ms_item` as the interval uses it."""
        return self.ms_item * skew_widening(self.skewness, self.items)

    def half_width(self, level: float) -> float:
        """Half-width by the module's equation; with one replicate, or no seed variance, that of the
        paired t over items. With groups, the wider of that over items and that over groups.
        """
        own = self._width(level, self.items - 1, self.ms_item_widened, self.ms_inter)
        if self.groups is None:
            return own
        of = self.groups
        return max(own, self._width(level, of.df, of.ms_item_widened, of.ms_inter))

    def _width(self, level: float, df: float, ms_item: float, ms_inter: float) -> float:
        item = t_quantile(df, level) ** 2 * ms_item
        if self.ms_seed is None:
            return float(np.sqrt(item / (self.seeds * self.items)))
        inter = t_quantile((self.seeds - 1) * df, level) ** 2 * ms_inter
        total = self._seed_term(level) + item - inter
        if total > max(item, inter) and self._by_runs is not None:
            total = self._total_by_posterior(level, item - inter, total)
        return float(np.sqrt(max(total, item, inter) / (self.seeds * self.items)))

    def _seed_term(self, level: float) -> float:
        if self.ms_unpaired is None or self.pairs >= PAIRS_ALONE:
            return self._paired_term(level)
        unpaired = t_quantile(self.df_unpaired, (1 - self._share) * level) ** 2 * self.ms_unpaired
        return min(self._paired_term(self._share * level), unpaired) if self._share else unpaired

    def _paired_term(self, level: float) -> float:
        assert self.ms_seed is not None
        if self.uneven is None:
            return t_quantile(self.seeds - 1, level) ** 2 * self.ms_seed
        return sum(t_quantile(df, level) ** 2 * one.ms_seed for one, df in self.uneven.paired())

    @property
    def _share(self) -> float:
        """The part of the level at which the paired estimate is read; 0 without two pairs."""
        if self.uneven is not None and not self.uneven.paired_df:
            return 0.0
        return self.pairs / (self.pairs + UNPAIRED_WEIGHT)

    @cached_property
    def _by_runs(self) -> tuple[Mixture | None, Mixture] | None:
        """Posteriors of E[MS_seed], paired and unpaired; None where the prior does not enter."""
        if not self.informed or self.arms is None or self.ms_seed is None:
            return None
        if self.fewest >= LET_GO:
            return None
        if self.uneven is not None:
            if self.uneven.lopsided:
                return None
            paired, unpaired = self.uneven.paired(), self.uneven.unpaired()
        else:
            df = int(self.seeds) - 1
            paired = [(Spread(self.ms_seed, self.ms_inter), df)]
            unpaired = (self.arms[0], df), (self.arms[1], df)
        if not all(spread.usable for spread, _ in (*paired, *unpaired)):
            return None
        one, other = (posterior(*own) for own in unpaired)
        return _summed([posterior(*part) for part in paired]), one + other

    def _total_by_posterior(self, level: float, rest: float, most: float) -> float:
        """S N half-width² by the posteriors, or `most` where that is less; `rest` is what other
        items add to it, by the t quantiles of `level`.
        """
        assert self._by_runs is not None
        # As a variance: what stands beside the runs in the same normal deviate.
        further = max(0.0, rest) / max(t_quantile(np.inf, level), 1e-9) ** 2
        paired, unpaired = self._by_runs
        most = unpaired.quantile_squared((1 - self._share) * level, further, most)
        if paired is None:
            return most
        return paired.quantile_squared(self._share * level, further, most)

    @property
    def variances(self) -> tuple[float, float, float]:
        """Variance between replicates, between items, and of what is left, per single score; never
        negative. Of items in groups what they count for when group sums are what varies.
        """
        item, inter = self.ms_item, self.ms_inter
        if self.groups is not None:
            item, inter = max(item, self.groups.ms_item), max(inter, self.groups.ms_inter)
        if self.ms_seed is None:
            return 0.0, item / self.seeds, 0.0
        return (
            max(0.0, (self.ms_seed - inter) / self.items),
            max(0.0, (item - inter) / self.seeds),
            inter,
        )

    def projected(self, seeds: int, items: int) -> TwoWay:
        """What would be expected with other numbers of replicates and items, the variances staying
        as they are, and groups as large as they are. Of unequal numbers, those below `seeds` are
        raised to it.
        """
        if self.uneven is not None:
            return self._uneven_projected(self.uneven, seeds, items)
        seed, _, inter = self.variances
        arms = self.arms and tuple(arm.projected(self.items, items) for arm in self.arms)
        return TwoWay(
            mean=self.mean,
            seeds=seeds,
            items=items,
            ms_item=rescaled(self.ms_item, self.ms_inter, seeds / self.seeds),
            ms_seed=None if self.ms_seed is None else items * seed + inter,
            ms_inter=self.ms_inter,
            arms=arms,  # type: ignore[arg-type]
            skewness=self.skewness,
            informed=self.informed,
            groups=self.groups and self.groups.projected(seeds / self.seeds, items / self.items),
        )

    def _uneven_projected(self, uneven: Uneven, seeds: int, items: int) -> TwoWay:
        now = uneven.projected(self.items, items, seeds)
        ratio, total = now.replicates / self.seeds, now.total()
        beyond = ratio * max(0.0, self.ms_item - self.ms_inter)
        return replace(
            self,
            seeds=now.replicates,
            items=items,
            ms_item=beyond + total.ms_inter,
            ms_seed=total.ms_seed,
            ms_inter=total.ms_inter,
            arms=self.arms and _arms_of(now),
            groups=self.groups and self.groups.projected(ratio, items / self.items),
            uneven=now,
        )


def _summed(parts: list[Mixture]) -> Mixture | None:
    return sum(parts[1:], parts[0]) if parts else None


def _arms_of(uneven: Uneven) -> tuple[Spread, Spread]:
    (one, _), (other, _) = uneven.unpaired()
    return one, other


@dataclass(frozen=True, eq=False)
class Division:
    """How repeated k-fold divided the items: `fold` [repeats, N] numbers the fold that tested an
    item, −1 where none did.

    Numbers differ between repeats. `ratio` = test items / training items of one fold.
    """

    fold: np.ndarray
    ratio: float

    def means(self, scores: np.ndarray) -> np.ndarray:
        """The mean score of each fold, [J]; `scores` [repeats, N]."""
        tested = self.fold >= 0
        _, place = np.unique(self.fold[tested], return_inverse=True)
        return np.bincount(place, scores[tested]) / np.bincount(place)


@dataclass(frozen=True)
class Folds:
    """Differences of repeated k-fold: the variance of Nadeau and Bengio (2003), and never less than
    the items allow.

    Folds share training items, so the variance of the mean of J folds is not s²/J but s² (1/J +
    n_test/n_train). Repeats divide the same items anew and teach little about other items; what one
    run of k folds would have, with s² taken from the N items (`item_variance` / N per item and k
    n_test/n_train more for the shared training), is the floor.
    """

    mean: float
    folds: int
    items: int
    variance: float
    item_variance: float
    ratio: float
    per_run: int
    groups: GroupTerm | None = None

    def half_width(self, level: float) -> float:
        """Half-width: the corrected resampled t with J − 1 degrees of freedom, or the t over items
        if that is wider.
        """
        resampled = (
            t_quantile(self.folds - 1, level) ** 2 * self.variance * (1 / self.folds + self.ratio)
        )
        floor = self._over_items(level) / self.items * (1 + self.per_run * self.ratio)
        return float(np.sqrt(max(resampled, floor)))

    def _over_items(self, level: float) -> float:
        own = t_quantile(self.items - 1, level) ** 2 * self.item_variance
        if self.groups is None:
            return own
        return max(own, t_quantile(self.groups.df, level) ** 2 * self.groups.ms_item_widened)


def t_quantile(df: float, level: float) -> float:
    """The two-sided quantile of Student's t: |t| exceeds it with probability `level`.

    >>> round(t_quantile(4, 0.05), 3)
    2.776
    """
    from scipy.special import stdtrit

    return float(-stdtrit(df, level / 2))


def two_way(
    a: np.ndarray,
    b: np.ndarray | None = None,
    *,
    scale: float = 0.0,
    items_only: bool = False,
    skewed: bool = False,
    groups: np.ndarray | None = None,
) -> TwoWay:
    """Mean squares of scores a, or of differences a − b, [S replicates, N items]; b = None leaves
    the unpaired term out.

    `scale`: size of the two pseudo-items, in units of the score; 1 for 0/1 scores, 0 for none.
    `items_only`: the arms cannot differ by seed, or only one replicate exists. `skewed`: widen for
    skewness. `groups` [N]: which items belong together. Raises AlihError for fewer than two items
    and for values that are not finite.

    >>> round(two_way(np.array([[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]])).mean, 6)
    1.5
    """
    a = np.atleast_2d(np.asarray(a, dtype=float))
    b = None if b is None else np.atleast_2d(np.asarray(b, dtype=float))
    check_finite(a if b is None else np.stack(np.broadcast_arrays(a, b)))
    d = a if b is None else a - b
    seeds, items = d.shape
    if items < 2:
        raise AlihError("statistics.one_item", items=items)
    columns, mean = d.mean(axis=0), float(d.mean())
    widened = np.concatenate([columns, [scale, -scale]]) if scale else columns
    ms_item, skewness = seeds * float(widened.var(ddof=1)), skewness_of(columns) if skewed else 0.0
    term = None if groups is None else group_term(d, groups, scale=scale, skewed=skewed)
    if seeds == 1 or items_only:
        return TwoWay(mean, seeds, items, ms_item, skewness=skewness, groups=term)
    pairs = _spread(d)
    arms = None if b is None else _own_spreads(a, b)
    return TwoWay(
        mean,
        seeds,
        items,
        ms_item,
        pairs.ms_seed,
        pairs.ms_inter,
        arms,
        skewness=skewness,
        informed=term is None,
        groups=term,
    )


def uneven_two_way(
    a: np.ndarray,
    b: np.ndarray,
    shared: int,
    *,
    scale: float = 0.0,
    skewed: bool = False,
    groups: np.ndarray | None = None,
) -> TwoWay:
    """`two_way` for arms a [S_a, N] and b [S_b, N] of at least `uneven.LEAST` replicates each, of
    which the first `shared` are pairs.

    >>> three, five = np.eye(3, 4), np.eye(5, 4)
    >>> round(uneven_two_way(three, five, 3).seeds, 2)
    3.75
    """
    check_finite(np.concatenate([a, b]))
    if a.shape[1] < 2:
        raise AlihError("statistics.one_item", items=a.shape[1])
    uneven = Uneven.of(a, b, shared)
    seeds, total = uneven.replicates, uneven.total()
    columns, mean = a.mean(axis=0) - b.mean(axis=0), float(a.mean() - b.mean())
    widened = np.concatenate([columns, [scale, -scale]]) if scale else columns
    term = None
    if groups is not None:
        one, other = cycled(a, b)
        differ = int((one != other).any(axis=0).sum())
        term = term_of_parts(
            uneven.parts(a, b),
            (columns, mean),
            seeds,
            differ,
            groups=groups,
            scale=scale,
            skewed=skewed,
        )
    arms = _arms_of(uneven)
    squares = [arm.ms_seed for arm in arms]
    still = uneven.paired_df and min(squares) <= 1e-12 * max(squares)
    return TwoWay(
        mean,
        seeds,
        a.shape[1],
        seeds * float(widened.var(ddof=1)),
        total.ms_seed,
        total.ms_inter,
        None if still else arms,
        skewness=skewness_of(columns) if skewed else 0.0,
        informed=term is None,
        groups=term,
        uneven=uneven,
    )


def check_finite(scores: np.ndarray) -> None:
    """Raise AlihError when a score is NaN or infinite."""
    wrong = int((~np.isfinite(scores)).sum())
    if wrong:
        raise AlihError("statistics.not_finite", count=wrong, total=scores.size)


def _spread(scores: np.ndarray) -> Spread:
    """MS_seed and MS_inter of scores [S, N]."""
    seeds, items = scores.shape
    rows = scores.mean(axis=1)
    residual = scores - rows[:, None] - scores.mean(axis=0) + scores.mean()
    inter = float((residual**2).sum() / ((seeds - 1) * (items - 1)))
    return Spread(items * float(rows.var(ddof=1)), inter)


def _own_spreads(a: np.ndarray, b: np.ndarray) -> tuple[Spread, Spread] | None:
    """The spread of each arm by itself; nothing when an arm has none to add."""
    arms = _spread(a), _spread(b)
    squares = [arm.ms_seed for arm in arms]
    return None if min(squares) <= 1e-12 * max(squares) else arms


def folds(
    a: np.ndarray,
    b: np.ndarray | None = None,
    *,
    division: Division,
    scale: float = 0.0,
    skewed: bool = False,
    groups: np.ndarray | None = None,
) -> Folds:
    """Corrected variance of scores a, or of differences a − b, [repeats, N items]; scores that no
    fold tested do not count.

    `scale`, `skewed` and `groups` as in `two_way`. Raises AlihError for fewer than two folds or
    items and for values that are not finite.
    """
    tested = division.fold >= 0
    for side in (a, b):
        if side is not None:
            check_finite(np.asarray(side, dtype=float)[tested])
    d = np.asarray(a, dtype=float) - (0.0 if b is None else np.asarray(b, dtype=float))
    means = division.means(d)
    if means.size < 2:
        raise AlihError("statistics.one_fold", folds=means.size)
    seen = tested.any(axis=0)
    columns = np.where(tested, d, 0.0).sum(axis=0)[seen] / tested.sum(axis=0)[seen]
    together = None if groups is None else groups[seen]
    item = two_way(columns, scale=scale, skewed=skewed, groups=together)
    per_run = max(
        np.unique(row[row >= 0]).size for row in division.fold
    )  # a repeat that has begun holds fewer
    return Folds(
        float(means.mean()),
        means.size,
        item.items,
        float(means.var(ddof=1)),
        item.ms_item_widened,
        division.ratio,
        per_run,
        item.groups,
    )


def pseudo_values(value: float, left_out: np.ndarray) -> np.ndarray:
    """Jackknife pseudo-values [N] of a set-level metric, shifted so that their mean is the metric
    itself.

    `left_out` [N]: the metric without item i. One row per replicate makes a matrix for `two_way`
    (Miller 1974).
    """
    influence = -(len(left_out) - 1) * (left_out - left_out.mean())
    return value + (
        influence - influence.mean()
    )  # the factor N − 1 magnifies the rounding of the first mean


def difference(
    a: np.ndarray,
    b: np.ndarray,
    *,
    pseudo_values: bool = False,
    items_only: bool = False,
    groups: np.ndarray | None = None,
    shared: int | None = None,
) -> TwoWay:
    """The difference of scores a − b with the guards that their kind needs: [S, N] both, or with
    `shared` [S_a, N] and [S_b, N], the first `shared` replicates being pairs. Raises AlihError like
    `two_way`.
    """
    if shared is None or len(a) == len(b) == shared:
        more = guards(a, b, pseudo_values)
        return two_way(a, b, items_only=items_only, groups=groups, **more)
    more = guards(*cycled(a, b), pseudo_values)
    return uneven_two_way(a, b, shared, groups=groups, **more)


def interval(estimate: Estimate, level: float) -> tuple[float, float]:
    """Lower and upper end of the interval that misses the truth with probability `level`."""
    half = estimate.half_width(level)
    return estimate.mean - half, estimate.mean + half


def p_value(estimate: Estimate) -> float:
    """The smallest level whose interval excludes 0, so that p, interval and verdict always agree.

    Half-widths shrink as the level grows, so there is one; never below `SMALLEST_P`.
    """
    from scipy.optimize import brentq

    size = abs(estimate.mean)

    def beyond(log_level: float) -> float:
        return estimate.half_width(float(np.exp(log_level))) - size

    lowest = float(np.log(SMALLEST_P))
    if beyond(lowest) < 0:
        return SMALLEST_P
    if beyond(0.0) >= 0:
        return 1.0
    level = float(np.exp(brentq(beyond, lowest, 0.0, xtol=1e-12)))
    while level < 1 and estimate.half_width(level) >= size:  # the root's other side
        level *= 1 + 1e-11
    return min(level, 1.0)
