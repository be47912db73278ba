"""What `compare` finds, as values; `to_json` gives the JSON of `alih compare --json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from alih.findings import Finding
from alih.statistics import verdicts
from alih.statistics.a_distance import ADistance
from alih.statistics.spending import Plan
from alih.statistics.verdicts import Needs, Verdict
from alih.study.strategies.base import Role
from alih.verdicts.choice import Choice
from alih.verdicts.interim import Look
from alih.verdicts.rounds_file import Rounds
from alih.words.phrase import Phrase, in_english

Beside = Literal["better", "no better", "undecided"]
Level = Mapping[str, Any]
"""Values of varied keys; empty without `vary`."""


@dataclass(frozen=True)
class MetricResult:
    """An arm's mean on a metric, its standard deviation over replicates (None with one), and its
    95 % interval.
    """

    mean: float
    sd: float | None
    ci95: tuple[float, float]
    split: str | None
    averaging: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "ci95": list(self.ci95)}


@dataclass(frozen=True)
class ArmResult:
    """An arm at one level: replicates, test items, metrics, size and times (medians)."""

    arm: str
    at: Level
    n_seeds: int
    n_test: int
    metrics: Mapping[str, MetricResult]
    published: Mapping[str, Any] | None = None
    parameters: int | None = None
    seconds: float | None = None
    seconds_per_epoch: float | None = None
    ms_per_step: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; the arm's name is the key that they stand under."""
        return ({"at": dict(self.at)} if self.at else {}) | {
            "n_seeds": self.n_seeds,
            "n_test": self.n_test,
            "metrics": {name: found.to_json() for name, found in self.metrics.items()},
            "published": self.published,
            "parameters": self.parameters,
            "seconds": self.seconds,
            "seconds_per_epoch": self.seconds_per_epoch,
            "ms_per_step": self.ms_per_step,
        }


@dataclass(frozen=True)
class Noise:
    """Standard deviations of a difference of one replicate of each arm: from one pair of runs to
    the next on the same test items, and for the same runs between sets of as many test items.
    """

    runs: float
    items: float


@dataclass(frozen=True)
class ComparisonRow:
    """An arm against the baseline on one metric at one level.

    `answer` is None while nothing can be compared. `command` is the next step to what would settle
    an undecided answer, where one is worth while. `copies`: replicates that were left out because
    they are copies of others. `earlier_rules`: how many looks at these arms were judged under the
    rules of older versions. `noise` is None where runs do not
    vary or were not repeated. `spent`: the looks have spent the whole level of this row. `plan` is
    what looks at these arms are taken by, None under earlier rules.
    """

    arm: str
    baseline: str
    metric: str
    split: str | None
    averaging: str
    at: Level
    factors: Sequence[str]
    look: int
    answer: verdicts.Comparison | None
    command: str | None = None
    copies: int = 0
    earlier_rules: int = 0
    noise: Noise | None = None
    spent: bool = False
    plan: Plan | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict; undecided while nothing can be compared."""
        return self.answer.verdict if self.answer else "undecided"

    @property
    def needs(self) -> Needs | None:
        """What would settle an undecided answer, None where that is not known."""
        return self.answer.needs if self.answer else None

    @property
    def difference(self) -> float | None:
        """Arm minus baseline."""
        return self.answer.difference if self.answer else None

    @property
    def ci(self) -> tuple[float, float] | None:
        """The interval of the difference that agrees with the verdict."""
        return self.answer.ci if self.answer else None

    @property
    def means(self) -> tuple[float | None, float | None]:
        """The means of arm and baseline."""
        return self.answer.means if self.answer else (None, None)

    @property
    def n_seeds(self) -> int:
        """How many replicates were compared; of unequal numbers the smaller one."""
        return self.answer.n_seeds if self.answer else 0

    @property
    def n_items(self) -> int:
        """How many items were compared."""
        return self.answer.n_items if self.answer else 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        asked = {
            "arm": self.arm,
            "baseline": self.baseline,
            "metric": self.metric,
            "split": self.split,
            "averaging": self.averaging,
            "at": dict(self.at),
            "factors": list(self.factors),
            "look": self.look,
            "copies": self.copies,
            "earlier_rules": self.earlier_rules,
            "noise": asdict(self.noise) if self.noise else None,
        }
        found = self.answer
        if found is None:
            return asked | dict.fromkeys(ANSWERED) | {"verdict": "undecided"} | _COUNTED_NONE
        counted = (
            dict(zip(("arm", "baseline"), found.n_each, strict=True)) if found.n_each else None
        )
        keys = (*ANSWERED, "n_seeds", "n_items", "n_groups")
        told = {key: getattr(found, key) for key in keys} | {
            "replicates": counted,
            "ci95": list(found.ci95),
            "ci": list(found.ci),
            "means": {"arm": found.means[0], "baseline": found.means[1]},
        }
        if found.needs is not None:
            told["needs"] = {**asdict(found.needs), "command": self.command}
        return asked | told


ANSWERED = (
    *("difference", "ci95", "ci", "level", "p", "p_adjusted", "verdict"),
    *("probability_better", "needs", "test", "means"),
)
"""Keys of a row that its answer fills."""
_COUNTED_NONE = {"n_seeds": 0, "n_items": 0, "n_groups": None, "replicates": None}


@dataclass(frozen=True)
class TrivialAnswer:
    """An arm beside a trivial answer, the `reference`, on the primary metric."""

    arm: str
    at: Level
    metric: str
    mean: float
    reference: str
    value: float
    ci95: tuple[float, float]
    verdict: Beside

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self) | {"difference": self.mean - self.value, "ci95": list(self.ci95)}


@dataclass(frozen=True)
class Yardsticks:
    """An arm with the values of trivial answers, by name, and the intervals of the differences."""

    arm: str
    at: Level
    metric: str
    mean: float
    references: dict[str, float]
    ci95: dict[str, tuple[float, float]]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self) | {"ci95": {name: list(ends) for name, ends in self.ci95.items()}}


@dataclass(frozen=True)
class AdaptationRow:
    """An arm of a study with two domains: what it learns from, the source-only arm that an adapted
    one is held against, how far apart the domains lie in its features, and whether it is decidedly
    worse than that arm.
    """

    arm: str
    at: Level
    role: Role
    reference: str | None
    distance: ADistance | None
    hurt: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        own = self.distance
        told = asdict(own) | {"ci95": list(own.ci95)} if own else None
        return {
            "arm": self.arm,
            "at": dict(self.at),
            "role": self.role,
            "reference": self.reference,
            "proxy_a_distance": told,
            "adaptation_hurts": self.hurt,
        }


@dataclass(frozen=True)
class Equivalence:
    """An arm with `images` training images equals another with about `equals` (None: with more than
    the `largest` number); `range` is what the intervals allow.
    """

    arm: str
    other: str
    metric: str
    images: int
    equals: float | None
    range: tuple[float, float | None] | None
    largest: int
    at: Level

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "range": list(self.range) if self.range else None}


@dataclass(frozen=True)
class Comparison:
    """The comparison of a study's arms: `arms` at every level, and `rows` of arm against baseline.

    `references` are the metrics of trivial answers on the split `of`. `changed`: finished cells
    that were computed for other settings than the study has now. `looks_lost`: earlier looks whose
    record is gone; `not_recorded`: why this one could not be written down. `test_images_shown`:
    days on which test images were looked at. `rounds` are those of a study that runs until it is
    decided. `adaptation`: the arms of a study with two domains, and `selection` what
    would be chosen among them without labels of the target. `new_looks`: those that were not taken
    before, to which the rows of their levels belong.
    """

    study: str
    primary: str
    error_bound: float
    done: int
    total: int
    arms: Sequence[ArmResult]
    rows: Sequence[ComparisonRow]
    references: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    of: str = "test"
    changed: int = 0
    no_better_than: Sequence[Yardsticks] = ()
    trivial_answers: Sequence[TrivialAnswer] = ()
    equivalences: Sequence[Equivalence] = ()
    looks_lost: int = 0
    not_recorded: Phrase | str | None = None
    findings: Sequence[Finding] = ()
    findings_muted: int = 0
    test_images_shown: Sequence[str] = ()
    rounds: Rounds | None = None
    adaptation: Sequence[AdaptationRow] = ()
    selection: Sequence[Choice] = ()
    new_looks: Sequence[Look] = ()

    @property
    def complete(self) -> bool:
        """Whether every planned cell has finished."""
        return self.done == self.total

    @property
    def looks(self) -> int:
        """The number of the latest look."""
        return max((row.look for row in self.rows), default=0)

    @property
    def decisive(self) -> list[ComparisonRow]:
        """The rows of the primary metric."""
        return [row for row in self.rows if row.metric == self.primary]

    def result(self, arm: str, at: Level) -> ArmResult:
        """An arm's result at a level. Raises KeyError for one that the study does not have."""
        for found in self.arms:
            if found.arm == arm and found.at == at:
                return found
        raise KeyError(arm, at)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `arms` is by name, and with `vary` a list of levels for each name."""
        return {
            "study": self.study,
            "looks": self.looks,
            "error_bound": self.error_bound,
            "primary": self.primary,
            "complete": self.complete,
            "cells": {"done": self.done, "total": self.total, "changed": self.changed},
            "arms": dict(self._arms()),
            "references": {
                name: {"split": self.of, "metrics": dict(metrics)}
                for name, metrics in self.references.items()
            },
            "no_better_than": [one.to_json() for one in self.no_better_than],
            "trivial_answers": [one.to_json() for one in self.trivial_answers],
            "comparisons": [row.to_json() for row in self.rows],
            "equivalences": [one.to_json() for one in self.equivalences],
            "looks_lost": self.looks_lost,
            "not_recorded": self.not_recorded and in_english(self.not_recorded),
            "findings": [finding.to_json() for finding in self.findings],
            "findings_muted": self.findings_muted,
            "test_images_shown": list(self.test_images_shown),
            "rounds": self.rounds.to_json() if self.rounds else None,
            "adaptation": [row.to_json() for row in self.adaptation],
            "selection": [choice.to_json() for choice in self.selection],
        }

    def _arms(self) -> Iterator[tuple[str, Any]]:
        for arm in dict.fromkeys(found.arm for found in self.arms):
            levels = [found.to_json() for found in self.arms if found.arm == arm]
            yield arm, levels if "at" in levels[0] else levels[0]
