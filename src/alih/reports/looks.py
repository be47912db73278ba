"""Looks: every verdict on more data than the last one costs a part of the allowed error, so each is written down.

`looks.json` holds `{"schema": 2, "looks": [{"look", "at", "arms", "data", "level", "verdicts"}]}`. Looks are counted per
level of `vary` and pair of arms, and only when the scores that enter the comparison, or what is asked of them, changed;
looking again at the same data is free, and another arm's new replicate costs this pair nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from alih import files
from alih.errors import AlihError
from alih.statistics.verdicts import planned_level, spent_level


@dataclass(frozen=True)
class Look:
    """One look at two arms (in alphabetical order, so that exchanging arm and baseline is no fresh start).

    `at`: the level of the study; `data`: a digest of scores and question; `level`: what it may spend; `verdicts` per metric.
    """

    look: int
    at: dict[str, Any]
    arms: list[str]
    data: str
    level: float
    verdicts: dict[str, str]


@dataclass(frozen=True)
class Plan:
    """What the study allows: its whole `level`, and how many replicates are planned at most (None: nobody said)."""

    level: float
    seeds_max: int | None = None


def read(root: Path) -> list[Look]:
    """All looks taken so far, oldest first; none without `looks.json`. Raises AlihError when the file makes no sense."""
    file = root / "looks.json"
    if not file.exists():
        return []
    try:
        return [Look(**entry) for entry in files.read_json(file)["looks"]]
    except (ValueError, KeyError, TypeError):
        # To go on as if nothing had been looked at would spend the level twice, so this is for the user to decide.
        raise AlihError("statistics.damaged_looks", path=file) from None


def upcoming(earlier: Sequence[Look], at: dict[str, Any], arms: Sequence[str], data: str, seen: int, plan: Plan) -> Look:
    """The look that these scores are: the one already taken on them, else the next one, with no verdicts yet.

    `seen`: replicates that enter. With a planned number the level is spent in proportion to them, else halved at each look.
    """
    taken = [look for look in earlier if look.at == at and look.arms == sorted(arms)]
    for look in taken:
        if look.data == data:
            return look
    number = len(taken) + 1
    if plan.seeds_max is None:
        level = spent_level(plan.level, number)
    else:
        level = planned_level(plan.level, seen, plan.seeds_max, sum(look.level for look in taken))
    return Look(number, at, sorted(arms), data, level, {})


def record(root: Path, given: Sequence[Look]) -> None:
    """Append looks to `looks.json`, except those whose scores are there already."""
    with FileLock(root / ".looks.lock"):
        earlier = read(root)
        known = [(look.at, look.arms, look.data) for look in earlier]
        fresh = [look for look in given if (look.at, look.arms, look.data) not in known]
        if fresh:
            files.write_json(root / "looks.json", {"schema": 2, "looks": [asdict(look) for look in [*earlier, *fresh]]})
