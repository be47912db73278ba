"""Which items of a score table belong together: by a column that the question names; and columns
that look as if they said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alih.errors import AlihError
from alih.findings import Finding
from alih.verdicts.scores.file import ScoreRows, shortened
from alih.words.amounts import Listing
from alih.words.phrase import did_you_mean

NAMES = frozenset(
    [
        *("group", "groups", "cluster", "family", "patient", "patients", "subject", "subjects"),
        *("participant", "person", "individual", "animal", "donor", "speaker", "user", "author"),
        *("video", "clip", "sequence", "scene", "series", "session", "visit", "case", "study"),
        *("site", "center", "centre", "hospital", "clinic", "slide", "specimen", "plate", "well"),
        *("batch", "document"),
    ]
)
"""Words in the name of a column that groups items more often than not."""
CLASSES = frozenset(
    [
        *("class", "classes", "category", "target", "truth", "label", "labels"),
        *("y", "y_true", "split", "fold"),
    ]
)
"""Columns that sort items into classes or parts, which need not belong together."""


@dataclass(frozen=True)
class ItemGroups:
    """The groups of a table's items: numbers [N], items in the order of first appearance, and the
    column that they were read from.
    """

    column: str
    numbers: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """How many items each group has."""
        return np.bincount(self.numbers)

    @property
    def alone(self) -> bool:
        """Whether each item is a group of its own."""
        return len(self.sizes) == len(self.numbers)


def read(rows: ScoreRows, column: str) -> ItemGroups:
    """The groups that a column names. Raises AlihError for a column that is absent or in use, for
    an empty cell, an item in two groups, and for one group only.
    """
    place = _named(rows, column)
    cells, items, lines = rows.others[place], rows.columns["item"], rows.lines
    if "" in cells:
        line = lines[list(cells).index("")]
        raise AlihError("reports.file.empty_cell", path=rows.name, line=line, name=place)
    first: dict[str, int] = {}
    for at, item in enumerate(items):
        other = first.setdefault(item, at)
        if cells[other] != cells[at]:
            raise AlihError(
                "reports.file.two_groups",
                path=rows.name,
                line=lines[at],
                first=lines[other],
                item=item,
                name=place,
                group=cells[at],
                other=cells[other],
            )
    names = [cells[at] for at in first.values()]
    known = {name: number for number, name in enumerate(dict.fromkeys(names))}
    if len(known) < 2:
        raise AlihError("reports.file.one_group", path=rows.name, name=place, group=names[0])
    return ItemGroups(place, np.array([known[name] for name in names], dtype=np.int64))


def _named(rows: ScoreRows, column: str) -> str:
    """The name of a column as the table writes it."""
    plain = column.strip().lower()
    matches = [name for name in rows.others if name == column.strip()]
    matches = matches or [name for name in rows.others if name.lower() == plain]
    if matches:
        return matches[0]
    used = plain in rows.columns
    raise AlihError(
        "reports.file.group_used" if used else "reports.file.no_group",
        path=rows.name,
        name=column,
        came=shortened(list(rows.others)) or "–",
        near="" if used else did_you_mean(column, list(rows.others)),
    )


def asked(rows: ScoreRows) -> list[Finding]:
    """The question whether items belong together, where columns look so and nothing was said."""
    found = dict(_candidates(rows))
    if not found:
        return []
    count = len(dict.fromkeys(rows.columns["item"]))
    named = [name for name in found if is_named_so(name)]
    first = max(named or found, key=lambda name: found[name])
    columns = Listing(tuple(f"“{name}” ({n})" for name, n in found.items()))
    values = {"columns": columns, "column": first, "items": count}
    return [Finding("D034", "verdicts.groups_asked", values, first, "warning" if named else "note")]


def is_named_so(column: str) -> bool:
    """Whether a column's name says that it groups items.

    >>> is_named_so("patient_id"), is_named_so("PatientID"), is_named_so("width")
    (True, True, False)
    """
    spaced = "".join(f" {c}" if c.isupper() else c for c in column)
    words = "".join(c if c.isalnum() else " " for c in f"{column} {spaced}").lower().split()
    return any(
        word in NAMES or word.removesuffix("id") in NAMES or word.removesuffix("no") in NAMES
        for word in words
    )


def _candidates(rows: ScoreRows) -> Iterator[tuple[str, int]]:
    """Columns that are the same in all rows of an item and hold fewer different values than there
    are items, and more than one; with how many.
    """
    items: Mapping[str, int] = {
        item: at for at, item in enumerate(dict.fromkeys(rows.columns["item"]))
    }
    codes = np.array([items[item] for item in rows.columns["item"]])
    for name, cells in rows.others.items():
        count = len(set(cells))
        if not 1 < count < len(items) or name.lower() in CLASSES:
            continue
        if "" in cells and not is_named_so(name):
            continue
        if _constant(codes, cells, len(items)):
            yield name, count


def _constant(codes: np.ndarray, cells: Sequence[str], items: int) -> bool:
    known = {cell: at for at, cell in enumerate(dict.fromkeys(cells))}
    values = np.array([known[cell] for cell in cells])
    first = np.zeros(items, dtype=np.int64)
    first[codes] = values
    return bool((first[codes] == values).all())
