"""Writes the folder of an exported model beside its place, and moves it there when it is whole:
what is interrupted leaves neither half a folder nor the earlier one damaged.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from alih import files
from alih.errors import AlihError
from alih.exported.card import INT8, ONNX, PAGE, PROGRAM, SAMPLE, WEIGHTS, ModelCard
from alih.words.phrase import reason_of

READMES = ("README.md", "README.id.md")
OWN = {WEIGHTS, ONNX, INT8, PROGRAM, SAMPLE, PAGE, ModelCard.FILE, *READMES}
"""Names of everything that an export writes."""


@contextlib.contextmanager
def staged(place: Path) -> Iterator[Path]:
    """A new folder to write a model into, which takes the place of `place` at the end. The files of
    an earlier model are taken away then, and nothing else.

    Raises AlihError for a place that holds something else than a model, and one that cannot be
    written.
    """
    place = place.resolve()
    _check(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        made = tempfile.mkdtemp(prefix=f".{place.name}-", suffix=".partial", dir=place.parent)
    except OSError as error:
        raise AlihError("common.cannot_write", path=place, reason=reason_of(error)) from error
    folder = Path(made)
    try:
        yield folder
        try:
            _move(folder, place)
        except OSError as error:
            raise AlihError("common.cannot_write", path=place, reason=reason_of(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check(place: Path) -> None:
    """Raise AlihError where something lies in the way."""
    if not place.exists():
        return
    try:
        inside = {file.name for file in place.iterdir()}
    except OSError as error:
        raise AlihError("exported.out_taken", path=place) from error
    if inside and ModelCard.FILE not in inside and not inside <= OWN:
        raise AlihError("exported.out_taken", path=place)


def _move(folder: Path, place: Path) -> None:
    """Bring the files to their place, `model.json` last: a folder that holds one is whole."""
    place.mkdir(exist_ok=True)
    try:
        known = set(files.read_json(place / ModelCard.FILE)["files"])
    except (OSError, ValueError, LookupError, TypeError):
        known = set()
    (place / ModelCard.FILE).unlink(missing_ok=True)
    for file in list(place.iterdir()):
        if file.name in known | OWN:
            file.unlink()
    for file in folder.iterdir():
        if file.name != ModelCard.FILE:
            os.replace(file, place / file.name)
    os.replace(folder / ModelCard.FILE, place / ModelCard.FILE)


def finish(folder: Path, card: ModelCard, names: list[str]) -> ModelCard:
    """Write `model.json` with the checksums of the files `names`."""
    sums = {name: files.sha256(folder / name) for name in names}
    whole = card.model_copy(update={"files": sums})
    whole.write(folder)
    return whole
