"""Per-class results, confusion matrices, and the images that went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alih.evaluation.metrics import confusion, per_class
from alih.reports import formats
from alih.reports.facts import Facts, Group
from alih.reports.figures import words_percent
from alih.reports.pictures import thumbnail
from alih.reports.tables import Table

if TYPE_CHECKING:
    import numpy as np

HIGHEST_LOSS, CONFUSED_PAIR = 0, 1
PAIRS_SHOWN, IMAGES_SHOWN, THUMBNAILS_PER_PAIR = 6, 12, 6
MATRIX_AS_TEXT = 20


@dataclass(frozen=True)
class Picture:
    """One validation image: data URI, what was true, said and lost, and its file where the set consists of files."""

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


def counts(group: Group, split: str, classes: Sequence[str]) -> np.ndarray | None:
    """Confusion counts [C, C] pooled over the finished replicates; None when nothing has finished."""
    pooled = group.pooled(split)
    return confusion(pooled["label"], pooled["prediction"], len(classes)) if pooled else None


def class_table(facts: Facts, group: Group, matrix: np.ndarray) -> Table:
    """Precision, recall and F1 of every class on the test split, pooled over replicates, with macro averages."""
    scores = per_class(matrix)
    rows = [
        [
            name,
            *(formats.value("accuracy", float(scores[key][c]), facts.lang) for key in ("precision", "recall", "f1")),
            facts.number(int(scores["support"][c])),
        ]
        for c, name in enumerate(facts.classes)
    ]
    # Macro averages as scikit-learn's: over classes that occur among labels or predictions.
    present = (matrix.sum(0) + matrix.sum(1)) > 0
    macro = [formats.value("accuracy", float(scores[key][present].mean()), facts.lang) for key in ("precision", "recall", "f1")]
    rows.append([facts.say("macro_mean"), *macro, facts.number(int(matrix.sum()))])
    columns = [facts.say(key) for key in ("class", "precision", "recall")] + ["F1", facts.say("support")]
    return Table(
        f"classes-{group.slug}",
        facts.say("classes_caption", arm=group.label),
        columns,
        rows,
        note=pooled_note(facts, group, int(matrix.sum()), "test"),
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
    """Rows of the confusion matrix for the page: count, whole percentage of the row, shade 0-100."""
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
    rows = [[name, *(str(int(n)) for n in line)] for name, line in zip(facts.classes, matrix, strict=True)]
    corner = facts.say("true_by_predicted")
    note = pooled_note(facts, group, int(matrix.sum()), "test")
    return Table(
        f"confusion-{group.slug}", facts.say("confusion_table_caption", arm=group.label), [corner, *facts.classes], rows, 1, note
    )


def _examples(group: Group, kind: int) -> list[dict[str, Any]]:
    found = []
    for cell in group.done:
        arrays = cell.arrays("examples")
        if arrays is None:
            continue
        for index in (arrays["kind"] == kind).nonzero()[0]:
            found.append({key: arrays[key][index] for key in ("image", "item", "label", "prediction", "log_loss")})
    return found


def _picture(facts: Facts, example: dict[str, Any]) -> Picture:
    true, predicted = facts.classes[int(example["label"])], facts.classes[int(example["prediction"])]
    loss = facts.number(float(example["log_loss"]), 2)
    alt = facts.say("picture_alt", true=true, predicted=predicted)
    item = int(example["item"])
    return Picture(thumbnail(example["image"]), true, predicted, loss, item, alt, facts.file_names.get(item, ""))


def _distinct(examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each image once, with its highest loss, the highest first."""
    seen: dict[int, dict[str, Any]] = {}
    for example in sorted(examples, key=lambda e: -float(e["log_loss"])):
        seen.setdefault(int(example["item"]), example)
    return list(seen.values())


def highest_loss(facts: Facts, group: Group) -> list[Picture]:
    """The validation images with the highest loss over all replicates, each image once."""
    return [_picture(facts, example) for example in _distinct(_examples(group, HIGHEST_LOSS))[:IMAGES_SHOWN]]


def confused_pairs(facts: Facts, group: Group) -> list[Pair]:
    """The most frequent confusions on validation, pooled over replicates, with stored images of each."""
    matrix = counts(group, "validation", facts.classes)
    if matrix is None:
        return []
    wrong = matrix.copy()
    for index in range(len(wrong)):
        wrong[index, index] = 0
    found = _distinct(_examples(group, CONFUSED_PAIR) + _examples(group, HIGHEST_LOSS))
    pairs = []
    for flat in wrong.ravel().argsort(kind="stable")[::-1][:PAIRS_SHOWN]:
        true, predicted = divmod(int(flat), len(wrong))
        if not wrong[true, predicted]:
            break
        images = [e for e in found if int(e["label"]) == true and int(e["prediction"]) == predicted][:THUMBNAILS_PER_PAIR]
        share = wrong[true, predicted] / matrix[true].sum()
        pairs.append(
            Pair(
                facts.classes[true],
                facts.classes[predicted],
                facts.number(int(wrong[true, predicted])),
                formats.value("accuracy", float(share), facts.lang, 1),
                [_picture(facts, example) for example in images],
            )
        )
    return pairs
