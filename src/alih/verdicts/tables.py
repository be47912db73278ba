"""The tables of `alih compare` as text: arms, and differences with verdicts."""

from __future__ import annotations

from alih.verdicts.result import ArmResult, Comparison, ComparisonRow, Level
from alih.words import formats, number, say

Table = tuple[list[str], list[tuple[str, ...]]]


def arms(comparison: Comparison) -> Table:
    """Names of columns, and means with their spread over replicates, one row per arm, level and
    metric; the last three columns are numbers.
    """
    metrics = list(dict.fromkeys(row.metric for row in comparison.rows)) or [comparison.primary]
    rows = [
        _arm_row(found, metric)
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


def differences(comparison: Comparison) -> Table:
    """Names of columns, and differences with their verdicts; the fourth column is a number."""
    keys = ("arm", "baseline", "metric", "difference", "interval", "verdict")
    return [say(f"verdicts.col.{key}") for key in keys], [
        _difference_row(row) for row in comparison.rows
    ]


def _arm_row(found: ArmResult, metric: str) -> tuple[str, ...]:
    value = found.metrics[metric]
    return (
        _named(found.arm, found.at),
        formats.metric_name(metric),
        formats.split_name(value.split) if value.split else "",
        formats.spread(metric, value.mean, value.sd),
        str(found.n_seeds),
        number(found.n_test, 0),
    )


def _difference_row(row: ComparisonRow) -> tuple[str, ...]:
    return (
        _named(row.arm, row.at),
        row.baseline,
        formats.metric_name(row.metric),
        formats.difference(row.metric, row.difference),
        formats.interval(row.metric, row.ci, sign=True),
        say(f"verdicts.{row.verdict}"),
    )


def _named(arm: str, at: Level) -> str:
    return f"{arm} ({formats.level_text(at)})" if at else arm
