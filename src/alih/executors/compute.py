"""Compute one cell under its lock and turn whatever happens into an outcome."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from filelock import Timeout

from alih import files
from alih.errors import AlihError
from alih.runs.folder import CellFolder, StudyFolder
from alih.runs.identity import fits
from alih.runs.status import damaged_file, lock_of
from alih.study.cells import Cell
from alih.study.document import Study
from alih.training.device import Machine
from alih.words import say

Outcome = Literal["finished", "failed", "skipped"]
Emit = Callable[[dict[str, Any]], None]

FATAL = ("common.no_space", "common.cannot_write")
"""Errors of the place rather than of the cell: every other cell would meet them too, so the study stops."""


PROBE = 2.0
"""Seconds to wait for a cell's lock: `alih status` holds it for a moment, another worker for minutes."""


def compute(root: Path, study: Study, cell: Cell, machine: Machine, emit: Emit) -> Outcome:
    """Compute a cell unless another process does, or has finished it meanwhile.

    A failure of the cell is stored in `failed.json` and returned; a full disk is raised.
    """
    from alih.training.cell import run_cell

    folder = StudyFolder(root).cell(cell)
    try:
        with lock_of(root, cell).acquire(timeout=PROBE):
            if _is_finished(folder, study):
                return "skipped"
            _clear_if_stale(folder, study)
            try:
                run_cell(root, study, cell, machine, emit)
            except Exception as error:
                if isinstance(error, AlihError) and error.key in FATAL:
                    raise
                _store_failure(folder, error)
                return "failed"
            return "finished"
    except Timeout:
        return "skipped"


def _is_finished(folder: CellFolder, study: Study) -> bool:
    return fits(folder, study) and folder.is_done and damaged_file(folder) is None


def _clear_if_stale(folder: CellFolder, study: Study) -> None:
    """Remove what was computed from other settings, or is damaged; keep checkpoints of the same cell."""
    if not fits(folder, study) or folder.is_done:
        shutil.rmtree(folder.path, ignore_errors=True)


def _store_failure(folder: CellFolder, error: Exception) -> None:
    if isinstance(error, AlihError):
        text = str(error)
    elif isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        text = say("training.out_of_memory")
    else:
        text = say("training.unexpected", error=f"{type(error).__name__}: {error}", file=folder.path / "error.log")
    files.write_text(folder.path / "error.log", "".join(traceback.format_exception(error)))
    files.write_json(folder.path / "failed.json", {"error": text})
