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
    from alih.datafiles.listing import Listing

MOST = 200
"""Files that are opened at most: some milliseconds."""

_looked: WeakKeyDictionary[Listing, Survey] = WeakKeyDictionary()


@dataclass(frozen=True)
class Survey:
    """What headers tell: files per format (by their endings), and width and height of those that
    were looked at.
    """

    formats: tuple[tuple[str, int], ...]
    sizes: tuple[tuple[int, int], ...]

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

    Files that cannot be read are passed over: decoding names them.
    """
    if listing not in _looked:
        from alih.datafiles.imagefile import meta

        items = listing.items
        formats = Counter(FORMAT_OF[os.path.splitext(item.path)[1].lower()] for item in items)
        sizes = []
        for at in range(0, len(items), max(1, -(-len(items) // MOST))):
            with contextlib.suppress(AlihError):
                found = meta(listing.root / items[at].path, limit=1 << 62)
                sizes.append((found.width, found.height))
        _looked[listing] = Survey(tuple(formats.most_common()), tuple(sizes))
    return _looked[listing]
