"""What groups of items (images of a patient, frames of a video) add to the variance of a mean.

Items of a group move together, so a set of other groups differs by more than its number of items
suggests. With e the column means less the grand mean and E_g their sum over the n_g items of group
g,

    Var(mean) = Σ_g E_g² / (1 − n_g / N) / N²

is the cluster-robust variance with the small-sample correction CR2 (Bell and McCaffrey 2002). It is
s² / N where every item is a group of its own. The interaction of runs and items is clustered
likewise. The t quantile has Bell and McCaffrey's degrees of freedom for groups whose items agree
fully: G − 1 for groups of one size, fewer where sizes differ.

Three guards, as for items. The interval over items counts where it is wider, since few groups may
agree by chance. Skewed sums widen. And where 0/1 scores differ on few items, nobody can see whether
the next group differs as a whole: two pseudo-groups that differ by + and − the same stand for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

FEWEST = 5
"""Groups that a verdict about others takes: the sums of two to four do not show their spread."""
FEW_ITEMS = 10
"""Up to this many differing items pseudo-groups have full size."""
SKEW_WIDENING = 1.6
"""Widening for skewed scores, per unit of skewness / √n; the smallest value whose simulated
coverage stays at 94 %."""


@dataclass(frozen=True)
class GroupTerm:
    """The item terms of a two-way layout whose items come in `count` groups, on the scale of
    `ms_item` and `ms_inter` of `TwoWay`; `df` are the degrees of freedom of the first, `widening`
    is for skewness.
    """

    count: int
    ms_item: float
    ms_inter: float
    df: float
    widening: float = 1.0

    @property
    def ms_item_widened(self) -> float:
        """`ms_item` as the interval uses it."""
        return self.ms_item * self.widening

    def projected(self, seeds: float, items: float) -> GroupTerm:
        """What would be expected with so many times as many replicates, and groups of the same
        sizes.
        """
        return replace(
            self,
            count=round(self.count * items),
            ms_item=rescaled(self.ms_item, self.ms_inter, seeds),
            df=max(1.0, (self.df + 1) * items - 1),
        )


def rescaled(ms_item: float, ms_inter: float, ratio: float) -> float:
    """The mean square of items to expect with `ratio` times as many replicates."""
    return ratio * max(0.0, ms_item - ms_inter) + ms_inter


def group_count(groups: np.ndarray) -> int:
    """How many groups `groups` [N] numbers."""
    return int(np.unique(groups).size)


def group_term(
    d: np.ndarray, groups: np.ndarray, *, scale: float = 0.0, skewed: bool = False
) -> GroupTerm | None:
    """The item terms of differences d [S, N] of items in `groups` [N]; `scale` and `skewed` as in
    `two_way`.

    None where each item is a group of its own, which adds nothing, and where there is one group,
    which says nothing about others.
    """
    differ = int((d != 0).any(axis=0).sum())
    columns = d.mean(axis=0), float(d.mean())
    return term_of_parts(
        [(1.0, d)], columns, len(d), differ, groups=groups, scale=scale, skewed=skewed
    )


def term_of_parts(
    parts: Sequence[tuple[float, np.ndarray]],
    columns_and_mean: tuple[np.ndarray, float],
    seeds: float,
    differ: int,
    *,
    groups: np.ndarray,
    scale: float = 0.0,
    skewed: bool = False,
) -> GroupTerm | None:
    """The item terms of a difference that is a sum of independent `parts`, scores [S, N] with the
    factor by which each one's mean square enters; `seeds` is the number of replicates in whose unit
    they are told, `differ` the number of items that differ in any run.
    """
    columns, mean = columns_and_mean
    _, place, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    items, count = columns.size, sizes.size
    if count in (1, items):
        return None
    weights = 1 / (1 - sizes / items)
    sums = np.bincount(place, columns - mean)
    unseen = 2 * _pseudo_size(differ, sums, sizes, scale) ** 2 if scale else 0.0
    ms_item = seeds * (float((weights * sums**2).sum()) + unseen) / items
    ms_inter = 0.0
    for factor, d in parts:
        if len(d) > 1:
            residual = d - d.mean(axis=1, keepdims=True) - d.mean(axis=0) + float(d.mean())
            each = np.stack([np.bincount(place, row) for row in residual])
            ms_inter += factor * float((weights * each**2).sum()) / ((len(d) - 1) * items)
    df = degrees_of_freedom(sizes)
    widening = 1.0
    if skewed:
        # Sums of few groups look skewed by chance, single items do less.
        shown = min(abs(skewness_of(sums / np.sqrt(sizes))), abs(skewness_of(columns)))
        widening = skew_widening(shown, df + 1)
    return GroupTerm(count, ms_item, ms_inter, df, widening)


def degrees_of_freedom(sizes: np.ndarray) -> float:
    """Bell and McCaffrey's degrees of freedom of the CR2 variance of a mean over groups of these
    sizes whose items agree fully; at least 1.

    (Σ λ)² / Σ λ² with λ the eigenvalues of the quadratic form. Its matrix is diagonal but for rank
    two, so traces take G steps.

    >>> round(degrees_of_freedom(np.full(12, 7)), 6)
    11.0
    """
    n = sizes.astype(float)
    share, own = n / n.sum(), n**2
    weights = 1 / (1 - share)
    # Cov(E) = diag(own) + U K U', since E = s − share Σ s for independent group sums s.
    u = np.stack([share, own], axis=1)
    k = np.array([[own.sum(), -1.0], [-1.0, 0.0]])
    inner = k @ (u.T @ (weights[:, None] * u))
    trace = (weights * own).sum() + np.trace(inner)
    cross = k @ (u.T @ ((weights**2 * own)[:, None] * u))
    square = ((weights * own) ** 2).sum() + 2 * np.trace(cross) + np.trace(inner @ inner)
    return max(1.0, float(trace**2 / square))


def _pseudo_size(differ: int, sums: np.ndarray, sizes: np.ndarray, scale: float) -> float:
    """How far the sum of an unseen group may lie off: as far as sums that differ usually do, and
    where few items differ, as far as if a part of its items did that the data cannot rule out.
    """
    squares = sums**2
    total = float(squares.sum())
    usual = float(np.sqrt((squares**2).sum() / total)) if total else 0.0
    typical = float((sizes.astype(float) ** 2).sum() / sizes.sum()) ** 0.5
    return max(usual, scale * max(1.0, typical * min(1.0, FEW_ITEMS / max(1, differ))))


def skew_widening(skewness: float, n: float) -> float:
    """What a variance is multiplied by for the skewness of n values; fewer show less than there is,
    so they count as still fewer.
    """
    return (1 + SKEW_WIDENING * abs(skewness) / max(n - 10, n / 2) ** 0.5) ** 2


def skewness_of(values: np.ndarray) -> float:
    """The adjusted sample skewness G1 (scipy.stats.skew without bias); 0 for fewer than 3 values or
    no spread.
    """
    n, centred = values.size, values - values.mean()
    variance = float((centred**2).mean())
    if n < 3 or variance <= (1e-12 * float(np.abs(values).max())) ** 2:
        return 0.0
    return float((centred**3).mean() / variance**1.5 * np.sqrt(n * (n - 1)) / (n - 2))
