"""A worker on another machine: does one piece of work after the other, and is asked for news.

It knows nothing of whoever calls it. Where it does not see the run's study folder, it has one of
its own, and its news carry the files that are written there.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files
from alih.executors.contract import Means
from alih.executors.parcels import Chunk, Held, Inbox, Outbox, lacking, names_below
from alih.executors.work import Outcome, Task, perform
from alih.executors.worker import sendable, settle_in, warm_up
from alih.study.catalogue.lookup import Known, believe
from alih.study.document.study import Study
from alih.study.planning.cells import Cell
from alih.words import set_language

if TYPE_CHECKING:
    from alih.runs.card import MachineCard

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
WAIT = 0.5
"""Seconds that a question for news waits for some."""
SILENCE = 120.0
"""Seconds without a question after which a worker takes its run for dead, and ends."""
OLD = 7 * 86_400.0
"""Seconds without a file after which nobody writes into a study folder any more."""

Place = str
"""`scratch` or `cache`: which folder a file lies below; "" for the study folder."""


@dataclass(frozen=True)
class Facts:
    """Where a worker is: `kind` is the same for machines that compute alike."""

    node: str
    host: str
    kind: str
    alih: str
    torch: str


@dataclass(frozen=True)
class Item:
    """A piece of news, numbered from 1 on: an event, or a chunk of a file."""

    number: int
    content: dict[str, Any] | Chunk


class RemoteWorker:
    """Computes cells in its own process, on some machine."""

    def __init__(
        self, root: str, study: Study, means: Means, threads: int, lang: str, ship: float
    ) -> None:
        # Thread pools read the environment when torch is imported.
        os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
        set_language(lang)
        self.study, self.means, self.ship = study, means, ship
        self.root, self._own = Path(root), False
        self._inboxes: dict[Place, Inbox] = {}
        self._outbox: Outbox | None = None
        self._folders: list[Path] = []
        self._news: deque[Item] = deque()
        self._count = 0
        self._lock, self._some = threading.Lock(), threading.Condition()
        self._shipped = self._asked = time.monotonic()

    def facts(self) -> Facts:
        """Where it is, once it has imported what cells need."""
        from importlib.metadata import version

        import torch

        from alih.runs import hardware

        settle_in(hardware.device_kind(self.means.device))
        warm_up(self.study)
        gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else ""
        capability = torch.backends.cpu.get_cpu_capability()
        kind = ", ".join(filter(None, [hardware.processor(), capability, gpu]))
        versions = version("alih"), str(torch.__version__)
        return Facts(self.node(), platform.node(), kind, *versions)

    def node(self) -> str:
        """What the cluster calls this machine."""
        return platform.node()

    # --- files ---

    def see(self, probe: str, token: str) -> bool:
        """Whether this machine sees the run's study folder, in which the file `probe` holds the
        token; where not, it makes one of its own.
        """
        with contextlib.suppress(OSError):
            if (self.root / probe).read_text() == token:
                return True
        self._own = True
        _sweep(files.scratch_dir() / "studies")
        self.root = files.scratch_dir() / "studies" / f"{token}-{os.getpid()}"
        self.root.mkdir(parents=True, exist_ok=True)
        self._outbox = Outbox(self.root)
        return False

    def heard(self) -> None:
        """Note that somebody still waits for it."""
        self._asked = time.monotonic()

    def tidy(self) -> None:
        """Remove a study folder of its own."""
        if self._own:
            shutil.rmtree(self.root, ignore_errors=True)

    def lacks(self, place: Place, wanted: Sequence[Held], only: str = "") -> list[str]:
        """Which of some files are not here as they are there; others below the folder `only` are
        removed.
        """
        root = self._place(place)
        if only and self._own:
            names = {one.name for one in wanted}
            for name in names_below(root, root / only):
                if name not in names:
                    (root / name).unlink()
        return lacking(root, wanted)

    def receive(self, place: Place, chunk: Chunk) -> None:
        """Take a chunk of a file in."""
        if place not in self._inboxes:
            self._inboxes[place] = Inbox(self._place(place))
        self._inboxes[place].take(chunk)

    def _place(self, place: Place) -> Path:
        return {"scratch": files.scratch_dir(), "cache": files.cache_dir()}.get(place, self.root)

    # --- work ---

    def reads_images(self, known: Known) -> bool:
        """Whether the images of the study can be had here, with what the run knows of them."""
        from alih.data.load import load
        from alih.errors import AlihError
        from alih.study.catalogue.sets import specs

        believe(known)
        try:
            for spec in specs(self.study).values():
                load(spec, task=self.study.task)
        except (AlihError, OSError):
            return False
        return True

    def measured(self) -> MachineCard | Exception:
        """The settings that a study would have on this machine."""
        from alih.executors.work import measured

        try:
            return measured(self.study, self.means)
        except Exception as error:
            return sendable(error)

    def perform(self, task: Task) -> Outcome | Exception:
        """Do a piece of work; what came of it, or the error that stops the run. Files follow as
        news.
        """
        self._watch(task)
        try:
            return perform(self.root, self.study, task, self.means, self._emit)
        except Exception as error:
            return sendable(error)
        finally:
            self._ship(last=True)

    def request(self, seconds: float) -> None:
        """End as soon as the present epoch has ended, within so many seconds."""
        self.means.deadline.request(seconds)

    def news(self, seen: int) -> list[Item]:
        """What has happened since the item `seen`, after a moment where nothing has; small enough
        to be sent at once.

        Items are kept until a later question says that they were seen.
        """
        self._asked = time.monotonic()
        with self._some:
            while self._news and self._news[0].number <= seen:
                self._news.popleft()
            if not self._news and not self._waiting_files():
                self._some.wait(WAIT)
        if self._own and time.monotonic() - self._shipped >= self.ship:
            self._ship()
        with self._lock:
            with self._some:  # cells add events meanwhile
                full = any(isinstance(item.content, Chunk) for item in self._news)
            chunk = self._outbox.next() if self._outbox and not full else None
            if chunk is not None:
                self._tell(chunk)
            with self._some:
                return list(self._news)

    def _emit(self, event: dict[str, Any]) -> None:
        self._tell(event)

    def _tell(self, content: dict[str, Any] | Chunk) -> None:
        with self._some:
            self._count += 1
            self._news.append(Item(self._count, content))
            self._some.notify_all()

    def _waiting_files(self) -> bool:
        return self._outbox is not None and not self._outbox.empty

    def _watch(self, task: Task) -> None:
        """Send what is written from now on, and not what was there before."""
        with self._lock:
            cell = self.root / task.path if isinstance(task, Cell) else self.root
            self._folders = [cell, self.root / "pictures"] if isinstance(task, Cell) else [cell]
            if self._own:
                self._outbox = Outbox(self.root)
                self._outbox.mark(self._written())
                self._shipped = time.monotonic()

    def _ship(self, last: bool = False) -> None:
        """Let the files that were written follow; `done` comes after the others."""
        if not self._own:
            return
        with self._lock:
            assert self._outbox is not None
            if self._outbox.empty or last:
                self._outbox.add(self._written())
            self._shipped = time.monotonic()

    def _written(self) -> list[str]:
        names = [name for folder in self._folders for name in names_below(self.root, folder)]
        names = [name for name in names if not name.startswith(".locks/")]
        return sorted(names, key=lambda name: name.rpartition("/")[2] == "done")

    def end_when_forgotten(self) -> None:
        """End the process when nobody has asked for long: it would compute for nobody, and write
        where others may.
        """
        while time.monotonic() - self._asked < SILENCE:
            time.sleep(SILENCE / 20)
        self.tidy()
        os._exit(1)


def _sweep(place: Path) -> None:
    """Remove study folders of workers that were killed: those in which nothing was written for
    long.
    """
    for folder in place.iterdir() if place.exists() else ():
        with contextlib.suppress(OSError):  # another worker may be at it, too
            written = [os.lstat(path).st_mtime for path in (folder, *folder.rglob("*"))]
            if time.time() - max(written) > OLD:
                shutil.rmtree(folder, ignore_errors=True)


def means_of(means: Means) -> Means:
    """The means of a worker elsewhere: one cell at a time, which nobody else computes."""
    return replace(means, jobs=1, alone=True)
