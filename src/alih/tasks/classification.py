"""Classification: loss, running metrics and per-item scores from logits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from alih.data.imageset import ImageSet
from alih.data.pixels import thinned
from alih.evaluation import confused, metrics
from alih.study import metrics as study_metrics
from alih.study.document import Train
from alih.tasks import losses

DEFAULT_METRICS = ("log_loss", "accuracy")
TRAIN_EVAL_ITEMS = study_metrics.TRAIN_EVAL_ITEMS["classification"]

PICTURES = 0
"""Items chosen before training to be shown for all arms: none, since the worst ones of each arm say more."""

EXAMPLES = 24
PAIRS, PER_PAIR = 6, 4


def evaluation_batch(height: int, width: int) -> int:
    """Images in a batch of evaluation."""
    return 256


def targets(images: ImageSet) -> np.ndarray:
    """What is learned: the labels [n]."""
    return images.labels


def class_weights(setting: str | list[float] | None, targets: np.ndarray, items: np.ndarray, classes: int) -> torch.Tensor | None:
    """Weights per class [classes] for the loss: `balanced` is n / (classes · count) of the items, a list is taken as it is.

    Classes without training items get weight 0, so that they cannot dominate.
    """
    if setting is None:
        return None
    if setting == "balanced":
        counts = np.bincount(targets[items], minlength=classes)
        weights = np.where(counts > 0, len(items) / (classes * np.maximum(counts, 1)), 0.0)
    else:
        weights = np.asarray(setting, float)
    return torch.tensor(weights, dtype=torch.float32)


def objective(train: Train, weights: torch.Tensor | None) -> losses.Objective:
    """The loss that `train.loss` names, of logits [b, classes] and labels [b], computed in float32."""
    smoothing = train.label_smoothing
    if train.losses == {"cross-entropy": 1.0}:
        return lambda logits, labels: F.cross_entropy(logits.float(), labels, weight=weights, label_smoothing=smoothing)
    return losses.objective(train.losses, weights, smoothing, ignore=-1)


def running(logits: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
    """Metrics of one training batch, as tensors that are averaged over the epoch."""
    logits = logits.detach()
    return {"log_loss": F.cross_entropy(logits.float(), labels), "accuracy": (logits.argmax(1) == labels).float().mean()}


def item_arrays(batches: Iterator[tuple[torch.Tensor, torch.Tensor, np.ndarray]]) -> dict[str, np.ndarray]:
    """Per-item arrays from (logits, labels, items) of evaluation batches.

    Returns item, label, prediction (int64), confidence, log_loss (float32) and probability [n, classes] (float32).
    """
    columns: dict[str, list[np.ndarray]] = {
        k: [] for k in ("item", "label", "prediction", "confidence", "log_loss", "probability")
    }
    for logits, labels, items in batches:
        log_probability = F.log_softmax(logits.float(), dim=1)
        top = log_probability.max(1)
        columns["item"].append(items)
        columns["label"].append(labels.cpu().numpy())
        columns["prediction"].append(top.indices.cpu().numpy())
        columns["confidence"].append(top.values.exp().cpu().numpy())
        columns["log_loss"].append((-log_probability.gather(1, labels[:, None])).squeeze(1).cpu().numpy())
        columns["probability"].append(log_probability.exp().cpu().numpy())
    return {name: np.concatenate(parts) for name, parts in columns.items()}


def summarise(arrays: dict[str, np.ndarray], names: tuple[str, ...], classes: Sequence[str]) -> dict[str, float]:
    """The named metrics of per-item arrays, in the order given."""
    return {name: float(metrics.compute(name, arrays)) for name in names}


def stored(arrays: dict[str, np.ndarray], split: str) -> dict[str, np.ndarray]:
    """The columns of `scores.npz` for one split, in compact types."""
    classes = arrays["probability"].shape[1]
    small: Any = np.uint8 if classes <= 256 else np.int32
    return {
        f"{split}_item": arrays["item"].astype(np.int32),
        f"{split}_label": arrays["label"].astype(small),
        f"{split}_prediction": arrays["prediction"].astype(small),
        f"{split}_confidence": arrays["confidence"].astype(np.float16),
        f"{split}_log_loss": arrays["log_loss"].astype(np.float32),
    }


def extra(scores: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """What `probabilities.npz` holds: float16 [items, classes] of each split."""
    return {name: arrays["probability"].astype(np.float16) for name, arrays in scores.items()}


def examples(
    images: ImageSet, arrays: dict[str, np.ndarray], pictured: np.ndarray, predict: Callable[[np.ndarray], np.ndarray]
) -> dict[str, np.ndarray]:
    """`examples.npz`: the validation images with the highest loss (kind 0) and of the most confused pairs (kind 1)."""
    rows = [np.asarray(confused.highest_loss(arrays, EXAMPLES))]
    kinds = [np.zeros(len(rows[0]), np.uint8)]
    matrix = metrics.confusion(arrays["label"], arrays["prediction"], len(images.classes))
    for true, predicted, _ in confused.confused_pairs(matrix, PAIRS):
        found = np.asarray(confused.examples_of_pair(arrays, true, predicted, PER_PAIR))
        rows.append(found)
        kinds.append(np.ones(len(found), np.uint8))
    chosen = np.concatenate(rows).astype(int)
    items = arrays["item"][chosen]
    return {
        "image": np.stack([thinned(images.images[item]) for item in items]) if len(items) else images.images[:0],
        "item": items.astype(np.int32),
        "label": arrays["label"][chosen].astype(np.int32),
        "prediction": arrays["prediction"][chosen].astype(np.int32),
        "log_loss": arrays["log_loss"][chosen].astype(np.float32),
        "kind": np.concatenate(kinds),
    }


def pictures(images: ImageSet, pictured: np.ndarray) -> dict[str, np.ndarray]:
    """What is stored once for all arms: nothing, each arm's examples hold their images."""
    return {}
