"""Writes the folder of an exported model; `model.json` comes last, so that a folder that holds one
is whole.
"""

from __future__ import annotations

from pathlib import Path

from alih import files
from alih.errors import AlihError
from alih.exported.card import PAGE, ModelCard
from alih.words.phrase import reason_of


def clear(place: Path) -> None:
    """Make the folder ready: new, empty, or one of a model, whose files are taken away.

    Raises AlihError for a folder that holds something else, and one that cannot be written.
    """
    try:
        if place.exists():
            _cleared(place)
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AlihError("common.cannot_write", path=place, reason=reason_of(error)) from error


def _cleared(place: Path) -> None:
    inside = {file.name for file in place.iterdir()} if place.is_dir() else {""}
    if inside and ModelCard.FILE not in inside:
        raise AlihError("exported.out_taken", path=place)
    if not inside:
        return
    try:
        known = set(files.read_json(place / ModelCard.FILE)["files"])
    except (OSError, ValueError, LookupError, TypeError):
        known = set()
    (place / ModelCard.FILE).unlink()
    for name in (known | {PAGE}) & inside:
        (place / name).unlink()


def finish(place: Path, card: ModelCard, names: list[str]) -> ModelCard:
    """Write `model.json` with the checksums of the files `names`."""
    sums = {name: files.sha256(place / name) for name in names}
    whole = card.model_copy(update={"files": sums})
    whole.write(place)
    return whole
