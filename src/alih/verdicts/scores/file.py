"""A table of scores from anywhere, as columns of text: CSV files of any spreadsheet, or rows handed
over in Python.

Needed are `arm`, `seed`, `item`, and either `score` or `label` with `prediction`; names in any case
and order, also those that other tools give them (`ALIASES`). Further columns are kept as `others`,
since one may say which items belong together. Files are UTF-8, separated by comma, semicolon or
tab. What the cells mean is the business of `table.py`; this file knows where each of them stood, so
that every error can name its line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alih import files
from alih.errors import AlihError
from alih.words.phrase import did_you_mean, reason_of

KEYS = ("arm", "seed", "item")
VALUES = ("score", "label", "prediction")
ALIASES = {
    "arm": (
        "model",
        "model_name",
        "model_label",
        "estimator",
        "estimator_name",
        "prompt",
        "template",
    ),
    "seed": ("replicate", "run", "repeat", "run_id", "trial"),
    "item": ("item_id", "input", "example", "id", "input_label"),
    "score": ("value", "result", "metric"),
    "label": ("y_true",),
    "prediction": ("y_pred",),
}
"""Other names of columns, the first found counts: those of evalstats, scikit-learn and skore."""
KNOWN = frozenset([*KEYS, *VALUES, *(name for names in ALIASES.values() for name in names)])
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
SHOWN = 8
"""Names that an error lists before it stops."""

# First bytes of files that are often handed over by mistake.
_SIGNATURES = {
    b"PK\x03\x04": "workbook",
    b"\xd0\xcf\x11\xe0": "workbook",
    b"\xff\xfe": "utf16",
    b"\xfe\xff": "utf16",
}


@dataclass(frozen=True)
class ScoreRows:
    """Columns of a score table as text, with the line each row ended on (1 is the first); `name` is
    shown to readers.

    `others` are further columns, which the question may name; `sha256` is the file's, None for rows
    from Python.
    """

    name: str
    columns: Mapping[str, list[str]]
    lines: Sequence[int]
    others: Mapping[str, list[str]] = field(default_factory=dict)
    sha256: str | None = None

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def ignored(self) -> tuple[str, ...]:
        """The names of further columns."""
        return tuple(self.others)


def read(path: str | os.PathLike[str]) -> ScoreRows:
    """Read a CSV file. Raises AlihError, naming file and line, for anything that is not a table of
    scores.

    >>> read("scores.csv").ignored  # doctest: +SKIP
    ('epoch',)
    """
    path = Path(path)
    content = _content(path)
    text = _decoded(path, content)
    lines = io.StringIO(text, newline="")
    separator = _separator(lines)
    start = lines.tell()
    before = text[:start].count("\n")
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        header = next((row for row in reader if _filled(row)), None)
        if header is None:
            raise AlihError("reports.file.empty", path=path)
        first = reader.line_num + before
        places, rest = _header(path, header, first)
        rows, numbers = _rows(path, reader, len(header), separator, before)
    except csv.Error as error:
        raise AlihError(
            "reports.file.not_csv", path=path, line=reader.line_num + before, reason=error
        ) from None
    if not rows:
        raise AlihError("reports.file.only_header", path=path, line=first)
    columns, others = (
        {name: [row[at].strip() for row in rows] for name, at in named.items()}
        for named in (places, rest)
    )
    return ScoreRows(str(path), columns, numbers, others, hashlib.sha256(content).hexdigest())


def from_rows(rows: Any, name: str = "rows") -> ScoreRows:
    """The same from Python: an iterable of mappings (one a row), or a mapping of columns such as a
    data frame of pandas or polars.

    Numbers, booleans and text are taken; None and NaN count as an empty cell of `seed`. Raises
    AlihError like `read`.

    >>> rows = [{"arm": "a", "seed": 0, "item": i, "score": 0.5} for i in range(2)]
    >>> from_rows(rows).columns["score"]
    ['0.5', '0.5']
    """
    if hasattr(rows, "to_dict") and hasattr(rows, "get_columns"):  # polars
        rows = rows.to_dict(as_series=False)
    if not hasattr(rows, "keys"):
        rows = list(rows)
        if not rows or not all(isinstance(row, Mapping) for row in rows):
            raise AlihError("reports.file.no_rows", came=type(rows[0]).__name__ if rows else "[]")
        names = list(dict.fromkeys(key for row in rows for key in row))
        rows = {key: [row.get(key) for row in rows] for key in names}
    header = [str(key) for key in rows.keys()]  # noqa: SIM118  a data frame iterates over something else than its keys
    cells = [list(rows[key]) for key in rows.keys()]  # noqa: SIM118
    places, rest = _header(name, header, 0)
    count = len(cells[0]) if cells else 0
    if not count or any(len(column) != count for column in cells):
        raise AlihError(
            "reports.file.no_rows", came=", ".join(str(len(column)) for column in cells)
        )
    columns, others = (
        {key: [_as_text(cell, key) for cell in cells[at]] for key, at in named.items()}
        for named in (places, rest)
    )
    return ScoreRows(name, columns, range(1, count + 1), others)


def shortened(names: Sequence[str], most: int = SHOWN) -> str:
    """Names for an error: the first few, then an ellipsis."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def _content(path: Path) -> bytes:
    if path.is_dir():
        key = (
            "reports.file.study_folder" if (path / "study.yaml").exists() else "reports.file.folder"
        )
        raise AlihError(key, path=path)
    try:
        with files.open_regular(path) as file:
            content = file.read()
    except FileNotFoundError:
        raise AlihError("reports.file.missing", path=path) from None
    except OSError as error:
        raise AlihError("reports.file.unreadable", path=path, reason=reason_of(error)) from None
    if not content.strip():
        raise AlihError("reports.file.empty", path=path)
    return content


def _decoded(path: Path, content: bytes) -> str:
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            raise AlihError(f"reports.file.{kind}", path=path)
    if b"\0" in content:
        # Text in UTF-16 without a mark has a zero in every second byte; anything else with zeros is
        # no text.
        sample = content[:1000]
        spread = (
            min(sample[0::2].count(0), sample[1::2].count(0)),
            max(sample[0::2].count(0), sample[1::2].count(0)),
        )
        is_text = spread[0] == 0 and spread[1] > len(sample) // 4
        raise AlihError("reports.file.utf16" if is_text else "reports.file.binary", path=path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        sample = content[:1000]
        if sum(byte > 126 or (byte < 32 and byte not in b"\t\r\n") for byte in sample) > 0.3 * len(
            sample
        ):
            raise AlihError("reports.file.binary", path=path) from None
        raise AlihError(
            "reports.file.not_utf8", path=path, line=line, byte=f"0x{content[error.start]:02X}"
        ) from None


def _separator(lines: io.StringIO) -> str:
    """The separator under which the first line names most known columns; Excel's own `sep=;` line
    is passed over.
    """
    start = lines.tell()
    first = lines.readline()
    if first.lower().startswith("sep=") and first[4:5] in SEPARATORS:
        return first[4]
    lines.seek(start)
    header = first
    while header and not header.strip(" \t\r\n,;"):
        header = lines.readline()
    lines.seek(start)

    def known(separator: str) -> tuple[int, int]:
        names = [cell.strip().lower() for cell in header.replace('"', "").split(separator)]
        return sum(name in KNOWN for name in names), len(names)

    return max(SEPARATORS, key=known)


def _filled(row: list[str]) -> bool:
    return bool("".join(row).strip())


def _header(path: Any, header: list[str], line: int) -> tuple[dict[str, int], dict[str, int]]:
    """Where each column that is used stands, by its name here, and where the others do."""
    came = [name.strip() for name in header]
    places: dict[str, int] = {}
    for name in (*KEYS, *VALUES):
        each = (
            [at for at, given in enumerate(came) if given.lower() == wanted]
            for wanted in (name, *ALIASES.get(name, ()))
        )
        found = next((places for places in each if places), [])
        if len(found) > 1:
            raise AlihError("reports.file.column_twice", path=path, line=line, name=came[found[0]])
        if found:
            places[name] = found[0]
    shown = shortened([name or "''" for name in came])
    if not places:
        raise AlihError("reports.file.no_header", path=path, line=line, came=shown)
    rest = [name for at, name in enumerate(came) if name and at not in places.values()]
    for name in KEYS:
        if name not in places:
            key = "reports.file.no_seed" if name == "seed" else "reports.file.no_column"
            raise AlihError(
                key, path=path, line=line, name=name, came=shown, near=did_you_mean(name, rest)
            )
    pair = {"label", "prediction"}
    if "score" not in places and not pair <= places.keys():
        wanted = min(pair - places.keys()) if pair & places.keys() else "score"
        raise AlihError(
            "reports.file.no_values",
            path=path,
            line=line,
            came=shown,
            near=did_you_mean(wanted, rest),
        )
    used = places.values()
    return places, {name: at for at, name in enumerate(came) if name and at not in used}


def _rows(
    path: Path, reader: Any, width: int, separator: str, before: int
) -> tuple[list[list[str]], list[int]]:
    """The rows that hold something, and their lines."""
    rows: list[list[str]] = []
    lines: list[int] = []
    for row in reader:
        if not _filled(row):
            continue
        if len(row) != width:
            if len(row) < width or _filled(row[width:]):
                values = {
                    "path": path,
                    "line": reader.line_num + before,
                    "got": len(row),
                    "expected": width,
                }
                comma = separator == "," and len(row) > width
                raise AlihError(
                    "reports.file.decimal_comma" if comma else "reports.file.width", **values
                )
            row = row[:width]
        rows.append(row)
        lines.append(reader.line_num + before)
    return rows, lines


def _as_text(cell: Any, column: str) -> str:
    """A Python value as the text a CSV file would hold; whole numbers that pandas turned into
    floats become whole again.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if column != "score" and isinstance(cell, float):
        if cell != cell:
            return ""
        if cell.is_integer():
            return str(int(cell))
    return str(cell)
