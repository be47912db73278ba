"""The other processes of a cell that trains in several: started for one training, fed the same
assignment, ended with it.

`python -m alih.training.together` is one of them: it reads its assignment from standard input.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist

from alih.errors import AlihError
from alih.study.document.arm import Recipe
from alih.study.document.study import Study
from alih.study.planning.resolved import PlannedCell
from alih.study.strategies.options import kind_of
from alih.training.bench import Bench, open_bench
from alih.training.device import Machine, apply
from alih.transfer.ranks import Ranks, joined, ranks
from alih.words import language, set_language

PATIENCE = timedelta(hours=1)
"""Ranks wait that long for each other: for one that writes a large checkpoint, say. One that ends
is noticed at once by gloo; NCCL may notice it only then.
"""

LAST_WORDS = 3.0
"""Seconds that a process may take to say why it ends."""


@dataclass(frozen=True)
class Assignment:
    """What a further process trains: as `train` is called by the first one, and where they meet."""

    root: Path
    study: Study
    cell: PlannedCell
    machine: Machine
    recipe: Recipe
    place: Path
    refit_epochs: int | None
    rank: int
    meeting: Path
    language: str

    @property
    def error(self) -> Path:
        """The file that says why the process ends before its time."""
        return self.meeting / f"error-{self.rank}"

    @property
    def log(self) -> Path:
        """The file with all that the process prints."""
        return self.meeting / f"log-{self.rank}"

    @property
    def ready(self) -> Path:
        """The file that says that the process is about to begin."""
        return self.meeting / f"ready-{self.rank}"


@contextlib.contextmanager
def together(
    bench: Bench, recipe: Recipe, place: Path, refit_epochs: int | None = None
) -> Iterator[None]:
    """Train inside with as many processes as the machine's settings say, of which this one leads.

    Raises AlihError when another one ends before its time, with its reason where it gave one.
    """
    size = bench.machine.processes
    if size == 1 or ranks() is not None or not kind_of(recipe).divides:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="alih-") as folder, contextlib.ExitStack() as ending:
        meeting = Path(folder)
        assignments = [
            Assignment(
                bench.folder.root,
                bench.study,
                bench.cell,
                bench.machine,
                recipe,
                place,
                refit_epochs,
                rank,
                meeting,
                language(),
            )
            for rank in range(1, size)
        ]
        others = [(_start(assignment), assignment) for assignment in assignments]
        ending.callback(_end, [process for process, _ in others])
        _wait_until_ready(others)
        try:
            with _met(0, size, meeting, bench.machine.device), joined(Ranks(0, size)):
                yield
        except RuntimeError as error:  # what gloo and NCCL say when another process has gone
            if (reason := _reason(others)) is not None:
                raise reason from error
            raise


def _start(assignment: Assignment) -> subprocess.Popen[bytes]:
    given = pickle.dumps(assignment)
    with assignment.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-B", "-m", "alih.training.together"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it has ended, which is noticed soon
        process.stdin.write(len(given).to_bytes(8, "big") + given)
        process.stdin.flush()
    return process


Others = list[tuple[subprocess.Popen[bytes], Assignment]]
"""The further processes, and what each was told."""


def _wait_until_ready(others: Others) -> None:
    while not all(assignment.ready.exists() for _, assignment in others):
        if any(process.poll() is not None for process, _ in others):
            raise _reason(others) or AlihError("training.process_lost", code="?", said="")
        time.sleep(0.05)


def _reason(others: Others) -> AlihError | None:
    """Why one of the processes has ended, given a moment to say it; None while all go on."""
    until = time.monotonic() + LAST_WORDS
    while time.monotonic() < until:
        for process, assignment in others:
            if process.poll() is not None:
                return _told(process.returncode, assignment)
        time.sleep(0.05)
    return None


def _told(code: int, assignment: Assignment) -> AlihError:
    with contextlib.suppress(Exception):
        error = pickle.loads(assignment.error.read_bytes())
        if isinstance(error, AlihError):
            return error
    lines = assignment.log.read_text(errors="replace").split("\n")
    said = next((line.strip() for line in reversed(lines) if line.strip()), "–")
    return AlihError("training.process_lost", code=code, said=said)


def _end(others: list[subprocess.Popen[bytes]]) -> None:
    for process in others:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.kill()
        process.wait()
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()


@contextlib.contextmanager
def _met(rank: int, size: int, meeting: Path, device: str) -> Iterator[None]:
    """The group of all processes: NCCL where each has a GPU of its own, else gloo."""
    alone = device == "cuda" and torch.cuda.device_count() >= size
    store = dist.FileStore(str(meeting / "store"), size)
    with _loopback():
        backend = "nccl" if alone else "gloo"
        dist.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=PATIENCE)
        try:
            yield
        finally:
            dist.destroy_process_group()


@contextlib.contextmanager
def _loopback() -> Iterator[None]:
    """Let gloo talk within this machine alone, which may have no network, nor a name for itself."""
    name = "GLOO_SOCKET_IFNAME"
    given = name in os.environ or not sys.platform.startswith("linux")
    if not given:
        os.environ[name] = "lo"
    try:
        yield
    finally:
        if not given:
            os.environ.pop(name, None)


def follow(given: Assignment) -> None:
    """Train as one of the processes that do not lead."""
    from alih.models.compiler import postpone_compiler
    from alih.models.memory import keep_freed_memory
    from alih.training.trained import train

    postpone_compiler()
    if given.machine.device == "cpu":
        keep_freed_memory()
    elif given.machine.device == "cuda":
        torch.cuda.set_device(given.rank % torch.cuda.device_count())
    apply(given.machine)
    size = given.machine.processes
    bench = open_bench(given.root, given.study, given.cell, given.machine, lambda _: None)
    given.ready.touch()
    group = Ranks(given.rank, size)
    with _met(given.rank, size, given.meeting, given.machine.device), joined(group):
        train(bench.sized(given.recipe), given.recipe, given.place, given.refit_epochs)


def main() -> None:
    """Read an assignment and follow it; a mistake that can be told is left in a file, pickled."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the leading process has it
    length = int.from_bytes(sys.stdin.buffer.read(8), "big")
    given: Assignment = pickle.loads(sys.stdin.buffer.read(length))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    set_language(given.language)
    try:
        follow(given)
    except AlihError as error:
        given.error.write_bytes(pickle.dumps(error))
        sys.exit(1)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
