"""A verdict as a sentence for someone who knows no statistics."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from alih.words import number, percent, say

# Shown as percentages; their differences as points. Everything else is shown in its own units.
OF_PIXELS = ("iou_macro", "iou_micro", "dice_macro", "dice_micro", "pixel_accuracy", "iou_foreground", "boundary_f1")
SHARES = ("accuracy", "balanced_accuracy", "macro_f1", "ece", *OF_PIXELS)
RANGES = dict.fromkeys(SHARES, (0.0, 1.0)) | {"log_loss": (0.0, math.inf), "brier": (0.0, 2.0)}
"""The values that a metric can have; a metric that is not here may have any."""

# More replicates than this are no advice; a margin that makes a small difference unimportant is.
FEASIBLE = 50


def sentence(
    row: Mapping[str, Any], arm: str, baseline: str, lang: str | None = None, margin: float | None = None, level: str = ""
) -> str:
    """The verdict of one row of `compare --json`, then what would settle it if it is undecided.

    `arm` and `baseline` are the names to show, `level` is the level of `vary` in words. The row carries `means` beside the keys
    of the contract. No p-value appears.
    """
    metric = say(f"statistics.metric.{row['metric']}", lang)
    if row["difference"] is None:
        return say("statistics.verdict.nothing", lang, arm=arm, baseline=baseline, metric=metric) + _level(row, level, lang)
    numbers = Numbers(row, lang)
    limit = numbers.margin(margin)
    first = say(
        f"statistics.verdict.{row['verdict']}", lang, arm=arm, baseline=baseline, metric=metric, numbers=numbers.all, margin=limit
    )
    return " ".join([first, *wins(row, arm, baseline, lang), *_remarks(row, limit, margin, lang)]) + _level(row, level, lang)


def wins(row: Mapping[str, Any], arm: str, baseline: str, lang: str | None = None) -> list[str]:
    """How often one new run of the arm would beat one of the baseline; nothing where runs do not vary or were not repeated."""
    chance = row.get("probability_better")
    if chance is None or row["test"] != "replicates-and-items":
        return []
    winner, share = (arm, chance) if chance >= 0.5 else (baseline, 1 - chance)
    return [say("statistics.remark.wins", lang, winner=winner, times=min(99, round(100 * share)))]  # runs never show 100 of 100


class Numbers:
    """The numbers of a row as text, with the decimals of the tables beside them."""

    def __init__(self, row: Mapping[str, Any], lang: str | None = None) -> None:
        self.row, self.lang = row, lang
        self.share = row["metric"] in SHARES
        self.scale = 100 if self.share else 1
        self.digits = self._digits()

    def _digits(self) -> int:
        """As in the tables; more where an end beside zero would read as zero, or the values shown have another difference."""
        digits = 2 if self.share else 4
        while digits < 5 and any(end and not round(self.scale * end, digits) for end in self.row["ci"]):
            digits += 1
        return next((more for more in range(digits, digits + 3) if self._adds_up(more)), digits)

    def _adds_up(self, digits: int) -> bool:
        """Whether a reader who subtracts the two values shown gets the difference shown."""
        values = self.row["means"]["arm"], self.row["means"]["baseline"], self.row["difference"]
        mine, theirs, difference = (round(self.scale * value, digits) for value in values)
        return abs(mine - theirs - difference) < 0.5 * 10**-digits

    def value(self, value: float) -> str:
        """A mean."""
        return percent(value, self.digits, self.lang) if self.share else number(value, self.digits, self.lang)

    def change(self, value: float, unit: bool = True) -> str:
        """A difference with its sign."""
        text = number(self.scale * value, self.digits, self.lang, sign=True)
        return f"{text} {say('statistics.points', self.lang)}" if unit and self.share else text

    def margin(self, margin: float | None) -> str:
        """A margin with ± before it; empty for none."""
        return "" if margin is None else self.change(margin).replace("+", "±", 1)

    @property
    def all(self) -> str:
        """Both means, the difference and its interval."""
        return say(
            "statistics.numbers",
            self.lang,
            mine=self.value(self.row["means"]["arm"]),
            theirs=self.value(self.row["means"]["baseline"]),
            difference=self.change(self.row["difference"]),
            low=self.change(self.row["ci"][0], unit=False),
            high=self.change(self.row["ci"][1]),
        )


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
    elif wanted["seeds"] and wanted["items"]:
        items = number(rounded(wanted["items"]), 0, lang)
        remarks.append(say("statistics.needs.both", lang, seeds=wanted["seeds"], items=items))
    elif wanted["seeds"] and wanted["command"] is None:
        remarks.append(say("statistics.needs.beyond", lang, seeds=wanted["seeds"]))
    elif wanted["seeds"] and margin is None and wanted["seeds"] > FEASIBLE:
        remarks.append(say("statistics.needs.margin", lang, metric=row["metric"]))
    elif wanted["seeds"]:
        more = wanted["seeds"] - row["n_seeds"]
        key = "statistics.needs.seed" if more == 1 else "statistics.needs.seeds"
        remarks.append(say(key, lang, more=more, command=wanted["command"]))
    else:
        remarks.append(say("statistics.needs.items", lang, items=number(rounded(wanted["items"]), 0, lang)))
    return remarks


def _level(row: Mapping[str, Any], level: str, lang: str | None) -> str:
    """The level of `vary` that the row speaks about, and the number of a later look, in brackets."""
    parts = [level] if level else []
    if (row.get("look") or 1) > 1:
        parts.append(say("statistics.look", lang, n=row["look"]))
    return f" ({'; '.join(parts)})" if parts else ""


def rounded(items: int) -> int:
    """Two digits are enough for a number that is a projection.

    >>> rounded(14565)
    15000
    """
    step = 10 ** max(0, len(str(items)) - 2)
    return -(-items // step) * step
