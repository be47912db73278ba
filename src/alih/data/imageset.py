"""A labelled set of images as one value, whatever it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from alih.data.items import ItemTable
    from alih.data.splits import Split
    from alih.study.document.split import SplitSpec


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images and labels: training items first, then those of a ready validation part and of the
    official test split, if any.

    `images` is a read-only, memory-mapped uint8 array [n, h, w, c]; `labels` an int64 array [n] of
    indices into `classes`; `official_test` the number of official test items at the end,
    `official_validation` that of ready validation items before them; `card` what `data.json` holds.

    With `masks` (segmentation; read-only, memory-mapped uint8 [n, h, w]) `classes` are what pixels
    show: masks hold indices into them, 255 where a pixel counts for nothing. Every mask has a pixel
    that counts. `labels` are then strata for splits (pets: the breed; a folder: 0).

    `items` says what else is known about each item: its file, size, group; None for arrays of
    unknown origin.

    `content` names the pixels and their order: a digest of the files and of how they were decoded;
    empty for arrays of unknown origin.
    """

    name: str
    classes: tuple[str, ...]
    images: np.ndarray
    labels: np.ndarray
    official_test: int
    card: dict[str, Any]
    official_validation: int = 0
    masks: np.ndarray | None = None
    content: str = ""
    items: ItemTable | None = None

    def groups(self, spec: SplitSpec, protocol: str = "sealed") -> np.ndarray | None:
        """The number of each item's group, int64 [n], where the split knows groups. Raises
        AlihError as `groups.of`.
        """
        found = self.items.groups(spec, protocol) if self.items else None
        return found.numbers if found else None

    def divide(
        self, spec: SplitSpec, study_seed: int, replicate: int, protocol: str = "sealed"
    ) -> Split:
        """Training, validation and test items of one replicate; see `splits.split`.

        With `test: val` the ready validation part, after which no item comes, is the test part.
        """
        from alih.data.splits import split

        sizes = self.official_test, self.official_validation
        if spec.test == "val":
            sizes = self.official_validation, 0
        groups = self.groups(spec, protocol)
        return split(self.labels, sizes[0], spec, study_seed, replicate, protocol, sizes[1], groups)

    def __len__(self) -> int:
        return len(self.labels)
