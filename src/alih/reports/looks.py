"""Looks: every verdict on more data than the last one costs a part of the allowed error, so each is written down.

`looks.json` holds `{"schema": 1, "looks": [{"look", "at", "data", "level", "final", "verdicts"}]}`. A look is counted per level
of `vary`, and only when the scores that enter its comparisons changed; looking again at the same data is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from alih import files
from alih.statistics.verdicts import spent_level

# After a final look nothing is left to spend; later looks get next to nothing, so they cannot overturn it.
AFTER_FINAL = 20


@dataclass(frozen=True)
class Look:
    """One look: its number, the level `at` of the study, a digest of the scores seen, what it may spend, the verdicts given."""

    look: int
    at: dict[str, Any]
    data: str
    level: float
    final: bool
    verdicts: list[dict[str, Any]]


def read(root: Path) -> list[Look]:
    """All looks taken so far, oldest first; none without `looks.json`."""
    file = root / "looks.json"
    return [Look(**entry) for entry in files.read_json(file)["looks"]] if file.exists() else []


def upcoming(earlier: Sequence[Look], at: dict[str, Any], data: str, level: float, final: bool) -> Look:
    """The look that these scores are: the one already taken on them, else the next one, with no verdicts yet.

    `level` is the study's whole level, `final` says that no later look is planned.
    """
    taken = [look for look in earlier if look.at == at]
    for look in taken:
        if look.data == data:
            return look
    number = len(taken) + 1
    if any(look.final for look in taken):
        return Look(number, at, data, spent_level(level, number + AFTER_FINAL), False, [])
    return Look(number, at, data, spent_level(level, number, final), final, [])


def record(root: Path, look: Look) -> None:
    """Append a look to `looks.json` unless the same scores of the same level are there already."""
    with FileLock(root / ".looks.lock"):
        earlier = read(root)
        if not any(known.at == look.at and known.data == look.data for known in earlier):
            files.write_json(root / "looks.json", {"schema": 1, "looks": [asdict(known) for known in [*earlier, look]]})
