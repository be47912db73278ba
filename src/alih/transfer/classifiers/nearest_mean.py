"""The nearest class mean, by Euclidean distance or by the cosine between image and mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alih.study.document.classifiers import NearestMean
from alih.transfer.classifiers.contract import Arrays, Family


def fit(
    features: NDArray[np.float64],
    labels: NDArray[np.int64],
    options: Sequence[NearestMean],
    target: np.ndarray | None = None,
) -> list[Arrays]:
    """Class means [P, D]."""
    means = np.stack([features[labels == c].mean(axis=0) for c in range(labels.max() + 1)])
    return [{"means": means} for _ in options]


def decide(
    arrays: Arrays, features: NDArray[np.float64], options: NearestMean
) -> NDArray[np.float64]:
    """Minus half the mean squared difference per feature, or the cosine, [M, P]."""
    means = arrays["means"]
    if options.metric == "cosine":
        norms = np.linalg.norm(features, axis=1)[:, None] * np.linalg.norm(means, axis=1)[None]
        return features @ means.T / np.where(norms > 0, norms, 1.0)
    # The squared norm of the image is the same for all classes, but keeps the values readable.
    squared = (
        (features**2).sum(axis=1)[:, None] + (means**2).sum(axis=1)[None] - 2 * features @ means.T
    )
    return -0.5 * squared / features.shape[1]


FAMILY = Family(fit, decide)
