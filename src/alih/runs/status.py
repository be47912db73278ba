"""The state of every cell of a study folder, with the reason why it will or will not run."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from alih import files
from alih.datafiles import pets
from alih.datafiles.layout import listed
from alih.errors import AlihError
from alih.runs import images
from alih.runs.card import Identity
from alih.runs.folder import COUNTED, LEFT_OUT, CellFolder, StudyFolder
from alih.runs.identity import changes, fits, parts_now, stored_identity
from alih.runs.reading import Damaged
from alih.study.catalogue.sets import FOLDER_SIZE
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.resolved import PlannedCell
from alih.study.strategies.options import epochs_of
from alih.words.phrase import Phrase

State = Literal[
    "finished", "new", "resumable", "changed", "damaged", "failed", "blocked", "running"
]

_CHECKPOINT = re.compile(r"checkpoint-(\d{6})\.safetensors")


@dataclass(frozen=True)
class CellStatus:
    """One cell's state and why it is so; `seconds` is the training time if it has finished."""

    cell: PlannedCell
    state: State
    why: Phrase
    epochs_done: int
    epochs: int
    seconds: float | None = None

    @property
    def reason(self) -> str:
        """Why it will or will not run, in the reader's language."""
        return str(self.why)


def lock_file(root: Path, cell: Cell) -> Path:
    """The file that a process holds locked while it computes a cell."""
    return Path(root) / ".locks" / (re.sub(r"[^\w.=-]+", "_", cell.path) + ".lock")


def survey(
    root: Path, study: Study, damage: Callable[[CellFolder], str | None] | None = None
) -> list[CellStatus]:
    """The state of each cell of `study` in the folder `root`, in the order of the plan.

    `damage`: what tells the damaged file of a finished cell in place of `damaged_file`, which reads
    all of them.
    """
    folder = StudyFolder(Path(root))
    data = state_of_data(folder, study)
    states: dict[Cell, CellStatus] = {}
    files_told = cache(lambda: images.file_changes(folder.root, study).told())
    for cell in plan.cells(study):
        status = _status(cell, folder.cell(cell), study, data, files_told, damage or damaged_file)
        for source in cell.above:
            if status.state not in ("finished", "running"):
                status = _after_source(status, states[source])
        states[cell] = status
    return list(states.values())


def to_run(statuses: Sequence[CellStatus], retry_failed: bool = False) -> list[PlannedCell]:
    """The cells that a run computes: failed ones, and those that wait for one, only when asked."""
    return [
        status.cell
        for status in statuses
        if status.state != "finished"
        and (retry_failed or status.state not in ("failed", "blocked"))
    ]


def refuse_gone(root: Path, study: Study, statuses: Sequence[CellStatus]) -> None:
    """AlihError where cells are computed again for no other reason than that images are gone: to
    compute all of them anew because a file was lost is for the user to say.
    """
    folder, changed = StudyFolder(root), [one for one in statuses if one.state == "changed"]
    # What is solved at once has no epochs.
    computed = [one for one in changed if one.epochs_done or folder.cell(one.cell).is_done]
    changes = images.file_changes(root, study) if computed else None
    if not changes or not changes.gone:
        return
    noted = None
    with contextlib.suppress(Damaged):
        noted = _noted_data(folder, _known(study))
    lost = [one for one in computed if noted is None or fits(folder.cell(one.cell), study, noted)]
    if lost:
        values = {"count": len(changes.gone), "names": listed(changes.gone), "cells": len(lost)}
        raise AlihError("runs.images_lost", **values)


def state_of_data(folder: StudyFolder, study: Study) -> plan.DataState:
    """What the data is; where its files are not on this machine, what they were when the study was
    run.
    """
    known = _known(study)
    state = plan.DataState(
        (None,) * len(known), 1, shape=(FOLDER_SIZE, 3) if len(known) > 1 else None
    )
    with contextlib.suppress(AlihError):
        state = plan.data_state(study)
    away = [
        content is None and has_files(spec)
        for content, spec in zip(state.content, known, strict=True)
    ]
    noted = _noted_data(folder, known) if any(away) else None
    return state if noted is None else noted


def computed_data(folder: StudyFolder, study: Study) -> plan.DataState:
    """What the data was when the study was run, where finished cells belong to that and none to
    what its files are now; else `state_of_data`.
    """
    now, noted = state_of_data(folder, study), None
    with contextlib.suppress(Damaged):
        noted = _noted_data(folder, _known(study))
    if noted is None or noted.content == now.content:
        return now
    done = [own for cell in plan.cells(study) if (own := folder.cell(cell)).is_done]
    if any(fits(own, study, now) for own in done):
        return now
    return noted if any(fits(own, study, noted) for own in done) else now


def _known(study: Study) -> list[DataSpec]:
    data = study.data
    return [data] if isinstance(data, DataSpec) else [data.source, data.target]


def _noted_data(folder: StudyFolder, known: list[DataSpec]) -> plan.DataState | None:
    """What the study folder says its data is; None where it does not."""
    card = folder.data
    if card is None or (len(known) > 1 and card.source_set is None):
        return None
    cards = [card] if len(known) == 1 or card.source_set is None else [card.source_set, card]
    contents = tuple(
        one.sha256 if has_files(spec) else None for one, spec in zip(cards, known, strict=True)
    )
    masks: list[list[list[object]] | None] = [
        [[name, ids] for name, ids in one.masks.items()] if one.masks else None for one in cards
    ]
    groups, copies = (
        plan.joined_groups([getattr(one.groups, name, None) for one in cards])
        for name in ("sha256", "pixels")
    )
    scales = tuple(one.scale for one in cards)
    found = plan.DataState(
        contents, len(card.classes), masks[-1], groups, copies=copies, scales=scales
    )
    if len(cards) == 1:
        return found
    return replace(found, source_masks=masks[0], shape=(card.image_size, card.channels))


def has_files(spec: DataSpec) -> bool:
    """Whether a set is files of the user's, so that their content belongs to what a cell is
    computed from.
    """
    return spec.set is None or spec.set in (pets.NAME, "usps")


def _status(
    cell: PlannedCell,
    folder: CellFolder,
    study: Study,
    data: plan.DataState,
    files_told: Callable[[], Phrase],
    damage: Callable[[CellFolder], str | None],
) -> CellStatus:
    epochs = epochs_of(cell.recipe)
    done = epochs_done(folder)

    def status(
        state: State, key: str = "", seconds: float | None = None, **values: object
    ) -> CellStatus:
        return CellStatus(
            cell, state, Phrase(f"runs.reason_{key or state}", values), done, epochs, seconds
        )

    stored = stored_identity(folder)
    if stored is None and folder.is_done:
        return status("damaged", file=Identity.FILE)
    if stored is None:
        return status("new")
    if is_locked(folder):
        return status("running")
    if not fits(folder, study, data):
        what = changes(stored.parts, parts_now(folder, stored, study, data))
        if any(images.is_content(change) for change in what):
            what = images.retold(what, files_told())
        what = list(dict.fromkeys(images.in_words(what)))
        told = "; ".join(what[:3]) or Phrase("runs.source_changed")
        return status("changed", changes=told)
    if folder.is_done:
        damaged = damage(folder)
        if damaged:
            return status("damaged", file=damaged)
        return status("finished", seconds=folder.card.seconds)
    failure = folder.failure
    if failure:
        return status("failed", error=failure)
    if done:
        return status("resumable", "resumes", epoch=done, epochs=epochs)
    return status("new", "started")


def _after_source(status: CellStatus, source: CellStatus) -> CellStatus:
    """A cell that needs another's network waits for it, and cannot run when that one failed."""
    if source.state in ("failed", "blocked"):
        reason = Phrase("runs.reason_blocked", {"source": str(source.cell)})
        return CellStatus(status.cell, "blocked", reason, status.epochs_done, status.epochs)
    return status


def is_locked(folder: CellFolder) -> bool:
    """Whether a living process computes this cell now."""
    return files.is_locked(lock_file(folder.root, folder.cell))


def epochs_done(folder: CellFolder) -> int:
    """Epochs in the newest checkpoint, or all when the cell has finished."""
    if folder.is_done:
        try:
            return folder.card.epochs
        except Damaged:
            return 0
    found = [
        int(m[1])
        for f in folder.path.glob("**/checkpoint-*")
        if (m := _CHECKPOINT.fullmatch(f.name))
    ]
    return max(found, default=0)


class DamageMemory:
    """`damaged_file` for whoever asks again and again: files are read anew only where one of the
    cell's has changed.
    """

    def __init__(self) -> None:
        self._known: dict[Path, tuple[object, str | None]] = {}

    def __call__(self, folder: CellFolder) -> str | None:
        """The first file of a finished cell that is not as `done` says."""
        now = [_stamp(folder.path / name) for name in ("done", *COUNTED)]
        known = self._known.get(folder.path)
        if known is None or known[0] != now:
            known = self._known[folder.path] = now, damaged_file(folder)
        return known[1]


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def damaged_file(folder: CellFolder) -> str | None:
    """The first file of a finished cell that is not as `done` says; what may be left out may be
    absent, never altered.
    """
    try:
        sums = folder.sums
    except Damaged:
        return "done"
    for name in COUNTED:
        file = folder.path / name
        if name not in sums or (name in LEFT_OUT and not file.exists()):
            continue
        try:
            if files.sha256(file) != sums[name]:
                return name
        except OSError:
            return name
    return None
