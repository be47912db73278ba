"""`advent`: train on the source while pixels of the target are answered as surely as its own.

Vu et al. 2019, ADVENT: Adversarial Entropy Minimization for Domain Adaptation in Semantic
Segmentation, CVPR.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alih.models.build import initialise
from alih.models.modes import evaluating
from alih.models.precision import in_full
from alih.study.strategies.adaptation import AdventOptions
from alih.transfer.aligned import Aligned
from alih.transfer.contract import Batch, Context, Stateful, Strategy
from alih.transfer.ingredients import Ingredients
from alih.transfer.joined import apart
from alih.transfer.on_domains import OnDomains
from alih.transfer.optimizer import Optimizer

LAYERS = 5
"""Convolutions of the discriminator, each of which halves the map; fewer for maps below 32."""


def advent(given: Ingredients) -> Strategy:
    """The strategy: adversarial, or with `mode: entropy` the target's mean entropy as a term."""
    options = given.options
    assert isinstance(options, AdventOptions)
    if options.mode == "adversarial":
        return Advent(given)
    return Aligned(
        given,
        lambda network, found: self_information(found.logits[1]).sum(1).mean(),
        options.weight,
        apart,
    )


class Advent(OnDomains):
    """Minimise the task's loss on labelled images, and `weight` times what tells the target's maps
    of self-information from the source's.

    As in the paper, the discriminator has steps of its own, by Adam, and only the target's maps are
    drawn to the source's: a gradient reversed once for both would shrink the discriminator's by the
    small weight, and make the source's answers unsure as well. Both steps are taken on one batch of
    each stream.
    """

    def __init__(self, given: Ingredients) -> None:
        super().__init__(given)
        network, options, train = self._network, given.options, given.recipe.train
        assert isinstance(options, AdventOptions)
        self.weight = options.weight
        image = torch.zeros(1, *network.input_shape, device=network.device)
        with evaluating(network), torch.no_grad():
            _, classes, *sides = network(image).shape
        with torch.random.fork_rng(devices=[]):
            self.discriminator = discriminator(classes, min(sides), options.filters)
        initialise(
            self.discriminator,
            given.recipe.init,
            lambda purpose: given.seed(f"discriminator/{purpose}"),
        )
        self.discriminator.to(network.device)
        self.optimizer = Optimizer(network.parameters(), train, given.steps_per_epoch)
        own = {"optimizer": "adam", "lr": options.discriminator_lr}
        plain = {"weight_decay": 0.0, "l1": 0.0, "l2": 0.0, "clip_norm": None}
        self.judging = Optimizer(
            self.discriminator.parameters(),
            train.model_copy(update={**own, **plain}),
            given.steps_per_epoch,
        )

    def step(self, batches: Mapping[str, Batch], ctx: Context) -> Tensor:
        """Move the network, and then the discriminator, on one batch of each stream."""
        found = apart(self._network, batches)
        losses = [self.objective(logits, truth) for logits, truth in found.labelled]
        source, target = (self_information(logits) for logits in found.logits[:2])
        self.discriminator.requires_grad_(False)
        total = torch.stack(losses).sum() + self.weight * _bce(self._odds(target), 1.0)
        self.discriminator.requires_grad_(True)
        maps = torch.cat([source, target]).detach()
        of_source, of_target = self._odds(maps).split(found.sizes[:2])
        judged = (_bce(of_source, 1.0) + _bce(of_target, 0.0)) / 2
        ctx.backward(total + judged)
        self.optimizer.step()
        self.judging.step()
        ctx.log("domain_loss", judged)
        right = torch.cat([of_source > 0, of_target <= 0])
        ctx.log("domain_accuracy", right.float().mean())
        for name, value in self.task.running(*found.labelled[0]).items():
            ctx.log(name, value)
        return total

    def _odds(self, maps: Tensor) -> Tensor:
        """The log odds of the source for patches of maps, [b, C, h, w] -> [b, 1, h', w'], fp32."""
        return in_full(self.discriminator[-1], self.discriminator[:-1](maps))

    def parts(self) -> dict[str, Stateful]:
        """Network, discriminator and the optimizers of both."""
        return {
            **super().parts(),
            "discriminator": self.discriminator,
            "discriminator-optimizer": self.judging,
        }


def self_information(logits: Tensor) -> Tensor:
    """Maps -p ln p / ln C [b, C, h, w] of logits, fp32; a pixel's sum is its entropy as a share of
    the largest (section 3.1).

    >>> self_information(torch.zeros(1, 4, 1, 1)).flatten().tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    logs = F.log_softmax(logits.float(), 1)
    return -(logs.exp() * logs) / math.log(logits.shape[1])


def discriminator(classes: int, side: int, filters: int) -> nn.Sequential:
    """Convolutions 4 × 4 of stride 2 with LeakyReLU 0.2 between, twice as many filters in each as
    before and one in the last; maps of `side` pixels keep at least one.
    """
    count = max(1, min(LAYERS, int(math.log2(side))))
    widths = [classes, *(filters * 2**at for at in range(count - 1)), 1]
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise(widths):
        layers += [nn.Conv2d(before, after, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


def _bce(odds: Tensor, truth: float) -> Tensor:
    return F.binary_cross_entropy_with_logits(odds, torch.full_like(odds, truth))
