"""Test images that went wrong, for readers who asked for them: counted as a peek before they are
shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from alih.evaluation import segmentation
from alih.evaluation.confused import worst_answers
from alih.reports.kit.facts import Facts, Group
from alih.reports.study.mask_pictures import REPLICATE, Answer, Row, Scene, triptych
from alih.reports.study.wrong_answers import EXAMPLE, Picture, picture
from alih.runs import peeks
from alih.runs.folder import CellFolder

SHOWN, MASKS_SHOWN = 24, 6
Masked = tuple[np.ndarray, np.ndarray, np.ndarray]
"""An image uint8 [h, w, c], its true mask and a predicted mask uint8 [h, w]."""


class TestSplit(Protocol):
    """Reads what no run stores of the test split."""

    def images(self, items: Sequence[int]) -> Sequence[np.ndarray]:
        """Images of the study's set, uint8 [h, w, c], by their items."""

    def masked(self, run: Path, items: Sequence[int]) -> Sequence[Masked]:
        """Images with their true masks and those that the model of a run predicts."""


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


def pictures(facts: Facts, split: TestSplit) -> dict[str, list[Picture]]:
    """Misclassified test images of every group that is shown arm by arm, by the group's slug.

    Raises AlihError where the images cannot be read or the peek cannot be noted.
    """
    found = {group.slug: misclassified(group) for _, groups in facts.detailed() for group in groups}
    items = sorted({int(one["item"]) for answers in found.values() for one in answers})
    if not items:
        return {}
    images = dict(zip(items, split.images(items), strict=True))
    peeks.record(facts.root, len(items))
    return {
        slug: [
            picture(facts, {**one, "image": images[int(one["item"])]}, "test") for one in answers
        ]
        for slug, answers in found.items()
    }


def worst_masks(facts: Facts, cell: CellFolder) -> dict[int, float]:
    """The test images that a cell segments worst, with the IoU of each, the lowest first."""
    scores = cell.scores("test")
    if "counts" not in scores:
        return {}
    iou = segmentation.image_iou(segmentation.with_background(scores, facts.classes))
    order = [row for row in np.argsort(iou, kind="stable") if np.isfinite(iou[row])]
    return {int(scores["item"][row]): float(iou[row]) for row in order[:MASKS_SHOWN]}


def masks(facts: Facts, split: TestSplit) -> dict[str, list[Row]]:
    """The test images that replicate 0 of every group segments worst, with its masks, by the
    group's slug.

    Raises AlihError where a model or the images cannot be read, or the peek cannot be noted.
    """
    found: dict[str, list[Row]] = {}
    seen: set[int] = set()
    for _, groups in facts.detailed():
        for group in groups:
            cell = next((one for one in group.done if one.cell.replicate == REPLICATE), None)
            worst = worst_masks(facts, cell) if cell else {}
            if cell is None or not worst:
                continue
            masked = zip(worst.items(), split.masked(cell.path, list(worst)), strict=True)
            seen |= worst.keys()
            found[group.slug] = [
                triptych(
                    facts, group, "worst", Scene(item, image, true), Answer(mask, iou), test=True
                )
                for (item, iou), (image, true, mask) in masked
            ]
    if seen:
        peeks.record(facts.root, len(seen))
    return found
