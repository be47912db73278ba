"""From a document to complete recipes: defaults at the top, what an arm changes, a level, a
trial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from alih.errors import AlihError
from alih.study.catalogue.architectures import plain_unet
from alih.study.catalogue.backbones import backbone_of, start_of
from alih.study.catalogue.presets import PRESETS
from alih.study.catalogue.sets import image_size
from alih.study.document.arm import Recipe
from alih.study.document.study import Study
from alih.study.document.train import LOSSES
from alih.study.strategies.options import kind_of, needs_network, takes_network

# What may be written as a text alone, and the key that the text stands for.
SHORT_FORMS = {
    **dict.fromkeys(("data", "source", "target"), "set"),
    "model": "name",
    "transfer": "strategy",
    "schedule": "name",
    "classifier": "name",
    "handmade": "name",
}
# A mapping that names its kind anew (another model, strategy or schedule) starts afresh; one that
# does not, changes the mapping above it.
KIND_KEYS: dict[str, tuple[str, ...]] = {
    **{part: (key,) for part, key in SHORT_FORMS.items()},
    "model": ("name", "layers"),
    "loss": LOSSES,
}
PARTS = ("model", "transfer", "train", "augment", "normalise", "init", "image_size")
TRAIN_IMAGES = "train_images"
TARGET_LABELS = "target_labels"
LEVELS = (TRAIN_IMAGES, TARGET_LABELS)
"""Varied keys that are no part of a recipe."""


def recipe(
    study: Study,
    arm: str,
    at: Mapping[str, Any] | None = None,
    trial: Mapping[str, Any] | None = None,
) -> Recipe:
    """The complete recipe of an arm: defaults at the top, then the arm, then the level `at`, then a
    tuning trial.

    Raises AlihError for an unknown arm, and pydantic's ValidationError where a level or trial holds
    a bad value (a study that came from `loading.load` has been checked).
    """
    values = merged(study, arm, at, trial)
    transfer = values.get("transfer")
    if isinstance(transfer, dict) and not takes_network(transfer):
        values = {**values, "model": {}}  # whatever the other arms use
    found = Recipe.model_validate(values)
    if "normalise" in found.model_fields_set or backbone_of(found.model) is None:
        return found
    # A backbone sees pixels as its weights did; so does the same network from random weights, which
    # is its control.
    return found.model_copy(update={"normalise": "weights"})


def merged(
    study: Study,
    arm: str,
    at: Mapping[str, Any] | None = None,
    trial: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What `recipe` validates: the merged keys of an arm as plain values, without the defaults of
    the library.
    """
    if arm not in study.arms:
        from alih.words.phrase import known

        raise AlihError("study.unknown_arm", got=arm, known=known(arm, study.arms))
    chosen = study.arms[arm]
    values: dict[str, Any] = {}
    for part in PARTS:
        # At the top the size of images belongs to the data.
        top, own = getattr(study, part, None), getattr(chosen, part)
        value = (
            _deeper(top, own, part)
            if isinstance(top, dict | None) and isinstance(own, dict)
            else own
            if own is not None
            else top
        )
        if value not in (None, {}):
            values[part] = value
    if chosen.source is not None:
        values["from"] = chosen.source
    for path, value in [*(at or {}).items(), *(trial or {}).items()]:
        inner = path_for_arm(path, arm)
        if inner and inner not in LEVELS:
            values = assign(values, tuple(inner.split(".")), value)
    return values


def target_labels(study: Study, recipe: Recipe, at: Mapping[str, Any]) -> int | float | str:
    """The labels of the target that a recipe sees at a level: how many per class, a share, or
    `all`.
    """
    own: dict[str, int | str] = {"all": "all", "none": 0}
    return own.get(kind_of(recipe).grants, at.get(TARGET_LABELS, study.target_labels or 0))


def path_for_arm(path: str, arm: str) -> str | None:
    """A varied or tuned path as it applies to one arm: `arms.a.train.lr` is `train.lr` for a,
    nothing for others.
    """
    if not path.startswith("arms."):
        return path
    _, name, *rest = path.split(".")
    return ".".join(rest) if name == arm and rest else None


def assign(values: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy of nested mappings with the value at `path` set; a short form on the way (`model:
    dcnn`) is spelt out.

    >>> assign({"model": "dcnn"}, ("model", "dropout"), [0.5])
    {'model': {'name': 'dcnn', 'dropout': [0.5]}}
    """
    key, *rest = path
    if not rest:
        return {**values, key: value}
    inner = values.get(key)
    if isinstance(inner, str) and key in SHORT_FORMS:
        inner = {SHORT_FORMS[key]: inner}
    return {**values, key: assign(inner if isinstance(inner, Mapping) else {}, tuple(rest), value)}


def _deeper(above: Mapping[str, Any] | None, own: Mapping[str, Any], key: str) -> dict[str, Any]:
    if not above or any(kind in own for kind in KIND_KEYS.get(key, ())):
        return dict(own)
    result = dict(above)
    for name, value in own.items():
        old = result.get(name)
        result[name] = (
            _deeper(old, value, name)
            if isinstance(value, Mapping) and isinstance(old, Mapping)
            else value
        )
    return result


def flat(values: Any, prefix: str = "") -> dict[str, Any]:
    """Nested mappings as one flat mapping with dotted keys; lists stay values.

    >>> flat({"train": {"lr": 0.1}, "init": "keras"})
    {'train.lr': 0.1, 'init': 'keras'}
    """
    if not isinstance(values, Mapping):
        return {prefix: values}
    result: dict[str, Any] = {}
    for key, value in values.items():
        result.update(flat(value, f"{prefix}.{key}" if prefix else str(key)))
    return result


def factors(
    study: Study, arm: str, baseline: str, at: Mapping[str, Any] | None = None
) -> list[str]:
    """What differs between two arms at a level (law 2), e.g. `train.lr: 0.01 -> 0.001`: the
    baseline's value, then the arm's.

    Keys under `tune` are not factors: they are chosen in every arm by the same number of trials.
    Another strategy is one factor with whatever belongs to it: its options, and the loop's settings
    where one of the two has no loop.
    """
    both = [recipe(study, name, at) for name in (baseline, arm)]
    old, new = (_settings(complete) for complete in both)
    if old["image_size"] != new["image_size"]:
        side = image_size(study)
        old["image_size"], new["image_size"] = (
            size or side for size in (old["image_size"], new["image_size"])
        )
    keys = list(dict.fromkeys([*old, *new]))
    if not all(settings.get("model.layers") for settings in (old, new)):
        # Own layers beside a network with a name: that is one factor, and told by the name.
        keys = [key for key in keys if key != "model.layers"]
    if old["transfer.strategy"] != new["transfer.strategy"]:
        kinds = [kind_of(complete) for complete in both]
        shared: tuple[str, ...] = ()
        if all(kind.loop for kind in kinds):
            shared = ("train.",)
        elif all(kind.learns for kind in kinds):
            shared = (
                "train.views",
            )  # images that both learn from; the rest of `train` belongs to loops
        keys = [
            key
            for key in keys
            if not key.startswith(("transfer.", "train.")) or key.startswith(shared)
        ]
        old["transfer.strategy"], new["transfer.strategy"] = _whole(old), _whole(new)
        keys.append("transfer.strategy")
    elif not all(needs_network(complete) for complete in both):
        keys = [key for key in keys if not key.startswith(("model.", "normalise"))]
    return [
        f"{key}: {_shown(old.get(key))} -> {_shown(new.get(key))}"
        for key in keys
        if old.get(key) != new.get(key)
        and not any(key == tuned or key.startswith(f"{tuned}.") for tuned in study.tune)
    ]


def _whole(settings: Mapping[str, Any]) -> str:
    """A strategy with its options, as one value: `finetune (freeze: 10)`."""
    named = {
        key.removeprefix("transfer."): value
        for key, value in settings.items()
        if key.startswith("transfer.")
    }
    strategy = named.pop("strategy")
    options = ", ".join(f"{key}: {_shown(value)}" for key, value in named.items())
    return f"{strategy} ({options})" if options else str(strategy)


def _settings(complete: Recipe) -> dict[str, Any]:
    values = flat(complete.model_dump(by_alias=True))
    if complete.model.layers:
        values["model.name"] = "layers"
    preset = PRESETS.get(complete.model.name or "")
    if preset:
        # What a preset brings along counts like what the document says.
        values["model.output"] = complete.model.output or preset.output
        values["model.dropout"] = (
            list(preset.dropout) if complete.model.dropout is None else complete.model.dropout
        )
    plain = plain_unet(complete.model)
    if plain:
        values |= {f"model.{key}": value for key, value in asdict(plain).items()}
    values["model.weights"] = (
        start_of(complete) or "none"
    )  # whoever names no weights starts from random ones
    values = {key: value for key, value in values.items() if not key.startswith("train.loss.")} | {
        "train.loss": _losses(complete)
    }
    values["model.dropout"] = values["model.dropout"] or None
    return values


def _losses(complete: Recipe) -> str | dict[str, float]:
    """The objective as one value, however it was written."""
    losses = complete.train.losses
    return next(iter(losses)) if list(losses.values()) == [1.0] else dict(sorted(losses.items()))


def _shown(value: Any) -> str:
    if value is None or value == []:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    return str(value)
