"""Files of a set that hold the same image: byte for byte, or pixel for pixel once decoded.

Bytes are compared through checksums. Pixels are known once the set has been decoded; what was found
then is kept in the cache folder, as it stays true when decoded images are removed. Torch-free.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from alih import files
from alih.datafiles.contents import content, equal_files, equal_rows
from alih.files import cache
from alih.study.catalogue.sets import FOLDER_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np

    from alih.datafiles.listing import Listing
    from alih.study.document.data import DataSpec

ROOM = "copies"
CHUNK, DIGEST = 256, 16

_known: dict[str, list[list[int]]] = {}


def of_bytes(listing: Listing) -> np.ndarray | None:
    """A number for each file that equal files share, int64 [n]; None where no two are equal."""
    return equal_files(listing)


def of_pixels(spec: DataSpec, listing: Listing) -> np.ndarray | None:
    """As `of_bytes`, for files that decode to the same pixels at the size of `spec`; None also
    where the set has not been decoded yet.
    """
    groups = _stored(_address(spec, listing))
    return numbered(len(listing.items), groups) if groups else None


def learn(spec: DataSpec, listing: Listing, images: Any) -> np.ndarray | None:
    """Compare decoded images [n, h, w, c], once; returns what `of_pixels` says from now on."""
    starts = range(0, len(images), CHUNK)
    compare(spec, listing, (images[start : start + CHUNK] for start in starts))
    return of_pixels(spec, listing)


def compare(spec: DataSpec, listing: Listing, blocks: Iterable[np.ndarray]) -> None:
    """Compare the decoded images of a listing, given in blocks, unless that was done before."""
    equal_images(_address(spec, listing), blocks)


def equal_images(address: str, blocks: Iterable[np.ndarray]) -> list[list[int]]:
    """The numbers of each group of two and more images that are equal, in blocks [k, …]; looked for
    once per `address`.
    """
    found = _stored(address)
    if found is None:
        found = _known[address] = _equal_rows(blocks)
        cache.write_json(_place(address), found)
    return found


def numbered(count: int, groups: Sequence[Sequence[int]]) -> np.ndarray:
    """The number of each of `count` items where the items of each group share one.

    >>> numbered(4, [[1, 3]])
    array([0, 1, 2, 1])
    """
    import numpy as np

    numbers = np.arange(count)
    for group in groups:
        numbers[group] = group[0]
    return numbers


def together(one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    """Numbers that items share as soon as they share one of both.

    >>> import numpy as np
    >>> together(np.array([0, 0, 2, 3]), np.array([0, 1, 1, 3]))
    array([0, 0, 0, 2])
    """
    if one is None or other is None:
        return one if other is None else other
    import numpy as np

    found = np.unique(one, return_inverse=True)[1]
    while True:  # each round joins what touches, until nothing does
        before = found
        for numbers in (one, other):
            _, inverse = np.unique(numbers, return_inverse=True)
            least = np.full(int(inverse.max(initial=-1)) + 1, len(found))
            np.minimum.at(least, inverse, found)
            found = least[inverse]
        if np.array_equal(before, found):
            return found


def _equal_rows(blocks: Iterable[np.ndarray]) -> list[list[int]]:
    """The items of each group of two and more whose rows are equal."""
    import numpy as np

    digests = bytearray()
    for block in blocks:
        for image in block:
            digests += hashlib.blake2b(image.tobytes(), digest_size=DIGEST).digest()
    numbers = equal_rows(np.frombuffer(digests, np.uint8).reshape(-1, DIGEST))
    if numbers is None:
        return []
    found: dict[int, list[int]] = {}
    for at in np.flatnonzero(np.bincount(numbers)[numbers] > 1).tolist():
        found.setdefault(int(numbers[at]), []).append(at)
    return list(found.values())


def _address(spec: DataSpec, listing: Listing) -> str:
    size, channels = spec.image_size or FOLDER_SIZE, spec.channels or 3
    return files.digest([content(listing), size, channels, spec.resize, spec.interpolation])[:32]


def _place(address: str) -> Any:
    return files.cache_dir() / ROOM / f"{address}.json"


def _stored(address: str) -> list[list[int]] | None:
    if address not in _known:
        found = cache.read_json(_place(address))
        if not isinstance(found, list):
            return None
        _known[address] = found
    return _known[address]
