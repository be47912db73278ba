"""Cells in this process (one job) or in warm worker processes that take one cell after the other."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files
from alih.errors import AlihError
from alih.executors.compute import compute
from alih.executors.events import Clock, Listener
from alih.runs.folder import StudyFolder
from alih.runs.status import survey
from alih.study import plan
from alih.study.cells import Cell
from alih.study.document import Study
from alih.words import language, say, set_language

if TYPE_CHECKING:
    from alih.training.device import Machine

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class Agenda:
    """Which cells are still to do, in order, and which may start now: a cell waits for the one it starts `from`."""

    def __init__(self, study: Study, todo: Sequence[Cell], finished: set[Cell]) -> None:
        self.study = study
        self.todo = list(todo)
        self.finished = set(finished)
        self.failed: set[Cell] = set()

    def take(self) -> Cell | None:
        """The next cell whose source is ready, removed from the agenda."""
        for cell in self.todo:
            if self._may_start(cell):
                self.todo.remove(cell)
                return cell
        return None

    def _may_start(self, cell: Cell) -> bool:
        source = plan.upstream(self.study, cell)
        return source is None or source in self.finished

    def settle(self, cell: Cell, outcome: str, done: bool) -> list[Cell]:
        """Note an outcome; returns the cells that now cannot run because their source failed.

        Cells whose source another process is still computing leave the agenda quietly: the next run finds them.
        """
        if done:
            self.finished.add(cell)
            return []
        gone = {cell}
        for waiting in list(self.todo):  # in plan order, so that chains are followed
            if plan.upstream(self.study, waiting) in gone:
                self.todo.remove(waiting)
                gone.add(waiting)
        if outcome != "failed":
            return []
        self.failed |= gone
        return [waiting for waiting in plan.cells(self.study) if waiting in gone and waiting != cell]

    def ready(self) -> bool:
        """Whether a cell could start now."""
        return any(self._may_start(cell) for cell in self.todo)

    def give_back(self, cell: Cell) -> None:
        """Put a cell that was taken but not begun in front again."""
        self.todo.insert(0, cell)


class ListenerFailed(BaseException):
    """The listener raised (a closed pipe, say). No fault of the cell, so no handler for cells may catch it."""


def execute(root: Path, study: Study, machine: Machine, todo: Sequence[Cell], jobs: int, listen: Listener) -> set[Cell]:
    """Compute the cells of `todo`; returns those that failed. Ctrl-C and a full disk stop all workers at once.

    Whatever a stopped worker had not finished is resumed from its checkpoint by the next run.
    """
    states = survey(root, study)
    finished = {s.cell for s in states if s.state == "finished"}
    clock = Clock({str(s.cell): s.epochs - s.epochs_done for s in states if s.cell in set(todo)}, min(jobs, max(1, len(todo))))
    agenda = Agenda(study, todo, finished)

    def tell(event: dict[str, Any]) -> None:
        try:
            listen(clock.add(event))
        except Exception as error:
            raise ListenerFailed from error

    run = _in_process if jobs == 1 else _in_workers
    try:
        run(root, study, machine, agenda, jobs, tell)
    except ListenerFailed as failed:
        raise (failed.__cause__ or failed) from None
    return agenda.failed


def _settle(root: Path, agenda: Agenda, cell: Cell, outcome: str, tell: Listener) -> None:
    event: dict[str, Any] = {"kind": outcome, "cell": str(cell)}
    if outcome == "failed":
        event["error"] = (StudyFolder(root).cell(cell).failure or {}).get("error", "")
    tell(event)
    for blocked in agenda.settle(cell, outcome, StudyFolder(root).cell(cell).is_done):
        tell({"kind": "failed", "cell": str(blocked), "error": say("runs.reason_blocked", source=str(cell))})


def _in_process(root: Path, study: Study, machine: Machine, agenda: Agenda, jobs: int, tell: Listener) -> None:
    while (cell := agenda.take()) is not None:
        name = str(cell)

        def emit(event: dict[str, Any], name: str = name) -> None:
            tell({**event, "cell": name})

        outcome = compute(root, study, cell, machine, emit)
        _settle(root, agenda, cell, outcome, tell)


@dataclass
class Worker:
    """A warm process, our end of the pipe to it, and the cell it is computing."""

    process: multiprocessing.process.BaseProcess
    pipe: Connection
    cell: Cell | None = None


def _start(root: Path, study: Study, machine: Machine) -> Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(root, study, machine, theirs, language()), daemon=True)
    # Thread pools read these when torch is imported, which happens before any code of ours runs in the child.
    with _environment(dict.fromkeys(THREAD_VARIABLES, str(machine.threads))), _main_left_alone(), _ctrl_c_for_parent_only():
        process.start()
    theirs.close()
    return Worker(process, ours)


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _ctrl_c_for_parent_only() -> Iterator[None]:
    """Let a child inherit that it ignores Ctrl-C, from its first moment on; only the main thread may set that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _main_left_alone() -> Iterator[None]:
    """Keep a spawned process from running the user's script again, which has no need for `if __name__ == "__main__"` then."""
    main = sys.modules["__main__"]
    file, spec = main.__dict__.pop("__file__", None), main.__spec__
    main.__spec__ = None
    try:
        yield
    finally:
        main.__spec__ = spec
        if file is not None:
            main.__file__ = file


def _in_workers(root: Path, study: Study, machine: Machine, agenda: Agenda, jobs: int, tell: Listener) -> None:
    workers: list[Worker] = []
    try:
        for _ in range(min(jobs, len(agenda.todo))):
            workers.append(_start(root, study, machine))
        while True:
            for index, worker in enumerate(workers):
                cell = agenda.take() if worker.cell is None else None
                if cell is not None and not _hand_over(worker, cell):  # it was killed while it waited
                    agenda.give_back(cell)
                    workers[index] = _start(root, study, machine)
            if agenda.todo and not any(worker.cell for worker in workers) and agenda.ready():
                continue
            busy = [worker for worker in workers if worker.cell is not None]
            if not busy:
                return
            ready = wait([worker.pipe for worker in busy])
            for worker in [w for w in busy if w.pipe in ready]:
                if not _hear(root, agenda, worker, tell):
                    workers[workers.index(worker)] = _start(root, study, machine)
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.join()


def _hand_over(worker: Worker, cell: Cell) -> bool:
    try:
        worker.pipe.send(cell)
    except OSError:
        return False
    worker.cell = cell
    return True


def _hear(root: Path, agenda: Agenda, worker: Worker, tell: Listener) -> bool:
    """Take one message of a worker. False when its process has died."""
    assert worker.cell is not None
    cell = worker.cell
    try:
        message = worker.pipe.recv()
    except (EOFError, ConnectionResetError):
        worker.process.join()
        worker.cell = None
        error = say("training.worker_died", code=worker.process.exitcode)
        files.write_json(StudyFolder(root).cell(cell).path / "failed.json", {"error": error})
        _settle(root, agenda, cell, "failed", tell)
        return False
    if isinstance(message, AlihError):
        raise message
    if isinstance(message, str):
        worker.cell = None
        _settle(root, agenda, cell, message, tell)
    else:
        tell({**message, "cell": str(cell)})
    return True


def _serve(root: Path, study: Study, machine: Machine, pipe: Connection, lang: str) -> None:
    """A worker's life: one cell after the other until the pipe closes. It dies with its parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_language(lang)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    while True:
        try:
            cell = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(compute(root, study, cell, machine, pipe.send))
        except AlihError as error:
            pipe.send(error)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
