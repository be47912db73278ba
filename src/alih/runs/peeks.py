"""Peeks: each time test images of a study were shown, which a sealed test forbids, is written down.

`peeks.json` holds `{"schema": 1, "peeks": [{"on": "2026-11-30", "images": n}]}`; how many there
were stands in `sums.json`, too, so that a missing file does not pass for none.
"""

from __future__ import annotations

import datetime
from pathlib import Path

from pydantic import BaseModel, NonNegativeInt

from alih import files
from alih.runs import reading, sums
from alih.runs.folder import StudyFolder
from alih.words.phrase import Phrase

FILE = "peeks.json"


class Peek(BaseModel):
    """A day on which so many test images were shown."""

    on: datetime.date
    images: NonNegativeInt


class _Peeks(BaseModel):
    peeks: list[Peek]


def read(root: Path) -> list[Peek]:
    """All peeks so far, oldest first. Raises Damaged when the file makes no sense."""
    return reading.read(root / FILE, _parse, Phrase("runs.cure_peeks")) or []


def _parse(content: bytes) -> list[Peek]:
    return _Peeks.model_validate_json(content).peeks


def record(root: Path, images: int) -> None:
    """Note that so many test images are shown today. Raises AlihError where nothing can be
    written.
    """
    with files.locked(root / ".peeks.lock"):
        peeks = [*read(root), Peek(on=datetime.datetime.now().astimezone().date(), images=images)]
        written = [peek.model_dump(mode="json") for peek in peeks]
        files.write_json(root / FILE, {"schema": 1, "peeks": written})
        sums.note_peeks(root, max(StudyFolder(root).noted.peeks + 1, len(peeks)))


def days(root: Path) -> list[str]:
    """The days on which test images were shown, each once, as 2026-11-30."""
    return sorted({peek.on.isoformat() for peek in read(root)})
