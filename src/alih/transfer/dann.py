"""`dann`: train on the source while the features of source and target become hard to tell apart.

Ganin & Lempitsky 2015; Ganin et al. 2016, Domain-Adversarial Training of Neural Networks, JMLR 17.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alih.models.build import initialise
from alih.models.precision import in_full
from alih.study.strategies.adaptation import DannOptions
from alih.transfer.contract import Batch, Context, Stateful
from alih.transfer.ingredients import Ingredients
from alih.transfer.joined import joined, vector, vector_width
from alih.transfer.on_domains import OnDomains
from alih.transfer.optimizer import Optimizer


class Conditioning(Protocol):
    """What the discriminator reads in place of features, and by what images count."""

    width: int

    def __call__(self, features: Tensor, logits: Tensor) -> Tensor:
        """Features [b, d] and logits [b, C] as [b, width]."""

    def weights(self, logits: Tensor) -> Tensor | None:
        """Weights [b] of the images in their domain; None for equal ones."""


class Dann(OnDomains):
    """Minimise the task's loss on labelled images, and the domain loss through a reversed gradient.

    The discriminator reads what the network's head reads; of a decoder, the mean over space of the
    encoder's last map. Its loss is ½ (BCE of the source as 1 + BCE of the target as 0). Labelled
    target images, where the study grants some, are learnt from as well. With a `conditioning` the
    discriminator reads what that makes of features and logits, and images count by its weights.
    """

    def __init__(self, given: Ingredients, conditioning: Conditioning | None = None) -> None:
        super().__init__(given)
        network, options = self._network, given.options
        assert isinstance(options, DannOptions)
        self.options = options
        self.conditioning = conditioning
        train = given.recipe.train
        width = conditioning.width if conditioning else vector_width(network)
        with torch.random.fork_rng(devices=[]):
            self.discriminator = discriminator(width, options.hidden)
        initialise(
            self.discriminator,
            given.recipe.init,
            lambda purpose: given.seed(f"discriminator/{purpose}"),
        )
        self.discriminator.to(network.device)
        parameters = [*network.parameters(), *self.discriminator.parameters()]
        self.optimizer = Optimizer(parameters, train, given.steps_per_epoch)

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> Tensor:
        """Minimise the task's loss and the domain loss on one batch of each stream."""
        found = joined(self._network, batches)
        losses = [self.objective(logits, truth) for logits, truth in found.labelled]
        loss = torch.stack(losses).sum()
        strength = 2 / (1 + math.exp(-self.options.slope * ctx.progress)) - 1
        reversed_ = reverse(vector(self._network, found.state), strength)
        sizes = [found.sizes[0], sum(found.sizes[1:])]
        weights: Sequence[Tensor | None] = (None, None)
        if self.conditioning is not None:
            logits = torch.cat(found.logits)
            reversed_ = self.conditioning(reversed_, logits)
            counted = self.conditioning.weights(logits)
            weights = weights if counted is None else counted.split(sizes)
        odds = in_full(self.discriminator[-1], self.discriminator[:-1](reversed_)).squeeze(1)
        from_source, from_target = odds.split(sizes)
        domain_loss = (_bce(from_source, 1.0, weights[0]) + _bce(from_target, 0.0, weights[1])) / 2
        total = loss + self.options.weight * domain_loss
        ctx.backward(total)
        self.optimizer.step()
        right = torch.cat([from_source > 0, from_target <= 0])
        ctx.log("domain_loss", domain_loss)
        ctx.log("domain_accuracy", right.float().mean())
        for name, value in self.task.running(*found.labelled[0]).items():
            ctx.log(name, value)
        return total

    def parts(self) -> dict[str, Stateful]:
        """Network, discriminator and optimizer."""
        return {
            "network": self._network,
            "discriminator": self.discriminator,
            "optimizer": self.optimizer,
        }


def discriminator(width: int, hidden: int) -> nn.Sequential:
    """Two hidden layers with batch normalisation, and one output: the log odds of the source, [b,
    d] -> [b, 1].
    """
    layers: list[nn.Module] = []
    for size in (width, hidden):
        layers += [nn.Linear(size, hidden), nn.BatchNorm1d(hidden), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(hidden, 1))


def _bce(logits: Tensor, truth: float, weights: Tensor | None = None) -> Tensor:
    """Mean over images, which count by their weights."""
    shares = None if weights is None else weights / weights.mean()
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, truth), shares)


class _Reversal(torch.autograd.Function):
    """The identity, whose gradient is turned round and scaled."""

    @staticmethod
    def forward(x: Tensor, strength: float) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, float], output: Tensor) -> None:
        ctx.strength = inputs[1]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -ctx.strength * gradients[0], None


def reverse(x: Tensor, strength: float) -> Tensor:
    """X itself; its gradient is multiplied by -strength.

    >>> x = torch.ones(2, requires_grad=True)
    >>> reverse(x, 0.5).sum().backward()
    >>> x.grad
    tensor([-0.5000, -0.5000])
    """
    answer: Tensor = _Reversal.apply(x, strength)
    return answer
