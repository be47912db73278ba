"""Checks of the network of a segmentation arm, and of the weights that a backbone starts from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alih.study.catalogue.architectures import ARCHITECTURES, plain_unet
from alih.study.catalogue.backbones import (
    CARDS,
    SMALLEST,
    backbone_of,
    is_backbone,
    is_path,
    known_encoder,
    start_of,
)
from alih.study.catalogue.presets import PRESETS
from alih.study.catalogue.sets import SetFacts
from alih.study.checking.weights import fault
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.problems import Problem, problem_at
from alih.study.planning.recipes import TRAIN_IMAGES
from alih.study.strategies.options import normalises_batches
from alih.words.phrase import known


def segmentation_problems(
    recipe: Recipe, facts: SetFacts | None, data: DataSpec
) -> Iterator[Problem]:
    """Problems of the network of an arm under `task: segmentation`; paths as in
    `checks_arms.arm_problems`.
    """
    model = recipe.model
    if model.layers is not None and model.name is not None:
        yield problem_at("model", "study.name_and_layers", name=model.name)
        return
    if model.name not in ARCHITECTURES:
        yield _other_model(model.name, model.layers is not None)
        return
    if model.output not in (None, "softmax"):
        yield problem_at("model.output", "study.segmentation_output", got=model.output)
    if model.dropout is not None and len(model.dropout) > 1:
        yield problem_at("model.dropout", "study.dropout_count", got=len(model.dropout), expected=1)
    plain = plain_unet(model)
    if model.encoder is not None:
        yield from _encoder(recipe)
    elif plain is None:
        yield problem_at("model.encoder", "study.encoder_needed", name=model.name)
    else:
        size = data.image_size or (facts.image_size if facts else None)
        if size is not None and size < 2**plain.depth:
            yield problem_at(
                "model.depth",
                "study.unet_too_deep",
                depth=plain.depth,
                smallest=2**plain.depth,
                got=size,
            )
        if model.weights is not None:
            yield problem_at("model.weights", "study.weights_without_encoder", got=model.weights)
        if recipe.normalise == "weights":
            yield problem_at("normalise", "study.normalise_encoder")


def batch_problems(
    recipe: Recipe, facts: SetFacts | None, data: DataSpec, images: object
) -> Iterator[Problem]:
    """A batch of one image where a map of a single pixel is normalised over the batch; `images`:
    training images of the level.

    Of backbones without a card only building them tells (`executors/networks.py`).
    """
    model, path = recipe.model, TRAIN_IMAGES if images == 1 else "train.batch_size"
    name = backbone_of(model)
    if name is None or (recipe.train.batch_size > 1 and images != 1):
        return
    size = recipe.image_size or data.image_size or (facts.image_size if facts else None)
    if model.name == "deeplabv3plus":
        yield problem_at(path, "study.batch_of_one_pooled", name=model.name)
    elif size is not None and normalises_batches(recipe):
        single = CARDS[name].single if name in CARDS else SMALLEST if model.encoder else 0
        if size <= single:
            yield problem_at(path, "study.batch_of_one_small", got=size, name=name, smallest=single)


def weights_problems(recipe: Recipe) -> Iterator[Problem]:
    """Problems of `model.weights` of a recipe with a backbone."""
    weights = start_of(recipe)
    if weights is not None and is_path(weights):
        if not Path(weights).is_file():
            yield problem_at("model.weights", "study.no_weights_file", path=weights)
        elif (reason := fault(Path(weights))) is not None:
            yield problem_at("model.weights", "study.not_weights", path=weights, reason=reason)
    elif weights not in ("imagenet", "none"):
        yield problem_at(
            "model.weights",
            "study.unknown_weights",
            got=weights,
            known=known(weights, ("imagenet", "none")),
        )


def _encoder(recipe: Recipe) -> Iterator[Problem]:
    model = recipe.model
    for key in ("width", "depth", "padding"):
        if getattr(model, key) is not None:
            yield problem_at(f"model.{key}", "study.only_plain_unet", name=key)
    if not is_backbone(model.encoder):
        yield problem_at(
            "model.encoder",
            "study.unknown_encoder",
            got=model.encoder,
            known=known_encoder(model.encoder),
        )
        return
    own = CARDS.get(str(model.encoder))
    if own is not None and not own.maps:
        fit = ", ".join(card.name for card in CARDS.values() if card.maps)
        yield problem_at("model.encoder", "study.encoder_unfit", name=model.encoder, fit=fit)
    yield from weights_problems(recipe)


def _other_model(name: str | None, layers: bool) -> Problem:
    if name is None and not layers:
        return problem_at("model", "study.no_model", known=known(None, ARCHITECTURES))
    if is_backbone(name):
        return problem_at("model.name", "study.backbone_as_encoder", name=name)
    if layers or name in PRESETS:
        return problem_at(
            "model", "study.one_answer", name=name or "layers", known=known(None, ARCHITECTURES)
        )
    return problem_at(
        "model.name", "study.unknown_model", got=name, known=known(name, ARCHITECTURES)
    )
