"""Trackio: a run for each cell in a project on this machine, grouped by arm."""

from __future__ import annotations

import contextlib
import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alih.tracking.contract import News, Sent, Tracker
from alih.tracking.records import TrackedRun

WHOLE = "whole/"
"""What names of values begin with that belong to a run as a whole."""
STATE, NOTE = "state", "note"


class Trackio(Tracker):
    """Runs of a project, in the folder `place` or where Trackio keeps its projects."""

    NAME = "trackio"

    def __init__(self, place: Path | None, project: str) -> None:
        if place is not None:
            os.environ["TRACKIO_DIR"] = str(place)  # read when the package is imported
        import trackio
        from trackio.sqlite_storage import SQLiteStorage

        self._trackio, self._storage, self._project = trackio, SQLiteStorage, project

    @property
    def shown(self) -> str:
        """The command that shows the project."""
        return f"trackio show --project {self._project}"

    def sent(self, run: TrackedRun) -> Sent | None:
        """What the project has of a run."""
        rows: list[dict[str, Any]] = self._storage.get_logs(self._project, self._name(run))
        if not rows:
            return None
        values: dict[str, Any] = {}
        for row in rows:
            values |= {name: value for name, value in row.items() if name.startswith(WHOLE)}
        epochs = [row["step"] for row in rows if not any(name.startswith(WHOLE) for name in row)]
        told = {name.removeprefix(WHOLE): value for name, value in values.items()}
        note, state = (str(told.pop(name, "")) for name in (NOTE, STATE))
        return Sent(max(epochs, default=0), told, note, state)

    def send(self, run: TrackedRun, news: News) -> None:
        """Write what is new into the project."""
        rows = [dict(epoch.values) for epoch in news.epochs]
        steps = [epoch.number for epoch in news.epochs]
        times = [epoch.at for epoch in news.epochs]
        whole: dict[str, Any] = {f"{WHOLE}{name}": value for name, value in news.values.items()}
        whole |= {f"{WHOLE}{STATE}": run.state}
        whole |= {f"{WHOLE}{NOTE}": news.note} if news.note is not None else {}
        config = {"study": run.study, **run.config, **run.tags, "_Group": run.group}
        with contextlib.redirect_stdout(io.StringIO()):
            self._storage.bulk_log(
                self._project,
                self._name(run),
                [*rows, whole],
                [*steps, run.step],
                [datetime.fromtimestamp(at, UTC).isoformat() for at in (*times, run.changed)],
                config=config,
            )

    @staticmethod
    def _name(run: TrackedRun) -> str:
        """Trackio tells runs apart by name, so that one computed anew needs another."""
        return f"{run.name} ({run.key[:6]})"
