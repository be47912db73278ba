"""Classification: loss, running metrics and per-item scores from logits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from alih import metrics as study_metrics
from alih.data.imageset import ImageSet
from alih.data.pixels import thinned
from alih.evaluation import confused, metrics
from alih.study.document.train import Train
from alih.tasks import losses
from alih.tasks.columns import Columns

DEFAULT_METRICS = ("log_loss", "accuracy")
TRAIN_EVAL_ITEMS = study_metrics.TRAIN_EVAL_ITEMS["classification"]
UNLABELLED_ITEMS = study_metrics.UNLABELLED_ITEMS["classification"]

PICTURES = 0
"""Items chosen before training to be shown for all arms: none, since the worst ones of each arm say
more."""

EVALUATION_PIXELS = 256 * 224**2
"""Pixels of an evaluation batch: 256 images up to 224 × 224, fewer of larger ones, whose maps would
fill the memory."""

PROBABILITIES = 1 << 27
"""Numbers that a split's probabilities may take (50,000 images of 2,684 classes); a larger table is
not kept."""

EXAMPLES = 24
PAIRS, PER_PAIR = 6, 4


def evaluation_batch(height: int, width: int) -> int:
    """Images in a batch of evaluation."""
    return max(1, min(256, EVALUATION_PIXELS // (height * width)))


def targets(images: ImageSet) -> np.ndarray:
    """What is learned: the labels [n]."""
    return images.labels


def class_weights(
    setting: str | list[float] | None, targets: np.ndarray, items: np.ndarray, classes: int
) -> torch.Tensor | None:
    """Weights per class [classes] for the loss: `balanced` is n / (classes · count) of the items, a
    list is taken as it is.

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
    """The loss that `train.loss` names, of logits [b, classes] and labels [b], computed in
    float32.
    """
    smoothing = train.label_smoothing
    if train.losses != {"cross-entropy": 1.0}:
        return losses.objective(train.losses, weights, smoothing, ignore=-1)

    def loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(logits.float(), labels, weight=weights, label_smoothing=smoothing)

    return losses.single(loss, weights, smoothing, ignore=-1)


def running(
    logits: torch.Tensor, labels: torch.Tensor, log_loss: torch.Tensor | None = None
) -> dict[str, torch.Tensor]:
    """Metrics of one training batch, as tensors that are averaged over the epoch; `log_loss` where
    it is known already.
    """
    logits = logits.detach()
    if log_loss is None:
        log_loss = F.cross_entropy(logits.float(), labels)
    return {"log_loss": log_loss.detach(), "accuracy": (logits.argmax(1) == labels).float().mean()}


def item_arrays(
    batches: Iterator[tuple[torch.Tensor, torch.Tensor, np.ndarray]],
    names: Collection[str] = (),
    stored: bool = False,
) -> dict[str, np.ndarray]:
    """Per-item arrays from (logits, labels, items) of evaluation batches, as far as the named
    metrics need them.

    Returns item, label, prediction (int64), confidence, log_loss (float32); brier (float64) if it
    is named; what a cell stores also has largest, the largest logit (float32; of arms fitted in one
    step the largest log-probability), and probability [n, classes] (float16), unless that would be
    more than PROBABILITIES numbers; metrics of ranks need it in any case.
    """
    columns, size = Columns(), 0
    for logits, labels, items in batches:
        log_probability = F.log_softmax(logits.float(), dim=1)
        top = log_probability.max(1)
        found = {"label": labels, "prediction": top.indices, "confidence": top.values.exp()}
        if stored:
            found["largest"] = logits.float().amax(1)
        found["log_loss"] = (-log_probability.gather(1, labels[:, None])).squeeze(1)
        if "brier" in names:
            found["brier"] = _brier(log_probability.exp(), labels)
        size += log_probability.numel()
        if not set(study_metrics.OF_RANKS).isdisjoint(names) or (stored and size <= PROBABILITIES):
            found["probability"] = log_probability.exp().half()
        elif stored:
            columns.drop("probability")
        columns.add(items, **found)
    return columns.arrays()


def _brier(probability: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Brier score of each item, [b]: in float64 on a CPU, as `metrics.brier` has it; in float32
    elsewhere, without waiting.
    """
    if probability.device.type == "cpu":
        return torch.from_numpy(metrics.brier(probability.numpy(), labels.numpy()))
    chosen = probability.gather(1, labels[:, None]).squeeze(1)
    return (probability.square().sum(1) - 2 * chosen + 1).clamp_min(0.0)


def summarise(
    arrays: dict[str, np.ndarray], names: tuple[str, ...], classes: Sequence[str]
) -> dict[str, float]:
    """The named metrics of per-item arrays, in the order given; without those that need items of a
    class that has none.
    """
    found = {name: float(metrics.compute(name, arrays)) for name in names}
    lacking = (*study_metrics.OF_TWO_CLASSES, *study_metrics.OF_RANKS)
    return {name: at for name, at in found.items() if name not in lacking or not np.isnan(at)}


def stored(arrays: dict[str, np.ndarray], split: str) -> dict[str, np.ndarray]:
    """The columns of `scores.npz` for one split, in compact types."""
    largest = max(int(arrays[name].max(initial=0)) for name in ("label", "prediction"))
    small: Any = np.uint8 if largest < 256 else np.int32
    columns = {
        f"{split}_item": arrays["item"].astype(np.int32),
        f"{split}_label": arrays["label"].astype(small),
        f"{split}_prediction": arrays["prediction"].astype(small),
        # In full: a metric of stored scores must be the card's to the last digit.
        f"{split}_confidence": arrays["confidence"].astype(np.float32),
        f"{split}_log_loss": arrays["log_loss"].astype(np.float32),
    }
    further = [name for name in ("brier", "largest") if name in arrays]
    return columns | {f"{split}_{name}": arrays[name] for name in further}


def extra(scores: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """What `probabilities.npz` holds: float16 [items, classes] of each split that has them."""
    return {
        name: arrays["probability"] for name, arrays in scores.items() if "probability" in arrays
    }


def examples(
    images: ImageSet,
    arrays: dict[str, np.ndarray],
    pictured: np.ndarray,
    predict: Callable[[np.ndarray], np.ndarray],
) -> dict[str, np.ndarray]:
    """`examples.npz`: the validation images whose answers are worst, wrong ones first (kind 0), and
    those of the most confused pairs (kind 1).
    """
    rows = [np.asarray(confused.worst_answers(arrays, EXAMPLES))]
    kinds = [np.zeros(len(rows[0]), np.uint8)]
    for true, predicted, _ in confused.confused_pairs(arrays["label"], arrays["prediction"], PAIRS):
        found = np.asarray(confused.examples_of_pair(arrays, true, predicted, PER_PAIR))
        rows.append(found)
        kinds.append(np.ones(len(found), np.uint8))
    chosen = np.concatenate(rows).astype(int)
    items = arrays["item"][chosen]
    return {
        "image": np.stack([thinned(images.images[item]) for item in items])
        if len(items)
        else images.images[:0],
        "item": items.astype(np.int32),
        "label": arrays["label"][chosen].astype(np.int32),
        "prediction": arrays["prediction"][chosen].astype(np.int32),
        "log_loss": arrays["log_loss"][chosen].astype(np.float32),
        "kind": np.concatenate(kinds),
    }


def pictures(images: ImageSet, pictured: np.ndarray) -> dict[str, np.ndarray]:
    """What is stored once for all arms: nothing, each arm's examples hold their images."""
    return {}
