"""CSV files as rows of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from alih import files


def read_csv(file: Path) -> list[dict[str, str]]:
    """Rows of a CSV file as mappings of text; none when the file is absent."""
    if not file.exists():
        return []
    with open(file, newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def write_csv(file: Path, columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows atomically, each as it comes; floats in full precision so that equal files mean
    equal numbers.
    """

    def write(raw: BinaryIO) -> None:
        text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        writer = csv.DictWriter(text, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        text.flush()
        text.detach()

    files.write_atomically(file, write)
