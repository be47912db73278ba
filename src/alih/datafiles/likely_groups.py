"""What looks like groups whose images belong together (patients, videos, places): in the names of
files, in a column of their table, or in a table beside their folder.

It is a guess, for a suggestion; no split follows it by itself. Torch-free.
"""

from __future__ import annotations

import csv
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alih.datafiles.listing import Item, Listing
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
    paths = [item.path for item in listing.items]
    classes = len(listing.classes)
    if listing.columns is not None:
        for name, cells in listing.columns.items():
            if _names_groups(name) and all(cells) and _plausible(Counter(cells), classes, True):
                return LikelyGroups(name, len(set(cells)), cells[0])
    elif found := _beside(listing, paths):
        return found
    return None if listing.columns is not None else _in_names(listing.items, classes)


def _names_groups(column: str) -> bool:
    """Whether a column is called like groups.

    >>> [_names_groups(name) for name in ("Patient ID", "video", "age")]
    [True, True, False]
    """
    return any(word in column.lower() for word in WORDS)


def _in_names(items: Sequence[Item], classes: int) -> LikelyGroups | None:
    first = items[0].path.lower() if items else ""
    words = [rf"(?i)({word}[ _-]?\d+)" for word in WORDS if word in first]
    for pattern in (*words, *PATTERNS):
        names = _matched(items, pattern)
        if names is None:
            continue
        # Numbers that begin anew in each class are no groups: most hold several images of a class.
        pairs = {(item.label, name) for item, name in zip(items, names, strict=True)}
        counts = Counter(names)
        if 3 * len(pairs) <= 2 * len(items) and _plausible(counts, classes, pattern in words):
            return LikelyGroups(pattern, len(counts), names[0])
    return None


def _matched(items: Sequence[Item], pattern: str) -> list[str] | None:
    """The group of each path; None where one has none, as `split.group` then refuses it."""
    found, compiled = [], re.compile(pattern)
    for item in items:
        match = compiled.search(item.path)
        if match is None:
            return None
        found.append(sys.intern(match[1]))
    return found


def _plausible(counts: Counter[str], classes: int, named: bool) -> bool:
    """Whether these may be groups: several images in most, and no class under another name. Where
    nothing `named` them, there must be more of them than a few per class, and none that is large.
    """
    items, groups = counts.total(), len(counts)
    if named:
        return 2 <= groups < items
    small = max(counts.values()) <= items / FEWEST
    return groups >= FEWEST and 2 * groups <= items and groups >= 2 * classes and small


def _beside(listing: Listing, paths: Sequence[str]) -> LikelyGroups | None:
    """A table in the folder or beside it that names the files and has a column of groups."""
    root = listing.root.absolute()
    tables = sorted(file for place in (root, root.parent) for file in place.glob("*.csv"))
    names = {os.path.basename(path) for path in paths}
    names |= {os.path.splitext(name)[0] for name in names}
    for table in tables[:BESIDE]:
        rows = list(_rows(table))
        if len(rows) < 2:
            continue
        head, *body = rows
        body = [row for row in body if len(row) == len(head)]
        if not any(_names_files(body, at, names) for at in range(len(head))):
            continue
        for at, name in enumerate(head):
            counts = Counter(row[at] for row in body)
            if _names_groups(name) and _plausible(counts, len(listing.classes), True):
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


def _names_files(rows: Sequence[Sequence[str]], at: int, names: set[str]) -> bool:
    """Whether most of a column's cells are names of the files."""
    cells = [os.path.basename(row[at].strip()) for row in rows[:ROWS_COMPARED]]
    return bool(cells) and 2 * sum(cell in names for cell in cells) > len(cells)
