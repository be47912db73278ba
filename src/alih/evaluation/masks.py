"""What trivial answers to a segmentation task reach, from masks: the yardsticks of
`references.json`.

- `majority`: every pixel gets the commonest class of the training masks;
- `position`: every pixel gets the commonest training class at its place in the image: what the
  framing of the pictures alone gives away (a pet is in the middle);
- `chance`: classes are drawn with equal probability; the metrics of the expected counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from alih.datafiles.mask_classes import IGNORE
from alih.evaluation import segmentation

CHUNK = 1 << 24
"""Mask pixels looked at together: bounds the memory for sets that are larger than it."""

METRICS = (
    "log_loss",
    "pixel_accuracy",
    "iou_macro",
    "iou_micro",
    "dice_macro",
    "dice_micro",
    "iou_foreground",
)
"""All but the boundary F1, which a constant answer does not have."""


def chunks(
    masks: NDArray[np.uint8], items: np.ndarray
) -> Iterator[tuple[np.ndarray, NDArray[np.uint8]]]:
    """Masks [k, h, w] of consecutive parts of the items, with the items, so few that memory stays
    bounded.
    """
    step = max(1, CHUNK // max(1, int(np.prod(masks.shape[1:]))))
    for start in range(0, len(items), step):
        part = np.asarray(items[start : start + step])
        yield part, masks[part]


def pixels(masks: NDArray[np.uint8], items: np.ndarray, classes: int) -> NDArray[np.int64]:
    """How many pixels of the items' masks hold each class, [C]; ignored ones are not counted."""
    counts = np.zeros(IGNORE + 1, np.int64)
    for _, part in chunks(masks, items):
        counts += np.bincount(part.ravel(), minlength=IGNORE + 1)
    return counts[:classes]


def places(masks: NDArray[np.uint8], items: np.ndarray, classes: int) -> NDArray[np.int64]:
    """How many of the items' masks hold each class at each pixel, [C, h, w]."""
    counts = np.zeros((classes, *masks.shape[1:]), np.int64)
    for _, part in chunks(masks, items):
        for number in range(classes):
            counts[number] += (part == number).sum(axis=0)
    return counts


def baselines(
    masks: NDArray[np.uint8],
    classes: tuple[str, ...],
    train: np.ndarray,
    parts: Mapping[str, np.ndarray],
) -> dict[str, dict[str, dict[str, float]]]:
    """Metrics of the trivial answers on each part, as `references.json` holds them: {name: {part:
    {metric: value}}}.

    Probabilities for the log loss are training frequencies, one pixel (or image) added to each
    class. Ties go to the first class.
    """
    at_place = places(masks, train, len(classes))
    overall = at_place.sum(axis=(1, 2))
    found: dict[str, dict[str, dict[str, float]]] = {"majority": {}, "position": {}, "chance": {}}
    for name, items in parts.items():
        here = places(masks, items, len(classes))
        # Every answer depends on the place alone, so counts per place say all that its metrics
        # need.
        found["majority"][name] = _metrics(
            here, np.broadcast_to(overall.reshape(-1, 1, 1), here.shape), classes
        )
        found["position"][name] = _metrics(here, at_place, classes)
        found["chance"][name] = _chance(here.sum(axis=(1, 2)), classes)
    return found


def _metrics(
    here: NDArray[np.int64], seen: NDArray[np.int64], classes: tuple[str, ...]
) -> dict[str, float]:
    """Metrics of answering by `seen` [C, h, w] where the truth is `here` [C, h, w]."""
    answer = seen.argmax(axis=0)
    counts = np.zeros((len(classes), len(classes)), np.int64)
    for number in range(len(classes)):
        counts[:, number] = (here * (answer == number)).sum(axis=(1, 2))
    frequency = (seen + 1) / (seen.sum(axis=0) + len(classes))
    loss = -(here * np.log(frequency)).sum() / max(1, here.sum())
    return _summary(counts, float(loss), classes)


def _chance(truth: NDArray[np.int64], classes: tuple[str, ...]) -> dict[str, float]:
    # C times the expected counts, which are whole numbers; no metric depends on a common factor.
    counts = np.repeat(truth[:, None], len(classes), axis=1)
    return _summary(counts, float(np.log(len(classes))), classes)


def _summary(counts: NDArray[np.int64], loss: float, classes: tuple[str, ...]) -> dict[str, float]:
    arrays = segmentation.with_background(
        {"counts": counts[None], "log_loss": np.array([loss])}, classes
    )
    values = {name: segmentation.compute(name, arrays) for name in METRICS}
    return {name: value for name, value in values.items() if np.isfinite(value)}
