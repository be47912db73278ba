"""Looks: every verdict on more data than the last one costs a part of the allowed error, so each is
written down.

`looks.json` holds `{"schema": 2, "looks": [{"look", "at", "arms", "data", "level", "family",
"share", "verdicts"}]}`. Looks are counted per level of `vary` and pair of arms, and only when the
scores that enter the comparison, or what is asked of them, changed; looking again at the same data
is free, and another arm's new replicate costs this pair nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from alih import files
from alih.errors import AlihError
from alih.runs import reading, sums
from alih.runs.folder import StudyFolder
from alih.statistics.verdicts import planned_level
from alih.words.phrase import Phrase

FILE = "looks.json"
READ_ONLY = ("common.cannot_write", "common.no_locks")
"""Errors of a place where results can be looked at, but nothing be kept."""


@dataclass(frozen=True)
class Look:
    """One look at two arms (in alphabetical order, so that exchanging arm and baseline is no fresh
    start).

    `at`: the level of the study; `data`: a digest of scores and question; `level`: what it may
    spend; `family`: comparisons that were planned together; `share`: what this pair can add to the
    probability of a false verdict; `verdicts` per metric.
    """

    look: int
    at: dict[str, Any]
    arms: list[str]
    data: str
    level: float
    family: int
    share: float
    verdicts: dict[str, str]


class _Looks(BaseModel):
    looks: list[Look]


@dataclass(frozen=True)
class Plan:
    """What the study allows: its whole `level`, and how many replicates are planned at most (None:
    nobody said).
    """

    level: float
    seeds_max: int | None = None

    def spend(self, seen: int, gone: float) -> float:
        """What a look after `seen` replicates may spend when `gone` is spent: half of the rest, or
        in proportion as planned.
        """
        if self.seeds_max is None:
            return max(0.0, self.level - gone) / 2
        return planned_level(self.level, seen, self.seeds_max, gone)


def read(root: Path) -> list[Look]:
    """All looks taken so far, oldest first; none without `looks.json`. Raises Damaged when the file
    makes no sense.
    """
    # To go on as if nothing had been looked at would spend the level twice, so damage is for the
    # user to decide about.
    return reading.read(root / FILE, _looks, Phrase("statistics.cure_looks")) or []


def _looks(content: bytes) -> list[Look]:
    return _Looks.model_validate_json(content, strict=True).looks


def missing(root: Path, known: Sequence[Look]) -> int:
    """How many looks were taken of which `looks.json` knows nothing: it was deleted, or an older
    copy lies there.
    """
    return max(0, StudyFolder(root).noted.looks - len(known))


def upcoming(
    earlier: Sequence[Look],
    at: dict[str, Any],
    arms: Sequence[str],
    data: str,
    seen: int,
    plan: Plan,
) -> Look:
    """The look that these scores are: the one already taken on them, else the next one, with
    nothing spent and no verdicts yet.

    `seen`: replicates that enter. With a planned number the level is spent in proportion to them,
    else half of what is left.
    """
    taken = [look for look in earlier if look.at == at and look.arms == sorted(arms)]
    for look in taken:
        if look.data == data:
            return look
    return Look(
        len(taken) + 1,
        at,
        sorted(arms),
        data,
        plan.spend(seen, sum(look.level for look in taken)),
        0,
        0.0,
        {},
    )


def after(earlier: Sequence[Look], look: Look, plan: Plan) -> Callable[[int], float]:
    """What a look after this one may spend, by the replicates it sees; beyond the planned number,
    as if so many were planned.
    """
    gone = sum(
        known.level
        for known in earlier
        if known.at == look.at and known.arms == look.arms and known.data != look.data
    )

    def level(seeds: int) -> float:
        if plan.seeds_max is not None and seeds > plan.seeds_max:
            return plan.level
        return plan.spend(seeds, gone + look.level)

    return level


def largest_family(earlier: Sequence[Look], at: dict[str, Any], today: int) -> int:
    """The number of comparisons that Holm counts: today's, or more if more were planned once.
    Taking arms away buys nothing.
    """
    return max([today, *(look.family for look in earlier if look.at == at)])


def bound(looks: Sequence[Look]) -> float:
    """What all looks of a level of `vary` together can add up to: the probability of any false
    verdict is at most this.

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


@dataclass
class Ledger:
    """Whether looks can be recorded in a study folder; `hindrance` says why not."""

    hindrance: str | None = None

    def record(self, root: Path, earlier: Sequence[Look], given: Sequence[Look]) -> list[Look]:
        """Append looks to `looks.json`, except those whose scores are there already; returns all
        looks that are now known.
        """
        new = fresh(earlier, given)
        if not new:
            return [*earlier]
        if self.hindrance is None:
            try:
                files.write_json(
                    root / FILE,
                    {"schema": 2, "looks": [asdict(known) for known in [*earlier, *new]]},
                )
                sums.note_looks(root, len(earlier) + len(new))
            except AlihError as error:
                self.hinder(error)
        return [*earlier, *new]

    def hinder(self, error: AlihError) -> None:
        """Take note of why nothing can be written; raises what is no matter of the place."""
        if error.key not in READ_ONLY:
            raise error
        self.hindrance = str(error.values["reason"])


@contextmanager
def ledger(root: Path) -> Iterator[Ledger]:
    """Hold the lock under which looks are read, judged and recorded, so that two processes do not
    both take look k.

    Where nothing can be written, or there are no locks, looks can be taken but not recorded.
    """
    with ExitStack() as held:
        found = Ledger()
        try:
            held.enter_context(files.locked(root / ".looks.lock"))
        except AlihError as error:
            found.hinder(error)
        yield found
