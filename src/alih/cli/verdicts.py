"""`alih compare` for people: a table of arms and a table of comparisons."""

from __future__ import annotations

from typing import Any

from alih.cli import output
from alih.words import number, say


def show(comparison: dict[str, Any]) -> None:
    """Print means with their spread, then differences with interval and verdict, from the JSON of `compare`."""
    metrics = list(dict.fromkeys(row["metric"] for row in comparison["comparisons"])) or [comparison["primary"]]
    rows = []
    for arm, facts in comparison["arms"].items():
        for metric in metrics:
            value = facts["metrics"].get(metric)
            if value:
                rows.append((arm, metric, value["split"], _mean(value), str(facts["n_seeds"]), number(facts["n_test"], 0)))
    names = [say(f"cli.col.{key}") for key in ("arm", "metric", "split", "mean_sd", "replicates", "items")]
    output.print_table(names, rows, numeric=[3, 4, 5])
    if not comparison["comparisons"]:
        return
    print()
    names = [say(f"cli.col.{key}") for key in ("arm", "baseline", "metric", "difference", "interval", "verdict")]
    output.print_table(names, [_row(row) for row in comparison["comparisons"]], numeric=[3])


def _mean(value: dict[str, Any]) -> str:
    spread = value.get("sd")
    return number(value["mean"]) if spread is None else f"{number(value['mean'])} ± {number(spread)}"


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    at = ", ".join(f"{key} = {value}" for key, value in (row.get("at") or {}).items())
    arm = f"{row['arm']} ({at})" if at else row["arm"]
    if row["difference"] is None:
        return (arm, row["baseline"], row["metric"], "–", "–", say(f"cli.verdict.{row['verdict']}"))
    interval = row.get("ci") or row.get("ci95")
    span = say("cli.interval", low=number(interval[0], sign=True), high=number(interval[1], sign=True)) if interval else "–"
    return (arm, row["baseline"], row["metric"], number(row["difference"], sign=True), span, say(f"cli.verdict.{row['verdict']}"))
