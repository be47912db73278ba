"""How much the activations of a study will take on disk, told before any is computed. Needs torch
once per network and size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from alih import files
from alih.errors import AlihError
from alih.files.cache import Table
from alih.metrics import TRAIN_EVAL_ITEMS
from alih.study.catalogue.backbones import backbone_of, start_of
from alih.study.catalogue.sets import facts_of, held_out_items, target, training_items
from alih.study.catalogue.stages import is_layer_list, stage_sizes
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.model import ModelSpec
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import TRAIN_IMAGES, recipe
from alih.study.strategies.options import options_of, views_of

NUMBER = 4
"""Bytes of a number; bf16 takes half of it, which is settled only when the machine is measured."""


def planned(study: Study) -> int | None:
    """Bytes that the activations of all cells take, each kind once; None where that cannot be told
    here.

    Strategies that are fitted in one step keep one row of means per image and view, those with a
    loop the maps after the stages that never thaw, of the items that a cell reads.
    """
    if not isinstance(study.data, DataSpec):  # cells of two domains read images
        return 0
    spec = target(study)
    try:
        facts, items = facts_of(spec, study.task), _items(study)
    except AlihError:
        return None
    if facts is None or items is None:
        return None
    side, channels = spec.image_size or facts.image_size, spec.channels or facts.channels
    kinds: dict[tuple[Any, ...], int] = {}
    for cell in plan.cells(study):
        for trial in plan.trials(study, cell.arm):
            chosen = recipe(study, cell.arm, cell.at, trial)
            own = chosen.image_size or side
            chosen = chosen.model_copy(update={"image_size": own})
            stages = _stages(chosen.model, facts.classes, (channels, own, own))
            if stages is None:
                return None
            for kind in _kinds(study, cell, chosen, items, stages):
                stage = stages[(kind.stage or len(stages)) - 1]
                kept = stage["output_shape"]
                kinds[kind.name] = (
                    kind.rows
                    * NUMBER
                    * (stage.get("width", kept[0]) if kind.pooled else math.prod(kept))
                )
    return sum(kinds.values())


def _stages(
    model: ModelSpec, classes: int, shape: tuple[int, int, int]
) -> list[dict[str, Any]] | None:
    """The stages of a network, none for one without any; None where they cannot be told here."""
    name = backbone_of(model)
    if name is not None:
        return stages_of(name, shape[0], shape[1], model.name if model.encoder else None)
    try:
        return stage_sizes(model, classes, shape) if is_layer_list(model) else []
    except AlihError:
        return None


@dataclass(frozen=True)
class Items:
    """How many items a set has and how they are divided."""

    all: int
    training: int
    validation: int
    test: int


@dataclass(frozen=True)
class Kind:
    """Activations that equal cells share: what tells them from others, rows, stage (None: the
    last), means over space or maps.
    """

    name: tuple[Any, ...]
    rows: int
    stage: int | None
    pooled: bool


def _items(study: Study) -> Items | None:
    facts, training, test = (
        facts_of(target(study), study.task),
        training_items(study),
        held_out_items(study),
    )
    if facts is None or training is None or test is None:
        return None
    pool = facts.train + facts.validation
    if study.split.scheme == "repeated-kfold":
        return Items(pool + facts.test, training, 0, pool)
    validation = 0 if study.protocol == "paper" else pool - training - (0 if facts.test else test)
    return Items(pool + facts.test, training, validation, test)


def _kinds(
    study: Study, cell: Cell, chosen: Recipe, items: Items, stages: list[dict[str, Any]]
) -> Iterator[Kind]:
    """What a cell keeps of a network with these stages."""
    if not stages:
        return
    options = options_of(chosen)
    model = chosen.model
    trained = start_of(chosen) not in (None, "none") and chosen.source is None
    own, name = None if trained else cell.replicate, model.name or files.digest(model.model_dump())
    base = (name, model.encoder, model.weights, chosen.source, own, chosen.image_size)
    if options.loop:
        depth = options.never_thaws([stage["parameters"] for stage in stages], chosen.train.epochs)
        yield from _maps(study, cell, chosen, items, base, depth)
        return
    stage = options.pooled_stage()
    yield Kind((*base, stage), items.all, stage, True)
    for view in range(1, options.augmented_views(chosen) + 1):
        for rows in _fitted(study, cell, items):
            yield Kind((*base, stage, *_view(cell, chosen, view), rows), rows, stage, True)


def _images(cell: Cell) -> int | None:
    """The number of training images of a cell's level, None for all."""
    wanted = cell.at.get(TRAIN_IMAGES, "all")
    return None if wanted == "all" else int(wanted)


def _fitted(study: Study, cell: Cell, items: Items) -> list[int]:
    """How many images a cell fits to: its training images, and with `refit` those and the same
    share of validation images.
    """
    training = min(items.training, _images(cell) or items.training)
    share = training / items.training if items.training else 1.0
    return [training, *([training + round(share * items.validation)] if study.refit else [])]


def _view(cell: Cell, chosen: Recipe, number: int) -> tuple[Any, ...]:
    return files.digest(chosen.augment.model_dump()), cell.replicate, _images(cell), number


def _maps(
    study: Study, cell: Cell, chosen: Recipe, items: Items, base: tuple[Any, ...], depth: int
) -> Iterator[Kind]:
    """What `training/trained.py` asks for, group by group."""
    if depth == 0:
        return
    name = (*base, "maps", depth, chosen.train.batch_size)
    training = min(items.training, _images(cell) or items.training)
    for view in range(1, min(views_of(chosen), chosen.train.epochs) + 1):
        for rows in _fitted(study, cell, items):
            yield Kind((*name, *_view(cell, chosen, view), rows), rows, depth, False)
    if chosen.augment.active:
        training = min(training, TRAIN_EVAL_ITEMS[study.task])
    whole, folds = (
        training == items.training,
        study.split.folds if study.split.scheme == "repeated-kfold" else None,
    )
    if whole and folds:
        yield Kind((*name, "all"), items.test, depth, False)
        return
    yield Kind((*name, "test", folds and cell.replicate), items.test // (folds or 1), depth, False)
    if whole:
        yield Kind((*name, "pool"), items.training + items.validation, depth, False)
        return
    yield Kind((*name, "validation", cell.replicate), items.validation, depth, False)
    yield Kind((*name, "training", cell.replicate, training), training, depth, False)


def stages_of(
    name: str, channels: int, side: int, decoder: str | None = None
) -> list[dict[str, Any]] | None:
    """What is kept after every stage (`output_shape`) and its `parameters`; None without torch, or
    where it cannot be.

    `decoder`: as the encoder of such a network for segmentation. Remembered in the cache folder.
    Raises nothing: a size that does not fit is told elsewhere.
    """
    table, key = (
        Table("stages.json"),
        " ".join([*([decoder] if decoder else []), name, str(channels), str(side)]),
    )
    known = table.read()
    if key in known:
        return known[key]
    try:
        from alih.models.backbones import backbone
        from alih.models.segmentation import segmentation
        from alih.models.staged import stage_rows
    except (
        ModuleNotFoundError
    ):  # the core install has no torch, and a plan can do without this line
        return None
    try:
        if decoder is None:
            rows = stage_rows(
                backbone(name, classes=2, channels=channels, image_size=(side, side))
            )[:-1]
            stages = [
                {"output_shape": row["output_shape"], "parameters": row["parameters"]}
                for row in rows
            ]
        else:
            network = segmentation(
                decoder, name, classes=2, channels=channels, image_size=(side, side)
            )
            stages = [
                {
                    "output_shape": [
                        sum(math.prod(shape) for shape in network.packed_shapes(k + 1))
                    ],
                    "parameters": sum(p.numel() for p in stage.parameters()),
                }
                for k, stage in enumerate(network.stages.values())
            ]
    except (AlihError, RuntimeError):
        return None
    table.add({key: stages})
    return stages
