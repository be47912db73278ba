"""Labels that a classifier contradicts with confidence (Northcutt et al. 2021)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alih.findings import Finding
from alih.inspect.audit.found import Exhibit, Found
from alih.inspect.audit.subject import Subject
from alih.inspect.audit.views import Viewer
from alih.words.phrase import Phrase

SURE = 0.8
"""How much more probable another class is where a label is hardly right."""
MANY, TRUSTED = 0.015, 0.95
"""They are warned of from this share on, where the classifier is right so often on all other
images; else it errs too often itself to say more than where to look."""
SHOWN = 30


def suspected(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows off the diagonal of the confident joint, most suspicious first, and the class that each
    is confidently counted for.

    An item counts for the most probable of the classes whose threshold its probability reaches: a
    class's threshold is the mean probability of it among the items that are labelled so
    (Northcutt, Jiang and Chuang 2021, equation 1). `probabilities` [n, C] are of items that the
    model was not fitted to.
    """
    classes = probabilities.shape[1]
    thresholds = np.array(
        [
            probabilities[labels == c, c].mean() if (labels == c).any() else np.inf
            for c in range(classes)
        ]
    )
    above = probabilities >= thresholds - 1e-6
    counted = np.where(above, probabilities, -1.0).argmax(axis=1)
    rows = np.flatnonzero(above.any(axis=1) & (counted != labels))
    margin = probabilities[rows, counted[rows]] - probabilities[rows, labels[rows]]
    rows = rows[np.argsort(-margin, kind="stable")]
    return rows, counted[rows]


def labels(subject: Subject, viewer: Viewer) -> list[Found]:
    """The labels that are worth a look."""
    if not subject.labelled:
        return []
    told = viewer.told(viewer.items)
    if told is None:
        return []
    majority = np.bincount(told.labels).max() / len(told.labels)
    if told.interval[0] <= majority:  # it knows too little to doubt anybody
        return []
    rows, other = suspected(told.probabilities, told.labels)
    if not len(rows):
        return []
    items, given = told.items[rows].tolist(), told.labels[rows]
    present = np.unique(subject.labels[told.items])
    names = [subject.images.classes[label] for label in present]
    chances = told.probabilities[rows, other]
    sure = int((chances - told.probabilities[rows, given] >= SURE).sum())
    right = told.probabilities.argmax(axis=1) == told.labels
    trusted = np.delete(right, rows).mean() >= TRUSTED and sure >= MANY * len(told.items)
    values = {
        "count": len(rows),
        "of": len(told.items),
        "model": viewer.named,
        "accuracy": told.accuracy,
        "example": subject.names[items[0]],
        "label": names[given[0]],
        "other": names[other[0]],
    }
    finding = Finding(
        "A015", "inspect.audit.labels", values, severity="warning" if trusted else "note"
    )
    listed = [
        (subject.names[item], names[own], names[rather])
        for item, own, rather in zip(items, given, other, strict=True)
    ]
    exhibits = [
        Exhibit((item,), Phrase("inspect.audit.rather", {"other": names[rather], "sure": chance}))
        for item, rather, chance in zip(items[:SHOWN], other, chances.tolist(), strict=False)
    ]
    numbers = {
        "suspected": len(rows),
        "sure": sure,
        "images": len(told.items),
        "accuracy": told.accuracy,
    }
    return [Found(finding, numbers, listed, exhibits, subject=subject)]
