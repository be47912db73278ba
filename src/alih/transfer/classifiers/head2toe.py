"""Head2Toe (Evci et al. 2022, "Head2Toe: Utilizing Intermediate Representations for Better Transfer
Learning"): the features that matter most under a group lasso, then logistic regression on them.

The group lasso is min mean log loss + λ Σ_d ‖W_d‖₂ over weights W [D, P] with free intercepts: the
weights of a feature over all classes vanish together or not at all. λ is a share of λ_max, from
which on all vanish. Features are ranked by ‖W_d‖₂; the authors' gradient descent ends at no exact
zeros, so those that vanish follow here by the size of their gradient, λ at most: in the order in
which they are nearest to entering.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alih.study.document.classifiers import Head2Toe, Logistic
from alih.transfer.classifiers import logistic
from alih.transfer.classifiers.contract import Arrays, Family, log_softmax

Floats = NDArray[np.float64]

KEEP = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 1.0)
"""Shares of features from which cross-validation chooses: the paper's, and all."""

TOLERANCE = 0.01
"""The group lasso has converged when no feature, nor the intercepts, violate the conditions of an
optimum (Karush-Kuhn-Tucker) by more than this share of λ."""

STEPS = 5000
"""Most steps on one set of features; where they do not suffice, the ranking is of the last one."""


def fit(
    features: Floats,
    labels: NDArray[np.int64],
    options: Sequence[Head2Toe],
    target: np.ndarray | None = None,
) -> list[Arrays]:
    """The features `kept` (their columns, ascending) with weights [P, kept] and intercepts [P]."""
    order = ranking(features, labels, options[0].lasso)
    found: list[Arrays] = []
    for keep, alike in itertools.groupby(options, lambda option: option.keep):
        kept = np.sort(order[: math.ceil((keep or KEEP[len(KEEP) // 2]) * features.shape[1])])
        penalties = [Logistic(C=option.C) for option in alike]
        fitted = logistic.fit(features[:, kept], labels, penalties)
        found += [{"kept": kept, **arrays} for arrays in fitted]
    return found


def ranking(features: Floats, labels: NDArray[np.int64], lasso: float) -> NDArray[np.int64]:
    """The features [D], the one that matters most first; equals in their order."""
    largest = _norms(_gradient(features, labels, *_start(features, labels))).max()
    weights, _, gradient = group_lasso(features, labels, lasso * largest)
    return np.lexsort((-_norms(gradient), -_norms(weights)))


def group_lasso(
    features: Floats, labels: NDArray[np.int64], strength: float
) -> tuple[Floats, Floats, Floats]:
    """Weights [D, P] and intercepts [P] at the optimum, and the loss's gradient [D, P] there.

    Solved on a growing set of features: those outside it have no weights, and join where their
    gradient exceeds λ. On the set by FISTA (Beck & Teboulle 2009) with restarts (O'Donoghue &
    Candès 2015).
    """
    weights, intercepts = _start(features, labels)
    inside = np.zeros(features.shape[1], dtype=bool)
    while True:
        gradient = _gradient(features, labels, weights, intercepts)
        excess = np.where(inside, 0.0, _norms(gradient) - strength)
        new = np.argsort(-excess, kind="stable")[: len(features)]
        new = new[excess[new] > TOLERANCE * strength]
        if not len(new):
            return weights, intercepts, gradient
        inside[new] = True
        chosen = np.flatnonzero(inside)
        weights[chosen], intercepts = _fista(
            features[:, chosen], labels, strength, weights[chosen], intercepts
        )


def _fista(
    features: Floats, labels: NDArray[np.int64], strength: float, weights: Floats, free: Floats
) -> tuple[Floats, Floats]:
    # The intercepts are the weights of a last column of ones, which no penalty shrinks.
    columns = np.column_stack([features, np.ones(len(features))])
    # The Hessian of the softmax's log loss is at most ½ (Böhning 1992): this step always descends.
    # Where many classes share the probability, longer ones do.
    safe = 2.0 * len(features) / np.linalg.norm(columns, 2) ** 2
    step = safe * len(free)
    old = here = np.vstack([weights, free])
    old_logits = logits = columns @ here
    momentum, carry = 1.0, 0.0
    for _ in range(STEPS):
        ahead, its = here + carry * (here - old), logits + carry * (logits - old_logits)
        loss, errors = _loss(its, labels)
        gradient = columns.T @ errors
        old, old_logits = here, logits
        while True:
            here = ahead - step * gradient
            sizes = np.maximum(_norms(here[:-1]), 1e-300)[:, None]
            here[:-1] *= np.maximum(0.0, 1.0 - step * strength / sizes)
            logits, change = columns @ here, here - ahead
            most = loss + (gradient * change).sum() + (change**2).sum() / (2 * step)
            if step <= safe or _loss(logits, labels)[0] <= most + 1e-12:
                break
            step = max(step / 2, safe)
        # A step is as long as the point that it starts from is far from meeting the conditions.
        if _norms(change).max() <= 0.5 * TOLERANCE * strength * step:
            break
        if (change * (here - old)).sum() < 0:
            momentum, carry = 1.0, 0.0
            continue
        following = 0.5 + math.sqrt(0.25 + momentum**2)
        carry, momentum = (momentum - 1) / following, following
    return here[:-1], here[-1]


def _start(features: Floats, labels: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """No weights, and the intercepts that are best without any."""
    counts = np.bincount(labels)
    return np.zeros((features.shape[1], len(counts))), np.log(counts / len(labels))


def _gradient(features: Floats, labels: NDArray[np.int64], weights: Floats, free: Floats) -> Floats:
    """The gradient of the mean log loss by the weights, [D, P]."""
    active = weights.any(axis=1)
    return features.T @ _loss(features[:, active] @ weights[active] + free, labels)[1]


def _loss(logits: Floats, labels: NDArray[np.int64]) -> tuple[float, Floats]:
    """The mean log loss, and its gradient by the logits [N, P]."""
    rows = np.arange(len(labels))
    likely = log_softmax(logits)
    errors = np.exp(likely)
    errors[rows, labels] -= 1.0
    return -float(likely[rows, labels].mean()), errors / len(labels)


def _norms(rows: Floats) -> Floats:
    return np.linalg.norm(rows, axis=1)


def decide(arrays: Arrays, features: Floats, options: Head2Toe) -> Floats:
    """Logits [M, P]."""
    return features[:, arrays["kept"]] @ arrays["weights"].T + arrays["intercepts"]


def candidates(options: Head2Toe) -> list[Head2Toe]:
    """What is given, or the grid: few features before many, so that ties go to few."""
    return [
        options.model_copy(update={"keep": keep, "C": penalty})
        for keep in ([options.keep] if options.keep is not None else KEEP)
        for penalty in ([options.C] if options.C is not None else logistic.GRID)
    ]


FAMILY = Family(fit, decide, candidates, unfolded=-1)
