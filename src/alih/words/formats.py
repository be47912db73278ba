"""Numbers, metric names and counts as the report writes them, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alih import words
from alih.metrics import METRICS

# Shown as percentages; everything else keeps its own unit.
FRACTIONS = frozenset(name for name, metric in METRICS.items() if metric.is_share)


def higher_is_better(metric: str) -> bool:
    """Whether larger values of the metric are better; losses (also the objective `loss`) are not."""
    known = METRICS.get(metric)
    return known.higher_is_better if known else metric != "loss"


def metric_name(metric: str, lang: str) -> str:
    """The metric's name in running text; unknown metrics keep their own name."""
    key = f"reports.metric_{metric}"
    return words.say(key, lang) if words.has(key) else metric.replace("_", " ")


def metric_in_text(metric: str, lang: str) -> str:
    """The metric's name inside a sentence: a lower-case first letter, except for Brier, who is a person."""
    name = metric_name(metric, lang)
    first = name.split()[0]
    own = first == "Brier" or not first[1:].islower()  # IoU, F1: no ordinary words
    return name if own else name[0].lower() + name[1:]


def split_name(split: str, lang: str) -> str:
    """The split's name in running text."""
    key = f"reports.split_{split.replace('-', '_')}"
    return words.say(key, lang) if words.has(key) else split


def averaging_name(averaging: str, lang: str) -> str:
    """How a metric averages, in running text."""
    key = f"reports.averaging_{averaging.replace(' ', '_')}"
    return words.say(key, lang) if words.has(key) else averaging


def value(metric: str, number: float | None, lang: str, digits: int = 2) -> str:
    """One value of a metric: fractions as percentages, losses with four decimals, a dash when there is none."""
    if number is None:
        return "–"
    return (
        words.percent(number, digits, lang)
        if metric in FRACTIONS
        else words.number(number, 4, lang)
    )


def spread(metric: str, mean: float | None, sd: float | None, lang: str) -> str:
    """Mean ± standard deviation over replicates; the mean alone when there is one replicate."""
    if mean is None or sd is None:
        return value(metric, mean, lang)
    if metric in FRACTIONS:
        return f"{words.number(100 * mean, 2, lang)} ± {words.number(100 * sd, 2, lang)} %"
    return f"{words.number(mean, 4, lang)} ± {words.number(sd, 4, lang)}"


def interval(metric: str, ends: Sequence[float] | None, lang: str, sign: bool = False) -> str:
    """An interval: `92.61 to 93.02 %` in English, `92,61 sampai 93,02 %` in Indonesian."""
    if not ends or ends[0] is None or ends[1] is None:
        return "–"
    fraction = metric in FRACTIONS
    low, high = (
        words.number(100 * e if fraction else e, 2 if fraction else 4, lang, sign) for e in ends
    )
    text = words.say("reports.range", lang, low=low, high=high)
    if not fraction:
        return text
    return text + (" " + words.say("reports.points", lang) if sign else " %")


def difference(metric: str, number: float | None, lang: str) -> str:
    """A signed difference: percentage points for fractions, own units otherwise."""
    if number is None:
        return "–"
    if metric in FRACTIONS:
        return (
            f"{words.number(100 * number, 2, lang, sign=True)} {words.say('reports.points', lang)}"
        )
    return words.number(number, 4, lang, sign=True)


def count(key: str, n: int, lang: str) -> str:
    """A counted noun: `count("replicates", 3, "en")` is `3 replicates`; singular when n is 1."""
    form = f"reports.count_{key}_one" if n == 1 else f"reports.count_{key}"
    return words.say(form, lang, n=words.number(n, 0, lang))


def count_span(key: str, counts: Sequence[int], lang: str) -> str:
    """A counted noun for one number, or for the span of several: `3 replicates`, `2 to 3 replicates`."""
    low, high = min(counts, default=0), max(counts, default=0)
    if low == high:
        return count(key, low, lang)
    return words.say(
        "reports.range", lang, low=words.number(low, 0, lang), high=count(key, high, lang)
    )


def span(counts: Sequence[int], lang: str) -> str:
    """One number, or the span of several: `3`, `2 to 3`."""
    low, high = (words.number(n, 0, lang) for n in (min(counts, default=0), max(counts, default=0)))
    return low if low == high else words.say("reports.range", lang, low=low, high=high)


def level_text(at: Mapping[str, Any], lang: str) -> str:
    """A level as text, e.g. `training images: 30`; empty without `vary`."""
    return ", ".join(
        f"{level_name(key, lang)}: {level_value(chosen, lang)}" for key, chosen in at.items()
    )


def level_name(key: str, lang: str) -> str:
    """A varied key in running text; `arms.a.transfer.freeze` is `frozen stages (a)`, keys without words keep their own name."""
    arm, inner = "", key
    if key.startswith("arms."):
        _, arm, inner = key.split(".", 2)
    name = f"reports.level_{inner}"
    shown = words.say(name, lang) if words.has(name) else inner
    return f"{shown} ({arm})" if arm else shown


def level_value(chosen: Any, lang: str) -> str:
    """A level's value in running text."""
    if chosen == "all":
        return words.say("reports.level_all", lang)
    return (
        str(chosen).replace(".", ",") if isinstance(chosen, float) and lang == "id" else str(chosen)
    )


def plain(value: float, lang: str) -> str:
    """A number as a document writes it, with the reader's decimal sign: `0.001`, in Indonesian `0,001`."""
    text = f"{value:g}"
    return text.replace(".", ",") if lang == "id" else text


def listing(items: Sequence[str], lang: str) -> str:
    """`a, b and c` in the reader's language."""
    items = list(items)
    if len(items) < 2:
        return "".join(items)
    return words.say("reports.and", lang, first=", ".join(items[:-1]), last=items[-1])


def duration(seconds: float, lang: str) -> str:
    """Seconds, minutes or hours with one decimal."""
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= size:
            return words.say(f"reports.{unit}", lang, n=words.number(seconds / size, 1, lang))
    return words.say("reports.seconds", lang, n=words.number(seconds, 1, lang))
