"""Per-class results, confusion matrices, and the images that went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alih.evaluation.confused import confused_pairs as find_pairs
from alih.evaluation.metrics import ClassCounts, class_counts, confusion, per_class
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
    """One validation image: data URI, what was true, said and lost, and its file where the set
    consists of files.
    """

    uri: str
    true: str
    predicted: str
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
    """A group's answers on the test split, pooled over the finished replicates: per class, and by
    true and predicted class.

    `matrix` [C, C] is None for more than MATRIX_CLASSES classes.
    """

    group: Group
    counts: ClassCounts
    matrix: np.ndarray | None

    @property
    def decisions(self) -> int:
        """Items that were answered."""
        return int(self.counts.support.sum())


def counted(group: Group, classes: Sequence[str]) -> Counted | None:
    """The group's answers counted; None when nothing has finished."""
    pooled = group.pooled("test")
    if not pooled:
        return None
    given = pooled["label"], pooled["prediction"], len(classes)
    return Counted(
        group, class_counts(*given), confusion(*given) if len(classes) <= MATRIX_CLASSES else None
    )


def class_table(facts: Facts, of: Counted) -> Table:
    """Precision, recall and F1 of every class on the test split, pooled over replicates, with macro
    averages.
    """
    group, scores = of.group, per_class(of.counts)
    rows = [
        [
            name,
            *(
                formats.value("accuracy", float(scores[key][c]), facts.lang)
                for key in ("precision", "recall", "f1")
            ),
            facts.number(int(scores["support"][c])),
        ]
        for c, name in enumerate(facts.classes)
    ]
    # Macro averages as scikit-learn's: over classes that occur among labels or predictions.
    present = of.counts.present
    macro = [
        formats.value("accuracy", float(scores[key][present].mean()), facts.lang)
        for key in ("precision", "recall", "f1")
    ]
    rows.append([facts.say("macro_mean"), *macro, facts.number(of.decisions)])
    columns = [facts.say(key) for key in ("class", "precision", "recall")] + [
        "F1",
        facts.say("support"),
    ]
    return Table(
        f"classes-{group.slug}",
        facts.say("classes_caption", arm=group.label),
        columns,
        rows,
        note=pooled_note(facts, group, of.decisions, "test"),
        muted=frozenset({len(rows) - 1}),
    )


def pooled_note(facts: Facts, group: Group, decisions: int, split: str) -> str:
    """Split, number of decisions and replicates of pooled counts (law 8)."""
    return facts.say(
        "pooled_note",
        split=formats.split_name(split, facts.lang),
        n=facts.number(decisions),
        replicates=formats.count("replicates", group.replicates, facts.lang),
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


def _picture(facts: Facts, example: dict[str, Any]) -> Picture:
    true, predicted = (
        facts.classes[int(example["label"])],
        facts.classes[int(example["prediction"])],
    )
    loss = facts.number(float(example["log_loss"]), 2)
    alt = facts.say("picture_alt", true=true, predicted=predicted)
    item = int(example["item"])
    return Picture(
        thumbnail(example["image"]),
        true,
        predicted,
        loss,
        item,
        alt,
        facts.file_names.get(item, ""),
    )


def _distinct(examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each image once, with its highest loss, the highest first."""
    seen: dict[int, dict[str, Any]] = {}
    for example in sorted(examples, key=lambda e: -float(e["log_loss"])):
        seen.setdefault(int(example["item"]), example)
    return list(seen.values())


def highest_loss(facts: Facts, group: Group) -> list[Picture]:
    """The validation images with the highest loss over all replicates, each image once."""
    return [
        _picture(facts, example)
        for example in _distinct(_examples(group, HIGHEST_LOSS))[:IMAGES_SHOWN]
    ]


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
                facts.number(count),
                formats.value("accuracy", float(count / support[true]), facts.lang, 1),
                [_picture(facts, example) for example in images],
            )
        )
    return pairs
