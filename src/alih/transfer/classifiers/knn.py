"""k nearest neighbours. Votes (v + 1/P) / (Σv + 1) keep every class possible; their logarithms are
the decision values.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alih.study.document.classifiers import Knn
from alih.transfer.classifiers.contract import Arrays, Family

# From much to little smoothing.
GRID = (25, 15, 9, 5, 3, 1)
ROWS = 1000


def fit(
    features: NDArray[np.float64],
    labels: NDArray[np.int64],
    options: Sequence[Knn],
    target: np.ndarray | None = None,
) -> list[Arrays]:
    """The training images themselves."""
    kept = _unit(features) if options[0].metric == "cosine" else features
    return [{"features": kept, "labels": labels} for _ in options]


def decide(arrays: Arrays, features: NDArray[np.float64], options: Knn) -> NDArray[np.float64]:
    """Logarithms of the smoothed shares of votes, [M, P]; `k` is at most the number of training
    images.
    """
    if options.metric == "cosine":
        features = _unit(features)
    return np.concatenate(
        [_votes(arrays, features[i : i + ROWS], options) for i in range(0, len(features), ROWS)]
    )


def _votes(arrays: Arrays, features: NDArray[np.float64], options: Knn) -> NDArray[np.float64]:
    known, labels = arrays["features"], arrays["labels"]
    classes = int(labels.max()) + 1
    k = min(options.k or 5, len(known))
    squared = (
        (features**2).sum(axis=1)[:, None] + (known**2).sum(axis=1)[None] - 2 * features @ known.T
    )
    # Equal distances are taken in the order of the training images.
    near = np.argsort(squared, axis=1, kind="stable")[:, :k]
    weights = np.ones(near.shape)
    if options.weights == "distance":
        weights = _inverse_distance(
            np.sqrt(np.maximum(np.take_along_axis(squared, near, axis=1), 0.0))
        )
    votes = np.zeros((len(features), classes))
    np.add.at(votes, (np.arange(len(features))[:, None], labels[near]), weights)
    return np.log((votes + 1.0 / classes) / (votes.sum(axis=1, keepdims=True) + 1.0))


def _inverse_distance(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights 1 / distance with sum k; an image that equals training images listens to these
    alone.
    """
    same = distance <= 1e-12
    weights = np.where(same.any(axis=1, keepdims=True), same, 1.0 / np.where(same, 1.0, distance))
    return weights * (distance.shape[1] / weights.sum(axis=1, keepdims=True))


def _unit(features: NDArray[np.float64]) -> NDArray[np.float64]:
    norms = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.where(norms > 0, norms, 1.0)


def candidates(options: Knn) -> list[Knn]:
    """The given `k`, or the grid."""
    return (
        [options] if options.k is not None else [options.model_copy(update={"k": k}) for k in GRID]
    )


FAMILY = Family(fit, decide, candidates, unfolded=-1)
