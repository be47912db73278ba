"""Classification: loss, running metrics and per-item scores from logits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from alih.evaluation import metrics


def class_weights(setting: str | list[float] | None, labels: np.ndarray, classes: int) -> torch.Tensor | None:
    """Weights per class [classes] for the loss: `balanced` is n / (classes · count), a list is taken as it is.

    Classes without training items get weight 0, so that they cannot dominate.
    """
    if setting is None:
        return None
    if setting == "balanced":
        counts = np.bincount(labels, minlength=classes)
        weights = np.where(counts > 0, len(labels) / (classes * np.maximum(counts, 1)), 0.0)
    else:
        weights = np.asarray(setting, float)
    return torch.tensor(weights, dtype=torch.float32)


def loss(
    logits: torch.Tensor, labels: torch.Tensor, label_smoothing: float = 0.0, weights: torch.Tensor | None = None
) -> torch.Tensor:
    """Mean cross-entropy of logits [b, classes] against labels [b], computed in float32."""
    return F.cross_entropy(logits.float(), labels, weight=weights, label_smoothing=label_smoothing)


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


def summarise(arrays: dict[str, np.ndarray], names: tuple[str, ...]) -> dict[str, float]:
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
