"""The document of `alih run`."""

from __future__ import annotations

from pydantic import RootModel

from alih.cli.documents.base import Document
from alih.cli.documents.comparison import Comparison
from alih.cli.documents.studies import Plan


class BrokenCell(Document):
    """A cell that has no result."""

    cell: str
    """Its name."""
    reason: str
    """Why, as an English sentence."""


class NextStep(Document):
    """What to do next."""

    command: str
    """The command, ready for a shell."""
    seconds: float | None
    """About how many seconds it takes; None where that is unknown."""
    retry: bool
    """Whether cells have failed, which should be looked at first."""


class Watch(Document):
    """A page of a study that is ready; printed once, then it is shown until it is stopped."""

    folder: str
    """The study's folder."""
    address: str
    """Where the page is."""


class Sending(Document):
    """What was sent to a tracker."""

    tracker: str
    """Its name."""
    runs: int
    """Runs that had something new."""
    total: int
    """All runs."""
    epochs: int
    """Epochs that were sent."""
    where: str
    """Where to look at them."""


class Track(RootModel[list[Sending]]):
    """What was sent to each tracker."""


class Slurm(Document):
    """A batch script that runs a study as an array of jobs."""

    file: str
    """The script."""
    parts: int
    """Jobs, each of which computes a part of the cells."""
    cells: int
    """Cells of the largest part."""
    seconds: float
    """Seconds after which a job ends by itself."""


class Run(Document):
    """What came of a run. The exit code is 1 where some cells failed, 3 where time was over."""

    study: str
    """The study's name."""
    folder: str
    """The study's folder, which all other commands take."""
    status: Plan
    """How far every cell is."""
    comparison: Comparison | None
    """The verdicts, as `alih compare --json` prints them; None while no cell has finished, and of a
    run that gives none: of a part, or one whose time was over."""
    report: str | None
    """The report, an HTML page; None where there are no verdicts."""
    broken: list[BrokenCell]
    """Cells that failed, or that wait for one that failed."""
    next: NextStep | None
    """What to do next; None where nothing is left."""
