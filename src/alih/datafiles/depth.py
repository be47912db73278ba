"""Gray images of more than eight bits: one scale for all of a set, measured once.

Twelve-bit values of an X-ray or a microscope in files of sixteen bits use a sixteenth of the range,
and the upper eight bits of each are nearly black. Where a set uses less than half of the range, the
part that it uses becomes black to white. Torch-free.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from alih import files
from alih.datafiles.contents import content
from alih.datafiles.imageformats import FORMATS
from alih.datafiles.names import Names
from alih.errors import AlihError
from alih.files import cache

if TYPE_CHECKING:
    import numpy as np

    from alih.datafiles.listing import Listing

Scale = tuple[int, int]
"""The values that become black and white."""

ROOM = "depths"
THREADS, WAITING = 4, 1024
LEVELS = 1 << 16
OUTSIDE = 1e-4
"""Share of pixels at each end that lie outside the scale: dead and saturated pixels, burnt-in
text."""

_DEEP = {*FORMATS["PNG"], *FORMATS["TIFF"]}
_PNG, _HEAD = b"\x89PNG\r\n\x1a\n", 26
_GRAY = 0

_looked: WeakKeyDictionary[Listing, Depth] = WeakKeyDictionary()


@dataclass(frozen=True)
class Depth:
    """How many files of a set are gray of more than eight bits, and how many colour; `scale`, where
    the gray ones use less than half of their range, else None.
    """

    gray: int = 0
    colour: int = 0
    scale: Scale | None = None


def depth(listing: Listing) -> Depth:
    """The depth of a set's files. Headers are looked at, and files of more than eight bits decoded,
    once for each content; files that cannot be read are passed over, since decoding names them.
    """
    if listing not in _looked:
        if not any(map(_may_be_deep, listing.items.paths)):
            return Depth()
        place = files.cache_dir() / ROOM / f"{content(listing)[:32]}.json"
        found = _stored(place)
        if found is None:
            found = _measured(listing.root, Names(filter(_may_be_deep, listing.items.paths)))
            cache.write_json(place, asdict(found))
        _looked[listing] = found
    return _looked[listing]


def _may_be_deep(path: str) -> bool:
    return os.path.splitext(path)[1].lower() in _DEEP


def _stored(place: Path) -> Depth | None:
    known = cache.read_json(place)
    try:
        scale = known["scale"]
        return Depth(
            known["gray"], known["colour"], None if scale is None else (scale[0], scale[1])
        )
    except (TypeError, KeyError, IndexError):
        return None


def _measured(root: Path, paths: Sequence[str]) -> Depth:
    kinds = list(_in_threads(lambda path: _kind(root / path), paths))
    gray = [path for path, kind in zip(paths, kinds, strict=True) if kind == "gray"]
    return Depth(len(gray), kinds.count("colour"), _scale(root, gray) if gray else None)


def _in_threads(look: Callable[[str], str | None], paths: Sequence[str]) -> Iterator[str | None]:
    """What `look` says of each path; few wait for a thread at a time, for there may be millions."""
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(paths), WAITING):
            yield from pool.map(look, paths[start : start + WAITING])


def _kind(path: Path) -> str | None:
    """`gray` or `colour` for a file of more than eight bits, None for others."""
    try:
        with files.open_regular(path) as file:
            head = file.read(_HEAD)
    except (OSError, AlihError):
        return None
    if head.startswith(_PNG):
        if len(head) < _HEAD or head[24] != 16:
            return None
        return "gray" if head[25] == _GRAY else "colour"
    if head[:2] not in (b"II", b"MM"):
        return None
    from alih.datafiles.imagefile import meta, open_image

    with contextlib.suppress(AlihError):
        with open_image(path, limit=1 << 62) as picture:
            if picture.mode.startswith("I"):
                return "gray"
        return "colour" if meta(path, 1 << 62).bits == 16 else None
    return None


class _Histogram:
    """Pixels of each value from 0 to 65,535 (values beyond count as the nearest), and the least and
    largest value.
    """

    def __init__(self) -> None:
        import numpy as np

        self.counts = np.zeros(LEVELS, np.int64)
        self.least, self.largest = LEVELS, 0
        self._lock = threading.Lock()

    def add(self, values: np.ndarray) -> None:
        """Count the pixels of one image."""
        import numpy as np

        flat = values.reshape(-1)
        counts = np.bincount(np.clip(flat, 0, LEVELS - 1), minlength=LEVELS)
        with self._lock:
            self.counts += counts
            self.least = min(self.least, int(flat.min()))
            self.largest = max(self.largest, int(flat.max()))

    def scale(self) -> Scale | None:
        """The range that all but some pixels lie in; None where it is half of 16 bits or more."""
        import numpy as np

        if self.least < 0 or self.largest >= LEVELS:
            return self.least, self.largest
        reached = np.cumsum(self.counts)
        if not reached[-1]:
            return None
        outside = int(OUTSIDE * reached[-1])
        low = int(np.searchsorted(reached, outside, side="right"))
        high = int(np.searchsorted(reached, reached[-1] - outside, side="left"))
        return (low, high) if 0 < high - low < LEVELS // 2 else None


def _scale(root: Path, paths: Sequence[str]) -> Scale | None:
    from alih.datafiles.imagefile import read

    found = _Histogram()

    def look(path: str) -> None:
        with contextlib.suppress(AlihError):
            found.add(read(root / path)[0])

    for _ in _in_threads(look, paths):
        pass
    return found.scale()
