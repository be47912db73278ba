"""What tells the class although it should not: the files, brightness, the border of images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alih.datafiles.imagefile import is_gray, open_image
from alih.findings import Finding
from alih.inspect.audit.found import Exhibit, Found, Gauge
from alih.inspect.audit.subject import Subject
from alih.inspect.audit.views import LIMIT, VIEWS, Viewer
from alih.statistics.auc import Auc, macro_auc
from alih.words.phrase import Phrase

FOLDS = 5
TREES = 25
CLASSES, EXAMPLES = 3, 4
"""Classes, and images of each, that are shown."""
FILES = ("size", "aspect", "format", "colours", "compression")
PIXELS = ("brightness", "contrast")
SAID, GRAVE = 0.6, 0.8
"""Lower end of the AUC's interval, from where on facts of files are said, and warned of."""
BRIGHT = 0.7
"""The same for brightness and contrast, in which honest classes differ, too."""
ALONE, LOST = 0.9, 0.05
"""The border is warned of where it is right that often, and loses so little against whole images.
(What fills an image, as clothes of Fashion-MNIST do, shows in its border, too.)"""
SOME = 0.2
"""How far from guessing to perfect the border is worth a note."""


def of_files(subject: Subject) -> list[Found]:
    """Whether size, aspect, format, colours and compression of files predict the class."""
    found = _measured(subject, FILES)
    if not found or found["all"].low < SAID:
        return []
    finding = Finding(
        "A018",
        "inspect.audit.files_tell",
        _values(found),
        severity="warning" if found["all"].low >= GRAVE else "note",
    )
    return [replace(_found(subject, finding, found), exhibits=_examples(subject))]


def of_pixels(subject: Subject) -> list[Found]:
    """Whether brightness and contrast alone predict the class."""
    found = _measured(subject, PIXELS)
    if not found or found["all"].low < BRIGHT:
        return []
    finding = Finding("A019", "inspect.audit.pixels_tell", _values(found), severity="note")
    return [_found(subject, finding, found)]


def _facts(
    subject: Subject, names: tuple[str, ...], rows: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """Columns [rows, k] by name; those that are the same for all images are left out."""
    found: dict[str, NDArray[np.float64]] = {}
    table, listing = subject.images.items, subject.listing
    if names == PIXELS:
        gray = subject.gray[rows].reshape(len(rows), -1)
        found = {"brightness": gray.mean(axis=1)[:, None], "contrast": gray.std(axis=1)[:, None]}
    elif table is not None and table.width is not None and table.height is not None:
        width, height = (side[rows].astype(np.float64) for side in (table.width, table.height))
        formats = table.format
        kinds = sorted(set(formats))
        codes = np.array([kinds.index(formats[row]) for row in rows.tolist()])
        found = {
            "size": np.log2(width * height)[:, None],
            "aspect": np.log2(width / height)[:, None],
            "format": (codes[:, None] == np.arange(len(kinds))).astype(np.float64),
        }
        if listing is not None:
            paths = (listing.root / listing.items[row].path for row in rows.tolist())
            gray, steps = np.array([header(path) for path in paths], np.float64).T
            found |= {"colours": gray[:, None], "compression": np.log2(1 + steps)[:, None]}
    return {name: column for name, column in found.items() if np.ptp(column, axis=0).any()}


def header(path: Path) -> tuple[bool, float]:
    """From an image file's header: whether it is made for gray, and the mean step by which a
    JPEG's brightness is rounded (lower: better quality), 0 for other formats.

    Bytes per pixel would tell texture from smoothness, in which honest classes differ.
    """
    with open_image(path, limit=1 << 62) as picture:
        tables = getattr(picture, "quantization", None)
        step = float(np.mean(next(iter(tables.values())))) if tables else 0.0
        return is_gray(picture), step


def _measured(subject: Subject, names: tuple[str, ...]) -> dict[str, Auc]:
    """The AUC of all facts together and of each, on images that the trees were not fitted to."""
    if not subject.labelled:
        return {}
    from alih.evaluation.baselines import stratified

    labels = subject.labels
    enough = np.flatnonzero(np.bincount(labels)[labels] >= FOLDS)
    rows = enough[stratified(labels[enough], LIMIT, 0)] if len(enough) else enough
    if len(np.unique(labels[rows])) < 2:
        return {}
    facts = _facts(subject, names, rows)
    if not facts:
        return {}
    columns = {"all": np.concatenate(list(facts.values()), axis=1), **facts}
    return {name: _auc(column, labels[rows]) for name, column in columns.items()}


def _auc(columns: NDArray[np.float64], labels: NDArray[np.int64]) -> Auc:
    from sklearn.ensemble import RandomForestClassifier

    from alih.transfer.classifiers.fit import stratified_folds

    present, inner = np.unique(labels, return_inverse=True)
    folds = stratified_folds(inner, FOLDS, 0)
    scores = np.zeros((len(inner), len(present)))
    for fold in range(FOLDS):
        held = folds == fold
        trees = RandomForestClassifier(
            TREES, min_samples_leaf=3, class_weight="balanced", random_state=0, n_jobs=1
        )
        trees.fit(columns[~held], inner[~held])
        scores[np.ix_(held, trees.classes_)] = trees.predict_proba(columns[held])
    return macro_auc(scores, inner, FOLDS)


def _values(found: dict[str, Auc]) -> dict[str, Any]:
    whole = found["all"]
    best = max((name for name in found if name != "all"), key=lambda name: found[name].value)
    return {
        "auc": whole.value,
        "low": whole.low,
        "high": whole.high,
        "best": Phrase(f"inspect.audit.fact_{best}"),
        "own": found[best].value,
    }


def _examples(subject: Subject) -> list[Exhibit]:
    """Some images of the first classes, with what is known of their files."""
    table, found = subject.images.items, []
    assert table is not None, "facts of files are known"
    assert table.width is not None, "facts of files are known"
    assert table.height is not None, "facts of files are known"
    formats = table.format
    for label in range(min(CLASSES, len(subject.images.classes))):
        own = np.flatnonzero(subject.labels == label)
        for item in own[:: max(1, len(own) // EXAMPLES)][:EXAMPLES].tolist():
            width, height = int(table.width[item]), int(table.height[item])
            values = {"width": width, "height": height, "format": formats[item]}
            found.append(Exhibit((item,), Phrase("inspect.audit.file", values)))
    return found


def _found(subject: Subject, finding: Finding, found: dict[str, Auc]) -> Found:
    numbers = {name: {"auc": own.value, "ci95": [own.low, own.high]} for name, own in found.items()}
    gauges = [
        Gauge(Phrase(f"inspect.audit.fact_{name}"), own.value, own.low, own.high, False)
        for name, own in found.items()
    ]
    return Found(finding, numbers, gauges=gauges, subject=subject)


def surroundings(subject: Subject, viewer: Viewer) -> list[Found]:
    """Whether the border of images tells the class without what is in the middle."""
    if not subject.labelled:
        return []
    whole, border, centre = (viewer.told(viewer.few, view) for view in VIEWS)
    if whole is None or border is None or centre is None:
        return []
    majority = float(np.bincount(whole.labels).max() / len(whole.labels))
    if majority == 1:
        return []
    low, high = border.interval
    gain = (low - majority) / (1 - majority)
    if gain < SOME:
        return []
    enough = border.accuracy >= ALONE and whole.accuracy - border.accuracy <= LOST
    values = {
        "border": border.accuracy,
        "low": low,
        "high": high,
        "whole": whole.accuracy,
        "centre": centre.accuracy,
        "majority": majority,
        "model": viewer.named,
    }
    finding = Finding(
        "A020",
        "inspect.audit.border_tells",
        values,
        severity="warning" if enough else "note",
    )
    numbers = {key: value for key, value in values.items() if key != "model"} | {
        "images": len(whole.items)
    }
    gauges = [
        Gauge(Phrase(f"inspect.audit.view_{view}"), one.accuracy, *one.interval, True)
        for view, one in (("whole", whole), ("centre", centre), ("border", border))
    ]
    gauges.append(Gauge(Phrase("inspect.audit.view_majority"), majority, None, None, True))
    return [Found(finding, numbers, gauges=gauges, subject=subject)]
