"""What was sent to trackers that cannot be asked for it, in a file beside their own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from alih import files
from alih.tracking.contract import Sent
from alih.tracking.records import TrackedRun

FILE = "alih-sent.json"


class Ledger:
    """The file in a folder; an unreadable one counts as empty, and what is sent again is then for
    the tracker to notice.
    """

    def __init__(self, place: Path) -> None:
        self._file = place / FILE
        try:
            known = files.read_json(self._file)
        except (OSError, ValueError):
            known = {}
        self._known: dict[str, Any] = known if isinstance(known, dict) else {}

    def sent(self, run: TrackedRun) -> Sent | None:
        """What was sent of a run."""
        try:
            return Sent(**self._known[run.key])
        except (KeyError, TypeError):
            return None

    def note(self, run: TrackedRun) -> None:
        """Note that all of a run was sent."""
        last = run.epochs[-1].number if run.epochs else 0
        self._known[run.key] = asdict(Sent(last, dict(run.values), run.note, run.state))
        files.write_json(self._file, self._known)
