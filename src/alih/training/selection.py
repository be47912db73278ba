"""Which epoch is kept, and when to stop early: decided on validation, or by scores of the target
that need no labels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch

from alih.metrics import METRICS, WITHOUT_LABELS
from alih.study.document.train import Train
from alih.transfer.contract import Stateful


def higher_is_better(monitor: str) -> bool:
    """Whether larger values of a monitored metric are better; `loss` is not a metric but smaller is
    better.
    """
    if monitor in WITHOUT_LABELS:
        return WITHOUT_LABELS[monitor]
    return monitor in METRICS and METRICS[monitor].higher_is_better


def watched(train: Train) -> tuple[str, ...]:
    """The metrics that selection looks at, beside `loss`."""
    names = (train.monitor, train.early_stopping.monitor if train.early_stopping else train.monitor)
    return tuple(name for name in dict.fromkeys(names) if name in METRICS)


@dataclass
class Tracker:
    """The best value of one metric on validation so far. Ties go to the earlier epoch."""

    monitor: str
    min_delta: float = 0.0
    epoch: int = 0
    value: float | None = None
    waited: int = 0

    def see(self, epoch: int, values: dict[str, float]) -> bool:
        """Take note of an epoch; True when it is the best so far, which a value that is not a
        number never is.
        """
        value = values.get(self.monitor, math.nan)
        sign = 1.0 if higher_is_better(self.monitor) else -1.0
        better = math.isfinite(value) and (
            self.value is None or sign * (value - self.value) > self.min_delta
        )
        if better:
            self.epoch, self.value, self.waited = epoch, value, 0
        else:
            self.waited += 1
        return better


class Selection:
    """The best epoch by `train.monitor`, its weights if they are to be kept, and patience by
    `early_stopping.monitor`.
    """

    def __init__(self, train: Train) -> None:
        self.keep_best = train.keep == "best"
        self.patience = train.early_stopping.patience if train.early_stopping else None
        self.best = Tracker(train.monitor)
        early = train.early_stopping
        self.early = Tracker(early.monitor, early.min_delta) if early else Tracker(train.monitor)
        self.last_epoch = 0
        self.weights: dict[str, torch.Tensor] = {}

    def see(self, epoch: int, splits: dict[str, dict[str, float]], learning: Stateful) -> None:
        """Take note of an epoch's metrics, and of the weights of what is `learning`."""
        self.last_epoch = epoch
        if self.best.see(epoch, _values(splits, self.best.monitor)) and self.keep_best:
            self.weights = {
                name: tensor.detach().clone() for name, tensor in learning.state_dict().items()
            }
        self.early.see(epoch, _values(splits, self.early.monitor))

    @property
    def stop(self) -> bool:
        """Whether patience has run out."""
        return self.patience is not None and self.early.waited >= self.patience

    @property
    def best_epoch(self) -> int:
        """The best epoch on validation; the last one where there is no validation."""
        return self.best.epoch or self.last_epoch

    @property
    def kept_epoch(self) -> int:
        """The epoch whose weights are handed over."""
        return self.best_epoch if self.keep_best else self.last_epoch

    def restore(self, learning: Stateful) -> None:
        """Put the best epoch's weights back when those are to be kept."""
        if self.keep_best and self.weights:
            learning.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        """All that later decisions depend on."""
        trackers = {
            name: [t.epoch, t.value, t.waited]
            for name, t in (("best", self.best), ("early", self.early))
        }
        return {**trackers, "last_epoch": self.last_epoch, "weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take the decisions so far back. Tensors are copied: those of a checkpoint are mapped onto
        its file.
        """
        for name, tracker in (("best", self.best), ("early", self.early)):
            tracker.epoch, tracker.value, tracker.waited = state[name]
        self.last_epoch = state["last_epoch"]
        self.weights = {name: tensor.clone() for name, tensor in state["weights"].items()}


def _values(splits: dict[str, dict[str, float]], monitor: str) -> dict[str, float]:
    """The values that a monitor is among; none of answers that have collapsed, whose scores would
    be the best.
    """
    if monitor not in WITHOUT_LABELS:
        return splits.get("validation", {})
    values = splits.get("target", {})
    return {} if values.get("collapsed") else values
