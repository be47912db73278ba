"""Decoded images on disk: decoded once, memory-mapped by every later run and process.

One entry per key in the cache's room `decoded`: `images.npy` (uint8 [n, h, w, c]), for sets with
masks `masks.npy` (uint8 [n, h, w]), written in parts (`files.rows`), `labels.npy` (int64 [n]), and
in `about.json` the set's card. A decoding that is killed goes on where it was; a damaged part is
decoded again when it is first touched.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple, cast

import numpy as np

from alih import files
from alih.data import items
from alih.data.decode import Source, Tell
from alih.errors import AlihError
from alih.files import cache, rows
from alih.words.phrase import reason_of

VERSION = 3
ROOM = "decoded"
DEFAULT_LIMIT = 20 * 10**9
ATTEMPTS = 3
"""How often to write what is then not there: processes of several machines that note at the same
time what they wrote may lose notes where there are no locks."""


class Stored(NamedTuple):
    """A decoded set: memory-mapped images, labels, memory-mapped masks where it has them, and its
    card.

    Images and masks are indexed as arrays are; see `rows.Rows`.
    """

    images: np.ndarray
    labels: np.ndarray
    masks: np.ndarray | None
    card: dict[str, Any]
    seen: Callable[[], np.ndarray] | None = None
    """What the decoder noted of each file (`items.of_bytes`); None for arrays."""


class _Set:
    """One entry, and the source that it is decoded from, which is made only when something has to
    be decoded.
    """

    def __init__(self, name: str, build: Callable[[], Source]) -> None:
        self.entry, self.build = cache.Entry(ROOM, name), build

    @cached_property
    def source(self) -> Source:
        """What is decoded."""
        return self.build()

    def open(self) -> Stored | None:
        """The decoded set; None when it is absent, unfinished or its labels or card are damaged."""
        about = self.entry.about
        try:
            if about["digest"] != _digest(about):
                return None
            columns = {
                name: (tuple(row), kind) for name, (row, kind) in about["layout"]["columns"].items()
            }
            layout = rows.Layout(about["layout"]["items"], columns, about["layout"]["step"])
            labels = self.entry.path / "labels.npy"
            if not cache.matches(labels, about["labels"]):
                return None
            arrays = rows.RowStore(self.entry, layout, self._read)
            if not arrays.complete:
                return None
            found = {name: cast(np.ndarray, arrays.column(name)) for name in columns}
            known = np.load(labels, allow_pickle=False)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        self.entry.touch()
        noted = found.get("seen")
        seen = None if noted is None else lambda: items.of_bytes(noted[:])
        return Stored(found["images"], known, found.get("masks"), about["card"], seen)

    def write(self, tell: Tell) -> None:
        """Decode what is not decoded yet."""
        self.entry.sweep()
        source = self.source
        labels = self.entry.path / "labels.npy"
        content = np.ascontiguousarray(source.labels, np.int64)
        files.write_atomically(labels, lambda file: np.save(file, content, allow_pickle=False))
        columns = {name: (tuple(row), "|u1") for name, row in source.shapes.items()}
        layout = rows.Layout(len(source), columns, source.step)
        for row, _ in columns.values():  # a MemoryError comes before a file that no disk holds
            np.empty((min(source.step, len(source)), *row), np.uint8)
        about = {
            "version": VERSION,
            "layout": layout.describe(),
            "labels": files.sha256(labels),
            "card": source.card,
        }
        self.entry.describe({**about, "digest": _digest(about)})
        arrays = rows.RowStore(
            self.entry, layout, self._read, lambda number: tell(arrays.done, layout.items)
        )
        arrays.fill()

    def _read(self, start: int, stop: int) -> dict[str, np.ndarray]:
        return self.source.read(start, stop)


def _digest(about: dict[str, Any]) -> str:
    return files.digest({name: value for name, value in about.items() if name != "digest"})


def obtain(name: str, build: Callable[[], Source], tell: Tell = lambda done, of: None) -> Stored:
    """The decoded set `name`; what is not decoded yet, or damaged, is decoded from `build()`.

    Safe for several processes: the first one decodes under a lock, the others wait and open what it
    wrote. Raises AlihError when the cache folder cannot be written or is full, and for an image or
    mask file that cannot be used.
    """
    wanted = _Set(name, build)
    place = files.scratch_dir() / ROOM
    opened = wanted.open()
    if opened is None:
        try:
            cache.sweep(ROOM)
            with wanted.entry.lock():
                opened = wanted.open()
                for _ in range(ATTEMPTS if opened is None else 0):
                    try:
                        wanted.write(tell)
                    except AlihError as error:
                        raise _with_others(error, wanted) from error
                    opened = wanted.open()
                    if opened is not None:
                        break
        except MemoryError as error:
            raise AlihError(
                "data.decoded_too_large", size=wanted.source.card["image_size"]
            ) from error
        except OSError as error:
            raise AlihError(
                "data.cache_not_writable", path=place, reason=reason_of(error)
            ) from error
        except AlihError as error:
            raise in_cache(error, place) from error
    if opened is None:
        raise AlihError(
            "data.cache_not_writable", path=place, reason=f"{name} does not keep what is written"
        )
    return opened


def _with_others(error: AlihError, wanted: _Set) -> AlihError:
    """The error of the first file that could not be decoded, or one that names all of them."""
    if error.key.startswith("common."):
        return error
    return wanted.source.faults() or error


def in_cache(error: AlihError, place: Any) -> AlihError:
    """A failure to write, told as one of the cache folder: its remedy is ALIH_CACHE, not another
    output folder.
    """
    if error.key != "common.cannot_write":
        return error
    return AlihError("data.cache_not_writable", path=place, reason=error.values["reason"])


def prune(limit_bytes: int = DEFAULT_LIMIT) -> list[str]:
    """Remove least recently used decoded sets until at most `limit_bytes` remain; returns the names
    removed.
    """
    return cache.prune(ROOM, limit_bytes)
