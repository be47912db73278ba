"""The words in which comparisons are told: those of a study, or of a score file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from alih.study.document.study import Study
from alih.verdicts import adaptation
from alih.verdicts.result import ComparisonRow
from alih.words import formats, number, say


@dataclass(frozen=True)
class Terms:
    """What runs and items are called, how arms are labelled (in tables of commands: named), and the
    margins by metric.

    `commands`: more runs can be ordered by a command, so that a row without one has no advice to
    run more. `lower`: metrics of which lower is better although the table of metrics does not know.
    `hurts`: whether a row says that adaptation has done harm. `folds`: runs are folds, each of
    which tests a part of the items.
    """

    run: Literal["replicate", "seed"] = "replicate"
    item: Literal["image", "item"] = "image"
    label: Callable[[str], str] = str
    margins: Mapping[str, float | None] = field(default_factory=dict)
    commands: bool = True
    lower: frozenset[str] = frozenset()
    name: Callable[[str], str] = str
    hurts: Callable[[ComparisonRow], bool] = lambda row: False
    folds: bool = False

    @property
    def words(self) -> dict[str, str]:
        """One run, several runs and several items, in the language in force."""
        return {
            "run": say(f"verdicts.terms.{self.run}"),
            "runs": say(f"verdicts.terms.{self.run}s"),
            "items": say(f"verdicts.terms.{self.item}s"),
        }

    @property
    def count_name(self) -> str:
        """What `Line.count` counts."""
        if self.folds:
            return say("verdicts.count_of_folds")
        return f"{self.words['runs']} × {self.words['items']}"

    def count(self, runs: str, items: int) -> str:
        """So many runs and items, as a cell of a table."""
        return f"{runs}, {number(items, 0)}" if self.folds else f"{runs} × {number(items, 0)}"

    def metric(self, name: str) -> str:
        """A metric's name inside a sentence, with its direction where lower is better."""
        known = formats.metric_in_text(name)
        lower = name in self.lower or not formats.higher_is_better(name)
        return say("verdicts.lower", metric=known) if lower else known

    def margin_option(self, metric: str) -> str:
        """Where a margin is given."""
        return f"compare.metrics.{metric}.margin" if self.commands else "--margin"


def of_study(study: Study) -> Terms:
    """The words for a study's comparisons."""
    margins = {name: wanted.margin for name, wanted in study.compare.metrics.items()}
    hurts = partial(adaptation.hurts, study)
    folds = study.split.scheme == "repeated-kfold"
    return Terms(label=study.label, name=study.key, margins=margins, hurts=hurts, folds=folds)
