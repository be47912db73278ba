"""`cdan`: `dann` whose discriminator sees features together with the classes that are answered.

Long et al. 2018, Conditional Adversarial Domain Adaptation, NeurIPS.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import softmax

from alih.models.modes import evaluating
from alih.models.precision import without_autocast
from alih.study.strategies.adaptation import CdanOptions
from alih.transfer.contract import Strategy
from alih.transfer.dann import Dann
from alih.transfer.ingredients import Ingredients
from alih.transfer.joined import staged, vector_width

WIDEST = 4096
"""Products of features and classes beyond which they are projected at random."""

PROJECTED = 1024


def cdan(given: Ingredients) -> Strategy:
    """The strategy: adversarial training on a `Joint`."""
    options, network = given.options, staged(given)
    assert isinstance(options, CdanOptions)
    with evaluating(network), torch.no_grad():
        image = torch.zeros(1, *network.input_shape, device=network.device)
        classes = network(image).shape[1]
    draw = torch.Generator().manual_seed(given.seed("projection"))
    return Dann(given, Joint(vector_width(network), classes, options.entropy, draw))


class Joint:
    """Features [b, d] and logits [b, C] as what the discriminator reads, [b, width].

    The products of all features with all probabilities, which take no gradient; where these are
    more than 4,096, products of 1,024 random projections of both (section 3.2, equation 6). The
    projections are drawn from the cell's seed and never change, so that checkpoints leave them out.
    """

    def __init__(self, features: int, classes: int, entropy: bool, draw: torch.Generator) -> None:
        self.entropy, self.width = entropy, features * classes
        self.projections: list[Tensor] = []
        if self.width > WIDEST:
            self.width = PROJECTED
            self.projections = [
                torch.randn(size, PROJECTED, generator=draw) for size in (features, classes)
            ]

    def __call__(self, features: Tensor, logits: Tensor) -> Tensor:
        """The joint variable, fp32."""
        features, p = features.float(), softmax(logits.detach().float(), 1)
        if not self.projections:
            return (features[:, :, None] * p[:, None, :]).flatten(1)
        of_features, of_classes = self.projections = [
            projection.to(features.device) for projection in self.projections
        ]
        with without_autocast(features.device):
            return (features @ of_features) * (p @ of_classes) / math.sqrt(PROJECTED)

    def weights(self, logits: Tensor) -> Tensor | None:
        """1 + exp(-H(p)) [b], by which images count that are answered surely; None without
        `entropy` (section 3.3).
        """
        if not self.entropy:
            return None
        p = softmax(logits.detach().float(), 1)
        return 1 + (p * p.clamp_min(1e-12).log()).sum(1).exp()
