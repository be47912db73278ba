"""SHA-256 of many files, computed once: later, size and modification time are believed.
Torch-free.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from alih import files
from alih.datafiles.names import Names
from alih.errors import AlihError
from alih.files.telling import Teller
from alih.words.phrase import reason_of

if TYPE_CHECKING:
    import numpy as np

ROOM = "hashes"
THREADS = 4
SLICE, SLICES = 64, 256
"""Files that a thread hashes in one go, and how many such jobs wait at most."""
SAVED_EVERY = 30.0
"""Seconds of hashing that an interruption loses at most."""


@dataclass(frozen=True, eq=False)
class _Known:
    """What is known of files: size and modification time, int64 [n, 2], and SHA-256,
    uint8 [n, 32].
    """

    names: Names
    states: np.ndarray
    sums: np.ndarray


def hashes(root: Path, paths: Sequence[str], kind: str = "images") -> np.ndarray:
    """SHA-256 of each file below `root`, uint8 [n, 32]; `kind` tells images from masks.

    Raises AlihError when a file cannot be read. What is found out is kept in the cache folder, one
    file per root and kind; without a place to write it, files are hashed again each time.
    """
    import numpy as np

    if not paths:
        return np.zeros((0, 32), np.uint8)
    names = paths if isinstance(paths, Names) else Names(paths)
    states = np.empty((len(names), 2), np.int64)
    for index, path in enumerate(names):
        states[index] = state(root, path)
    place = files.cache_dir() / ROOM / f"{files.digest(str(root.resolve()))[:32]}-{kind}.npz"
    before = _read(place)
    if before.names == names and np.array_equal(before.states, states):
        return before.sums  # the usual case needs no tables
    now = _Known(names, states, np.zeros((len(names), 32), np.uint8))
    rows = np.arange(len(names)) if before.names == names else _rows_of(before.names, names)
    is_known = rows >= 0
    is_known[is_known] = (before.states[rows[is_known]] == states[is_known]).all(axis=1)
    now.sums[is_known] = before.sums[rows[is_known]]
    changed = np.flatnonzero(~is_known)
    if len(changed):
        # What another set of the same folder knows stays known.
        others = np.flatnonzero(_rows_of(names, before.names) < 0)

        def keep(hashed: np.ndarray) -> None:
            is_known[hashed] = True
            _write(place, _joined(now, np.flatnonzero(is_known), before, others))

        teller, saved = Teller("hashing", len(changed)), time.monotonic()
        with ThreadPoolExecutor(THREADS) as pool:

            def hash_some(start: int) -> int:
                some = changed[start : start + SLICE].tolist()
                for index in some:
                    now.sums[index] = np.frombuffer(sha256_of(root / names[index]), np.uint8)
                return len(some)

            for start in range(0, len(changed), SLICE * SLICES):
                end = min(start + SLICE * SLICES, len(changed))
                for count in pool.map(hash_some, range(start, end, SLICE)):
                    teller.add(count)
                    if time.monotonic() - saved > SAVED_EVERY:  # jobs end in their order
                        keep(changed[: teller.done])
                        saved = time.monotonic()
        keep(changed)
    return now.sums


def file_sum(path: Path) -> str:
    """SHA-256 of one file, hashed once. Raises AlihError when it cannot be read."""
    return str(
        hashes(path.parent, [path.name], "of-" + files.digest(path.name)[:8])[0].tobytes().hex()
    )


def sha256_of(path: Path) -> bytes:
    """SHA-256 of one regular file. Raises AlihError when it cannot be read."""
    try:
        with files.open_regular(path) as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise AlihError("study.file_unreadable", path=path, reason=reason_of(error)) from error


def state(root: Path, path: str) -> tuple[int, int]:
    """Size and modification time of a file below `root`, in bytes and nanoseconds. Raises AlihError
    when it cannot be read.
    """
    try:
        found = os.stat(os.path.join(root, path))
    except OSError as error:
        raise AlihError(
            "study.file_unreadable", path=root / path, reason=reason_of(error)
        ) from error
    return found.st_size, found.st_mtime_ns


def _rows_of(names: Names, wanted: Names) -> np.ndarray:
    """The place of each wanted text among the names, int64 [n]; -1 where it is not there."""
    import numpy as np

    if not names:
        return np.full(len(wanted), -1)
    ours, theirs = (np.fromiter(map(hash, own), np.int64, len(own)) for own in (names, wanted))
    order = np.argsort(ours)
    rows = order[np.minimum(np.searchsorted(ours, theirs, sorter=order), len(order) - 1)]
    # Of two names with one hash, the second counts as absent: its file is read again.
    same = (names[row] == name for row, name in zip(rows.tolist(), wanted, strict=True))
    return np.where(np.fromiter(same, np.bool_, len(wanted)), rows, -1)


def _joined(one: _Known, chosen: np.ndarray, other: _Known, others: np.ndarray) -> _Known:
    """Some rows of one, then some of another."""
    import numpy as np

    if len(chosen) == len(one.names) and not len(others):
        return one
    rows = (one, chosen.tolist()), (other, others.tolist())
    return _Known(
        Names(own.names[at] for own, places in rows for at in places),
        np.concatenate([one.states[chosen], other.states[others]]),
        np.concatenate([one.sums[chosen], other.sums[others]]),
    )


def _read(place: Path) -> _Known:
    import numpy as np

    try:
        with np.load(place, allow_pickle=False) as kept:
            names = Names.of(kept["names"], kept["ends"].astype(np.int64, copy=False))
            states = kept["states"].astype(np.int64, copy=False)
            sums = kept["sha256"].astype(np.uint8, copy=False)
        if states.shape == (len(names), 2) and sums.shape == (len(names), 32):
            return _Known(names, states, sums)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        pass
    return _Known(Names(), np.zeros((0, 2), np.int64), np.zeros((0, 32), np.uint8))


def _write(place: Path, known: _Known) -> None:
    import numpy as np

    arrays = {
        "names": np.frombuffer(known.names.text, np.uint8),
        "ends": np.asarray(known.names.ends, np.int64),
        "states": known.states,
        "sha256": known.sums,
    }
    with contextlib.suppress(OSError, AlihError):
        files.write_atomically(place, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]
