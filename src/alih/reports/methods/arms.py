"""The arms in the methods section: what each starts from, what of it learns, how it was trained,
and what was kept.

Everything comes from the study's document, as arms were asked for, and from the cards of runs,
where these know more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from pathlib import Path
from typing import Any

from alih import words
from alih.reports.kit.facts import Facts, Group
from alih.reports.study.data import own_size
from alih.runs.card import Card, FeatureUse
from alih.study.catalogue.architectures import plain_unet
from alih.study.catalogue.arithmetic import network
from alih.study.catalogue.backbones import CARDS, backbone_of, is_path, start_of
from alih.study.catalogue.presets import PRESETS
from alih.study.catalogue.stages import is_layer_list, stages
from alih.study.document.arm import Recipe
from alih.study.document.model import ModelSpec
from alih.study.document.train import Train
from alih.study.planning.recipes import TRAIN_IMAGES, flat, path_for_arm, recipe
from alih.study.planning.tuning import left_out
from alih.study.strategies.base import StrategyOptions
from alih.study.strategies.mapping import DirectOptions
from alih.study.strategies.options import (
    DannOptions,
    FeaturesOptions,
    FinetuneOptions,
    ScratchOptions,
    SourceOnlyOptions,
    is_closed,
    needs_network,
    options_of,
    views_of,
)
from alih.words import formats
from alih.words.formats import plain

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"}
RUN_PARTS = 4
"""Of the path of a run: study, `runs`, arm and replicate; where that lies on a machine is nothing
for a text."""
DIGITS_OF_SUM = 12
"""Of a SHA-256: enough to tell files apart, and to find one that is named in full elsewhere."""


def arms(facts: Facts) -> list[str]:
    """A paragraph for every arm that has finished somewhere, at its first such level; before them
    what all trained arms share.
    """
    first: dict[str, Group] = {}
    for group in facts.groups:
        if group.card:
            first.setdefault(group.arm, group)
    asked = {arm: _asked(facts, group) for arm, group in first.items()}
    settings = {
        arm: _settings(facts, group, asked[arm])
        for arm, group in first.items()
        if not is_closed(asked[arm])
    }
    own = list(settings.values())
    common = (
        [said for said in own[0] if all(said in other for other in own)] if len(own) > 1 else []
    )
    found = [[facts.say("methods_common"), *common]] if common else []
    for arm, group in first.items():
        if is_closed(asked[arm]):
            said = _closed(options_of(asked[arm]), facts, group, asked[arm])
        else:
            own_settings = [one for one in settings[arm] if one not in common]
            said = [
                *_network(facts, group, asked[arm]),
                *own_settings,
                *_kept(facts, group, asked[arm]),
            ]
        found.append([*said, *own_size(facts, _card(group)), *_varied(facts, arm)])
    return [" ".join(part) for part in [*found, _tuned(facts) if first else []] if part]


def _asked(facts: Facts, group: Group) -> Recipe:
    """The recipe that the document asks for; of tuned settings those that the first replicate
    chose.
    """
    tune = _card(group).tune
    trial = tune.trials[tune.chosen].values if tune else None
    return recipe(facts.study, group.arm, group.at, trial)


def _card(group: Group) -> Card:
    """The card of an arm that has finished, as all have that are told about."""
    assert group.card is not None
    return group.card


# What the network is and starts from


def _network(facts: Facts, group: Group, asked: Recipe) -> list[str]:
    card, model = _card(group), asked.model
    part = card.trainable < card.parameters and asked.transfer.options.get("unfreeze") is None
    said = [
        facts.say(
            "methods_arm_part" if part else "methods_arm",
            arm=facts.arm_label(group.arm),
            model=_model(facts, model),
            parameters=words.number(card.parameters, 0),
            trainable=words.number(card.trainable, 0),
        )
    ]
    preset = PRESETS.get(model.name or "")
    rates = list(preset.dropout) if preset and model.dropout is None else model.dropout
    if rates:
        said.append(facts.say("methods_dropout", rates=formats.listing([plain(r) for r in rates])))
    return [*said, *_start(facts, group, asked), *_learning(options_of(asked), facts, group, asked)]


def _model(facts: Facts, model: ModelSpec) -> str:
    name = model.name or facts.say("own_layers")
    unet = plain_unet(model)
    if unet:
        return facts.say(
            "methods_plain_unet",
            model=name,
            width=unet.width,
            depth=unet.depth,
            padding=unet.padding,
        )
    return (
        facts.say("methods_encoder", model=name, encoder=model.encoder) if model.encoder else name
    )


def _head(facts: Facts, model: ModelSpec) -> str:
    return facts.say("methods_decoder" if model.encoder else "methods_head")


def _start(facts: Facts, group: Group, asked: Recipe) -> list[str]:
    """Where the weights came from, before what was carried over from another run."""
    backbone, start = backbone_of(asked.model), start_of(asked)
    carried = _carried(facts, group, asked)
    if backbone is None:
        return carried or [
            facts.say(
                "methods_start_random", init={"keras": "Keras", "torch": "PyTorch"}[asked.init]
            )
        ]
    part = facts.say("methods_its_encoder" if asked.model.encoder else "methods_it")
    if start in (None, "none"):
        return carried or [facts.say("methods_start_untrained", part=part)]
    values = {"part": part, "head": _head(facts, asked.model), "file": Path(str(start)).name}
    key = "file" if is_path(str(start)) else "imagenet"
    return [facts.say(f"methods_start_{key}", origin=_origin(group, asked), **values), *carried]


def _origin(group: Group, asked: Recipe) -> str:
    """Which weights they were: their name where they have one, and the beginning of their
    checksum.
    """
    found = _card(group).weights
    total = f"SHA-256 {found.sha256[:DIGITS_OF_SUM]}…" if found and found.sha256 else ""
    if is_path(str(start_of(asked))):
        return f" ({total})" if total else ""
    known = CARDS.get(str(backbone_of(asked.model)))
    return "; ".join(
        filter(None, [known.weights if known else found.source if found else "timm", total])
    )


def _carried(facts: Facts, group: Group, asked: Recipe) -> list[str]:
    found = _card(group).carried
    if not found or asked.source is None:
        return []
    counts = {"carried": found.carried, "all": found.carried + len(found.fresh)}
    rest = facts.say("methods_rest_random") if found.fresh else ""
    if asked.source in facts.study.arms:
        return [
            facts.say("methods_from_arm", source=facts.arm_label(asked.source), rest=rest, **counts)
        ]
    run = "/".join(Path(asked.source).parts[-RUN_PARTS:])
    return [facts.say("methods_from_run", source=run, rest=rest, **counts)]


# What of it learns


@singledispatch
def _learning(options: StrategyOptions, facts: Facts, group: Group, asked: Recipe) -> list[str]:
    """Which weights learn, and what holds them; without a text of its own, the strategy's name."""
    return [facts.say("methods_strategy", strategy=_strategy(facts, asked))]


def _strategy(facts: Facts, asked: Recipe) -> str:
    """A strategy's name with the options as the document writes them."""
    name, given = asked.transfer.strategy, flat(asked.transfer.options)
    return f"{name} ({'; '.join(_options(given))})" if given else name


@_learning.register
def _(options: ScratchOptions, facts: Facts, group: Group, asked: Recipe) -> list[str]:
    return [facts.say("methods_all_learn")]


@_learning.register
def _(options: SourceOnlyOptions, facts: Facts, group: Group, asked: Recipe) -> list[str]:
    return [facts.say("methods_source_only")]


@_learning.register
def _(options: DannOptions, facts: Facts, group: Group, asked: Recipe) -> list[str]:
    numbers = {key: plain(getattr(options, key)) for key in ("weight", "slope", "hidden")}
    return [facts.say("methods_dann", **numbers)]


@_learning.register
def _(options: FinetuneOptions, facts: Facts, group: Group, asked: Recipe) -> list[str]:
    said = _frozen(facts, group, asked, options)
    if options.batch_norm != "stage" or options.freeze:
        said.append(facts.say(f"methods_norm_{options.batch_norm}"))
    numbers = {"alpha": plain(options.alpha), "beta": plain(options.beta)}
    head = _head(facts, asked.model)
    for key, factor in (("stage_decay", options.stage_decay), ("head_lr", options.head_lr)):
        if factor != 1:
            said.append(facts.say(f"methods_{key}", factor=plain(factor), head=head))
    if options.regularizer == "l2-sp":
        said.append(facts.say("methods_l2_sp", head=head, **numbers))
    if options.needs_reference:
        measured = options.attention and not asked.model.encoder
        how = facts.say(
            "methods_attention" if measured else "methods_no_attention",
            n=words.number(options.attention_images, 0),
        )
        said.append(facts.say("methods_delta", head=head, attention=how, **numbers))
    if options.bss:
        said.append(facts.say("methods_bss", strength=plain(options.bss), k=options.bss_k))
    terms = _penalties(facts, "methods_of_head", options.head_l1, options.head_l2, head=head)
    return [*said, facts.say("methods_penalties", terms=terms)] if terms else said


def _frozen(facts: Facts, group: Group, asked: Recipe, options: FinetuneOptions) -> list[str]:
    if options.freeze == 0:
        return [facts.say("methods_all_learn")]
    whole = options.freeze == "all"
    values: dict[str, Any] = {"head": _head(facts, asked.model)}
    if not whole:
        values |= {"n": options.freeze, "last": _stage_name(group, asked, int(options.freeze))}
    if options.unfreeze is None:
        return [facts.say("methods_frozen_all" if whole else "methods_frozen", **values)]
    values |= {
        "every": formats.count("epochs", options.unfreeze.every),
        "stages": options.unfreeze.stages,
    }
    return [facts.say("methods_thaw_all" if whole else "methods_thaw", **values)]


def _stage_name(group: Group, asked: Recipe, number: int) -> str:
    """The name of a stage, counted from 1: of a layer list's own, else of a row of the layer
    table.
    """
    if is_layer_list(asked.model):
        return stages(network(asked.model, len(_card(group).classes)))[number - 1].name
    return _card(group).layers[number - 1].name


def _penalties(facts: Facts, where: str, l1: float, l2: float, **values: Any) -> str:
    """Penalties on weights as one sum, empty without any."""
    given = [(key, strength) for key, strength in (("l1", l1), ("l2", l2)) if strength]
    terms = " + ".join(
        facts.say(f"methods_{key}", strength=plain(strength)) for key, strength in given
    )
    return facts.say(where, term=terms, **values) if terms else ""


# How it was trained


def _settings(facts: Facts, group: Group, asked: Recipe) -> list[str]:
    """Sentences that name no arm, so that those which all arms share can be said once."""
    train = asked.train
    said = [_training(facts, train), *_rate(facts, train)]
    if train.weight_decay:
        said.append(facts.say("methods_weight_decay", decay=plain(train.weight_decay)))
    terms = _penalties(facts, "methods_of_all", train.l1, train.l2)
    if terms:
        said.append(facts.say("methods_penalties", terms=terms))
    if train.clip_norm is not None:
        said.append(facts.say("methods_clip", norm=plain(train.clip_norm)))
    said += [*_loss(facts, train), *_pixels(facts, group, asked)]
    changes = augmentations(facts, asked)
    said.append(
        facts.say("methods_augment", names=changes) if changes else facts.say("methods_no_augment")
    )
    if changes and train.views:
        said.append(facts.say("methods_views", n=train.views))
    said.append(
        facts.say(f"methods_keep_{train.keep}", monitor=formats.metric_in_text(train.monitor))
    )
    return [*said, facts.say("methods_refit")] if facts.study.refit else said


def _training(facts: Facts, train: Train) -> str:
    optimizer = OPTIMIZERS[train.optimizer]
    if train.optimizer == "sgd" and train.momentum:
        key = "methods_nesterov" if train.nesterov else "methods_momentum"
        optimizer = facts.say(key, optimizer=optimizer, momentum=plain(train.momentum))
    values: dict[str, Any] = {
        "epochs": formats.count("epochs", train.epochs),
        "batch": words.number(train.batch_size, 0),
        "optimizer": optimizer,
        "lr": plain(train.lr),
    }
    early = train.early_stopping
    if early is None:
        return facts.say("methods_training", **values)
    values |= {
        "delta": plain(early.min_delta),
        "patience": formats.count("epochs", early.patience),
    }
    return facts.say(
        "methods_training_stopped", monitor=formats.metric_in_text(early.monitor), **values
    )


def _rate(facts: Facts, train: Train) -> list[str]:
    schedule, said = train.schedule, []
    if schedule.name == "step":
        every = formats.count("epochs", schedule.every)
        said.append(facts.say("methods_schedule_step", factor=plain(schedule.factor), every=every))
    if schedule.name == "cosine":
        said.append(facts.say("methods_schedule_cosine"))
    if schedule.warmup:
        said.append(facts.say("methods_warmup", epochs=plain(schedule.warmup)))
    if train.time_decay:
        said.append(facts.say("methods_time_decay", decay=plain(train.time_decay)))
    return said


def _loss(facts: Facts, train: Train) -> list[str]:
    said = []
    if train.losses != {"cross-entropy": 1.0}:
        alone = list(train.losses.values()) == [1.0]
        parts = [
            name if alone else f"{plain(weight)} × {name}" for name, weight in train.losses.items()
        ]
        said.append(facts.say("methods_loss", loss=" + ".join(parts)))
    if train.label_smoothing:
        said.append(facts.say("methods_smoothing", share=plain(train.label_smoothing)))
    if train.class_weights == "balanced":
        said.append(facts.say("methods_balanced"))
    elif train.class_weights:
        weights = [plain(weight) for weight in train.class_weights]
        said.append(facts.say("methods_class_weights", weights=formats.listing(weights)))
    return said


def _pixels(facts: Facts, group: Group, asked: Recipe) -> list[str]:
    if asked.normalise != "weights":
        return [facts.say(f"methods_normalise_{asked.normalise.replace('-', '_')}")]
    form = _card(group).preprocessing
    constants = {"mean": form.mean, "std": form.std} if form else {"mean": [], "std": []}
    shown = {
        key: "; ".join(plain(round(value, 4)) for value in values)
        for key, values in constants.items()
    }
    return [facts.say("methods_normalise_weights", **shown)]


def augmentations(facts: Facts, asked: Recipe) -> str:
    """The random changes of training images with their strengths, empty without any."""
    given = {key: value for key, value in asked.augment.model_dump().items() if value}
    return formats.listing(
        [facts.say(f"augment_{key}", value=plain(value)) for key, value in given.items()]
    )


def _kept(facts: Facts, group: Group, asked: Recipe) -> list[str]:
    """Which epochs validation chose, where it chose."""
    epochs = [words.number(cell.card.kept_epoch, 0) for cell in group.done if cell.card.kept_epoch]
    if asked.train.keep != "best" or not epochs:
        return []
    level = f" ({formats.level_text(group.at)})" if group.at else ""
    return [facts.say("methods_kept", epochs=formats.listing(epochs), level=level)]


# Arms that are fitted in one step


@singledispatch
def _closed(options: StrategyOptions, facts: Facts, group: Group, asked: Recipe) -> list[str]:
    """The whole paragraph of an arm; without a text of its own, its strategy's name and options."""
    values = {"model": _model(facts, asked.model), "strategy": _strategy(facts, asked)}
    return [facts.say("methods_fitted", arm=facts.arm_label(group.arm), **values)]


@_closed.register
def _(options: DirectOptions, facts: Facts, group: Group, asked: Recipe) -> list[str]:
    values = {"backbone": backbone_of(asked.model), "origin": _origin(group, asked)}
    parameters = words.number(_card(group).parameters, 0)
    return [
        facts.say("methods_direct", arm=facts.arm_label(group.arm), parameters=parameters, **values)
    ]


@_closed.register
def _(options: FeaturesOptions, facts: Facts, group: Group, asked: Recipe) -> list[str]:
    card, arm = _card(group), facts.arm_label(group.arm)
    made, fitted = card.features, card.classifier
    assert made is not None
    assert fitted is not None
    asked_for = options.classifier.model_dump()
    given = {
        key: value
        for key, value in asked_for.items()
        if value is not None and key not in ("name", "calibrate")
    }
    named = "; ".join([asked_for["name"], *_options(given)])
    said = [
        facts.say(
            "methods_features",
            arm=arm,
            classifier=named,
            width=words.number(made.width, 0),
            learnt=words.number(card.trainable, 0),
            source=_feature_source(facts, options, made),
        ),
        *_feature_weights(facts, group, asked),
    ]
    if needs_network(asked):
        said += _pixels(facts, group, asked)
    folds = fitted.report.get("folds")
    chosen = [
        key
        for key, value in asked_for.items()
        if value is None and fitted.options.get(key) is not None
    ]
    if folds and chosen:
        said.append(facts.say("methods_chosen", names=formats.listing(chosen), folds=folds))
    if folds and fitted.options.get("calibrate"):
        said.append(facts.say("methods_calibrated"))
    if views_of(asked):
        said.append(
            facts.say("methods_feature_views", n=views_of(asked), names=augmentations(facts, asked))
        )
    return [*said, facts.say("methods_features_refit")] if facts.study.refit else said


def _options(given: Mapping[str, Any]) -> list[str]:
    return [
        f"{key}: {plain(value) if isinstance(value, float) else value}"
        for key, value in given.items()
    ]


def _feature_source(facts: Facts, options: FeaturesOptions, made: FeatureUse) -> str:
    if options.handmade is None:
        return facts.say("methods_network_features", backbone=made.origin, stage=made.stage)
    given = options.handmade.model_dump()
    name = given.pop("name")
    return facts.say("methods_made_features", name=name.upper(), options=", ".join(_options(given)))


def _feature_weights(facts: Facts, group: Group, asked: Recipe) -> list[str]:
    if not needs_network(asked):
        return []
    start = start_of(asked)
    carried = _carried(facts, group, asked)
    if start in (None, "none"):
        return carried or [facts.say("methods_features_none")]
    key = "file" if is_path(str(start)) else "imagenet"
    return [
        facts.say(
            f"methods_features_{key}", origin=_origin(group, asked), file=Path(str(start)).name
        ),
        *carried,
    ]


# Levels and trials


def _varied(facts: Facts, arm: str) -> list[str]:
    """What took other values at other levels; training images are told with the data."""
    keys = [key for key in facts.study.vary if key != TRAIN_IMAGES and path_for_arm(key, arm)]
    return [
        facts.say(
            "methods_varied", name=formats.level_name(key), values=_listed(facts.study.vary[key])
        )
        for key in keys
    ]


def _tuned(facts: Facts) -> list[str]:
    if not facts.study.tune:
        return []
    grid = [f"{key}: {_listed(values)}" for key, values in facts.study.tune.items()]
    metric = formats.metric_in_text(facts.study.primary)
    return [
        facts.say("methods_tuned", metric=metric, grid="; ".join(grid)),
        *tuned_sentences(facts),
    ]


def _listed(values: Sequence[Any]) -> str:
    return formats.listing([formats.level_value(value) for value in values])


def tuned_sentences(facts: Facts) -> list[str]:
    """The tuned settings that some arms do not have: those had fewer trials."""
    return [
        words.say(
            "study.not_tuned", key=key, arms=formats.listing([facts.arm_label(a) for a in arms])
        )
        for key, arms in left_out(facts.study).items()
    ]
