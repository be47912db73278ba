"""How much the activations of a study will take on disk, told before any is computed. Needs torch once per network and size."""

from __future__ import annotations

import contextlib
import math
from typing import Any

from alih import files
from alih.errors import AlihError
from alih.study import plan
from alih.study.backbones import backbone_of
from alih.study.document import Recipe, Study
from alih.study.recipes import recipe
from alih.study.sets import facts_of, target, training_items
from alih.study.strategies import STRATEGIES, FeaturesOptions, FinetuneOptions

NUMBER = 4
"""Bytes of a number; bf16 takes half of it, which is settled only when the machine is measured."""


def planned(study: Study) -> int | None:
    """Bytes that the activations of all cells take, each kind once; None where that cannot be told here.

    `features` and `direct` keep one row of means per image and view, `finetune` the maps after the stages that never thaw.
    """
    spec = target(study)
    try:
        facts = facts_of(spec, study.task)
    except AlihError:
        return None
    if facts is None:
        return None
    side, channels = spec.image_size or facts.image_size, spec.channels or facts.channels
    items = facts.train + facts.validation + facts.test
    kinds: dict[tuple[Any, ...], int] = {}
    for cell in plan.cells(study):
        chosen = recipe(study, cell.arm, cell.at)
        for kind, rows, stage, pooled in _kinds(chosen, cell.replicate, items, training_items(study) or items):
            if kind in kinds:
                continue
            shapes = shapes_of(
                str(backbone_of(chosen.model)), channels, side, chosen.model.name if chosen.model.encoder else None
            )
            if shapes is None:
                return None
            shape = shapes[len(shapes) - 1 if stage is None else min(stage, len(shapes)) - 1]
            kinds[kind] = rows * NUMBER * (shape[0] if pooled else math.prod(shape))
    return sum(kinds.values())


def _kinds(chosen: Recipe, replicate: int, items: int, training: int) -> list[tuple[tuple[Any, ...], int, int | None, bool]]:
    """What a cell keeps: a name that equal contents share, rows, stage (None: the last), whether means over space are kept."""
    if backbone_of(chosen.model) is None:
        return []
    options = STRATEGIES[chosen.transfer.strategy].model_validate(chosen.transfer.options)
    own = replicate if chosen.model.weights == "none" or chosen.source is not None else None
    base = (chosen.model.name, chosen.model.encoder, chosen.model.weights, chosen.source, own)
    if isinstance(options, FinetuneOptions):
        if options.freeze == 0 or options.unfreeze is not None or chosen.augment.active or options.batch_norm == "adapt":
            return []
        stage = None if options.freeze == "all" else options.freeze
        return [((*base, "maps", stage, chosen.train.batch_size), items, stage, False)]
    if chosen.transfer.strategy == "direct":
        return [((*base, None), items, None, True)]
    if not isinstance(options, FeaturesOptions):
        return []
    views = options.views if chosen.augment.active else 0
    changed = files.digest(chosen.augment.model_dump())
    found = [((*base, options.stage), items, options.stage, True)]
    return found + [((*base, options.stage, changed, replicate, v), training, options.stage, True) for v in range(1, views + 1)]


def shapes_of(name: str, channels: int, side: int, decoder: str | None = None) -> list[list[int]] | None:
    """The shape of what is kept after every stage of a backbone, also as the encoder of a network for segmentation (`decoder`).

    Remembered in the cache folder; None without torch, and for a size that does not fit.
    """
    file, key = files.cache_dir() / "shapes.json", " ".join([*([decoder] if decoder else []), name, str(channels), str(side)])
    known: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        known = files.read_json(file)
    if key in known:
        return known[key]
    try:
        from alih.models.backbones import backbone
        from alih.models.segmentation import segmentation
        from alih.models.staged import stage_rows
    except ModuleNotFoundError:  # the core install has no torch, and a plan can do without this line
        return None
    try:
        if decoder is None:
            rows = stage_rows(backbone(name, classes=2, channels=channels, image_size=(side, side)))
            shapes = [row["output_shape"] for row in rows[:-1]]
        else:
            network = segmentation(decoder, name, classes=2, channels=channels, image_size=(side, side))
            packed = [network.packed_shapes(k) for k in range(1, len(network.stages) + 1)]
            shapes = [[sum(math.prod(shape) for shape in maps)] for maps in packed]
    except (AlihError, RuntimeError):
        return None
    with contextlib.suppress(AlihError):
        files.write_json(file, {**known, key: shapes})
    return shapes
