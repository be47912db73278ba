"""How far one cell is, from the files that its process writes while it trains."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alih.runs.card import Record, Timing, parse_history, parse_timing
from alih.runs.folder import CellFolder
from alih.runs.reading import Damaged, read
from alih.words.phrase import Phrase

LATEST = 5
"""Epochs whose mean time tells what the next one takes."""

Stamp = tuple[str, int, int]
"""A file as far as its times and size tell whether it is still the same."""

_TRIAL = re.compile(r"trials/(\d+)$")


@dataclass(frozen=True)
class Progress:
    """The records of a cell so far, its times, and the trial that they are of (from 0; None where
    nothing is tuned, or one has been chosen).
    """

    records: Sequence[Record] = ()
    timing: Sequence[Timing] = ()
    trial: int | None = None

    @property
    def epoch(self) -> int:
        """The latest epoch; 0 before the first has ended."""
        return self.records[-1].epoch if self.records else 0

    @property
    def seconds_per_epoch(self) -> float | None:
        """What an epoch took lately; None before the first has ended."""
        times = [row.seconds for row in self.timing[-LATEST:]]
        return sum(times) / len(times) if times else None

    def latest(self, metric: str) -> tuple[float | None, float | None]:
        """The last values of a metric on training and on validation images.

        What is not measured while training, or holds a term of the other domain there, is the value
        on the sample of training images that is scored after each epoch.
        """
        found = {r.split: r.value for r in self.records if r.metric == metric}
        split = training_split(found, metric, self.metrics)
        return found.get(split), found.get("validation")

    @property
    def metrics(self) -> set[tuple[str, str]]:
        """Splits and metrics that there are records of."""
        return {(record.split, record.metric) for record in self.records}

    def curve(self, split: str, metric: str) -> tuple[list[int], list[float]]:
        """Epochs and values of a metric on a split."""
        rows = [r for r in self.records if r.split == split and r.metric == metric]
        return [row.epoch for row in rows], [row.value for row in rows]


def training_split(
    found: Mapping[str, float] | set[str], metric: str, known: set[tuple[str, str]]
) -> str:
    """The split whose values stand for training images."""
    joined = metric == "loss" and ("train", "domain_loss") in known
    return "train" if "train" in found and not joined else "train-eval"


def stamp(file: Path) -> Stamp | None:
    """The file as it is now, None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return str(file), found.st_mtime_ns, found.st_size


def place_of(folder: CellFolder) -> tuple[Path, int | None]:
    """Where the newest records of a cell lie, and the trial that they are of."""
    if (folder.path / "history.csv").exists():
        return folder.path, None
    tried = [
        (found, file.parent)
        for file in (folder.path / "trials").glob("*/history.csv")
        if (found := stamp(file))
    ]
    if not tried:
        return folder.path, None
    place = max(tried, key=lambda one: one[0][1])[1]
    number = _TRIAL.search(place.as_posix())
    return place, int(number[1]) if number else None


def progress(place: Path, trial: int | None) -> Progress:
    """What lies in a place; nothing where its files cannot be made out, of which the state of the
    cell says more.
    """
    told = Phrase("runs.not_readable")
    try:
        records = read(place / "history.csv", parse_history, told) or []
        timing = read(place / "timing.csv", parse_timing, told) or []
    except Damaged:
        return Progress()
    return Progress(records, timing, trial)
