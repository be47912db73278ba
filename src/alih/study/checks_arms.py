"""Checks of one complete recipe: the model exists and takes the images, settings of the loop agree with each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from alih.errors import AlihError
from alih.study.backbones import CARDS, backbone_of, is_backbone, known_model, weights_of
from alih.study.checks_segmentation import segmentation_problems, weights_problems
from alih.study.document import DataSpec, Recipe, Study, Train
from alih.study.imagenet import imagenet_names
from alih.study.layers import arithmetic, network
from alih.study.listing import listing_of
from alih.study.mapping import DirectOptions, class_mapping
from alih.study.metrics import METRICS, metrics_of
from alih.study.presets import PRESETS
from alih.study.problems import Problem, known
from alih.study.segmentation import is_segmentation
from alih.study.sets import SetFacts
from alih.study.strategies import STRATEGIES, FeaturesOptions, FinetuneOptions, handmade_of, is_closed
from alih.study.translate import problems_of
from alih.study.yamlfile import Document


def arm_problems(
    study: Study, recipe: Recipe, facts: SetFacts | None, data: DataSpec, training_items: int | None
) -> Iterator[Problem]:
    """Problems of one recipe; `path` of each is relative to the recipe (`train.lr`), the place is still empty."""
    if study.task == "segmentation":
        yield from segmentation_problems(recipe, facts, data)
    elif not handmade_of(recipe):
        yield from _model(recipe, facts, data)
    yield from _strategy(study, recipe, data)
    if is_closed(recipe):
        return
    yield from _train(recipe.train, facts, study.task)
    if training_items is not None and recipe.train.batch_size > training_items:
        yield _at("train.batch_size", "study.batch_too_large", got=recipe.train.batch_size, items=training_items, set=data.name)


def _at(path: str, key: str, /, **values: Any) -> Problem:
    return Problem("", path, key, values)


def _model(recipe: Recipe, facts: SetFacts | None, data: DataSpec) -> Iterator[Problem]:
    model = recipe.model
    if model.name is not None and model.layers is not None:
        yield _at("model", "study.name_and_layers", name=model.name)
        return
    if model.name is None and model.layers is None:
        yield _at("model", "study.no_model", known=known_model(None))
        return
    if is_segmentation(model.name):
        yield _at("model.name", "study.segmentation_model", name=model.name)
        return
    for key in ("encoder", "width", "depth", "padding"):
        if getattr(model, key) is not None:
            yield _at(f"model.{key}", "study.only_segmentation", name=key, model=model.name or "layers")
    if is_backbone(model.name):
        yield from _backbone(recipe, facts, data)
        return
    if model.weights is not None:
        yield _at("model.weights", "study.weights_without_backbone", got=model.weights, name=model.name or "layers")
    if model.name is not None and model.name not in PRESETS:
        yield _at("model.name", "study.unknown_model", got=model.name, known=known_model(model.name))
        return
    if recipe.normalise == "weights":
        yield _at("normalise", "study.normalise_weights", name=model.name or "layers")
    place = "model.layers" if model.layers is not None else "model"
    try:
        layers = network(model, facts.classes if facts else 2)
        if facts:
            size = data.image_size or facts.image_size
            arithmetic(layers, (data.channels or facts.channels, size, size))
    except AlihError as error:
        yield _at("model.dropout" if error.key == "study.dropout_count" else place, error.key, **error.values)


def _backbone(recipe: Recipe, facts: SetFacts | None, data: DataSpec) -> Iterator[Problem]:
    model, own = recipe.model, CARDS.get(recipe.model.name or "")
    if model.output not in (None, "softmax"):
        yield _at("model.output", "study.backbone_output", got=model.output, name=model.name)
    if model.dropout is not None and len(model.dropout) > 1:
        yield _at("model.dropout", "study.dropout_count", got=len(model.dropout), expected=1)
    yield from weights_problems(recipe)
    size = data.image_size or (facts.image_size if facts else None)
    smallest = own.smallest if own else 1
    if size is not None and size < smallest:
        yield _at("model.name", "study.image_too_small", name=model.name, smallest=smallest, got=size)


def _strategy(study: Study, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
    name = recipe.transfer.strategy
    if name not in STRATEGIES:
        yield _at("transfer.strategy", "study.unknown_strategy", got=name, known=known(name, STRATEGIES))
        return
    if study.task == "segmentation" and is_closed(recipe):
        yield _at("transfer.strategy", "study.segmentation_strategy", got=name)
        return
    options = STRATEGIES[name]
    try:
        given = options.model_validate(recipe.transfer.options)
    except ValidationError as error:
        for found in problems_of(error, Document("", {}), base=("transfer",), root=options):
            if found.key == "study.unknown_key" and not options.model_fields:
                yield _at(found.path, "study.no_options", got=found.values["got"], strategy=name)
            else:
                yield found
        return
    if isinstance(given, FinetuneOptions):
        yield from _finetune(recipe, given)
    if isinstance(given, FeaturesOptions):
        yield from _features(recipe, given)
    if isinstance(given, DirectOptions):
        yield from _direct(recipe, given, data)


def _features(recipe: Recipe, options: FeaturesOptions) -> Iterator[Problem]:
    name = recipe.model.name or "layers"
    if options.handmade is not None:
        if options.stage is not None:
            yield _at("transfer.stage", "study.stage_and_handmade", name=options.handmade.name)
    elif not is_backbone(recipe.model.name):
        yield _at("transfer.strategy", "study.features_without_backbone", name=name)
        return
    own = CARDS.get(name)
    if own is not None and options.stage is not None and options.stage > own.stages:
        yield _at("transfer.stage", "study.stage_beyond", got=options.stage, stages=own.stages, name=name)
    if options.views and not recipe.augment.active:
        yield _at("transfer.views", "study.views_without_augment", got=options.views)
    if getattr(options.classifier, "align", "none") != "none" and not getattr(options.classifier, "transductive", False):
        yield _at("transfer.classifier.align", "transfer.no_target")


def _direct(recipe: Recipe, options: DirectOptions, data: DataSpec) -> Iterator[Problem]:
    name = recipe.model.name or "layers"
    if not is_backbone(recipe.model.name):
        yield _at("transfer.strategy", "study.direct_without_backbone", name=name)
        return
    if recipe.source is not None or weights_of(recipe.model) == "none":
        yield _at("transfer.strategy", "study.direct_without_weights", name=name)
        return
    try:
        listing = listing_of(data)
        if listing is not None:
            class_mapping(listing.classes, imagenet_names(), options.classes)
    except AlihError as error:
        # That the folder is not there, or timm not installed, is told elsewhere.
        if error.key.startswith("transfer."):
            yield _at("transfer.classes", error.key, **error.values)


def _finetune(recipe: Recipe, options: FinetuneOptions) -> Iterator[Problem]:
    name = backbone_of(recipe.model)
    if name is None:
        yield _at("transfer.strategy", "study.finetune_without_backbone", name=recipe.model.name or "layers")
        return
    own = CARDS.get(name)
    stages = (own.maps if recipe.model.encoder else own.stages) if own else None
    if stages and isinstance(options.freeze, int) and options.freeze > stages:
        yield _at("transfer.freeze", "study.freeze_beyond", got=options.freeze, stages=stages, name=name)
    if options.bss and recipe.model.encoder:
        yield _at("transfer.bss", "study.bss_segmentation")
    if options.unfreeze is not None and options.freeze == 0:
        yield _at("transfer.unfreeze", "study.unfreeze_nothing")
    if options.regularizer == "none":
        for key in ("alpha", "beta"):
            if key in options.model_fields_set:
                yield _at(f"transfer.{key}", "study.only_regularizer", name=key)
    else:
        # These draw to zero what the regularizer holds near the start.
        for setting in ("weight_decay", "l2", "l1"):
            value = getattr(recipe.train, setting)
            if value:
                values = {"got": f"{value:g}", "setting": setting, "name": options.regularizer}
                yield _at(f"train.{setting}", "study.decay_and_regularizer", **values)
    if options.regularizer == "delta" and recipe.model.encoder and "attention" in options.model_fields_set and options.attention:
        yield _at("transfer.attention", "study.attention_segmentation")
    if options.regularizer != "delta":
        for key in ("attention", "attention_images"):
            if key in options.model_fields_set:
                yield _at(f"transfer.{key}", "study.only_delta", name=key)
    if "bss_k" in options.model_fields_set and not options.bss:
        yield _at("transfer.bss_k", "study.only_bss")
    if options.bss and options.bss_k > recipe.train.batch_size:
        yield _at("transfer.bss_k", "study.bss_beyond", got=options.bss_k, batch=recipe.train.batch_size)


def metric_problem(task: str, name: str, others: tuple[str, ...] = ()) -> Problem | None:
    """What is wrong with a metric's name in a study of this task, if anything; `others` may stand in its place."""
    if name in metrics_of(task) or name in others:
        return None
    found = known(name, [*others, *metrics_of(task)])
    if name in METRICS:
        return _at("", "study.metric_of_other_task", got=name, other=METRICS[name].tasks[0], task=task, known=found)
    return _at("", "study.unknown_metric", got=name, known=found)


def _train(train: Train, facts: SetFacts | None, task: str) -> Iterator[Problem]:
    if task == "classification" and "dice" in train.losses:
        yield _at("train.loss", "study.loss_of_task", got="dice")
    schedule = train.schedule
    if schedule.name == "step":
        for key in ("every", "factor"):
            if getattr(schedule, key) is None:
                yield _at(f"train.schedule.{key}", "study.step_needs", name=key)
    else:
        for key in ("every", "factor"):
            if getattr(schedule, key) is not None:
                yield _at(f"train.schedule.{key}", "study.only_step", name=key, schedule=schedule.name)
    if schedule.warmup >= train.epochs:
        yield _at("train.schedule.warmup", "study.warmup_too_long", got=f"{schedule.warmup:g}", epochs=train.epochs)
    if train.optimizer != "sgd":
        for key in ("momentum", "nesterov"):
            if getattr(train, key):
                yield _at(f"train.{key}", "study.only_sgd", name=key, optimizer=train.optimizer)
    elif train.nesterov and not train.momentum:
        yield _at("train.nesterov", "study.nesterov_needs_momentum")
    if isinstance(train.class_weights, list) and facts and len(train.class_weights) != facts.classes:
        yield _at("train.class_weights", "study.class_weights", got=len(train.class_weights), classes=facts.classes)
    monitors = {"train.monitor": train.monitor}
    if train.early_stopping:
        monitors["train.early_stopping.monitor"] = train.early_stopping.monitor
    for path, name in monitors.items():
        wrong = metric_problem(task, name, ("loss",))
        if wrong is not None:
            yield _at(path, wrong.key, **wrong.values)
    if train.label_smoothing and "cross-entropy" not in train.losses:
        yield _at("train.label_smoothing", "study.smoothing_without_cross_entropy", loss=", ".join(train.losses))
