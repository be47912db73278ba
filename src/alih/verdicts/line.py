"""A comparison in words, the same in every place: the command, notebooks, reports, score files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from alih.verdicts import settle
from alih.verdicts.result import ComparisonRow
from alih.verdicts.terms import Terms
from alih.words import formats, number, percent, say

MOST_DIGITS = 6
"""Decimals of a confidence; beyond them it would read as certainty."""


@dataclass(frozen=True)
class Line:
    """One row of a comparison as text.

    The range shown is the one that the verdict rests on, and stands beside its confidence, which
    many comparisons and looks raise above 95 %. `values` are the means of arm and baseline, `count`
    says how many runs on how many items, `settles` what would settle an undecided row ("" where
    nothing can be said); `remarks` are details.
    """

    row: ComparisonRow
    terms: Terms
    arm: str
    baseline: str
    metric: str
    level: str
    verdict: str
    values: tuple[str, str]
    difference: str
    interval: str
    confidence: str
    count: str
    settles: str
    sentence: str = ""
    remarks: Sequence[str] = ()


def lines(rows: Iterable[ComparisonRow], terms: Terms) -> list[Line]:
    """The rows as text, in their order."""
    return [line(row, terms) for row in rows]


def line(row: ComparisonRow, terms: Terms) -> Line:
    """One row as text."""
    mine, theirs = (formats.value(row.metric, mean) for mean in row.means)
    short = Line(
        row=row,
        terms=terms,
        arm=terms.label(row.arm),
        baseline=terms.label(row.baseline),
        metric=formats.metric_name(row.metric),
        level=formats.level_text(row.at),
        verdict=say(f"verdicts.{_ending(row, terms)}"),
        values=(mine, theirs),
        difference=_change(row, row.difference),
        interval=_span(row, row.ci),
        confidence=_confidence(row, terms),
        count=terms.count(runs_of(row), row.n_items),
        settles=settle.settles(row, terms),
    )
    return replace(short, sentence=_sentence(short), remarks=_remarks(short))


def _ending(row: ComparisonRow, terms: Terms) -> str:
    """How a row ended: its verdict, `hurts`, or `unfinished` where there is nothing to compare."""
    if row.answer is None:
        return "unfinished"
    return "hurts" if terms.hurts(row) else str(row.verdict)


def _confidence(row: ComparisonRow, terms: Terms) -> str:
    """The confidence of the range, and whether it leaves out the chance of training."""
    if row.answer is None:
        return "–"
    known = confidence(row.answer.level)
    alone = row.answer.test == "items-only"
    return say("verdicts.one_run_range", confidence=known, **terms.words) if alone else known


def _sentence(told: Line) -> str:
    """The verdict for someone who knows no statistics, without a p-value."""
    row, (mine, theirs) = told.row, told.values
    kind = "nothing" if row.answer is None else str(row.verdict)
    if row.answer and row.answer.test == "items-only":
        kind = "one_run"
    if told.terms.hurts(row):
        kind = "hurts"
    values = {"mine": mine, "theirs": theirs, "difference": told.difference}
    ranged = {"confidence": told.confidence, "span": told.interval}
    said = say(
        f"verdicts.told.{kind}",
        arm=told.arm,
        baseline=told.baseline,
        metric=told.terms.metric(row.metric),
        margin=_margin(told),
        means=say("verdicts.means", **values),
        numbers=say("verdicts.numbers", **values, **ranged),
        **told.terms.words,
    )
    look = say("statistics.look", n=row.look) if row.look > 1 else ""
    place = "; ".join(part for part in (told.level, look) if part)
    return f"{said} ({place})" if place else said


def _remarks(told: Line) -> list[str]:
    """A difference too small to matter, what the range leaves out, the 95 % range where another is
    shown, what chance moves, what would settle it.
    """
    answer, found = told.row.answer, list[str]()
    if answer is None:
        return found
    limit = told.terms.margins.get(told.row.metric)
    if answer.verdict in ("better", "worse") and limit and max(map(abs, answer.ci)) < limit:
        found.append(say("verdicts.remark.small", margin=_margin(told)))
    if answer.n_groups is not None:
        groups = number(answer.n_groups, 0)
        key = "one_group" if answer.n_groups == 1 else "groups"
        found.append(say(f"verdicts.remark.{key}", n=groups, **told.terms.words))
    if answer.uneven:
        mine, theirs = answer.uneven
        names = {"arm": told.arm, "baseline": told.baseline}
        found.append(say("verdicts.remark.uneven", mine=mine, theirs=theirs, **names))
    if answer.test == "items":
        found.append(say("verdicts.remark.items", **told.terms.words))
    if abs(answer.level - 0.05) > 1e-9 and answer.test != "items-only":
        found.append(say("verdicts.remark.plain", span=_span(told.row, answer.ci95)))
    found += chance([told])
    return [*found, capital(f"{told.settles}.")] if told.settles else found


def runs_of(row: ComparisonRow) -> str:
    """How many runs a row compares: `3`, or `3 vs 8` where numbers are unequal."""
    if row.answer and row.answer.uneven:
        mine, theirs = row.answer.uneven
        return say("verdicts.runs_each", mine=mine, theirs=theirs)
    return str(row.n_seeds)


def _margin(told: Line) -> str:
    """The metric's margin with ± before it, "" for none."""
    margin = told.terms.margins.get(told.row.metric)
    return "" if margin is None else f"±{_change(told.row, margin).lstrip('+')}"


def _change(row: ComparisonRow, value: float | None, unit: bool = True) -> str:
    """A difference with its sign: with more decimals than the values have where an end of the range
    beside zero would read as zero.

    No decimals are added until the two values shown have exactly the difference shown: the last
    digit may be off by one, as in any table of rounded numbers.
    """
    if value is None:
        return "–"
    share = row.metric in formats.FRACTIONS
    ends = [100 * end if share else end for end in row.ci or () if end]
    allowed = range(2 if share else 4, 5)
    fine = next((n for n in allowed if all(round(end, n) for end in ends)), 5)
    text = number(100 * value if share else value, fine, sign=True)
    return f"{text} {say('reports.points')}" if unit and share else text


def _span(row: ComparisonRow, ends: tuple[float, float] | None) -> str:
    """A range without unit."""
    if ends is None:
        return "–"
    low, high = (_change(row, end, unit=False) for end in ends)
    return say("verdicts.span", low=low, high=high)


def counted(lines: Sequence[Line]) -> str:
    """How many comparisons ended in which verdict: `3 better, 1 undecided, 2 no runs yet`."""
    counts = Counter(
        "unfinished" if line.row.answer is None else str(line.row.verdict) for line in lines
    )
    order = ("better", "worse", "same", "undecided", "unfinished")
    return ", ".join(
        f"{counts[verdict]} {say(f'verdicts.{verdict}')}" for verdict in order if counts[verdict]
    )


def chance(lines: Sequence[Line]) -> list[str]:
    """How much differences on one metric move by chance, with other runs and with other items: a
    sentence, or none where that is not known.
    """
    known = [(line, noise) for line in lines if (noise := line.row.noise)]
    if not known:
        return []
    first = known[0][0]

    def span(values: list[float]) -> str:
        low, high = min(values), max(values)
        highest = formats.difference(first.row.metric, high).lstrip("+")
        lowest = formats.difference(first.row.metric, low).lstrip("+")
        if lowest == highest:
            return highest
        return say("verdicts.span_of", low=lowest.split()[0], high=highest)

    items = sorted({line.row.n_items for line, _ in known})
    return [
        say(
            "verdicts.remark.chance",
            metric=formats.metric_in_text(first.row.metric),
            runs=span([noise.runs for _, noise in known]),
            by_items=span([noise.items for _, noise in known]),
            n=formats.span(items),
            items=first.terms.words["items"],
        )
    ]


def capital(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def confidence(level: float) -> str:
    """One minus a level of error, with as many decimals as tell it apart: 95 %, 97.5 %, 99.2 %.

    >>> confidence(0.05), confidence(0.05 / 6), confidence(1e-12)
    ('95 %', '99.2 %', '> 99.9999 %')
    """
    for digits in range(MOST_DIGITS - 1):
        shown = round(100 * level, digits)
        if shown and abs(shown - 100 * level) < 5 * level:
            return percent(1 - level, digits)
    return f"> {percent(1 - 1e-6, 4)}"


def confidences(rows: Iterable[ComparisonRow]) -> str:
    """The confidence of ranges in text, or the span of several."""
    levels = sorted({row.answer.level for row in rows if row.answer}, reverse=True)
    if not levels:
        return "–"
    low, high = confidence(levels[0]), confidence(levels[-1])
    return low if low == high else say("verdicts.span_of", low=low.removesuffix(" %"), high=high)
