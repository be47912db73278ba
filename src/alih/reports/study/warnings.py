"""What a reader must know beside the verdict: the warnings of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from alih import words
from alih.findings import Finding
from alih.reports.kit.facts import Facts
from alih.runs import peeks
from alih.runs.folder import run_command
from alih.verdicts import trivial
from alih.verdicts.compare import bound_sentence, look_sentences, rules_sentence
from alih.verdicts.curves import CODES as OF_CURVES
from alih.words import formats

BOXES_OF_A_KIND = 2
"""Arms that each have a box of their own for the same warning; more share one."""


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
    found = [
        *_unfinished(facts),
        *_findings(facts),
        *_protocol(facts),
        *_design(facts),
        *_direct(facts),
    ]
    look = max((row.look for row in facts.comparison.rows), default=1)
    if look > 1:
        found.append(_box(facts, "note", "look", n=look))
    rules = rules_sentence(facts.comparison)
    if rules:
        found.append(Box("note", facts.say("warn_looks_title"), rules))
    bound = bound_sentence(facts.comparison, facts.study)
    if bound:
        found.append(Box("strong", facts.say("warn_late_title"), bound))
    found += [
        Box("strong", facts.say("warn_looks_title"), sentence)
        for sentence in look_sentences(facts.comparison)
    ]
    found += [
        Box("strong", facts.say("warn_peek_title"), sentence)
        for sentence in peeks.sentences(facts.root)
    ]
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
    """The other findings. Arms that beat no trivial answer share a box: a verdict beside them is
    easily read as more than it is.
    """
    boxes = []
    for one in facts.comparison.findings:
        if one.code in OF_CURVES.values():
            continue
        kind = "note" if one.severity == "note" else "strong"
        title, body = facts.say(f"finding_{one.code}"), one.text
        rows: tuple[str, ...] = ()
        if one.code == "D007" and kind == "note":
            title = facts.say("finding_D007_note")
        elif one.code == "D007":
            below = facts.comparison.no_better_than
            rows = tuple(trivial.Rows(below, facts.study, told=True).sentences())
            body = words.say(trivial.meaning(below))
        boxes.append(Box(kind, title, body, rows, one.code))
    return boxes


def _protocol(facts: Facts) -> list[Box]:
    boxes = []
    if facts.study.protocol == "paper":
        boxes.append(_box(facts, "strong", "paper"))
    arms = sorted({g.label for g in facts.groups if g.card and g.card.transductive})
    if arms:
        boxes.append(_box(facts, "note", "transductive", arms=formats.listing(arms)))
    if facts.machine and facts.machine.mixed:
        boxes.append(_box(facts, "note", "mixed"))
    return boxes


def _design(facts: Facts) -> list[Box]:
    boxes = []
    several: dict[str, Sequence[str]] = {}
    for row in facts.comparison.rows:
        if len(row.factors) > 1:
            several.setdefault(row.arm, row.factors)
    rows = {facts.arm_label(arm): "; ".join(factors) for arm, factors in several.items()}
    if len(rows) > BOXES_OF_A_KIND:
        box = _box(facts, "strong", "factors_of_many", n=len(rows))
        boxes.append(
            replace(box, rows=tuple(f"{label}: {factors}" for label, factors in rows.items()))
        )
    else:
        numbers = map(len, several.values())
        boxes += [
            _box(facts, "strong", "factors", arm=label, n=n, factors=factors)
            for (label, factors), n in zip(rows.items(), numbers, strict=True)
        ]
    fixed = sorted(
        {group.label for group in facts.groups if group.card and not group.card.varies_by_seed}
    )
    if fixed:
        boxes.append(_box(facts, "note", "no_seed", arms=formats.listing(fixed)))
    return boxes


def _direct(facts: Facts) -> list[Box]:
    """Arms that use a pretrained model as it is: which classes it knows, and the ceiling that
    sets.
    """
    boxes: dict[str, Box] = {}
    for group in facts.groups:
        card = group.card
        if card is None or card.direct is None:
            continue
        found = card.direct
        total, names = len(card.classes), found.left_out
        values = {
            "arm": facts.arm_label(group.arm),
            "classes": total,
            "known": total - len(names),
            "names": formats.listing(names),
            "coverage": words.percent(found.coverage, 1),
            "ceiling": words.percent(found.ceiling["test"], 1),
        }
        kind, key = ("strong", "left_out") if names else ("note", "covered")
        title = words.say(
            "transfer.direct_title" if names else "transfer.direct_covered_title", **values
        )
        boxes.setdefault(group.arm, Box(kind, title, words.say(f"transfer.direct_{key}", **values)))
    return list(boxes.values())
