"""The table of tasks: one module each, all with the functions of `Task`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, cast

import numpy as np
import torch

from alih.tasks import classification


class Task(Protocol):
    """The functions that a task's module defines; see `tasks/classification.py` for their shapes."""

    def class_weights(self, setting: str | list[float] | None, labels: np.ndarray, classes: int) -> torch.Tensor | None:
        """Weights per class for the loss."""

    def loss(
        self, logits: torch.Tensor, labels: torch.Tensor, label_smoothing: float = 0.0, weights: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The default loss."""

    def running(self, logits: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        """Metrics of one training batch."""

    def item_arrays(self, batches: Iterator[tuple[torch.Tensor, torch.Tensor, np.ndarray]]) -> dict[str, np.ndarray]:
        """Per-item arrays of a whole split."""

    def summarise(self, arrays: dict[str, np.ndarray], names: tuple[str, ...]) -> dict[str, float]:
        """Named metrics of per-item arrays."""

    def stored(self, arrays: dict[str, np.ndarray], split: str) -> dict[str, np.ndarray]:
        """The columns of `scores.npz`."""


TASKS: dict[str, Task] = {"classification": cast(Task, classification)}
