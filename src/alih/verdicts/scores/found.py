"""What is found about a score table: seeds that are copies of one run, missing spread, constant
answers, per cent beside shares, one arm under two names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from alih.evaluation.diagnosis import Severity
from alih.findings import Finding
from alih.verdicts import copies
from alih.verdicts.scores.table import ArmScores, Scores
from alih.words.amounts import Amount, Listing

MOST_PERCENT = 100.0
SURELY_PERCENT = 20.0
"""Scores beyond this beside others of at most 1, and as many times as large, are per cent."""


@dataclass(frozen=True)
class Counted:
    """A score table in which copies of a run count once, and what was found about it.

    `dropped`: how many seeds of each arm are not counted.
    """

    table: Scores
    dropped: Mapping[str, int]
    findings: Sequence[Finding]


def counted(table: Scores) -> Counted:
    """The table without copies of runs, and the findings about it, the gravest first."""
    first = {name: _firsts(table, arm) for name, arm in table.arms.items()}
    kept = {
        name: sorted(index for index, own in enumerate(first[name]) if index == own)
        for name in table.arms
    }
    arms = {
        name: replace(
            arm,
            seeds=tuple(arm.seeds[index] for index in kept[name]),
            values=arm.values[kept[name]],
        )
        for name, arm in table.arms.items()
    }
    once = replace(table, arms=arms)
    found = [
        *_per_cent(once),
        *_copies(table, first),
        *_constant(table),
        *_no_spread(once),
        *_identical(once),
    ]
    dropped = {name: len(arm.seeds) - len(kept[name]) for name, arm in table.arms.items()}
    return Counted(once, dropped, found)


def _hits(table: Scores, arm: ArmScores) -> np.ndarray:
    """The scores [S, N], for class numbers 1 where they are right."""
    return arm.values if table.label is None else (arm.values == table.label).astype(float)


def _firsts(table: Scores, arm: ArmScores) -> list[int]:
    """For each seed the first one of which it is a copy."""
    if table.label is None:
        return copies.first_rows(arm.values)
    return copies.first_rows(arm.values, (_hits(table, arm) == 0).sum(axis=1))


def _copies(table: Scores, first: Mapping[str, list[int]]) -> list[Finding]:
    kinds: dict[tuple[int, int, str], list[str]] = {}
    for name, own in first.items():
        seeds = table.arms[name].seeds
        answers = table.arms[name].values
        groups = [
            members
            for members in copies.groups(dict(enumerate(own)))
            if table.label is None or np.ptp(answers[members[0]])  # else told as constant
        ]
        if groups:
            named = ["=".join(seeds[index] for index in members) for members in groups]
            kind = len(seeds), len(set(own)), str(Listing(tuple(named)))
            kinds.setdefault(kind, []).append(name)
    return [
        _finding(
            "D001", "verdicts.identical_seeds", "problem", arms, n=n, counted=many, groups=text
        )
        for (n, many, text), arms in kinds.items()
    ]


def _constant(table: Scores) -> list[Finding]:
    if table.label is None or np.unique(table.label).size < 2:
        return []
    found = []
    for name, arm in table.arms.items():
        answers = [int(row[0]) for row in arm.values if (row == row[0]).all()]
        if answers:
            classes = ", ".join(f"“{table.classes[n]}”" for n in dict.fromkeys(answers))
            values = {"runs": len(answers), "n": len(arm.values), "classes": classes}
            found.append(_finding("D003", "verdicts.constant_rows", "problem", [name], **values))
    return found


def _no_spread(table: Scores) -> list[Finding]:
    kinds: dict[int, dict[str, float]] = {}
    for name, arm in table.arms.items():
        rows = _hits(table, arm)
        if arm.varies and copies.no_spread(rows):
            kinds.setdefault(len(rows), {})[name] = float(rows[0].mean())
    return [
        _finding(
            "D002",
            "verdicts.no_spread",
            "warning",
            list(means),
            n=n,
            value=Amount.of("score", list(means.values())),
        )
        for n, means in kinds.items()
    ]


def _per_cent(table: Scores) -> list[Finding]:
    """Runs in per cent beside runs in shares."""
    if table.label is not None:
        return []
    runs = [(name, seed, row) for name, arm in table.arms.items() for seed, row in _rows(arm)]
    if min(float(row.min()) for *_, row in runs) < 0:
        return []
    shares = [run for run in runs if run[2].max() <= 1]
    largest = max((float(row.mean()) for *_, row in shares), default=0.0)
    percent = [
        run
        for run in runs
        if SURELY_PERCENT < run[2].max() <= MOST_PERCENT
        and run[2].mean() > SURELY_PERCENT * largest
    ]
    if not shares or not percent:
        return []
    mixed = {name for name, *_ in shares} & {name for name, *_ in percent}
    most = Amount.of("points", [max(float(row.max()) for *_, row in percent)])
    names = {"percent": _named(percent, mixed), "shares": _named(shares, mixed), "most": most}
    about = ", ".join(dict.fromkeys(name for name, *_ in percent))
    return [Finding("D004", "verdicts.percent_and_shares", names, about, "problem")]


def _rows(arm: ArmScores) -> list[tuple[str, np.ndarray]]:
    return list(zip(arm.seeds, arm.values, strict=True))


def _named(runs: Sequence[tuple[str, str, Any]], mixed: set[str]) -> Listing:
    """Arms by name, with the seed where an arm has seeds of both kinds."""
    named = [f"“{name}” ({seed})" if name in mixed else f"“{name}”" for name, seed, _ in runs]
    return Listing(tuple(dict.fromkeys(named)))


def _identical(table: Scores) -> list[Finding]:
    first: dict[str, str] = {}
    for name, arm in table.arms.items():
        alike = (
            other
            for other in dict.fromkeys(first.values())
            if np.array_equal(table.arms[other].values, arm.values)
            and copies.first_rows(np.stack([arm.values[0]] * 2), _errors(table, arm)) == [0, 0]
        )
        first[name] = next(alike, name)
    return [
        _finding("D005", "verdicts.identical_tables", "warning", list(members))
        for members in copies.groups(first)
    ]


def _errors(table: Scores, arm: ArmScores) -> np.ndarray | None:
    return None if table.label is None else (_hits(table, arm)[[0, 0]] == 0).sum(axis=1)


def _finding(
    code: str, key: str, severity: Severity, arms: Sequence[str], **values: Any
) -> Finding:
    named = Listing(tuple(f"“{name}”" for name in arms))
    return Finding(code, key, {"arms": named} | values, ", ".join(arms), severity)
