"""`alih compare` for people: a table of arms and a table of differences."""

from __future__ import annotations

from typing import Any

from alih.cli.show import output
from alih.words import formats, number, say


def show(comparison: dict[str, Any]) -> None:
    """Print means with their spread over replicates, then differences with interval and verdict,
    from the JSON of `compare`.
    """
    if not comparison["complete"]:
        print(say("cli.compare.unfinished", **comparison["cells"]))
        print()
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
    output.print_table(
        [say(f"cli.col.{key}") for key in keys], rows, numeric=range(len(keys) - 3, len(keys))
    )
    if not comparison["comparisons"]:
        return
    print()
    names = [
        say(f"cli.col.{key}")
        for key in ("arm", "baseline", "metric", "difference", "interval", "verdict")
    ]
    output.print_table(
        names, [_difference_row(row) for row in comparison["comparisons"]], numeric=[3]
    )


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
        say(f"cli.verdict.{row['verdict']}"),
    )


def _named(arm: str, at: dict[str, Any] | None) -> str:
    return f"{arm} ({formats.level_text(at)})" if at else arm
