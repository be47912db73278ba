"""What a set of image files holds, told from names alone: classes, items and parts, without opening an image. Torch-free.

`listing_of` serves plans, checks and identities; reading the pixels is `data/load.py`'s.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from alih import files
from alih.errors import AlihError
from alih.study.document import DataSpec
from alih.study.masks import MaskClasses
from alih.study.problems import Phrase, known

PARTS = ("train", "validation", "test")
KEEP_SECONDS = 2.0
"""A plan asks for the same folder once per cell: within this time it is not listed again."""

_Hashes = dict[str, tuple[int, int, str]]
_listed: dict[tuple[str, ...], tuple[float, Listing]] = {}
_digests: dict[Listing, tuple[float, str]] = {}


@dataclass(frozen=True)
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
    """

    root: Path
    classes: tuple[str, ...]
    items: tuple[Item, ...]
    ignored: tuple[tuple[str, int], ...] = ()
    masks: MaskClasses | None = None
    lying: bool = False
    notes: tuple[Phrase, ...] = ()

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
    items = tuple(replace(item, label=labels[item.label]) for item in listing.items if item.label in labels)
    return replace(listing, classes=tuple(wanted), items=items)


def listing_of(spec: DataSpec, fresh: bool = False, task: str = "classification") -> Listing | None:
    """The files that `spec` names: a folder's, or a set's that consists of files; None where it has none (here).

    For the task `segmentation` with masks. Raises AlihError for a folder that is not there or whose form is not understood, and
    for unknown `classes`. `fresh` looks again even when the folder was listed a moment ago.
    """
    from alih.study import folders, maskfolders, pets

    masked = task == "segmentation"
    read: Callable[[Path], Listing]
    if spec.folder is not None:
        place = Path(spec.folder).expanduser()
        read = partial(maskfolders.read, given=spec.masks, max_pixels=spec.max_pixels) if masked else folders.scan
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
    if known is None or fresh or time.monotonic() - known[0] > KEEP_SECONDS:
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
    _digests.clear()


def content(listing: Listing) -> str:
    """SHA-256 over names, parts, labels and bytes of all files: changes when anything in the set changes.

    Bytes are hashed once; later calls believe a file's size and modification time (kept in the cache folder). Where the
    files lie does not count. Raises AlihError when a file cannot be read.
    """
    known = _digests.get(listing)
    if known is not None:
        return known[1]
    masks = [item.mask for item in listing.items if item.mask is not None]
    found_sums = sums(listing) | _file_hashes(listing.root, masks, "masks")
    rows = [
        [
            *(item.path, item.label, item.part, found_sums[item.path]),
            *([item.mask, found_sums[item.mask]] if item.mask is not None else []),
        ]
        for item in listing.items
    ]
    found = files.digest([list(listing.classes), rows])
    _digests.clear()  # one set at a time is in use
    _digests[listing] = (time.monotonic(), found)
    return found


def sums(listing: Listing) -> dict[str, str]:
    """SHA-256 of each image file, by its path in the listing. Raises AlihError when a file cannot be read."""
    return _file_hashes(listing.root, [item.path for item in listing.items], "images")


def _file_hashes(root: Path, paths: Sequence[str], kind: str) -> dict[str, str]:
    """SHA-256 of each file, taken from the cache where size and modification time are as they were."""
    if not paths:
        return {}
    name = files.digest(str(root.resolve()))[:32] + ("-masks" if kind == "masks" else "")
    place = files.cache_dir() / "hashes" / f"{name}.json"
    known = _read_hashes(place)
    found: _Hashes = {}
    changed: list[tuple[str, int, int]] = []
    for path in paths:
        try:
            stat = os.stat(root / path)
        except OSError as error:
            raise AlihError("study.file_unreadable", path=root / path, reason=error.strerror or error) from error
        old = known.get(path)
        if old is not None and (old[0], old[1]) == (stat.st_size, stat.st_mtime_ns):
            found[path] = old
        else:
            changed.append((path, stat.st_size, stat.st_mtime_ns))
    if changed:
        with ThreadPoolExecutor(4) as pool:
            for (path, size, mtime), digest in zip(changed, pool.map(lambda row: _sha256(root / row[0]), changed), strict=True):
                found[path] = (size, mtime, digest)
        with contextlib.suppress(OSError, AlihError):  # a read-only cache only costs hashing again
            files.write_json(place, {path: list(row) for path, row in sorted(found.items())})
    return {path: row[2] for path, row in found.items()}


def _sha256(path: Path) -> str:
    try:
        with files.open_regular(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AlihError("study.file_unreadable", path=path, reason=error.strerror or error) from error


def _read_hashes(place: Path) -> _Hashes:
    try:
        return {path: (int(row[0]), int(row[1]), str(row[2])) for path, row in files.read_json(place).items()}
    except (OSError, ValueError, TypeError, IndexError, AttributeError):
        return {}
