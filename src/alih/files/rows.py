"""Arrays of many rows in the cache, computed range by range: a killed process loses one range.

An entry holds one `<column>.npy` per array and `ranges.jsonl`, with a line (rows, SHA-256, seconds)
for each range of rows that is written. A range counts only with its line, and is compared with the
checksum when a process first touches it; one that is damaged is computed again. So nothing has to
be flushed to the disk for safety's sake, and a set of 150 GB is not read before it is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filelock
import numpy as np

from alih import files
from alih.files.cache import Entry

LEDGER = "ranges.jsonl"

Compute = Callable[[int, int], Mapping[str, np.ndarray]]
"""Rows `start` to `stop` (not included) of every column."""


@dataclass(frozen=True)
class Layout:
    """`items` rows of each column, given as the shape of a row and its type; `step` rows are one
    range.
    """

    items: int
    columns: Mapping[str, tuple[tuple[int, ...], str]]
    step: int

    @property
    def ranges(self) -> int:
        """How many ranges there are."""
        return -(-self.items // self.step)

    def bounds(self, number: int) -> tuple[int, int]:
        """First row of a range, and the one after its last."""
        return number * self.step, min((number + 1) * self.step, self.items)

    def describe(self) -> dict[str, Any]:
        """The layout as JSON has it."""
        columns = {name: [list(row), kind] for name, (row, kind) in self.columns.items()}
        return {"items": self.items, "columns": columns, "step": self.step}


@dataclass
class _Seen:
    """Ranges whose checksums this process has seen to be right while the files were in the state
    `stamp`.
    """

    stamp: tuple[Any, ...] = ()
    ranges: set[tuple[int, str]] = field(default_factory=set)


_seen: dict[str, _Seen] = {}


class Rows:
    """One column, indexed like an array along its first axis."""

    def __init__(self, owner: RowStore, values: np.ndarray) -> None:
        self._owner, self._values = owner, values
        self.shape, self.dtype, self.ndim, self.nbytes = (
            values.shape,
            values.dtype,
            values.ndim,
            values.nbytes,
        )

    @property
    def place(self) -> Path:
        """The folder that holds them."""
        return self._owner.entry.path

    def __len__(self) -> int:
        """Number of rows."""
        return len(self._values)

    def __getitem__(self, index: Any) -> np.ndarray:
        """Rows by number, slice, or array of numbers, in memory-mapped or own memory as NumPy does
        it.
        """
        self._owner.check(index[0] if isinstance(index, tuple) else index)
        return self._values[index]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """All rows."""
        self._owner.check(...)
        return np.array(self._values, dtype) if copy else np.asarray(self._values, dtype)


class RowStore:
    """The arrays of one entry. `compute` makes missing and damaged ranges, of which `told`
    hears.
    """

    def __init__(
        self,
        entry: Entry,
        layout: Layout,
        compute: Compute,
        told: Callable[[int], None] = lambda number: None,
    ) -> None:
        self.entry, self.layout, self.compute, self.told = entry, layout, compute, told
        self._notes: dict[int, dict[str, Any]] = {}
        self._ledger_read = 0
        self._sound = np.zeros(layout.ranges, bool)
        self._whole = layout.ranges == 0

    @property
    def complete(self) -> bool:
        """Whether every range was written."""
        self._read_ledger()
        return self._laid_out() and len(self._notes) == self.layout.ranges

    @property
    def seconds(self) -> float:
        """What computing all ranges took."""
        return sum(note["seconds"] for note in self._notes.values())

    @property
    def done(self) -> int:
        """How many rows are written, as far as is known."""
        last = self.layout.ranges - 1
        short = self.layout.ranges * self.layout.step - self.layout.items
        return len(self._notes) * self.layout.step - (short if last in self._notes else 0)

    def fill(self) -> int:
        """Compute the ranges that are not there; returns the rows that this process computed.

        Processes that fill the same entry share its ranges out among themselves. Raises AlihError
        or OSError when nothing can be written.
        """
        self._lay_out()
        waiting, computed = [], 0
        for number in self._missing():
            try:
                computed += self._make(number, wait=False)
            except filelock.Timeout:  # another process computes this one: go on with the next
                waiting.append(number)
        for number in waiting:
            computed += self._make(number, wait=True)
        return computed

    def column(self, name: str) -> Rows:
        """One array, memory-mapped, once all of it was written."""
        row, kind = self.layout.columns[name]
        if self.layout.items == 0:
            return Rows(self, np.empty((0, *row), kind))
        return Rows(self, np.asarray(np.load(self._file(name), mmap_mode="r", allow_pickle=False)))

    def check(self, rows: Any = ...) -> int:
        """Compare the ranges of these rows with their checksums, if that was not done yet.

        Returns how many rows were computed again.
        """
        if self._whole:
            return 0
        repaired = 0
        for number in self._ranges_of(rows):
            if not self._sound[number]:
                repaired += 0 if self._is_sound(number) else self._make(number, wait=True)
                self._sound[number] = True
        self._whole = bool(self._sound.all())
        return repaired

    def _ranges_of(self, rows: Any) -> Iterator[int]:
        if rows is Ellipsis or rows is None:
            return iter(range(self.layout.ranges))
        if isinstance(rows, slice):
            rows = np.arange(*rows.indices(self.layout.items))
        rows = np.asarray(rows)
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows.reshape(-1).astype(np.int64)
        numbers = np.where(rows < 0, rows + self.layout.items, rows) // self.layout.step
        # A row that is not there is for the array to refuse.
        return iter(np.unique(numbers[(numbers >= 0) & (numbers < self.layout.ranges)]).tolist())

    def _is_sound(self, number: int) -> bool:
        note, seen = self._notes.get(number), self._state()
        if note is None:
            return False
        if (number, note["sha256"]) not in seen.ranges:
            if self._hash(number) != note["sha256"]:
                return False
            seen.ranges.add((number, note["sha256"]))
        return True

    def _state(self) -> _Seen:
        """What this process has checked of the files as they are now."""
        found = _seen.setdefault(str(self.entry.path), _Seen())
        stamp = self._stamp()
        if found.stamp != stamp:
            found.stamp, found.ranges = stamp, set()
        return found

    def _stamp(self) -> tuple[Any, ...]:
        states = [self._file(name).stat() for name in self.layout.columns]
        return tuple((state.st_ino, state.st_size, state.st_mtime_ns) for state in states)

    def _make(self, number: int, wait: bool) -> int:
        """Compute one range unless another process did meanwhile; returns the rows computed."""
        start, stop = self.layout.bounds(number)
        part = f"{number:06d}"
        with self.entry.lock(part, wait):
            self._read_ledger()
            if number in self._notes and self._is_sound(number):
                return 0
            started = time.perf_counter()
            found = self.compute(start, stop)
            seconds = round(time.perf_counter() - started, 3)
            seen = self._state()
            total = hashlib.sha256()
            for name, (row, kind) in self.layout.columns.items():
                values = np.ascontiguousarray(found[name], kind)
                if values.shape != (stop - start, *row):
                    raise ValueError(f"{name}: {values.shape}, expected {(stop - start, *row)}")
                total.update(values.data)
                self._write(name, start, values)
            digest = total.hexdigest()
            note = {"rows": [start, stop], "sha256": digest, "seconds": seconds}
            self._append(note)
            self._notes[number] = note
            # What this process wrote it need not read again; others' ranges stay as it has seen
            # them.
            seen.stamp = self._stamp()
            seen.ranges.add((number, digest))
            self.entry.lock_file(part).unlink(missing_ok=True)
        self.told(number)
        return stop - start

    def _write(self, name: str, start: int, values: np.ndarray) -> None:
        with files.explained(self._file(name)), open(self._file(name), "r+b", buffering=0) as file:
            file.seek(len(self._header(name)) + start * self._row_bytes(name))
            left = values.reshape(-1).view(np.uint8).data
            while left:
                left = left[file.write(left) :]

    def _hash(self, number: int) -> str:
        start, stop = self.layout.bounds(number)
        total = hashlib.sha256()
        for name in self.layout.columns:
            with open(self._file(name), "rb", buffering=0) as file:
                file.seek(len(self._header(name)) + start * self._row_bytes(name))
                left = (stop - start) * self._row_bytes(name)
                while left and (chunk := file.read(min(left, 1 << 20))):
                    total.update(chunk)
                    left -= len(chunk)
        return total.hexdigest()

    def _file(self, name: str) -> Path:
        return self.entry.path / f"{name}.npy"

    def _row_bytes(self, name: str) -> int:
        row, kind = self.layout.columns[name]
        return int(np.prod(row, dtype=np.int64)) * np.dtype(kind).itemsize

    def _header(self, name: str) -> bytes:
        import io

        row, kind = self.layout.columns[name]
        found = io.BytesIO()
        descr = np.lib.format.dtype_to_descr(np.dtype(kind))
        header = {"descr": descr, "fortran_order": False, "shape": (self.layout.items, *row)}
        np.lib.format.write_array_header_1_0(found, header)
        return found.getvalue()

    def _laid_out(self) -> bool:
        """Whether the files of all columns are there, with their header and size."""
        return all(map(self._has_place, self.layout.columns))

    def _has_place(self, name: str) -> bool:
        header, path = self._header(name), self._file(name)
        try:
            if path.stat().st_size != self._bytes(name):
                return False
            with open(path, "rb") as file:
                return file.read(len(header)) == header
        except OSError:
            return False

    def _bytes(self, name: str) -> int:
        return len(self._header(name)) + self.layout.items * self._row_bytes(name)

    def _lay_out(self) -> None:
        """Make the files of the columns, without content, where they are not there; nothing counts
        as written then.
        """
        if self._laid_out():
            self._read_ledger()
            return
        with self.entry.lock("files"):
            if not self._laid_out():
                (self.entry.path / LEDGER).unlink(missing_ok=True)
                # Where there are no locks, another process may do the same now: its files stay.
                for name in self.layout.columns:
                    if not self._has_place(name):
                        self._file(name).unlink(missing_ok=True)
                        files.write_first(self._file(name), self._header(name), self._bytes(name))
        self._read_ledger()

    def _missing(self) -> list[int]:
        return [number for number in range(self.layout.ranges) if number not in self._notes]

    def _read_ledger(self) -> None:
        """Take in the lines that were added since the last look."""
        path = self.entry.path / LEDGER
        try:
            if path.stat().st_size < self._ledger_read:  # it was begun anew
                self._notes, self._ledger_read = {}, 0
            with open(path, "rb") as file:
                file.seek(self._ledger_read)
                added = file.read()
        except OSError:
            self._notes, self._ledger_read = {}, 0
            return
        whole = added.rfind(b"\n") + 1
        self._ledger_read += whole
        for line in added[:whole].splitlines():
            try:
                note = json.loads(line)
                start, stop = map(int, note["rows"])
                kept = {"sha256": str(note["sha256"]), "seconds": float(note["seconds"])}
            except (ValueError, KeyError, TypeError):  # half a line of a process that was killed
                continue
            if 0 <= start < stop and self.layout.bounds(start // self.layout.step) == (start, stop):
                self._notes[start // self.layout.step] = kept

    def _append(self, note: dict[str, Any]) -> None:
        """Add a line to the ledger, in one write; it begins with a line end in case the last one
        was cut off.
        """
        path = self.entry.path / LEDGER
        with files.explained(path):
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, b"\n" + json.dumps(note).encode() + b"\n")
            finally:
                os.close(handle)
