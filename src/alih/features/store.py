"""Activations on disk: shards that are written whole, checked by SHA-256, and memory-mapped by every later run and process.

One folder per key under `cache_dir()/features`: `about.json` (what the shards hold), and per shard `<k>.npy` with
`<k>.json` beside it (its SHA-256 and the seconds it took), written last. A shard without a right checksum is computed
again, never used. The processes that need the same key share its shards out among themselves. No torch.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from alih import files
from alih.errors import AlihError

VERSION = 1
SHARD_BYTES = 32 * 10**6
LIMIT_VARIABLE = "ALIH_FEATURES_GB"
DEFAULT_LIMIT = 10 * 10**9
SPARE = 500 * 10**6
"""Bytes of the disk that the cache leaves free."""

_checked: set[tuple[Any, ...]] = set()


def folder() -> Path:
    """Where activations lie."""
    return files.cache_dir() / "features"


def limit() -> int:
    """Bytes that all activations together may take: `ALIH_FEATURES_GB`, else 10 GB. Raises AlihError when that is no number."""
    chosen = os.environ.get(LIMIT_VARIABLE)
    if not chosen:
        return DEFAULT_LIMIT
    try:
        value = float(chosen)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise AlihError("features.bad_limit", name=LIMIT_VARIABLE, got=chosen)
    return int(value * 1e9)


@dataclass(frozen=True)
class Layout:
    """The shape of what is kept: `items` rows of `row` numbers each ([h, w, c] for maps) of type `dtype` (bf16 as uint16)."""

    items: int
    row: tuple[int, ...]
    dtype: str
    batch_size: int

    @property
    def bytes(self) -> int:
        """Size of all rows."""
        return self.items * self.row_bytes

    @property
    def row_bytes(self) -> int:
        """Size of one row."""
        return int(np.prod(self.row)) * np.dtype(self.dtype).itemsize

    @property
    def shard_items(self) -> int:
        """Rows of a shard: whole batches, about `SHARD_BYTES`."""
        return self.batch_size * max(1, SHARD_BYTES // (self.batch_size * self.row_bytes))

    @property
    def shards(self) -> list[tuple[int, int]]:
        """First row and the one after the last of each shard."""
        return [(start, min(start + self.shard_items, self.items)) for start in range(0, self.items, self.shard_items)]


Compute = Callable[[int, int], np.ndarray]
"""Rows `start` to `stop` (not included), computed."""


@dataclass(frozen=True)
class Rows:
    """Rows of activations by position, from memory-mapped shards or computed. `seconds`: what computing all of them took.

    `computed` counts the rows that this process computed; 0 when all came from the disk.
    """

    layout: Layout
    parts: list[np.ndarray]
    seconds: float
    computed: int
    where: Path | None = None
    ends: list[int] = field(default_factory=list)

    def __getitem__(self, positions: np.ndarray) -> np.ndarray:
        """Rows [len(positions), *row] in the order of `positions`."""
        positions = np.asarray(positions, np.int64)
        if len(self.parts) == 1:
            return self.parts[0][positions]
        found = np.empty((len(positions), *self.layout.row), self.layout.dtype)
        which = positions // self.layout.shard_items
        for shard in np.unique(which):
            here = which == shard
            found[here] = self.parts[shard][positions[here] - shard * self.layout.shard_items]
        return found


def open_or_compute(key: str, about: dict[str, Any], layout: Layout, compute: Compute) -> Rows:
    """The rows of `key`, from the cache where its shards are sound, computed and kept there otherwise.

    Where there is no room for them (`open_where_room`) they are computed and not kept.
    """
    return open_where_room(key, about, layout, compute) or _unkept(layout, compute)


def open_where_room(key: str, about: dict[str, Any], layout: Layout, compute: Compute) -> Rows | None:
    """The rows of `key` as `open_or_compute` keeps them; None where budget or disk have no room, or nothing can be written."""
    place = folder() / key
    if not _complete(place, layout) and not _room(layout.bytes, key):
        return None
    try:
        return _kept(place, about, layout, compute)
    except (OSError, AlihError) as error:
        if isinstance(error, AlihError) and error.key not in ("common.cannot_write", "common.no_space"):
            raise
        return None


def _kept(place: Path, about: dict[str, Any], layout: Layout, compute: Compute) -> Rows:
    place.mkdir(parents=True, exist_ok=True)
    description = {"version": VERSION, **about, "items": layout.items, "row": list(layout.row), "dtype": layout.dtype}
    if _json(place / "about.json") != description:
        files.write_json(place / "about.json", description)
    with contextlib.suppress(OSError):
        os.utime(place / "about.json")  # its time says when it was last used, for prune
    waiting, computed = [], 0
    for number, (start, stop) in enumerate(layout.shards):
        if not _sound(place, number, layout, stop - start):
            try:
                computed += _fill(place, number, layout, start, stop, compute, wait=False)
            except filelock.Timeout:  # another process computes this one: go on with the next
                waiting.append(number)
    for number in waiting:
        computed += _fill(place, number, layout, *layout.shards[number], compute, wait=True)
    parts = [np.load(_array(place, number), mmap_mode="r", allow_pickle=False) for number in range(len(layout.shards))]
    seconds = sum(files.read_json(_note(place, number))["seconds"] for number in range(len(layout.shards)))
    return Rows(layout, parts, seconds, computed, place)


def _fill(place: Path, number: int, layout: Layout, start: int, stop: int, compute: Compute, wait: bool) -> int:
    """Compute one shard unless it is there by now; returns the rows computed."""
    import time

    with filelock.FileLock(place / f"{number:05d}.lock", timeout=-1 if wait else 0):
        if _sound(place, number, layout, stop - start):
            return 0
        _note(place, number).unlink(missing_ok=True)
        for left in place.glob(f".{_array(place, number).name}.*.tmp"):  # of a process that was killed
            left.unlink(missing_ok=True)
        started = time.perf_counter()
        rows = compute(start, stop)
        seconds = time.perf_counter() - started
        files.write_atomically(_array(place, number), lambda file: np.save(file, rows, allow_pickle=False))
        note = {"sha256": files.sha256(_array(place, number)), "seconds": round(seconds, 3)}
        files.write_json(_note(place, number), note)
        _checked.add(_seen(_array(place, number), note))
        return stop - start


def _array(place: Path, number: int) -> Path:
    return place / f"{number:05d}.npy"


def _note(place: Path, number: int) -> Path:
    return place / f"{number:05d}.json"


def _json(path: Path) -> Any:
    try:
        return files.read_json(path)
    except (OSError, ValueError):
        return None


def _sound(place: Path, number: int, layout: Layout, rows: int) -> bool:
    """Whether a shard is there, whole, and what its checksum says; hashed once per process and state of the file."""
    path, note = _array(place, number), _json(_note(place, number))
    try:
        seen = _seen(path, note)
        if seen not in _checked:
            if files.sha256(path) != note["sha256"]:
                return False
            _checked.add(seen)
        held = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return False
    return held.shape == (rows, *layout.row) and held.dtype == np.dtype(layout.dtype)


def _seen(path: Path, note: dict[str, Any]) -> tuple[Any, ...]:
    stat = path.stat()
    return str(path), note["sha256"], stat.st_size, stat.st_mtime_ns


def _complete(place: Path, layout: Layout) -> bool:
    return all(_array(place, number).exists() and _note(place, number).exists() for number in range(len(layout.shards)))


def _room(wanted: int, key: str) -> bool:
    """Make room within the budget, by removing what was least recently used; whether there is enough on the disk, too."""
    budget = limit()
    if wanted > budget:
        return False
    others = sum(entry.bytes for entry in entries() if entry.key != key)
    if others + wanted > budget:
        prune(budget - wanted, keep=key)
    existing = next(parent for parent in [folder(), *folder().parents] if parent.exists())
    return wanted + SPARE <= shutil.disk_usage(existing).free


def _unkept(layout: Layout, compute: Compute) -> Rows:
    import time

    started = time.perf_counter()
    parts = [compute(start, stop) for start, stop in layout.shards]
    return Rows(layout, parts, time.perf_counter() - started, layout.items)


@dataclass(frozen=True)
class Entry:
    """One key in the cache; `about` says what it holds, `used` when it was last asked for (seconds since the epoch)."""

    key: str
    bytes: int
    used: float
    about: dict[str, Any]


def entries() -> list[Entry]:
    """Everything in the cache, least recently used first."""
    found = []
    for place in folder().glob("*/"):
        with contextlib.suppress(OSError):  # another process removes it
            size = sum(path.stat().st_size for path in place.iterdir() if path.is_file())
            sidecar = place / "about.json"
            used = (sidecar if sidecar.exists() else place).stat().st_mtime
            found.append(Entry(place.name, size, used, _json(sidecar) or {}))
    return sorted(found, key=lambda entry: entry.used)


def prune(limit_bytes: int = DEFAULT_LIMIT, keep: str | None = None) -> list[str]:
    """Remove least recently used activations until at most `limit_bytes` remain; returns the keys removed.

    What a process computes at this moment stays, and so does the key `keep`.
    """
    found = [entry for entry in entries() if entry.key != keep]
    total, removed = sum(entry.bytes for entry in found), []
    for entry in found:
        if total <= limit_bytes:
            break
        if remove(entry.key):
            total -= entry.bytes
            removed.append(entry.key)
    return removed


def remove(key: str) -> bool:
    """Remove one key; False when a process computes it now, or where the system does not let it go."""
    place = folder() / key
    try:
        with contextlib.ExitStack() as held:
            for lock in place.glob("*.lock"):
                held.enter_context(filelock.FileLock(lock, timeout=0))
            # Without its notes no shard counts, whatever the removal of the others comes to.
            for note in place.glob("[0-9]*.json"):
                note.unlink(missing_ok=True)
        shutil.rmtree(place)
    except (filelock.Timeout, OSError):
        return False
    return True
