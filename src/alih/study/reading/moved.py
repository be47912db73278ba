"""Paths of a study folder that was moved together with what it names."""

from __future__ import annotations

import json
import os
from pathlib import Path

from alih import files
from alih.errors import AlihError

FILE = "place.json"
"""Says where a study folder lay when it was last run."""


def note(root: Path) -> None:
    """Write down where a study folder lies now, with the paths of its document."""
    text = json.dumps({"folder": str(root.resolve())}, ensure_ascii=False) + "\n"
    if files.content(root / FILE) != text.encode():
        files.write_text(root / FILE, text)


def followed(place: Path, root: Path) -> Path:
    """A path of a study folder's document, here: as it is written where there is something, else
    where it lies now if the study folder and what it names were moved together.

    >>> followed(Path("/"), Path("runs/quickstart")).as_posix()
    '/'
    """
    if place.exists():
        return place
    before = _noted(root)
    if before is None:
        return place
    try:
        way = os.path.relpath(place, before)
    except ValueError:  # another drive
        return place
    found = Path(os.path.normpath(root.resolve() / way))
    return found if found.exists() else place


def _noted(root: Path) -> str | None:
    try:
        found = json.loads(files.content(root / FILE) or b"")["folder"]
    except (AlihError, ValueError, LookupError, TypeError):
        return None
    return found if isinstance(found, str) else None
