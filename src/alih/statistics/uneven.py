"""Arms with unequal numbers of replicates: what each of them adds to the variance of a difference.

Arm a has S_a replicates, b has S_b, on the same N items; the first P of both are pairs. The
difference of the two means over all replicates is a sum of parts that are independent of each
other: the pairs θ_a a_r − θ_b b_r, with θ = P / S, and per arm the S − P replicates without a
partner. So its variance has two estimates, like that for equal numbers (`intervals.py`):

    unpaired   MS_a / S_a + MS_b / S_b
    paired     MS(θ_a a − θ_b b) / P + Σ (S − P) / S² MS of each arm

with (S_a − 1, S_b − 1) and (P − 1, S_a − 1, S_b − 1) degrees of freedom. Welch's number for the
first is bounded by 2 (min(S_a, S_b) − 1), its largest value for equal numbers: where few runs of
one arm happen to lie close together, it would rise to that of the other arm, and the interval be
too narrow just then. An arm of two replicates does not show its spread well enough for that either;
it is compared by pairs alone. Both estimates are brought to the scale of equal numbers by the
harmonic mean of S_a and S_b, which takes the place of S.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from alih.statistics.spread import Spread

LEAST = 3
"""Replicates that each arm needs for those without a partner to count: 2 against 5 or 10 keep 88 to
93 % where the two vary much, 2 against 2 keep 94 to 95 %."""

MOST_TIMES = 3
"""Where one arm has more than so many times the replicates of the other, the prior for the variance
between runs does not enter: the other arm is then nearly all that is uncertain, and the prior alone
misses too often (3 against 12 or 20 on 0/1 scores: 91 to 93 % instead of 95 to 96 %)."""

Weighted = tuple[Spread, int]
"""Mean squares, and the degrees of freedom of the first."""


def effective(one: int, other: int) -> int | float:
    """The harmonic mean of two numbers of replicates: with so many of each arm, independent runs
    that spread alike give a difference the same variance.

    >>> effective(5, 5), effective(3, 6), round(effective(3, 8), 2)
    (5, 4, 4.36)
    """
    found = 2 * one * other / (one + other)
    return int(found) if found.is_integer() else found


@dataclass(frozen=True)
class Uneven:
    """Replicates of both arms, of which the first `shared` are pairs, and mean squares: `own` of
    each arm over all its replicates, `first` over the pairs alone, `cross` their mean product over
    the pairs (None without two pairs).
    """

    counts: tuple[int, int]
    shared: int
    own: tuple[Spread, Spread]
    first: tuple[Spread, Spread] | None = None
    cross: Spread | None = None

    @classmethod
    def of(cls, a: np.ndarray, b: np.ndarray, shared: int) -> Uneven:
        """From scores [S_a, N] and [S_b, N]."""
        counts, own = (len(a), len(b)), (spread(a), spread(b))
        if shared < 2:
            return cls(counts, shared, own)
        pairs = a[:shared], b[:shared]
        return cls(counts, shared, own, (spread(pairs[0]), spread(pairs[1])), spread(*pairs))

    @property
    def replicates(self) -> int | float:
        """What takes the place of the number of replicates."""
        return effective(*self.counts)

    @property
    def lopsided(self) -> bool:
        """Whether the prior says too little about the arm with fewer replicates."""
        return max(self.counts) > MOST_TIMES * min(self.counts)

    @property
    def paired_df(self) -> int:
        """Degrees of freedom of the pairs; 0 where there are none to tell from."""
        return self.shared - 1 if self.first else 0

    def unpaired(self) -> tuple[Weighted, Weighted]:
        """What each arm adds, as if no run had a partner."""
        one, other = (
            (scaled(own, self.replicates / count), count - 1)
            for own, count in zip(self.own, self.counts, strict=True)
        )
        return one, other

    def paired(self) -> list[Weighted]:
        """What the pairs add, then each arm's replicates without a partner; [] without two
        pairs.
        """
        if self.first is None or self.cross is None:
            return []
        (one, other), (x, y) = self.first, (self.shared / count for count in self.counts)
        squares = [
            max(0.0, x**2 * a + y**2 * b - 2 * x * y * c)
            for a, b, c in (
                (one.ms_seed, other.ms_seed, self.cross.ms_seed),
                (one.ms_inter, other.ms_inter, self.cross.ms_inter),
            )
        ]
        pairs = scaled(Spread(*squares), self.replicates / self.shared)
        return [
            (pairs, self.paired_df),
            *(
                (scaled(own, self.replicates * (count - self.shared) / count**2), count - 1)
                for own, count in zip(self.own, self.counts, strict=True)
                if count > self.shared
            ),
        ]

    def parts(self, a: np.ndarray, b: np.ndarray) -> list[tuple[float, np.ndarray]]:
        """The scores [S, N] whose mean squares make up that of the difference, with the factor of
        each.
        """
        (one, other), seeds, shared = self.counts, self.replicates, self.shared
        if not self.paired_df:
            return [(seeds / one, a), (seeds / other, b)]
        pairs = shared / one * a[:shared] - shared / other * b[:shared]
        return [
            (seeds / shared, pairs),
            (seeds * (one - shared) / one**2, a),
            (seeds * (other - shared) / other**2, b),
        ]

    def total(self) -> Spread:
        """The mean squares of the difference, paired where there are pairs."""
        parts = self.paired() or self.unpaired()
        return Spread(sum(s.ms_seed for s, _ in parts), sum(s.ms_inter for s, _ in parts))

    def single(self) -> float:
        """The mean square between runs of the difference of one run of each arm; never below what
        fully tied runs would have.
        """
        a, b = (own.ms_seed for own in self.own)
        tie = 0.0
        if self.first is not None and self.cross is not None:
            size = (self.first[0].ms_seed * self.first[1].ms_seed) ** 0.5
            tie = min(1.0, max(-1.0, self.cross.ms_seed / size)) if size else 0.0
        return a + b - 2 * tie * (a * b) ** 0.5

    def projected(self, items: int, to: int, seeds: int) -> Uneven:
        """What would be expected on `to` items instead of `items`, and with at least so many
        replicates of each arm, paired as far as they go.
        """
        counts = max(self.counts[0], seeds), max(self.counts[1], seeds)
        more = min(counts) - min(self.counts)
        cross = self.cross
        if cross is not None:
            between = (cross.ms_seed - cross.ms_inter) / items
            cross = Spread(cross.ms_inter + to * between, cross.ms_inter)
        return replace(
            self,
            counts=counts,
            shared=self.shared + more,
            own=_projected(self.own, items, to),
            first=self.first and _projected(self.first, items, to),
            cross=cross,
        )


def spread(a: np.ndarray, b: np.ndarray | None = None) -> Spread:
    """MS_seed and MS_inter of scores [S, N], or the mean products of two arms' pairs."""
    b = a if b is None else b
    seeds, items = a.shape
    rows, residuals = [], []
    for scores in (a, b):
        own = scores.mean(axis=1)
        rows.append(own - own.mean())
        residuals.append(scores - own[:, None] - scores.mean(axis=0) + scores.mean())
    inter = float((residuals[0] * residuals[1]).sum() / ((seeds - 1) * (items - 1)))
    return Spread(items * float(rows[0] @ rows[1]) / (seeds - 1), inter)


def scaled(one: Spread, factor: float) -> Spread:
    """Mean squares in another unit."""
    return Spread(factor * one.ms_seed, factor * one.ms_inter)


def _projected(pair: tuple[Spread, Spread], items: int, to: int) -> tuple[Spread, Spread]:
    one, other = (own.projected(items, to) for own in pair)
    return one, other


def cycled(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both arms with as many rows as the larger one, the smaller one's repeated in order."""
    rows = np.arange(max(len(a), len(b)))
    return a[rows % len(a)], b[rows % len(b)]
