"""Metrics of segmentation from counts per image: of a whole split, of one class, and with each
image left out.

`arrays` is what `CellFolder.scores(split)` returns for a segmentation study:

- `counts` [n, C, C]: pixels of each image by true class (row) and predicted class (column), ignored
  pixels left out (or what `reduced` keeps of them);
- `boundary` [n, C, 4]: per class the predicted boundary pixels, how many of these have a true one
  within the tolerance, the true boundary pixels, how many of these have a predicted one within the
  tolerance;
- `log_loss` [n]: mean cross-entropy over an image's scored pixels (0 for an image without any);
- `background` (a number, 0 where absent): the index of the background, see `background`.

Counts are added over all images before any ratio is taken, so a large object counts by its pixels
and an image without a class does no harm. A class that neither truth nor prediction of the whole
split holds is left out of macro means. What is 0/0 even so (foreground IoU where there is no
foreground) is NaN: it has no value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from alih.errors import AlihError
from alih.evaluation.inputs import at_least, take

Floats = NDArray[np.float64]
Arrays = Mapping[str, np.ndarray]

TOLERANCE = 0.0075
"""How far a boundary pixel may be from its partner, as a share of the image's diagonal (Csurka et
al. 2013, What is a good evaluation measure for semantic segmentation?); never less than one
pixel."""


def background(classes: Sequence[str]) -> int:
    """The index of the background: the class called `background`, else the first class.

    >>> background(["pet", "border", "background"]), background(["sky", "tree"])
    (2, 0)
    """
    return list(classes).index("background") if "background" in classes else 0


def with_background(arrays: Arrays, classes: Sequence[str]) -> dict[str, np.ndarray]:
    """The same arrays with the number of the background among `classes`."""
    return {**arrays, "background": np.array(background(classes))}


def tolerance(height: int, width: int) -> float:
    """Pixels (Euclidean) within which boundary pixels match in images of this size.

    >>> tolerance(128, 128) == 0.0075 * 128 * 2**0.5, tolerance(32, 32)
    (True, 1.0)
    """
    return max(1.0, TOLERANCE * math.hypot(height, width))


@dataclass(frozen=True)
class Tally:
    """Sums over images: pixels per class [..., C] hit, true and predicted; foreground pixels [...];
    boundary [..., C, 4].
    """

    hits: NDArray[np.int64]
    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    front: NDArray[np.int64]
    boundary: NDArray[np.int64]
    background: int

    def total(self) -> Tally:
        """Of all images together."""
        return replace(self, **{name: getattr(self, name).sum(axis=0) for name in ADDED})

    def left_out(self) -> Tally:
        """Of all images but one, for every image."""
        total = self.total()
        return replace(self, **{name: getattr(total, name) - getattr(self, name) for name in ADDED})


ADDED = ("hits", "truth", "predicted", "front", "boundary")


def is_segmentation(arrays: Arrays) -> bool:
    """Whether these are arrays of segmentation, with counts or what `reduced` makes of them."""
    return "counts" in arrays or "hits" in arrays


def reduced(arrays: Arrays) -> dict[str, np.ndarray]:
    """The arrays with what metrics need of an image in place of its counts: `hits`, `truth`,
    `predicted` [n, C], `front` [n].

    That grows with the number of classes, not with its square. Raises AlihError when the counts are
    missing.
    """
    counts, back = take("iou_macro", arrays, "counts"), int(arrays.get("background", 0))
    truth, predicted = (counts.sum(axis=axis, dtype=np.int64) for axis in (2, 1))
    return {name: value for name, value in arrays.items() if name != "counts"} | {
        "hits": np.diagonal(counts, axis1=1, axis2=2).astype(np.int64),
        "truth": truth,
        "predicted": predicted,
        "front": truth.sum(axis=1)
        - truth[:, back]
        - predicted[:, back]
        + counts[:, back, back].astype(np.int64),
    }


def per_image(arrays: Arrays) -> Tally:
    """The tally of each image. Raises AlihError when the counts are missing."""
    found = arrays if "hits" in arrays else reduced(arrays)
    return Tally(
        hits=found["hits"],
        truth=found["truth"],
        predicted=found["predicted"],
        front=found["front"],
        # Whoever asks for other metrics need not have them.
        boundary=np.asarray(arrays.get("boundary", np.zeros((*found["truth"].shape, 4)))).astype(
            np.int64
        ),
        background=int(arrays.get("background", 0)),
    )


def iou(tally: Tally) -> Floats:
    """Intersection over union (Jaccard index) of each class, [..., C]; NaN for a class that is
    nowhere.
    """
    return _ratio(tally.hits, tally.truth + tally.predicted - tally.hits)


def dice(tally: Tally) -> Floats:
    """Dice coefficient (F1 over pixels) of each class, [..., C]; NaN for a class that is
    nowhere.
    """
    return _ratio(2 * tally.hits, tally.truth + tally.predicted)


def boundary_f1(tally: Tally) -> Floats:
    """F1 of boundary pixels of each class, [..., C]; NaN for a class without true and predicted
    boundary.
    """
    predicted, found, truth, met = np.moveaxis(tally.boundary, -1, 0)
    precision, recall = (
        np.nan_to_num(_ratio(part, of)) for part, of in ((found, predicted), (met, truth))
    )
    score = np.nan_to_num(_ratio(2 * precision * recall, precision + recall))
    return np.where(predicted + truth > 0, score, np.nan)


def pixel_accuracy(tally: Tally) -> Floats:
    """Share of scored pixels that got their class, [...]."""
    return _ratio(tally.hits.sum(axis=-1), tally.truth.sum(axis=-1))


def iou_micro(tally: Tally) -> Floats:
    """Σ intersections / Σ unions over classes, [...]; a function of pixel accuracy a: a / (2 −
    a).
    """
    hits = tally.hits.sum(axis=-1)
    return _ratio(hits, (tally.truth + tally.predicted).sum(axis=-1) - hits)


def dice_micro(tally: Tally) -> Floats:
    """2 Σ intersections / Σ (true + predicted), [...]: with one class a pixel this is the pixel
    accuracy.
    """
    return _ratio(2 * tally.hits.sum(axis=-1), (tally.truth + tally.predicted).sum(axis=-1))


def iou_foreground(tally: Tally) -> Floats:
    """IoU of all classes but the background taken as one, [...]."""
    others = np.arange(tally.truth.shape[-1]) != tally.background
    union = (
        tally.truth[..., others].sum(axis=-1)
        + tally.predicted[..., others].sum(axis=-1)
        - tally.front
    )
    return _ratio(tally.front, union)


def macro(values: Floats) -> Floats:
    """Mean over the classes [..., C] that have a value, [...]; NaN where none has."""
    known = np.isfinite(values)
    return _ratio(np.where(known, values, 0.0).sum(axis=-1), known.sum(axis=-1))


SET: dict[str, Callable[[Tally], Floats]] = {
    "iou_macro": lambda tally: macro(iou(tally)),
    "iou_micro": iou_micro,
    "dice_macro": lambda tally: macro(dice(tally)),
    "dice_micro": dice_micro,
    "pixel_accuracy": pixel_accuracy,
    "iou_foreground": iou_foreground,
    "boundary_f1": lambda tally: macro(boundary_f1(tally)),
}
"""Metrics of a whole split; each takes a tally [..., C] and gives values [...]."""


def is_known(name: str) -> bool:
    """Whether `compute` knows this metric."""
    return name in SET or name == "log_loss"


def compute(name: str, arrays: Arrays) -> float:
    """Metric `name` over all images; NaN where it has no value.

    Raises AlihError for an unknown metric, a missing array, and a split without images.
    """
    if name == "log_loss":
        values = item_scores(name, arrays)
        at_least(values.size, 1)
        return float(values.mean())
    return float(SET[_known(name)](_tally(name, arrays, 1).total()))


def jackknife(name: str, arrays: Arrays) -> Floats:
    """The metric with image i left out, for every i, float64 [n], in closed form: all counts minus
    the image's own.

    Raises AlihError when there are fewer than two images.
    """
    if name == "log_loss":
        values = item_scores(name, arrays)
        at_least(values.size, 2)
        return (values.sum() - values) / (values.size - 1)
    return SET[_known(name)](_tally(name, arrays, 2).left_out())


def item_scores(name: str, arrays: Arrays) -> Floats:
    """The terms of an item metric, float64 [n]; the log loss is the only one. Raises AlihError for
    others.
    """
    if name != "log_loss":
        raise AlihError("evaluation.no_item_scores", metric=_known(name), known="log_loss")
    return take(name, arrays, "log_loss").astype(np.float64)


def per_class(arrays: Arrays) -> dict[str, np.ndarray]:
    """What tables show of each class [C]: iou, dice, precision, recall, boundary_f1 (NaN: no value)
    and its true `pixels`.
    """
    tally = per_image(arrays).total()
    return {
        "iou": iou(tally),
        "dice": dice(tally),
        "precision": _ratio(tally.hits, tally.predicted),
        "recall": _ratio(tally.hits, tally.truth),
        "boundary_f1": boundary_f1(tally),
        "pixels": tally.truth,
    }


def image_iou(arrays: Arrays) -> Floats:
    """Macro IoU of each image by itself, [n], over the classes that it or its prediction holds; NaN
    without scored pixels.
    """
    return macro(iou(per_image(arrays)))


def _tally(name: str, arrays: Arrays, least: int) -> Tally:
    if name == "boundary_f1":
        take(name, arrays, "boundary")
    tally = per_image(arrays)
    at_least(len(tally.hits), least)
    return tally


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> Floats:
    result = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    return np.divide(numerator, denominator, out=result, where=denominator > 0)


def _known(name: str) -> str:
    if not is_known(name):
        raise AlihError(
            "evaluation.unknown_metric", metric=name, known=", ".join(["log_loss", *SET])
        )
    return name
