"""The area under the ROC curve of several classes, with an interval. NumPy; no files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alih.statistics.single import wilson


@dataclass(frozen=True)
class Auc:
    """Mean of one-against-rest areas over the classes that occur, and its 95 % interval."""

    value: float
    low: float
    high: float


def macro_auc(scores: np.ndarray, labels: np.ndarray, folds: int = 1) -> Auc:
    """Macro-averaged one-against-rest AUC of scores [n, C] for labels [n].

    The variance is DeLong's (1988), of the mean over classes; the interval Wilson's with as many
    items as give that variance, so that it is never of width 0. Scores of `folds`-fold
    cross-validation get Nadeau and Bengio's (2003) correction. Classes without items, or with all
    of them, are left out; 0.5 where none remain.
    """
    present = [c for c in np.unique(labels).tolist() if 0 < (labels == c).sum() < len(labels)]
    if not present:
        return Auc(0.5, 0.0, 1.0)
    influence = np.zeros(len(labels))
    areas = []
    for c in present:
        own = labels == c
        place = _placements(scores[:, c], own)
        area = float(place[own].mean())
        areas.append(area)
        influence[own] += (place[own] - area) / own.sum()
        influence[~own] += (place[~own] - area) / (~own).sum()
    value = float(np.mean(areas))
    variance = float(((influence / len(present)) ** 2).sum())
    fewest = min(int((labels == c).sum()) for c in present) * len(present)
    items = value * (1 - value) / variance if variance > 0 else float(fewest)
    if folds > 1:
        items /= 1 + folds / (folds - 1)
    low, high = wilson(value * items, items) if items > 0 else (0.0, 1.0)
    return Auc(value, low, high)


def _placements(score: np.ndarray, own: np.ndarray) -> np.ndarray:
    """For an item of the class the share of others below it, for one of the others the share of the
    class above it [n]; ties count half.
    """
    found = np.empty(len(score))
    for rows, below in ((own, True), (~own, False)):
        theirs = np.sort(score[~rows])
        left = np.searchsorted(theirs, score[rows], "left")
        right = np.searchsorted(theirs, score[rows], "right")
        share = (left + right) / 2 / len(theirs)
        found[rows] = share if below else 1 - share
    return found
