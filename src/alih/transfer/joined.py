"""Both domains in one pass through the network: the streams of strategies that adapt, what their
batches become, and the vectors that domains are compared by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from alih.errors import AlihError
from alih.models.modes import evaluating
from alih.models.staged import StagedNetwork
from alih.transfer.contract import Batch, Stream
from alih.transfer.ingredients import Ingredients


def domain_streams(granted: int, withheld: int) -> dict[str, Stream]:
    """Labelled source images, target images without labels, and labelled target images where there
    are some.
    """
    found = {"source": Stream("source")}
    if withheld:
        found["target-unlabelled"] = Stream("target", labels="withheld")
    if granted:
        found["target"] = Stream("target")
    return found


@dataclass(frozen=True)
class Joined:
    """Batches of `domain_streams` after one pass: the source's first, then the target's without
    labels where there is one.

    `state` is what the last stage left for all images together (None where each domain passed by
    itself), `logits` those of each batch.
    """

    batches: tuple[Batch, ...]
    state: Any
    logits: tuple[Tensor, ...]

    @property
    def sizes(self) -> list[int]:
        """The number of images of each batch."""
        return [len(batch.items) for batch in self.batches]

    @property
    def labelled(self) -> list[tuple[Tensor, Tensor]]:
        """Logits and labels of the batches that have labels; the source's first."""
        pairs = zip(self.logits, self.batches, strict=True)
        return [(part, batch.truth) for part, batch in pairs if batch.labels is not None]

    def vectors(self, network: StagedNetwork) -> tuple[Tensor, Tensor]:
        """The vectors [b, d] of the source and of the target (without labels where there are such
        images), fp32.
        """
        source, target, *_ = vector(network, self.state).float().split(self.sizes)
        return source, target


def in_order(batches: Mapping[str, Batch]) -> tuple[Batch, ...]:
    """The batches of `domain_streams`, the source's first."""
    others = (batch for name, batch in batches.items() if name != "source")
    return (batches["source"], *others)


def apart(network: StagedNetwork, batches: Mapping[str, Batch]) -> Joined:
    """A pass through the network for the batch of each stream, normalised by itself."""
    ordered = in_order(batches)
    return Joined(ordered, None, tuple(network(batch.images) for batch in ordered))


def joined(network: StagedNetwork, batches: Mapping[str, Batch]) -> Joined:
    """One pass through the network for the batches of all streams, normalised together."""
    ordered = in_order(batches)
    images = torch.cat([batch.images for batch in ordered])
    state = network.advance(images, 0, len(network.stages))
    logits = network.classify(state).split([len(batch.items) for batch in ordered])
    return Joined(ordered, state, logits)


def vector(network: StagedNetwork, state: Any) -> Tensor:
    """What domains are told apart by, [b, d]: what the head reads, or the mean over space of the
    last map.
    """
    if network.pooled:
        found = network.read(state)
        return found.flatten(1) if found.ndim > 2 else found
    return network.map_of(state).float().mean((2, 3))


def vector_width(network: StagedNetwork) -> int:
    """The number of features that `vector` gives for an image."""
    image = torch.zeros(1, *network.input_shape, device=network.device)
    with evaluating(network), torch.no_grad():
        return vector(network, network.advance(image, 0, len(network.stages))).shape[1]


def staged(given: Ingredients) -> StagedNetwork:
    """The arm's network. Raises AlihError for one without stages."""
    network, name = given.network, given.recipe.transfer.strategy
    if not isinstance(network, StagedNetwork):
        raise AlihError("models.needs_stages", strategy=name, name=type(network).__name__)
    return network
