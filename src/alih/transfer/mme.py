"""`mme`: a cosine classifier spreads the target's answers, and the features gather them again.

Saito et al. 2019, Semi-supervised Domain Adaptation via Minimax Entropy, ICCV.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import log_softmax

from alih.study.strategies.adaptation import MmeOptions
from alih.transfer.contract import Batch, Context
from alih.transfer.dann import reverse
from alih.transfer.ingredients import Ingredients
from alih.transfer.on_domains import OnDomains
from alih.transfer.optimizer import Optimizer


class Mme(OnDomains):
    """Minimise the mean of the task's losses on labelled source and target images; the entropy of
    target images without labels is maximised by the head and minimised by the stages.

    The paper takes a step for each; here both gradients, at the same weights, make one, which is
    the sum of the two to first order in the learning rate.
    """

    def __init__(self, given: Ingredients) -> None:
        super().__init__(given)
        options, train = given.options, given.recipe.train
        assert isinstance(options, MmeOptions)
        self.weight = options.weight
        self.optimizer = Optimizer(self._network.parameters(), train, given.steps_per_epoch)

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> Tensor:
        """Take a step on one batch of each stream."""
        network = self._network
        images = torch.cat([batch.images for batch in batches.values()])
        state = network.advance(images, 0, len(network.stages))
        parts = dict(
            zip(batches, state.split([len(b.items) for b in batches.values()]), strict=True)
        )
        logits = {
            name: network.classify(parts[name])
            for name, batch in batches.items()
            if batch.labels is not None
        }
        losses = [self.objective(part, batches[name].truth) for name, part in logits.items()]
        # All labels may be granted.
        free = "target-unlabelled" if "target-unlabelled" in batches else "target"
        unsure = entropy(network.classify(reverse(parts[free], 1.0)))
        total = torch.stack(losses).mean() - self.weight * unsure
        ctx.backward(total)
        self.optimizer.step()
        ctx.log("domain_loss", unsure)
        for name, value in self.task.running(logits["source"], batches["source"].truth).items():
            ctx.log(name, value)
        return total


def entropy(logits: Tensor) -> Tensor:
    """The mean entropy of answers [b, C], in nats; fp32.

    >>> round(float(entropy(torch.zeros(3, 2))), 4)
    0.6931
    """
    logs = log_softmax(logits.float(), 1)
    return -(logs.exp() * logs).sum(1).mean()
