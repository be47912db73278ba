"""The first screen of a report: how many comparisons are decided, and one row for each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alih.reports.kit.facts import Facts
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


def lead(facts: Facts, verdicts: Sequence[dict[str, Any]]) -> str:
    """How comparisons on the primary metric ended, counted; "" where there are fewer than two."""
    rows = [entry for entry in verdicts if entry["primary"]]
    if len(rows) < 2:
        return ""
    counts = Counter(entry["verdict"] for entry in rows)
    ends = [
        f"{counts[verdict]} {facts.say(f'verdict_{verdict}')}"
        for verdict in ("better", "worse", "same", "undecided")
        if counts[verdict]
    ]
    baselines = {facts.arm_label(entry["baseline"]) for entry in rows}
    return facts.say(
        "overview_lead",
        metric=formats.metric_name(facts.primary),
        baseline=", ".join(baselines),
        ends=", ".join(ends),
    )


def blocks(facts: Facts, verdicts: Sequence[dict[str, Any]]) -> list[Block]:
    """Every comparison as a row; those of one metric and baseline together, in the order given."""
    found: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for entry in verdicts:
        metric, baseline = entry["metric"], entry["baseline"]
        level = formats.level_text(entry.get("at") or {})
        levels = found.setdefault((metric, baseline), {})
        levels.setdefault(level, []).append(_row(facts, entry, *_ends(verdicts, metric)))
    return [
        Block(
            formats.metric_name(metric),
            facts.arm_label(baseline),
            [Level(*level) for level in levels.items()],
        )
        for (metric, baseline), levels in found.items()
    ]


def _row(facts: Facts, entry: dict[str, Any], low: float, high: float) -> Row:
    metric, means = entry["metric"], entry.get("means") or {}
    return Row(
        label=facts.arm_label(entry["arm"]),
        ours=formats.value(metric, means.get("arm")),
        theirs=formats.value(metric, means.get("baseline")),
        difference=formats.difference(metric, entry["difference"]),
        interval=formats.interval(metric, entry["ci"], sign=True),
        verdict=entry["verdict"],
        settles=_settles(facts, entry),
        bar=_bar(entry, low, high),
    )


def _settles(facts: Facts, entry: dict[str, Any]) -> str:
    """A few words on what would settle an undecided comparison."""
    if entry["verdict"] != "undecided" or entry["difference"] is None:
        return ""
    if entry["copies"]:
        return facts.say("settles_copies")
    if entry["test"] == "items-only":
        return facts.say("settles_first")
    if entry["test"] == "corrected-resampled-t":
        return ""
    wanted = facts.study.compare.metrics.get(entry["metric"])
    kind = settled_by(entry, wanted.margin if wanted else None)
    if kind in ("seed", "seeds", "more_first") and entry["needs"]["command"] is None:
        kind = "far"
    return facts.say(f"settles_{kind}", **projected(entry))


def _ends(verdicts: Sequence[dict[str, Any]], metric: str) -> tuple[float, float]:
    """The line on which all ranges of a metric lie; zero is on it."""
    ends = [end for entry in verdicts if entry["metric"] == metric for end in entry["ci"] or ()]
    known = [end for end in ends if end is not None]
    return min([0.0, *known]), max([0.0, *known])


def _bar(entry: dict[str, Any], low: float, high: float) -> Bar | None:
    ends = entry["ci"]
    if not ends or ends[0] is None or ends[1] is None or high <= low:
        return None

    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    return Bar(place(ends[0]), place(entry["difference"]), place(ends[1]), place(0.0))
