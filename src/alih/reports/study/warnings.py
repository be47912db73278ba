"""What a reader must know beside the verdict: the warnings of the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alih import words
from alih.findings import Finding
from alih.reports.kit.facts import Facts
from alih.runs.folder import run_command
from alih.verdicts.curves import CODES as OF_CURVES


@dataclass(frozen=True)
class Box:
    """A box beside the verdict: `kind` is `strong` (limits the conclusion) or `note`; `rows` are
    listed below its text; `code` is that of the check behind it.
    """

    kind: str
    title: str
    body: str
    rows: tuple[str, ...] = ()
    code: str = ""


def warnings(facts: Facts) -> list[Box]:
    """What a reader must know before believing the verdict, the gravest first."""
    found = [*_unfinished(facts), *_findings(facts)]
    return sorted(found, key=lambda box: box.kind != "strong")


def _box(facts: Facts, kind: str, name: str, **values: Any) -> Box:
    return Box(kind, facts.say(f"warn_{name}_title", **values), facts.say(f"warn_{name}", **values))


def _unfinished(facts: Facts) -> list[Box]:
    boxes = []
    done, total = len(facts.done), len(facts.planned)
    if done < total:
        boxes.append(
            _box(
                facts,
                "strong",
                "unfinished",
                done=done,
                total=total,
                command=run_command(facts.root),
            )
        )
    for cell in facts.cells:
        if cell.failure and not cell.is_done:
            command = f"{run_command(facts.root)} --retry-failed"
            values = {"cell": str(cell.cell), "error": str(cell.failure), "command": command}
            boxes.append(_box(facts, "strong", "failed", **values))
    return boxes


def of_curves(facts: Facts) -> list[Finding]:
    """The findings of `compare` about learning curves, which stand beside these."""
    return [one for one in facts.comparison.findings if one.code in OF_CURVES.values()]


def _findings(facts: Facts) -> list[Box]:
    """The other findings. One that consists of a meaning and of a row for each arm has its rows
    listed below: arms that beat no trivial answer, or that differ in several things.
    """
    boxes = []
    for one in facts.comparison.findings:
        if one.code in OF_CURVES.values():
            continue
        kind = "note" if one.severity == "note" else "strong"
        title = f"reports.finding_{one.code}"
        if words.has(f"{title}_{one.severity}"):
            title = f"{title}_{one.severity}"
        body, rows = one.text, tuple[str, ...]()
        if {"meaning", "rows"} <= one.values.keys():
            body, rows = str(one.values["meaning"]), tuple(one.values["rows"].sentences())
        boxes.append(Box(kind, words.say(title), body, rows, one.code))
    return boxes
