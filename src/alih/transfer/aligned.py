"""What `mcc`, `deep-coral`, `dan`, `joint` share: the task's loss, with a term of both domains."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from alih.models.staged import StagedNetwork
from alih.transfer.contract import Batch, Context, Stateful, Strategy, Stream
from alih.transfer.ingredients import Ingredients
from alih.transfer.joined import Joined, domain_streams, joined, staged
from alih.transfer.optimizer import Optimizer


class Aligned(Strategy):
    """Minimise the task's loss on labelled images, and `weight` times a term of the two domains.

    Images of both pass through the network together. Labelled target images, where the study
    grants some, are learnt from as well; the term reads those without labels, where there are
    any. Without a term, labelled images are all that is read.
    """

    def __init__(
        self,
        given: Ingredients,
        term: Callable[[StagedNetwork, Joined], Tensor] | None = None,
        weight: float = 1.0,
    ) -> None:
        self.task, self._network = given.task, staged(given)
        self.term, self.weight = term, weight
        self.granted, self.withheld = given.granted, given.withheld
        train = given.recipe.train
        self.objective = given.task.objective(train, given.class_weights)
        self.optimizer = Optimizer(self._network.parameters(), train, given.steps_per_epoch)

    @property
    def network(self) -> nn.Module:
        """The network of the task."""
        return self._network

    def streams(self) -> Mapping[str, Stream]:
        """Those of both domains."""
        if self.term is None:
            return {"source": Stream("source"), "target": Stream("target")}
        return domain_streams(self.granted, self.withheld)

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> Tensor:
        """Minimise the task's loss and the term on one batch of each stream."""
        found = joined(self._network, batches)
        losses = [self.objective(logits, truth) for logits, truth in found.labelled]
        total = torch.stack(losses).sum()
        if self.term is not None:
            term = self.term(self._network, found)
            total = total + self.weight * term
            ctx.log("domain_loss", term)
        ctx.backward(total)
        self.optimizer.step()
        for name, value in self.task.running(*found.labelled[0]).items():
            ctx.log(name, value)
        return total

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
