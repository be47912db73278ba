"""Verdicts on a score file in words: the sentence of each comparison, what was done with the file,
how to read it.

A study's sentences (`verdicts/sentences.py`) name commands that run more replicates and test
images; here nothing can be run and items may be anything, so what would settle a verdict is said in
terms of rows, `--margin` and `--look`.
"""

from __future__ import annotations

from importlib.metadata import version
from platform import python_version

from alih import words
from alih.statistics.verdicts import Comparison
from alih.verdicts.scores.result import ScoreComparison, ScoreRow
from alih.verdicts.sentences import Numbers, is_rough, is_small, projected, settled_by, wins
from alih.words import formats, number, say

SEEDS_SHOWN = 8
SMALL, LARGE = 0.005, 1e7
"""Means outside these lose their digits, or their readers, in numbers with four decimals."""


def sentence(result: ScoreComparison, row: ScoreRow) -> str:
    """The verdict of one row of `comparisons`, then what would settle it if it is undecided. No
    p-value appears.
    """
    assert row.answer is not None, "a table's arms are all there"
    shown = Numbers(row.answer)
    margin = result.asked.margin
    limit = shown.margin(margin)
    first = say(
        f"statistics.verdict.{'one_run' if row.answer.test == 'items-only' else row.verdict}",
        arm=row.arm,
        baseline=row.baseline,
        metric=metric_in_text(result),
        numbers=shown.all,
        means=shown.means,
        margin=limit,
    )
    remarks = [*wins(row.answer, row.arm, row.baseline), *_remarks(result, row, row.answer, limit)]
    return " ".join([first, *remarks]) + _look(row)


def sentences(result: ScoreComparison) -> list[str]:
    """The verdict of every arm, then what was found about the scores."""
    told = [sentence(result, row) for row in result.rows]
    return told + [str(finding) for finding in result.findings]


def metric_in_text(result: ScoreComparison) -> str:
    """The metric's name inside a sentence, with its direction where lower is better."""
    metric = result.primary
    if words.has(f"statistics.metric.{metric}"):
        return say(f"statistics.metric.{metric}")
    name = (
        formats.metric_in_text if words.has(f"reports.metric_{metric}") else formats.metric_name
    )(metric)
    return name if result.asked.higher_is_better else say("reports.outside.lower", metric=name)


def _remarks(result: ScoreComparison, row: ScoreRow, answer: Comparison, limit: str) -> list[str]:
    remarks = []
    margin = result.asked.margin
    if is_small(answer, margin):
        remarks.append(say("reports.outside.small", margin=limit))
    if answer.test == "items":
        remarks.append(say("reports.outside.items"))
    if answer.verdict != "undecided":
        return remarks
    if row.copies:
        remarks.append(say("statistics.needs.copies"))
    elif answer.test == "items-only":
        remarks.append(say("reports.outside.needs_first"))
    else:
        kind = settled_by(answer, margin)
        rough = " " + say("reports.outside.rough", n=answer.n_seeds) if is_rough(answer) else ""
        remarks.append(say(f"reports.outside.needs_{kind}", rough=rough, **projected(answer)))
        if kind in ("seed", "seeds", "more_first"):
            remarks.append(_next_look(result))
    return remarks


def _next_look(result: ScoreComparison) -> str:
    """How to judge again honestly once more rows are there."""
    if result.asked.planned_looks:
        return say("reports.outside.next_look", look=result.looks + 1)
    return say("reports.outside.plan_looks")


def _look(row: ScoreRow) -> str:
    return f" ({say('statistics.look', n=row.look)})" if row.look > 1 else ""


def _level(level: float) -> str:
    return number(100 * level, 0 if round(100 * level, 6).is_integer() else 2) + " %"


def notes(result: ScoreComparison) -> list[str]:
    """What was done with the file and could be done otherwise: columns, decimals, which seeds met
    which.
    """
    file = result.file
    found = []
    if file.decimal_comma:
        found.append(say("reports.outside.decimal_comma"))
    if file.ignored:
        used = formats.listing([f"“{name}”" for name in file.used])
        names = _listed([f"“{name}”" for name in file.ignored])
        found.append(say("reports.outside.ignored", used=used, names=names))
    if result.primary not in formats.FRACTIONS:
        largest = max(abs(arm.metrics[result.primary].mean) for arm in result.arms)
        if 0 < largest < SMALL or largest > LARGE:
            found.append(
                say(
                    "reports.outside.small_scores"
                    if largest < SMALL
                    else "reports.outside.large_scores"
                )
            )
    fixed = [arm.arm for arm in result.arms if not arm.varies]
    if fixed:
        found.append(say("reports.outside.fixed", arms=formats.listing(fixed)))
    for row in result.rows:
        found += _paired(row)
    return list(dict.fromkeys(found))


def _paired(row: ScoreRow) -> list[str]:
    pairs = row.pairs
    found = []
    if pairs.in_order:
        matched = _listed([f"{mine} – {theirs}" for mine, theirs in pairs.in_order])
        found.append(
            say("reports.outside.in_order", arm=row.arm, baseline=row.baseline, pairs=matched)
        )
    for arm, seeds in pairs.left_out.items():
        other = row.baseline if arm == row.arm else row.arm
        found.append(say("reports.outside.left_out", arm=arm, other=other, seeds=_listed(seeds)))
    return found


def _listed(names: list[str]) -> str:
    if len(names) <= SEEDS_SHOWN:
        return formats.listing(names)
    return ", ".join(names[:SEEDS_SHOWN]) + ", …"


def facts(result: ScoreComparison) -> list[tuple[str, str]]:
    """What the verdict rests on, as (term, description): n, test, level, looks, margin,
    direction.
    """

    def term(key: str) -> str:
        return say(f"reports.outside.term_{key}")

    asked, rows = result.asked, result.rows
    tests = list(dict.fromkeys(row.answer.test for row in rows if row.answer))
    family = "level" if len(rows) > 1 else "level_one"
    looks = "planned_look" if asked.planned_looks else "only_look"
    margin = asked.margin
    items = number(result.arms[0].n_test, 0)
    return [
        (term("items"), items),
        (term("seeds"), formats.span([row.n_seeds for row in rows])),
        (
            term("test"),
            "; ".join(say(f"reports.outside.test_{test.replace('-', '_')}") for test in tests),
        ),
        (
            term("level"),
            say(f"reports.outside.{family}", level=_level(asked.level), n=len(rows)),
        ),
        (term("look"), say(f"reports.outside.{looks}", n=result.looks)),
        (
            term("direction"),
            say(f"reports.outside.{'higher' if asked.higher_is_better else 'lower_only'}"),
        ),
        (
            term("margin"),
            formats.difference(result.primary, margin).lstrip("+")
            if margin
            else say("reports.outside.no_margin"),
        ),
    ]


def provenance(result: ScoreComparison) -> list[tuple[str, str]]:
    """The file and the software, as (term, description)."""
    file = result.file
    columns = ", ".join(["arm", "seed", "item", *file.used])
    pairs = [
        (say("reports.outside.term_file"), file.path),
        (say("reports.outside.term_rows"), number(file.rows, 0)),
        (say("reports.outside.term_columns"), columns),
        ("SHA-256", file.sha256 or "–"),
    ]
    return (
        pairs
        + [(name, version(name)) for name in ("alih", "numpy", "scipy")]
        + [("python", python_version())]
    )
