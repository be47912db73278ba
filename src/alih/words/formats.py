"""Numbers, metric names and counts as the report writes them, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alih import words
from alih.metrics import METRICS

# Shown as percentages; everything else keeps its own unit.
FRACTIONS = frozenset(name for name, metric in METRICS.items() if metric.is_share) | {
    "weighted_accuracy"
}


def higher_is_better(metric: str) -> bool:
    """Whether larger values of the metric are better; losses (also the objective `loss`) are not."""
    known = METRICS.get(metric)
    return known.higher_is_better if known else metric != "loss"


def metric_name(metric: str) -> str:
    """The metric's name in running text; unknown metrics keep their own name."""
    key = f"reports.metric_{metric}"
    return words.say(key) if words.has(key) else metric.replace("_", " ")


def metric_in_text(metric: str) -> str:
    """The metric's name inside a sentence: a lower-case first letter, except for Brier, who is a person; a name that a
    user gave stays as it is.
    """
    name = metric_name(metric)
    if not words.has(f"reports.metric_{metric}"):
        return name
    first = name.split()[0]
    own = first == "Brier" or not first[1:].islower()  # IoU, F1: no ordinary words
    return name if own else name[0].lower() + name[1:]


def split_name(split: str) -> str:
    """The split's name in running text."""
    key = f"reports.split_{split.replace('-', '_')}"
    return words.say(key) if words.has(key) else split


def averaging_name(averaging: str) -> str:
    """How a metric averages, in running text."""
    key = f"reports.averaging_{averaging.replace(' ', '_')}"
    return words.say(key) if words.has(key) else averaging


def value(metric: str, number: float | None, digits: int = 2) -> str:
    """One value of a metric: fractions as percentages, losses with four decimals, a dash when there is none."""
    if number is None:
        return "–"
    return words.percent(number, digits) if metric in FRACTIONS else words.number(number, 4)


def spread(metric: str, mean: float | None, sd: float | None) -> str:
    """Mean ± standard deviation over replicates; the mean alone when there is one replicate."""
    if mean is None or sd is None:
        return value(metric, mean)
    if metric in FRACTIONS:
        return f"{words.number(100 * mean, 2)} ± {words.number(100 * sd, 2)} %"
    return f"{words.number(mean, 4)} ± {words.number(sd, 4)}"


def interval(metric: str, ends: Sequence[float] | None, sign: bool = False) -> str:
    """An interval: `92.61 to 93.02 %` in English, `92,61 sampai 93,02 %` in Indonesian."""
    if not ends or ends[0] is None or ends[1] is None:
        return "–"
    fraction = metric in FRACTIONS
    low, high = (words.number(100 * e if fraction else e, 2 if fraction else 4, sign) for e in ends)
    text = words.say("reports.range", low=low, high=high)
    if not fraction:
        return text
    return text + (" " + words.say("reports.points") if sign else " %")


def difference(metric: str, number: float | None) -> str:
    """A signed difference: percentage points for fractions, own units otherwise."""
    if number is None:
        return "–"
    if metric in FRACTIONS:
        return f"{words.number(100 * number, 2, sign=True)} {words.say('reports.points')}"
    return words.number(number, 4, sign=True)


def count(key: str, n: int) -> str:
    """A counted noun: `count("replicates", 3)` is `3 replicates`; singular when n is 1."""
    form = f"reports.count_{key}_one" if n == 1 else f"reports.count_{key}"
    return words.say(form, n=words.number(n, 0))


def count_span(key: str, counts: Sequence[int]) -> str:
    """A counted noun for one number, or for the span of several: `3 replicates`, `2 to 3 replicates`."""
    low, high = min(counts, default=0), max(counts, default=0)
    if low == high:
        return count(key, low)
    return words.say("reports.range", low=words.number(low, 0), high=count(key, high))


def span(counts: Sequence[int]) -> str:
    """One number, or the span of several: `3`, `2 to 3`."""
    low, high = (words.number(n, 0) for n in (min(counts, default=0), max(counts, default=0)))
    return low if low == high else words.say("reports.range", low=low, high=high)


def level_text(at: Mapping[str, Any]) -> str:
    """A level as text, e.g. `training images: 30`; empty without `vary`."""
    return ", ".join(f"{level_name(key)}: {level_value(chosen)}" for key, chosen in at.items())


def level_name(key: str) -> str:
    """A varied key in running text; `arms.a.transfer.freeze` is `frozen stages (a)`, keys without words keep their own name."""
    arm, inner = "", key
    if key.startswith("arms."):
        _, arm, inner = key.split(".", 2)
    name = f"reports.level_{inner}"
    shown = words.say(name) if words.has(name) else inner
    return f"{shown} ({arm})" if arm else shown


def level_value(chosen: Any) -> str:
    """A level's value in running text."""
    if chosen == "all":
        return words.say("reports.level_all")
    if type(chosen) is int:
        return words.number(chosen, 0)
    return words.localized(str(chosen)) if isinstance(chosen, float) else str(chosen)


def error_level(level: float) -> str:
    """A level of error in per cent, without decimals where it has none: `5 %`, `2.50 %`."""
    return words.percent(level, 0 if round(100 * level, 6).is_integer() else 2)


def plain(value: float) -> str:
    """A number as a document writes it, with the reader's decimal sign: `0.001`, in Indonesian `0,001`."""
    return words.localized(f"{value:g}")


def listing(items: Sequence[str]) -> str:
    """`a, b and c` in the reader's language."""
    items = list(items)
    if len(items) < 2:
        return "".join(items)
    return words.say("reports.and", first=", ".join(items[:-1]), last=items[-1])
