"""The pieces of work of a run: each is done by one process that has torch and shares the study
folder with the others.
"""

from __future__ import annotations

import contextlib
import shutil
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from filelock import Timeout

from alih import files
from alih.errors import AlihError, is_out_of_memory
from alih.executors.contract import Means
from alih.executors.events import progress
from alih.executors.shared import take_over
from alih.runs import speed, sums
from alih.runs.card import Failure
from alih.runs.folder import CellFolder, StudyFolder
from alih.runs.identity import fits
from alih.runs.status import damaged_file, lock_file
from alih.study.catalogue.sets import specs
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.resolved import PlannedCell
from alih.words import say

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet
    from alih.runs.card import MachineCard
    from alih.study.document.arm import Recipe

Outcome = Literal["finished", "failed", "skipped", "stopped"]
Emit = Callable[[dict[str, Any]], None]
Task = PlannedCell | Literal["check", "measure", "references"]

CHECK: Task = "check"
MEASURE: Task = "measure"
REFERENCES: Task = "references"

FATAL = ("common.no_space", "common.cannot_write", "common.no_locks")
"""Errors of the place rather than of the cell: every other cell would meet them too, so the study
stops."""

PROBE = 2.0
"""Seconds to wait for a cell's lock: `alih status` holds it for a moment, another worker for
minutes."""


def perform(
    root: Path, study: Study, task: Task, means: Means, emit: Emit = lambda _: None
) -> Outcome:
    """Do one piece of work in this process.

    A failure of a cell is stored in `failed.json` and returned; what would stop every other cell
    too is raised.
    """
    if isinstance(task, PlannedCell):
        return compute(root, study, task, means, emit)
    {"check": check, "measure": measure, "references": write_references}[task](
        root, study, means, emit
    )
    return "finished"


def check(root: Path, study: Study, means: Means, emit: Emit) -> None:
    """Refuse what would stop the run: a missing device, weights that cannot be had, networks that
    do not fit the images.

    Nothing in `root` is written. Networks were tried when `machine.json` was made. Raises
    AlihError.
    """
    from alih.executors import networks
    from alih.models import devices
    from alih.training import machine as machines

    devices.choose(means.device)
    if not means.fresh and machines.stored(root, means.device, means.mixed, study.precision):
        networks.obtain_weights(study)
        return
    emit(progress("networks"))
    networks.obtain_weights(study)
    networks.try_out(study, _sets(study)["target"])


def measure(root: Path, study: Study, means: Means, emit: Emit) -> None:
    """Write `machine.json`: the device, threads and number format of all cells, chosen where the
    cells are computed.
    """
    from alih.training import machine as machines

    emit(progress("timing"))
    recipes, classes, shape = _to_time(study)
    jobs = means.jobs * study.processes
    wanted = jobs, means.device, means.mixed, study.precision, study.task, means.alone
    machines.resolve(root, recipes, classes, shape, *wanted)


def measured(study: Study, means: Means) -> MachineCard:
    """What `machine.json` would say on this machine; nothing is written."""
    from alih.training import machine as machines

    recipes, classes, shape = _to_time(study)
    wanted = means.jobs * study.processes, means.device, study.precision, study.task
    return machines.measured(recipes, classes, shape, *wanted)


def _to_time(study: Study) -> tuple[list[Recipe], int, tuple[int, int, int]]:
    """The recipes to time, the number of classes, and the shape of an image."""
    images = _sets(study)["target"]
    height, width, channels = images.images.shape[1:]
    recipes = [cell.recipe for cell in plan.cells(study) if cell.replicate == 0]
    return recipes, len(images.classes), (channels, height, width)


def write_references(root: Path, study: Study, means: Means, emit: Emit) -> None:
    """Write `references.json`: what trivial answers reach."""
    from alih.executors.references import references

    emit(progress("references"))
    files.write_json(root / "references.json", references(_sets(study), study))
    sums.seal(root, ["references.json"])


def _sets(study: Study) -> dict[str, ImageSet]:
    from alih.data.load import load

    return {name: load(spec, task=study.task) for name, spec in specs(study).items()}


def compute(root: Path, study: Study, cell: PlannedCell, means: Means, emit: Emit) -> Outcome:
    """Compute a cell unless another process does, or has finished it meanwhile.

    A failure of the cell is stored in `failed.json` and returned, and so is an end for lack of
    time, with a checkpoint; a full disk is raised.
    """
    from alih.training import machine as machines
    from alih.training.cell import run_cell
    from alih.training.loop import OutOfTime

    machine = machines.stored(root, means.device, means.mixed, study.precision)
    if machine is None:
        raise RuntimeError(f"{root} has no machine.json: its agenda begins with '{MEASURE}'")
    folder = StudyFolder(root).cell(cell)
    try:
        with _hold(root, cell, means):
            if _is_finished(folder, study):
                return "skipped"
            _clear_if_stale(folder, study)
            try:
                twin = take_over(root, study, cell, machine.precision)
                if twin is not None:
                    text = say("executors.taken_over", twin=twin)
                    emit({"kind": "message", "text": text})
                    return "finished"
                run_cell(root, study, cell, machine, emit, means.deadline.forbids)
            except Exception as error:
                if isinstance(error, AlihError) and error.key in FATAL:
                    raise
                _store_failure(folder, error)
                return "failed"
            speed.learn(root, cell, machine.threads)
            return "finished"
    except Timeout:
        return "skipped"
    except OutOfTime:
        return "stopped"


def _hold(root: Path, cell: PlannedCell, means: Means) -> contextlib.AbstractContextManager[None]:
    if means.alone:
        return contextlib.nullcontext()
    return files.locked(lock_file(root, cell), PROBE)


def _is_finished(folder: CellFolder, study: Study) -> bool:
    return fits(folder, study) and folder.is_done and damaged_file(folder) is None


def _clear_if_stale(folder: CellFolder, study: Study) -> None:
    """Remove what was computed from other settings, or is damaged; keep checkpoints of the same
    cell.
    """
    if not fits(folder, study) or folder.is_done:
        shutil.rmtree(folder.path, ignore_errors=True)


def _store_failure(folder: CellFolder, error: Exception) -> None:
    if isinstance(error, AlihError):
        failure = Failure.because(error.key, **error.values)
    elif is_out_of_memory(error):
        failure = Failure.because("training.out_of_memory")
    else:
        failure = Failure.because(
            "training.unexpected",
            error=f"{type(error).__name__}: {error}",
            file=folder.path / "error.log",
        )
    files.write_text(folder.path / "error.log", "".join(traceback.format_exception(error)))
    failure.write(folder.path)
