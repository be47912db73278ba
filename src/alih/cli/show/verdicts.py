"""Comparisons for people at a terminal: a screen of them, or everything with `--details`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from alih.findings import NEVER_MUTED
from alih.reports.scores import text
from alih.study.document.study import Study
from alih.verdicts import adaptation, choosing, equivalences, tables
from alih.verdicts.compare import (
    finding_sentences,
    findings_said,
    other_pairs,
)
from alih.verdicts.line import Line, capital, chance, counted, lines
from alih.verdicts.result import Comparison
from alih.verdicts.scores.result import ScoreComparison
from alih.verdicts.terms import Terms
from alih.verdicts.terms import of_study as terms_of
from alih.words import layout, say

WIDTH, HEIGHT = 100, 45
"""Columns and lines of a screen."""
ROWS = 20
"""More comparisons are shown for the primary metric only; those on other metrics are counted."""


def told(comparison: Comparison, terms: Terms, details: bool = False) -> list[str]:
    """Lines with the tables of a comparison and how much of its differences is chance; with
    `details` also the arms, and every verdict as a sentence with what there is to remark.
    """
    found = []
    if not comparison.complete:
        found += [say("cli.compare.unfinished", done=comparison.done, total=comparison.total), ""]
    if details or not comparison.rows:
        names, rows = tables.arms(comparison, terms)
        found += [*layout.aligned(names, rows, range(len(names) - 3, len(names))), ""]
    every = lines(comparison.rows, terms)
    metrics = list(dict.fromkeys([comparison.primary, *(line.row.metric for line in every)]))
    by_metric = {m: [line for line in every if line.row.metric == m] for m in metrics}
    brief = not details and len(every) > ROWS
    for metric, own in by_metric.items():
        if own and not (brief and metric != comparison.primary):
            found += [*_table(own), ""]
    if brief:
        others = [own for own in list(by_metric.values())[1:] if own]
        found += [f"{own[0].metric}: {counted(own)}" for own in others]
    for own in by_metric.values() if details else [by_metric[comparison.primary]]:
        found += (
            [" ".join([line.sentence, *line.remarks]) for line in own] if details else chance(own)
        )
    return found


def _table(own: Sequence[Line]) -> list[str]:
    """The comparisons on one metric, level by level under headings of their own."""
    columns, rows = tables.differences(own, said=("level", "metric"))
    head, *body = layout.aligned(columns, rows, numeric=[2, 3, 4])
    baselines = ", ".join(dict.fromkeys(own[0].terms.name(line.row.baseline) for line in own))
    values = {"metric": own[0].metric, "baseline": baselines, "n": own[0].terms.count_name}
    found = [say("verdicts.heading", **values), head]
    level = ""
    for line, shown in zip(own, body, strict=True):
        if line.level != level:
            level = line.level
            found.append(f"{level}:")
        found.append(shown)
    return found


def of_study(
    comparison: Comparison, study: Study, root: Path, *, details: bool, baseline: bool = False
) -> list[str]:
    """What `compare` and `run` say of a study: verdicts, then findings and what else there is to
    know. `baseline`: another one than the study's was asked for.
    """
    terms = terms_of(study)
    spared = equivalences.sentences(comparison, study)
    chosen = choosing.sentences(study, comparison.selection)
    pairs = None if baseline else other_pairs(study, root)
    command = f"alih compare {shlex.quote(root.as_posix())} --details"
    if details:
        near = adaptation.distances(comparison.adaptation, study)
        found = [*told(comparison, terms, details), *chosen]
        found += [*spared, *near, *finding_sentences(comparison)]
        return [*found, *([pairs] if pairs else [])]
    findings: dict[str, list[str]] = {"problem": [], "warning": [], "note": []}
    for one in findings_said(comparison):
        findings["problem" if one.code in NEVER_MUTED else one.severity].append(str(one))
    warnings, notes, hidden = findings["warning"], findings["note"], comparison.findings_muted
    needed = [*told(comparison, terms), *findings["problem"]]
    if hidden:
        needed.append(say("verdicts.muted", n=hidden))
    optional = {
        say("cli.compare.chosen"): chosen,
        say("cli.compare.unsettled"): unsettled(comparison, terms),
        say("cli.compare.warnings", n=len(warnings)): warnings,
        say("cli.compare.spared", n=len(spared)): spared,
        say("cli.compare.notes", n=len(notes)): notes,
    }
    return fitted(needed, optional, command)


def of_scores(result: ScoreComparison, details: bool) -> list[str]:
    """What `verdict` says of a score file: verdicts, findings, and how the file was read."""
    terms, findings = text.terms(result), [str(one) for one in result.findings]
    found = told(result, terms, details)
    if not details:
        found += unsettled(result, terms)
    again = text.next_look(result)
    return [*found, *([again] if again else []), *findings, *text.notes(result)]


def unsettled(comparison: Comparison, terms: Terms) -> list[str]:
    """What would settle the undecided comparisons on the primary metric, those alike together."""
    found: dict[str, dict[str, None]] = {}
    for line in lines(comparison.decisive, terms):
        if line.settles:
            arm = terms.name(line.row.arm)
            place = f"{arm} ({line.level})" if line.level else arm
            found.setdefault(line.settles, {})[place] = None
    return [f"{', '.join(arms)}: {settles}." for settles, arms in found.items()]


def fitted(needed: Sequence[str], optional: Mapping[str, Sequence[str]], command: str) -> list[str]:
    """The needed lines, and of the optional ones those that a screen has room for; what has none is
    named with the `command` that shows all.
    """
    found, left_out = list(needed), list[str]()
    room = HEIGHT - _height([*needed, *[""] * 4])
    for name, sentences in optional.items():
        height = _height(sentences)
        if sentences and height > room:
            left_out.append(name)
        else:
            found += sentences
            room -= height
    what = ", ".join(left_out) or say("reports.details")
    return [*found, capital(say("cli.compare.more", what=what, command=command))]


def _height(shown: Sequence[str]) -> int:
    """The lines that sentences take up on a screen."""
    return sum(max(1, -(-len(line) // WIDTH)) for line in shown)
