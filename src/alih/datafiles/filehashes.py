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
from pathlib import Path
from typing import TYPE_CHECKING

from alih import files
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


def hashes(root: Path, paths: Sequence[str], kind: str = "images") -> np.ndarray:
    """SHA-256 of each file below `root`, uint8 [n, 32]; `kind` tells images from masks.

    Raises AlihError when a file cannot be read. What is found out is kept in the cache folder, one
    file per root and kind; without a place to write it, files are hashed again each time.
    """
    import numpy as np

    found = np.zeros((len(paths), 32), np.uint8)
    if not paths:
        return found
    states = np.empty((len(paths), 2), np.int64)
    for index, path in enumerate(paths):
        states[index] = state(root, path)
    place = files.cache_dir() / ROOM / f"{files.digest(str(root.resolve()))[:32]}-{kind}.npz"
    names, old_states, old_hashes = _read(place)
    rows = _rows_of(names, paths)
    known = np.flatnonzero(rows >= 0)
    known = known[(old_states[rows[known]] == states[known]).all(axis=1)]
    found[known] = old_hashes[rows[known]]
    changed = np.setdiff1d(np.arange(len(paths)), known)
    if len(changed):
        # What another set of the same folder knows stays known.
        others = np.setdiff1d(np.arange(len(names)), rows[rows >= 0])

        def keep(hashed: np.ndarray) -> None:
            known_now = np.sort(np.concatenate([known, hashed]))
            kept = [*(paths[at] for at in known_now), *(names[at] for at in others)]
            then = np.concatenate([states[known_now], old_states[others]])
            _write(place, kept, then, np.concatenate([found[known_now], old_hashes[others]]))

        teller, saved = Teller("hashing", len(changed)), time.monotonic()
        with ThreadPoolExecutor(THREADS) as pool:

            def hash_some(start: int) -> int:
                some = changed[start : start + SLICE].tolist()
                for index in some:
                    found[index] = np.frombuffer(sha256_of(root / paths[index]), np.uint8)
                return len(some)

            for start in range(0, len(changed), SLICE * SLICES):
                end = min(start + SLICE * SLICES, len(changed))
                for count in pool.map(hash_some, range(start, end, SLICE)):
                    teller.add(count)
                    if time.monotonic() - saved > SAVED_EVERY:  # jobs end in their order
                        keep(changed[: teller.done])
                        saved = time.monotonic()
        keep(changed)
    return found


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


def _rows_of(names: list[str], paths: Sequence[str]) -> np.ndarray:
    """The place of each path among the names, -1 where it is not there."""
    import numpy as np

    if len(names) == len(paths) and all(
        map(str.__eq__, names, paths)
    ):  # the usual case needs no table
        return np.arange(len(paths))
    places = {name: index for index, name in enumerate(names)}
    return np.array([places.get(path, -1) for path in paths], np.int64)


def _read(place: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    import numpy as np

    try:
        with np.load(place, allow_pickle=False) as kept:
            names = kept["names"].tobytes().decode().split("\0")
            states, digests = kept["states"], kept["sha256"]
        if states.shape == (len(names), 2) and digests.shape == (len(names), 32):
            return names, states.astype(np.int64), digests.astype(np.uint8)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        pass
    return [], np.zeros((0, 2), np.int64), np.zeros((0, 32), np.uint8)


def _write(place: Path, names: Sequence[str], states: np.ndarray, digests: np.ndarray) -> None:
    import numpy as np

    arrays = {
        "names": np.frombuffer("\0".join(names).encode(), np.uint8),
        "states": states,
        "sha256": digests,
    }
    with contextlib.suppress(OSError, AlihError):
        files.write_atomically(place, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]
