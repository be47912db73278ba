"""A study folder as it is at a moment, and the one who looks at it again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from alih.errors import AlihError
from alih.runs.folder import CellFolder, StudyFolder
from alih.runs.forecast import Forecast, forecast
from alih.runs.status import CellStatus, DamageMemory, is_locked, survey
from alih.study.catalogue.lookup import trusting
from alih.study.document.study import Study
from alih.study.loading import SUFFIXES, builtin_names, load, not_a_study_folder
from alih.study.planning.cells import Cell
from alih.verdicts import rounds_file
from alih.verdicts.power import Power, power
from alih.verdicts.rounds_file import Rounds
from alih.verdicts.standing import OVER, Standing, standing
from alih.watching.progress import Progress, Stamp, place_of, progress, stamp

Phase = Literal["absent", "waiting", "running", "stopped", "ended", "finished", "gone"]
"""No study is there yet; no cell has begun; some process computes; none does, though cells are
left; all that is left has failed; all have finished; the folder was there and is not any more."""

QUIET, EPOCHS = 20.0, 3
"""Seconds, and epochs of its own, without a change after which nobody seems to compute a cell:
between cells no lock is held, and parts of a study on a cluster hold none at all."""


@dataclass(frozen=True)
class WatchedCell:
    """A cell with its state, its records so far and the seconds that it still needs."""

    status: CellStatus
    progress: Progress
    left: float | None

    @property
    def cell(self) -> Cell:
        """The cell."""
        return self.status.cell

    @property
    def epoch(self) -> int:
        """The latest epoch that has ended."""
        return max(self.status.epochs_done, self.progress.epoch)


@dataclass(frozen=True)
class Snapshot:
    """What is known of a study folder; `study` is None where none was ever there.

    `seconds` is the time that a run still needs, None while it is unknown; `standing` what stands
    of verdicts without a look, None before a cell has finished; `power` what the plan can decide;
    `rounds` those of a study that runs until it is decided. `error` says why the folder or its
    verdicts cannot be read. `number` grows with every change; `at` is when a file of the study last
    changed, in seconds since 1970.
    """

    root: Path
    phase: Phase
    study: Study | None = None
    cells: Sequence[WatchedCell] = ()
    seconds: float | None = None
    standing: Standing | None = None
    rounds: Rounds | None = None
    power: tuple[Power, ...] = ()
    error: AlihError | None = None
    number: int = 0
    at: float = 0.0


@dataclass
class Watcher:
    """Looks at a folder whenever it is asked, not more often than every `pause` seconds; reads only
    what has changed. Several threads may ask.
    """

    root: Path
    pause: float = 1.0
    clock: Callable[[], float] = time.time
    _last: Snapshot = field(init=False)
    _looked: float = field(default=float("-inf"), init=False)
    _seen: tuple[object, ...] = field(default=(), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _histories: dict[Cell, tuple[object, Progress]] = field(default_factory=dict, init=False)
    _damage: DamageMemory = field(default_factory=DamageMemory, init=False)
    _judged: tuple[object, Standing | AlihError | None] = field(default=(None, None), init=False)
    _power: tuple[Power, ...] = field(default=(), init=False)
    _document: tuple[Stamp | None, Study | None] = field(default=(None, None), init=False)

    def __post_init__(self) -> None:
        self._last = Snapshot(self.root, "absent")

    def now(self) -> Snapshot:
        """The folder as it is."""
        with self._lock:
            if self.clock() - self._looked >= self.pause:
                self._last = self._next()
                self._looked = self.clock()
            return self._last

    def _next(self) -> Snapshot:
        try:
            document = stamp(self.root / "study.yaml")
            if document is None:
                known = self._last.study is not None
                return self._changed("gone" if known else "absent", ())
            if document != self._document[0]:
                found = load(self.root)
                with trusting():
                    self._document, self._power = (document, found), tuple(power(found))
            study = self._document[1]
            assert study is not None
            return self._read(study)
        except OSError:  # files that are just replaced, or taken away
            return self._last
        except AlihError as error:
            if not (self.root / "study.yaml").exists():
                return self._next()
            return self._noted(replace(self._last, error=error), ("error", str(error)))

    def _changed(self, phase: Phase, seen: tuple[object, ...]) -> Snapshot:
        return self._noted(replace(self._last, phase=phase, error=None), (phase, *seen))

    def _noted(self, found: Snapshot, seen: tuple[object, ...]) -> Snapshot:
        """The snapshot, numbered anew where what was seen has changed."""
        if seen == self._seen:
            return self._last
        self._seen = seen
        return replace(found, number=self._last.number + 1)

    def _read(self, study: Study) -> Snapshot:
        from alih.study.planning.plan import cells

        folder = StudyFolder(self.root)
        planned = [folder.cell(cell) for cell in cells(study)]
        stamps = tuple(_stamps(own) for own in planned)
        locked = tuple(is_locked(own) for own in planned)
        looked = stamp(self.root / "looks.json"), stamp(self.root / rounds_file.FILE)
        changed = max(found[1] for found in _flat(self._document[0], stamps)) / 1e9
        lively = tuple(self._is_lively(own, one) for own, one in zip(planned, stamps, strict=True))
        quiet = not any((*locked, *lively)) and self.clock() - changed >= QUIET
        seen = (self._document[0], stamps, locked, lively, looked, quiet)
        if seen == self._seen:
            return self._last
        with trusting():
            statuses = survey(self.root, study, self._damage)
        found = [
            self._progress(own, one, status.state)
            for own, one, status in zip(planned, stamps, statuses, strict=True)
        ]
        statuses = [
            _as_running(status, own) if status.state == "running" or lives else status
            for status, own, lives in zip(statuses, found, lively, strict=True)
        ]
        verdicts = self._standing(study, statuses, (self._document[0], *looked))
        times = _forecast(study, statuses, found)
        snapshot = Snapshot(
            root=self.root,
            phase=_phase(statuses, quiet),
            study=study,
            cells=[
                WatchedCell(status, own, entry.seconds)
                for status, own, entry in zip(statuses, found, times.cells, strict=True)
            ],
            seconds=times.seconds,
            standing=verdicts if isinstance(verdicts, Standing) else None,
            power=self._power,
            rounds=rounds_file.read(self.root),
            error=verdicts if isinstance(verdicts, AlihError) else None,
            at=changed,
        )
        return self._noted(snapshot, seen)

    def _progress(self, folder: CellFolder, stamps: object, state: str) -> Progress:
        """The records of a cell; none of what was computed for other settings."""
        if state in ("changed", "damaged"):
            return Progress()
        known = self._histories.get(folder.cell)
        if known is None or known[0] != stamps:
            known = stamps, progress(*place_of(folder))
            self._histories[folder.cell] = known
        return known[1]

    def _is_lively(self, folder: CellFolder, stamps: Sequence[Stamp | None]) -> bool:
        """Whether the records of a cell that has not ended have just grown."""
        _, _, failed, done, *_ = stamps
        known = self._histories.get(folder.cell)
        if failed or done or known is None or not known[1].records:
            return False
        wait = max(QUIET, EPOCHS * (known[1].seconds_per_epoch or 0.0))
        newest = max(one[1] for one in stamps if one) / 1e9
        return self.clock() - newest < wait

    def _standing(
        self, study: Study, statuses: Sequence[CellStatus], seen: tuple[object, ...]
    ) -> Standing | AlihError | None:
        done = [one for one in statuses if one.state == "finished"]
        to_come = tuple(one.cell for one in statuses if one.state not in OVER)
        stamps = (stamp(StudyFolder(self.root).cell(one.cell).path / "done") for one in done)
        key = (*seen, to_come, *stamps)
        if self._judged[0] != key:
            found: Standing | AlihError | None = None
            try:
                found = standing(self.root, study, statuses) if done else None
            except AlihError as error:
                found = error
            self._judged = key, found
        return self._judged[1]


def refuse_other(root: Path) -> None:
    """Raise AlihError for a path that cannot become a study folder, such as a document or photos;
    an empty folder, or one that does not exist yet, is waited for.
    """
    if (root / "study.yaml").exists():
        return
    named = root.suffix in SUFFIXES or str(root) in builtin_names()
    if root.is_file() or (any(root.iterdir()) if root.is_dir() else named):
        raise not_a_study_folder(root)


def _stamps(folder: CellFolder) -> tuple[Stamp | None, ...]:
    names = ("identity.json", "history.csv", "failed.json", "done")
    found = [stamp(folder.path / name) for name in names]
    if found[0] and not found[1]:  # while trials are computed, records lie in their folders
        found.append(stamp(place_of(folder)[0] / "history.csv"))
    return tuple(found)


def _flat(document: Stamp | None, stamps: Sequence[Sequence[Stamp | None]]) -> list[Stamp]:
    return [one for one in (document, *(one for own in stamps for one in own)) if one]


def _as_running(status: CellStatus, own: Progress) -> CellStatus:
    """A cell that some process computes, with the epochs that its records show."""
    if status.state not in ("running", "new", "resumable"):
        return status
    done = status.epochs_done if own.trial is not None else max(status.epochs_done, own.epoch)
    return replace(status, state="running", epochs_done=done)


def _phase(statuses: Sequence[CellStatus], quiet: bool) -> Phase:
    states = {status.state for status in statuses}
    if states == {"finished"}:
        return "finished"
    if states == {"new"}:
        return "waiting" if quiet else "running"
    if "running" in states:
        return "running"
    if states <= {"finished", "failed", "blocked"}:
        return "ended"
    return "stopped" if quiet else "running"


def _forecast(study: Study, statuses: Sequence[CellStatus], found: Sequence[Progress]) -> Forecast:
    """The time left, of as many cells at once as are computed now; an arm's epochs cost what they
    take in its running cells where none has finished.
    """
    running = sum(status.state == "running" for status in statuses)
    timed: dict[str, list[float]] = {}
    for status, own in zip(statuses, found, strict=True):
        if own.seconds_per_epoch is not None and own.trial is None:
            timed.setdefault(status.cell.arm, []).append(own.seconds_per_epoch)
    return forecast(study, statuses, running or None, timed)
