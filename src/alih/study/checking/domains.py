"""Checks of studies with a source and a target, and of what needs them."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from alih.datafiles import layout
from alih.errors import AlihError
from alih.study.catalogue.lookup import listing_of
from alih.study.catalogue.sets import (
    SetFacts,
    array_counts,
    class_names,
    facts_of,
    held_out_items,
    of_split,
    specs,
    target,
    training_items,
)
from alih.study.checking.told import Told, told
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.planning.recipes import TARGET_LABELS, TRAIN_IMAGES
from alih.study.reading.yamlfile import Path as Place
from alih.words.phrase import Phrase

SETS = (
    *("study.domains_classes", "study.domains_apart", "study.target_labels_beyond"),
    *("study.batch_beyond_target", "study.target_too_few"),
)
"""Problems of what the two sets hold, which may have changed since a study was run."""
SHOWN = 20


def domain_problems(study: Study) -> Iterator[Told]:
    """Keys of the document that do not go with its domains."""
    if isinstance(study.data, DataSpec):
        if study.target_labels is not None:
            yield told((TARGET_LABELS,), "study.target_labels_one_set")
        if TARGET_LABELS in study.vary:
            yield told(("vary", TARGET_LABELS), "study.target_labels_one_set")
        for path, name in _selectors(study):
            yield told(path, "study.select_one_set", got=name)
        return
    if study.tune_by is not None and not study.tune:
        yield told(("tune_by",), "study.tune_by_alone", got=study.tune_by)
    for path, name in _selectors(study):
        if name == "weighted_accuracy" and study.task == "segmentation":
            yield told(path, "study.weighted_masks")
    if study.split.scheme != "holdout":
        yield told(("split", "scheme"), "study.domains_kfold")
    if study.protocol == "paper":
        yield told(("protocol",), "study.domains_paper")
    if TRAIN_IMAGES in study.vary:
        yield told(("vary", TRAIN_IMAGES), "study.domains_levels")
    for key in ("image_size", "channels"):
        own = [getattr(study.data.source, key), getattr(study.data.target, key)]
        if None not in own and own[0] != own[1]:
            yield told(("data", "source", key), "study.domains_shape")


def _selectors(study: Study) -> Iterator[tuple[Place, str]]:
    """What the document chooses by without labels of the target, beside monitors of the loop."""
    if study.tune_by is not None:
        yield ("tune_by",), study.tune_by
    for index, name in enumerate(study.compare.select or ()):
        yield ("compare", "select", index), name


def monitor_problem(study: Study, name: str) -> str | None:
    """Why a run cannot be watched by a score without labels, the key of a sentence; None where it
    can.
    """
    if isinstance(study.data, DataSpec):
        return "study.select_one_set"
    masks = study.task == "segmentation" and name == "weighted_accuracy"
    return "study.weighted_masks" if masks else None


def set_problems(study: Study) -> Iterator[Told]:
    """What the two sets hold that does not go together, as far as it is told without pixels."""
    if isinstance(study.data, DataSpec):
        return
    source, ours = study.data.source, study.data.target
    if _same(source, ours):
        yield told(("data", "target"), "study.domains_same", name=ours.name)
        return
    if study.task != "classification":
        return
    with contextlib.suppress(AlihError):  # of a set that is not here, which is told elsewhere
        found = [*_classes(class_names(source), class_names(ours))]
        yield from found or _granted(study)


def _same(source: DataSpec, target: DataSpec) -> bool:
    """Whether both name the same images, wherever a named set lies."""

    def named(spec: DataSpec) -> tuple[str, ...]:
        place = spec.folder or spec.table or spec.npz
        at = str(Path(place).expanduser().resolve()) if place else spec.set
        return tuple(map(str, (at, spec.domain, spec.where, spec.label, spec.classes)))

    return named(source) == named(target)


def _classes(source: Sequence[str], target: Sequence[str]) -> Iterator[Told]:
    """Classes that only one of the two has, and what such a pair of sets is called."""
    if not source or not target or set(source) == set(target):
        return
    only = {
        "source": [name for name in source if name not in target],
        "target": [name for name in target if name not in source],
    }
    both = [name for name in source if name in target]
    values = {domain: layout.listed(names) or "–" for domain, names in only.items()}
    alike = layout.other_spelling(only["target"], only["source"])
    if len(both) < 2:
        yield told(("data",), "study.domains_apart", common=len(both), alike=alike, **values)
        return
    kind = "partial" if not only["target"] else "open" if not only["source"] else "universal"
    common = ", ".join([_written(name) for name in both[:SHOWN]] + ["…"] * (len(both) > SHOWN))
    setting = Phrase(f"study.domains_{kind}")
    yield told(
        ("data",), "study.domains_classes", setting=setting, common=common, alike=alike, **values
    )


def class_difference(source: Sequence[str], target: Sequence[str]) -> Phrase | None:
    """What tells two sets' classes apart, as a check of a study says it; None where they are the
    same, or not known.
    """
    return next((Phrase(key, values) for _, key, values in _classes(source, target)), None)


def _written(name: str) -> str:
    """A class's name as it may stand in a list of a document."""
    plain = re.fullmatch(r"[^\W\d][\w -]*", name) and name not in ("true", "false", "null")
    return name if plain else json.dumps(name, ensure_ascii=False)


def _granted(study: Study) -> Iterator[Told]:
    """Classes with fewer images than the labels that are granted of each."""
    wanted = max((n for n in _levels(study) if isinstance(n, int)), default=0)
    counts = _learnable(target(study))
    few = {name: n for name, n in counts.items() if n < wanted}
    if few:
        named = [f"{name} {n}" for name, n in sorted(few.items(), key=lambda one: one[1])]
        values = {"got": wanted, "names": layout.listed(named), "most": min(few.values())}
        path = ("vary", TARGET_LABELS) if TARGET_LABELS in study.vary else (TARGET_LABELS,)
        yield told(path, "study.target_labels_beyond", count=len(few), **values)


def _learnable(spec: DataSpec) -> dict[str, int]:
    """Images per class outside a ready test part, which is all of them without one; empty where
    that is not told without images.
    """
    listing = listing_of(spec)
    counts = listing.counts() if listing else array_counts(spec)
    found: dict[str, int] = {}
    for part in ("train", "validation"):
        for name, count in counts.get(part, {}).items():
            found[name] = found.get(name, 0) + count
    return found


def unlabelled_items(study: Study) -> int | None:
    """How many target images strategies may learn from without labels; None for one set, where
    that is not known, and where all labels are granted.
    """
    known, levels = facts(study), [n for n in _levels(study) if n != "all"]
    if isinstance(study.data, DataSpec) or known is None or not levels:
        return None
    pool = known.train + known.validation - (0 if known.test else held_out_items(study) or 0)
    seen = [round(n * pool) if isinstance(n, float) else int(n) * known.classes for n in levels]
    return max(0, pool - max(seen))


def _levels(study: Study) -> list[int | float | str]:
    """How many labels of the target are granted, at each level where that varies."""
    return study.vary.get(TARGET_LABELS, [study.target_labels or 0])


def scored_data(study: Study) -> DataSpec:
    """The data that arms are scored on, at the size that both domains have."""
    try:
        return specs(study)["target"]
    except AlihError:  # told where the data is checked
        return target(study)


def judging_facts(study: Study) -> SetFacts | None:
    """What is known about the set that validation images are of; None where it has a problem of its
    own.
    """
    try:
        return facts_of(
            study.data if isinstance(study.data, DataSpec) else study.data.source, study.task
        )
    except AlihError:
        return None


def facts(study: Study) -> SetFacts | None:
    """What is known about the data that arms are scored on, with the parts that the split makes of
    it; None also where its folder has a problem of its own.
    """
    try:
        found = facts_of(target(study), study.task)
    except AlihError:
        return None
    return of_split(found, study.split) if found else None


def training_items_of(study: Study) -> int | None:
    """With two domains it depends on the arm, and no batch is too large."""
    return training_items(study) if isinstance(study.data, DataSpec) and facts(study) else None
