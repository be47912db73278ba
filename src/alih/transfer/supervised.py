"""`scratch`, `source-only` and `target-only`: train the whole network on one domain's labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch

from alih.study.document.train import Train
from alih.tasks.table import Task
from alih.transfer.contract import Batch, Context, Stateful, Strategy, Stream
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
        domain: Literal["source", "target"] = "target",
    ) -> None:
        self.task, self.domain = task, domain
        self._network = network
        self.objective = task.objective(train, weights)
        self.optimizer = Optimizer(network.parameters(), train, steps_per_epoch)

    @property
    def network(self) -> torch.nn.Module:
        """The trained network."""
        return self._network

    def streams(self) -> Mapping[str, Stream]:
        """The labelled images of its domain."""
        return {self.domain: Stream(self.domain)}

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        """Minimise the objective on one batch."""
        batch = batches[self.domain]
        logits = self._network(batch.images)
        loss = self.objective(logits, batch.truth)
        ctx.backward(loss)
        self.optimizer.step()
        running = self.task.running(logits, batch.truth, loss if self.objective.plain else None)
        for name, value in running.items():
            ctx.log(name, value)
        return loss

    def predict(self, images: torch.Tensor) -> torch.Tensor:
        """Logits [b, classes], or [b, classes, h, w]."""
        return self._network(images)

    def parts(self) -> dict[str, Stateful]:
        """Network and optimizer (with its step count)."""
        return {"network": self._network, "optimizer": self.optimizer}

    def penalty(self) -> float:
        """The L1 and L2 terms."""
        return self.optimizer.penalty()
