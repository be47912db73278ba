"""How long the cells of a study will take on this machine, and what fits into its budget.

Torch-free: times come from cells that have finished and from what this machine remembers
(`runs/speed.py`).
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from alih.errors import AlihError
from alih.runs import hardware
from alih.runs.speed import Estimate, seconds_per_epoch
from alih.runs.status import CellStatus, to_run
from alih.study.document.study import Study
from alih.study.planning.plan import copied, replicates
from alih.study.planning.resolved import PlannedCell
from alih.study.strategies.options import is_closed

ENOUGH = 3
"""Replicates that a budget should at least pay for: fewer hardly show how much runs differ."""


@dataclass(frozen=True)
class CellForecast:
    """A cell and what it still needs.

    `seconds` is None when nothing is known, 0 for a finished cell. `guessed`: told from other
    networks that ran here. `solved`: it is solved at once, without epochs.
    """

    status: CellStatus
    seconds: float | None
    guessed: bool = False
    solved: bool = False

    @property
    def cell(self) -> PlannedCell:
        """The cell."""
        return self.status.cell

    @property
    def state(self) -> str:
        """The cell's state, see `CellStatus`."""
        return self.status.state

    @property
    def reason(self) -> str:
        """Why it will or will not run, in the reader's language."""
        return self.status.reason


@dataclass(frozen=True)
class Forecast:
    """What a run would do: its cells in their order, and how many it computes at once."""

    cells: tuple[CellForecast, ...]
    jobs: int
    sources: Mapping[PlannedCell, Sequence[PlannedCell]]

    @property
    def left(self) -> tuple[CellForecast, ...]:
        """The cells that a run computes: without those that failed, or wait for one that failed."""
        wanted = set(to_run([entry.status for entry in self.cells]))
        return tuple(entry for entry in self.cells if entry.cell in wanted)

    @property
    def known(self) -> tuple[CellForecast, ...]:
        """Those of `left` whose time is known."""
        return tuple(entry for entry in self.left if entry.seconds is not None)

    @property
    def wall(self) -> float:
        """Seconds until a run has computed what is `known`."""
        return together(
            {entry.cell: entry.seconds or 0.0 for entry in self.known}, self.jobs, self.sources
        )

    @property
    def seconds(self) -> float | None:
        """Seconds until a run is done; None while the time of some cell is unknown."""
        return self.wall if len(self.known) == len(self.left) else None


@dataclass(frozen=True)
class Budget:
    """What fits into the study's budget (seconds).

    `replicate` is what one replicate of all arms takes, None while that is unknown. Either
    `replicates` fit, or `ENOUGH` of them with fewer epochs (`epochs` in place of `epochs_now`).
    """

    seconds: float
    planned: int
    replicate: float | None = None
    replicates: int | None = None
    epochs: int | None = None
    epochs_now: int | None = None


def forecast(
    study: Study,
    statuses: Sequence[CellStatus],
    jobs: int | None = None,
    running: Mapping[str, list[float]] | None = None,
) -> Forecast:
    """What is known about the time of each cell.

    An epoch is taken to cost what it costs in the finished cells of the same arm, else what it cost
    when something like it last ran or was timed on this machine. `jobs`: cells at once, by default
    as many as a run would take. `running`: seconds per epoch of cells that are computed now, by
    arm, for arms of which none has finished.
    """
    jobs = jobs or hardware.default_jobs(len(to_run(statuses)), processes=study.processes)
    spent = dict(running or {}) | _spent(statuses)
    taken = copies(study, statuses)
    cells = tuple(
        CellForecast(status, 0.0, solved=is_closed(status.cell.recipe))
        if status.cell in taken
        else _of_cell(study, status, spent, jobs)
        for status in statuses
    )
    sources = {status.cell: above for status in statuses if (above := status.cell.above)}
    return Forecast(cells, jobs, sources)


def copies(study: Study, statuses: Iterable[CellStatus]) -> set[PlannedCell]:
    """New cells that take the files of an equal one, and so no time; none where weights that would
    tell which are equal are not here.
    """
    new = [status.cell for status in statuses if status.state == "new"]
    with contextlib.suppress(AlihError):
        equal = copied(study) if new else set()
        return {cell for cell in new if (cell.arm, cell.slug) in equal}
    return set()


def _spent(statuses: Iterable[CellStatus]) -> dict[str, list[float]]:
    """Seconds per epoch of finished cells, by arm; what is solved at once counts as one epoch."""
    spent: dict[str, list[float]] = {}
    for status in statuses:
        if status.seconds and status.state == "finished":
            spent.setdefault(status.cell.arm, []).append(status.seconds / (status.epochs_done or 1))
    return spent


def _of_cell(
    study: Study, status: CellStatus, spent: Mapping[str, list[float]], jobs: int
) -> CellForecast:
    cell = status.cell
    solved = is_closed(cell.recipe)
    if status.state == "finished":
        return CellForecast(status, 0.0, solved=solved)
    own = spent.get(cell.arm)
    known = Estimate(sum(own) / len(own)) if own else _timed_before(study, cell, jobs)
    if known is None:
        return CellForecast(status, None, solved=solved)
    done = status.epochs_done if status.state in ("resumable", "running") else 0
    left = known.seconds * ((status.epochs or 1) - done)
    return CellForecast(status, left, known.guessed, solved)


def _timed_before(study: Study, cell: PlannedCell, jobs: int) -> Estimate | None:
    """An epoch of all trials of the cell's arm, from what this machine remembers."""
    threads = hardware.threads(hardware.device_kind("auto"), jobs)
    images = cell.at.get("train_images", "all")
    sizes = Counter(trial.recipe.image_size for trial in cell.trials)
    total, guessed = 0.0, False
    for size, tried in sizes.items():
        sized = cell.recipe.model_copy(update={"image_size": size})
        found = seconds_per_epoch(study, sized, threads, images)
        if found is None:
            return None
        total, guessed = total + tried * found.seconds, guessed or found.guessed
    return Estimate(total, guessed)


def together(
    seconds: Mapping[PlannedCell, float],
    jobs: int,
    sources: Mapping[PlannedCell, Sequence[PlannedCell]] | None = None,
) -> float:
    """How long cells take of which `jobs` are computed at once, each by the first process that is
    free; a cell waits for those whose networks it needs.
    """
    free, ends = [0.0] * max(1, jobs), dict[PlannedCell, float]()
    for cell, needs in seconds.items():
        first = free.index(min(free))
        waits = [ends.get(above, 0.0) for above in (sources or {}).get(cell, ())]
        begins = max([free[first], *waits])
        ends[cell] = free[first] = begins + needs
    return max(ends.values(), default=0.0)


def budget(study: Study, statuses: Sequence[CellStatus], jobs: int | None = None) -> Budget | None:
    """The replicates, or else the epochs, that fit into the study's budget; None without one."""
    if study.budget is None:
        return None
    planned = replicates(study)
    fresh = [replace(s, state="new", epochs_done=0) for s in statuses if s.cell.replicate == 0]
    spent = _spent(statuses)
    count = len(to_run(statuses)) or len(statuses)
    jobs = jobs or hardware.default_jobs(count, processes=study.processes)
    taken = copies(study, fresh)
    own = [status for status in fresh if status.cell not in taken]
    first = [_of_cell(study, status, spent, jobs) for status in own]
    if not first or any(entry.seconds is None for entry in first):
        return Budget(study.budget, planned)
    # Replicates follow each other, so that all processes have work throughout.
    one = sum(entry.seconds or 0.0 for entry in first) / min(jobs, planned * len(first))
    fits = int(study.budget // one) if one else planned
    if fits >= ENOUGH:
        return Budget(study.budget, planned, one, replicates=fits)
    now = max(status.epochs for status in own)
    epochs = max(1, int(now * study.budget / (ENOUGH * one)))
    return Budget(study.budget, planned, one, epochs=epochs, epochs_now=now)
