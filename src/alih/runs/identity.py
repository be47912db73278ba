"""What a cell was started for: its identity, and what changed when it no longer fits the study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alih import files
from alih.runs.card import Card, Identity
from alih.runs.folder import CellFolder, StudyFolder
from alih.runs.reading import Damaged
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.resolved import planned
from alih.words.phrase import Phrase


def write_identity(folder: CellFolder, study: Study, precision: str) -> None:
    """Note, before training, what the cell is computed from, its number format included, and where
    the run lies that it starts `from`.
    """
    parts = _parts(folder, study, None) | {"precision": precision}
    start = planned(study, folder.cell).recipe.source if "upstream" in parts else None
    Identity(identity=files.digest(parts), parts=parts, start=start).write(folder.path)


def stored_identity(folder: CellFolder) -> Identity | None:
    """The identity of a cell that was started; None of others, and where the file cannot be made
    out.
    """
    try:
        return Identity.read(folder.path, folder.cure)
    except Damaged:
        return None


def fits(folder: CellFolder, study: Study, data: plan.DataState | None = None) -> bool:
    """Whether a cell was started for what the study asks for now; False for one that was never
    started.
    """
    stored = stored_identity(folder)
    return (
        stored is not None
        and files.digest(parts_now(folder, stored, study, data)) == stored.identity
    )


def belongs(folder: CellFolder, study: Study, data: plan.DataState | None = None) -> bool:
    """Whether a cell's files, finished or not, are of the study as it is now; a cell may fail
    before it is noted what for.
    """
    if stored_identity(folder) is None:
        return not folder.is_done
    return fits(folder, study, data)


def parts_now(
    folder: CellFolder, stored: Identity, study: Study, data: plan.DataState | None = None
) -> dict[str, Any]:
    """The parts that a started cell is computed from now. What cannot be looked at here is
    unchanged.

    So with pretrained weights whose checksum is not known here, with copies among images that are
    not decoded here, with the run folder that the cell started `from`, and with the number format
    of cells that were computed before it was noted. In a folder that goes on `--mixed` each cell
    keeps its own format.
    """
    was = stored.parts
    parts = _parts(folder, study, data)
    for key in was:
        if key == "weights" or (key.startswith("networks.") and key.endswith(".weights")):
            parts.setdefault(key, was[key])
    if "split.copies" in was:
        # Known once images are decoded, and a function of what else is compared.
        parts.setdefault("split.copies", was["split.copies"])
    if "split.repeats" in was:
        # Further repeats leave the folds that are there as they are.
        parts["split.repeats"] = was["split.repeats"]
    if "precision" in was:
        machine = StudyFolder(folder.root).machine
        common = machine.precision if machine and not machine.mixed else None
        parts["precision"] = common or was["precision"]
    if parts.get("upstream", "") is None:
        now = planned(study, folder.cell).recipe.source
        if _same_place(stored.start, now):
            parts["upstream"] = was.get("upstream")
    return parts


def _parts(folder: CellFolder, study: Study, data: plan.DataState | None) -> dict[str, Any]:
    """The plan's parts; a cell above has the identity that was noted, since its weights may be
    unknown here, and a run folder the one on its card (None where it is gone).
    """
    cell = planned(study, folder.cell)
    parts = plan.identity_parts(study, cell, data)
    keys = {f"arms.{other.arm}": other for other in cell.others}
    if cell.upstream is not None:
        keys["upstream"] = cell.upstream
    for key, above in keys.items():
        there = CellFolder(folder.root, above)
        noted = stored_identity(there)
        if noted is not None and fits(there, study, data):
            parts[key] = noted.identity
    if cell.upstream is not None:
        return parts
    if cell.recipe.source is not None:
        card = Card.read(Path(cell.recipe.source), Phrase("runs.not_readable"))
        parts["upstream"] = card.identity if card else None
    return parts


def _same_place(noted: str | None, now: str | None) -> bool:
    """Whether a path is the one noted; a relative note (of a kept study) names its end, wherever
    the study lies now.
    """
    parts = [Path(place or "").parts for place in (noted, now)]
    return bool(parts[0]) and parts[1][-len(parts[0]) :] == parts[0]


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What differs between two identities' parts, as `train.lr: 0.001 → 0.01`.

    >>> changes({"train.lr": 0.001, "seed": 0}, {"train.lr": 0.01, "seed": 0})
    ['train.lr: 0.001 → 0.01']
    """
    keys = sorted(set(old) | set(new))
    return [
        f"{key}: {old.get(key, '–')} → {new.get(key, '–')}"
        for key in keys
        if old.get(key) != new.get(key)
    ]
