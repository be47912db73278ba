"""What is known about each item of a set beside its pixels and its label: one table that travels
with the images.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from alih.datafiles.imageformats import NAMES
from alih.study.catalogue import copies
from alih.study.planning import groups

if TYPE_CHECKING:
    from alih.datafiles.listing import Listing
    from alih.study.document.split import SplitSpec
    from alih.study.planning.groups import Groups


SEEN = 12
"""Bytes of what the decoder notes of each file: its width, height and kind as 32-bit numbers, the
kind being its format and, times 256, its colours."""
COLOURS = ("", "gray", "colour")
"""What the colours of a file may be; older entries of the cache do not say."""

FORMATS = ("array", *NAMES, "other")
"""What the format of an item may be."""


@dataclass(frozen=True, eq=False)
class ItemTable:
    """One row per item, in the set's order; a column that nobody knows is empty.

    - `label`: int64 [n], the class (segmentation: the stratum), and what each is called, `strata`;
    - `part`: uint8 [n], the ready part that an item came in (0 training, 1 validation, 2 test);
    - `path`, `mask`: of its files inside the set's folder, with forward slashes;
    - `seen`, what the decoder saw of each image: see `width`, `height`, `format`, `colours`.
      Reading it checks the decoded images;
    - `sides`: width and height of images in arrays, which all have one size;
    - `equal` and `alike`: numbers that items of equal bytes, or of equal decoded pixels, share (see
      `catalogue.copies`); None where no two do;
    - `columns`: what a table says further, text per column; None where no table names the items.
    """

    label: np.ndarray
    part: np.ndarray
    strata: tuple[str, ...] = ()
    path: Sequence[str] = ()
    mask: Sequence[str] = ()
    seen: Callable[[], np.ndarray] | None = None
    sides: tuple[int, int] | None = None
    columns: Mapping[str, Sequence[str]] | None = None
    equal: np.ndarray | None = None
    alike: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.label)

    @cached_property
    def _seen(self) -> np.ndarray | None:
        """Int32 [n, 3]: width, height and format."""
        if self.sides is not None:
            return np.tile(np.array([*self.sides, 0], np.int32), (len(self), 1))
        return self.seen() if self.seen else None

    @property
    def width(self) -> np.ndarray | None:
        """Pixels of each image as it lies in its file or array, int32 [n]; None where nobody has
        noted it.
        """
        return None if self._seen is None else self._seen[:, 0]

    @property
    def height(self) -> np.ndarray | None:
        """As `width`."""
        return None if self._seen is None else self._seen[:, 1]

    @property
    def format(self) -> Sequence[str]:
        """The format of each file, told from its content ("JPEG", "PNG", …), or "array"; empty
        where nobody has noted it.
        """
        return (
            ()
            if self._seen is None
            else tuple(FORMATS[code % 256] for code in self._seen[:, 2].tolist())
        )

    @property
    def colours(self) -> Sequence[str]:
        """Whether each file is made for "gray" or for "colour", whatever its pixels show; ""
        where that was not noted, empty where nothing was.
        """
        return (
            ()
            if self._seen is None
            else tuple(COLOURS[code // 256] for code in self._seen[:, 2].tolist())
        )

    def groups(self, split: SplitSpec, protocol: str = "sealed") -> Groups | None:
        """Which items the split keeps together; see `study.groups.of`."""
        if not self.path:
            return None
        parts = self.part.tolist()
        same = self.equal, self.alike
        return groups.of(self.path, parts, self.columns, split, protocol, *same)


def of_files(
    listing: Listing,
    seen: Callable[[], np.ndarray] | None,
    alike: np.ndarray | None = None,
) -> ItemTable:
    """The table of the files of a listing, with what the decoder saw, and which images it made
    `alike`.
    """
    items = listing.items
    return ItemTable(
        label=np.array(items.labels, np.int64),
        part=np.array(items.parts, np.uint8),
        strata=listing.classes,
        path=items.paths,
        mask=items.masks,
        seen=seen,
        columns=listing.columns,
        equal=copies.of_bytes(listing),
        alike=alike,
    )


def of_arrays(
    labels: np.ndarray, classes: Sequence[str], ready: Sequence[int], sides: tuple[int, int]
) -> ItemTable:
    """The table of images in arrays of such `sides` (width, height).

    Training items come first, then `ready` validation and test items.
    """
    counts = [len(labels) - sum(ready), *ready]
    part = np.repeat(np.array([0, 1, 2], np.uint8), counts)
    return ItemTable(label=labels, part=part, strata=tuple(classes), sides=sides)


def noted(width: int, height: int, kind: str | None, gray: bool) -> np.ndarray:
    """What the decoder saw of one file as bytes, uint8 [SEEN]."""
    code = FORMATS.index(kind) if kind in FORMATS else len(FORMATS) - 1
    colours = COLOURS.index("gray" if gray else "colour")
    return np.array([width, height, code + 256 * colours], "<i4").view(np.uint8)


def of_bytes(rows: np.ndarray) -> np.ndarray:
    """What `noted` put into rows of bytes [n, SEEN], int32 [n, 3]."""
    return np.ascontiguousarray(rows).view("<i4").astype(np.int32)
