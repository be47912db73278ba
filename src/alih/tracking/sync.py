"""Sends to a tracker what it lacks of a study folder."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from alih import files
from alih.errors import AlihError
from alih.tracking.contract import News, Tracker
from alih.tracking.records import TrackedRun, runs
from alih.tracking.table import Target, tracker
from alih.words.phrase import reason_of, shown

TURN = 120.0
"""Seconds for which another process that sends the same study is waited for."""


@dataclass(frozen=True)
class Sending:
    """What was sent: how many `runs` had something new, how many `epochs` of them, of how many runs
    in all; `where` tells how to see them.
    """

    tracker: str
    runs: int
    epochs: int
    total: int
    where: str


@dataclass
class Channel:
    """One tracker, opened when something is first sent; after an error it is opened anew.

    What a run had when it was last sent is remembered, so that the tracker is asked about changed
    runs alone.
    """

    target: Target
    root: Path
    project: str
    _open: Tracker | None = field(default=None, init=False)
    _last: dict[str, TrackedRun] = field(default_factory=dict, init=False)

    def send(self, found: Sequence[TrackedRun]) -> Sending:
        """Send what is new. Raises AlihError that names the tracker and its reason."""
        count = epochs = 0
        try:
            opened = self._opened()
            with _alone(self.root, self.target):
                for run in found:
                    if self._last.get(run.key) == run:
                        continue
                    news = News.of(run, opened.sent(run))
                    if news is not None:
                        opened.send(run, news)
                        count, epochs = count + 1, epochs + len(news.epochs)
                    self._last[run.key] = run
        except (AlihError, ModuleNotFoundError):
            self.close()
            raise
        except Exception as error:
            # Of HTTP, databases, files: each tool has classes of its own.
            self.close()
            values = {"tracker": self.target.name, "reason": _first_line(error)}
            raise AlihError("track.failed", **values, path=self.root) from error
        return Sending(self.target.name, count, epochs, len(found), opened.shown)

    def close(self) -> None:
        """Let the tracker go."""
        opened, self._open = self._open, None
        if opened is not None:
            opened.__exit__(None, None, None)

    def _opened(self) -> Tracker:
        if self._open is None:
            self._open = tracker(self.target, self.root, self.project).__enter__()
        return self._open


def _alone(root: Path, target: Target) -> AbstractContextManager[None]:
    """Let no other process on this machine send the same study there meanwhile: between asking what
    is there and sending the rest nothing may come. The folder itself is only read, so the lock lies
    in the cache.
    """
    name = files.digest([str(root.resolve()), target.name])[:16]
    return files.locked(files.cache_dir() / "tracking" / f"{name}.lock", TURN)


def _first_line(error: Exception) -> str:
    told = str(reason_of(error)).strip().splitlines()
    return shown(told[0]) if told else type(error).__name__


def sync(root: Path, target: Target, project: str) -> Sending:
    """Send what a tracker lacks of the study in `root`.

    Raises AlihError where the folder cannot be read, or the tracker not be reached.
    """
    channel = Channel(target, root, project)
    try:
        return channel.send(runs(root))
    finally:
        channel.close()
