"""Verdicts on a score file in words: its terms, what was done with the file, how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from platform import python_version

from alih.metrics import METRICS
from alih.statistics.uneven import LEAST
from alih.verdicts import settle
from alih.verdicts.line import runs_of
from alih.verdicts.scores.result import ScoreComparison, ScoreRow
from alih.verdicts.terms import Terms
from alih.words import formats, number, say

SEEDS_SHOWN = 8
SMALL, LARGE = 0.005, 1e7
"""Means outside these lose their digits, or their readers, in numbers with four decimals."""


def terms(result: ScoreComparison) -> Terms:
    """The words for a score file: its rows are seeds and items, and nothing can be run."""
    lower = frozenset() if result.asked.higher_is_better else frozenset([result.primary])
    margins = {result.primary: result.asked.margin}
    return Terms("seed", "item", str, margins, commands=False, lower=lower)


def notes(result: ScoreComparison) -> list[str]:
    """What was done with the file and could be done otherwise: columns, decimals, which seeds met
    which.
    """
    file = result.file
    found = []
    if file.decimal_comma:
        found.append(say("reports.outside.decimal_comma"))
    if result.primary not in METRICS and result.asked.higher_is_better:
        found.append(say("reports.outside.assumed_higher"))
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
    sizes = file.group_sizes
    if sizes is not None:
        key = "groups_alone" if max(sizes) == 1 else "groups"
        said = {"n": number(len(sizes), 0), "sizes": formats.span(sorted(set(sizes)))}
        found.append(say(f"reports.outside.{key}", column=result.asked.group, **said))
    fixed = [arm.arm for arm in result.arms if not arm.varies]
    if fixed:
        found.append(say("reports.outside.fixed", arms=formats.listing(fixed)))
    for row in result.rows:
        found += _paired(row)
    return list(dict.fromkeys(found))


def next_look(result: ScoreComparison) -> str:
    """How to judge again honestly once more runs are there; "" where no more are advised."""
    own = terms(result)
    if not any(settle.advice(row, own) in settle.MORE_RUNS for row in result.rows):
        return ""
    key = "next_look" if result.asked.planned_looks else "plan_looks"
    return say(f"reports.outside.{key}", look=result.looks + 1)


def _paired(row: ScoreRow) -> list[str]:
    pairs = row.pairs
    found = []
    if pairs.in_order:
        matched = _listed([f"{mine} – {theirs}" for mine, theirs in pairs.in_order])
        found.append(
            say("reports.outside.in_order", arm=row.arm, baseline=row.baseline, pairs=matched)
        )
    for key, without in (("unpaired", pairs.unpaired), ("left_out", pairs.left_out)):
        for arm, seeds in without.items():
            other, names = row.baseline if arm == row.arm else row.arm, _listed(seeds)
            told = {"arm": arm, "other": other, "seeds": names, "least": LEAST}
            found.append(say(f"reports.outside.{key}", **told))
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
    sizes = result.file.group_sizes
    together = sizes is not None and max(sizes) > 1
    kind = "_groups" if together else ""
    return [
        (term("items"), items),
        *([(term("groups"), number(len(sizes), 0))] if sizes and together else []),
        (term("seeds"), _runs(rows)),
        (
            term("test"),
            "; ".join(
                say(f"reports.outside.test_{test.replace('-', '_')}{kind}") for test in tests
            ),
        ),
        (
            term("level"),
            say(f"reports.outside.{family}", level=formats.error_level(asked.level), n=len(rows)),
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


def _runs(rows: Sequence[ScoreRow]) -> str:
    """How many runs the comparisons have: pairs, or where numbers are unequal those of both."""
    if not any(row.answer and row.answer.uneven for row in rows):
        return formats.span([row.n_seeds for row in rows])
    return ", ".join(dict.fromkeys(runs_of(row) for row in rows))


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
