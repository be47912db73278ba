"""What looks like groups whose images belong together (patients, videos, places): in the names of
files, in a column of their table, or in a table beside their folder.

It is a guess, for a suggestion; no split follows it by itself. Torch-free.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alih.datafiles.listing import Items, Listing
from alih.datafiles.tables import GROUP

WORDS = (
    *("patient", "pasien", "subject", "subjek", "participant", "person", "donor", "case"),
    *("specimen", "animal", "plant", "tree", "farm", "plot", "session", "slide"),
    *("video", "clip", "scene", "sequence", "series", GROUP, "kelompok"),
)
"""Words that name groups, in file names before a number and in the names of columns."""

FOLDER = r"/([^/]+)/[^/]+$"
PATTERNS = (FOLDER, r"([^/_ -]+)[_ -][^/]*$", r"([^/]+)[_ -][^/_ -]*$")
"""Where else a group may stand: the inner folder; a name up to its first or last separator."""

FEWEST = 5
"""Groups at least: a verdict needs as many in the test part."""
BESIDE, ROWS, ROWS_COMPARED = 5, 200_000, 200
"""Tables that are looked into, rows read of each, and rows that are compared with the files."""


@dataclass(frozen=True)
class LikelyGroups:
    """What `split.group` would be, how many groups it gives, and one of them; `table` is a table
    beside the folder that has such a column.
    """

    group: str
    count: int
    example: str
    table: Path | None = None


def likely(listing: Listing) -> LikelyGroups | None:
    """The groups that a set's table, a table beside it or its files' names suggest; None where
    nothing does.
    """
    classes = len(listing.classes)
    if listing.columns is not None:
        for name, cells in listing.columns.items():
            counts = Counter(cells) if _names_groups(name) and all(cells) else None
            if counts and _plausible(counts.values(), classes, True):
                return LikelyGroups(name, len(counts), cells[0])
    elif found := _beside(listing):
        return found
    return None if listing.columns is not None else _in_names(listing.items, classes)


def _names_groups(column: str) -> bool:
    """Whether a column is called like groups.

    >>> [_names_groups(name) for name in ("Patient ID", "video", "age")]
    [True, True, False]
    """
    return any(word in column.lower() for word in WORDS)


def _in_names(items: Items, classes: int) -> LikelyGroups | None:
    import numpy as np

    first = items.paths[0] if items else ""
    words = [rf"(?i)({word}[ _-]?\d+)" for word in WORDS if word in first.lower()]
    for pattern in (*words, *PATTERNS):
        try:
            # By their hashes: a million names may be of as many groups.
            groups = np.fromiter(map(hash, _matched(items.paths, pattern)), np.int64, len(items))
        except _Unmatched:
            continue
        # Numbers that begin anew in each class are no groups: most hold several images of a class.
        own, counts = np.unique(groups, return_counts=True)
        pairs = np.unique(np.searchsorted(own, groups) * classes + np.asarray(items.labels))
        sizes = counts.tolist()
        if 3 * len(pairs) <= 2 * len(items) and _plausible(sizes, classes, pattern in words):
            return LikelyGroups(pattern, len(own), next(_matched([first], pattern)))
    return None


class _Unmatched(Exception):
    """A path without a group, which `split.group` would refuse."""


def _matched(paths: Iterable[str], pattern: str) -> Iterator[str]:
    """The group of each path. Raises _Unmatched where one has none."""
    compiled = re.compile(pattern)
    for path in paths:
        match = compiled.search(path)
        if match is None:
            raise _Unmatched
        yield match[1]


def _plausible(sizes: Collection[int], classes: int, named: bool) -> bool:
    """Whether groups of these sizes may be groups: several images in most, and no class under
    another name. Where nothing `named` them, there must be more of them than a few per class, and
    none that is large.
    """
    items, groups = sum(sizes), len(sizes)
    if named:
        return 2 <= groups < items
    small = max(sizes) <= items / FEWEST
    return groups >= FEWEST and 2 * groups <= items and groups >= 2 * classes and small


def _beside(listing: Listing) -> LikelyGroups | None:
    """A table in the folder or beside it that names the files and has a column of groups."""
    root = listing.root.absolute()
    tables = sorted(file for place in (root, root.parent) for file in place.glob("*.csv"))
    for table in tables[:BESIDE]:
        rows = list(_rows(table))
        if len(rows) < 2:
            continue
        head, *body = rows
        body = [row for row in body if len(row) == len(head)]
        if not _names_files(body[:ROWS_COMPARED], len(head), listing.items.paths):
            continue
        for at, name in enumerate(head):
            counts = Counter(row[at] for row in body)
            if _names_groups(name) and _plausible(counts.values(), len(listing.classes), True):
                return LikelyGroups(name.strip(), len(counts), next(iter(counts)), table)
    return None


def _rows(table: Path) -> Iterator[list[str]]:
    try:
        with open(table, encoding="utf-8-sig", newline="") as file:
            first = file.readline(10_000)
            file.seek(0)
            separator = max((",", ";", "\t"), key=first.count)
            for number, row in enumerate(csv.reader(file, delimiter=separator)):
                if number > ROWS:
                    return
                yield row
    except (OSError, ValueError, csv.Error):  # a table that nobody named need not be one
        return


def _called(path: str) -> tuple[str, str]:
    """The name of a file, and the same without its ending."""
    name = os.path.basename(path)
    return name, os.path.splitext(name)[0]


def _names_files(rows: Sequence[Sequence[str]], columns: int, paths: Iterable[str]) -> bool:
    """Whether most cells of one of the columns are names of the files, with or without endings."""
    cells = [[os.path.basename(row[at].strip()) for row in rows] for at in range(columns)]
    asked = {cell for column in cells for cell in column}
    names = {name for path in paths for name in _called(path) if name in asked}
    return any(2 * sum(cell in names for cell in column) > len(column) > 0 for column in cells)
