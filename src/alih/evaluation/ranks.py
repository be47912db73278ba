"""The area below the receiver operating characteristic from ranks: how often an item of a class
gets a higher score for it than an item of another class, equal scores counting half.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alih.evaluation.inputs import at_least

Floats = NDArray[np.float64]


def score(probability: np.ndarray, of: int) -> Floats:
    """What items are ranked by for class `of`, [n]: its probability.

    Half precision knows numbers near 0 much finer than numbers near 1, so there the others' sum is
    what tells large probabilities apart.
    """
    own = probability[:, of].astype(np.float64)
    if probability.dtype != np.float16:
        return own
    rest = np.delete(probability, of, axis=1).astype(np.float64).sum(axis=1)
    return np.where(own > rest, 1 - rest, own)


def placements(score: np.ndarray, positive: np.ndarray) -> Floats:
    """Per item [n] the share of items of the other kind that it is on the right side of, equal
    scores counting half: above negative ones, or below positive ones. Both kinds must occur.

    Their mean over either kind is the area (DeLong et al. 1988).

    >>> placements(np.array([0.9, 0.4, 0.4]), np.array([True, True, False])).tolist()
    [1.0, 0.5, 0.75]
    """
    above, below = np.sort(score[positive]), np.sort(score[~positive])
    found = np.empty(len(score))
    for kind, others, sign in ((positive, below, 1), (~positive, above, -1)):
        own = score[kind]
        place = np.searchsorted(others, own, "left") + np.searchsorted(others, own, "right")
        share = place / (2 * len(others))
        found[kind] = share if sign > 0 else 1 - share
    return found


def scored_classes(label: np.ndarray, classes: int) -> list[int]:
    """Classes whose area exists: with items as well as others beside them; of two the second."""
    counts = np.bincount(label, minlength=classes)
    every = (1,) if classes == 2 else range(classes)
    return [of for of in every if 0 < counts[of] < len(label)]


def macro_auc(probability: np.ndarray, label: np.ndarray) -> float:
    """Mean over classes of the area of one class against the rest, `probability` [n, C], `label`
    [n]; NaN where no class has items as well as others beside it.
    """
    at_least(len(label), 1)
    areas = [
        placements(score(probability, of), label == of)[label == of].mean()
        for of in scored_classes(label, probability.shape[1])
    ]
    return float(np.mean(areas)) if areas else float("nan")


def jackknife_auc(probability: np.ndarray, label: np.ndarray) -> Floats:
    """`macro_auc` with item i left out, for every i, [n]; O(C n log n).

    An item's placement is all that the area of a class loses with it.
    """
    at_least(len(label), 2)
    total, number = np.zeros(len(label)), np.zeros(len(label))
    for of in scored_classes(label, probability.shape[1]):
        positive = label == of
        place = placements(score(probability, of), positive)
        for kind in (positive, ~positive):
            left = int(kind.sum()) - 1
            if left:
                total[kind] += (place[kind].sum() - place[kind]) / left
                number[kind] += 1
    with np.errstate(invalid="ignore"):
        return total / number
