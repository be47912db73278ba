"""Linear discriminant analysis: Gaussian classes around their means with one covariance Σ, the
pooled one within classes.

Σ = (1 − a) S + a (tr S / D) I. With one image per class S is 0, Σ is taken as I, and the nearest
mean remains.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alih.study.document.classifiers import Lda
from alih.transfer.classifiers.contract import Arrays, Family


def fit(
    features: NDArray[np.float64],
    labels: NDArray[np.int64],
    options: Sequence[Lda],
    target: np.ndarray | None = None,
) -> list[Arrays]:
    """Weights Σ⁻¹μ [P, D] and intercepts −½ μᵀΣ⁻¹μ + ln prior [P]."""
    counts = np.bincount(labels)
    means = np.stack([features[labels == c].mean(axis=0) for c in range(len(counts))])
    within = features - means[labels]
    found = []
    for option in options:
        covariance, shrinkage = _covariance(within, option.shrinkage)
        weights = _solve(covariance, means.T, shrinkage).T
        intercepts = -0.5 * (weights * means).sum(axis=1) + np.log(counts / counts.sum())
        found.append(
            {"weights": weights, "intercepts": intercepts, "shrinkage": np.array([shrinkage])}
        )
    return found


def _covariance(
    within: NDArray[np.float64], shrinkage: float | None
) -> tuple[NDArray[np.float64], float]:
    from sklearn.covariance import empirical_covariance, ledoit_wolf, shrunk_covariance

    if float(np.abs(within).max()) == 0.0:
        return np.eye(within.shape[1]), 1.0
    if shrinkage is None:
        covariance, chosen = ledoit_wolf(within, assume_centered=True)
        return covariance, float(chosen)
    return shrunk_covariance(
        empirical_covariance(within, assume_centered=True), shrinkage
    ), shrinkage


def _solve(
    covariance: NDArray[np.float64], right: NDArray[np.float64], shrinkage: float
) -> NDArray[np.float64]:
    from scipy.linalg import cho_factor, cho_solve, pinvh

    if shrinkage > 0:
        return cho_solve(cho_factor(covariance), right)
    return (
        pinvh(covariance) @ right
    )  # singular with fewer images than features, which rounding hides from Cholesky


def decide(arrays: Arrays, features: NDArray[np.float64], options: Lda) -> NDArray[np.float64]:
    """Logarithms of the joint densities, up to what all classes share, [M, P]."""
    return features @ arrays["weights"].T + arrays["intercepts"]


FAMILY = Family(fit, decide)
