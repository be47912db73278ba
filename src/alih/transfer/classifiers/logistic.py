"""Multinomial logistic regression with an L2 penalty (scikit-learn's L-BFGS): Σ log loss + ‖W‖² /
(2 C), intercept free.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alih.study.document.classifiers import Logistic
from alih.transfer.classifiers.contract import Arrays, Family

GRID = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
ITERATIONS = 1000
TOLERANCE = 1e-6


def fit(
    features: NDArray[np.float64],
    labels: NDArray[np.int64],
    options: Sequence[Logistic],
    target: np.ndarray | None = None,
) -> list[Arrays]:
    """Weights [P, D] and intercepts [P] for each `C`."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    # Comparing candidates needs fewer digits than the result: single precision, and each starts
    # where the one before ended.
    trial = len(options) > 1
    features = features.astype(np.float32) if trial else features
    basis = None
    if len(features) < features.shape[1]:
        # Weights outside the span of the images cost penalty and change no logit, so N < D features
        # become N, exactly.
        left, singular, basis = np.linalg.svd(features, full_matrices=False)
        features = left * singular
    model = LogisticRegression(
        max_iter=ITERATIONS, tol=1e-4 if trial else TOLERANCE, warm_start=trial
    )
    found = []
    for option in options:
        with warnings.catch_warnings():
            # An almost unpenalised fit to separable features has no end; its predictions stand long
            # before.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.set_params(C=option.C or GRID[len(GRID) // 2]).fit(features, labels)
        spanned = model.coef_ if basis is None else model.coef_ @ basis
        weights, intercepts = (
            spanned.astype(np.float64),
            np.array(model.intercept_, dtype=np.float64),
        )
        if len(weights) == 1:  # two classes: scikit-learn keeps one row, the logit of the second
            weights, intercepts = np.vstack([0 * weights, weights]), np.array([0.0, intercepts[0]])
        found.append({"weights": weights, "intercepts": intercepts})
    return found


def decide(arrays: Arrays, features: NDArray[np.float64], options: Logistic) -> NDArray[np.float64]:
    """Logits [M, P]."""
    return features @ arrays["weights"].T + arrays["intercepts"]


def candidates(options: Logistic) -> list[Logistic]:
    """The given `C`, or the grid."""
    return (
        [options] if options.C is not None else [options.model_copy(update={"C": c}) for c in GRID]
    )


FAMILY = Family(fit, decide, candidates)
