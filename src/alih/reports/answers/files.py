"""Answers for many image files as they come: a table of classes, or of the pixels of each class."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from alih import files
from alih.errors import AlihError

if TYPE_CHECKING:
    from typing import Self

    import numpy as np

    from alih.inspect.answers import FileAnswer

JSON_LINES = (".jsonl", ".ndjson")
ENDINGS = (".csv", ".txt", "", *JSON_LINES)
"""Endings of files that answers are written to."""


class _Table:
    """Rows that go to a file or stream, block by block; the file is made with the first."""

    def __init__(self, out: Path | TextIO) -> None:
        self._out = out
        self._stream: TextIO | None = None
        suffix = out.suffix.lower() if isinstance(out, Path) else ""
        if suffix not in ENDINGS:
            known = ", ".join(one for one in ENDINGS if one)
            raise AlihError("reports.answers_ending", path=out, known=known)
        self._lines = suffix in JSON_LINES

    def __enter__(self) -> Self:
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

    def _put(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        text = io.StringIO()
        if self._lines:
            text.writelines(json.dumps(row) + "\n" for row in rows)
        else:
            writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
            if self._stream is None:
                writer.writeheader()
            writer.writerows(rows)
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


class AnswerTable(_Table):
    """Writes answers to a file or stream, as CSV or (`.jsonl`) as JSON lines, each block whole and
    at once; answers with a fault are left out.

    Columns are file, class and probability (of that class); uncalibrated (the model's own
    probability), where probabilities are calibrated; unlike (true or false), where that is known;
    with `top` above 1 class_2, probability_2 and so on; with `every` one more for each class,
    `probability:<class>`.
    The file is made with the first rows, and holds whole rows whenever the writing stops.

    Raises AlihError for an ending that stands for another kind of file.
    """

    def __init__(
        self,
        out: Path | TextIO,
        classes: Sequence[str],
        every: bool = False,
        top: int = 1,
    ) -> None:
        super().__init__(out)
        self._classes, self._every = classes, every
        self._top = min(top, len(classes))

    def add(self, answers: Iterable[FileAnswer]) -> None:
        """Write a block of rows. Raises AlihError where the file cannot be written."""
        self._put([self._row(one) for one in answers if one.probabilities is not None])

    def _row(self, answer: FileAnswer) -> dict[str, Any]:
        shares = answer.probabilities
        assert shares is not None
        order = (-shares).argsort(kind="stable")[: self._top].tolist()
        row = {"file": answer.image.name} | self._ranked(shares, order[0], "")
        if answer.uncalibrated is not None:
            row["uncalibrated"] = self._number(answer.uncalibrated)
        if answer.unlike is not None:
            row["unlike"] = answer.unlike if self._lines else str(answer.unlike).lower()
        for rank, index in enumerate(order[1:], 2):
            row |= self._ranked(shares, index, f"_{rank}")
        if self._every:
            for name, share in zip(self._classes, shares, strict=True):
                row[f"probability:{name}"] = self._number(share)
        return row

    def _ranked(self, shares: np.ndarray, index: int, rank: str) -> dict[str, Any]:
        return {
            f"class{rank}": self._classes[index],
            f"probability{rank}": self._number(shares[index]),
        }

    def _number(self, share: float) -> Any:
        text = f"{share:.6g}"
        return float(text) if self._lines else text


class AreaTable(_Table):
    """Writes the pixels of each class in masks, one row for each image, as CSV: file, mask, width,
    height, `pixels:<class>` and `share:<class>` for each class.
    """

    def __init__(self, out: Path, classes: Sequence[str]) -> None:
        super().__init__(out)
        self._classes = classes

    def add(self, file: str, mask: Path, size: tuple[int, int], pixels: Sequence[int]) -> None:
        """Write the row of one image of `size` (width, height)."""
        row = {"file": file, "mask": str(mask), "width": size[0], "height": size[1]}
        whole = size[0] * size[1]
        counts = list(zip(self._classes, pixels, strict=True))
        row |= {f"pixels:{name}": count for name, count in counts}
        row |= {f"share:{name}": f"{count / whole:.6g}" for name, count in counts}
        self._put([row])
