"""Checks of studies with a source and a target, and of what needs them."""

from __future__ import annotations

from collections.abc import Iterator

from alih.errors import AlihError
from alih.study.catalogue.sets import SetFacts, facts_of, of_split, specs, target, training_items
from alih.study.checking.told import Told, told
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.planning.recipes import TARGET_LABELS, TRAIN_IMAGES
from alih.study.reading.yamlfile import Path


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


def _selectors(study: Study) -> Iterator[tuple[Path, str]]:
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
