"""Tables, JSON and times on standard output: Rich on a terminal, plain aligned lines when piped."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alih.words import layout


def is_terminal() -> bool:
    """Whether a person watches: standard output is a terminal."""
    return sys.stdout.isatty()


def print_json(value: Any) -> None:
    """Print a value as JSON; NaN is refused because no reader of JSON accepts it."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_json_lines(value: dict[str, Any], key: str, rows: Path | None) -> None:
    """Print `value` as JSON, and under a last `key` the rows of a file of JSON lines (null without
    one), which is never in memory as a whole.
    """
    if rows is None:
        print_json(value | {key: None})
        return
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)[:-2] + ",")
    print(f'  "{key}": [', end="")
    with open(rows, encoding="utf-8", errors="surrogateescape") as lines:
        for number, line in enumerate(lines):
            print(",\n    " if number else "\n    ", line.rstrip("\n"), sep="", end="")
    print("\n  ]\n}")


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = ()
) -> None:
    """Print rows under `columns`; `numeric` lists the columns to align at the right."""
    if is_terminal():
        _print_rich(columns, rows, numeric)
        return
    for line in layout.aligned(columns, rows, numeric):
        print(line)


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
