"""What frozen stages give for the items of a cell, in the loop's own format: the batches of a loop
that need not compute them.

The activations come from `extract` and lie in its store, shared by arms, replicates, levels and
heads. What is small is held in memory besides, on the device that trains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from alih.data.imageset import ImageSet
from alih.data.pixels import taken
from alih.features import store
from alih.features.extract import Activations, Wanted, activations_where_room, digest_of, estimate
from alih.models.staged import StagedNetwork

MEMORY = 500 * 10**6
"""Bytes up to which a cell's activations are read into memory; larger ones are read from the disk,
batch by batch."""

Ask = tuple[Wanted, np.ndarray]
"""What is wanted of which ascending items."""


class Kept:
    """Activations of some items of a set of `count`, by item."""

    def __init__(
        self, parts: Sequence[Activations], count: int, device: torch.device, memory: int = MEMORY
    ) -> None:
        self.parts, self.device = list(parts), device
        self.seconds = sum(part.rows.seconds for part in parts)
        self._starts = np.cumsum([0, *(len(part.items) for part in parts)])
        self._position = np.full(count, -1, np.int64)
        for start, part in zip(self._starts, parts, strict=False):
            self._position[part.items] = np.arange(start, start + len(part.items))
        self._memory: Tensor | None = None
        if sum(part.rows.layout.bytes for part in parts) <= memory:
            whole = torch.cat(
                [self._read(index, np.arange(len(part.items))) for index, part in enumerate(parts)]
            )
            self._memory = whole.to(device)

    def rows(self, items: np.ndarray) -> Tensor | None:
        """Activations of items in their order, [n, c, h, w] channels-last or [n, d]; None where one
        of them is not here.
        """
        found = self._position[items]
        if len(found) == 0 or found.min() < 0:
            return None
        if self._memory is not None:
            return _as_batch(taken(self._memory, found, self.device))
        which = np.searchsorted(self._starts, found, side="right") - 1
        if which[0] == which[-1] and (which == which[0]).all():
            return _as_batch(self._read(which[0], found - self._starts[which[0]]).to(self.device))
        parts = [
            self._read(index, found[which == index] - self._starts[index])
            for index in np.unique(which)
        ]
        joined = torch.cat(parts)
        order = torch.from_numpy(np.argsort(np.argsort(which, kind="stable"), kind="stable"))
        return _as_batch(joined.index_select(0, order).to(self.device))

    def _read(self, index: int, positions: np.ndarray) -> Tensor:
        """Rows of one part as they are kept, [n, h, w, c] or [n, d], in the network's own number
        format.
        """
        part = self.parts[index]
        found = torch.from_numpy(np.ascontiguousarray(part.rows[positions]))
        return found.view(torch.bfloat16) if part.dtype == torch.bfloat16 else found


def _as_batch(rows: Tensor) -> Tensor:
    return rows.permute(0, 3, 1, 2) if rows.ndim == 4 else rows


def kept(
    images: ImageSet,
    network: StagedNetwork,
    asks: Sequence[Sequence[Ask]],
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Kept] | None:
    """One `Kept` for each sequence of asks (a view, say), computed where they are not there yet;
    all asks are of one stage.

    None when all together exceed the budget, or the cache cannot be written: a loop then computes
    its batches from images.
    """
    first = asks[0][0][0]
    weights = digest_of(network, first.stage)
    if (
        estimate(network, first, sum(len(items) for some in asks for _, items in some), weights)
        > store.limit()
    ):
        return None
    found = []
    for some in asks:
        parts = []
        for wanted, items in some:
            part = activations_where_room(images, network, wanted, items, progress, weights)
            if part is None:
                return None
            parts.append(part)
        found.append(Kept(parts, len(images), first.form.device, MEMORY // len(asks)))
    return found
