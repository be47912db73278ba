"""What all phases of a cell share, and what a learner hands over at its end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from alih import seeding
from alih.data.domains import Domain, Part, domains
from alih.data.imageset import ImageSet
from alih.data.load import load as load_images
from alih.data.normalise import constants
from alih.data.pixels import Format
from alih.data.splits import subset
from alih.runs import folder as runs
from alih.runs.card import Carried, LearnerCard, TargetScores
from alih.study.catalogue.sets import specs
from alih.study.document.arm import Recipe
from alih.study.document.study import Study
from alih.study.planning.recipes import TRAIN_IMAGES, target_labels
from alih.study.planning.resolved import PlannedCell
from alih.study.strategies.options import kind_of, options_of
from alih.tasks.table import TASKS, Task
from alih.training import outputs
from alih.training.device import Machine

PRIOR_MASKS = 200
"""About as many masks tell the shares of classes."""
Event = dict[str, Any]
Emit = Callable[[Event], None]
Forbids = Callable[[float], bool]


def endless(seconds: float) -> bool:
    """Never ask a run to stop: for cells that have no deadline."""
    return False


@dataclass(frozen=True, eq=False)
class Bench:
    """A cell with its data, machine and folder: what every phase of it works with.

    `share` is the fraction of the training part that the cell's level leaves. `scored_domains` are
    the domains at the study's size, where a recipe sees its images at another one. `forbids` is
    asked whether there is time for another epoch, as the loop's plan says.
    """

    study: Study
    cell: PlannedCell
    folder: runs.CellFolder
    machine: Machine
    domains: Mapping[str, Domain]
    share: float
    task: Task
    emit: Emit
    scored_domains: Mapping[str, Domain] | None = None
    forbids: Forbids = endless
    _measured: dict[tuple[str, int], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def sized(self, recipe: Recipe) -> Bench:
        """The bench of a recipe: with images, and masks to learn from, of the recipe's own size.

        Items, their numbers and their parts stay what they are, and so do the masks of scores.
        """
        side = recipe.image_size
        if side is None or self.shape[1:] == (side, side):
            return self
        task = self.study.task
        own = {name: load_images(spec, task=task) for name, spec in specs(self.study, side).items()}
        seen = {name: domain.at_size(own[name]) for name, domain in self.domains.items()}
        return replace(self, domains=seen, scored_domains=self.domains)

    def scored_masks(self, part: Part) -> np.ndarray | None:
        """The masks [n, h, w] on which a part's set is scored where they are not those that the
        recipe sees.
        """
        if self.scored_domains is None:
            return None
        return self.scored_domains[part.domain.name].images.masks

    @property
    def images(self) -> ImageSet:
        """The images that the arm is scored on, whose classes are the study's."""
        return self.domains["target"].images

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics computed on every evaluation, without repeats."""
        return tuple(dict.fromkeys((*self.task.DEFAULT_METRICS, *self.study.metrics)))

    @property
    def validation(self) -> Part:
        """The items on which epochs and trials are chosen: with two domains, of the source."""
        domain = self.domains.get("source", self.domains["target"])
        return Part(domain, domain.split.validation)

    @property
    def test(self) -> Part:
        """The items on which the arm is scored, once."""
        domain = self.domains["target"]
        return Part(domain, domain.split.test)

    @property
    def scored(self) -> dict[str, Part]:
        """The parts that are scored at the end, by name; after a refit no validation item is
        unseen.
        """
        parts = {"test": self.test}
        if not self.study.refit:
            parts = {"validation": self.validation, **parts}
        return {name: part for name, part in parts.items() if len(part)}

    def training(self, recipe: Recipe) -> Part:
        """The labelled items that a recipe's epoch passes over."""
        domain = self.domains.get(options_of(recipe).learnt_first(), self.domains["target"])
        return Part(domain, domain.granted)

    def with_validation(self, part: Part) -> Part:
        """Items of a refit: those of `part` and its domain's validation; at a level of
        `train_images`, the same share of both.
        """
        extra, domain = part.domain.split.validation, part.domain
        if self.share < 1.0:
            count = round(self.share * len(extra))
            drawn = self.study.seed, self.cell.replicate, domain.split.groups
            extra = subset(extra, domain.images.labels, count, *drawn) if count else extra[:0]
        return Part(domain, np.concatenate([part.items, extra]))

    def train_eval(self, part: Part) -> Part:
        """A fixed sample of training items, to see training metrics in evaluation mode at little
        cost.
        """
        generator = seeding.numpy_generator(self.study.seed, self.cell.replicate, "train-eval")
        order = generator.permutation(len(part))
        return Part(part.domain, np.sort(part.items[order[: self.task.TRAIN_EVAL_ITEMS]]))

    @property
    def unlabelled(self) -> Part | None:
        """A fixed sample of target images whose labels are withheld, or of all its training images
        where none are; None with one domain. Arms that see other numbers of labels share all that
        are withheld from both.
        """
        if "source" not in self.domains:
            return None
        domain = self.domains["target"]
        seen = domain.granted if len(domain.withheld) else None
        return self._sampled(Part(domain, domain.split.train), "unlabelled", seen)

    @property
    def weighed(self) -> Part:
        """A fixed sample of source validation images, whose accuracy is weighted for the target."""
        return self._sampled(self.validation, "weighed")

    def _sampled(self, part: Part, purpose: str, without: np.ndarray | None = None) -> Part:
        """So few items that looking at them is quick beside an epoch on the source."""
        most = self.task.UNLABELLED_ITEMS
        most = min(most, max(most // 4, len(self.domains["source"].split.train) // 4))
        generator = seeding.numpy_generator(self.study.seed, self.cell.replicate, purpose)
        order = generator.permutation(part.items)
        if without is not None:
            order = order[~np.isin(order, without)]
        return Part(part.domain, np.sort(order[:most]))

    @cached_property
    def prior(self) -> np.ndarray:
        """The classes' shares among the source's training images: of masks, among the pixels of
        an even sample that belong to a class.
        """
        domain, classes = self.domains["source"], len(self.images.classes)
        items, masks = domain.split.train, domain.images.masks
        if masks is None:
            found = domain.images.labels[items]
        else:
            step = max(1, len(items) // PRIOR_MASKS)
            pixels = np.stack([np.asarray(masks[item]) for item in items[::step]])
            found = pixels[pixels < classes]
        return np.bincount(found, minlength=classes) / max(1, found.size)

    @property
    def pictured(self) -> np.ndarray:
        """Validation items whose answers are shown for all arms, ascending; replicate 0 stands for
        the others.
        """
        return outputs.pictured(
            self.study.seed, self.cell.replicate, self.validation.items, self.task.PICTURES
        )

    def format(self, recipe: Recipe, network: torch.nn.Module | None) -> Format:
        """How images reach a recipe's network.

        Constants that are measured on a training part are measured once per cell, however many
        trials read them.
        """
        kind = "unit" if network is None else recipe.normalise
        brought = getattr(network, "preprocessing", None)
        own = (brought.mean, brought.std) if brought else None
        domain = self.domains.get(kind_of(recipe).leads, self.domains["target"])
        address = domain.name, self.shape[1]
        if kind == "mean-std" and address in self._measured:
            mean, std = self._measured[address]
        else:
            mean, std = constants(kind, domain.images.images, domain.split.train, own)
        if kind == "mean-std":
            self._measured[address] = mean, std
        device = torch.device(self.machine.device)
        return Format(self.machine.precision, device, tuple(mean.tolist()), tuple(std.tolist()))

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape (channels, height, width) of images."""
        height, width, channels = self.images.images.shape[1:]
        return channels, height, width

    def summary(
        self, arrays: dict[str, np.ndarray], names: tuple[str, ...] = ()
    ) -> dict[str, float]:
        """The metrics of per-item arrays: the study's, or those named."""
        positive = self.study.compare.positive_of(self.images.classes)
        if positive is not None:
            arrays = {**arrays, "positive": np.array(positive)}
        return self.task.summarise(arrays, names or self.metrics, self.images.classes)

    def seed(self, purpose: str) -> int:
        """The seed of one purpose of this cell's replicate."""
        return seeding.derive(self.study.seed, self.cell.replicate, purpose)


def open_bench(
    root: Path,
    study: Study,
    cell: PlannedCell,
    machine: Machine,
    emit: Emit,
    forbids: Forbids = endless,
) -> Bench:
    """Load and divide the data of a cell. Raises AlihError for data that cannot be read or
    divided.
    """
    sets = {name: load_images(spec, task=study.task) for name, spec in specs(study).items()}
    labels = target_labels(study, cell.recipe, cell.at)
    found = domains(sets, study, cell.replicate, labels)
    wanted, share = cell.at.get(TRAIN_IMAGES, "all"), 1.0
    if wanted != "all":
        target = found["target"]
        split, drawn = target.split, (study.seed, cell.replicate, target.split.groups)
        kept = subset(split.train, target.images.labels, int(wanted), *drawn)
        share = len(kept) / len(split.train)
        found = {"target": replace(target, split=replace(split, train=kept), granted=kept)}
    folder = runs.StudyFolder(root).cell(cell)
    task = TASKS[study.task]
    return Bench(study, cell, folder, machine, found, share, task, emit, forbids=forbids)


class Learner(ABC):
    """A trained or fitted arm, with all that a cell leaves behind of it.

    `bench` holds the images at the size that the arm sees them. `network` is None where features
    are made by hand, `carried` tells what an arm `from` another took over.
    """

    bench: Bench
    recipe: Recipe
    network: torch.nn.Module | None
    form: Format
    carried: Carried | None

    @abstractmethod
    def kept_epoch(self) -> int:
        """The epoch whose weights are kept; 0 without epochs."""

    @abstractmethod
    def arrays(self, part: Part, stored: bool = False) -> dict[str, np.ndarray]:
        """Per-item arrays of a part, as the study's metrics need them (`stored`: all that a cell
        leaves).
        """

    @abstractmethod
    def answers(self, part: Part) -> np.ndarray:
        """The likeliest class of every item, or of every pixel, uint8 [n, …]."""

    def vectors(self, part: Part) -> np.ndarray | None:
        """The features [n, d] that domains are compared by; None where the arm has none."""
        return None

    def target_scores(self) -> TargetScores | None:
        """What can be said of it without a look at labels of the target; None with one domain."""
        return None

    @abstractmethod
    def tensors(self) -> dict[str, torch.Tensor]:
        """What is handed over at the end: everything that scoring a new image takes."""

    @abstractmethod
    def card(self) -> LearnerCard:
        """Its part of the card: sizes, layers, epochs, times, and facts of its own."""

    @abstractmethod
    def write_history(self, place: Path) -> None:
        """Leave `history.csv` and `timing.csv` in the cell's folder."""

    def facts(self) -> Mapping[str, np.ndarray]:
        """What was learnt beside the network, as arrays for pictures; none unless overridden."""
        return {}
