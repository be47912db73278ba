"""Answers for many image files as they come: a CSV table of classes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from alih import files

if TYPE_CHECKING:
    import numpy as np

COLUMNS = ("file", "class", "probability")


class AnswerTable:
    """Writes rows of (file, probabilities [classes]) to a CSV file or stream, each block whole and
    at once.

    Columns are file, class and probability (of that class), with `every` one more for each class,
    `probability:<class>`. The file is made with the first rows, and holds whole rows whenever the
    writing stops.
    """

    def __init__(self, out: Path | TextIO, classes: Sequence[str], every: bool = False) -> None:
        self._out, self._classes, self._every = out, classes, every
        self._stream: TextIO | None = None

    def __enter__(self) -> AnswerTable:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None and isinstance(self._out, Path):
            with files.explained(self._out):
                self._stream.close()

    def add(self, rows: Iterable[tuple[str, np.ndarray]]) -> None:
        """Write a block of rows. Raises AlihError where the file cannot be written."""
        rows = list(rows)
        if not rows:
            return
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if self._stream is None:
            more = [f"probability:{name}" for name in self._classes] if self._every else []
            writer.writerow([*COLUMNS, *more])
        for file, shares in rows:
            best = int(shares.argmax())
            shown = [best, *range(len(shares))] if self._every else [best]
            writer.writerow(
                [file, self._classes[best], *(f"{shares[index]:.6g}" for index in shown)]
            )
        if isinstance(self._out, Path):
            with files.explained(self._out):
                self._write(text.getvalue(), self._out)
        else:
            self._stream = self._out
            self._out.write(text.getvalue())
            self._out.flush()

    def _write(self, text: str, path: Path) -> None:
        if self._stream is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Names of files may hold bytes that are no text: they come out as they are.
            self._stream = open(path, "w", newline="", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
        self._stream.write(text)
        self._stream.flush()
