"""Proxy A-distance (Ben-David et al. 2007): how far two domains lie apart for a linear
classifier.
"""

from __future__ import annotations

from dataclasses import dataclass

from alih.statistics.single import wilson_of_folds


@dataclass(frozen=True)
class ADistance:
    """2 (1 − 2ε) clipped to 0…2, ε being the error of telling the domains apart; the 95 % interval
    is that of ε, widened for cross-validation.

    0: a linear classifier sees no difference; 2: it tells every image's domain. `n` images, half of
    each domain.
    """

    distance: float
    ci95: tuple[float, float]
    error: float
    n: int


def a_distance(error: float, n: int, folds: int) -> ADistance:
    """The distance that the share `error` of n images stands for, told apart in so many folds.

    >>> a_distance(0.25, 400, 5).distance
    1.0
    """
    low, high = wilson_of_folds(error, n, folds)
    return ADistance(_distance(error), (_distance(high), _distance(low)), error, n)


def _distance(error: float) -> float:
    return min(2.0, max(0.0, 2 * (1 - 2 * error)))
