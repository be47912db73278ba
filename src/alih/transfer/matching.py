"""How far the maps of a network are from those of a source, channel by channel, through a 1×1
convolution per pair of stages (Jang et al. 2019, equation 2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alih.models.build import initialise
from alih.models.precision import without_autocast
from alih.models.staged import StagedNetwork
from alih.study.strategies.matching import Pair


@dataclass(frozen=True)
class Known:
    """What a batch's matching reads of the source, the same in every step on it: per pair the map
    to be matched [b, C, h, w] and the map's means over space [b, C] as the source gave it.
    """

    maps: tuple[Tensor, ...]
    means: tuple[Tensor, ...]


class Matched(nn.Module):
    """A network with the linear maps from its stages to those of a source, called as one: so steps
    of both can be tried and differentiated.
    """

    def __init__(
        self,
        network: StagedNetwork,
        pairs: Sequence[Pair],
        smaller: bool,
        init: str,
        seed: Callable[[str], int],
    ) -> None:
        super().__init__()
        self.pairs, self.smaller = tuple(pairs), smaller
        self.network = network
        self.transforms = nn.ModuleDict(
            {
                f"{pair.target.name}-{pair.source.name}": nn.Conv2d(
                    pair.target.shape[0], pair.source.shape[0], 1
                )
                for pair in pairs
            }
        )
        with torch.random.fork_rng(devices=[]):
            initialise(nn.ModuleDict({"match": self.transforms}), init, seed)
        self.transforms.to(network.device)
        self._deepest = max(pair.target.index for pair in pairs) + 1

    def forward(
        self, images: Tensor, known: Known | None, classify: bool = True
    ) -> tuple[Tensor | None, list[Tensor]]:
        """Logits (None unless `classify`), and per pair the mean over space of the squared
        difference from the source [b, C]; none without `known`.
        """
        network = self.network
        if known is None:
            return network(images), []
        stop = len(network.stages) if classify else self._deepest
        wanted, state = {pair.target.index for pair in self.pairs}, images
        maps: dict[int, Tensor] = {}
        for index in range(stop):
            state = network.advance(state, index, index + 1)
            if index in wanted:
                maps[index] = network.map_of(state).clone()  # a stage may work in place
        logits = network.classify(state) if classify else None
        with without_autocast(images.device):
            return logits, [
                self._distance(transform, maps[pair.target.index], theirs)
                for pair, transform, theirs in zip(
                    self.pairs, self.transforms.values(), known.maps, strict=True
                )
            ]

    def known(self, source: StagedNetwork, images: Tensor) -> Known:
        """What the source gives for images, at the sizes at which it is compared."""
        wanted, state = {pair.source.index for pair in self.pairs}, images
        maps: dict[int, Tensor] = {}
        kind = next(self.transforms.parameters()).dtype
        for index in range(max(wanted) + 1):
            state = source.advance(state, index, index + 1)
            if index in wanted:
                maps[index] = source.map_of(state).to(kind, copy=True)
        means = {index: found.mean((2, 3)) for index, found in maps.items()}
        sized: dict[Any, Tensor] = {}  # one resized map serves all pairs of its size
        for pair in self.pairs:
            key = pair.source.index, self._size(pair)
            if key not in sized:
                sized[key] = resized(maps[pair.source.index], key[1])
        return Known(
            tuple(sized[pair.source.index, self._size(pair)] for pair in self.pairs),
            tuple(means[pair.source.index] for pair in self.pairs),
        )

    def _size(self, pair: Pair) -> tuple[int, int]:
        theirs, ours = pair.source.shape[1:], pair.target.shape[1:]
        return theirs if self.smaller and theirs[0] < ours[0] else ours

    def _distance(self, transform: nn.Module, ours: Tensor, theirs: Tensor) -> Tensor:
        kind = next(transform.parameters()).dtype
        ours = resized(ours.to(kind), (theirs.shape[2], theirs.shape[3]))
        squared = (transform(ours) - theirs).square()
        return squared.mean((2, 3))


def resized(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Maps [b, c, h, w] of another size, bilinearly; as they are where they have it."""
    if tuple(maps.shape[2:]) == size:
        return maps
    return F.interpolate(maps, size, mode="bilinear")
