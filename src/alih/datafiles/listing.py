"""What a set of image files holds, told from names alone: classes, items and parts, without opening
an image. Torch-free.
"""

from __future__ import annotations

import itertools
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

from alih.datafiles.leftovers import Left
from alih.datafiles.mask_classes import MaskClasses
from alih.datafiles.names import Names
from alih.errors import AlihError
from alih.findings import Finding
from alih.words.phrase import known

PARTS = ("train", "validation", "test")

Where = Mapping[str, str | int | Sequence[str | int]]
"""By column the value, or the values, of the images that are wanted."""


@dataclass(frozen=True, slots=True)
class Item:
    """One image: its path inside the root with forward slashes, its class as an index, and its part
    (0 train, 1 val, 2 test).

    For segmentation also the path of its `mask`; `label` is then a stratum.
    """

    path: str
    label: int
    part: int = 0
    mask: str | None = None


class Items(Sequence[Item]):
    """Items column by column, without an object for each: `paths`, `labels` (int32), `parts`
    (uint8), and `masks`, which are empty where no item has one.

    >>> items = Items([Item("cat/1.png", 0), Item("dog/1.png", 1)])
    >>> items[1], items.labels.tolist()
    (Item(path='dog/1.png', label=1, part=0, mask=None), [0, 1])
    """

    __slots__ = ("labels", "masks", "parts", "paths")

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self.paths, self.masks = Names(), Names()
        self.labels, self.parts = array("i"), array("B")
        for item in items:
            self.add(item)

    def add(self, item: Item) -> None:
        """Put an item at the end. All of them have masks, or none."""
        if len(self.masks) != (0 if item.mask is None else len(self)):
            raise ValueError("some items with a mask, and some without")
        self.paths.add(item.path)
        self.labels.append(item.label)
        self.parts.append(item.part)
        if item.mask is not None:
            self.masks.add(item.mask)

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Item]:
        masks = self.masks or itertools.repeat(None)
        yield from map(Item, self.paths, self.labels, self.parts, masks)

    @overload
    def __getitem__(self, at: int) -> Item: ...

    @overload
    def __getitem__(self, at: slice) -> list[Item]: ...

    def __getitem__(self, at: int | slice) -> Item | list[Item]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        mask = self.masks[at] if self.masks else None
        return Item(self.paths[at], self.labels[at], self.parts[at], mask)


@dataclass(frozen=True, eq=False)
class Listing:
    """Image files of a set below `root`: training items first, then those of ready validation and
    test parts.

    `masks` says what ids in the masks stand for, None for classification; `classes` are then strata
    of the images. `lying`: masks belong to their images as these lie in the file, before EXIF turns
    them. `notes`: what was taken for granted. `columns`: what a table says of each item beside its
    class and part; None where no table names the files. `ignored` counts images of formats that are
    not read by their endings, `left` all other files that were passed over (`leftovers.kind_of`).
    """

    root: Path
    classes: tuple[str, ...]
    items: Items
    ignored: tuple[tuple[str, int], ...] = ()
    masks: MaskClasses | None = None
    lying: bool = False
    notes: tuple[Finding, ...] = ()
    columns: Mapping[str, tuple[str, ...]] | None = None
    left: Left = ()

    @property
    def target_classes(self) -> tuple[str, ...]:
        """What is to be told apart: the images' classes, or those of pixels."""
        return self.masks.names if self.masks else self.classes

    def count(self, part: str) -> int:
        """How many items a part (train, validation, test) holds."""
        return self.items.parts.count(PARTS.index(part))

    def totals(self) -> list[int]:
        """How many items each class has."""
        found = Counter(self.items.labels)
        return [found[label] for label in range(len(self.classes))]

    def counts(self) -> dict[str, dict[str, int]]:
        """Items per part and class, for the data card; a part without items is left out, the test
        part never.
        """
        found: dict[str, dict[str, int]] = {}
        pairs = Counter(zip(self.items.parts, self.items.labels, strict=True))
        for index, part in enumerate(PARTS):
            labels = {label: count for (own, label), count in pairs.items() if own == index}
            if labels or part != "validation":
                found[part] = {
                    name: labels.get(label, 0) for label, name in enumerate(self.classes)
                }
        return found


def wanted(values: str | int | Sequence[str | int]) -> list[str]:
    """The values as text."""
    several = [values] if isinstance(values, str | int) else values
    return [str(value) for value in several]


def rows_where(columns: Mapping[str, Sequence[str]], where: Where) -> list[int]:
    """The rows whose cells have the values wanted in all columns that `where` names.

    Raises AlihError for an unknown column, a value that it does not have, and where no row is left.

    >>> rows_where({"site": ["A", "B", "A"], "age": ["9", "9", "8"]}, {"site": "A", "age": [8, 9]})
    [0, 2]
    """
    kept = list(range(max(map(len, columns.values()))))
    for name, values in where.items():
        if name not in columns:
            raise AlihError("study.where_column", got=name, known=known(name, columns))
        there = sorted(set(columns[name]))
        for value in wanted(values):
            if value not in there:
                near = known(value, there[:20])
                raise AlihError("study.where_value", got=value, name=name, known=near)
        chosen = set(wanted(values))
        kept = [row for row in kept if columns[name][row] in chosen]
    if not kept:
        raise AlihError("study.where_nothing", got=", ".join(where))
    return kept


def select(names: Sequence[str], wanted: Sequence[str]) -> tuple[int, ...]:
    """The places of the `wanted` classes among `names`. Raises AlihError for a class that is not
    there, or named twice.
    """
    for index, name in enumerate(wanted):
        if name not in names:
            raise AlihError("study.class_unknown", got=name, known=known(name, names))
        if name in wanted[:index]:
            raise AlihError("study.class_twice", got=name)
    return tuple(list(names).index(name) for name in wanted)


def restricted(listing: Listing, wanted: Sequence[str]) -> Listing:
    """The listing of some of its classes, in the order wanted."""
    labels = {old: new for new, old in enumerate(select(listing.classes, wanted))}
    kept = [at for at, own in enumerate(listing.items.labels) if own in labels]
    items = (listing.items[at] for at in kept)
    renamed = Items(replace(item, label=labels[item.label]) for item in items)
    cells = _cells(listing, kept)
    return replace(listing, classes=tuple(wanted), items=renamed, columns=cells)


def of_items(listing: Listing, kept: Sequence[int]) -> Listing:
    """The listing of the items at these places."""
    items = Items(listing.items[at] for at in kept)
    return replace(listing, items=items, columns=_cells(listing, kept))


def _cells(listing: Listing, kept: Sequence[int]) -> Mapping[str, tuple[str, ...]] | None:
    return listing.columns and {
        name: tuple(cells[at] for at in kept) for name, cells in listing.columns.items()
    }
