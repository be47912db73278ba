"""Per-class results, confusion matrices, and the images that went wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from alih import words
from alih.evaluation.confused import confused_pairs as find_pairs
from alih.evaluation.metrics import (
    PER_CLASS,
    ClassCounts,
    averaged,
    class_counts,
    confusion,
    per_class,
)
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.pictures import thumbnail
from alih.reports.kit.tables import Table
from alih.reports.study.figures import words_percent
from alih.words import formats

if TYPE_CHECKING:
    import numpy as np

HIGHEST_LOSS, CONFUSED_PAIR = 0, 1
PAIRS_SHOWN, IMAGES_SHOWN, THUMBNAILS_PER_PAIR = 6, 12, 6
MATRIX_AS_TEXT = 20
MATRIX_CLASSES = 1000
"""Classes beyond which no matrix and no row per class is drawn: a picture has fewer pixels than
that."""


@dataclass(frozen=True)
class Picture:
    """One image: data URI, what was true, said and lost, whether the answer is right, and its file
    where the set consists of files.
    """

    uri: str
    true: str
    predicted: str
    right: bool
    loss: str
    item: int
    alt: str
    file: str = ""


@dataclass(frozen=True)
class Pair:
    """A true class, the class it was taken for, how often, and images of it."""

    true: str
    predicted: str
    count: str
    share: str
    pictures: list[Picture]


@dataclass(frozen=True)
class Counted:
    """A group's answers on the test split: counts per class of each finished replicate, and all of
    them by true and predicted class.

    `images` [C] counts each test image once, however many replicates answered it. `matrix` [C, C]
    is None for more than MATRIX_CLASSES classes.
    """

    group: Group
    each: tuple[ClassCounts, ...]
    images: np.ndarray
    decisions: int
    matrix: np.ndarray | None

    @cached_property
    def scores(self) -> dict[str, np.ndarray]:
        """Precision, recall and f1 [C], each the mean over the replicates in which the class occurs
        among labels or answers; NaN where it never does.
        """
        import numpy as np

        present = np.stack([counts.present for counts in self.each])
        tables = [per_class(counts) for counts in self.each]
        return {
            key: np.divide(
                np.where(present, np.stack([table[key] for table in tables]), 0.0).sum(0),
                present.sum(0),
                out=np.full(present.shape[1], np.nan),
                where=present.any(0),
            )
            for key in PER_CLASS
        }

    def mean(self, weighted: bool) -> list[float]:
        """Precision, recall and f1 averaged over classes, then over replicates: by their images, or
        all alike.
        """
        rows = [averaged(counts, weighted) for counts in self.each]
        return [sum(row[key] for row in rows) / len(rows) for key in PER_CLASS]

    @property
    def accuracy(self) -> float:
        """The mean over replicates."""
        shares = [counts.hits.sum() / counts.support.sum() for counts in self.each]
        return float(sum(shares) / len(shares))


def counted(group: Group, classes: Sequence[str]) -> Counted | None:
    """The group's answers counted; None when nothing has finished."""
    import numpy as np

    pooled = group.pooled("test")
    if not pooled:
        return None
    own = [cell.scores("test") for cell in group.done]
    _, once = np.unique(pooled["item"], return_index=True)
    return Counted(
        group,
        tuple(class_counts(one["label"], one["prediction"], len(classes)) for one in own if one),
        np.bincount(pooled["label"][once], minlength=len(classes)),
        len(pooled["label"]),
        confusion(pooled["label"], pooled["prediction"], len(classes))
        if len(classes) <= MATRIX_CLASSES
        else None,
    )


def class_table(facts: Facts, of: Counted) -> Table:
    """Precision, recall and F1 of every class on the test split with the last rows of
    scikit-learn's `classification_report`, each averaged over replicates.
    """

    def row(name: str, values: Sequence[float], images: int) -> list[str]:
        shown = (None if math.isnan(value) else float(value) for value in values)
        cells = [formats.value("accuracy", value) for value in shown]
        return [name, *cells, words.number(images, 0)]

    rows = [
        row(name, [of.scores[key][c] for key in PER_CLASS], int(of.images[c]))
        for c, name in enumerate(facts.classes)
    ]
    images = int(of.images.sum())
    accuracy = formats.value("accuracy", of.accuracy)
    rows += [
        [facts.say("report_accuracy"), "", "", accuracy, words.number(images, 0)],
        row(facts.say("report_macro"), of.mean(weighted=False), images),
        row(facts.say("report_weighted"), of.mean(weighted=True), images),
    ]
    columns = [facts.say(key) for key in ("class", "precision", "recall")] + [
        "F1",
        facts.say("support"),
    ]
    group = of.group
    return Table(
        f"classes-{group.slug}",
        facts.say("classes_caption", arm=group.label),
        columns,
        rows,
        note=facts.say("classes_note", carried=facts.carried("test", [group])),
        muted=frozenset(range(len(rows) - 3, len(rows))),
    )


def pooled_note(facts: Facts, group: Group, decisions: int, split: str) -> str:
    """Split, number of decisions and replicates of pooled counts (law 8)."""
    return facts.say(
        "pooled_note",
        split=facts.split_name(split),
        n=words.number(decisions, 0),
        replicates=formats.count("replicates", group.replicates),
    )


def matrix_cells(matrix: np.ndarray) -> list[list[dict[str, Any]]]:
    """Rows of the confusion matrix for the page: count, whole percentage of the row, shade
    0-100.
    """
    totals = matrix.sum(1)
    return [
        [
            {
                "count": int(count),
                "percent": words_percent(count / totals[row]) if totals[row] else "0",
                "shade": round(100 * count / totals[row]) if totals[row] else 0,
                "diagonal": row == column,
            }
            for column, count in enumerate(line)
        ]
        for row, line in enumerate(matrix.tolist())
    ]


def confusion_table(facts: Facts, group: Group, matrix: np.ndarray) -> Table:
    """The counts of the confusion matrix as a table for CSV, Markdown and LaTeX."""
    rows = [
        [name, *(str(int(n)) for n in line)]
        for name, line in zip(facts.classes, matrix, strict=True)
    ]
    corner = facts.say("true_by_predicted")
    note = pooled_note(facts, group, int(matrix.sum()), "test")
    return Table(
        f"confusion-{group.slug}",
        facts.say("confusion_table_caption", arm=group.label),
        [corner, *facts.classes],
        rows,
        1,
        note,
    )


EXAMPLE = ("image", "item", "label", "prediction", "log_loss")


def _examples(group: Group, kind: int) -> list[dict[str, Any]]:
    found = []
    for cell in group.done:
        arrays = cell.arrays("examples", ("kind", *EXAMPLE))
        if arrays is None:
            continue
        for index in (arrays["kind"] == kind).nonzero()[0]:
            found.append({key: arrays[key][index] for key in EXAMPLE})
    return found


def picture(facts: Facts, example: dict[str, Any], split: str = "validation") -> Picture:
    """An image of a split with its answer."""
    names = facts.file_names if split == "validation" else facts.test_file_names
    true, predicted = (
        facts.classes[int(example["label"])],
        facts.classes[int(example["prediction"])],
    )
    right = int(example["label"]) == int(example["prediction"])
    loss = words.number(float(example["log_loss"]), 2)
    alt = facts.say("picture_alt", true=true, predicted=predicted)
    item = int(example["item"])
    return Picture(
        thumbnail(example["image"]),
        true,
        predicted,
        right,
        loss,
        item,
        alt,
        names.get(item, ""),
    )


def _distinct(examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each image once, with its highest loss, the highest first."""
    seen: dict[int, dict[str, Any]] = {}
    for example in sorted(examples, key=lambda e: -float(e["log_loss"])):
        seen.setdefault(int(example["item"]), example)
    return list(seen.values())


def worst_answers(facts: Facts, group: Group) -> list[Picture]:
    """Stored validation images over all replicates, each once: those that were taken for another
    class, then those that nearly were, in both the highest loss first.
    """
    found = _distinct(_examples(group, HIGHEST_LOSS) + _examples(group, CONFUSED_PAIR))
    found.sort(key=lambda e: int(e["label"]) == int(e["prediction"]))
    return [picture(facts, example) for example in found[:IMAGES_SHOWN]]


def confused_pairs(facts: Facts, group: Group) -> list[Pair]:
    """The most frequent confusions on validation, pooled over replicates, with stored images of
    each.
    """
    pooled = group.pooled("validation")
    if not pooled:
        return []
    support = class_counts(pooled["label"], pooled["prediction"], len(facts.classes)).support
    found = _distinct(_examples(group, CONFUSED_PAIR) + _examples(group, HIGHEST_LOSS))
    pairs = []
    for true, predicted, count in find_pairs(pooled["label"], pooled["prediction"], PAIRS_SHOWN):
        images = [
            e for e in found if int(e["label"]) == true and int(e["prediction"]) == predicted
        ][:THUMBNAILS_PER_PAIR]
        pairs.append(
            Pair(
                facts.classes[true],
                facts.classes[predicted],
                words.number(count, 0),
                formats.value("accuracy", float(count / support[true]), 1),
                [picture(facts, example) for example in images],
            )
        )
    return pairs
