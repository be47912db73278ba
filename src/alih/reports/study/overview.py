"""The first screen of a report: how many comparisons are decided, and one row for each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from alih.reports.kit.facts import Facts
from alih.statistics.verdicts import Comparison
from alih.verdicts.result import ComparisonRow
from alih.verdicts.sentences import projected, settled_by
from alih.words import formats


@dataclass(frozen=True)
class Bar:
    """A difference and its range on a line from 0 to 100; `zero` is where no difference lies."""

    low: float
    middle: float
    high: float
    zero: float


@dataclass(frozen=True)
class Row:
    """One comparison: the arm, both scores, their difference with its range, the verdict, and what
    would settle it.
    """

    label: str
    ours: str
    theirs: str
    difference: str
    interval: str
    verdict: str
    settles: str
    bar: Bar | None


@dataclass(frozen=True)
class Level:
    """The comparisons at one level, and the level in words ("" without `vary`)."""

    name: str
    rows: list[Row]


@dataclass(frozen=True)
class Block:
    """The comparisons with one baseline on one metric, level by level."""

    metric: str
    baseline: str
    levels: list[Level]


def lead(facts: Facts, rows: Sequence[ComparisonRow]) -> str:
    """How comparisons on the primary metric ended, counted; "" where there are fewer than two."""
    rows = [row for row in rows if row.metric == facts.primary]
    if len(rows) < 2:
        return ""
    counts = Counter(row.verdict for row in rows)
    ends = [
        f"{counts[verdict]} {facts.say(f'verdict_{verdict}')}"
        for verdict in ("better", "worse", "same", "undecided")
        if counts[verdict]
    ]
    baselines = {facts.arm_label(row.baseline) for row in rows}
    return facts.say(
        "overview_lead",
        metric=formats.metric_name(facts.primary),
        baseline=", ".join(baselines),
        ends=", ".join(ends),
    )


def blocks(facts: Facts, rows: Sequence[ComparisonRow]) -> list[Block]:
    """Every comparison as a row; those of one metric and baseline together, in the order given."""
    found: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for row in rows:
        levels = found.setdefault((row.metric, row.baseline), {})
        told = _row(facts, row, *_ends(rows, row.metric))
        levels.setdefault(formats.level_text(row.at), []).append(told)
    return [
        Block(
            formats.metric_name(metric),
            facts.arm_label(baseline),
            [Level(*level) for level in levels.items()],
        )
        for (metric, baseline), levels in found.items()
    ]


def _row(facts: Facts, row: ComparisonRow, low: float, high: float) -> Row:
    ours, theirs = row.means
    return Row(
        label=facts.arm_label(row.arm),
        ours=formats.value(row.metric, ours),
        theirs=formats.value(row.metric, theirs),
        difference=formats.difference(row.metric, row.difference),
        interval=formats.interval(row.metric, row.ci, sign=True),
        verdict=row.verdict,
        settles=_settles(facts, row),
        bar=_bar(row.answer, low, high) if row.answer else None,
    )


def _settles(facts: Facts, row: ComparisonRow) -> str:
    """A few words on what would settle an undecided comparison."""
    answer = row.answer
    if answer is None or answer.verdict != "undecided":
        return ""
    if row.copies:
        return facts.say("settles_copies")
    if answer.test == "items-only":
        return facts.say("settles_first")
    if answer.test == "corrected-resampled-t":
        return ""
    wanted = facts.study.compare.metrics.get(row.metric)
    kind = settled_by(answer, wanted.margin if wanted else None)
    if kind in ("seed", "seeds", "more_first") and row.command is None:
        kind = "far"
    return facts.say(f"settles_{kind}", **projected(answer))


def _ends(rows: Sequence[ComparisonRow], metric: str) -> tuple[float, float]:
    """The line on which all ranges of a metric lie; zero is on it."""
    ends = [end for row in rows if row.metric == metric for end in row.ci or ()]
    return min([0.0, *ends]), max([0.0, *ends])


def _bar(answer: Comparison, low: float, high: float) -> Bar | None:
    if high <= low:
        return None

    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    return Bar(place(answer.ci[0]), place(answer.difference), place(answer.ci[1]), place(0.0))
