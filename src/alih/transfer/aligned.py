"""What `mcc`, `deep-coral`, `dan`, `joint` share: the task's loss, with a term of both domains."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from alih.models.staged import StagedNetwork
from alih.transfer.contract import Batch, Context, Stream
from alih.transfer.ingredients import Ingredients
from alih.transfer.joined import Joined, joined
from alih.transfer.on_domains import OnDomains
from alih.transfer.optimizer import Optimizer


class Aligned(OnDomains):
    """Minimise the task's loss on labelled images, and `weight` times a term of the two domains.

    Images of both pass through the network together, or as `passes` says. Labelled target images,
    where the study grants some, are learnt from as well; the term reads those without labels, where
    there are any. Without a term, labelled images are all that is read.
    """

    def __init__(
        self,
        given: Ingredients,
        term: Callable[[StagedNetwork, Joined], Tensor] | None = None,
        weight: float = 1.0,
        passes: Callable[[StagedNetwork, Mapping[str, Batch]], Joined] = joined,
    ) -> None:
        super().__init__(given)
        self.term, self.weight, self.passes = term, weight, passes
        train = given.recipe.train
        self.optimizer = Optimizer(self._network.parameters(), train, given.steps_per_epoch)

    def streams(self) -> Mapping[str, Stream]:
        """Those of both domains."""
        if self.term is None:
            return {"source": Stream("source"), "target": Stream("target")}
        return super().streams()

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> Tensor:
        """Minimise the task's loss and the term on one batch of each stream."""
        found = self.passes(self._network, batches)
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
