"""How far the maps of a network are from those of a source, channel by channel, through a 1×1
convolution per pair of stages (Jang et al. 2019, equation 2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    """What a batch's matching reads of the source, the same in every step on it.

    Per pair the map to be matched [b, C, h, w], and the means over space [b, C] of the map as the
    source gave it. `squares` [b, C]: the mean square of the map at the target's size, where it is
    kept at its own, smaller one.
    """

    maps: tuple[Tensor, ...]
    means: tuple[Tensor, ...]
    squares: tuple[Tensor | None, ...]


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
            return logits, self._distances(maps, known)

    def _distances(self, maps: dict[int, Tensor], known: Known) -> list[Tensor]:
        found, seen = [], {index: _Seen(ours) for index, ours in maps.items()}
        for pair, transform, theirs, squares in zip(
            self.pairs, self.transforms.values(), known.maps, known.squares, strict=True
        ):
            assert isinstance(transform, nn.Conv2d)
            if squares is not None:
                found.append(seen[pair.target.index].distance(transform, theirs, squares))
                continue
            ours = maps[pair.target.index].to(transform.weight.dtype)
            ours = resized(ours, (theirs.shape[2], theirs.shape[3]))
            found.append((transform(ours) - theirs).square().mean((2, 3)))
        return found

    def maps(self, source: StagedNetwork, images: Tensor) -> dict[int, Tensor]:
        """The maps of the source's stages that are in pairs, by their index, as it gives them."""
        wanted, state = {pair.source.index for pair in self.pairs}, images
        found: dict[int, Tensor] = {}
        for index in range(max(wanted) + 1):
            state = source.advance(state, index, index + 1)
            if index in wanted:
                found[index] = source.map_of(state).clone()  # the next stage may work in place
        return found

    def known(self, given: Mapping[int, Tensor]) -> Known:
        """What matching reads of the source's `maps`, at the sizes at which they are compared."""
        kind = next(self.transforms.parameters()).dtype
        maps = {index: found.to(kind) for index, found in given.items()}
        means = {index: found.mean((2, 3)) for index, found in maps.items()}
        sized: dict[Any, tuple[Tensor, Tensor | None]] = {}  # one serves all pairs of its size
        keys = [
            (pair.source.index, self._size(pair), self._kept_small(pair)) for pair in self.pairs
        ]
        for key in keys:
            if key not in sized:
                index, size, small = key
                squares = _mean_square(maps[index], size) if small else None
                sized[key] = maps[index] if small else resized(maps[index], size), squares
        return Known(
            tuple(sized[key][0] for key in keys),
            tuple(means[pair.source.index] for pair in self.pairs),
            tuple(sized[key][1] for key in keys),
        )

    def _size(self, pair: Pair) -> tuple[int, int]:
        theirs, ours = pair.source.shape[1:], pair.target.shape[1:]
        return theirs if self.smaller and theirs[0] < ours[0] else ours

    def _kept_small(self, pair: Pair) -> bool:
        """Whether sums of products are cheaper than the mapped map at the size compared."""
        (_, h, w), (count, height, width) = pair.source.shape, pair.target.shape
        inside = self._size(pair) == (height, width) and h <= height and w <= width
        return inside and h * w + count < height * width


class _Seen:
    """A map of the target with what several pairs use of it, each computed once.

    With W the weights and bias of the linear map, t the target's map with a channel of ones, and R
    the (linear) resizing of the source's map S, the sum over space of (W t − R S)² is
    W (t tᵀ) Wᵀ − 2 W (Rᵀ t) Sᵀ + (R S)²: nothing of the size of W t is made.
    """

    def __init__(self, ours: Tensor) -> None:
        self._ours = ours
        self._squared: Tensor | None = None
        self._small: dict[tuple[int, int], Tensor] = {}

    def distance(self, transform: nn.Conv2d, theirs: Tensor, squares: Tensor) -> Tensor:
        """The mean over space of (W t − R S)² [b, C], from S [b, C, h, w] and the mean of
        (R S)².
        """
        kind, size = transform.weight.dtype, (theirs.shape[2], theirs.shape[3])
        if self._squared is None:
            ours = self._ours.to(kind)
            self._ours = torch.cat([ours, torch.ones_like(ours[:, :1])], 1)
            rows = self._ours.flatten(2)
            self._squared = rows @ rows.mT / rows.shape[2]
        if size not in self._small:
            across, down = _resizing(self._ours, size)
            small = down.mT @ (self._ours @ across)
            self._small[size] = small.flatten(2) / self._ours[0, 0].numel()
        assert transform.bias is not None
        weights = torch.cat([transform.weight.flatten(1), transform.bias[:, None]], 1)
        crossed = theirs.flatten(2) @ self._small[size].mT
        return ((weights @ self._squared - 2 * crossed) * weights).sum(2) + squares


def _mean_square(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """The mean square over space [b, C] of maps resized to a larger size."""
    blank = maps.new_zeros(1, 1, *size)
    across, down = _resizing(blank, (maps.shape[2], maps.shape[3]))
    products = (down.mT @ down) @ maps @ (across.mT @ across)
    return (maps * products).sum((2, 3)) / blank.numel()


def _resizing(large: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Matrices [W, w] and [H, h] of the bilinear resizing from h × w to the size of a map."""
    across, down = (
        F.interpolate(large.new_ones(small).diag()[None], to, mode="linear")[0].mT
        for small, to in ((size[1], large.shape[3]), (size[0], large.shape[2]))
    )
    return across, down


def resized(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Maps [b, c, h, w] of another size, bilinearly; as they are where they have it."""
    if tuple(maps.shape[2:]) == size:
        return maps
    return F.interpolate(maps, size, mode="bilinear")
