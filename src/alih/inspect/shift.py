"""How far two domains lie apart, measured on frozen features: proxy A-distance and maximum mean
discrepancy (MMD).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alih.seeding import numpy_generator
from alih.statistics.a_distance import ADistance, a_distance

BANDWIDTHS = (0.125, 0.25, 0.5, 1.0, 2.0)
LIMIT = 1000
"""Images per domain at most: kernels cost memory in the square of their number."""


@dataclass(frozen=True)
class Mmd:
    """Unbiased MMD² under the mean of Gaussian kernels; `p` and `null95` from permuted domains.

    `by_bandwidth` holds (factor on the mean squared distance, MMD², p) of each kernel alone. MMD²
    may be slightly negative when the domains agree; `null95` is where 95 % of the permuted values
    lie.
    """

    mmd2: float
    p: float
    null95: tuple[float, float]
    by_bandwidth: tuple[tuple[float, float, float], ...]
    n_source: int
    n_target: int


def proxy_a_distance(
    source: np.ndarray, target: np.ndarray, *, seed: int = 0, limit: int = LIMIT
) -> ADistance:
    """Proxy A-distance (Ben-David et al. 2007) of features [N, D] and [M, D].

    Logistic regression with an L2 penalty tells balanced domains (the larger one thinned out by
    address) apart in 5 folds. Raises AlihError for features of different widths or fewer than 10
    images in a domain.
    """
    from alih.transfer.classifiers.apart import told_apart

    found = told_apart(source, target, seed=seed, limit=limit)
    return a_distance(found.error, found.items, found.folds)


def mmd(
    source: np.ndarray,
    target: np.ndarray,
    *,
    bandwidths: Sequence[float] = BANDWIDTHS,
    permutations: int = 500,
    seed: int = 0,
    limit: int = LIMIT,
) -> Mmd:
    """Maximum mean discrepancy (Gretton et al. 2012, equation 3) of features [N, D] and [M, D],
    with a permutation test.

    Kernels exp(−‖a − b‖² / (2 σ²)), σ² = factor · mean squared distance of the joined features
    (Long et al. 2015). p = (1 + permuted values at least as large) / (1 + permutations). Raises
    AlihError as `proxy_a_distance` does.
    """
    from alih.transfer.classifiers.apart import checked_pair, drawn

    source, target = checked_pair(source, target)
    source, target = (
        drawn(source, min(len(source), limit), seed, "source"),
        drawn(target, min(len(target), limit), seed, "target"),
    )
    n, m = len(source), len(target)
    squared = _squared_distances(np.concatenate([source, target]))
    mean = squared.sum() / ((n + m) * (n + m - 1)) or 1.0
    generator = numpy_generator(seed, 0, "mmd-permutations")
    member = np.zeros((n + m, permutations + 1))
    member[:n, 0] = 1.0
    for column in range(1, permutations + 1):
        member[generator.permutation(n + m)[:n], column] = 1.0
    values = np.stack(
        [_mmd2(np.exp(-squared / (2 * factor * mean)), member, n, m) for factor in bandwidths]
    )
    together = values.mean(axis=0)
    low, high = np.quantile(together[1:], [0.025, 0.975])
    return Mmd(
        mmd2=float(together[0]),
        p=_p(together),
        null95=(float(low), float(high)),
        by_bandwidth=tuple(
            (float(f), float(row[0]), _p(row)) for f, row in zip(bandwidths, values, strict=True)
        ),
        n_source=n,
        n_target=m,
    )


def _mmd2(
    kernel: NDArray[np.float64], member: NDArray[np.float64], n: int, m: int
) -> NDArray[np.float64]:
    """Unbiased MMD² for each column of `member` (1: counted as source), the diagonal left out."""
    kernel = kernel - np.diag(np.diag(kernel))
    rows = kernel @ member
    within_source = (member * rows).sum(axis=0)
    across = ((1 - member) * rows).sum(axis=0)
    within_target = kernel.sum() - within_source - 2 * across
    return within_source / (n * (n - 1)) + within_target / (m * (m - 1)) - 2 * across / (n * m)


def _p(values: NDArray[np.float64]) -> float:
    # Rounding must not decide whether a permuted value equals the observed one.
    return float((values >= values[0] - 1e-12).sum() / len(values))


def _squared_distances(features: NDArray[np.float64]) -> NDArray[np.float64]:
    features = features - features.mean(axis=0)  # smaller numbers cancel less
    norms = (features**2).sum(axis=1)
    squared = np.maximum(norms[:, None] + norms[None] - 2 * features @ features.T, 0.0)
    np.fill_diagonal(squared, 0.0)
    return squared
