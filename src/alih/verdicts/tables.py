"""The tables of `alih compare` as text, from its JSON: arms, and differences with verdicts."""

from __future__ import annotations

from typing import Any

from alih.words import formats, number, say

Table = tuple[list[str], list[tuple[str, ...]]]


def arms(comparison: dict[str, Any]) -> Table:
    """Names of columns, and means with their spread over replicates, one row per arm, level and
    metric; the last three columns are numbers.
    """
    metrics = list(dict.fromkeys(row["metric"] for row in comparison["comparisons"])) or [
        comparison["primary"]
    ]
    rows = []
    for arm, facts in comparison["arms"].items():
        # With `vary` an arm has one entry per level.
        for entry in facts if isinstance(facts, list) else [facts]:
            rows += [
                _arm_row(arm, entry, metric) for metric in metrics if metric in entry["metrics"]
            ]
    keys = ["arm", "metric", "split", "mean_sd", "replicates", "items"]
    if not any(row[2] for row in rows):  # scores of another tool do not say which split they are of
        keys.remove("split")
        rows = [(*row[:2], *row[3:]) for row in rows]
    return [say(f"verdicts.col.{key}") for key in keys], rows


def differences(comparison: dict[str, Any]) -> Table:
    """Names of columns, and differences with their verdicts; the fourth column is a number."""
    keys = ("arm", "baseline", "metric", "difference", "interval", "verdict")
    return [say(f"verdicts.col.{key}") for key in keys], [
        _difference_row(row) for row in comparison["comparisons"]
    ]


def _arm_row(arm: str, entry: dict[str, Any], metric: str) -> tuple[str, ...]:
    value = entry["metrics"][metric]
    spread = formats.spread(metric, value["mean"], value["sd"])
    split = formats.split_name(value["split"]) if value["split"] else ""
    name = _named(arm, entry.get("at"))
    return (
        name,
        formats.metric_name(metric),
        split,
        spread,
        str(entry["n_seeds"]),
        number(entry["n_test"], 0),
    )


def _difference_row(row: dict[str, Any]) -> tuple[str, ...]:
    metric = row["metric"]
    return (
        _named(row["arm"], row.get("at")),
        row["baseline"],
        formats.metric_name(metric),
        formats.difference(metric, row["difference"]),
        formats.interval(metric, row.get("ci") or row.get("ci95"), sign=True),
        say(f"verdicts.{row['verdict']}"),
    )


def _named(arm: str, at: dict[str, Any] | None) -> str:
    return f"{arm} ({formats.level_text(at)})" if at else arm
