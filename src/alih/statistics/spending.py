"""What a look may spend of the level of error, and the level at which it is then taken.

Whoever looks k times and claims a difference at the first look that shows one errs more often than
at any single look. So every look spends a share of the level, and all of them together at most the
whole (Lan and DeMets 1983). Looks at growing data are tied: the statistics z of two of them
correlate by √(variance now / variance before). The level of a look is the one at which the first
claim falls on it with just the probability that it spends, from the joint distribution of the z of
all looks (Armitage, McPherson and Rowe 1969).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from alih.statistics.intervals import Estimate, Folds, TwoWay

PLANNED = 0.9
"""The share that is spent once the planned number of replicates is there; the rest is for looks
after it."""
UNTIL_DECIDED = 0.8
"""The share that a study may spend that runs until it is decided. Where σ² is a few times what
chance per item makes of it, intervals of 4 to 10 replicates miss up to 1.2 times as often as their
level says (`spread.py`), and such a study meets each of them."""
CLOSEST = 0.999
"""Looks that are tied more closely are taken for so close: the grid resolves no more."""
FARTHEST = 8.5
"""No z beyond this has a probability that matters beside others."""
TINY, MOST = 1e-300, 38.0
"""The smallest probability that is looked for, and a z that is rarer."""


@dataclass(frozen=True)
class Plan:
    """How many replicates were planned, or with `until_decided`, how many there are at most; of
    unequal numbers their harmonic mean.
    """

    replicates: int | float
    until_decided: bool = False

    def share(self, level: float, seen: float, spent: float, information: float) -> float:
        """The share of the level that is spent after a look at `seen` replicates, `spent` before
        it.

        Until decided: `UNTIL_DECIDED` in proportion to the `information`, as a share of what all
        replicates will give. Else `PLANNED` at the planned number, little before it, and after it
        half of what is left, look by look.
        """
        if self.until_decided:
            found = UNTIL_DECIDED * (1.0 if seen >= self.replicates else information)
        elif spent >= PLANNED - 1e-9:
            found = (1 + spent) / 2
        elif seen >= self.replicates:
            found = PLANNED
        else:
            found = early_share(level, seen / self.replicates)
        return max(spent, min(1.0, found))


def early_share(level: float, part: float) -> float:
    """The share that is spent when a `part` of the planned replicates is there: as little as
    O'Brien and Fleming (1979) spend (Lan and DeMets 1983), 2 − 2 Φ(z / √part).

    >>> [round(early_share(0.05, part), 3) for part in (0.4, 0.6, 0.8, 1)]
    [0.031, 0.193, 0.5, 0.9]
    """
    from scipy.special import ndtr, ndtri

    return float(2 * ndtr(ndtri(PLANNED * level / 2) / np.sqrt(part)) / level)


def open_share(look: int) -> float:
    """The share that look number `look` may spend where nobody knows how many there will be: 2⁻ᵏ.

    >>> open_share(1), open_share(2)
    (0.5, 0.25)
    """
    return 2.0**-look


def variance(estimate: Estimate, seen: float) -> float:
    """The variance of a difference at `seen` replicates (or folds), in proportion.

    Replicates share their test items, and folds their training items, so it does not fall to 0.
    """
    if isinstance(estimate, TwoWay):
        run, item, inter = estimate.variances
        return item / estimate.items + (run + inter / estimate.items) / seen
    assert isinstance(estimate, Folds)
    return 1 / seen + estimate.ratio


def information(estimate: Estimate, seen: float, most: float) -> float:
    """What `seen` replicates tell of a difference, as a share of what `most` will tell."""
    whole = variance(estimate, most)
    return min(1.0, whole / variance(estimate, seen)) if whole else 1.0


def tie(estimate: Estimate, before: float, now: float, uneven: bool = False) -> float:
    """The correlation of the z of a look at `before` replicates with that of one at `now`, which
    holds them all.

    Where either look is at `uneven` numbers of replicates, paired runs that are alike tie its z
    less, so the square is taken: to take a tie for too weak only costs level. It is right for runs
    that correlate by one half (0.69 from 3 and 3 to 3 and 8), and too strong for closer ones (0.49
    at 0.8); the intervals of unequal numbers are wide enough there to keep the level all the same
    (`tools/calibration/levels.py --uneven`).
    """
    told = information(estimate, before, now)
    return told if uneven else float(np.sqrt(told))


@dataclass(frozen=True)
class Spending:
    """The looks at one comparison, the last of them now.

    `shares`: of its level, all that was spent after each look. `ties`: the correlation of each look
    with the one before it, 0 where its scores do not hold those of the one before, or something
    else was asked; the first is 0. A look that is not tied pays for itself, whatever the others
    showed.
    """

    shares: tuple[float, ...]
    ties: tuple[float, ...]

    @property
    def last(self) -> float:
        """The share that the last look spends."""
        return max(0.0, self.shares[-1] - (self.shares[-2] if len(self.shares) > 1 else 0.0))

    def then(self, share: float, tied: float) -> Spending:
        """These looks and a further one."""
        return Spending((*self.shares, share), (*self.ties, tied))

    def level(self, whole: float) -> float:
        """The level of the last look, when the comparison may spend `whole` in all its looks."""
        shares, ties = self._tied()
        if len(shares) == 1 or self.last <= 0:
            return whole * self.last
        return _levels(whole, shares, ties)[-1]

    def whole(self, p: float) -> float:
        """The smallest `whole` at which the last look claims a difference with this p; 1 where none
        does. The inverse of `level`.
        """
        if self.last <= 0 or self.level(1.0) <= p:
            return 1.0
        shares, _ = self._tied()
        if len(shares) == 1:
            return p / self.last
        from scipy.optimize import brentq

        def short(log: float) -> float:
            return float(np.log(self.level(float(np.exp(log)))) - np.log(p))

        # A look's level lies between what it spends and what all looks together spend.
        low, high = np.log(p / shares[-1]), min(0.0, np.log(p / self.last))
        if short(low) >= 0:
            return float(np.exp(low))
        if short(high) <= 0:  # earlier looks spent next to nothing: rounding hides their part
            return float(np.exp(high))
        return float(np.exp(brentq(short, low, high, xtol=1e-10)))

    def _tied(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The looks that hang together with the last one, and what they spend from the first of
        them on.
        """
        first = max((at for at, tied in enumerate(self.ties) if tied <= 0), default=0)
        before = self.shares[first - 1] if first else 0.0
        return tuple(share - before for share in self.shares[first:]), self.ties[first:]


@lru_cache(maxsize=4096)
def _levels(whole: float, shares: tuple[float, ...], ties: tuple[float, ...]) -> tuple[float, ...]:
    """The level of each look, two-sided, so that the first claim falls on look i with probability
    whole · (shares[i] − shares[i − 1]).

    Follows the density of z where nothing was claimed yet from look to look, on a Gauss-Legendre
    grid.
    """
    from scipy.special import ndtr

    found, spent = [], 0.0
    z, mass = np.zeros(1), np.ones(1)
    for share, tied in zip(shares, ties, strict=True):
        rho = min(tied, CLOSEST)
        spread = float(np.sqrt(1 - rho**2))
        edge = _edge(z, mass, rho, spread, whole * max(0.0, share - spent))
        spent = max(spent, share)
        found.append(float(2 * ndtr(-edge)))
        z, mass = _unclaimed(z, mass, rho, spread, min(edge, FARTHEST))
    return tuple(found)


def _edge(z: Any, mass: Any, rho: float, spread: float, probability: float) -> float:
    """The |z| that is exceeded at the next look, and was not before, with this probability."""
    from scipy.optimize import brentq
    from scipy.special import ndtr

    def more(edge: float) -> float:
        tails = ndtr((-edge - rho * z) / spread) + ndtr((-edge + rho * z) / spread)
        return float(np.log(max(mass @ tails, TINY) / probability))

    if probability <= TINY:
        return MOST
    return float(brentq(more, 0.0, MOST, xtol=1e-11)) if more(0.0) > 0 else 0.0


def _unclaimed(z: Any, mass: Any, rho: float, spread: float, edge: float) -> tuple[Any, Any]:
    """Nodes of z at the next look within ± edge, and the probability that each stands for."""
    # Enough nodes for the narrowest bell, in steps of 16 so that few grids are needed.
    nodes, weights = _grid(16 * int(np.ceil(max(32, 6 * edge / spread) / 16)))
    nodes, weights = nodes * edge, weights * edge
    density = np.exp(-(((nodes - rho * z[:, None]) / spread) ** 2) / 2)
    return nodes, weights * (mass @ density) / (spread * np.sqrt(2 * np.pi))


@lru_cache(maxsize=64)
def _grid(count: int) -> tuple[Any, Any]:
    return np.polynomial.legendre.leggauss(count)
