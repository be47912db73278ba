"""The tables of `alih compare` as text: arms, and differences with verdicts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from alih.verdicts.line import Line, confidence
from alih.verdicts.result import ArmResult, Comparison, Level
from alih.verdicts.terms import Terms
from alih.words import formats, number, say

Table = tuple[list[str], list[tuple[str, ...]]]


def arms(comparison: Comparison, terms: Terms) -> Table:
    """Names of columns, and means with their spread over replicates, one row per arm, level and
    metric; the last three columns are numbers.
    """
    metrics = list(dict.fromkeys(row.metric for row in comparison.rows)) or [comparison.primary]
    rows = [
        _arm_row(found, metric, terms)
        for arm in dict.fromkeys(found.arm for found in comparison.arms)
        for found in comparison.arms
        for metric in metrics
        if found.arm == arm and metric in found.metrics
    ]
    keys = ["arm", "metric", "split", "mean_sd", "replicates", "items"]
    if not any(row[2] for row in rows):  # scores of another tool do not say which split they are of
        keys.remove("split")
        rows = [(*row[:2], *row[3:]) for row in rows]
    return [say(f"verdicts.col.{key}") for key in keys], rows


def differences(lines: Sequence[Line], said: Collection[str] = ()) -> Table:
    """Names of columns, and one row per comparison: verdict, both values, difference, range with
    its confidence, n (`Terms.count_name`). The fourth to sixth column from the right are numbers.

    Level and metric stand in columns of their own where they differ and are not `said` elsewhere.
    """
    own: list[tuple[str, list[str]]] = [
        ("level", [line.level for line in lines]),
        ("metric", [line.metric for line in lines]),
    ]
    named = [(key, texts) for key, texts in own if key not in said and len(set(texts)) > 1]
    answers = [line.row.answer for line in lines if line.row.answer]
    shared = {confidence(answer.level) for answer in answers}
    repeated = all(answer.test != "items-only" for answer in answers)
    ranged = shared.pop() if len(shared) == 1 and repeated else ""
    columns = {
        **dict(named),
        "arm": [line.terms.name(line.row.arm) for line in lines],
        "verdict": [line.verdict for line in lines],
        "value": [line.values[0] for line in lines],
        "baseline": [line.values[1] for line in lines],
        "difference": [line.difference for line in lines],
        "range": [
            line.interval
            if ranged or line.row.ci is None
            else f"{line.interval} ({line.confidence})"
            for line in lines
        ],
        "n": [line.count for line in lines],
    }
    names = [say(f"verdicts.col.{key}") for key in columns]
    if ranged:
        names[list(columns).index("range")] = say("verdicts.col.range_at", confidence=ranged)
    return names, list(zip(*columns.values(), strict=True))


def _arm_row(found: ArmResult, metric: str, terms: Terms) -> tuple[str, ...]:
    value = found.metrics[metric]
    return (
        _named(terms.name(found.arm), found.at),
        formats.metric_name(metric),
        formats.split_name(value.split) if value.split else "",
        formats.spread(metric, value.mean, value.sd),
        str(found.n_seeds),
        number(found.n_test, 0),
    )


def _named(arm: str, at: Level) -> str:
    return f"{arm} ({formats.level_text(at)})" if at else arm
