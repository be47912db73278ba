"""The first screen of a report: how many comparisons are decided, and one row for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alih import words
from alih.statistics.verdicts import Comparison
from alih.verdicts.line import Line, counted
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
    """One comparison in words, and its range as a bar."""

    line: Line
    bar: Bar | None


@dataclass(frozen=True)
class Level:
    """The comparisons at one level, and the level in words ("" without `vary`)."""

    name: str
    rows: list[Row]


@dataclass(frozen=True)
class Block:
    """The comparisons with one baseline on one metric, level by level; `counted` says of what each
    rests on how many.
    """

    metric: str
    baseline: str
    counted: str
    levels: list[Level]


def lead(lines: Sequence[Line], primary: str) -> str:
    """How comparisons on the primary metric ended, counted; "" where there are fewer than two."""
    lines = [line for line in lines if line.row.metric == primary]
    if len(lines) < 2:
        return ""
    return words.say(
        "reports.overview_lead",
        metric=formats.metric_name(primary),
        baseline=", ".join(dict.fromkeys(line.baseline for line in lines)),
        ends=counted(lines),
    )


def blocks(lines: Sequence[Line]) -> list[Block]:
    """Every comparison as a row; those of one metric and baseline together, in the order given."""
    found: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for line in lines:
        levels = found.setdefault((line.row.metric, line.baseline), {})
        answer = line.row.answer
        bar = _bar(answer, *_ends(lines, line.row.metric)) if answer else None
        levels.setdefault(line.level, []).append(Row(line, bar))
    counted_by = lines[0].terms.count_name if lines else ""
    return [
        Block(
            formats.metric_name(metric),
            baseline,
            counted_by,
            [Level(*level) for level in levels.items()],
        )
        for (metric, baseline), levels in found.items()
    ]


def _ends(lines: Sequence[Line], metric: str) -> tuple[float, float]:
    """The line on which all ranges of a metric lie; zero is on it."""
    ends = [end for line in lines if line.row.metric == metric for end in line.row.ci or ()]
    return min([0.0, *ends]), max([0.0, *ends])


def _bar(answer: Comparison, low: float, high: float) -> Bar | None:
    if high <= low:
        return None

    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    return Bar(place(answer.ci[0]), place(answer.difference), place(answer.ci[1]), place(0.0))
