"""What ranks of probabilities say: the area below the receiver operating characteristic, which is
how often an item of a class gets a higher score for it than an item of another class, equal scores
counting half; and the average precision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alih.evaluation.inputs import at_least

Floats = NDArray[np.float64]


def score(probability: np.ndarray, of: int, total: np.ndarray | None = None) -> Floats:
    """What items are ranked by for class `of`, [n]: its probability.

    Half precision knows numbers near 0 much finer than numbers near 1, so there the others' sum is
    what tells large probabilities apart. `total` [n]: `totals`, for whoever asks for many classes.
    """
    own = probability[:, of].astype(np.float64)
    if probability.dtype != np.float16:
        return own
    rest = (totals(probability) if total is None else total) - own
    return np.where(own > rest, 1 - rest, own)


def totals(probability: np.ndarray) -> Floats:
    """The sum of each row, [n]: of numbers of half precision exact."""
    return probability.sum(axis=1, dtype=np.float64)


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


def scored_classes(label: np.ndarray, classes: int, positive: int = 1) -> list[int]:
    """Classes whose curves exist: with items as well as others beside them; of two the positive
    one.
    """
    counts = np.bincount(label, minlength=classes)
    every = (positive,) if classes == 2 else range(classes)
    return [of for of in every if 0 < counts[of] < len(label)]


def macro_auc(probability: np.ndarray, label: np.ndarray) -> float:
    """Mean over classes of the area of one class against the rest, `probability` [n, C], `label`
    [n]; NaN where no class has items as well as others beside it.
    """
    at_least(len(label), 1)
    total = totals(probability)
    areas = [
        placements(score(probability, of, total), label == of)[label == of].mean()
        for of in scored_classes(label, probability.shape[1])
    ]
    return float(np.mean(areas)) if areas else float("nan")


def jackknife_auc(probability: np.ndarray, label: np.ndarray) -> Floats:
    """`macro_auc` with item i left out, for every i, [n]; O(C n log n).

    An item's placement is all that the area of a class loses with it.
    """
    at_least(len(label), 2)
    total, left_out, number = totals(probability), *np.zeros((2, len(label)))
    for of in scored_classes(label, probability.shape[1]):
        positive = label == of
        place = placements(score(probability, of, total), positive)
        for kind in (positive, ~positive):
            left = int(kind.sum()) - 1
            if left:
                left_out[kind] += (place[kind].sum() - place[kind]) / left
                number[kind] += 1
    with np.errstate(invalid="ignore"):
        return left_out / number


@dataclass(frozen=True)
class Steps:
    """Items of two kinds from the highest score down: `step` [n] numbers an item's score, equal
    ones alike; `hits` and `items` [K] are positive items and all items down to each score.
    """

    step: np.ndarray
    hits: np.ndarray
    items: np.ndarray

    @classmethod
    def of(cls, score: np.ndarray, positive: np.ndarray) -> Steps:
        """The steps of scores [n]."""
        values, step = np.unique(-score, return_inverse=True)
        size = len(values)
        found = np.bincount(step, minlength=size), np.bincount(step[positive], minlength=size)
        return cls(step, np.cumsum(found[1]), np.cumsum(found[0]))

    @property
    def gained(self) -> np.ndarray:
        """Positive items at each score, [K]."""
        return np.diff(self.hits, prepend=0)


def average_precision(score: np.ndarray, positive: np.ndarray) -> float:
    """Mean precision over the steps in which positive items are found (scikit-learn's).

    >>> round(average_precision(np.array([0.9, 0.5, 0.1]), np.array([True, False, True])), 4)
    0.8333
    """
    steps = Steps.of(score, positive)
    return float((steps.gained * steps.hits / steps.items).sum() / steps.hits[-1])


def _jackknife_precision(score: np.ndarray, positive: np.ndarray) -> Floats:
    """`average_precision` without item i, [n]; NaN where no positive item is left. Steps above an
    item's stay as they are, those below lose it.
    """
    steps = Steps.of(score, positive)
    gained, hits, items, own = steps.gained, steps.hits, steps.items, steps.step
    found = np.zeros(len(score))
    above = np.concatenate([[0.0], np.cumsum(gained * hits / items)])[own]
    for kind, lost in ((positive, 1), (~positive, 0)):
        fewer = _ratio(gained * (hits - lost), items - 1)
        below = np.append(np.cumsum(fewer[::-1])[::-1], 0.0)[own + 1]
        here = _ratio((gained[own] - lost) * (hits[own] - lost), items[own] - 1)
        left = hits[-1] - lost
        found[kind] = (above + here + below)[kind] / left if left else np.nan
    return found


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> Floats:
    return np.divide(numerator, denominator, out=np.zeros(len(numerator)), where=denominator > 0)


def macro_precision(probability: np.ndarray, label: np.ndarray, positive: int = 1) -> float:
    """Mean `average_precision` over classes, of two that of the positive class; NaN as
    `macro_auc`.
    """
    at_least(len(label), 1)
    total = totals(probability)
    found = [
        average_precision(score(probability, of, total), label == of)
        for of in scored_classes(label, probability.shape[1], positive)
    ]
    return float(np.mean(found)) if found else float("nan")


def jackknife_precision(probability: np.ndarray, label: np.ndarray, positive: int = 1) -> Floats:
    """`macro_precision` with item i left out, for every i, [n]."""
    at_least(len(label), 2)
    total, left_out, number = totals(probability), *np.zeros((2, len(label)))
    for of in scored_classes(label, probability.shape[1], positive):
        own = label == of
        left = _jackknife_precision(score(probability, of, total), own)
        # Without its last other item a class has no curve, as without its last item.
        kept = np.isfinite(left) & ~(~own & ((~own).sum() == 1))
        left_out[kept] += left[kept]
        number[kept] += 1
    with np.errstate(invalid="ignore"):
        return left_out / number
