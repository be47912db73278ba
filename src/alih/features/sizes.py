"""How much the activations of a study will take on disk, told before any is computed. Needs torch
once per network and size.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from alih import files
from alih.datafiles.listing import PARTS
from alih.errors import AlihError
from alih.files.cache import Table
from alih.study.catalogue.backbones import backbone_of, start_of
from alih.study.catalogue.sets import SetFacts, facts_of, specs, target, training_items
from alih.study.catalogue.stages import is_layer_list, pooled_shape, stage_sizes
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.model import ModelSpec
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import TRAIN_IMAGES
from alih.study.strategies.options import is_closed, options_of, views_of

NUMBER = 4
"""Bytes of a number; bf16 takes half of it, which is settled only when the machine is measured."""


def planned(study: Study) -> int | None:
    """Bytes that the activations of all cells take at most; None where that cannot be told here.

    Cells share what comes from the same network: all images as they are once, and per replicate
    and level the changed views and the subset that they train on.
    """
    spec, two = target(study), not isinstance(study.data, DataSpec)
    try:
        facts, training = facts_of(spec, study.task), training_items(study)
        if two and facts:
            facts, training = _both(study, facts)
    except AlihError:
        return None
    if facts is None or training is None:
        return None
    side, channels = spec.image_size or facts.image_size, spec.channels or facts.channels
    taken: dict[tuple[Any, ...], int] = {}
    for cell in plan.cells(study):
        for chosen in (trial.recipe for trial in cell.trials):
            if two and not is_closed(chosen):
                continue  # these read images
            own = chosen.image_size or side
            stages = _stages(chosen.model, facts.classes, (channels, own, own))
            if stages is None:
                return None
            kept = _kept(chosen, stages)
            if kept is not None:
                network = (*_network(cell, chosen), own, *kept)
                for name, rows in _rows(study, cell, chosen, facts, training).items():
                    taken[network, name] = rows * kept[-1] * NUMBER
    return sum(taken.values())


def _both(study: Study, facts: SetFacts) -> tuple[SetFacts, int]:
    """The images of both domains together, and how many are learnt from at most."""
    source = facts_of(specs(study)["source"], study.task) or facts
    counts = {part: getattr(facts, part) + getattr(source, part) for part in PARTS}
    return replace(facts, **counts), counts["train"]


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


def _network(cell: Cell, chosen: Recipe) -> tuple[Any, ...]:
    """What tells a network's activations from those of others; random weights are a replicate's."""
    model = chosen.model
    trained = start_of(chosen) not in (None, "none") and chosen.source is None
    name = model.name or files.digest(model.model_dump())
    own = None if trained else cell.replicate
    return name, model.encoder, model.weights, chosen.source, own


def _kept(chosen: Recipe, stages: list[dict[str, Any]]) -> tuple[int, ...] | None:
    """The stage whose activations are kept, the batch size that they depend on (0: none), and how
    many numbers an image has there; None where a cell keeps nothing.
    """
    options = options_of(chosen)
    if options.loop:
        depth = options.never_thaws([stage["parameters"] for stage in stages], chosen.train.epochs)
        numbers = math.prod(stages[depth - 1]["output_shape"]) if depth else 0
        return (depth, chosen.train.batch_size, numbers) if depth else None
    if not stages:
        return None
    last, every = options.pooled_stage() or len(stages), options.values_per_stage()
    widths = [stage.get("width", stage["output_shape"][0]) for stage in stages]
    if every is None:
        return last, 0, widths[last - 1]
    shapes = [pooled_shape(stage["output_shape"], every) for stage in stages[:-1]]
    widths[:-1] = map(math.prod, shapes)
    pairs = zip(stages, widths, strict=True)
    return last, 0, sum(width for stage, width in pairs if stage["parameters"])


def _rows(
    study: Study, cell: Cell, chosen: Recipe, facts: SetFacts, training: int
) -> dict[tuple[Any, ...], int]:
    """The most images that a cell keeps activations of, under the names by which cells share
    them.
    """
    pool = facts.train + facts.validation
    wanted = cell.at.get(TRAIN_IMAGES, "all")
    some = training if wanted == "all" else min(training, int(wanted))
    rows: dict[tuple[Any, ...], int] = {(): pool + facts.test}
    views, loop = views_of(chosen), options_of(chosen).loop
    if loop and (some < training or chosen.augment.active):  # groups of this replicate alone
        rows[cell.replicate, some] = pool - training + some
    changed = files.digest(chosen.augment.model_dump()), cell.replicate, some
    fitted = 2 * some + round((pool - training) * some / training) if study.refit else some
    for view in range(min(views, chosen.train.epochs) if loop else views):
        rows[*changed, view] = fitted
    return rows


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
