"""Which epoch is kept, and when to stop early: decided on validation only."""

from __future__ import annotations

import math
from typing import Any

import torch

from alih.study.document import Train
from alih.study.metrics import METRICS


def higher_is_better(monitor: str) -> bool:
    """Whether larger values of a monitored metric are better; `loss` is not a metric but smaller is better."""
    return monitor in METRICS and METRICS[monitor].higher_is_better


class Selection:
    """Follows one metric on validation; remembers the best epoch, its weights if they are to be kept, and patience."""

    def __init__(self, train: Train) -> None:
        self.keep_best = train.keep == "best"
        self.early = train.early_stopping
        self.monitor = self.early.monitor if self.early else train.monitor
        self.sign = 1.0 if higher_is_better(self.monitor) else -1.0
        self.best_epoch = 0
        self.best_value = -math.inf
        self.reference = -math.inf
        self.waited = 0
        self.stop = False
        self.last_epoch = 0
        self.weights: dict[str, torch.Tensor] = {}

    def see(self, epoch: int, splits: dict[str, dict[str, float]], network: torch.nn.Module) -> None:
        """Take note of an epoch's metrics. Ties go to the earlier epoch. Without validation the last epoch counts."""
        self.last_epoch = epoch
        value = self.sign * splits.get("validation", {}).get(self.monitor, math.nan)
        if math.isnan(value):
            self.best_epoch = epoch
            return
        if value > self.best_value:
            self.best_value, self.best_epoch = value, epoch
            if self.keep_best:
                self.weights = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
        if self.early:
            if value > self.reference + self.early.min_delta:
                self.reference, self.waited = value, 0
            else:
                self.waited += 1
            self.stop = self.waited >= self.early.patience

    @property
    def kept_epoch(self) -> int:
        """The epoch whose weights are handed over."""
        return self.best_epoch if self.keep_best else self.last_epoch

    def restore(self, network: torch.nn.Module) -> None:
        """Put the best epoch's weights into the network when those are to be kept."""
        if self.keep_best and self.weights:
            network.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        """All that later decisions depend on. Infinities are stored as None, which JSON has no number for."""
        return {
            "best_epoch": self.best_epoch,
            "best_value": None if math.isinf(self.best_value) else self.best_value,
            "reference": None if math.isinf(self.reference) else self.reference,
            "waited": self.waited,
            "stop": self.stop,
            "last_epoch": self.last_epoch,
            "weights": self.weights,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take the decisions so far back."""
        self.best_epoch = state["best_epoch"]
        self.best_value = -math.inf if state["best_value"] is None else state["best_value"]
        self.reference = -math.inf if state["reference"] is None else state["reference"]
        self.waited = state["waited"]
        self.stop = state["stop"]
        self.last_epoch = state["last_epoch"]
        self.weights = {name: tensor.clone() for name, tensor in state["weights"].items()}
