"""Support vector machines, linear and RBF: scikit-learn's (libsvm, one against one), decided in
NumPy.

Decision values are the votes of all pairs of classes, ties broken by the pairs' confidences, as
`SVC.decision_function` gives them with `decision_function_shape="ovr"`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alih.study.document.classifiers import Svm
from alih.transfer.classifiers.contract import Arrays, Family

# A linear kernel over D standardised features is about D times an RBF kernel's values.
GRIDS = {"linear": (0.0001, 0.001, 0.01, 0.1), "rbf": (0.3, 1.0, 3.0, 10.0, 30.0)}


def fit(
    features: NDArray[np.float64],
    labels: NDArray[np.int64],
    options: Sequence[Svm],
    target: np.ndarray | None = None,
) -> list[Arrays]:
    """Support vectors [S, D] in order of their classes, dual coefficients, intercepts, and the
    kernel's gamma (NaN: linear).
    """
    from sklearn.svm import SVC

    variance = float(features.var()) or 1.0
    gamma = (
        np.nan
        if options[0].kernel == "linear"
        else options[0].gamma or 1.0 / (features.shape[1] * variance)
    )
    gram = kernel(features, features, gamma)
    found = []
    for option in options:
        grid = GRIDS[option.kernel]
        model = SVC(kernel="precomputed", C=option.C or grid[len(grid) // 2], cache_size=500).fit(
            gram, labels
        )
        found.append(
            {
                "support": features[model.support_],
                "dual": np.asarray(model.dual_coef_, dtype=np.float64),
                "counts": np.asarray(model.n_support_, dtype=np.int64),
                "intercepts": np.asarray(model.intercept_, dtype=np.float64),
                "gamma": np.array([gamma]),
            }
        )
    return found


def kernel(
    first: NDArray[np.float64], second: NDArray[np.float64], gamma: float
) -> NDArray[np.float64]:
    """k(a, b) = a·b when gamma is NaN, else exp(−gamma ‖a − b‖²), as [len(first), len(second)]."""
    product = first @ second.T
    if np.isnan(gamma):
        return product
    distance = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None] - 2 * product
    return np.exp(-gamma * np.maximum(distance, 0.0))


def decide(arrays: Arrays, features: NDArray[np.float64], options: Svm) -> NDArray[np.float64]:
    """Votes plus bounded confidences [M, P]; with two classes minus and plus half the margin."""
    values = kernel(features, arrays["support"], float(arrays["gamma"][0]))
    dual, intercepts = arrays["dual"], arrays["intercepts"]
    classes = len(arrays["counts"])
    if classes == 2:
        margin = values @ dual[0] + intercepts[0]
        return np.column_stack([-margin / 2, margin / 2])
    first, second = np.triu_indices(classes, 1)
    pair = values @ _coefficients(dual, arrays["counts"], first, second) + intercepts
    votes = np.zeros((len(features), classes))
    confidence = np.zeros_like(votes)
    for column, (i, j) in enumerate(zip(first, second, strict=True)):
        wins = pair[:, column] >= 0
        votes[:, i] += wins
        votes[:, j] += ~wins
        confidence[:, i] += pair[:, column]
        confidence[:, j] -= pair[:, column]
    return votes + confidence / (3 * (np.abs(confidence) + 1))


def _coefficients(
    dual: np.ndarray, counts: np.ndarray, first: np.ndarray, second: np.ndarray
) -> NDArray[np.float64]:
    """What each support vector adds to each pair's decision, [S, pairs], from libsvm's packed [P −
    1, S].
    """
    ends = np.cumsum(counts)
    starts = ends - counts
    matrix = np.zeros((dual.shape[1], len(first)))
    for column, (i, j) in enumerate(zip(first, second, strict=True)):
        matrix[starts[i] : ends[i], column] = dual[j - 1, starts[i] : ends[i]]
        matrix[starts[j] : ends[j], column] = dual[i, starts[j] : ends[j]]
    return matrix


def candidates(options: Svm) -> list[Svm]:
    """The given `C`, or the kernel's grid."""
    return (
        [options]
        if options.C is not None
        else [options.model_copy(update={"C": c}) for c in GRIDS[options.kernel]]
    )


FAMILY = Family(fit, decide, candidates)
