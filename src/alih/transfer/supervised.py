"""`scratch`: train the whole network on the target's labels, from random weights or from another arm's (`from`)."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from alih.study.document import Train
from alih.tasks.table import Task
from alih.transfer.contract import Batch, Context, Stateful, Strategy
from alih.transfer.optimizer import Optimizer


class Supervised(Strategy):
    """Minimise the task's loss over all parameters of one network."""

    def __init__(
        self,
        network: torch.nn.Module,
        task: Task,
        train: Train,
        steps_per_epoch: int,
        weights: torch.Tensor | None = None,
    ) -> None:
        self.task = task
        self._network = network
        self.objective = task.objective(train, weights)
        self.optimizer = Optimizer(network.parameters(), train, steps_per_epoch)

    @property
    def network(self) -> torch.nn.Module:
        """The trained network."""
        return self._network

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> None:
        """The objective on one batch of the target."""
        batch = batches["target"]
        logits = self._network(batch.images)
        loss = self.objective(logits, batch.labels)
        ctx.backward(loss)
        self.optimizer.step()
        ctx.log("loss", loss)
        for name, value in self.task.running(logits, batch.labels, loss if self.objective.plain else None).items():
            ctx.log(name, value)

    def predict(self, images: torch.Tensor) -> torch.Tensor:
        """Logits [b, classes], or [b, classes, h, w]."""
        return self._network(images)

    def parts(self) -> dict[str, Stateful]:
        """Network and optimizer (with its step count and master weights)."""
        return {"network": self._network, "optimizer": self.optimizer}

    def penalty(self) -> float:
        """The L1 and L2 terms."""
        return self.optimizer.penalty()
