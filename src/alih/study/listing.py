"""What a set of image files holds, told from names alone: classes, items and parts, without opening an image. Torch-free.

`listing_of` serves plans, checks and identities; reading the pixels is `data/load.py`'s.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from alih import files
from alih.errors import AlihError
from alih.study import filehashes
from alih.study.document import DataSpec
from alih.study.masks import MaskClasses
from alih.study.problems import Phrase, known

if TYPE_CHECKING:
    import numpy as np

PARTS = ("train", "validation", "test")
KEEP_SECONDS = 2.0
"""A plan asks for the same folder once per cell: within this time it is not listed again."""

_listed: dict[tuple[str, ...], tuple[float, Listing]] = {}
_sums: WeakKeyDictionary[Listing, np.ndarray] = WeakKeyDictionary()
_digests: WeakKeyDictionary[Listing, str] = WeakKeyDictionary()
_trusted = False


@dataclass(frozen=True, slots=True)
class Item:
    """One image: its path inside the root with forward slashes, its class as an index, and its part (0 train, 1 val, 2 test).

    For segmentation also the path of its `mask`; `label` is then a stratum.
    """

    path: str
    label: int
    part: int = 0
    mask: str | None = None


@dataclass(frozen=True, eq=False)
class Listing:
    """Image files of a set below `root`: training items first, then those of ready validation and test parts.

    `masks` says what ids in the masks stand for, None for classification; `classes` are then strata of the images. `lying`: masks
    belong to their images as these lie in the file, before EXIF turns them. `notes`: what was taken for granted.
    `columns`: what a table says of each item beside its class and part; None where no table names the files.
    """

    root: Path
    classes: tuple[str, ...]
    items: tuple[Item, ...]
    ignored: tuple[tuple[str, int], ...] = ()
    masks: MaskClasses | None = None
    lying: bool = False
    notes: tuple[Phrase, ...] = ()
    columns: Mapping[str, tuple[str, ...]] | None = None

    @property
    def target_classes(self) -> tuple[str, ...]:
        """What is to be told apart: the images' classes, or those of pixels."""
        return self.masks.names if self.masks else self.classes

    def count(self, part: str) -> int:
        """How many items a part (train, validation, test) holds."""
        return sum(item.part == PARTS.index(part) for item in self.items)

    def counts(self) -> dict[str, dict[str, int]]:
        """Items per part and class, for the data card; a part without items is left out, the test part never."""
        found: dict[str, dict[str, int]] = {}
        for index, part in enumerate(PARTS):
            labels = Counter(item.label for item in self.items if item.part == index)
            if labels or part != "validation":
                found[part] = {name: labels.get(label, 0) for label, name in enumerate(self.classes)}
        return found


def select(names: Sequence[str], wanted: Sequence[str]) -> tuple[int, ...]:
    """The places of the `wanted` classes among `names`. Raises AlihError for a class that is not there, or named twice."""
    for index, name in enumerate(wanted):
        if name not in names:
            raise AlihError("study.class_unknown", got=name, known=known(name, names))
        if name in wanted[:index]:
            raise AlihError("study.class_twice", got=name)
    return tuple(list(names).index(name) for name in wanted)


def _restricted(listing: Listing, wanted: Sequence[str]) -> Listing:
    """The listing of some of its classes, in the order wanted."""
    labels = {old: new for new, old in enumerate(select(listing.classes, wanted))}
    kept = [at for at, item in enumerate(listing.items) if item.label in labels]
    items = tuple(replace(listing.items[at], label=labels[listing.items[at].label]) for at in kept)
    columns = listing.columns and {name: tuple(cells[at] for at in kept) for name, cells in listing.columns.items()}
    return replace(listing, classes=tuple(wanted), items=items, columns=columns)


def listing_of(spec: DataSpec, fresh: bool = False, task: str = "classification") -> Listing | None:
    """The files that `spec` names: a folder's, a table's, or a set's that consists of files; None where it has none (here).

    For the task `segmentation` with masks. Raises AlihError for a folder that is not there or whose form is not understood, and
    for unknown `classes`. `fresh` looks again even when the folder was listed a moment ago, unless
    it is trusted (`trusting`).
    """
    from alih.study import folders, maskfolders, pets, tables

    masked = task == "segmentation"
    read: Callable[[Path], Listing]
    if spec.folder is not None:
        place = Path(spec.folder).expanduser()
        read = partial(maskfolders.read, given=spec.masks, max_pixels=spec.max_pixels) if masked else folders.scan
    elif spec.table is not None:
        place = Path(spec.table).expanduser()
        read = partial(tables.read, masked=masked, given=spec.masks, max_pixels=spec.max_pixels)
    elif spec.set == pets.NAME:
        found = pets.place(spec.path)
        if found is None:
            return None
        place = found
        read = partial(pets.read_masks, given=spec.masks) if masked else pets.read
    else:
        return None
    key = (str(place.absolute()), task, spec.set or "", repr(spec.masks), repr(spec.max_pixels), *(spec.classes or ()))
    known = _listed.get(key)
    stale = known is None or fresh or time.monotonic() - known[0] > KEEP_SECONDS
    if known is None or (stale and not _trusted):
        _refuse_names(place, [str(place.absolute())])
        found_there = read(place)
        _refuse_names(place, _names(found_there))
        known = (time.monotonic(), _restricted(found_there, spec.classes) if spec.classes else found_there)
        _listed[key] = known
    return known[1]


def _names(listing: Listing) -> list[str]:
    masks = [item.mask for item in listing.items if item.mask is not None]
    return [*listing.classes, *(item.path for item in listing.items), *masks]


def _refuse_names(place: Path, names: Sequence[str]) -> None:
    """AlihError for names that are not UTF-8: no document, table or checksum of names can hold them."""
    try:
        "".join(names).encode()
    except UnicodeEncodeError:
        odd = [name for name in names if name != name.encode("utf-8", "replace").decode()]
        example = files.escaped(odd[0])
        shown = files.escaped(str(place))
        raise AlihError("study.names_not_utf8", path=shown, count=len(odd), example=example) from None


def forget() -> None:
    """List folders anew from now on."""
    _listed.clear()
    _sums.clear()
    _digests.clear()


@dataclass(frozen=True)
class Known:
    """What a process has found out about folders, for another process of the same run."""

    listed: dict[tuple[str, ...], tuple[float, Listing]]
    sums: list[tuple[Listing, np.ndarray]]
    digests: list[tuple[Listing, str]]


@contextlib.contextmanager
def trusting() -> Iterator[None]:
    """Believe what is known about folders for as long as the context lasts: a run looks at its files once."""
    global _trusted
    before, _trusted = _trusted, True
    try:
        yield
    finally:
        _trusted = before


def known_now() -> Known:
    """What this process knows."""
    listed = {listing for _, listing in _listed.values()}
    sums = [(listing, found) for listing, found in _sums.items() if listing in listed]
    return Known(dict(_listed), sums, [(one, found) for one, found in _digests.items() if one in listed])


def believe(known: Known) -> None:
    """Take over what another process of the same run knows, and trust it for good."""
    global _trusted
    _trusted = True
    _listed.update(known.listed)
    _sums.update(known.sums)
    _digests.update(known.digests)


def content(listing: Listing) -> str:
    """SHA-256 over names, parts, labels and bytes of all files: changes when anything in the set changes.

    Bytes are hashed once; later calls believe a file's size and modification time (kept in the cache folder). Where the
    files lie does not count. Raises AlihError when a file cannot be read.
    """
    if listing not in _digests:
        masks = [item.mask for item in listing.items if item.mask is not None]
        of_masks = dict(zip(masks, filehashes.hashes(listing.root, masks, "masks"), strict=True))
        total = hashlib.sha256(f"[{_json(list(listing.classes))},[".encode())
        for index, (item, own) in enumerate(zip(listing.items, _hashes_of(listing), strict=True)):
            # As one JSON list of all rows would be, which a million files do not fit into.
            row: list[object] = [item.path, item.label, item.part, own.tobytes().hex()]
            if item.mask is not None:
                row += [item.mask, of_masks[item.mask].tobytes().hex()]
            total.update(f"{',' if index else ''}{_json(row)}".encode())
        total.update(b"]]")
        _digests[listing] = total.hexdigest()
    return _digests[listing]


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def sums(listing: Listing) -> dict[str, str]:
    """SHA-256 of each image file, by its path in the listing. Raises AlihError when a file cannot be read."""
    return {item.path: own.tobytes().hex() for item, own in zip(listing.items, _hashes_of(listing), strict=True)}


def file_sum(path: Path) -> str:
    """SHA-256 of one file, hashed once. Raises AlihError when it cannot be read."""
    return str(filehashes.hashes(path.parent, [path.name], "of-" + files.digest(path.name)[:8])[0].tobytes().hex())


def _hashes_of(listing: Listing) -> np.ndarray:
    """SHA-256 of each image file, uint8 [n, 32]; looked up once per listing."""
    if listing not in _sums:
        _sums[listing] = filehashes.hashes(listing.root, [item.path for item in listing.items])
    return _sums[listing]
