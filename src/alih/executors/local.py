"""Cells on this machine: in this process (one job), or in warm worker processes that take one after
the other.
"""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Sequence
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType

from alih.errors import AlihError
from alih.executors import worker as workers
from alih.executors.agenda import Agenda
from alih.executors.contract import Executor, Means
from alih.executors.events import Listener, progress
from alih.executors.work import CHECK, REFERENCES, Task, perform
from alih.executors.worker import Worker
from alih.runs import hardware
from alih.runs.card import Failure
from alih.runs.folder import StudyFolder
from alih.study.document.study import Study
from alih.study.planning.cells import Cell
from alih.study.planning.resolved import PlannedCell
from alih.words import say

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
LOOK = 0.2
"""Seconds between looks at a deadline."""
DEATHS = 2
"""How often a piece of work may take its process with it: whatever killed the first may have been
an accident."""


class Local(Executor):
    """Processes of this machine. With one job everything happens in the process that called."""

    def __init__(self, root: Path, study: Study, cells: int, means: Means) -> None:
        self.root, self.study, self.means = root, study, means
        # What must end in time is computed by a process that can be ended.
        alone = means.jobs == 1 and not means.deadline.limited
        self.count = 0 if alone else min(means.jobs, cells)
        self.workers: list[Worker] = []
        self._started = 0
        self._deaths: Counter[Task] = Counter()

    def __enter__(self) -> Local:
        """Start the workers, which import torch while the run reads its images."""
        if self.count and importlib.util.find_spec("torch") is None:
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
        self.workers = [self._worker() for _ in range(self.count)]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the workers, whatever they are doing."""
        for worker in self.workers:
            worker.stop()
        self.workers = []

    def _worker(self) -> Worker:
        processes = self.study.processes
        environment = _environment(self.root, self.means, self._started, processes)
        self._started += 1
        return workers.start(self.root, self.study, self.means, environment)

    def check(self, root: Path, study: Study, listen: Listener) -> None:
        """Let the first worker do it, which has torch."""
        listen(progress("starting"))
        if not self.count:
            self._here(CHECK, listen)
            return
        while not self.workers[0].hand_over(CHECK) or self._hear(self.workers[0], listen) is None:
            self._mourn(CHECK, self.workers[0].process.exitcode, listen)
            self.workers[0].stop()
            self.workers[0] = self._worker()

    def execute(
        self, root: Path, study: Study, todo: Sequence[PlannedCell], listen: Listener
    ) -> set[Cell]:
        """Compute the cells; a worker that is killed is replaced, and its cell resumed once."""
        agenda = Agenda(root, study, todo, checked=True, references=self.means.references)
        if self.count:
            with self.means.deadline.watching():
                self._in_workers(agenda, listen)
        else:
            while (task := agenda.take()) is not None:
                agenda.settle(task, self._here(task, listen), listen)
        return agenda.failed

    def _here(self, task: Task, listen: Listener) -> str:
        from alih.training.device import left_as_found

        with left_as_found():
            return perform(self.root, self.study, task, self.means, _named(task, listen))

    def _in_workers(self, agenda: Agenda, listen: Listener) -> None:
        deadline = self.means.deadline
        while True:
            for worker in list(self.workers):
                free = worker.task is None and not deadline.closing
                task = agenda.take() if free else None
                if task is not None and not worker.hand_over(task):  # it was killed while it waited
                    self._lose(worker, task, agenda, listen)
            busy = [worker for worker in self.workers if worker.task is not None]
            if deadline.over or (deadline.closing and not busy):
                return self._end(agenda, listen)
            if not busy:
                task = agenda.take()
                if task is None:
                    return
                agenda.give_back(task)
                continue
            ready = wait([worker.pipe for worker in busy], LOOK if deadline.limited else None)
            for worker in [one for one in busy if one.pipe in ready]:
                self._attend(worker, agenda, listen)

    def _end(self, agenda: Agenda, listen: Listener) -> None:
        """Stop the workers; what they did goes on from its checkpoint another time."""
        for worker in self.workers:
            if worker.task is not None:
                agenda.settle(worker.task, "stopped", listen)
            worker.stop()
        self.workers = []

    def _attend(self, worker: Worker, agenda: Agenda, listen: Listener) -> None:
        """Take one message of a busy worker, or note its death."""
        task = worker.task
        assert task is not None
        outcome = self._message(worker, listen)
        if outcome is None:
            self._lose(worker, task, agenda, listen)
        elif worker.task is None:
            self.means.deadline.met |= outcome == "stopped"
            agenda.settle(task, outcome, listen)

    def _lose(self, worker: Worker, task: Task, agenda: Agenda, listen: Listener) -> None:
        """Go on after a worker's death: its work once more, and another process where there is work
        for one.
        """
        if self._mourn(task, worker.process.exitcode, listen):
            agenda.give_back(task)
        else:
            agenda.settle(task, "failed", listen)
        worker.stop()
        self.workers.remove(worker)
        if not agenda.empty:
            self.workers.append(self._worker())

    def _hear(self, worker: Worker, listen: Listener) -> str | None:
        """Take messages until the work is done. None when the process has died."""
        while True:
            outcome = self._message(worker, listen)
            if outcome is None or worker.task is None:
                return outcome

    def _message(self, worker: Worker, listen: Listener) -> str | None:
        """Take one message: the outcome, which frees the worker, or "" for an event. None when the
        process has died.
        """
        task = worker.task
        assert task is not None
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join()
            worker.task = None
            return None
        if isinstance(message, Exception):
            raise message
        if isinstance(message, str):
            worker.task = None
            return message
        _named(task, listen)(message)
        return ""

    def _mourn(self, task: Task, code: int | None, listen: Listener) -> bool:
        """Note that a process died over its work. Returns whether to try again; without what cells
        need the run stops.
        """
        self._deaths[task] += 1
        cell = str(task) if isinstance(task, Cell) else ""
        again = self._deaths[task] < DEATHS
        key = "executors.worker_died" if again else "executors.worker_died_again"
        values = {"what": _name(task), "code": code}
        if again or task == REFERENCES:  # only the report misses these
            listen({"kind": "message", "cell": cell, "text": say(key, **values)})
        elif isinstance(task, Cell):
            Failure.because(key, **values).write(StudyFolder(self.root).cell(task).path)
        else:
            raise AlihError(key, **values)
        return again


def _name(task: Task) -> str:
    return str(task) if isinstance(task, Cell) else say(f"executors.task_{task}")


def _named(task: Task, listen: Listener) -> Listener:
    """A listener that adds to each event which cell it is about; none for other work."""
    name = str(task) if isinstance(task, Cell) else ""
    return lambda event: listen({**event, "cell": name})


def _environment(root: Path, means: Means, number: int, processes: int) -> dict[str, str]:
    """Variables of one worker: its threads, and its own GPU, or one for each of its processes,
    where there are several.
    """
    stored = None if means.fresh else StudyFolder(root).machine
    kind = hardware.device_kind(means.device)
    threads = stored.threads if stored else hardware.threads(kind, means.jobs * processes)
    values = dict.fromkeys(THREAD_VARIABLES, str(threads))
    gpus = hardware.gpus() if (stored.device if stored else kind) == "cuda" else []
    if not gpus:
        return values
    own = {gpus[(number * processes + rank) % len(gpus)]: None for rank in range(processes)}
    return {**values, "CUDA_VISIBLE_DEVICES": ",".join(own)}
