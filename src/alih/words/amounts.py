"""Numbers and names of a sentence that are put into words only when the sentence is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from alih.words import formats, number, percent, say, text

Kind = Literal["share", "points", "loss", "score", "count"]
DIGITS: dict[Kind, int] = {"share": 1, "points": 1, "loss": 3, "score": 4, "count": 0}
MANY_ARMS = 3
"""More arms than this are not listed where they are all arms of the study."""


@dataclass(frozen=True)
class Amount:
    """A number, or the span of those of several arms: `92.2 %`, `92.2–93.1 %`."""

    kind: Kind
    low: float
    high: float

    @classmethod
    def of(cls, kind: Kind, values: Sequence[float]) -> Amount:
        """The span of some numbers."""
        return cls(kind, min(values), max(values))

    def __str__(self) -> str:
        scale = 100 if self.kind == "share" else 1
        ends = [number(scale * end, DIGITS[self.kind]) for end in (self.low, self.high)]
        span = "–".join(dict.fromkeys(ends))
        return f"{span} %" if self.kind == "share" else span


@dataclass(frozen=True)
class Value:
    """A value of a metric as tables show it, or a difference (`sign`)."""

    metric: str
    value: float
    sign: bool = False

    def __str__(self) -> str:
        if self.metric in formats.FRACTIONS and not self.sign:
            return percent(self.value)
        return (formats.difference if self.sign else formats.value)(self.metric, self.value)


@dataclass(frozen=True)
class MetricName:
    """A metric's name inside a sentence."""

    metric: str

    def __str__(self) -> str:
        return formats.metric_in_text(self.metric)


@dataclass(frozen=True)
class Listing:
    """`a, b and c`; at most `most` are named."""

    items: tuple[Any, ...]
    most: int = 8

    def __str__(self) -> str:
        named = [str(item) for item in self.items[: self.most]]
        if len(self.items) > self.most:
            return ", ".join([*named, "…"])
        return formats.listing(named)


@dataclass(frozen=True)
class ArmNames:
    """Arms by their labels, with the levels that are meant where these are not all of an arm.

    `whole`: arms of which all levels are meant; `everything`: they are all arms of the study.
    """

    labels: Mapping[str, Any]
    places: tuple[tuple[str, Mapping[str, Any]], ...]
    whole: frozenset[str]
    everything: bool = False

    def __str__(self) -> str:
        if self.everything and len(self.whole) > MANY_ARMS:
            return say("verdicts.all_arms")
        names = []
        for arm in dict.fromkeys(arm for arm, _ in self.places):
            label = self.labels.get(arm)
            name = text(label) if label else arm
            levels = [formats.level_text(at) for own, at in self.places if own == arm]
            at = "; ".join(level for level in levels if level)
            names.append(f"“{name}” ({at})" if at and arm not in self.whole else f"“{name}”")
        return formats.listing(names)
