"""How fast a recipe trains on this machine, remembered between studies so that a plan can tell its time. Torch-free."""

from __future__ import annotations

import contextlib

from filelock import FileLock

from alih import files
from alih.errors import AlihError
from alih.study.document import Recipe, Study
from alih.study.sets import KNOWN_SETS

EVALUATION = 1.12
"""An epoch costs about an eighth more than its steps: validation and a sample of training items are scored after each."""


def key(recipe: Recipe, classes: int, shape: tuple[int, int, int]) -> str:
    """What a step's time depends on: network, batch size, classes and image shape (channels, height, width)."""
    return files.digest([recipe.model.model_dump(mode="json"), recipe.train.batch_size, classes, list(shape)])[:16]


def remember(measured: dict[str, float]) -> None:
    """Keep milliseconds per step by `key` in the cache folder."""
    file = files.cache_dir() / "speed.json"
    with contextlib.suppress(OSError, AlihError):  # a hint for plans, not worth failing for on a read-only cache
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_suffix(".lock")):
            files.write_json(file, {**_known(), **{name: round(value, 3) for name, value in measured.items()}})


def _known() -> dict[str, float]:
    try:
        return files.read_json(files.cache_dir() / "speed.json")
    except (OSError, ValueError):
        return {}


def seconds_per_epoch(study: Study, recipe: Recipe, train_images: int | str = "all") -> float | None:
    """Expected seconds of one epoch with one cell at a time, None when this recipe was never timed on this machine.

    Only for named sets, whose size is known before the data is read.
    """
    spec = getattr(study.data, "set", None)
    facts = KNOWN_SETS.get(spec or "")
    if facts is None:
        return None
    side = study.data.image_size or facts.image_size  # type: ignore[union-attr]
    channels = study.data.channels or facts.channels  # type: ignore[union-attr]
    ms = _known().get(key(recipe, facts.classes, (channels, side, side)))
    if ms is None:
        return None
    items = facts.train * (1.0 if study.protocol == "paper" else 1.0 - study.split.validation)
    if train_images != "all":
        items = min(items, int(train_images))
    return EVALUATION * ms / 1000 * max(1.0, items / recipe.train.batch_size)
