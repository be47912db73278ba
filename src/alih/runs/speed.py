"""How fast recipes train on this machine, remembered between studies so that a plan can tell its
time. Torch-free.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from alih import files
from alih.errors import AlihError
from alih.files.cache import Table
from alih.runs import hardware
from alih.runs.folder import StudyFolder
from alih.runs.reading import Damaged
from alih.study.catalogue.arithmetic import multiplications, network
from alih.study.catalogue.backbones import CARDS
from alih.study.catalogue.sets import facts_of, target, training_items
from alih.study.document.arm import Recipe
from alih.study.document.model import ModelSpec
from alih.study.document.study import Study
from alih.study.planning.resolved import PlannedCell
from alih.study.strategies.options import is_closed

TABLE = Table("speeds.json")

EVALUATION = 1.12
"""An epoch costs about an eighth more than its steps: validation and a sample of training items are
scored after each."""

CLASSES = 10
"""Outputs that a network's multiplications are counted with; the last layer is the smallest."""

FAR = 20.0
"""A network that multiplies so many times more, or less, than another tells nothing about it."""

SAME = 0.02
"""Networks whose multiplications differ by less count as one: they may differ in dropout."""

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Estimate:
    """Expected seconds; `guessed` from another network, by the multiplications of both."""

    seconds: float
    guessed: bool = False


@dataclass(frozen=True)
class Speed:
    """Milliseconds per training image of an epoch, scoring included; of a whole cell where it is
    `solved` at once.

    `model` and `how` (the strategy) are digests, `shape` is (channels, height, width) of the
    images. `work`: multiplications per image, where they are known without building the network.
    """

    machine: str
    model: str
    how: str
    batch: int
    shape: Shape
    threads: int
    solved: bool
    ms: float
    work: float | None = None

    def likeness(self, other: Speed) -> tuple[bool, ...]:
        """How well this speed stands for another one of the same model, for sorting: what matters
        most comes first.
        """
        return (
            self.how == other.how,
            self.shape == other.shape,
            self.threads == other.threads,
            self.batch == other.batch,
        )


def of_recipe(recipe: Recipe, shape: Shape, threads: int, ms: float = 0.0) -> Speed:
    """The speed of a recipe on this machine."""
    # Weights change what a network answers, not how long it takes.
    model = files.digest(recipe.model.model_dump(mode="json", exclude={"weights"}))[:16]
    how = files.digest(recipe.transfer.model_dump(mode="json"))[:16]
    size = recipe.train.batch_size
    machine = " ".join([hardware.processor(), *(["GPU"] if hardware.gpus() else [])])
    work = _work(recipe.model, shape)
    return Speed(machine, model, how, size, shape, threads, is_closed(recipe), ms, work)


def _work(model: ModelSpec, shape: Shape) -> float | None:
    """Multiplications for one image: of a list of layers counted, of a backbone by a rule of thumb,
    else None.
    """
    card = CARDS.get(model.name or "")
    if card is not None:
        # Most weights lie in the last stages, which see the image at 1/32 of its size; the three
        # times more that earlier stages take holds for ResNets and MobileNets alike.
        return 3.0 * card.parameters * (shape[1] / 32) * (shape[2] / 32)
    if model.encoder is not None:
        return None
    try:
        return float(multiplications(network(model, CLASSES), shape))
    except AlihError:  # a network that is no list of layers
        return None


def of_steps(recipe: Recipe, shape: Shape, threads: int, milliseconds: float) -> Speed:
    """The speed of a recipe whose training step takes so many milliseconds."""
    return of_recipe(recipe, shape, threads, EVALUATION * milliseconds / recipe.train.batch_size)


def learn(root: Path, cell: PlannedCell, threads: int) -> None:
    """Remember how long a finished cell took; a hint for plans, so damaged files are left to
    whoever needs them.
    """
    folder = StudyFolder(root)
    try:
        card, data = folder.cell(cell).card, folder.data
    except Damaged:
        return
    trained = card.items.train
    seconds = card.seconds if card.seconds_per_epoch is None else card.seconds_per_epoch
    if seconds and trained and data:
        side = card.image_size or data.image_size
        shape = (data.channels, side, side)
        remember([of_recipe(cell.recipe, shape, threads, 1000 * seconds / trained)])


def remember(speeds: Iterable[Speed]) -> None:
    """Keep speeds in the cache folder, the latest of each kind."""
    TABLE.add({_address(speed): asdict(speed) for speed in speeds})


def _address(speed: Speed) -> str:
    parts = [
        speed.machine,
        speed.model,
        speed.how,
        speed.batch,
        speed.shape,
        speed.threads,
        speed.solved,
    ]
    return files.digest(parts)[:16]


def _known() -> list[Speed]:
    try:
        return [Speed(**{**row, "shape": tuple(row["shape"])}) for row in TABLE.read().values()]
    except (KeyError, TypeError):  # a table that was altered
        return []


def ms_per_image(recipe: Recipe, shape: Shape, threads: int) -> tuple[float, bool] | None:
    """Milliseconds per training image as `Speed` has them, from what is most like it, and whether
    that was another network; None when nothing like it ran here.

    Images of another size are taken to cost in proportion to their pixels, other networks in
    proportion to their multiplications.
    """
    wanted = of_recipe(recipe, shape, threads)
    here = [s for s in _known() if (s.machine, s.solved) == (wanted.machine, wanted.solved)]
    alike = [s for s in here if s.model == wanted.model]
    if alike:
        nearest = max(alike, key=wanted.likeness)
        pixels = (shape[1] * shape[2]) / (nearest.shape[1] * nearest.shape[2])
        return nearest.ms * pixels, False
    if wanted.work is None:
        return None
    ratios = [(wanted.work / s.work, s) for s in here if s.work]
    others = [(ratio, s) for ratio, s in ratios if 1 / FAR <= ratio <= FAR]
    if not others:
        return None
    closest = min(abs(math.log(ratio)) for ratio, _ in others)
    ratio, nearest = max(
        (found for found in others if abs(math.log(found[0])) <= closest + SAME),
        key=lambda found: wanted.likeness(found[1]),
    )
    return nearest.ms * ratio, closest > SAME


def seconds_per_epoch(
    study: Study, recipe: Recipe, threads: int, train_images: int | str = "all"
) -> Estimate | None:
    """Expected time of one epoch, or of a cell that is solved at once; None when nothing like it
    ran on this machine.
    """
    spec = target(study)
    try:
        facts, items = facts_of(spec, study.task), training_items(study)
    except AlihError:  # results can be looked at where the images are not
        return None
    if facts is None or items is None:
        return None
    side = recipe.image_size or spec.image_size or facts.image_size
    channels = spec.channels or facts.channels
    found = ms_per_image(recipe, (channels, side, side), threads)
    if found is None:
        return None
    ms, guessed = found
    if train_images != "all":
        items = min(items, int(train_images))
    return Estimate(ms / 1000 * max(items, recipe.train.batch_size), guessed)
