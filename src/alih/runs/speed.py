"""How fast a recipe trains on this machine, remembered between studies so that a plan can tell its time. Torch-free."""

from __future__ import annotations

from alih import files
from alih.errors import AlihError
from alih.files.cache import Table
from alih.study.document import Recipe, Study
from alih.study.sets import facts_of, target, training_items

TABLE = Table("speed.json")

EVALUATION = 1.12
"""An epoch costs about an eighth more than its steps: validation and a sample of training items are scored after each."""


def key(recipe: Recipe, classes: int, shape: tuple[int, int, int]) -> str:
    """What a step's time depends on: network, strategy, batch size, classes and image shape (channels, height, width)."""
    how = recipe.transfer.model_dump(mode="json")
    return files.digest([recipe.model.model_dump(mode="json"), how, recipe.train.batch_size, classes, list(shape)])[:16]


def remember(measured: dict[str, float]) -> None:
    """Keep milliseconds per step by `key` in the cache folder."""
    TABLE.add({name: round(value, 3) for name, value in measured.items()})


def seconds_per_epoch(study: Study, recipe: Recipe, train_images: int | str = "all") -> float | None:
    """Expected seconds of one epoch with one cell at a time, None when this recipe was never timed on this machine."""
    spec = target(study)
    try:
        facts, items = facts_of(spec, study.task), training_items(study)
    except AlihError:  # results can be looked at where the images are not
        return None
    if facts is None or items is None:
        return None
    side, channels = spec.image_size or facts.image_size, spec.channels or facts.channels
    ms = TABLE.read().get(key(recipe, facts.classes, (channels, side, side)))
    if ms is None:
        return None
    if train_images != "all":
        items = min(items, int(train_images))
    return EVALUATION * ms / 1000 * max(1.0, items / recipe.train.batch_size)
