"""The one reader of JSON, CSV and NPZ files in study folders: whatever is wrong with one, the file
and the cure are named. What the files hold is in `card.py`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

from alih import files
from alih.errors import AlihError
from alih.words.phrase import Phrase

if TYPE_CHECKING:
    import numpy as np

Read = TypeVar("Read")


MAPPING = TypeAdapter(dict[str, Any])


class Damaged(AlihError):
    """A file of a study folder that is not what alih wrote; its sentence names the file, the reason
    and the cure.
    """


def damaged(file: Path, reason: Phrase, cure: Phrase) -> Damaged:
    """The error for `file`; `cure` is a sentence on what to do."""
    return Damaged("runs.damaged", path=file, reason=reason, cure=cure)


def read(
    file: Path, parse: Callable[[bytes], Read], cure: Phrase, expected: str | None = None
) -> Read | None:
    """What `parse` makes of a file's bytes, None where there is no file.

    `expected`: the SHA-256 that the bytes must have. Raises Damaged for other bytes, and for what
    `parse` cannot read.
    """
    try:
        content = files.content(file)
    except AlihError as error:
        raise damaged(
            file, Phrase("runs.unreadable", {"reason": error.values["reason"]}), cure
        ) from error
    if content is None:
        return None
    if expected is not None and hashlib.sha256(content).hexdigest() != expected:
        raise damaged(file, Phrase("runs.wrong_sum"), cure)
    try:
        return parse(content)
    # of JSON, CSV, ZIP, zlib, NumPy and pydantic; an error of ours would be one of the file, too
    except Exception as error:
        kind = "runs.not_complete" if not content.strip() else "runs.not_readable"
        raise damaged(file, Phrase(kind), cure) from error


def as_json(form: TypeAdapter[Any] = MAPPING) -> Callable[[bytes], Any]:
    """A parser of JSON whose value has the given form; the value comes as it was written."""

    def parse(content: bytes) -> Any:
        value = json.loads(content.decode())
        form.validate_python(value, strict=True)
        return value

    return parse


def as_rows(columns: Collection[str]) -> Callable[[bytes], list[dict[str, str]]]:
    """A parser of CSV with at least the given columns; rows are mappings of text, without gaps."""
    return lambda content: list(rows_of(content, columns))


def rows_of(content: bytes, columns: Collection[str]) -> Iterator[dict[str, str]]:
    """The rows of `as_rows` one after the other. Raises ValueError for gaps where they are."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
    reader = csv.DictReader(text, strict=True)
    if not set(columns) <= set(reader.fieldnames or ()):
        raise ValueError(columns)
    for row in reader:
        if None in row or None in row.values():
            raise ValueError(columns)
        yield row


def as_arrays(needed: Collection[str] = ()) -> Callable[[bytes], dict[str, np.ndarray]]:
    """A parser of NPZ archives that hold at least the arrays `needed`, all of one length."""

    def parse(content: bytes) -> dict[str, np.ndarray]:
        import numpy as np

        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
        if len({len(arrays[name]) for name in needed}) > 1:
            raise ValueError(needed)
        return arrays

    return parse
