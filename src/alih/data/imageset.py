"""A labelled set of images as one value, whatever it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images and labels: training items first, then the items of the official test split, if there is one.

    `images` is a read-only, memory-mapped uint8 array [n, h, w, c]; `labels` an int64 array [n] of indices into
    `classes`; `official_test` the number of official test items at the end; `card` what `data.json` holds.
    """

    name: str
    classes: tuple[str, ...]
    images: np.ndarray
    labels: np.ndarray
    official_test: int
    card: dict[str, Any]

    def __len__(self) -> int:
        return len(self.labels)
