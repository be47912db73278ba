"""Receiver operating characteristics of stored probabilities: how many items of a class are found
at the price of how many others taken for it, over all thresholds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from alih.evaluation import ranks
from alih.evaluation.metrics import Floats

GRID = np.linspace(0.0, 1.0, 201)
"""False positive rates at which curves of several classes are averaged."""


def roc(score: ArrayLike, positive: ArrayLike) -> tuple[Floats, Floats]:
    """False and true positive rate at every threshold, from (0, 0) to (1, 1); equal scores are one
    step. Both kinds of items must occur.

    >>> [rate.tolist() for rate in roc([0.9, 0.8, 0.8, 0.1], [True, True, False, False])]
    [[0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0]]
    """
    values, truth = np.asarray(score, np.float64), np.asarray(positive, bool)
    order = np.argsort(-values, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    hits = np.cumsum(truth[order])[ends]
    others = ends + 1 - hits
    return np.append(0.0, others / others[-1]), np.append(0.0, hits / hits[-1])


def area(false: ArrayLike, true: ArrayLike) -> float:
    """The area below a curve."""
    x, y = np.asarray(false), np.asarray(true)
    return float((np.diff(x) * (y[1:] + y[:-1]) / 2).sum())


def one_against_rest(
    probability: np.ndarray, label: np.ndarray, of_two: int = 1
) -> tuple[Floats, float] | None:
    """True positive rates at GRID and the area, both averaged over classes (macro); of two classes
    those of `of_two` alone. None where no class has items as well as others beside it.

    `probability` [n, C], `label` [n].
    """
    curves, areas = [], []
    for positive in ranks.scored_classes(label, probability.shape[1], of_two):
        false, true = roc(ranks.score(probability, positive), label == positive)
        # Of equal rates of others the highest point: at 0 the curve begins where it has risen.
        last = np.append(np.flatnonzero(np.diff(false)), len(false) - 1)
        curves.append(np.interp(GRID, false[last], true[last]))
        areas.append(area(false, true))
    return (np.mean(curves, axis=0), float(np.mean(areas))) if curves else None


def precision_recall(probability: np.ndarray, label: np.ndarray, of_two: int = 1) -> Floats | None:
    """Precision at recalls GRID, averaged as in `one_against_rest`: the highest at that recall or
    above, since points between two steps cannot be reached on a straight line. None as there.
    """
    curves = []
    for positive in ranks.scored_classes(label, probability.shape[1], of_two):
        steps = ranks.Steps.of(ranks.score(probability, positive), label == positive)
        recall, precision = steps.hits / steps.hits[-1], steps.hits / steps.items
        best = np.maximum.accumulate(precision[::-1])[::-1]
        curves.append(best[np.searchsorted(recall, GRID - 1e-12)])
    return np.mean(curves, axis=0) if curves else None
