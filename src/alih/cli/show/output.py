"""Tables, JSON and times on standard output: Rich on a terminal, plain aligned lines when piped."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from alih.words import number, say


def is_terminal() -> bool:
    """Whether a person watches: standard output is a terminal."""
    return sys.stdout.isatty()


def print_json(value: Any) -> None:
    """Print a value as JSON; NaN is refused because no reader of JSON accepts it."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = ()
) -> None:
    """Print rows under `columns`; `numeric` lists the columns to align at the right."""
    if is_terminal():
        _print_rich(columns, rows, numeric)
        return
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    for row in [columns, *rows]:
        cells = [
            cell.rjust(w) if i in numeric else cell.ljust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def _print_rich(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int]
) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(
            Text(column), justify="right" if index in numeric else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)


def duration(seconds: float | None) -> str:
    """A time span in the reader's language, one or two units: `45 s`, `3 min`, `2 h 5 min`; `–`
    when unknown.

    >>> duration(184)
    '3 min'
    """
    if seconds is None:
        return "–"
    if seconds < 90:
        return say("cli.time.seconds", seconds=number(seconds, 0 if seconds >= 10 else 1))
    minutes = round(seconds / 60)
    if minutes < 90:
        return say("cli.time.minutes", minutes=minutes)
    return say("cli.time.hours", hours=minutes // 60, minutes=minutes % 60)


def size(count: float) -> str:
    """A number of bytes with a decimal unit: `30.9 MB` in English, `30,9 MB` in Indonesian."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{number(count, 0 if unit == 'B' else 1)} {unit}"
        count /= 1000
    return f"{number(count, 1)} TB"
