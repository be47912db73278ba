"""Sizes of image files from their headers: a look at some of many. No pixel is decoded."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from alih.datafiles.imageformats import FORMAT_OF
from alih.errors import AlihError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alih.datafiles.listing import Item, Listing

MOST = 200
"""Files that are opened at most: some milliseconds."""

MOST_DECODED, THUMB, GRAY, NEARLY_ALL = 40, 64, 5, 0.9
"""Files that are decoded to tell gray from colour, the pixels a side at which they are, the mean
distance between their channels below which they count as gray (JPEG's own errors stay below it),
and their share in a gray set: among X-rays some are tinted, or have a coloured mark."""

_looked: WeakKeyDictionary[Listing, Survey] = WeakKeyDictionary()


@dataclass(frozen=True)
class Survey:
    """What headers tell: files per format (by their endings), and width and height of those that
    were looked at; `unusable` are those of them that cannot be read as images.
    """

    formats: tuple[tuple[str, int], ...]
    sizes: tuple[tuple[int, int], ...]
    unusable: tuple[str, ...] = ()

    @property
    def looked(self) -> int:
        """How many files were looked at."""
        return len(self.sizes) + len(self.unusable)

    @property
    def widths(self) -> tuple[int, int]:
        """The smallest and the largest width."""
        widths = [width for width, _ in self.sizes]
        return min(widths), max(widths)

    @property
    def heights(self) -> tuple[int, int]:
        """The smallest and the largest height."""
        heights = [height for _, height in self.sizes]
        return min(heights), max(heights)

    @property
    def usual_side(self) -> int | None:
        """The median of the shorter sides; None where no file could be looked at."""
        return int(median(map(min, self.sizes))) if self.sizes else None


def survey(listing: Listing) -> Survey:
    """Look at the headers of up to `MOST` files of a listing, evenly spread; once per listing.

    Decoding names all files that cannot be read; here they are those among some.
    """
    if listing not in _looked:
        from alih.datafiles.imagefile import meta

        endings = (os.path.splitext(path)[1].lower() for path in listing.items.paths)
        formats = Counter(FORMAT_OF[ending] for ending in endings)
        sizes, unusable = [], []
        for item in some(listing, MOST):
            try:
                found = meta(listing.root / item.path, limit=1 << 62)
                sizes.append((found.width, found.height))
            except AlihError:
                unusable.append(item.path)
        _looked[listing] = Survey(tuple(formats.most_common()), tuple(sizes), tuple(unusable))
    return _looked[listing]


def some(listing: Listing, most: int) -> Sequence[Item]:
    """Up to `most` items of a listing, evenly spread."""
    return listing.items[:: max(1, -(-len(listing.items) // most))]


def looks_gray(listing: Listing) -> bool:
    """Whether nearly all images are shades of gray, as X-rays are, whatever their files say: judged
    by up to `MOST_DECODED` of them. False where none can be read.
    """
    import numpy as np

    from alih.datafiles.imagefile import open_image

    gray = []
    for item in some(listing, MOST_DECODED):
        with contextlib.suppress(AlihError), open_image(listing.root / item.path) as picture:
            if picture.mode in ("1", "L", "LA", "F") or picture.mode.startswith("I"):
                gray.append(True)
                continue
            picture.draft(None, (THUMB, THUMB))
            colours = np.asarray(picture.convert("RGB").resize((THUMB, THUMB)), np.int16)
            gray.append(bool(np.ptp(colours, axis=2).mean() < GRAY))
    return bool(gray) and sum(gray) >= NEARLY_ALL * len(gray)
