"""Cells that carry what they compute: the complete recipe, the trials, the cell to start from.

`plan.cells` resolves a study once; whoever gets its cells asks them, not the document again.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from alih.study.catalogue.backbones import start_of
from alih.study.document.arm import Recipe
from alih.study.document.study import Study
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import TRAIN_IMAGES, recipe, target_labels
from alih.study.planning.tuning import applies
from alih.study.strategies.base import StrategyOptions
from alih.study.strategies.options import (
    is_closed,
    kind_of,
    needs_network,
    network_recipes,
    options_of,
    views_of,
)


@dataclass(frozen=True)
class TrialRecipe:
    """A trial's values of the tuned keys, and the arm's complete recipe with them."""

    values: dict[str, Any]
    recipe: Recipe


@dataclass(frozen=True, eq=False)
class ResolvedArm:
    """An arm at a level with what its replicates share, each worked out once, when first asked for.

    `arms`: all arms at this level, by name, so that an arm knows the one it starts `from`.
    """

    study: Study = field(repr=False)
    arm: str
    at: Mapping[str, Any]
    arms: Mapping[str, ResolvedArm] = field(repr=False)

    @cached_property
    def recipe(self) -> Recipe:
        """The complete recipe, without what trials change."""
        return recipe(self.study, self.arm, self.at)

    @cached_property
    def options(self) -> StrategyOptions:
        """The checked options of its strategy."""
        return options_of(self.recipe)

    @cached_property
    def trials(self) -> tuple[TrialRecipe, ...]:
        """The tuning trials; one with the recipe itself where nothing is tuned."""
        grid = trials(self.study, self.arm)
        if not any(grid):
            return (TrialRecipe({}, self.recipe),)
        found = ((values, recipe(self.study, self.arm, self.at, values)) for values in grid)
        return tuple(TrialRecipe(values, made) for values, made in found)

    @property
    def source(self) -> ResolvedArm | None:
        """The arm whose network this one starts `from`; None for a run folder's, and for none."""
        return self.arms.get(self.study.arms[self.arm].source or "")

    @cached_property
    def others(self) -> tuple[ResolvedArm, ...]:
        """The arms whose finished networks its trials use beside their own."""
        named = (options_of(trial.recipe).arms().values() for trial in self.trials)
        names = dict.fromkeys(name for names in named for name in names)
        return tuple(self.arms[name] for name in names if name in self.arms)

    @cached_property
    def once(self) -> bool:
        """Whether one replicate stands for all: see `runs_once`."""
        return self.runs_once()

    def runs_once(self, redrawn: bool = True) -> bool:
        """Whether every replicate would give the same result, so that one of them is enough.

        So where a strategy is solved at once and neither its images, nor their augmentation, nor
        its network depend on the replicate. `redrawn`: each replicate has validation images of its
        own, which training does without unless `refit`.
        """
        study, chosen = self.study, self.recipe
        kfold = study.split.scheme == "repeated-kfold"
        if not is_closed(chosen) or kfold or chosen.source is not None:
            return False
        networked = needs_network(chosen)
        if networked and start_of(chosen) in (None, "none"):
            return False
        fixed, whole = study.protocol == "paper" or not redrawn, self._whole
        if chosen.normalise == "mean-std" and networked and not (fixed and whole):
            return False
        if any(start_of(other) in (None, "none") for other in network_recipes(chosen).values()):
            return False
        if not kind_of(chosen).learns:
            # Trials are chosen on validation images, which each replicate draws; settings of the
            # loop make no trial differ.
            tuned = (key for key in study.tune if applies(study, self.arm, key))
            return fixed or all(key.startswith("train.") for key in tuned)
        if not whole or views_of(chosen) or self._labels_drawn:
            return False
        return fixed or (study.refit and len(self.trials) <= 1)

    @property
    def _labels_drawn(self) -> bool:
        """Whether each replicate draws the target's labels that are granted."""
        return target_labels(self.study, self.recipe, self.at) not in (0, "all")

    @property
    def _whole(self) -> bool:
        return self.at.get(TRAIN_IMAGES, "all") == "all"


@dataclass(frozen=True, eq=False)
class PlannedCell(Cell):
    """A cell as the plan has it: equal to the plain `Cell` of its arm, replicate and level."""

    resolved: ResolvedArm = field(kw_only=True, repr=False)

    @property
    def recipe(self) -> Recipe:
        """The complete recipe, without what trials change."""
        return self.resolved.recipe

    @property
    def trials(self) -> tuple[TrialRecipe, ...]:
        """The tuning trials, at least one."""
        return self.resolved.trials

    @property
    def upstream(self) -> PlannedCell | None:
        """The cell whose network this one starts from: the source arm's, same replicate and level.
        None without `from` an arm.
        """
        source = self.resolved.source
        return None if source is None else self._beside(source)

    @property
    def others(self) -> tuple[PlannedCell, ...]:
        """The cells whose networks are used beside its own: same replicate and level."""
        return tuple(map(self._beside, self.resolved.others))

    @property
    def above(self) -> tuple[PlannedCell, ...]:
        """All cells that must have finished before this one."""
        upstream = self.upstream
        return self.others if upstream is None else (upstream, *self.others)

    def _beside(self, arm: ResolvedArm) -> PlannedCell:
        replicate = 0 if arm.once else self.replicate
        return PlannedCell(arm.arm, replicate, self.level, resolved=arm)


def resolve(study: Study, at: Mapping[str, Any]) -> Mapping[str, ResolvedArm]:
    """All arms of a study at a level, by name."""
    arms: dict[str, ResolvedArm] = {}
    arms.update({arm: ResolvedArm(study, arm, at, arms) for arm in study.arms})
    return arms


def planned(study: Study, cell: Cell) -> PlannedCell:
    """The cell with what it computes; one that this very study has planned stays as it is."""
    if isinstance(cell, PlannedCell) and cell.resolved.study is study:
        return cell
    resolved = resolve(study, cell.at)[cell.arm]
    return PlannedCell(cell.arm, cell.replicate, cell.level, resolved=resolved)


def trials(study: Study, arm: str) -> list[dict[str, Any]]:
    """The tuning trials of an arm: the same grid for every arm, without keys that its strategy does
    not have (`tuning`).

    One empty trial without `tune`, and for an arm that none of the keys speaks to.
    """
    grid = {key: values for key, values in study.tune.items() if applies(study, arm, key)}
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
