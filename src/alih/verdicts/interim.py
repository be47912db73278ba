"""Looks: every verdict on more data than the last one costs a part of the allowed error, so each is
written down.

`looks.json` holds `{"schema": 3, "looks": [Look]}`. Looks are counted per level of `vary` and pair
of arms, and only when the scores that enter the comparison, or what is asked of them, changed;
looking again at the same data is free, and another arm's new replicate costs this pair nothing.
Files of schema 2 are read, too: their looks keep their verdicts and what they spent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from alih import files
from alih.errors import AlihError
from alih.runs import reading, sums
from alih.runs.folder import StudyFolder
from alih.statistics.intervals import Estimate
from alih.statistics.spending import Plan, Spending, information, tie
from alih.words.phrase import Phrase

FILE = "looks.json"
SCHEMA = 3
READ_ONLY = ("common.cannot_write", "common.no_locks")
"""Errors of a place where results can be looked at, but nothing be kept."""


@dataclass(frozen=True)
class Part:
    """One metric in a look: its weight in the family, the share of its level that is spent after
    this look, the tie with the look before (`Spending`), and the verdict.
    """

    weight: float
    spent: float
    tie: float = 0.0
    verdict: str | None = None


@dataclass(frozen=True)
class Look:
    """One look at two arms (in alphabetical order, so that exchanging arm and baseline is no fresh
    start).

    `at`: the level of the study; `data`: a digest of scores and question; `question` and `scores`:
    digests of the question alone and of each run's scores; `seen`: replicates, of unequal numbers
    their harmonic mean; `plan`: what was
    planned at the pair's first look, None for looks of schema 2; `family`: how many arms were
    planned together; `share`: what this look can add to the probability of a false verdict.
    """

    look: int
    at: dict[str, Any]
    arms: list[str]
    data: str
    question: str
    scores: list[str]
    seen: int | float
    plan: Plan | None
    family: int
    share: float
    metrics: dict[str, Part]

    @property
    def spent(self) -> float:
        """The share of the level that the pair has spent after this look, whatever the metric."""
        return max((part.spent for part in self.metrics.values()), default=0.0)

    @property
    def uneven(self) -> bool:
        """Whether its arms had unequal numbers of replicates: a harmonic mean is below the mean."""
        return len(self.scores) > 2 * self.seen > 0

    def holds(self, other: Look) -> bool:
        """Whether this look asks the same as another one of runs among which are all of that
        one.
        """
        return self.question == other.question and set(self.scores) >= set(other.scores)


class _Looks(BaseModel):
    looks: list[Look]


class _OlderLook(BaseModel):
    """A look of schema 2: all rows weighed the same (`family` counts rows), and `level` is what it
    spent.
    """

    look: int
    at: dict[str, Any]
    arms: list[str]
    data: str
    level: float
    family: int = Field(gt=0)
    share: float
    verdicts: dict[str, str]


class _OlderLooks(BaseModel):
    looks: list[_OlderLook]


class _Head(BaseModel):
    number: int = Field(alias="schema", ge=2, le=SCHEMA)


def read(root: Path, level: float) -> list[Look]:
    """All looks taken so far, oldest first; none without `looks.json`. `level`: the study's, of
    which looks of schema 2 have spent a part.

    Raises Damaged when the file makes no sense.
    """

    def parse(content: bytes) -> list[Look]:
        if _Head.model_validate_json(content, strict=True).number == SCHEMA:
            return _Looks.model_validate_json(content, strict=True).looks
        return _migrated(_OlderLooks.model_validate_json(content, strict=True).looks, level)

    # To go on as if nothing had been looked at would spend the level twice, so damage is for the
    # user to decide about.
    return reading.read(root / FILE, parse, Phrase("statistics.cure_looks")) or []


def _migrated(older: Sequence[_OlderLook], level: float) -> list[Look]:
    found: list[Look] = []
    for one in older:
        earlier = history(found, one.at, one.arms)
        spent = min(1.0, (earlier[-1].spent if earlier else 0.0) + one.level / level)
        metrics = {
            name: Part(1 / one.family, spent, verdict=verdict)
            for name, verdict in one.verdicts.items()
        }
        found.append(
            Look(
                look=one.look,
                at=one.at,
                arms=one.arms,
                data=one.data,
                question="",
                scores=[],
                seen=0,
                plan=None,
                family=-(-one.family // max(1, len(metrics))),
                share=one.share,
                metrics=metrics,
            )
        )
    return found


def missing(root: Path, known: Sequence[Look]) -> int:
    """How many looks were taken of which `looks.json` knows nothing: it was deleted, or an older
    copy lies there.
    """
    return max(0, StudyFolder(root).noted.looks - len(known))


def history(looks: Sequence[Look], at: Mapping[str, Any], arms: Sequence[str]) -> list[Look]:
    """The looks at a pair of arms, at a level of the study."""
    return [look for look in looks if look.at == at and look.arms == sorted(arms)]


def plan_of(earlier: Sequence[Look], today: Plan) -> Plan:
    """The plan of a pair: that of its first look stands, whatever the study planned later."""
    return next((known.plan for known in earlier if known.plan), today)


def spend(
    earlier: Sequence[Look],
    look: Look,
    plan: Plan,
    finished: float,
    level: float,
    asked: Mapping[str, tuple[float, Estimate]],
) -> Look:
    """A new look with what each of its metrics spends, after the `earlier` ones at this pair.

    `finished`: how many replicates the pair has finished, of which copies do not enter; `asked`:
    per metric its weight and estimate.
    """
    before = earlier[-1] if earlier else None
    metrics, share = {}, 0.0
    for name, (weight, estimate) in asked.items():
        part = before.metrics.get(name) if before else None
        gone = part.spent if part else before.spent if before else 0.0
        told = information(estimate, look.seen, plan.replicates)
        spent = plan.share(level, finished, gone, told)
        uneven = look.uneven or (before is not None and before.uneven)
        tied = (
            tie(estimate, before.seen, look.seen, uneven)
            if before and part and look.holds(before)
            else 0
        )
        metrics[name] = Part(weight, spent, float(tied))
        share += weight * (spent - gone) * level
    return replace(look, share=share, metrics=metrics)


def spending(looks: Sequence[Look], metric: str) -> Spending:
    """What the looks at a pair spend on a metric; the last one is the look that is judged."""
    parts = [look.metrics.get(metric) or Part(0.0, look.spent) for look in looks]
    return Spending(tuple(part.spent for part in parts), tuple(part.tie for part in parts))


def after(
    looks: Sequence[Look], metric: str, plan: Plan, level: float, estimate: Estimate
) -> Callable[[float, float], float]:
    """The level of a look after the last of `looks`, by the part of the study's `level` that the
    row has, and the replicates that the look sees.
    """
    so_far, seen = spending(looks, metric), looks[-1].seen

    def later(part: float, seeds: float) -> float:
        told = information(estimate, seeds, plan.replicates)
        share = plan.share(level, seeds, so_far.shares[-1], told)
        tied = tie(estimate, seen, seeds, looks[-1].uneven) if seen else 0.0
        return so_far.then(share, tied).level(part)

    return later


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

    hindrance: Phrase | str | None = None

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
                    {"schema": SCHEMA, "looks": [asdict(known) for known in [*earlier, *new]]},
                )
                sums.note_looks(root, len(earlier) + len(new))
            except AlihError as error:
                self.hinder(error)
        return [*earlier, *new]

    def hinder(self, error: AlihError) -> None:
        """Take note of why nothing can be written; raises what is no matter of the place."""
        if error.key not in READ_ONLY:
            raise error
        self.hindrance = error.values["reason"]


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
