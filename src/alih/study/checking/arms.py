"""Checks of one complete recipe: the model exists and takes the images, settings of the loop agree
with each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from pydantic import ValidationError

from alih import words
from alih.errors import AlihError
from alih.metrics import METRICS, WITHOUT_LABELS, metrics_of
from alih.study.catalogue.architectures import is_segmentation
from alih.study.catalogue.arithmetic import arithmetic, network
from alih.study.catalogue.backbones import CARDS, is_backbone, known_model
from alih.study.catalogue.presets import PRESETS
from alih.study.catalogue.sets import SetFacts
from alih.study.checking.domains import monitor_problem, unlabelled_items
from alih.study.checking.segmentation import segmentation_problems, weights_problems
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.problems import Problem, problem_at
from alih.study.document.study import Study
from alih.study.document.train import Train
from alih.study.planning.recipes import TARGET_LABELS
from alih.study.reading.translate import problems_of
from alih.study.reading.yamlfile import Document
from alih.study.strategies.base import StrategyOptions
from alih.study.strategies.options import (
    STRATEGIES,
    is_closed,
    kind_of,
    needs_network,
    network_recipes,
    options_of,
)
from alih.words.phrase import known

OF_SIZE = ("study.image_too_small", "study.unet_too_deep", "study.layer_too_small")
"""Problems of images that are too small, which the arm's own size brings in where it has one."""
MOST_PARAMETERS = 10_000_000_000
"""40 GB of weights: no network of this kind is larger, and no memory holds one that is trained."""


def arm_problems(
    study: Study, recipe: Recipe, facts: SetFacts | None, data: DataSpec, training_items: int | None
) -> Iterator[Problem]:
    """Problems of one recipe; `path` of each is relative to the recipe (`train.lr`), the place is
    still empty.
    """
    if recipe.image_size is None:
        yield from _problems(study, recipe, facts, data, training_items)
        return
    data = data.model_copy(update={"image_size": recipe.image_size})
    for found in _problems(study, recipe, facts, data, training_items):
        yield replace(found, path="image_size") if found.key in OF_SIZE else found


def _problems(
    study: Study, recipe: Recipe, facts: SetFacts | None, data: DataSpec, training_items: int | None
) -> Iterator[Problem]:
    if needs_network(recipe):
        yield from _network(study, recipe, facts, data)
    yield from _strategy(study, recipe, facts, data)
    if is_closed(recipe):
        return
    yield from _train(recipe.train, facts, study.task)
    yield from _watched(study, recipe.train)
    yield from _processes(study, recipe)
    if training_items and recipe.train.batch_size > training_items:
        yield problem_at(
            "train.batch_size",
            "study.batch_too_large",
            got=recipe.train.batch_size,
            items=training_items,
            set=data.name,
        )
    unlabelled = unlabelled_items(study) if kind_of(recipe).reads_unlabelled() else None
    # With none the labelled ones are learnt from, as with `target_labels: all`.
    if unlabelled and recipe.train.batch_size > unlabelled:
        values = {"got": recipe.train.batch_size, "items": unlabelled, "set": data.name}
        if unlabelled > 1:
            yield problem_at("train.batch_size", "study.batch_beyond_target", **values)
        else:
            granted = study.target_labels or TARGET_LABELS in study.vary
            place = TARGET_LABELS if granted else "data.target"
            yield problem_at(place, "study.target_too_few", **values)


def _model(recipe: Recipe, facts: SetFacts | None, data: DataSpec) -> Iterator[Problem]:
    model = recipe.model
    if model.name is not None and model.layers is not None:
        yield problem_at("model", "study.name_and_layers", name=model.name)
        return
    if model.name is None and model.layers is None:
        yield problem_at("model", "study.no_model", known=known_model(None))
        return
    if is_segmentation(model.name):
        yield problem_at("model.name", "study.segmentation_model", name=model.name)
        return
    for key in ("encoder", "width", "depth", "padding"):
        if getattr(model, key) is not None:
            yield problem_at(
                f"model.{key}", "study.only_segmentation", name=key, model=model.name or "layers"
            )
    if is_backbone(model.name):
        yield from _backbone(recipe, facts, data)
        return
    if model.weights not in (None, "none"):
        yield problem_at(
            "model.weights",
            "study.weights_without_backbone",
            got=model.weights,
            name=model.name or "layers",
        )
    if model.name is not None and model.name not in PRESETS:
        yield problem_at(
            "model.name", "study.unknown_model", got=model.name, known=known_model(model.name)
        )
        return
    if recipe.normalise == "weights":
        yield problem_at("normalise", "study.normalise_weights", name=model.name or "layers")
    place = "model.layers" if model.layers is not None else "model"
    try:
        layers = network(model, facts.classes if facts else 2)
        if facts:
            size = data.image_size or facts.image_size
            rows = arithmetic(layers, (data.channels or facts.channels, size, size))
            total = sum(row.parameters for row in rows)
            if total > MOST_PARAMETERS:
                limits = {"got": words.number(total, 0), "most": words.number(MOST_PARAMETERS, 0)}
                yield problem_at(place, "study.network_too_large", **limits)
            if recipe.train.batch_size == 1 and not is_closed(recipe):
                # Training merges a last batch of one image with its neighbour.
                norms = [row for row in rows if row.type == "batch_norm"]
                single = [row.name for row in norms if math.prod(row.output_shape[1:]) == 1]
                if single:
                    yield problem_at(
                        "train.batch_size", "study.batch_of_one_layer", layer=single[0]
                    )
    except AlihError as error:
        yield problem_at(
            "model.dropout" if error.key == "study.dropout_count" else place,
            error.key,
            **error.values,
        )


def _backbone(recipe: Recipe, facts: SetFacts | None, data: DataSpec) -> Iterator[Problem]:
    model, own = recipe.model, CARDS.get(recipe.model.name or "")
    if model.output not in (None, "softmax"):
        yield problem_at("model.output", "study.backbone_output", got=model.output, name=model.name)
    if model.dropout is not None and len(model.dropout) > 1:
        yield problem_at("model.dropout", "study.dropout_count", got=len(model.dropout), expected=1)
    yield from weights_problems(recipe)
    size = data.image_size or (facts.image_size if facts else None)
    smallest = own.smallest if own else 1
    if size is not None and size < smallest:
        yield problem_at(
            "model.name", "study.image_too_small", name=model.name, smallest=smallest, got=size
        )


def _strategy(
    study: Study, recipe: Recipe, facts: SetFacts | None, data: DataSpec
) -> Iterator[Problem]:
    name = recipe.transfer.strategy
    if name not in STRATEGIES:
        yield problem_at(
            "transfer.strategy", "study.unknown_strategy", got=name, known=known(name, STRATEGIES)
        )
        return
    options = STRATEGIES[name]
    if study.task == "segmentation" and not options.segments:
        yield problem_at("transfer.strategy", "study.segmentation_strategy", got=name)
        return
    if study.task == "classification" and not options.classifies:
        yield problem_at("transfer.strategy", "study.classification_strategy", got=name)
        return
    wrong = _misfit(study, options)
    if wrong:
        fitting = [
            other
            for other, kind in STRATEGIES.items()
            if not _misfit(study, kind)
            and (kind.segments if study.task == "segmentation" else kind.classifies)
            and ((kind.learns and kind.grants != "all") or wrong != "study.needs_target_labels")
        ]
        yield problem_at("transfer.strategy", wrong, got=name, known=", ".join(fitting))
        return
    try:
        given = options_of(recipe)
    except ValidationError as error:
        for found in problems_of(error, Document("", {}), base=("transfer",), root=options):
            if found.key == "study.unknown_key" and not options.model_fields:
                yield problem_at(
                    found.path, "study.no_options", got=found.values["got"], strategy=name
                )
            else:
                yield found
        return
    yield from given.problems(recipe, data)
    yield from given.domain_problems(not isinstance(study.data, DataSpec), _granted(study))
    for option, other in network_recipes(recipe).items():
        # Images come to it as to the arm's own network.
        own = other.model_copy(update={"normalise": "unit"})
        size = data.model_copy(update={"image_size": other.image_size or data.image_size})
        for found in _network(study, own, facts, size):
            yield replace(found, path=f"transfer.{option}{found.path.removeprefix('model')}")


def _misfit(study: Study, options: type[StrategyOptions]) -> str | None:
    """Why a strategy cannot run on the study's domains, as the key of a sentence."""
    if isinstance(study.data, DataSpec):
        if options.grants == "all":
            return "study.oracle_one_set"
        return "study.needs_source" if options.two_sets() else None
    if not options.learns:
        return None
    labels = options.leads == "target" or options.needs_labels
    unlabelled = labels and not _granted(study) and options.grants != "all"
    return "study.needs_target_labels" if unlabelled else None


def _granted(study: Study) -> bool:
    """Whether labels of the target may be seen, at every level."""
    return all(study.vary.get(TARGET_LABELS, [study.target_labels]))


def _network(
    study: Study, recipe: Recipe, facts: SetFacts | None, data: DataSpec
) -> Iterator[Problem]:
    """Problems of one network, the arm's own or another that its strategy uses."""
    if study.task == "segmentation":
        yield from segmentation_problems(recipe, facts, data)
    else:
        yield from _model(recipe, facts, data)


def metric_problem(task: str, name: str, others: tuple[str, ...] = ()) -> Problem | None:
    """What is wrong with a metric's name in a study of this task, if anything; `others` may stand
    in its place.
    """
    if name in metrics_of(task) or name in others:
        return None
    found = known(name, [*others, *metrics_of(task)])
    if name in METRICS:
        return problem_at(
            "",
            "study.metric_of_other_task",
            got=name,
            other=METRICS[name].tasks[0],
            task=task,
            known=found,
        )
    return problem_at("", "study.unknown_metric", got=name, known=found)


def _train(train: Train, facts: SetFacts | None, task: str) -> Iterator[Problem]:
    if task == "classification" and "dice" in train.losses:
        yield problem_at("train.loss", "study.loss_of_task", got="dice")
    if task == "segmentation" and train.sampling is not None:
        yield problem_at("train.sampling", "study.sampling_of_masks", got=train.sampling)
    elif train.sampling is not None and train.class_weights == "balanced":
        yield problem_at("train.sampling", "study.sampling_and_weights", got=train.sampling)
    schedule = train.schedule
    if schedule.warmup >= train.epochs:
        yield problem_at(
            "train.schedule.warmup",
            "study.warmup_too_long",
            got=f"{schedule.warmup:g}",
            epochs=train.epochs,
        )
    if train.optimizer != "sgd":
        for key in ("momentum", "nesterov"):
            if getattr(train, key):
                yield problem_at(
                    f"train.{key}", "study.only_sgd", name=key, optimizer=train.optimizer
                )
    elif train.nesterov and not train.momentum:
        yield problem_at("train.nesterov", "study.nesterov_needs_momentum")
    if (
        isinstance(train.class_weights, list)
        and facts
        and len(train.class_weights) != facts.classes
    ):
        yield problem_at(
            "train.class_weights",
            "study.class_weights",
            got=len(train.class_weights),
            classes=facts.classes,
        )
    if train.label_smoothing and "cross-entropy" not in train.losses:
        yield problem_at(
            "train.label_smoothing",
            "study.smoothing_without_cross_entropy",
            loss=", ".join(train.losses),
        )


def _processes(study: Study, recipe: Recipe) -> Iterator[Problem]:
    """Batches that several processes cannot share."""
    if study.processes == 1:
        return
    strategy, size, least = recipe.transfer.strategy, recipe.train.batch_size, 2 * study.processes
    values = {"processes": study.processes}
    if not kind_of(recipe).divides:
        names = ", ".join(name for name, kind in STRATEGIES.items() if kind.divides)
        yield problem_at(
            "transfer.strategy", "study.not_divided", got=strategy, known=names, **values
        )
    elif getattr(options_of(recipe), "bss", 0):
        yield problem_at("transfer.bss", "study.bss_of_processes", **values)
    elif size < least:
        yield problem_at(
            "train.batch_size", "study.batch_of_processes", got=size, least=least, **values
        )


def _watched(study: Study, train: Train) -> Iterator[Problem]:
    """Names of metrics by which epochs are chosen, or runs stopped."""
    monitors = {"train.monitor": train.monitor}
    if train.early_stopping:
        monitors["train.early_stopping.monitor"] = train.early_stopping.monitor
    others = ("loss",) if isinstance(study.data, DataSpec) else ("loss", *WITHOUT_LABELS)
    for path, name in monitors.items():
        if name in WITHOUT_LABELS:
            key = monitor_problem(study, name)
            if key is not None:
                yield problem_at(path, key, got=name)
            continue
        wrong = metric_problem(study.task, name, others)
        if wrong is not None:
            yield problem_at(path, wrong.key, **wrong.values)
