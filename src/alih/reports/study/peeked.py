"""Misclassified test images, for readers who asked for them: counted as a peek before they are
shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from alih.errors import AlihError
from alih.evaluation.confused import worst_answers
from alih.reports.kit.facts import Facts, Group
from alih.reports.study.wrong_answers import EXAMPLE, Picture, picture
from alih.runs import peeks

SHOWN = 24
TestImages = Callable[[Sequence[int]], Sequence[np.ndarray]]
"""Reads images of the study's set, uint8 [h, w, c], by their items."""


def misclassified(group: Group) -> list[dict[str, int | float]]:
    """The wrong answers on the test split over all replicates, each image once, the highest loss
    first.
    """
    pooled = group.pooled("test")
    if not pooled:
        return []
    rows = worst_answers(pooled, SHOWN)
    wrong = rows[pooled["label"][rows] != pooled["prediction"][rows]]
    return [{key: pooled[key][row] for key in EXAMPLE if key != "image"} for row in wrong]


def pictures(facts: Facts, read: TestImages) -> dict[str, list[Picture]]:
    """Misclassified test images of every group that is shown arm by arm, by the group's slug.

    Raises AlihError for masks, of which no test predictions are kept, and where the peek cannot be
    noted.
    """
    if facts.study.task != "classification":
        raise AlihError("reports.no_test_masks")
    found = {group.slug: misclassified(group) for _, groups in facts.detailed() for group in groups}
    items = sorted({int(one["item"]) for answers in found.values() for one in answers})
    if not items:
        return {}
    images = dict(zip(items, read(items), strict=True))
    peeks.record(facts.root, len(items))
    return {
        slug: [
            picture(facts, {**one, "image": images[int(one["item"])]}, "test") for one in answers
        ]
        for slug, answers in found.items()
    }
