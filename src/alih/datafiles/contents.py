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
    """SHA-256 of each image file, by its path in the listing. Raises AlihError when a file cannot
    be read.
    """
    return {
        item.path: own.tobytes().hex()
        for item, own in zip(listing.items, _hashes_of(listing), strict=True)
    }


def equal_files(listing: Listing) -> np.ndarray | None:
    """A number for each image file that files of equal bytes share, int64 [n]; None where no two
    are equal. Raises AlihError when a file cannot be read.
    """
    import numpy as np

    found = np.ascontiguousarray(_hashes_of(listing)).view("V32").reshape(-1)
    different, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    return None if len(different) == len(found) else first[inverse].astype(np.int64)


def _hashes_of(listing: Listing) -> np.ndarray:
    """SHA-256 of each image file, uint8 [n, 32]; looked up once per listing."""
    if listing not in _sums:
        _sums[listing] = filehashes.hashes(listing.root, [item.path for item in listing.items])
    return _sums[listing]
