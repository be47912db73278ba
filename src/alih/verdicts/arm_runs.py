"""One arm's finished cells at one level: the scores that comparisons are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from alih.errors import AlihError
from alih.evaluation import scores as evaluation
from alih.evaluation import segmentation
from alih.metrics import METRICS, OF_RANKS, OF_TWO_CLASSES
from alih.runs.folder import CellFolder
from alih.runs.reading import damaged
from alih.statistics.intervals import Division, pseudo_values
from alih.study.document.study import Study
from alih.verdicts import copies
from alih.words.phrase import Phrase

SPLIT = "test"
NEEDS = {"brier": ("brier", "probability"), **dict.fromkeys(OF_RANKS, ("probability",))}
"""What a metric is computed from, one of these arrays, where not every cell has it."""
RANKED = 1 << 21
"""Probabilities of a run (10,000 images of 200 classes) up to which metrics of ranks are computed
unasked: two seconds a run."""
ALWAYS = ("balanced_accuracy", "macro_f1", "matthews", "ece")
"""Metrics of whole sets that have a value for any two items: one that is not finite is an error."""


@dataclass(frozen=True)
class ArmRuns:
    """The finished cells of one arm at one level: per replicate its folder and the arrays of the
    test split.

    `refitted`: the arm is fitted in one step, to the same images in every replicate, so that equal
    results are as they should be. `groups`: the group of each test item, {} where they have none.
    `positive`: the number of the positive class, None where there are not two.
    """

    arm: str
    cells: dict[int, CellFolder]
    arrays: dict[int, dict[str, np.ndarray]]
    refitted: bool = False
    groups: Mapping[int, str] = field(default_factory=dict)
    positive: int | None = None

    @cached_property
    def first(self) -> dict[int, int]:
        """For each replicate the first one of which it is a copy, itself where it is none."""
        return {r: r for r in self.arrays} if self.refitted else copies.firsts(self.arrays)

    @property
    def distinct(self) -> list[int]:
        """The replicates that are no copies of earlier ones."""
        return sorted(replicate for replicate, first in self.first.items() if replicate == first)

    @property
    def varies(self) -> bool:
        """Whether another seed could give another result."""
        return not self.cells or any(cell.card.varies_by_seed for cell in self.cells.values())

    def together(self, replicates: list[int]) -> np.ndarray | None:
        """Numbers [N] that say which items of `scores` belong together; None where none do."""
        if not self.groups or not replicates:
            return None
        items = np.unique(np.concatenate([self.arrays[r]["item"] for r in replicates]))
        if not self.groups.keys() >= set(items.tolist()):
            return None
        names = [self.groups[item] for item in items.tolist()]
        known = {name: number for number, name in enumerate(dict.fromkeys(names))}
        return np.array([known[name] for name in names]) if len(known) < len(names) else None

    def rows(self, metric: str, replicates: list[int]) -> list[np.ndarray] | None:
        """Per replicate the scores of its items (pseudo-values for set metrics), None where they
        cannot be computed.
        """
        rows = []
        for replicate in replicates:
            arrays = self.arrays[replicate]
            if metric in NEEDS and not set(NEEDS[metric]) & arrays.keys():
                return None
            if metric in OF_TWO_CLASSES and self.positive is None:
                return None
            if self.positive is not None:
                arrays = {**arrays, "positive": np.array(self.positive)}
            if METRICS[metric].kind == "item":
                rows.append(evaluation.item_scores(metric, arrays))
                continue
            if len(arrays["item"]) < 2:
                return None  # nothing is left when the only item is left out
            value, left_out = (
                evaluation.compute(metric, arrays),
                evaluation.jackknife(metric, arrays),
            )
            if metric not in ALWAYS and not np.isfinite([value, *left_out]).all():
                return None  # no image, or one alone, holds what the metric is about
            rows.append(pseudo_values(value, left_out))
        return rows or None

    def _large(self, replicates: list[int]) -> bool:
        """Whether metrics of ranks, which sort all items once for each class, are only computed on
        demand.
        """
        tables = (self.arrays[r].get("probability") for r in replicates)
        return any(table is not None and table.size > RANKED for table in tables)

    def scores(
        self, study: Study, metric: str, replicates: list[int]
    ) -> tuple[np.ndarray, Division | None] | None:
        """Scores [S, N] of a metric; for repeated k-fold [repeats, N] and how the folds divide the
        items. None as in `rows`.
        """
        if metric in OF_RANKS and metric not in study.metrics and self._large(replicates):
            return None
        rows = self.rows(metric, replicates)
        if rows is None:
            return None
        if study.split.scheme != "repeated-kfold":
            return (np.stack(rows), None) if len(rows[0]) > 1 else None
        repeats = [replicate // study.split.folds for replicate in replicates]
        items = [self.arrays[replicate]["item"] for replicate in replicates]
        names = np.unique(np.concatenate(items))
        matrix = np.full((len(set(repeats)), len(names)), np.nan)
        fold = np.full(matrix.shape, -1)
        for replicate, repeat, own, values in zip(replicates, repeats, items, rows, strict=True):
            place = sorted(set(repeats)).index(repeat), np.searchsorted(names, own)
            matrix[place], fold[place] = values, replicate
        counts = [self.cells[replicate].card.items for replicate in replicates]
        return matrix, Division(fold, float(np.mean([own.test / own.train for own in counts])))


def test_arrays(cell: CellFolder) -> dict[str, np.ndarray]:
    """The arrays of the test split in item order; counts of segmentation reduced. Raises Damaged
    for files that were altered.
    """
    arrays = cell.scores(SPLIT)
    if "item" not in arrays:
        raise AlihError("statistics.no_scores", path=cell.path / "scores.npz")
    probability = (cell.arrays("probabilities") or {}).get(SPLIT)
    if probability is not None:
        if probability.shape != (len(arrays["item"]), len(cell.card.classes)):
            raise damaged(cell.path / "probabilities.npz", Phrase("runs.not_readable"), cell.cure)
        arrays["probability"] = probability
    order = np.argsort(arrays["item"], kind="stable")
    arrays = {key: value[order] for key, value in arrays.items()}
    if "counts" not in arrays:
        return arrays
    # All arms and replicates are held at once, and counts grow with the square of the classes.
    return segmentation.reduced(segmentation.with_background(arrays, cell.card.classes))
