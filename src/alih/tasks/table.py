"""The table of tasks: one module each, all with the names of `Task`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Protocol, cast

import numpy as np
import torch

from alih.data.imageset import ImageSet
from alih.study.document.train import Train
from alih.tasks import classification, segmentation
from alih.tasks.losses import Objective


class Task(Protocol):
    """What a task's module defines; see `tasks/classification.py` and `tasks/segmentation.py` for
    shapes.
    """

    @property
    def DEFAULT_METRICS(self) -> tuple[str, ...]:
        """Metrics of every evaluation, beside those of the study."""

    @property
    def TRAIN_EVAL_ITEMS(self) -> int:
        """Training items that are scored in evaluation mode after each epoch."""

    @property
    def UNLABELLED_ITEMS(self) -> int:
        """Images at most that are looked at after each epoch without their labels."""

    @property
    def PICTURES(self) -> int:
        """Validation items that are chosen before training to be shown for all arms."""

    def evaluation_batch(self, height: int, width: int) -> int:
        """Images in a batch of evaluation, so few that memory stays bounded."""

    def targets(self, images: ImageSet) -> np.ndarray:
        """What is learned, [n, …]: labels or masks."""

    def class_weights(
        self,
        setting: str | list[float] | None,
        targets: np.ndarray,
        items: np.ndarray,
        classes: int,
    ) -> torch.Tensor | None:
        """Weights per class for the loss, from the targets of the training items."""

    def objective(self, train: Train, weights: torch.Tensor | None) -> Objective:
        """The loss of (logits, labels) that is minimised."""

    def running(
        self, logits: torch.Tensor, labels: torch.Tensor, log_loss: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """Metrics of one training batch; `log_loss` is given where the objective is that and
        nothing else.
        """

    def item_arrays(
        self,
        batches: Iterator[tuple[torch.Tensor, torch.Tensor, np.ndarray]],
        names: Collection[str] = (),
        stored: bool = False,
    ) -> dict[str, np.ndarray]:
        """Per-item arrays of a whole split: what the named metrics need, and with `stored` all that
        a cell leaves behind.
        """

    def summarise(
        self, arrays: dict[str, np.ndarray], names: tuple[str, ...], classes: Sequence[str]
    ) -> dict[str, float]:
        """Named metrics of per-item arrays; one that has no value is left out."""

    def stored(self, arrays: dict[str, np.ndarray], split: str) -> dict[str, np.ndarray]:
        """The columns of `scores.npz`."""

    def extra(self, scores: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """The arrays of `probabilities.npz`; none: no file."""

    def examples(
        self,
        images: ImageSet,
        arrays: dict[str, np.ndarray],
        pictured: np.ndarray,
        predict: Callable[[np.ndarray], np.ndarray],
    ) -> dict[str, np.ndarray]:
        """The arrays of `examples.npz`; none: no file. `predict(items)` gives classes as the
        network sees them, uint8.
        """

    def pictures(self, images: ImageSet, pictured: np.ndarray) -> dict[str, np.ndarray]:
        """The arrays of `pictures/seed-<r>.npz` of the study folder."""


TASKS: dict[str, Task] = {
    "classification": cast(Task, classification),
    "segmentation": cast(Task, segmentation),
}
