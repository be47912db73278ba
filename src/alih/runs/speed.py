"""How fast recipes train on this machine, remembered between studies so that a plan can tell its
time. Torch-free.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from alih import files
from alih.errors import AlihError
from alih.files.cache import Table
from alih.runs import hardware
from alih.runs.folder import StudyFolder
from alih.runs.reading import Damaged
from alih.study.catalogue.sets import facts_of, target, training_items
from alih.study.document.arm import Recipe
from alih.study.document.study import Study
from alih.study.planning.cells import Cell
from alih.study.strategies.options import is_closed

TABLE = Table("speeds.json")

EVALUATION = 1.12
"""An epoch costs about an eighth more than its steps: validation and a sample of training items are
scored after each."""

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Speed:
    """Milliseconds per training image of an epoch, scoring included; of a whole cell where it is
    `solved` at once.

    `model` and `how` (the strategy) are digests, `shape` is (channels, height, width) of the
    images.
    """

    machine: str
    model: str
    how: str
    batch: int
    shape: Shape
    threads: int
    solved: bool
    ms: float

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
    return Speed(machine, model, how, size, shape, threads, is_closed(recipe), ms)


def of_steps(recipe: Recipe, shape: Shape, threads: int, milliseconds: float) -> Speed:
    """The speed of a recipe whose training step takes so many milliseconds."""
    return of_recipe(recipe, shape, threads, EVALUATION * milliseconds / recipe.train.batch_size)


def learn(root: Path, cell: Cell, recipe: Recipe, threads: int) -> None:
    """Remember how long a finished cell took; a hint for plans, so damaged files are left to
    whoever needs them.
    """
    folder = StudyFolder(root)
    try:
        card, data = folder.cell(cell).card, folder.optional("data.json")
    except Damaged:
        return
    trained = card["items"]["train"]
    seconds = (
        card["seconds"] if card.get("seconds_per_epoch") is None else card["seconds_per_epoch"]
    )
    if seconds and trained and data:
        side = card.get("image_size", data["image_size"])
        shape = (data["channels"], side, side)
        remember([of_recipe(recipe, shape, threads, 1000 * seconds / trained)])


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


def ms_per_image(recipe: Recipe, shape: Shape, threads: int) -> float | None:
    """Milliseconds per training image as `Speed` has them, from what is most like it; None when its
    network never ran here.

    Images of another size are taken to cost in proportion to their pixels.
    """
    wanted = of_recipe(recipe, shape, threads)
    same = (wanted.machine, wanted.model, wanted.solved)
    alike = [s for s in _known() if (s.machine, s.model, s.solved) == same]
    if not alike:
        return None
    nearest = max(alike, key=wanted.likeness)
    return nearest.ms * (shape[1] * shape[2]) / (nearest.shape[1] * nearest.shape[2])


def seconds_per_epoch(
    study: Study, recipe: Recipe, threads: int, train_images: int | str = "all"
) -> float | None:
    """Expected seconds of one epoch, or of a cell that is solved at once; None when its network
    never ran on this machine.
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
    ms = ms_per_image(recipe, (channels, side, side), threads)
    if ms is None:
        return None
    if train_images != "all":
        items = min(items, int(train_images))
    return ms / 1000 * max(items, recipe.train.batch_size)
