"""Activations on disk, computed in small ranges and memory-mapped by every later run and process;
see `files.rows`.

One entry per key in the cache's room `features`. A range without a right checksum is computed
again, never used. The processes that need the same key share its ranges out among themselves. No
torch.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from alih import files
from alih.errors import AlihError
from alih.files import cache, rows

VERSION = 2
ROOM = "features"
RANGE_ITEMS = 64
RANGE_BYTES = 4 * 10**6
"""Rows and bytes of a range, in whole batches and at least one: what a process that is killed has
to compute again."""

LIMIT_VARIABLE = "ALIH_FEATURES_GB"
DEFAULT_LIMIT = 10 * 10**9
SPARE = 500 * 10**6
"""Bytes of the disk that the cache leaves free."""


def folder() -> Path:
    """Where activations lie."""
    return files.scratch_dir() / ROOM


def limit() -> int:
    """Bytes that all activations together may take: `ALIH_FEATURES_GB`, else 10 GB. Raises
    AlihError when that is no number.
    """
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
    """The shape of what is kept: `items` rows of `row` numbers each ([h, w, c] for maps) of type
    `dtype` (bf16 as uint16).
    """

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
    def range_items(self) -> int:
        """Rows of a range: whole batches, at least one."""
        most = min(RANGE_ITEMS, RANGE_BYTES // max(1, self.row_bytes))
        return self.batch_size * max(1, most // self.batch_size)

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """First row and the one after the last of each range."""
        return [
            (start, min(start + self.range_items, self.items))
            for start in range(0, self.items, self.range_items)
        ]


Compute = Callable[[int, int], np.ndarray]
"""Rows `start` to `stop` (not included), computed."""


@dataclass(frozen=True)
class Rows:
    """Rows of activations by position, memory-mapped or computed. `seconds`: what computing all of
    them took.

    `computed` counts the rows that this process computed; 0 when all came from the disk.
    """

    layout: Layout
    values: np.ndarray | rows.Rows
    seconds: float
    computed: int
    where: Path | None = None

    def __getitem__(self, positions: np.ndarray) -> np.ndarray:
        """Rows [len(positions), *row] in the order of `positions`."""
        return self.values[np.asarray(positions, np.int64)]


def open_or_compute(key: str, about: dict[str, Any], layout: Layout, compute: Compute) -> Rows:
    """The rows of `key`, from the cache where they are sound, computed and kept there otherwise.

    Where there is no room for them (`open_where_room`) they are computed and not kept.
    """
    return open_where_room(key, about, layout, compute) or _unkept(layout, compute)


def open_where_room(
    key: str, about: dict[str, Any], layout: Layout, compute: Compute
) -> Rows | None:
    """The rows of `key` as `open_or_compute` keeps them; None where budget or disk have no room, or
    nothing can be written.
    """
    entry = cache.Entry(ROOM, key)
    columns = {"rows": (layout.row, layout.dtype)}
    kept = rows.RowStore(
        entry,
        rows.Layout(layout.items, columns, layout.range_items),
        lambda start, stop: {"rows": compute(start, stop)},
    )
    if not kept.complete and not _room(layout.bytes, key):
        return None
    try:
        entry.describe(
            {
                "version": VERSION,
                **about,
                "items": layout.items,
                "row": list(layout.row),
                "dtype": layout.dtype,
            }
        )
        computed = kept.fill() + kept.check()
        return Rows(layout, kept.column("rows"), kept.seconds, computed, entry.path)
    except (OSError, AlihError) as error:
        if isinstance(error, AlihError) and error.key not in (
            "common.cannot_write",
            "common.no_space",
        ):
            raise
        return None


def _room(wanted: int, key: str) -> bool:
    """Make room within the budget, by removing what was least recently used; whether there is
    enough on the disk, too.
    """
    budget = limit()
    if wanted > budget:
        return False
    others = sum(entry.bytes for entry in entries() if entry.key != key)
    if others + wanted > budget:
        cache.prune(ROOM, budget - wanted, keep=[key])
    existing = next(parent for parent in [folder(), *folder().parents] if parent.exists())
    return wanted + SPARE <= shutil.disk_usage(existing).free


def _unkept(layout: Layout, compute: Compute) -> Rows:
    started = time.perf_counter()
    parts = [compute(start, stop) for start, stop in layout.ranges]
    return Rows(layout, np.concatenate(parts), time.perf_counter() - started, layout.items)


def entries() -> list[cache.Entry]:
    """Everything in the cache, least recently used first."""
    return cache.entries(ROOM)


def prune(limit_bytes: int = DEFAULT_LIMIT) -> list[str]:
    """Remove least recently used activations until at most `limit_bytes` remain; returns the keys
    removed.
    """
    return cache.prune(ROOM, limit_bytes)
