"""Cells that compute what another cell of the study has computed: its files are copied."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from alih.runs.card import Card
from alih.runs.folder import CellFolder, StudyFolder
from alih.runs.identity import fits, stored_identity, write_identity
from alih.runs.status import damaged_file
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.resolved import PlannedCell


def take_over(root: Path, study: Study, cell: PlannedCell, precision: str) -> PlannedCell | None:
    """Copy the files of an equal cell at an earlier level, `done` last, and return that cell; None
    where there is none that has finished in this number format.
    """
    twin, started = plan.twins(study).get(cell), time.perf_counter()
    if twin is None:
        return None
    there, here = StudyFolder(root).cell(twin), StudyFolder(root).cell(cell)
    if not _serves(there, study, precision):
        return None
    from alih.training.outputs import write_done

    shutil.rmtree(here.path, ignore_errors=True)
    here.path.mkdir(parents=True)
    write_identity(here, study, precision)
    for name in set(there.sums) - {Card.FILE}:
        if (there.path / name).exists():
            shutil.copyfile(there.path / name, here.path / name)
    spent = round(time.perf_counter() - started, 3)
    there.card.model_copy(update={"at": cell.at, "spent": spent}).write(here.path)
    write_done(here.path)
    return twin


def _serves(there: CellFolder, study: Study, precision: str) -> bool:
    noted = stored_identity(there)
    if noted is None or noted.parts.get("precision") != precision:
        return False
    return there.is_done and fits(there, study) and damaged_file(there) is None
