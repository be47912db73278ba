"""How many images there are of each class, and whether there are enough to test on."""

from __future__ import annotations

import numpy as np

from alih.findings import Finding
from alih.inspect.audit.found import Found
from alih.inspect.audit.subject import SOURCE, TEST, Subject
from alih.statistics.single import wilson, wilson_of_folds
from alih.study.catalogue.sets import held_out_items
from alih.study.starter import FEW_TEST_ITEMS, FOLDS

UNEVEN, VERY_UNEVEN = 1.5, 20.0
"""Images of the largest class for one of the smallest: from where on it is said, and warned of."""
RIGHT = 0.9
"""The accuracy for which the interval of a test part is told."""
WIDE, VERY_WIDE = 0.03, 0.05
"""Half of the interval's width: from where on it is said, and warned of."""


def counts(subject: Subject) -> list[Found]:
    """What always answering the largest class would reach, where classes are uneven."""
    if not subject.labelled:
        return []
    images = np.bincount(subject.labels, minlength=len(subject.images.classes))
    most, least = int(images.argmax()), int(images.argmin())
    ratio = images[most] / max(1, images[least])
    if ratio < UNEVEN:
        return []
    share = float(images[most] / images.sum())
    values = {
        "largest": subject.images.classes[most],
        "most": int(images[most]),
        "smallest": subject.images.classes[least],
        "least": int(images[least]),
        "share": share,
    }
    finding = Finding(
        "A016",
        "inspect.audit.uneven",
        values,
        severity="warning" if ratio >= VERY_UNEVEN else "note",
    )
    per_class = dict(zip(subject.images.classes, images.tolist(), strict=True))
    return [Found(finding, {"majority": share, "counts": per_class}, subject=subject)]


def tested(subject: Subject) -> list[Found]:
    """How wide the range of an accuracy will be, where the test images are few."""
    if not subject.labelled or subject.domain == "source":
        return []
    items, folds = _tested(subject)
    if not items:
        return []
    low, high = wilson_of_folds(RIGHT, items, folds) if folds else wilson(RIGHT * items, items)
    half = (high - low) / 2
    if half < WIDE:
        return []
    values = {"items": items, "right": RIGHT, "low": low, "high": high}
    finding = Finding(
        "A017",
        "inspect.audit.few_folds" if folds else "inspect.audit.few_tested",
        values,
        severity="warning" if half >= VERY_WIDE else "note",
    )
    return [Found(finding, {**values, "half_width": half}, subject=subject)]


def _tested(subject: Subject) -> tuple[int, int]:
    """The images that will be tested, and in how many folds (0: a part of their own)."""
    study = subject.study
    ready = int((subject.part == TEST).sum())
    if study.name == SOURCE and not ready:  # what `alih new` would write
        few = len(subject.images) // FOLDS < FEW_TEST_ITEMS
        return (len(subject.images), FOLDS) if few else (len(subject.images) // FOLDS, 0)
    if study.split.scheme == "repeated-kfold":
        return held_out_items(study) or 0, study.split.folds or FOLDS
    return held_out_items(study) or 0, 0
