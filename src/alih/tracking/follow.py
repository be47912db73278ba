"""Trackers beside a running study, in a process of their own: whatever happens there, the study
goes on.

`python -m alih.tracking.follow JSON` sends what is new every few seconds until its input is closed,
sends the rest, and ends. What it prints are sentences for the reader.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from alih.errors import AlihError
from alih.runs.status import DamageMemory
from alih.tracking.records import TrackedRun, exists, runs
from alih.tracking.sync import Channel
from alih.tracking.table import Target
from alih.words import language, say, set_language

PAUSE = 5.0
"""Seconds between two looks at the folder."""
PATIENCE = (30.0, 600.0)
"""Seconds after which a tracker that is down is tried again: at first, and at most."""
CLOSING, HASTY = 60.0, 5.0
"""Seconds for which the end of a run waits until all is sent; of a run that must end in time."""


def follow(
    root: Path,
    targets: Sequence[Target],
    project: str,
    ended: threading.Event,
    tell: Callable[[str], None],
    pause: float = PAUSE,
) -> None:
    """Send what is new of a folder until the run has `ended`, and what is left then; tells once of
    each tracker that is down.
    """
    channels = [_Patient(Channel(target, root, project)) for target in targets]
    memory, last = DamageMemory(), False
    seen: object = None
    while not last:
        last = ended.wait(pause)
        now = _stamps(root)
        if exists(root) and (now != seen or last or any(one.waits for one in channels)):
            try:
                found = runs(root, memory)
            except (AlihError, OSError) as error:
                # A cell may just be replaced; what stays so is told in the end.
                if last:
                    tell(say("track.down", reason=str(error)))
                continue
            for channel in channels:
                channel.send(found, last, tell)
            seen = now
    for channel in channels:
        channel.conclude(root, tell)


class _Patient:
    """A channel that is tried again after a while when it fails."""

    def __init__(self, channel: Channel) -> None:
        self._channel, self._where = channel, ""
        self._due, self._wait, self._warned = 0.0, PATIENCE[0], False

    @property
    def waits(self) -> bool:
        """Whether the last try failed."""
        return self._due > 0

    def send(self, found: Sequence[TrackedRun], last: bool, tell: Callable[[str], None]) -> None:
        """Send, unless the last try failed a moment ago."""
        if self._due > time.monotonic() and not last:
            return
        try:
            self._where = self._channel.send(found).where
            self._due, self._wait = 0.0, PATIENCE[0]
        except (AlihError, ModuleNotFoundError) as error:
            self._due = time.monotonic() + self._wait
            self._wait = min(2 * self._wait, PATIENCE[1])
            if not self._warned:
                tell(say("track.down", reason=str(error)))
                self._warned = True

    def conclude(self, root: Path, tell: Callable[[str], None]) -> None:
        """Say where everything is, or how what is missing gets there."""
        target = self._channel.target
        if self.waits:
            tell(say("track.fill_in", path=root, to=str(target)))
        elif self._where:
            tell(say("track.where", tracker=target.name, where=self._where))
        self._channel.close()


def _stamps(root: Path) -> object:
    names = ("history.csv", "done", "failed.json")
    found = [file for name in names for file in (root / "runs").rglob(name)]
    stamps = []
    for file in [root / "study.yaml", root / "looks.json", *found]:
        with contextlib.suppress(OSError):
            stamps.append((str(file), file.stat().st_mtime_ns))
    return sorted(stamps)


@contextlib.contextmanager
def following(
    root: Path,
    targets: Sequence[Target],
    project: str,
    tell: Callable[[str], None],
    closing: float = CLOSING,
) -> Iterator[None]:
    """Send what a study writes into `root` for as long as the context lasts, and the rest at its
    end, for which `closing` seconds are waited; `tell` hears sentences, from a thread of their own.
    """
    told = {
        "root": str(root),
        "targets": [[target.name, target.place] for target in targets],
        "project": project,
        "lang": language(),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "alih.tracking.follow", json.dumps(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # Ctrl-C is for the run, which then closes the input
    )
    assert process.stdin is not None
    assert process.stdout is not None
    lines = process.stdout

    def listen() -> None:
        for line in lines:
            tell(line.rstrip("\n"))

    reader = threading.Thread(target=listen, daemon=True)
    reader.start()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(closing)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            names = " ".join(f"--to {target}" for target in targets)
            tell(say("track.slow", path=root, to=names))
        reader.join(5)
        if not reader.is_alive():
            lines.close()


def main(argument: str) -> None:
    """Follow what the argument names until standard input is closed."""
    told = json.loads(argument)
    for number in (signal.SIGINT, *(getattr(signal, n) for n in ("SIGHUP",) if hasattr(signal, n))):
        signal.signal(number, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(10)  # the study comes first
    set_language(told["lang"])
    # Tools print as they please; only our sentences are for the reader.
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    targets = [Target(name, place) for name, place in told["targets"]]
    follow(
        Path(told["root"]),
        targets,
        told["project"],
        ended,
        lambda text: print(text, file=output, flush=True),
    )


if __name__ == "__main__":
    main(sys.argv[1])
