"""Segmentation: objectives, running metrics and counts per image from logits [b, C, h, w] and masks
[b, h, w].
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F

from alih import metrics as study_metrics
from alih.data.imageset import ImageSet
from alih.data.pixels import thinned
from alih.datafiles.mask_classes import IGNORE
from alih.evaluation import masks as baselines
from alih.evaluation import scores, segmentation
from alih.study.document.train import Train
from alih.tasks import losses
from alih.tasks.boundary import boundary_counts
from alih.tasks.columns import Columns

DEFAULT_METRICS = ("log_loss", "pixel_accuracy")
TRAIN_EVAL_ITEMS = study_metrics.TRAIN_EVAL_ITEMS["segmentation"]
UNLABELLED_ITEMS = study_metrics.UNLABELLED_ITEMS["segmentation"]

EVALUATION_PIXELS = 1 << 18
"""Pixels of an evaluation batch (16 images of 128 × 128): what bounds the memory of a decoder at
full resolution."""

PICTURES = 24
"""Validation items whose predictions are kept for the report."""

PICTURE_SIDE = 128


def evaluation_batch(height: int, width: int) -> int:
    """Images in a batch of evaluation."""
    return max(1, min(256, EVALUATION_PIXELS // (height * width)))


def targets(images: ImageSet) -> np.ndarray:
    """What is learned: the masks uint8 [n, h, w]."""
    assert images.masks is not None, "a set for segmentation has masks"
    return images.masks


def class_weights(
    setting: str | list[float] | None, targets: np.ndarray, items: np.ndarray, classes: int
) -> torch.Tensor | None:
    """Weights per class [C]: `balanced` is scored pixels / (C · pixels of the class) of the items'
    masks; a list stays.

    Classes without a training pixel get weight 0.
    """
    if setting is None:
        return None
    if setting == "balanced":
        counts = baselines.pixels(targets, items, classes)
        weights = np.where(counts > 0, counts.sum() / (classes * np.maximum(counts, 1)), 0.0)
    else:
        weights = np.asarray(setting, float)
    return torch.tensor(weights, dtype=torch.float32)


def objective(train: Train, weights: torch.Tensor | None) -> losses.Objective:
    """The loss that `train.loss` names, of logits [b, C, h, w] and masks [b, h, w]."""
    return losses.objective(train.losses, weights, train.label_smoothing)


def running(
    logits: torch.Tensor, labels: torch.Tensor, log_loss: torch.Tensor | None = None
) -> dict[str, torch.Tensor]:
    """Metrics of one training batch over its scored pixels, as tensors that are averaged over the
    epoch.

    `log_loss` is given where it is known already.
    """
    logits = logits.detach()
    scored = (labels != IGNORE).sum().clamp_min(1)
    # An ignored pixel is never right: no class has its number.
    right = (losses.likeliest(logits) == labels).sum() / scored
    log_loss = losses.cross_entropy(logits, labels) if log_loss is None else log_loss.detach()
    return {"log_loss": log_loss, "pixel_accuracy": right}


def item_arrays(
    batches: Iterator[tuple[torch.Tensor, torch.Tensor, np.ndarray]],
    names: Collection[str] = (),
    stored: bool = False,
) -> dict[str, np.ndarray]:
    """Per-image arrays from (logits, masks, items) of evaluation batches; masks themselves are not
    kept.

    Returns item [n], counts int32 [n, C, C] and log_loss float32 [n]; boundary int64 [n, C, 4],
    which takes most of the time, if the named metrics need it, and among what a cell stores. See
    `evaluation/segmentation.py`.
    """
    columns = Columns()
    for logits, labels, items in batches:
        prediction, classes = losses.likeliest(logits), logits.shape[1]
        found = {
            "counts": _confusion(prediction, labels, classes),
            "log_loss": _mean_loss(logits, labels),
        }
        if stored or "boundary_f1" in names:
            found["boundary"] = boundary_counts(prediction, labels, classes)
        columns.add(items, **found)
    return columns.arrays()


def _confusion(prediction: torch.Tensor, labels: torch.Tensor, classes: int) -> torch.Tensor:
    """Pixels of each image by true and predicted class, int32 [b, C, C]."""
    scored, cells = labels != IGNORE, len(labels) * classes**2
    image = torch.arange(len(labels), device=labels.device).view(-1, 1, 1)
    # Ignored pixels are counted in a last cell, which is cut off: choosing the others would wait
    # for an accelerator.
    cell = (
        ((image * classes + labels) * classes + prediction).masked_fill_(~scored, cells).flatten()
    )
    if cell.device.type == "cpu":
        counts = torch.bincount(cell, minlength=cells + 1)
    else:
        counts = torch.zeros(cells + 1, dtype=torch.int32, device=cell.device).scatter_add_(
            0, cell, torch.ones_like(cell).int()
        )
    return counts[:-1].view(-1, classes, classes).int()


def _mean_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy over the scored pixels of each image, float32 [b]; 0 for an image without
    any.
    """
    loss = F.cross_entropy(*losses.aligned(logits, labels), ignore_index=IGNORE, reduction="none")
    scored = (labels != IGNORE).flatten(1).sum(1).clamp_min(1)
    return (loss.view(len(labels), -1).sum(1, dtype=losses.widest(loss.device)) / scored).float()


def summarise(
    arrays: dict[str, np.ndarray], names: tuple[str, ...], classes: Sequence[str]
) -> dict[str, float]:
    """The named metrics of per-image arrays that have a value, in the order given."""
    return scores.summarise(segmentation.with_background(arrays, classes), names)


def stored(arrays: dict[str, np.ndarray], split: str) -> dict[str, np.ndarray]:
    """The columns of `scores.npz` for one split, in compact types."""
    return {
        f"{split}_item": arrays["item"].astype(np.int32),
        f"{split}_counts": arrays["counts"].astype(np.uint32),
        f"{split}_log_loss": arrays["log_loss"].astype(np.float32),
        f"{split}_boundary": arrays["boundary"].astype(np.uint32),
    }


def extra(scores: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """What `probabilities.npz` holds: nothing, a set's probabilities per pixel would be larger than
    the set.
    """
    return {}


def examples(
    images: ImageSet,
    arrays: dict[str, np.ndarray],
    pictured: np.ndarray,
    predict: Callable[[np.ndarray], np.ndarray],
) -> dict[str, np.ndarray]:
    """`examples.npz`: thinned predictions of the `pictured` validation items, with each image's
    macro IoU and log loss.

    `predict(items)` gives masks uint8 [k, h, w]. Returns item [k], prediction [k, h', w'], iou and
    log_loss [k]; nothing where no items are pictured.
    """
    if not len(pictured):
        return {}
    place = {int(item): row for row, item in enumerate(arrays["item"])}
    rows = np.array([place[int(item)] for item in pictured])
    return {
        "item": pictured.astype(np.int32),
        "prediction": np.stack([thinned(mask, PICTURE_SIDE) for mask in predict(pictured)]),
        "iou": segmentation.image_iou({"counts": arrays["counts"][rows]}).astype(np.float32),
        "log_loss": arrays["log_loss"][rows].astype(np.float32),
    }


def pictures(images: ImageSet, pictured: np.ndarray) -> dict[str, np.ndarray]:
    """What all arms' predictions are shown beside: item [k], image [k, h', w', c] and mask [k, h',
    w'], thinned alike.
    """
    if not len(pictured):
        return {}
    return {
        "item": pictured.astype(np.int32),
        "image": np.stack([thinned(images.images[item], PICTURE_SIDE) for item in pictured]),
        "mask": np.stack([thinned(targets(images)[item], PICTURE_SIDE) for item in pictured]),
    }
