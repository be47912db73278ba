"""Tables, JSON and times on standard output: Rich on a terminal, plain aligned lines when piped."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from alih.words import layout


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
