"""A warm process that does one piece of work after the other, and the end of its pipe that the run
holds.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from alih.executors.contract import Means
from alih.executors.work import Task, perform
from alih.study.catalogue.backbones import backbone_of
from alih.study.catalogue.lookup import Known, believe, known_now
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.words import language, set_language


@dataclass
class Worker:
    """A process, our end of the pipe to it, and the piece of work it does now."""

    process: multiprocessing.process.BaseProcess
    pipe: Connection
    task: Task | None = None
    told: bool = False

    def hand_over(self, task: Task) -> bool:
        """Give it work, and before the first what this run knows of its files. False when it was
        killed while it waited.
        """
        try:
            if not self.told:
                self.pipe.send(known_now())
                self.told = True
            self.pipe.send(task)
        except OSError:
            return False
        self.task = task
        return True

    def stop(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def start(root: Path, study: Study, means: Means, environment: Mapping[str, str]) -> Worker:
    """Start a worker; it imports what training needs while it waits for work. `environment` holds
    before it imports anything.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=_serve, args=(root, study, means, theirs, language()), daemon=True
    )
    # Thread pools and CUDA read the environment when torch is imported, which may happen before any
    # code of ours runs.
    with _environment(environment), _main_left_alone(), _for_parent_only(means):
        process.start()
    theirs.close()
    return Worker(process, ours)


def settle_in(kind: str) -> None:
    """Make a process quick that belongs to alih alone: `kind` is the device it will most likely
    compute on.

    A process of the user's (a notebook that calls `alih.run`) is left as it is.
    """
    from alih.models.compiler import postpone_compiler
    from alih.models.memory import keep_freed_memory

    postpone_compiler()
    if kind == "cpu":
        keep_freed_memory()


def _serve(root: Path, study: Study, means: Means, pipe: Connection, lang: str) -> None:
    """A worker's life: one piece of work after the other until the pipe closes. It ends with its
    parent, which has Ctrl-C.
    """
    from alih.runs.hardware import device_kind

    for number in _left_to_parent(means):
        signal.signal(number, signal.SIG_IGN)
    set_language(lang)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    settle_in(device_kind(means.device))
    with contextlib.suppress(Exception):  # whoever needs it meets the same error, and tells it
        warm_up(study)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        if isinstance(task, Known):
            believe(task)
            continue
        try:
            pipe.send(perform(root, study, task, means, pipe.send))
        except Exception as error:
            pipe.send(sendable(error))


def warm_up(study: Study) -> None:
    """Import what the cells will need, while the run still reads its images."""
    import alih.training.cell  # noqa: F401

    if any(backbone_of(cell.recipe.model) for cell in plan.cells(study)):
        import timm  # noqa: F401


def sendable(error: Exception) -> Exception:
    """The error, or one with its traceback as text where it is a defect or cannot be sent."""
    from alih.errors import AlihError

    if isinstance(error, AlihError | ModuleNotFoundError):
        with contextlib.suppress(Exception):
            return pickle.loads(pickle.dumps(error))
    return RuntimeError("".join(traceback.format_exception(error)))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
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


def _left_to_parent(means: Means) -> list[signal.Signals]:
    """Signals that workers ignore: a terminal sends Ctrl-C to all processes, and a scheduler its
    request to end, at which cells with a deadline end with a checkpoint.
    """
    names = ["SIGINT", *(["SIGTERM", "SIGUSR1"] if means.deadline.limited else [])]
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


@contextlib.contextmanager
def _for_parent_only(means: Means) -> Iterator[None]:
    """Let a child inherit that it ignores signals, from its first moment on; only the main thread
    may set that.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _left_to_parent(means)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _main_left_alone() -> Iterator[None]:
    """Keep a spawned process from running the user's script again, which has no need for `if
    __name__ == "__main__"` then.
    """
    main: Any = sys.modules["__main__"]
    file, spec = main.__dict__.pop("__file__", None), main.__spec__
    main.__spec__ = None
    try:
        yield
    finally:
        main.__spec__ = spec
        if file is not None:
            main.__file__ = file
