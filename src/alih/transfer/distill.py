"""`distill`: learn from labels and from the softened answers of a trained network, the teacher.

Hinton, Vinyals & Dean 2015, Distilling the Knowledge in a Neural Network.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import kl_div, log_softmax

from alih.models.precision import without_autocast
from alih.study.strategies.options import DistillOptions
from alih.transfer.contract import Batch, Context, Stateful, Strategy
from alih.transfer.ingredients import Ingredients
from alih.transfer.optimizer import Optimizer


class Distill(Strategy):
    """Minimise (1 − weight) times the task's loss plus weight times `distance` to the teacher's
    answers for the same augmented images.

    The teacher is no part of a checkpoint: it is read again from its own run.
    """

    def __init__(self, given: Ingredients) -> None:
        assert isinstance(given.options, DistillOptions)
        self.task, self._network, self.options = given.task, given.network, given.options
        self.teacher = given.networks["teacher"]
        self.objective = given.task.objective(given.recipe.train, given.class_weights)
        self.optimizer = Optimizer(
            given.network.parameters(), given.recipe.train, given.steps_per_epoch
        )

    @property
    def network(self) -> torch.nn.Module:
        """The network that learns."""
        return self._network

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> Tensor:
        """Take a step on one labelled batch."""
        batch, weight = batches["target"], self.options.weight
        logits = self._network(batch.images)
        hard = self.objective(logits, batch.truth)
        loss = hard
        if weight:
            with torch.no_grad():
                answers = self.teacher(batch.images)
            soft = distance(logits, answers, self.options.temperature)
            loss = (1 - weight) * hard + weight * soft
            ctx.log("distillation", soft)
        ctx.backward(loss)
        self.optimizer.step()
        running = self.task.running(logits, batch.truth, hard if self.objective.plain else None)
        for name, value in running.items():
            ctx.log(name, value)
        return loss

    def predict(self, images: Tensor) -> Tensor:
        """Logits [b, classes], or [b, classes, h, w]."""
        answer: Tensor = self._network(images)
        return answer

    def parts(self) -> dict[str, Stateful]:
        """Network and optimizer."""
        return {"network": self._network, "optimizer": self.optimizer}

    def penalty(self) -> float:
        """The L1 and L2 terms."""
        return self.optimizer.penalty()


def distance(logits: Tensor, answers: Tensor, temperature: float) -> Tensor:
    """T² KL(teacher ‖ student) of softmax(logits / T), mean over images or pixels, in nats; fp32.

    T² keeps the size of gradients, which fall like 1/T² (Hinton et al. 2015, section 2).

    >>> float(distance(torch.zeros(2, 3), torch.zeros(2, 3), 4.0))
    0.0
    """
    with without_autocast(logits.device):
        own, theirs = (log_softmax(x.float() / temperature, 1) for x in (logits, answers))
        apart = kl_div(own, theirs, reduction="none", log_target=True).sum(1)
        return temperature**2 * apart.mean()
