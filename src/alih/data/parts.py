"""What is to be said about the images of a study: also classes that a part lacks, as the study
divides its images. No image is decoded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from alih.data import imagefiles
from alih.data.array_sets import array_findings
from alih.data.domains import domains
from alih.data.imageset import ImageSet
from alih.errors import AlihError
from alih.findings import Finding, unmuted
from alih.study.catalogue.sets import specs
from alih.study.checking.notes import data_findings
from alih.study.document.study import Study
from alih.study.planning.plan import replicates
from alih.words import number
from alih.words.phrase import Phrase

NAMED = 8
IMPOSSIBLE = ("data.split_", "data.groups_")
"""Errors of a split that no draw can fill: better told before hours of work than in them."""


def image_findings(study: Study, strict: bool = True) -> list[Finding]:
    """All that is to be said about the images of a study, by code.

    Where `strict`, raises AlihError for a split that cannot be drawn.
    """
    found = [*data_findings(study), *array_findings(study), *part_findings(study, strict)]
    return sorted(found, key=lambda finding: finding.code)


def part_findings(study: Study, strict: bool = True) -> list[Finding]:
    """What is to be said about classes that are missing from a part in some replicates, and about
    classes of one image; nothing where the images are not files, or not here.

    Where `strict`, raises AlihError for a split that cannot be drawn.
    """
    try:
        found = {
            name: imagefiles.undecoded(spec, study.task) for name, spec in specs(study).items()
        }
        sets = {name: images for name, images in found.items() if images is not None}
        if study.task != "classification" or len(sets) < len(found):
            return []
        target = sets["target"]
        alone = _in_one_group(target, study)
        told = [*_single(target), *_grouped(target, alone), *_missing(sets, study, alone)]
        return unmuted(told, study.mute)
    except AlihError as error:
        if strict and error.key.startswith(IMPOSSIBLE):
            raise
        return []  # what cannot be read is told where it is read


def _single(images: ImageSet) -> list[Finding]:
    counts = np.bincount(images.labels, minlength=len(images.classes))
    names = [images.classes[label] for label in np.flatnonzero(counts == 1)]
    values = {"classes": _listed(names), "count": len(names)}
    return [Finding("A007", "study.class_single", values)] if names else []


def _in_one_group(images: ImageSet, study: Study) -> np.ndarray:
    """Which classes have several images, all of one group, bool [classes]; those of ready parts
    need no draw.
    """
    numbers = images.groups(study.split, study.protocol)
    found = np.zeros(len(images.classes), bool)
    if numbers is None or (images.official_test and study.split.scheme == "holdout"):
        return found
    pairs = np.unique(np.stack([images.labels, numbers], axis=1), axis=0)
    groups = np.bincount(pairs[:, 0], minlength=len(found))
    return (groups == 1) & (np.bincount(images.labels, minlength=len(found)) > 1)


def _grouped(images: ImageSet, alone: np.ndarray) -> list[Finding]:
    names = [images.classes[label] for label in np.flatnonzero(alone)]
    values = {"classes": _listed(names), "count": len(names)}
    return [Finding("A007", "study.class_one_group", values)] if names else []


def _missing(sets: dict[str, ImageSet], study: Study, alone: np.ndarray) -> list[Finding]:
    """One finding for each part that lacks classes in some replicates; classes that are `alone` in
    a group were told of.
    """
    classes, runs = sets["target"].classes, replicates(study)
    lacking = {
        part: np.zeros((runs, len(classes)), bool) for part in ("train", "validation", "test")
    }
    for replicate in range(runs):
        divided = domains(sets, study, replicate)
        for part, table in lacking.items():
            # With two domains the source trains and validates.
            domain = (
                divided["target"] if part == "test" else divided.get("source", divided["target"])
            )
            there = domain.images.labels[getattr(domain.split, part)]
            table[replicate] = np.bincount(there, minlength=len(classes)) == 0
    counts = np.bincount(sets["target"].labels, minlength=len(classes))
    asked = (counts > 1) & ~alone
    found = []
    for part, table in lacking.items():
        names = [
            f"{classes[label]} ({number(int(counts[label]), 0)})"
            for label in np.flatnonzero(table.any(0) & asked)
        ]
        times = int(table[:, asked].any(1).sum())
        when = "" if times == runs else Phrase("study.class_absent_some", {"n": times, "of": runs})
        if names:
            values = {"classes": _listed(names), "when": when}
            found.append(_finding(part, values, study.split.scheme == "repeated-kfold"))
    return found


def _finding(part: str, values: dict[str, Any], folds: bool) -> Finding:
    if part == "train":
        return Finding("A007", "study.class_absent_train", values, part)
    if part == "validation":
        return Finding("A007", "study.class_absent_validation", values, part)
    if folds:
        return Finding("A007", "study.class_absent_fold", values, part)
    return Finding("A007", "study.class_absent_test", values, part)


def _listed(names: Sequence[str]) -> str:
    return ", ".join([*names[:NAMED], *(["…"] if len(names) > NAMED else [])])
