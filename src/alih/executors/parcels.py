"""Files on their way between machines that share no folder: cut into chunks, put together again.

A chunk is small, so that any object store has room for it. A file appears under its name when its
last chunk has come, as one that is written here does.
"""

from __future__ import annotations

import os
import secrets
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from alih import files

CHUNK = 8 * 2**20
"""Bytes of a chunk at most."""


@dataclass(frozen=True)
class Chunk:
    """A piece of the file `name` (relative, with forward slashes), from byte `start` on; the `last`
    one ends it.
    """

    name: str
    start: int
    content: bytes
    last: bool


@dataclass(frozen=True)
class Held:
    """A file that somebody has: its name, size and SHA-256."""

    name: str
    size: int
    sha256: str


def held(root: Path, names: Iterable[str]) -> list[Held]:
    """What those of some files are that are there."""
    found = []
    for name in names:
        path = root / name
        if path.is_file():
            found.append(Held(name, path.stat().st_size, files.sha256(path)))
    return found


def lacking(root: Path, wanted: Iterable[Held]) -> list[str]:
    """The names of files that are not there, or are others."""
    return [
        one.name
        for one in wanted
        if not (root / one.name).is_file()
        or (root / one.name).stat().st_size != one.size
        or files.sha256(root / one.name) != one.sha256
    ]


def names_below(root: Path, folder: Path) -> list[str]:
    """The files below a folder, relative to `root`; halves that are being written are none."""
    if not folder.is_dir():
        return []
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.relative_to(root).as_posix() for path in found if path.suffix != ".tmp"]


def chunks(root: Path, name: str, size: int = CHUNK) -> Iterator[Chunk]:
    """A file in chunks, of one state even where it is replaced meanwhile. Raises OSError where
    there is none.
    """
    with open(root / name, "rb") as file:
        yield from _read(file, name, size)


def _read(file: IO[bytes], name: str, size: int) -> Iterator[Chunk]:
    start, content = 0, file.read(size)
    while True:
        following = file.read(size)
        yield Chunk(name, start, content, last=not following)
        if not following:
            return
        start, content = start + len(content), following


@dataclass
class Outbox:
    """Files of a folder that are to be sent in turn, each when it has changed since it was sent."""

    root: Path
    _sent: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    _waiting: deque[str] = field(default_factory=deque)
    _going: Iterator[Chunk] | None = None

    def add(self, names: Collection[str]) -> None:
        """Send files, those that have changed, after what waits already."""
        for name in names:
            state = self._state(name)
            if state is not None and self._sent.get(name) != state:
                self._sent[name] = state
                self._waiting.append(name)

    def mark(self, names: Collection[str]) -> None:
        """Take files as they are for sent."""
        for name in names:
            state = self._state(name)
            if state is not None:
                self._sent[name] = state

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return self._going is None and not self._waiting

    def next(self) -> Chunk | None:
        """The next chunk, None where nothing is left; a file that has gone meanwhile is passed
        over.
        """
        while True:
            if self._going is not None:
                try:
                    return next(self._going)
                except (StopIteration, OSError):
                    self._going = None
            if not self._waiting:
                return None
            self._going = chunks(self.root, self._waiting.popleft())

    def _state(self, name: str) -> tuple[int, int, int] | None:
        try:
            found = (self.root / name).stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


@dataclass
class Inbox:
    """Puts files together below a folder. Raises AlihError where they cannot be written, ValueError
    for names that lead out of it.
    """

    root: Path
    _halves: dict[str, Path] = field(default_factory=dict)

    def take(self, chunk: Chunk) -> None:
        """Take a chunk in; chunks of one file come in order."""
        path = self.root / chunk.name
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise ValueError(f"{chunk.name} leads out of {self.root}")
        if chunk.start == 0 and chunk.last:
            files.write_bytes(path, chunk.content)
            return
        if chunk.start == 0:
            self._halves[chunk.name] = path.with_name(f".{secrets.token_hex(6)}.tmp")
        half = self._halves[chunk.name]
        with files.explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(half, "r+b" if chunk.start else "wb") as file:
                file.seek(chunk.start)
                file.write(chunk.content)
                if chunk.last:
                    file.flush()
                    os.fsync(file.fileno())
            if chunk.last:
                os.replace(half, path)
                del self._halves[chunk.name]

    def forget(self) -> None:
        """Remove halves whose sender has gone."""
        for half in self._halves.values():
            half.unlink(missing_ok=True)
        self._halves.clear()
