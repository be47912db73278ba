"""Short trainings of a candidate by the real engine, on drawings made up in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from alih.data.domains import Domain, domains
from alih.data.imageset import ImageSet
from alih.runs.folder import StudyFolder
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import recipe, target_labels
from alih.study.planning.resolved import planned
from alih.study.strategies.options import options_of
from alih.tasks.table import TASKS
from alih.training.assemble import assemble_network
from alih.training.bench import Bench
from alih.training.conformance.candidate import Candidate
from alih.training.device import Machine
from alih.training.trained import train
from alih.transfer.contract import Batch, Context, Stateful, Strategy, networks_of
from alih.transfer.ingredients import Ingredients

SIDE, EPOCHS = 16, 2
MACHINE = Machine("cpu", 1, "fp32")
ARM = "candidate"
GRANTED = 0.3
"""The share of the target's labels that a strategy may see in the check of the others."""

LAYERS = [
    {"conv": {"filters": 4}},
    "batch_norm",
    {"max_pool": {"size": 2}},
    {"conv": {"filters": 6}},
    "flatten",
    {"dense": 8},
    {"dropout": 0.3},
]
MODELS: dict[str, list[dict[str, Any]]] = {
    "classification": [{"layers": LAYERS, "weights": "none"}],
    "segmentation": [
        {"name": "unet", "width": 4, "depth": 2},
        {"name": "unet", "encoder": "mobilenetv2_035", "weights": "none"},
    ],
}
"""Small networks; a candidate gets the first one that its options have no problem with."""


class Stopped(Exception):
    """The rehearsal was interrupted on purpose."""


@dataclass
class Step:
    """One step as it was taken: what went in, what came out, and which modules stopped training."""

    items: dict[str, list[int]]
    progress: float
    loss: Any
    silenced: tuple[str, ...]
    changed: bool


@dataclass
class Rehearsal:
    """What one training left: the strategy, the states of its parts at its start and its end, and
    the records of its epochs.
    """

    strategy: Strategy
    steps: list[Step] = field(default_factory=list)
    start: dict[str, Any] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)
    history: str = ""


@dataclass(frozen=True)
class Stage:
    """A candidate with a task and the data that it is rehearsed on.

    `granted` is the share of the target's labels that it may see.
    """

    candidate: Candidate
    task: str
    granted: float = 0.0

    @property
    def study(self) -> Study:
        """The document: one arm, whose strategy is the candidate."""
        *first, last = (self._document(model) for model in MODELS[self.task])
        return next((found for found in first if self._possible(found)), last)

    def _possible(self, study: Study) -> bool:
        options = self.candidate.options.model_validate(self.candidate.values)
        return not any(options.problems(recipe(study, ARM), DataSpec(folder="drawings")))

    def _document(self, model: dict[str, Any]) -> Study:
        spec: dict[str, Any] = {"folder": "drawings"}
        two = self.candidate.options.two_sets()
        return Study.model_validate(
            {
                "name": "rehearsal",
                "title": "A rehearsal",
                "task": self.task,
                "data": {"source": spec, "target": spec} if two else spec,
                "split": {"validation": 0.25},
                "model": model,
                "train": {"epochs": EPOCHS, "batch_size": 8, "lr": 0.01},
                "augment": {"shift": 1},
                "arms": {
                    ARM: {"transfer": {"strategy": self.candidate.name, **self.candidate.values}}
                },
                "compare": {"baseline": ARM},
                **({"target_labels": self.granted} if two and self.granted else {}),
            }
        )

    def domains(self, study: Study, swapped: bool = False) -> Mapping[str, Domain]:
        """The divided drawings; `swapped`: labels that are withheld say the opposite."""
        sets = {"target": drawings("target", dark=True, masks=self.task == "segmentation")}
        if self.candidate.options.two_sets():
            sets["source"] = drawings("source", dark=False, masks=self.task == "segmentation")
        found = domains(sets, study, 0, target_labels(study, recipe(study, ARM), {}))
        if swapped:
            target = found["target"]
            labels, masks = target.images.labels.copy(), target.images.masks
            labels[target.withheld] = 1 - labels[target.withheld]
            if masks is not None:
                masks = masks.copy()
                masks[target.withheld] = 1 - masks[target.withheld]
            images = replace(target.images, labels=labels, masks=masks)
            found = {**found, "target": replace(target, images=images)}
        return found

    def rehearse(
        self,
        folder: Path,
        stop_at: int | None = None,
        forget: str | None = None,
        swapped: bool = False,
    ) -> Rehearsal:
        """Train in a folder, going on from the checkpoint that lies there.

        `stop_at`: interrupt at that step. `forget`: the part that takes no state back. Raises
        whatever the strategy raises.
        """
        found: list[Rehearsal] = []

        def build(given: Ingredients) -> Strategy:
            strategy = self.candidate.build(given)
            found.append(Rehearsal(strategy, start=states_of(strategy)))
            _watch(found[-1], stop_at)
            if forget is not None:
                _make_forgetful(strategy, forget)
            return strategy

        with self.candidate.registered(build):
            study = self.study
            cell = planned(study, Cell(ARM, 0))
            place = StudyFolder(folder).cell(cell)
            parts, task = self.domains(study, swapped), TASKS[self.task]
            bench = Bench(study, cell, place, MACHINE, parts, 1.0, task, lambda _: None)
            try:
                train(bench, cell.recipe, place.path, pause=0.0, others=_others)
            except Stopped:
                return found[-1]
        rehearsal = found[-1]
        rehearsal.states = states_of(rehearsal.strategy)
        rehearsal.history = (place.path / "history.csv").read_text()
        return rehearsal


def _others(bench: Bench, recipe: Recipe, *_: Any) -> dict[str, torch.nn.Module]:
    """Networks that stand for those of other arms: like the candidate's own, from other weights."""
    found = {}
    for name in options_of(recipe).arms():
        network = assemble_network(
            recipe, len(bench.images.classes), bench.shape, MACHINE, lambda purpose: 1
        )
        found[name] = network.eval().requires_grad_(False)
    return found


def _watch(rehearsal: Rehearsal, stop_at: int | None) -> None:
    """Record every step of a strategy, and interrupt one."""
    strategy, take = rehearsal.strategy, rehearsal.strategy.step

    def step(batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        if len(rehearsal.steps) == stop_at:
            raise Stopped
        training = {name for name, module in modules(strategy).items() if module.training}
        before = copied(list(strategy.network.parameters()))
        items = {name: batch.items.tolist() for name, batch in batches.items()}
        loss = take(batches, ctx)
        after = modules(strategy)
        silenced = tuple(sorted(name for name in training if not after[name].training))
        kept = loss.detach().clone() if isinstance(loss, torch.Tensor) else loss
        changed = not same(before, list(strategy.network.parameters()))
        rehearsal.steps.append(Step(items, ctx.progress, kept, silenced, changed))
        return loss

    strategy.step = step  # type: ignore[method-assign]


def modules(strategy: Strategy) -> dict[str, torch.nn.Module]:
    """Every module that learns, and those inside them, by address."""
    return {
        f"{prefix}{name}": module
        for prefix, network in networks_of(strategy).items()
        for name, module in network.named_modules()
    }


def states_of(strategy: Strategy) -> dict[str, Any]:
    """What a checkpoint would hold of each part."""
    return {name: copied(part.state_dict()) for name, part in strategy.parts().items()}


def _make_forgetful(strategy: Strategy, name: str) -> None:
    parts = strategy.parts

    def forgetful() -> dict[str, Stateful]:
        found = parts()
        if name in found:
            found[name].load_state_dict = lambda state: None  # type: ignore[method-assign]
        return found

    strategy.parts = forgetful  # type: ignore[method-assign]


def copied(state: Any) -> Any:
    """A nested state whose tensors no longer change."""
    if isinstance(state, torch.Tensor):
        return state.detach().clone()
    if isinstance(state, Mapping):
        return {key: copied(value) for key, value in state.items()}
    return [copied(value) for value in state] if isinstance(state, list | tuple) else state


def same(one: Any, other: Any) -> bool:
    """Whether two nested states are equal to the last bit."""
    if isinstance(one, torch.Tensor):
        return isinstance(other, torch.Tensor) and torch.equal(one, other)
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def drawings(name: str, dark: bool, masks: bool) -> ImageSet:
    """Rings and squares, dark on light paper or light on a dark screen; 28 to train, 8 to test.

    >>> drawings("target", dark=True, masks=False).images.shape
    (36, 16, 16, 1)
    """
    count, test = 36, 8
    labels = np.arange(count) % 2
    rng = np.random.default_rng([dark])
    y, x = np.mgrid[:SIDE, :SIDE][:, None] - rng.integers(6, 10, (2, count, 1, 1))
    distance = np.where(
        labels[:, None, None] == 0, np.hypot(y, x), np.maximum(np.abs(y), np.abs(x))
    )
    ink = np.abs(distance - 4) < (1.6 if dark else 0.9)
    picture = np.where(ink, 230, 30) if dark else np.where(ink, 20, 220)
    images = np.clip(picture + rng.integers(-20, 20, picture.shape), 0, 255).astype(np.uint8)
    return ImageSet(
        name=name,
        classes=("ground", "ink") if masks else ("ring", "square"),
        images=images[..., None],
        labels=labels.astype(np.int64),
        official_test=test,
        card={},
        masks=ink.astype(np.uint8) if masks else None,
    )
