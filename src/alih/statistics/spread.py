"""How far apart further runs would lie, from the few there are: a posterior for one mean square.

S runs of an arm on N items give MS_seed = N var(row means), whose expectation is MS_inter + N σ²:
what chance per item moves a mean, which MS_inter knows well, and what moves a whole run, σ. With
three runs MS_seed alone says next to nothing: its t quantile must be prepared for an expectation
that is many times as large, and it reckons with one far below MS_inter, where it cannot lie. So σ
gets a prior, in the only unit that is known beforehand: λ = N σ² / MS_inter, with √λ ~ half-t with
`TAIL` degrees of freedom and scale √`SCALE` (after Gelman 2006, whose half-Cauchy has 1). Given λ,
MS_seed (S − 1) / (MS_inter (1 + λ)) is chi-squared with S − 1 degrees of freedom; the posterior is
computed on a grid of λ.

Both numbers were chosen so that few runs keep their level whatever λ is, on normal runs and on
scores of real networks (docs/statistics.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

# Degrees of freedom and squared scale of the half-t prior. A heavier tail shortens less; the
# half-Cauchy misses too often at any scale: runs that happen to lie close then count as proof.
TAIL = 0.25
SCALE = 0.1
# From so many replicates on, the prior has nothing to say that they do not say themselves.
LET_GO = 12
# Values of λ, each a third larger than the one before.
GRID = np.concatenate([[0.0], np.geomspace(1e-2, 1e9, 79)])
# Beyond this MS_seed / MS_inter, chance per item says nothing about runs.
LARGEST = 1e5
CLASSES = 64
"""Classes into which the sums of two arms' mean squares are gathered."""
STEPS, CLOSE = 60, 1e-7
"""Steps to a quantile, and the relative step at which it is found."""
NEGLIGIBLE = 1e-14
"""No level asks for less."""


@dataclass(frozen=True)
class Spread:
    """MS_seed of scores, and the MS_inter that it would have if no run were better than another."""

    ms_seed: float
    ms_inter: float

    @property
    def usable(self) -> bool:
        """Whether MS_inter says anything about MS_seed."""
        return self.ms_inter > 0 and self.ms_seed <= LARGEST * self.ms_inter

    def projected(self, items: int, to: int) -> Spread:
        """What would be expected on `to` items instead of `items`, the variance between runs
        staying as it is.
        """
        between = max(0.0, (self.ms_seed - self.ms_inter) / items)
        return Spread(self.ms_inter + to * between, self.ms_inter)


@dataclass(frozen=True, eq=False)
class Mixture:
    """Weights that add up to 1 and the mean squares that have them, both [K]."""

    weights: np.ndarray
    squares: np.ndarray

    def __add__(self, other: Mixture) -> Mixture:
        """The sum of two independent mean squares, gathered in classes that keep its mean."""
        weights = np.outer(self.weights, other.weights).ravel()
        squares = np.add.outer(self.squares, other.squares).ravel()
        low, high = np.log(squares.min()), np.log(squares.max())
        place = ((np.log(squares) - low) / (high - low) * (CLASSES - 1)).astype(int)
        total = np.bincount(place, weights, CLASSES)
        filled = total > 0
        mean = np.bincount(place, weights * squares, CLASSES)[filled] / total[filled]
        return Mixture(total[filled], mean)

    def quantile_squared(self, level: float, further: float = 0.0, most: float = np.inf) -> float:
        """q² such that a normal deviate, of variance `further` + a mean square of this mixture,
        exceeds ±q with probability `level`; `most` where that is less.

        Newton steps on log q, of the logarithm of the normal quantile that its tail would have,
        which for a single mean square is a straight line; a bracket guards them.
        """
        from scipy.special import ndtr, ndtri

        sd = np.sqrt(self.squares + further)
        z = max(-float(ndtri(level / 2)), 1e-9)
        low, high = np.log(z * np.array([sd.min(), min(sd.max(), most**0.5 / z)]))
        at = high
        for _ in range(STEPS):
            x = np.exp(at) / sd
            y = -float(ndtri(self.weights @ ndtr(-x)))
            if y <= z and at == high:
                break
            low, high = (low, at) if y > z else (at, high)
            slope = np.exp((y**2 - x**2) / 2) @ (self.weights * x) / y
            step = np.log(y / z) / slope
            at = at - step if low <= at - step <= high else (low + high) / 2
            if abs(step) < CLOSE:
                break
        return min(float(np.exp(2 * at)), most)


def posterior(spread: Spread, df: int) -> Mixture:
    """What E[MS_seed] may be after `df` + 1 runs."""
    expected = 1 + GRID
    log_likelihood = -df / 2 * (np.log1p(GRID) + spread.ms_seed / spread.ms_inter / expected)
    weights = _prior() * np.exp(log_likelihood - log_likelihood.max())
    weights /= weights.sum()
    kept = weights > NEGLIGIBLE
    return Mixture(weights[kept], spread.ms_inter * expected[kept])


@cache
def _prior() -> np.ndarray:
    """Prior probabilities of the values in `GRID`: each gets what lies nearest to it."""
    from scipy.special import stdtr

    edges = np.sqrt(np.concatenate([[GRID[1] / 2], np.sqrt(GRID[1:-1] * GRID[2:])]))
    below = 2 * stdtr(TAIL, edges / SCALE**0.5) - 1
    return np.diff(np.concatenate([[0.0], below, [1.0]]))
