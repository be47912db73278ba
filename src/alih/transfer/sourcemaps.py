"""Maps that a frozen source gave for training images, kept for the epochs in which it sees the same
images again.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from alih import files
from alih.features import store
from alih.transfer.contract import Batch

MEMORY = 500 * 10**6
"""Bytes up to which a run's maps are held in memory, on the device that trains; larger ones lie in
a file that ends with the process."""

Maps = Mapping[int, Tensor]
"""Maps [b, c, h, w] by the index of the stage that gave them."""


class SourceMaps:
    """The maps of images that come again, by item and form (`Batch.forms`).

    The last bits of a map may depend on the size of its batch, so only batches of `size` are
    answered; others are computed, and images that are new in them once more in a full batch, to be
    kept. The first answer from what is kept is computed as well: where the two differ in a bit,
    nothing is kept any more. So training is the same with and without it.

    `forms`: how many each image has, None where new ones are drawn in every epoch. `items`: how
    many images to expect.
    """

    def __init__(self, size: int, forms: int | None, items: int) -> None:
        self.size, self.items = size, items
        self._forms = forms
        self._place: dict[int, int] = {}
        self._rows: dict[int, Tensor] = {}
        self._layout: dict[int, tuple[torch.Size, tuple[int, ...], torch.device]] = {}
        self._trusted = False

    @property
    def bytes(self) -> int:
        """Bytes that are set aside."""
        return sum(rows.nbytes for rows in self._rows.values())

    def of(self, batch: Batch, compute: Callable[[Tensor], Maps]) -> Maps:
        """What `compute` gives for a batch's images, from what is kept where that is all there."""
        if self._forms is None or batch.forms is None:
            return compute(batch.images)
        keys = (np.asarray(batch.items) * self._forms + batch.forms).tolist()
        new = any(key not in self._place for key in keys)
        if new or len(keys) != self.size:
            found = compute(batch.images)
            if new and len(keys) == self.size:
                self._keep(keys, found)
            elif new:
                self._keep_filled(keys, batch.images, compute)
            return found
        kept = self._kept([self._place[key] for key in keys])
        if self._trusted:
            return kept
        found = compute(batch.images)
        self._trusted = all(torch.equal(kept[index], own) for index, own in found.items())
        if not self._trusted:
            self._give_up()
        return found

    def _kept(self, places: list[int]) -> Maps:
        chosen, found = torch.tensor(places), {}
        for index, rows in self._rows.items():
            shape, stride, device = self._layout[index]
            taken = rows.index_select(0, chosen.to(rows.device)).to(device)
            found[index] = taken.as_strided(shape, stride)
        return found

    def _keep_filled(
        self, keys: list[int], images: Tensor, compute: Callable[[Tensor], Maps]
    ) -> None:
        """Keep the maps of a batch of another size, computed in full ones that repeat images."""
        for start in range(0, len(keys), self.size):
            rows = np.resize(np.arange(start, min(start + self.size, len(keys))), self.size)
            filled = images[torch.from_numpy(rows).to(images.device)]
            layout = torch.channels_last if _channels_last(images) else torch.contiguous_format
            self._keep(
                [keys[row] for row in rows], compute(filled.contiguous(memory_format=layout))
            )

    def _keep(self, keys: list[int], found: Maps) -> None:
        if not self._layout:
            self._layout = {i: (own.shape, own.stride(), own.device) for i, own in found.items()}
        # Rows are copied as they lie in memory, so that sums over them round as before.
        if self._forms is None or any(_width(own) != own.stride(0) for own in found.values()):
            self._give_up()
            return
        new: dict[int, int] = {}
        for row, key in enumerate(keys):
            if key not in self._place:
                new.setdefault(key, row)
        count = len(self._place)
        if not self._room(count + len(new), found):
            self._give_up()
            return
        self._place |= zip(new, range(count, count + len(new)), strict=True)
        chosen = list(new.values())
        for index, own in found.items():
            rows = own.as_strided((self.size, _width(own)), (own.stride(0), 1))
            self._rows[index][count : count + len(new)] = rows[chosen].to(self._rows[index].device)

    def _room(self, count: int, found: Maps) -> bool:
        """Set so many rows aside where they are not yet, in memory or on disk; whether there is
        room.
        """
        have = min((len(rows) for rows in self._rows.values()), default=0)
        if count <= have:
            return True
        assert self._forms is not None
        count = max(self.items * self._forms, count + have // 4)
        wanted = {index: (count, _width(own)) for index, own in found.items()}
        total = sum(
            math.prod(shape) * found[index].element_size() for index, shape in wanted.items()
        )
        inside = total <= MEMORY
        if not inside and not _on_disk(total):
            return False
        try:
            for index, shape in wanted.items():
                kind, device = found[index].dtype, found[index].device
                rows = (
                    torch.empty(shape, dtype=kind, device=device) if inside else _file(shape, kind)
                )
                if have:
                    rows[:have] = self._rows[index].to(rows.device)
                self._rows[index] = rows
        except OSError:
            return False
        return True

    def _give_up(self) -> None:
        self._forms = None
        self._place, self._rows = {}, {}


def _channels_last(images: Tensor) -> bool:
    return images.is_contiguous(memory_format=torch.channels_last)


def _width(maps: Tensor) -> int:
    """Values of one image."""
    return math.prod(maps.shape[1:])


def _on_disk(wanted: int) -> bool:
    """Whether the cache of features may take so many bytes, and the disk has them."""
    place = files.cache_dir()
    existing = next(parent for parent in [place, *place.parents] if parent.exists())
    free: int = shutil.disk_usage(existing).free
    return wanted <= store.limit() and wanted + store.SPARE <= free


def _file(shape: tuple[int, int], kind: torch.dtype) -> Tensor:
    """Rows in a file without a name, which goes when nobody uses it. Raises OSError where the disk
    is full.
    """
    row = shape[1] * kind.itemsize
    place = files.cache_dir()
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=place) as file:
        reserve: Any = getattr(os, "posix_fallocate", lambda number, at, size: file.truncate(size))
        reserve(file.fileno(), 0, shape[0] * row)
        mapped = np.memmap(file, np.uint8, "r+", shape=(shape[0], row))
    return torch.from_numpy(mapped).view(kind)
