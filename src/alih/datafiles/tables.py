"""Images named by a table: a CSV file with the columns `path` and `label` (or `mask`), perhaps
`group` and `split`. Torch-free.

Files are UTF-8, separated by comma, semicolon or tab, as spreadsheets write them; column names in
any case and order.
"""

from __future__ import annotations

import csv
import os
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alih.datafiles import layout
from alih.datafiles import mask_folders as maskfolders
from alih.datafiles.imageformats import SUFFIXES, conversion
from alih.datafiles.listing import PARTS, Item, Items, Listing, Where, rows_where
from alih.errors import AlihError
from alih.words.phrase import Phrase, nearest, reason_of

GROUP = "group"
SEPARATORS = (",", ";", "\t")
NAMED = 5
"""Lines or files that an error names; of the others it says how many there are."""

_CALLED = {
    "path": ("file", "filename", "file_name", "filepath", "image", "image_path", "img", "id"),
    "label": ("class", "category", "target", "diagnosis", "species", "breed", "kelas", "kategori"),
    "mask": ("masks", "mask_path", "segmentation", "annotation"),
}
"""What others call these columns."""

_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class _Table:
    """The cells of each column, row by row, and the line of each row in the file."""

    place: Path
    cells: dict[str, list[str]]
    lines: array[int]

    def error(self, key: str, row: int, **values: Any) -> AlihError:
        """AlihError that names the file and the row's line."""
        return AlihError(f"study.{key}", path=self.place, line=self.lines[row], **values)

    def of_rows(self, rows: Sequence[int]) -> _Table:
        """The table of some of its rows."""
        cells = {name: [column[row] for row in rows] for name, column in self.cells.items()}
        return _Table(self.place, cells, array("q", (self.lines[row] for row in rows)))


def read(
    place: Path,
    masked: bool = False,
    given: Mapping[str, int | list[int]] | None = None,
    max_pixels: int | None = None,
    where: Where | None = None,
    label: str | None = None,
) -> Listing:
    """The images that the table `place` names, in its folder or below it; with `masked` their masks
    too, and with `where` those of some rows only.

    The column `label`, or the one that `label` names, is the class; `split` (train, val or
    validation, test) puts items into ready parts, and needs an entry in every row. Further columns
    are kept for `split.group`. `given` is the document's `masks`. Raises AlihError that names the
    line for a missing column, an empty cell, a path that occurs twice, a file that is absent or no
    JPEG or PNG, another word for a part, a class without training images; and as for folders with
    masks.
    """
    answer = "mask" if masked else label or "label"
    table = _read(place, answer)
    if where:
        table = table.of_rows(rows_where(table.cells, where))
    paths = table.cells["path"]
    _refuse_twice(table)
    _refuse_absent(table, ["path", "mask"] if masked else ["path"])
    parts = _parts(table)
    classes = () if masked else _classes(table, parts, answer)
    index = {name: label for label, name in enumerate(classes)}
    labels = [0] * len(paths) if masked else [index[name] for name in table.cells[answer]]
    masks = table.cells["mask"] if masked else [None] * len(paths)
    order = sorted(range(len(paths)), key=lambda at: (parts[at], paths[at]))
    items = Items(Item(paths[at], labels[at], parts[at], masks[at]) for at in order)
    others = [name for name in table.cells if name not in ("path", "split", answer)]
    columns = {name: tuple(table.cells[name][at] for at in order) for name in others}
    if masked:
        return maskfolders.with_masks(place.parent, items, (), given, max_pixels, columns)
    return Listing(place.parent, classes, items, columns=columns)


def is_masked(place: Path) -> bool:
    """Whether a table names masks and no labels: one for segmentation. False for what cannot be
    read.
    """
    try:
        with open(place, encoding="utf-8-sig", newline="") as file:
            first = file.readline(10_000)
    except (OSError, ValueError):
        return False
    header = {cell.strip().strip('"').lower() for cell in first.split(_separator(first))}
    return "mask" in header and "label" not in header


def _read(place: Path, answer: str) -> _Table:
    try:
        with open(place, "rb") as raw:
            head = raw.read(4096)
        if not head.strip():
            raise AlihError("study.table_empty", path=place, answer=answer)
        if head.startswith(_NO_TEXT) or b"\0" in head:
            raise AlihError("study.table_no_text", path=place)
        with open(place, encoding="utf-8-sig", newline="") as file:
            return _parsed(place, file, answer)
    except UnicodeDecodeError:
        raise _not_utf8(place) from None
    except FileNotFoundError:
        raise AlihError("study.table_absent", path=place) from None
    except OSError as error:
        raise AlihError("study.file_unreadable", path=place, reason=reason_of(error)) from error


def _not_utf8(place: Path) -> AlihError:
    with open(place, "rb") as file:
        for line, content in enumerate(file, 1):
            try:
                content.decode()
            except UnicodeDecodeError as error:
                byte = f"0x{content[error.start]:02X}"
                return AlihError("study.table_not_utf8", path=place, line=line, byte=byte)
    return AlihError("study.table_no_text", path=place)


def _separator(header: str) -> str:
    """What separates the columns: under which the first line has most names."""
    return max(SEPARATORS, key=header.count)


def _parsed(place: Path, file: Any, answer: str) -> _Table:
    separator = _separator(file.readline())
    file.seek(0)
    reader = csv.reader(file, delimiter=separator, strict=True)
    try:
        names = _header(place, next(reader), answer)
        table = _filled(place, reader, names, answer)
    except csv.Error as error:
        raise AlihError(
            "study.table_no_csv", path=place, line=reader.line_num, reason=error
        ) from None
    if not table.lines:
        raise AlihError("study.table_only_header", path=place)
    return table


def _header(place: Path, cells: list[str], answer: str) -> list[str]:
    known = ("path", "label", "mask", "split", GROUP)
    names = [cell.strip() for cell in cells]
    names = [name.lower() if name.lower() in known else name for name in names]
    for at, name in enumerate(names):
        if name and name in names[:at]:
            raise AlihError("study.table_column_twice", path=place, name=name)
    for name in ("path", answer):
        if name not in names:
            other = {"label": "mask", "mask": "label"}.get(name)
            if other in names:
                raise AlihError(f"study.table_other_task_{answer}", path=place)
            others = [came for came in names if came and came not in known]
            called = (came for came in others if came.lower() in _CALLED.get(name, ()))
            close = next(called, None) or nearest(name, others)
            hint = Phrase("study.table_rename", {"near": close, "name": name}) if close else ""
            came = ", ".join(names)
            raise AlihError("study.table_no_column", path=place, name=name, got=came, hint=hint)
    return names


def _filled(place: Path, reader: Any, names: list[str], answer: str) -> _Table:
    table = _Table(place, {name: [] for name in names if name}, array("q"))
    needed = {"path", "split", answer} & table.cells.keys()
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        table.lines.append(reader.line_num)
        if len(cells) != len(names):
            raise table.error("table_width", -1, got=len(cells), expected=len(names))
        for name, cell in zip(names, cells, strict=True):
            if name:
                text = cell.strip()
                if not text and name in needed:
                    raise table.error("table_empty_cell", -1, name=name)
                # Interned: a column of few different words costs one pointer a row.
                table.cells[name].append(text if name in ("path", "mask") else sys.intern(text))
    return table


def _refuse_twice(table: _Table) -> None:
    rows: dict[str, int] = {}
    for row, path in enumerate(table.cells["path"]):
        first = rows.setdefault(os.path.normpath(path), row)
        if first != row:
            raise table.error("table_twice", row, name=path, first=table.lines[first])


def _refuse_absent(table: _Table, names: list[str]) -> None:
    """AlihError for files that are not there, and for those of a format that is not read."""
    root = table.place.parent
    there: dict[str, set[str]] = {}
    absent: list[tuple[int, str]] = []
    for name in names:
        endings = SUFFIXES if name == "path" else (".png",)
        for row, path in enumerate(table.cells[name]):
            folder, file = os.path.split(path)
            if folder not in there:
                inside = root / folder
                there[folder] = set(os.listdir(inside)) if inside.is_dir() else set()
            if file not in there[folder] and not (root / path).is_file():
                absent.append((table.lines[row], path))
            elif not path.lower().endswith(endings):
                hint = conversion([os.path.splitext(path)[1].lower()])
                known = ", ".join(endings)
                raise table.error("table_format", row, name=path, known=known, hint=hint)
    if absent:
        lines = "; ".join(f"{line}: {path}" for line, path in absent[:NAMED])
        more = "; …" if len(absent) > NAMED else ""
        values = {"count": len(absent), "lines": lines + more, "folder": root}
        folder, file = os.path.split(absent[0][1])
        meant = sorted(name for name in there[folder] if os.path.splitext(name)[0] == file)
        ending = Phrase("study.table_ending", {"name": file, "file": meant[0]}) if meant else ""
        raise AlihError("study.table_absent_files", path=table.place, hint=ending, **values)


def _parts(table: _Table) -> list[int]:
    """The ready part of each row; all are for training where the table has no column `split`."""
    words = {word: PARTS.index(part) for part, known in layout.PART_NAMES.items() for word in known}
    if "split" not in table.cells:
        return [0] * len(table.lines)
    parts = [words.get(word.lower(), -1) for word in table.cells["split"]]
    if -1 in parts:
        row = parts.index(-1)
        raise table.error("table_part", row, got=table.cells["split"][row])
    if 0 not in parts:
        raise AlihError("study.table_no_training", path=table.place)
    return parts


def _classes(table: _Table, parts: list[int], answer: str) -> tuple[str, ...]:
    """The classes of the training items, sorted as numbers where all are numbers."""
    labels = table.cells[answer]
    trained = {label for label, part in zip(labels, parts, strict=True) if part == 0}
    for row, label in enumerate(labels):
        if label not in trained:
            hint = layout.other_spelling([label], sorted(trained))
            raise table.error("table_untrained_class", row, name=label, hint=hint)
    if len(trained) < 2:
        raise AlihError("study.table_one_class", path=table.place, found=", ".join(trained))
    return in_order(trained)


def in_order(names: set[str]) -> tuple[str, ...]:
    """Names of classes, whole numbers by size, others by letters.

    >>> in_order({"10", "9"}), in_order({"10", "a", "9"})
    (('9', '10'), ('10', '9', 'a'))
    """
    numbers = all(name.isdecimal() for name in names)
    return tuple(sorted(names, key=lambda name: (int(name) if numbers else 0, name)))
