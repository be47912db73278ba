"""What lies below `cache_dir()`, large things below `scratch_dir()`: entries by room and key, small
tables, checksums compared once.

An entry is a folder. Its `about.json` says what it holds, and the time of that file when it was
last used; what was not used for longest makes room first. Nothing here is needed: whatever is lost
or damaged is made again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import filelock

from alih import files
from alih.errors import AlihError

ABOUT = "about.json"
PATIENCE = 10.0
"""Seconds to wait for a lock where going on without costs no more than a hint for later."""

Found = TypeVar("Found")

_found: dict[tuple[str, Callable[[Path], Any]], tuple[tuple[int, int, int], Any]] = {}


def found_in(path: Path, find: Callable[[Path], Found]) -> Found:
    """`find(path)`, computed once per process and state (place on the disk, size, time) of the
    file.

    Raises OSError where there is no file, and as `find`.
    """
    stat = path.stat()
    key, state = (str(path.absolute()), find), (stat.st_ino, stat.st_size, stat.st_mtime_ns)
    if key not in _found or _found[key][0] != state:
        _found[key] = state, find(path)
    found: Found = _found[key][1]
    return found


def matches(path: Path, sha256: str) -> bool:
    """Whether a file's bytes have this SHA-256. Raises OSError when it cannot be read."""
    return found_in(path, files.sha256) == sha256


def read_json(path: Path) -> Any:
    """The value in a JSON file, None where there is no such file or it is damaged."""
    try:
        return files.read_json(path)
    except (OSError, ValueError):
        return None


def write_json(path: Path, value: Any) -> None:
    """Keep a value for `read_json`; where that cannot be written it is found out again each
    time.
    """
    with contextlib.suppress(OSError, AlihError):
        files.write_json(path, value)


@dataclass(frozen=True)
class Entry:
    """The folder of one key in a room."""

    room: str
    key: str

    @property
    def path(self) -> Path:
        """Where the entry lies."""
        return files.scratch_dir() / self.room / self.key

    @property
    def about(self) -> dict[str, Any]:
        """What the entry holds; empty where that cannot be read."""
        found = read_json(self.path / ABOUT)
        return found if isinstance(found, dict) else {}

    def describe(self, about: Mapping[str, Any]) -> None:
        """Say what the entry holds, and that it is in use now."""
        if self.about != about:
            files.write_json(self.path / ABOUT, dict(about))
        self.touch()

    def touch(self) -> None:
        """Note that the entry is in use now; a read-only cache is fine for reading."""
        with contextlib.suppress(OSError):
            os.utime(self.path / ABOUT)

    @property
    def bytes(self) -> int:
        """Bytes that its files take on the disk; files with holes take less than their size."""
        with contextlib.suppress(OSError):  # another process removes it
            return sum(_taken(path) for path in self.path.rglob("*") if path.is_file())
        return 0

    @property
    def used(self) -> float:
        """When it was last used, in seconds since the epoch."""
        for path in (self.path / ABOUT, self.path):
            with contextlib.suppress(OSError):
                return path.stat().st_mtime
        return 0.0

    def lock_file(self, part: str | None = None) -> Path:
        """The file whose lock is that of the entry, or of a part of it."""
        if part is None:
            return self.path.with_name(f"{self.key}.lock")
        return self.path / f"{part}.lock"

    def lock(
        self, part: str | None = None, wait: bool = True
    ) -> contextlib.AbstractContextManager[None]:
        """A lock on the entry, or on a part of it, where there are locks; without `wait` a held one
        raises `filelock.Timeout`.
        """
        return files.lock_if_possible(self.lock_file(part), -1 if wait else 0)

    def remove(self) -> bool:
        """Remove the entry; False when a process works on it now, or where the system does not let
        it go.
        """
        try:
            with contextlib.ExitStack() as held:
                held.enter_context(self.lock(wait=False))
                for lock in self.path.glob("*.lock"):
                    held.enter_context(files.lock_if_possible(lock, 0))
                # Windows keeps what a process has mapped: then this fails first, and the entry
                # stays whole.
                for path in sorted(self.path.iterdir(), key=lambda path: path.suffix != ".npy"):
                    if path.is_dir():
                        shutil.rmtree(path)
                    elif path.suffix != ".lock":
                        path.unlink(missing_ok=True)
            shutil.rmtree(self.path)
        except (filelock.Timeout, OSError):
            return False
        return True

    def sweep(self) -> None:
        """Remove halves of files that a killed process was writing; for the holder of the lock."""
        for left in self.path.glob(".*.tmp"):
            left.unlink(missing_ok=True)


def _taken(path: Path) -> int:
    state = path.stat()
    blocks = getattr(state, "st_blocks", None)
    return state.st_size if blocks is None else min(state.st_size, 512 * blocks)


def entries(room: str) -> list[Entry]:
    """The entries of a room, least recently used first."""
    found = [Entry(room, place.name) for place in (files.scratch_dir() / room).glob("*/")]
    return sorted(found, key=lambda entry: entry.used)


def used(room: str) -> int:
    """Bytes that a room takes."""
    return sum(entry.bytes for entry in entries(room))


def prune(room: str, limit: int, keep: Iterable[str] = ()) -> list[str]:
    """Remove least recently used entries until the room takes at most `limit` bytes.

    Returns the keys removed. What a process works on stays, and so do the keys in `keep`, which do
    not count.
    """
    found = [entry for entry in entries(room) if entry.key not in set(keep)]
    sizes = {entry.key: entry.bytes for entry in found}
    total, removed = sum(sizes.values()), []
    for entry in found:
        if total <= limit:
            break
        if entry.remove():
            total -= sizes[entry.key]
            removed.append(entry.key)
    return removed


def sweep(room: str) -> None:
    """Remove what killed processes left half-written in a room, except where a process is at
    work.
    """
    for place in {left.parent for left in (files.scratch_dir() / room).glob("*/.*.tmp")}:
        entry = Entry(room, place.name)
        with contextlib.suppress(filelock.Timeout, OSError), entry.lock(wait=False):
            entry.sweep()


@dataclass(frozen=True)
class Table:
    """Small values by name in one JSON file; without a place to write it they are found out again
    each time.
    """

    file: str

    @property
    def path(self) -> Path:
        """Where the table lies."""
        return files.cache_dir() / self.file

    def read(self) -> dict[str, Any]:
        """All values."""
        found = read_json(self.path)
        return found if isinstance(found, dict) else {}

    def add(self, values: Mapping[str, Any]) -> None:
        """Remember values beside those that are there."""
        with contextlib.suppress(OSError, AlihError), contextlib.ExitStack() as held:
            lock = files.lock_if_possible(self.path.with_suffix(".lock"), PATIENCE)
            with contextlib.suppress(filelock.Timeout):  # of a machine that has died, perhaps
                held.enter_context(lock)
            files.write_json(self.path, {**self.read(), **values})
