"""A verdict as a sentence for someone who knows no statistics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alih.words import number, percent, say

# Shown as percentages; their differences as points. Everything else is shown in its own units.
SHARES = ("accuracy", "balanced_accuracy", "macro_f1", "ece")


def sentence(row: Mapping[str, Any], arm: str, baseline: str, lang: str | None = None, margin: float | None = None) -> str:
    """The verdict of one row of `compare --json`, then what would settle it if it is undecided.

    `arm` and `baseline` are the names to show. The row carries `means` beside the keys of the contract. No p-value appears.
    """
    metric = say(f"statistics.metric.{row['metric']}", lang)
    if row["difference"] is None:
        return say("statistics.verdict.nothing", lang, arm=arm, baseline=baseline, metric=metric) + _level(row, lang)
    numbers = say(
        "statistics.numbers",
        lang,
        mine=_value(row["metric"], row["means"]["arm"], row, lang),
        theirs=_value(row["metric"], row["means"]["baseline"], row, lang),
        difference=_change(row["metric"], row["difference"], row, lang),
        low=_change(row["metric"], row["ci"][0], row, lang, unit=False),
        high=_change(row["metric"], row["ci"][1], row, lang),
    )
    limit = _margin(row["metric"], margin, row, lang)
    first = say(
        f"statistics.verdict.{row['verdict']}", lang, arm=arm, baseline=baseline, metric=metric, numbers=numbers, margin=limit
    )
    return " ".join([first, *_remarks(row, limit, margin, lang)]) + _level(row, lang)


def _remarks(row: Mapping[str, Any], limit: str, margin: float | None, lang: str | None) -> list[str]:
    """What follows the verdict: a difference too small to matter, what the interval leaves out, what would settle it."""
    remarks = []
    if row["verdict"] in ("better", "worse") and margin is not None and max(abs(end) for end in row["ci"]) < margin:
        remarks.append(say("statistics.remark.small", lang, margin=limit))
    if row["test"] == "items":
        remarks.append(say("statistics.remark.items", lang))
    if row["verdict"] != "undecided":
        return remarks
    wanted = row["needs"]
    if row["test"] == "items-only":
        command = (wanted and wanted["command"]) or "alih run … --seeds 3"
        remarks.append(say("statistics.needs.first", lang, command=command))
    elif row["test"] == "corrected-resampled-t":
        pass  # more repeats of the same folds teach little; no projection is made
    elif wanted is None:
        remarks.append(say("statistics.needs.nothing" if margin else "statistics.needs.margin", lang, metric=row["metric"]))
    elif wanted["seeds"] and wanted["command"] is None:
        remarks.append(say("statistics.needs.beyond", lang, seeds=wanted["seeds"]))
    elif wanted["seeds"]:
        more = wanted["seeds"] - row["n_seeds"]
        key = "statistics.needs.seed" if more == 1 else "statistics.needs.seeds"
        remarks.append(say(key, lang, more=more, command=wanted["command"]))
    else:
        remarks.append(say("statistics.needs.items", lang, items=number(_rounded(wanted["items"]), 0, lang)))
    return remarks


def _level(row: Mapping[str, Any], lang: str | None) -> str:
    """The level of `vary` that the row speaks about, and the number of a later look, in brackets."""
    parts = [f"{key} = {value}" for key, value in (row.get("at") or {}).items()]
    if (row.get("look") or 1) > 1:
        parts.append(say("statistics.look", lang, n=row["look"]))
    return f" ({'; '.join(parts)})" if parts else ""


def _rounded(items: int) -> int:
    """Two digits are enough for a number that is a projection."""
    step = 10 ** max(0, len(str(items)) - 2)
    return -(-items // step) * step


def _digits(metric: str, row: Mapping[str, Any]) -> int:
    """Decimals that the interval's width makes meaningful, and enough that no end beside zero reads as zero."""
    scale = 100 if metric in SHARES else 1
    half = (row["ci"][1] - row["ci"][0]) / 2 * (100 if metric in SHARES else 10)
    digits = (2 if half < 0.5 else 1) if metric in SHARES else (4 if half < 0.05 else 3)
    while digits < 5 and any(end and not round(scale * end, digits) for end in row["ci"]):
        digits += 1
    return digits + (not _adds_up(row, scale, digits) and _adds_up(row, scale, digits + 1))


def _adds_up(row: Mapping[str, Any], scale: int, digits: int) -> bool:
    """Whether a reader who subtracts the two values shown gets the difference shown."""
    mine, theirs, difference = (
        round(scale * v, digits) for v in (row["means"]["arm"], row["means"]["baseline"], row["difference"])
    )
    return abs(mine - theirs - difference) < 0.5 * 10**-digits


def _value(metric: str, value: float, row: Mapping[str, Any], lang: str | None) -> str:
    return percent(value, _digits(metric, row), lang) if metric in SHARES else number(value, _digits(metric, row), lang)


def _change(metric: str, value: float, row: Mapping[str, Any], lang: str | None, unit: bool = True) -> str:
    text = number(100 * value if metric in SHARES else value, _digits(metric, row), lang, sign=True)
    return f"{text} {say('statistics.points', lang)}" if unit and metric in SHARES else text


def _margin(metric: str, margin: float | None, row: Mapping[str, Any], lang: str | None) -> str:
    return "" if margin is None else _change(metric, margin, row, lang).replace("+", "±", 1)
