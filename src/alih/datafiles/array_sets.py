"""What a set of arrays holds: classes, parts, sizes, and its images in blocks, so that a set of any
size is read with little memory. Torch-free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alih.datafiles.listing import PARTS, Item, select

if TYPE_CHECKING:
    import numpy as np

    from alih.datafiles.arrays import ArrayFile

Blocks = Callable[[], Iterable["np.ndarray"]]


@dataclass(frozen=True, eq=False)
class ArraySet:
    """A set of images that are arrays: `labels` int64 [n] per part, numbers of `classes`, with -1
    for images of other classes; `images` gives those of a part as uint8 [k, h, w] or [k, h, w, c].

    `content` is a digest of the files, so that what was found in them can be remembered.
    """

    classes: tuple[str, ...]
    labels: Mapping[str, np.ndarray]
    width: int
    height: int
    channels: int
    images: Mapping[str, Blocks]
    content: str

    @property
    def side(self) -> int:
        """Pixels of the longer side."""
        return max(self.height, self.width)

    def totals(self, part: str | None = None) -> list[int]:
        """Images per class, of one part or of all."""
        import numpy as np

        found = np.zeros(len(self.classes), np.int64)
        for name, labels in self.labels.items():
            if part in (None, name):
                found += np.bincount(labels[labels >= 0], minlength=len(found))
        return [int(count) for count in found]

    def count(self, part: str) -> int:
        """Images in a part."""
        return sum(self.totals(part))

    def of_classes(self, wanted: Sequence[str]) -> ArraySet:
        """The set with some of its classes, in the order wanted. Raises AlihError for unknown
        ones.
        """
        import numpy as np

        numbers = np.full(len(self.classes) + 1, -1)
        numbers[list(select(self.classes, wanted))] = range(len(wanted))
        labels = {part: numbers[own] for part, own in self.labels.items()}  # -1 stays the last
        return replace(self, classes=tuple(wanted), labels=labels)

    def blocks(self) -> Iterable[np.ndarray]:
        """All images, part after part."""
        for part in self.labels:
            yield from self.images[part]()

    def item(self, number: int) -> Item:
        """The image of this number over all parts, called `train[0]` after its part."""
        for part, labels in self.labels.items():
            if number < len(labels):
                return Item(f"{part}[{number}]", int(labels[number]), PARTS.index(part))
            number -= len(labels)
        raise IndexError(number)


def of_file(held: ArrayFile, content: str) -> ArraySet:
    """What an NPZ file holds."""
    images = {part: held.blocks_of(part) for part in held.labels}
    return ArraySet(
        held.classes, held.labels, held.width, held.height, held.channels, images, content
    )
