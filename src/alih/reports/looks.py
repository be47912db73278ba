"""Looks: every verdict on more data than the last one costs a part of the allowed error, so each is written down.

`looks.json` holds `{"schema": 2, "looks": [{"look", "at", "arms", "data", "level", "family", "share",
"verdicts"}]}`. Looks are counted per
level of `vary` and pair of arms, and only when the scores that enter the comparison, or what is asked of them, changed;
looking again at the same data is free, and another arm's new replicate costs this pair nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from alih import files
from alih.errors import AlihError
from alih.statistics.verdicts import planned_level


@dataclass(frozen=True)
class Look:
    """One look at two arms (in alphabetical order, so that exchanging arm and baseline is no fresh start).

    `at`: the level of the study; `data`: a digest of scores and question; `level`: what it may spend; `family`: comparisons
    that were planned together; `share`: what this pair can add to the probability of a false verdict; `verdicts` per metric.
    """

    look: int
    at: dict[str, Any]
    arms: list[str]
    data: str
    level: float
    family: int
    share: float
    verdicts: dict[str, str]


@dataclass(frozen=True)
class Plan:
    """What the study allows: its whole `level`, and how many replicates are planned at most (None: nobody said)."""

    level: float
    seeds_max: int | None = None

    def spend(self, seen: int, gone: float) -> float:
        """What a look after `seen` replicates may spend when `gone` is spent: half of the rest, or in proportion as planned."""
        if self.seeds_max is None:
            return max(0.0, self.level - gone) / 2
        return planned_level(self.level, seen, self.seeds_max, gone)


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
    """The look that these scores are: the one already taken on them, else the next one, with nothing spent and no verdicts yet.

    `seen`: replicates that enter. With a planned number the level is spent in proportion to them, else half of what is left.
    """
    taken = [look for look in earlier if look.at == at and look.arms == sorted(arms)]
    for look in taken:
        if look.data == data:
            return look
    return Look(len(taken) + 1, at, sorted(arms), data, plan.spend(seen, sum(look.level for look in taken)), 0, 0.0, {})


def after(earlier: Sequence[Look], look: Look, plan: Plan) -> Callable[[int], float]:
    """What a look after this one may spend, by the replicates it sees; beyond the planned number, as if so many were planned."""
    gone = sum(known.level for known in earlier if known.at == look.at and known.arms == look.arms and known.data != look.data)

    def level(seeds: int) -> float:
        if plan.seeds_max is not None and seeds > plan.seeds_max:
            return plan.level
        return plan.spend(seeds, gone + look.level)

    return level


def largest_family(earlier: Sequence[Look], at: dict[str, Any], today: int) -> int:
    """The number of comparisons that Holm counts: today's, or more if more were planned once. Taking arms away buys nothing."""
    return max([today, *(look.family for look in earlier if look.at == at)])


def bound(looks: Sequence[Look]) -> float:
    """What all looks of a level of `vary` together can add up to: the probability of any false verdict is at most this.

    It exceeds the study's level only when arms were added after others had been judged.
    """
    totals: dict[str, float] = {}
    for look in looks:
        key = files.digest(look.at)
        totals[key] = totals.get(key, 0.0) + look.share
    return max(totals.values(), default=0.0)


def fresh(earlier: Sequence[Look], given: Sequence[Look]) -> list[Look]:
    """The looks whose scores were not looked at before."""
    known = [(look.at, look.arms, look.data) for look in earlier]
    return [look for look in given if (look.at, look.arms, look.data) not in known]


def record(root: Path, earlier: Sequence[Look], given: Sequence[Look]) -> list[Look]:
    """Append looks to `looks.json`, except those whose scores are there already. The caller holds `lock(root)`."""
    new = fresh(earlier, given)
    if new:
        files.write_json(root / "looks.json", {"schema": 2, "looks": [asdict(known) for known in [*earlier, *new]]})
    return [*earlier, *new]


def lock(root: Path) -> FileLock:
    """The lock under which looks are read, judged and recorded, so that two processes do not both take look k."""
    return FileLock(root / ".looks.lock")
