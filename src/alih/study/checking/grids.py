"""Checks of what a study varies and tunes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from alih.study.catalogue.sets import target
from alih.study.checking.domains import facts, training_items_of
from alih.study.checking.told import Told, told
from alih.study.document.arm import ORACLES, Recipe
from alih.study.document.data import TargetLabels
from alih.study.document.study import Study
from alih.study.planning.recipes import LEVELS, PARTS, TARGET_LABELS, TRAIN_IMAGES, recipe
from alih.study.planning.tuning import applies
from alih.study.reading.translate import keys_at
from alih.study.reading.yamlfile import Path, type_phrase
from alih.study.strategies.options import STRATEGIES
from alih.words.phrase import Phrase, known


def grid_problems(study: Study) -> Iterator[Told]:
    """Keys under `vary` and `tune` that name nothing, and values that cannot be."""
    if len(study.vary) > 2:
        yield told(("vary",), "study.vary_keys", got=len(study.vary))
    for key in study.vary:
        path = ("vary", key)
        if key == TARGET_LABELS:
            yield from _target_labels(study, path)
        elif key == TRAIN_IMAGES:
            yield from _train_images(study, path)
        else:
            yield from _grid_key(study, path, key)
    for key in study.tune:
        path = ("tune", key)
        if key.startswith("arms."):
            yield told(path, "study.tune_one_arm", got=key)
        elif key in study.vary:
            yield told(path, "study.tune_and_vary", got=key)
        else:
            yield from _grid_key(study, path, key)
            yield from _nobody(study, path, key)
    for name, grid in (("vary", study.vary), ("tune", study.tune)):
        for key, values in grid.items():
            for oracle in sorted(ORACLES & _strategies(key, values)):
                yield told((name, key), "study.oracle_in_grid", got=oracle)
            if any(value in values[:index] for index, value in enumerate(values)):
                yield told((name, key), "study.repeated_value")


def _strategies(key: str, values: list[Any]) -> set[str]:
    """The strategies that the values of a key name."""
    if key.endswith("transfer"):
        values = [one.get("strategy") if isinstance(one, dict) else one for one in values]
    elif not key.endswith("transfer.strategy"):
        return set()
    return {one for one in values if isinstance(one, str)}


def _grid_key(study: Study, path: Path, key: str) -> Iterator[Told]:
    parts = key.split(".")
    if parts[0] == "arms":
        if len(parts) < 3 or parts[1] not in study.arms:
            name = parts[1] if len(parts) > 1 else ""
            yield told(path, "study.unknown_arm", got=name, known=known(name, study.arms))
            return
        parts = parts[2:]
    if parts[0] == "data":
        write = ".".join([*key.split(".")[: -len(parts)], "image_size"])
        yield told(path, "study.grid_data", got=key, write=write)
        return
    for depth, part in enumerate(parts):
        names = [name for name in keys_at(tuple(parts[:depth]), Recipe) if depth or name in PARTS]
        free = parts[0] == "transfer" and depth >= 1
        if part not in names and not free:
            yield told(path, "study.unknown_path", got=key, known=known(part, names or [*LEVELS]))
            return


def _nobody(study: Study, path: Path, key: str) -> Iterator[Told]:
    """A key to tune that no arm's strategy has: misspelt."""
    if any(applies(study, arm, key) for arm in study.arms):
        return
    names: set[str] = set()
    for arm in study.arms:
        options = STRATEGIES[recipe(study, arm).transfer.strategy]
        names |= {
            ".".join(("transfer", *inner)) for inner in _keys_under(options, key.count(".") - 1)
        }
    yield told(path, "study.tune_nobody", got=key, known=known(key, sorted(names) or ["train.lr"]))


def _keys_under(options: type, depth: int) -> Iterator[tuple[str, ...]]:
    """Options of a strategy, with those inside them where the misspelt key lies as deep."""
    for name in keys_at((), options):
        inner = list(keys_at((name,), options)) if depth else []
        yield from ((name, below) for below in inner)
        if not inner:
            yield (name,)


def _target_labels(study: Study, path: Path) -> Iterator[Told]:
    if study.target_labels is not None:
        yield told(path, "study.labels_twice")
    for index, value in enumerate(study.vary[TARGET_LABELS]):
        try:
            TypeAdapter[Any](TargetLabels).validate_python(value, strict=True)
        except ValidationError:
            expected = Phrase("study.expected_target_labels")
            came = Phrase("study.came_value", {"value": repr(value), "kind": type_phrase(value)})
            yield told((*path, index), "study.wrong_type", got=came, expected=expected)


def _train_images(study: Study, path: Path) -> Iterator[Told]:
    available = training_items_of(study)
    known_facts = facts(study)
    for index, value in enumerate(study.vary[TRAIN_IMAGES]):
        place = (*path, index)
        if value == "all":
            continue
        if type(value) is not int or value < 1:
            expected = Phrase("study.expected_train_images")
            came = Phrase("study.came_value", {"value": repr(value), "kind": type_phrase(value)})
            yield told(place, "study.wrong_type", got=came, expected=expected)
        elif available is not None and value > available:
            yield told(
                place,
                "study.too_many_images",
                got=value,
                available=available,
                set=target(study).name,
            )
        elif known_facts and study.task == "classification" and value < known_facts.classes:
            yield told(place, "study.too_few_images", got=value, classes=known_facts.classes)
