"""What a running study shows: a live table on a terminal, one line per epoch or fewer when piped.

`Progress` folds the events of `alih.executors.events` into rows; `watch` shows them. Nothing here
changes what is computed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from alih.words import formats, layout, number, percent, say

Event = Mapping[str, Any]

# A piped log of a fast study stays readable: a cell writes at most one line in this many seconds,
# and its last epoch.
PLAIN_SECONDS = 2.0

# What goes on between epochs is told in a piped log when it begins beside the cells, and else once
# nothing else was for so many seconds.
SILENT_SECONDS = 5.0

# What takes minutes and may be stopped is told every PLAIN_SECONDS, and when it is done.
COUNTED = ("decoding", "features", "hashing", "unpacking", "masks")


@dataclass
class Row:
    """One cell as far as events have told: state, epochs, the latest metrics (keys like `validation
    accuracy`).
    """

    cell: str
    state: str = "new"
    epoch: int = 0
    epochs: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    images_per_second: float | None = None
    seconds_left: float | None = None
    note: str = ""


class Progress:
    """All rows of a running study in plan order, and the seconds left for it; None before its first
    epoch has ended.

    `primary`: the metric shown beside the loss. `doing`: what goes on between epochs, by cell; of
    none of them while preparing.
    """

    def __init__(self, primary: str = "accuracy") -> None:
        self.primary = primary
        self.rows: dict[str, Row] = {}
        self.doing: dict[str, str] = {}
        self.seconds_left: float | None = None

    def take(self, event: Event) -> Row | None:
        """Fold one event in; the row it was about, or None for events about the whole study."""
        kind = event["kind"]
        if kind == "plan":
            for status in event["cells"]:
                row = Row(str(status.cell), status.state, status.epochs_done, status.epochs)
                self.rows[row.cell] = row
        if kind == "progress":
            self.doing[event["cell"]] = doing(event)
        if kind in ("plan", "message", "progress"):
            return None
        for cell in ("", event["cell"]):
            self.doing.pop(cell, None)
        row = self.rows.setdefault(event["cell"], Row(event["cell"]))
        row.epochs = event.get("epochs") or row.epochs
        if kind == "epoch":
            self.seconds_left = event.get("study_eta")
            row.state, row.epoch, row.metrics = "running", event["epoch"], dict(event["metrics"])
            row.images_per_second, row.seconds_left = (
                event.get("images_per_second"),
                event.get("eta"),
            )
        else:
            row.state = "running" if kind == "started" else kind
            row.note = event.get("error", "")
        if kind == "finished":
            row.epoch = row.epochs
        return row


def shown(progress: Progress) -> list[tuple[str, str]]:
    """The metrics that are told of every epoch, with their names: the objective and what the study
    is about.
    """
    names = [
        ("loss", say("cli.metric.loss")),
        (progress.primary, formats.metric_in_text(progress.primary)),
    ]
    return names[:1] if progress.primary == "loss" else names


def pair(row: Row, metric: str) -> str:
    """Training and validation value of a metric: `0.312 / 0.287`; shares in per cent.

    What is not measured while training is the value on the sample of training items that is scored
    after each epoch.
    """
    show, digits = (percent, 1) if metric in formats.FRACTIONS else (number, 3)
    scored = row.metrics.get(f"train-eval {metric}")
    train = row.metrics.get(f"train {metric}", scored)
    if metric == "loss" and "train domain_loss" in row.metrics:
        train = scored  # the loss of a step holds a domain term, which validation has not
    values = [train, row.metrics.get(f"validation {metric}")]
    if all(value is None for value in values):
        return ""
    return " / ".join("–" if value is None else show(value, digits) for value in values)


def line(row: Row, progress: Progress) -> str:
    """One plain line about a cell's latest epoch."""
    parts = [row.cell, say("cli.progress.epoch", epoch=row.epoch, epochs=row.epochs)]
    values = [
        f"{name} {pair(row, metric)}" for metric, name in shown(progress) if pair(row, metric)
    ]
    if values:
        parts.append(say("cli.progress.values", values=", ".join(values)))
    if row.images_per_second:
        parts.append(say("cli.progress.speed", speed=number(row.images_per_second, 0)))
    if progress.seconds_left is not None:
        parts.append(say("cli.progress.left", time=layout.duration(progress.seconds_left)))
    return "  ".join(parts)


def doing(event: Event) -> str:
    """A `progress` event in words."""
    show = layout.size if event["what"] == "fetching" else (lambda count: number(count, 0))
    done, of = (None if event[key] is None else show(event[key]) for key in ("done", "of"))
    text = say(f"cli.progress.{event['what']}")
    if done is not None:
        text = say(
            "cli.progress.so_far" if of is None else "cli.progress.of", what=text, done=done, of=of
        )
    return f"{event['cell']}  {text}" if event["cell"] else text


class Plain:
    """Writes events as lines, to standard output by default."""

    def __init__(
        self,
        progress: Progress,
        clock: Callable[[], float] = time.monotonic,
        out: TextIO | None = None,
    ) -> None:
        self._out = out
        self._progress = progress
        self._clock = clock
        self._last: dict[str, float] = {}
        self._told = clock()
        self._begun = ""

    def __call__(self, event: Event) -> None:
        """Show one event."""
        row = self._progress.take(event)
        text = self._text(event, row)
        if text:
            self._told = self._clock()
            print(text, file=self._out or sys.stdout, flush=True)

    def _text(self, event: Event, row: Row | None) -> str | None:
        if event["kind"] == "progress":
            # What goes on beside the cells is told when it begins, and then like everything else
            # between epochs.
            begins = not event["cell"] and event["what"] != self._begun
            self._begun = self._begun if event["cell"] else event["what"]
            quiet = self._clock() - self._told
            counted = event["what"] in COUNTED and event["done"] is not None
            due = quiet >= (PLAIN_SECONDS if counted else SILENT_SECONDS)
            last = counted and event["done"] == event["of"]
            return doing(event) if begins or due or last else None
        if row is None:
            return event["text"] if event["kind"] == "message" else None
        if event["kind"] == "epoch":
            now = self._clock()
            if (
                row.epoch < row.epochs
                and now - self._last.get(row.cell, float("-inf")) < PLAIN_SECONDS
            ):
                return None
            self._last[row.cell] = now
            return line(row, self._progress)
        return say(f"cli.progress.{event['kind']}", cell=row.cell, reason=row.note)
