"""Where undecoded images come from: arrays, files, files with masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from alih.data import faults, items, maskpictures, pictures
from alih.data.decode import Decode
from alih.datafiles.mask_classes import MaskClasses
from alih.errors import AlihError

CHUNK_PIXELS = 1 << 24
"""Numbers of the images that are decoded together at most: 16 MB."""

FILES_AT_ONCE = 48
"""Files that are decoded together: seconds of work for large photographs, however small they
become."""


def _chunk(settings: Decode) -> int:
    return max(1, CHUNK_PIXELS // (settings.size**2 * settings.channels))


@dataclass(frozen=True, eq=False)
class ArraySource:
    """Images in memory, uint8 [n, h, w] or [n, h, w, c]."""

    images: np.ndarray
    labels: np.ndarray
    facts: dict[str, Any]
    settings: Decode

    @property
    def card(self) -> dict[str, Any]:
        """Facts, size and channels."""
        return {**self.facts, **self.settings.card(of_files=False)}

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Images alone."""
        return {"images": (self.settings.size, self.settings.size, self.settings.channels)}

    @property
    def step(self) -> int:
        """As many as make 16 MB."""
        return _chunk(self.settings)

    def __len__(self) -> int:
        """Number of images."""
        return len(self.images)

    def read(self, start: int, stop: int) -> dict[str, np.ndarray]:
        """Images of the wanted size and channels."""
        return {"images": decode(self.images[start:stop], self.settings)}

    def faults(self) -> AlihError | None:
        """Nothing is wrong with what is in memory."""
        return None


@dataclass(frozen=True, eq=False)
class FileSource:
    """Image files: their paths below `root`."""

    root: Path
    images: Sequence[str]
    labels: np.ndarray
    facts: dict[str, Any]
    settings: Decode

    @property
    def card(self) -> dict[str, Any]:
        """Facts, size, channels, and how files became square."""
        return {**self.facts, **self.settings.card(of_files=True)}

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Images, and what was seen of their files."""
        images = (self.settings.size, self.settings.size, self.settings.channels)
        return {"images": images, "seen": (items.SEEN,)}

    @property
    def step(self) -> int:
        """Few enough to lose them with a process that is killed."""
        return min(_chunk(self.settings), FILES_AT_ONCE)

    def __len__(self) -> int:
        """Number of files."""
        return len(self.images)

    def read(self, start: int, stop: int) -> dict[str, np.ndarray]:
        """Decode files in parallel; Pillow lets other threads run meanwhile."""
        found = {
            name: np.empty((stop - start, *row), np.uint8) for name, row in self.shapes.items()
        }

        def one(index: int) -> None:
            for name, array in self.item(start + index).items():
                found[name][index] = array

        pictures.in_parallel(one, stop - start)
        return found

    def item(self, index: int) -> dict[str, np.ndarray]:
        """One decoded item."""
        pixels, noted = pictures.read_noting(self.root / self.images[index], self.settings)
        return {"images": pixels, "seen": items.noted(*noted)}

    def faults(self) -> AlihError | None:
        """Decode every file, and name those that cannot be used."""
        return faults.among(self.item, len(self))


@dataclass(frozen=True, eq=False)
class MaskedSource(FileSource):
    """Image files with masks; `lying` as `Listing` has it."""

    masks: Sequence[str] = ()
    classes: MaskClasses = field(kw_only=True)
    lying: bool = False

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Images and masks."""
        return {**super().shapes, "masks": (self.settings.size, self.settings.size)}

    @cached_property
    def _table(self) -> np.ndarray:
        return self.classes.table()

    def item(self, index: int) -> dict[str, np.ndarray]:
        """One decoded item: its image and its mask, of which the first fault counts."""
        found = super().item(index)
        mask, image = self.root / self.masks[index], self.root / self.images[index]
        read = maskpictures.read_mask(
            mask, image, self.settings, self.classes, self._table, self.lying
        )
        return {**found, "masks": read}


def decode(images: np.ndarray, settings: Decode) -> np.ndarray:
    """Images uint8 [n, h, w] or [n, h, w, c] as uint8 [n, size, size, channels]; see `pictures.fit`
    for how.
    """
    if images.ndim == 3:
        images = images[..., None]
    if images.shape[-1] == settings.channels and images.shape[1:3] == (
        settings.size,
        settings.size,
    ):
        return np.ascontiguousarray(images)
    from PIL import Image

    decoded = np.empty((len(images), settings.size, settings.size, settings.channels), np.uint8)
    for index, pixels in enumerate(images):
        decoded[index] = pictures.fit(
            Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels), settings
        )
    return decoded
