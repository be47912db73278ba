"""Sets whose decoded images fit no disk: decoded whenever a batch asks for them, some ahead.

The first look at such a set decodes every file once, to find files that cannot be used and images
that are equal, and keeps what it saw; the pixels themselves are decoded anew in every epoch. Memory
for pixels does not grow with the number of files; their names and states do take some.
"""

from __future__ import annotations

import math
import os
import shutil
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from weakref import WeakValueDictionary

import numpy as np

from alih import files
from alih.data import items
from alih.data.decode import Tell
from alih.data.pictures import workers
from alih.data.sources import FileSource
from alih.data.store import ROOM as DECODED
from alih.data.store import Stored
from alih.errors import AlihError
from alih.files import cache

ROOM = "streamed"
VARIABLE = "ALIH_STREAM"
SPARE = 2 << 30
"""Bytes of the cache's disk that decoded sets leave free."""

BUFFER = 256 << 20
"""Bytes of decoded images that wait to be asked for, or were just asked for."""
EACH = 4096
"""Bytes that an item takes beside its pixels, which counts where images are tiny."""

BLOCK = 256


def wanted(name: str, count: int, row: int) -> bool:
    """Whether a set of so many items of `row` bytes is streamed: as ALIH_STREAM says (1 or 0), else
    where the disk of the cache has no room for what is not there yet.
    """
    said = os.environ.get(VARIABLE, "").strip()
    if said in ("0", "1"):
        return said == "1"
    if said:
        raise AlihError("data.stream_setting", got=said)
    place = files.scratch_dir()
    existing = next(path for path in (place, *place.parents) if path.exists())
    missing = count * row - cache.Entry(DECODED, name).bytes
    return missing > 0 and missing + SPARE > shutil.disk_usage(existing).free


def _state(file: Path) -> tuple[int, int]:
    """Size and time of the last change; zeros for a file that is gone, which decoding names."""
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _states_of(source: FileSource) -> np.ndarray:
    """What `_state` says of each file, int64 [n, 2]."""
    found = np.empty((len(source.images), 2), np.int64)
    for at, image in enumerate(source.images):
        found[at] = _state(source.root / image)
    return found


class Ring:
    """Decoded items by number: those that wait to be asked for, and those that were asked for last.

    `ahead` says which will be asked for next, in which order; threads decode them meanwhile.
    """

    def __init__(self, source: FileSource) -> None:
        self._source, self._states = source, _states_of(source)
        row = sum(math.prod(shape) for shape in source.shapes.values())
        self._room = max(4 * workers(), BUFFER // (row + EACH))
        self._held: OrderedDict[int, Future[dict[str, np.ndarray]]] = OrderedDict()
        self._coming, self._next = np.empty(0, np.int64), 0  # from `_next` on nothing was begun
        self._begun: deque[int] = deque()  # what comes before that
        self._lock = threading.Lock()

    def renew(self, source: FileSource) -> None:
        """Take the files of `source`, of equal content, as they are now; nothing where they come
        from the same look at the folder, as in all cells of a run.
        """
        # A file that is replaced in the middle of a run would change what is learnt unnoticed.
        if source.images is not self._source.images:
            self._source, self._states = source, _states_of(source)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(workers(), "decode")

    def ahead(self, rows: np.ndarray) -> None:
        """Expect these items in this order, in place of what was expected before; the array is
        kept.
        """
        with self._lock:
            self._coming, self._next = rows, 0
            self._begun.clear()
            self._fill()

    def take(self, rows: np.ndarray, name: str) -> np.ndarray:
        """One array of items, uint8 [k, …]. Raises AlihError for a file that cannot be used."""
        found = np.empty((len(rows), *self._source.shapes[name]), np.uint8)
        half = max(1, self._room // 2)
        for start in range(0, len(rows), half):
            block = rows[start : start + half].tolist()
            with self._lock:
                futures = [self._asked(item) for item in block]
                for item in block:
                    if self._begun:
                        if self._begun[0] == item:
                            self._begun.popleft()
                    elif self._next < len(self._coming) and self._coming[self._next] == item:
                        self._next += 1
                self._fill()
            for place, future in enumerate(futures, start):
                found[place] = future.result()[name]
        return found

    def _asked(self, item: int) -> Future[dict[str, np.ndarray]]:
        future = self._held.get(item)
        if future is None or (future.done() and future.exception()):
            future = self._held[item] = self._pool.submit(self._one, item)
        self._held.move_to_end(item)
        while len(self._held) > self._room:
            self._held.popitem(last=False)
        return future

    def _fill(self) -> None:
        """Begin with what comes next, up to half of the room; the other half was just asked for."""
        while self._next < len(self._coming) and len(self._begun) < self._room // 2:
            self._begun.append(int(self._coming[self._next]))
            self._next += 1
            self._asked(self._begun[-1])

    def _one(self, item: int) -> dict[str, np.ndarray]:
        file = self._source.root / self._source.images[item]
        if not np.array_equal(_state(file), self._states[item]):
            raise AlihError("data.file_changed", file=file)
        return self._source.item(item)


class Streamed:
    """One array of a set, indexed along its first axis as a memory-mapped one is."""

    def __init__(self, ring: Ring, name: str, shape: tuple[int, ...]) -> None:
        self._ring, self._name = ring, name
        self.shape, self.dtype, self.ndim = shape, np.dtype(np.uint8), len(shape)
        self.nbytes = math.prod(shape)

    def __len__(self) -> int:
        """Number of items."""
        return self.shape[0]

    def ahead(self, rows: np.ndarray) -> None:
        """Say which items will be asked for next."""
        self._ring.ahead(rows)

    def __getitem__(self, index: Any) -> np.ndarray:
        """Items by number, slice, or array of numbers, decoded now."""
        first, *rest = index if isinstance(index, tuple) else (index,)
        rows = np.arange(len(self))[first]
        found = self._ring.take(rows.reshape(-1), self._name)
        found = found.reshape(*rows.shape, *self.shape[1:])
        return found[(*(slice(None),) * rows.ndim, *rest)] if rest else found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """All items, in memory."""
        return np.asarray(self[:], dtype)


_rings: WeakValueDictionary[str, Ring] = WeakValueDictionary()


def _ring(name: str, source: FileSource) -> Ring:
    """The ring of a set: one for all cells of this process, each of which opens the set anew."""
    ring = _rings.get(name)
    if ring is None:
        ring = _rings[name] = Ring(source)
    ring.renew(source)
    return ring


Compare = Callable[[Iterable[np.ndarray]], object]
"""Reads blocks of all images in their order, or none of them."""


def obtain(
    name: str, source: FileSource, compare: Compare, tell: Tell = lambda done, of: None
) -> Stored:
    """The set `name`, looked through once; its arrays are indexed as those of `store.obtain`.

    Raises AlihError that names every file that cannot be used.
    """
    ring, count = _ring(name, source), len(source)
    arrays = {
        column: cast(np.ndarray, Streamed(ring, column, (count, *row)))
        for column, row in source.shapes.items()
    }
    noted = _looked_through(name, source, arrays, compare, tell)
    masks = arrays.get("masks")
    return Stored(
        arrays["images"], source.labels, masks, source.card, lambda: items.of_bytes(noted)
    )


def _looked_through(
    name: str, source: FileSource, arrays: dict[str, np.ndarray], compare: Compare, tell: Tell
) -> np.ndarray:
    """What the decoder notes of each file, uint8 [n, SEEN]; kept in the cache."""
    seen = arrays["seen"]
    entry = cache.Entry(ROOM, name)
    place = entry.path / "seen.npy"
    with entry.lock():
        try:
            found: np.ndarray = np.load(place, allow_pickle=False)
            if found.shape == seen.shape:
                return found
        except (OSError, ValueError):
            pass
        found = np.empty(seen.shape, np.uint8)

        def blocks() -> Iterator[np.ndarray]:
            for start in range(0, len(found), BLOCK):
                rows = slice(start, start + BLOCK)
                found[rows] = seen[rows]
                tell(min(start + BLOCK, len(found)), len(found))
                yield arrays["images"][rows]

        every = blocks()
        try:
            compare(every)
            deque(every, maxlen=0)
        except AlihError as error:
            raise source.faults() or error from error
        files.write_atomically(place, lambda file: np.save(file, found, allow_pickle=False))
    return found
