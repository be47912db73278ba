"""What a running study shows: a live table on a terminal, one line per epoch or fewer when piped.

`Progress` folds the events of `alih.executors.events` into rows; `watch` shows them. Nothing here changes what is computed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from alih.cli import output
from alih.words import number, percent, say

Event = Mapping[str, Any]

# A piped log of a fast study stays readable: a cell writes at most one line in this many seconds, and its last epoch.
PLAIN_SECONDS = 2.0


@dataclass
class Row:
    """One cell as far as events have told: state, epochs, the latest metrics per split."""

    cell: str
    state: str = "new"
    epoch: int = 0
    epochs: int = 0
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)
    images_per_second: float | None = None
    seconds_left: float | None = None
    note: str = ""

    def value(self, split: str, metric: str) -> float | None:
        """The latest value of a metric on a split, or None before the first epoch has ended."""
        return self.metrics.get(split, {}).get(metric)


class Progress:
    """All rows of a running study, and the time left for it by the wall clock (so that parallel cells count as they run)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.rows: dict[str, Row] = {}
        self._clock = clock
        self._began: float | None = None
        self._epochs_now = 0

    def take(self, event: Event) -> Row | None:
        """Fold one event in; the row it was about, or None for events about the whole study."""
        kind = event["kind"]
        if kind == "plan":
            for cell in event.get("cells", ()):
                self._plan(cell)
            return None
        if kind == "message":
            return None
        row = self.rows.setdefault(event["cell"], Row(event["cell"]))
        row.epochs = event.get("epochs") or row.epochs
        if kind == "started":
            row.state = "running"
            row.epoch = event.get("epoch") or 0
            self._began = self._began if self._began is not None else self._clock()
        elif kind == "epoch":
            self._epoch(row, event)
        elif kind in ("finished", "skipped"):
            row.state, row.seconds_left = "finished", 0.0
            row.epoch = row.epochs
        elif kind == "failed":
            row.state, row.seconds_left = "failed", 0.0
            row.note = str(event.get("error") or event.get("reason") or "")
        return row

    def _plan(self, cell: Any) -> None:
        facts = cell if isinstance(cell, Mapping) else {"cell": str(cell)}
        row = Row(facts["cell"], facts.get("state", "new"), facts.get("epochs_done") or 0, facts.get("epochs") or 0)
        self.rows[row.cell] = row

    def _epoch(self, row: Row, event: Event) -> None:
        row.state = "running"
        row.epoch = event["epoch"]
        row.metrics = {split: dict(values) for split, values in (event.get("metrics") or {}).items()}
        row.images_per_second = event.get("images_per_second")
        row.seconds_left = event.get("eta")
        self._epochs_now += 1

    @property
    def seconds_left(self) -> float | None:
        """Time left for the study, from the epochs this run has done so far; None before the first."""
        if self._began is None or not self._epochs_now:
            return None
        left = sum(
            max(row.epochs - row.epoch, 0) for row in self.rows.values() if row.state not in ("finished", "failed", "blocked")
        )
        return (self._clock() - self._began) / self._epochs_now * left


def pair(row: Row, metric: str) -> str:
    """Training and validation value of a metric: `0.312 / 0.287`; accuracy in per cent."""
    show = percent if metric == "accuracy" else number
    digits = 1 if metric == "accuracy" else 3
    values = [row.value(split, metric) for split in ("train", "validation")]
    if all(value is None for value in values):
        return ""
    return " / ".join("–" if value is None else show(value, digits) for value in values)


def line(row: Row, study_left: float | None) -> str:
    """One plain line about a cell's latest epoch."""
    parts = [row.cell, say("cli.progress.epoch", epoch=row.epoch, epochs=row.epochs)]
    parts += [f"{say(f'cli.metric.{metric}')} {pair(row, metric)}" for metric in ("loss", "accuracy") if pair(row, metric)]
    if row.images_per_second:
        parts.append(say("cli.progress.speed", speed=number(row.images_per_second, 0)))
    if study_left is not None:
        parts.append(say("cli.progress.left", time=output.duration(study_left)))
    return "  ".join(parts)


@contextmanager
def watch(study: Any) -> Iterator[Callable[[Event], None]]:
    """Give a function that takes events and shows them, for as long as the context lasts."""
    if output.is_terminal():
        from alih.cli.live import live

        with live(study, Progress()) as take:
            yield take
    else:
        yield Plain(Progress())


class Plain:
    """Writes events as lines to standard output."""

    def __init__(self, progress: Progress, clock: Callable[[], float] = time.monotonic) -> None:
        self._progress = progress
        self._clock = clock
        self._last: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Show one event."""
        row = self._progress.take(event)
        text = self._text(event, row)
        if text:
            print(text)
            sys.stdout.flush()

    def _text(self, event: Event, row: Row | None) -> str | None:
        if row is None:
            return event.get("text") if event["kind"] == "message" else None
        if event["kind"] == "epoch":
            now = self._clock()
            if row.epoch < row.epochs and now - self._last.get(row.cell, float("-inf")) < PLAIN_SECONDS:
                return None
            self._last[row.cell] = now
            return line(row, self._progress.seconds_left)
        if event["kind"] in ("started", "finished", "failed"):
            return say(f"cli.progress.{event['kind']}", cell=row.cell, reason=event.get("reason") or row.note)
        return None
