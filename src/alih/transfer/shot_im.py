"""`shot-im`: train on the source, then adapt all stages to target images without labels while the
head stays.

Liang et al. 2020, Do We Really Need to Access the Source Data? Source Hypothesis Transfer for
Unsupervised Domain Adaptation, ICML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import log_softmax

from alih.study.strategies.adaptation import ShotOptions
from alih.transfer.contract import Batch, Context, Stateful
from alih.transfer.ingredients import Ingredients
from alih.transfer.on_domains import OnDomains
from alih.transfer.optimizer import Optimizer


class ShotIm(OnDomains):
    """Minimise the task's loss on the source, and after so many epochs `information_loss` on the
    target.

    Each phase has an optimizer of its own, and its whole schedule. In the second no source image
    is looked at, and the head has no gradients; labelled target images, where the study grants
    some, are learnt from as well.
    """

    def __init__(self, given: Ingredients) -> None:
        super().__init__(given)
        options, train = given.options, given.recipe.train
        assert isinstance(options, ShotOptions)
        self.first = options.first_phase(given.recipe)
        rest = {"epochs": train.epochs - self.first, "lr": train.lr * options.adapt_lr}
        self.trainer = Optimizer(
            self._network.parameters(),
            train.model_copy(update={"epochs": max(1, self.first)}),
            given.steps_per_epoch,
        )
        stages = self._network.between(0, len(self._network.stages))
        self.adapter = Optimizer(
            stages.parameters(), train.model_copy(update=rest), given.steps_per_epoch
        )

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> Tensor:
        """Take a step on the source, or one on the target."""
        if ctx.epoch <= self.first:
            return self._learn(batches["source"], ctx)
        return self._adapt([batch for name, batch in batches.items() if name != "source"], ctx)

    def _learn(self, batch: Batch, ctx: Context) -> Tensor:
        logits = self._network(batch.images)
        loss = self.objective(logits, batch.truth)
        ctx.backward(loss)
        self.trainer.step()
        for name, value in self.task.running(logits, batch.truth).items():
            ctx.log(name, value)
        return loss

    def _adapt(self, batches: list[Batch], ctx: Context) -> Tensor:
        logits = self._network(torch.cat([batch.images for batch in batches]))
        parts = logits.split([len(batch.items) for batch in batches])
        information = loss = information_loss(parts[0])
        for part, batch in zip(parts, batches, strict=True):
            if batch.labels is not None:
                loss = loss + self.objective(part, batch.truth)
        ctx.backward(loss)
        self.adapter.step()
        for parameter in self._network.head.parameters():
            parameter.grad = None
        ctx.log("domain_loss", information)
        return loss

    def parts(self) -> dict[str, Stateful]:
        """Network and optimizers."""
        return {"network": self._network, "optimizers": _Pair(self.trainer, self.adapter)}

    def penalty(self) -> float:
        """The L1 and L2 terms of the present phase."""
        return (self.adapter if self.adapter.steps else self.trainer).penalty()


class _Pair:
    """The optimizers of both phases as one part: at any time only one of them matters."""

    def __init__(self, *optimizers: Optimizer) -> None:
        self.optimizers = optimizers

    def state_dict(self) -> dict[str, Any]:
        """Their states, by phase."""
        return {str(phase): one.state_dict() for phase, one in enumerate(self.optimizers)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take them back."""
        for phase, one in enumerate(self.optimizers):
            one.load_state_dict(state[str(phase)])


def information_loss(logits: Tensor) -> Tensor:
    """The mean entropy of a batch's answers less the entropy of the mean answer, in nats; fp32.

    Liang et al. 2020, equation 4: least, -log C, where every answer is sure and all classes are
    answered equally often.

    >>> round(float(information_loss(100 * torch.eye(2))), 4)
    -0.6931
    """
    logs = log_softmax(logits.float(), 1)
    p = logs.exp()
    mean = p.mean(0)
    unsure = -(p * logs).sum(1).mean()
    return unsure + (mean * mean.clamp_min(1e-12).log()).sum()
