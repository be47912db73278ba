"""What is in the files of a listing: SHA-256 of each, and of all. Torch-free."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from alih.datafiles import filehashes
from alih.datafiles.listing import Listing

if TYPE_CHECKING:
    import numpy as np

_sums: WeakKeyDictionary[Listing, np.ndarray] = WeakKeyDictionary()
_digests: WeakKeyDictionary[Listing, str] = WeakKeyDictionary()


@dataclass(frozen=True)
class Contents:
    """What a process has found out about the files of listings, for another process of the same
    run.
    """

    sums: list[tuple[Listing, np.ndarray]]
    digests: list[tuple[Listing, str]]


def known_of(listings: Collection[Listing]) -> Contents:
    """What this process knows of some listings."""
    sums = [(one, found) for one, found in _sums.items() if one in listings]
    return Contents(sums, [(one, found) for one, found in _digests.items() if one in listings])


def believe(contents: Contents) -> None:
    """Take over what another process of the same run knows."""
    _sums.update(contents.sums)
    _digests.update(contents.digests)


def forget() -> None:
    """Look files up anew from now on."""
    _sums.clear()
    _digests.clear()


def content(listing: Listing) -> str:
    """SHA-256 over names, parts, labels and bytes of all files: changes when anything in the set
    changes.

    Bytes are hashed once; later calls believe a file's size and modification time (kept in the
    cache folder). Where the files lie does not count. Raises AlihError when a file cannot be read.
    """
    if listing not in _digests:
        of_masks = filehashes.hashes(listing.root, listing.items.masks, "masks")
        total = hashlib.sha256(f"[{_json(list(listing.classes))},[".encode())
        for index, (item, own) in enumerate(zip(listing.items, sums(listing), strict=True)):
            # As one JSON list of all rows would be, which a million files do not fit into.
            row: list[object] = [item.path, item.label, item.part, own.tobytes().hex()]
            if item.mask is not None:
                row += [item.mask, of_masks[index].tobytes().hex()]
            total.update(f"{',' if index else ''}{_json(row)}".encode())
        total.update(b"]]")
        _digests[listing] = total.hexdigest()
    return _digests[listing]


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def sums(listing: Listing) -> np.ndarray:
    """SHA-256 of each image file, uint8 [n, 32], looked up once per listing. Raises AlihError when
    a file cannot be read.
    """
    if listing not in _sums:
        _sums[listing] = filehashes.hashes(listing.root, listing.items.paths)
    return _sums[listing]


def equal_to(known: Listing, other: Listing) -> np.ndarray:
    """The place in `known` of the first file of equal bytes for each file of `other`, int64 [n];
    -1 where it has none. Raises AlihError when a file cannot be read.
    """
    import numpy as np

    numbers = equal_rows(np.concatenate([sums(known), sums(other)]))
    count = len(known.items)
    own = np.full(len(other.items), count) if numbers is None else numbers[count:]
    return np.where(own < count, own, -1)


def equal_files(listing: Listing) -> np.ndarray | None:
    """A number for each image file that files of equal bytes share, int64 [n]; None where no two
    are equal. Raises AlihError when a file cannot be read.
    """
    return equal_rows(sums(listing))


def equal_rows(digests: np.ndarray) -> np.ndarray | None:
    """A number for each digest, uint8 [n, k], that equal ones share, int64 [n]: the place of the
    first of them; None where no two are equal.
    """
    import numpy as np

    # Sorting whole digests takes their room several times over, and few agree in eight bytes.
    heads = np.ascontiguousarray(digests[:, :8]).view(np.uint64).reshape(-1)
    ordered = np.sort(heads)
    alike = np.flatnonzero(np.isin(heads, ordered[1:][ordered[1:] == ordered[:-1]]))
    rows = np.ascontiguousarray(digests[alike]).view(f"V{digests.shape[1]}").reshape(-1)
    different, first, inverse = np.unique(rows, return_index=True, return_inverse=True)
    if len(different) == len(rows):
        return None
    numbers = np.arange(len(digests))
    numbers[alike] = alike[first[inverse]]
    return numbers
