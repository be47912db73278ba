"""Scores of every class on the test split, of images or of pixels: tables, matrices, dots."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import words
from alih.evaluation import metrics, segmentation
from alih.evaluation.metrics import ClassCounts
from alih.reports.kit import theme
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.tables import Table
from alih.reports.kit.theme import Plot
from alih.reports.study import figures
from alih.words import formats

if TYPE_CHECKING:
    import numpy as np

OF_IOU = ("iou_macro", "iou_micro", "iou_foreground")
OF_DICE = ("dice_macro", "dice_micro", "pixel_accuracy")
OF_PIXELS = ("iou", "dice", "precision", "recall", "boundary_f1")
SHOWN_ACROSS = 12
"""Up to this many classes stand as columns beside each other; with more, each class is a row and
each arm a column."""
MATRIX_AS_TEXT = 20
MATRIX_CLASSES = 1000
"""Classes beyond which no matrix and no row per class is drawn: a picture has fewer pixels than
that."""


@dataclass(frozen=True)
class ClassScores:
    """A group's scores by class: `values` [replicates, C] by name, NaN where a class has none.

    `size` [C]: test images of each class, each once however many replicates answered it, or true
    pixels. `matrix` [C, C] counts `total` answers of all replicates by true and predicted class; it
    is None for more than MATRIX_CLASSES classes. `counts`: of images, by replicate; empty for
    pixels.
    """

    group: Group
    values: Mapping[str, np.ndarray]
    size: np.ndarray
    total: int
    matrix: np.ndarray | None
    counts: tuple[ClassCounts, ...] = ()

    def means(self, name: str) -> np.ndarray:
        """The mean [C] over the replicates that have a value, NaN where none has."""
        import numpy as np

        known = np.isfinite(self.values[name])
        total = np.where(known, self.values[name], 0.0).sum(axis=0)
        return np.divide(total, known.sum(0), out=np.full(total.shape, np.nan), where=known.any(0))

    def mean(self, weighted: bool) -> list[float]:
        """Precision, recall and f1 averaged over classes, then over replicates: by their images, or
        all alike.
        """
        rows = [metrics.averaged(counts, weighted) for counts in self.counts]
        return [sum(row[key] for row in rows) / len(rows) for key in metrics.PER_CLASS]

    @property
    def accuracy(self) -> float:
        """The mean over replicates."""
        shares = [counts.hits.sum() / counts.support.sum() for counts in self.counts]
        return float(sum(shares) / len(shares))


def scores_of(facts: Facts, group: Group) -> ClassScores | None:
    """The group's scores by class; None while nothing has finished."""
    pixels = facts.study.task == "segmentation"
    return (of_pixels if pixels else of_images)(group, facts.classes)


def of_images(group: Group, classes: Sequence[str]) -> ClassScores | None:
    """Answers to whole images, counted; None while nothing has finished."""
    import numpy as np

    pooled, size = group.pooled("test"), len(classes)
    if not pooled:
        return None
    own = [scores for cell in group.done if (scores := cell.scores("test"))]
    counts = tuple(metrics.class_counts(one["label"], one["prediction"], size) for one in own)
    present = np.stack([one.present for one in counts])
    tables = [metrics.per_class(one) for one in counts]
    _, once = np.unique(pooled["item"], return_index=True)
    matrix = None
    if size <= MATRIX_CLASSES:
        matrix = metrics.confusion(pooled["label"], pooled["prediction"], size)
    return ClassScores(
        group,
        {
            key: np.where(present, np.stack([table[key] for table in tables]), np.nan)
            for key in metrics.PER_CLASS
        },
        np.bincount(pooled["label"][once], minlength=size),
        len(pooled["label"]),
        matrix,
        counts,
    )


def of_pixels(group: Group, classes: Sequence[str]) -> ClassScores | None:
    """Answers to pixels, counted; None while nothing has finished."""
    import numpy as np

    # One replicate after the other: a split's counts may be large.
    found, matrices = [], []
    for arrays in _pixel_counts(group, classes):
        found.append(segmentation.per_class(arrays))
        matrices.append(arrays["counts"].sum(axis=0))
    if not found:
        return None
    values = {key: np.stack([one[key] for one in found]) for key in OF_PIXELS}
    pixels, matrix = np.sum([one["pixels"] for one in found], axis=0), np.sum(matrices, axis=0)
    return ClassScores(group, values, pixels, int(matrix.sum()), matrix)


def _pixel_counts(group: Group, classes: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
    for cell in group.done:
        scores = cell.scores("test")
        if "counts" in scores:
            yield segmentation.with_background(scores, list(classes))


def spread(values: np.ndarray) -> str:
    """Mean ± standard deviation of shares over the replicates that have a value; a dash where none
    has.
    """
    known = [float(value) for value in values if math.isfinite(value)]
    if not known:
        return "–"
    mean = sum(known) / len(known)
    sd = (
        math.sqrt(sum((value - mean) ** 2 for value in known) / (len(known) - 1))
        if len(known) > 1
        else None
    )
    return formats.spread("iou_macro", mean, sd)


def class_table(facts: Facts, of: ClassScores) -> Table:
    """Scores of every class of one arm.

    Of images: precision, recall and F1, each averaged over replicates, with the last rows of
    scikit-learn's `classification_report`. Of pixels: IoU, Dice and more with their spread, and the
    class's share of the true pixels.
    """
    names = metrics.PER_CLASS if of.counts else OF_PIXELS
    columns = [facts.say("class"), *(_score_name(facts, name) for name in names)]
    if of.counts:
        columns.append(facts.say("support"))
        cells = [[_mean(value) for value in of.means(name)] for name in names]
        cells.append([words.number(int(count), 0) for count in of.size])
        averages = _averages(facts, of)
    else:
        columns.append(facts.say("masks_pixel_share"))
        cells = [[spread(column) for column in of.values[name].T] for name in names]
        shares = of.size / max(of.size.sum(), 1)
        cells.append([formats.value("accuracy", float(share), 1) for share in shares])
        averages = []
    rows = [list(row) for row in zip(facts.classes, *cells, strict=True)] + averages
    return Table(
        f"classes-{of.group.slug}",
        facts.say("classes_caption", arm=of.group.label),
        columns,
        rows,
        note=_classes_note(facts, of),
        muted=frozenset(range(len(facts.classes), len(rows))),
    )


def _mean(value: float) -> str:
    return formats.value("accuracy", None if math.isnan(value) else float(value))


def _averages(facts: Facts, of: ClassScores) -> list[list[str]]:
    images = words.number(int(of.size.sum()), 0)
    rows = [[facts.say("report_accuracy"), "", "", formats.value("accuracy", of.accuracy), images]]
    for key, weighted in (("report_macro", False), ("report_weighted", True)):
        rows.append([facts.say(key), *map(_mean, of.mean(weighted)), images])
    return rows


def _score_name(facts: Facts, name: str) -> str:
    if name == "boundary_f1":
        return formats.metric_name(name)
    return {"f1": "F1", "iou": "IoU", "dice": "Dice"}.get(name) or facts.say(name)


def _classes_note(facts: Facts, of: ClassScores) -> str:
    carried = facts.carried("test", [of.group])
    if of.counts:
        return facts.say("classes_note", carried=carried)
    size = facts.data.image_size if facts.data else None
    if not size:
        return carried
    pixels = words.number(segmentation.tolerance(size, size), 1)
    return f"{carried} {facts.say('masks_tolerance', pixels=pixels, size=size)}"


def overlap_table(
    facts: Facts, scored: Sequence[ClassScores], kind: str, averages: Sequence[str]
) -> Table:
    """IoU or Dice (`kind`) of each class beside the averages of the arm; arms as rows, or as
    columns with many classes.
    """
    rows, groups = list[list[str]](), [of.group for of in scored]
    for of in scored:
        group, stored = of.group, facts.results(of.group).metrics
        cells = [spread(column) for column in of.values[kind].T]
        entries = [stored.get(metric) for metric in averages]
        cells += [
            formats.spread(m, e.mean if e else None, e.sd if e else None)
            for m, e in zip(averages, entries, strict=True)
        ]
        rows.append([group.label, *cells])
    columns = [
        facts.say("arm"),
        *facts.classes,
        *(formats.metric_name(metric) for metric in averages),
    ]
    if len(facts.classes) > SHOWN_ACROSS:
        turned = [list(column) for column in zip(columns, *rows, strict=True)]
        columns, rows = [facts.say("class"), *turned[0][1:]], turned[1:]
    suffix = groups[0].slug.removeprefix(groups[0].arm)
    return Table(
        f"{kind}-per-class{suffix}",
        facts.say(f"masks_{kind}_caption"),
        columns,
        rows,
        note=averaging_note(facts, groups),
    )


def averaging_note(facts: Facts, groups: Sequence[Group]) -> str:
    """Split, images, replicates, and how numbers of segmentation are averaged (law 8)."""
    background = facts.classes[segmentation.background(facts.classes)]
    return f"{facts.carried('test', groups)} {facts.say('masks_averaging', background=background)}"


def pooled_note(facts: Facts, group: Group, count: int, split: str, unit: str = "decisions") -> str:
    """Split, number of decisions (`unit`: or of pixels) and replicates of pooled counts (law 8)."""
    return facts.say(
        "pooled_note",
        split=facts.split_name(split),
        n=words.number(count, 0),
        unit=facts.say(f"unit_{unit}"),
        replicates=formats.count("replicates", group.replicates),
    )


def matrix_note(facts: Facts, of: ClassScores) -> str:
    """What a confusion matrix counts."""
    unit = "decisions" if of.counts else "pixels"
    return pooled_note(facts, of.group, of.total, "test", unit)


def matrix_cells(matrix: np.ndarray, digits: int, counted: bool) -> list[list[dict[str, Any]]]:
    """Rows of a confusion matrix for the page: per cent of the true class, the count where it is
    `counted`, shade 0-100.
    """
    totals = matrix.sum(axis=1)
    return [
        [
            {
                "text": _per_cent(int(count), int(totals[row]), digits),
                "count": str(count) if counted and count else "",
                "shade": round(100 * count / totals[row]) if totals[row] else 0,
                "diagonal": row == column,
            }
            for column, count in enumerate(line)
        ]
        for row, line in enumerate(matrix.tolist())
    ]


def _per_cent(count: int, total: int, digits: int) -> str:
    """A share without its sign: a dot for nothing, `<1` for what would round to nothing."""
    if not count:
        return "·"
    share, least = 100 * count / total, 10.0**-digits
    return words.number(share, digits) if share >= least / 2 else "<" + words.number(least, digits)


def confusion_table(facts: Facts, of: ClassScores, matrix: np.ndarray) -> Table:
    """The counts of a confusion matrix as a table for CSV, Markdown and LaTeX."""
    rows = [
        [name, *(str(int(n)) for n in line)]
        for name, line in zip(facts.classes, matrix, strict=True)
    ]
    return Table(
        f"confusion-{of.group.slug}",
        facts.say("confusion_table_caption", arm=of.group.label),
        [facts.say("true_by_predicted"), *facts.classes],
        rows,
        note=matrix_note(facts, of),
    )


def dots(facts: Facts, scored: Sequence[ClassScores], name: str, folder: Path) -> Plot:
    """F1 or IoU (`name`) of every class as a dot per arm, mean over replicates."""
    groups, shown = [of.group for of in scored], _score_name(facts, name)
    means = [of.means(name) for of in scored]
    figure, hardest = figures.dots_per_class(groups, means, facts.classes, f"{shown} (%)")
    arms = formats.listing([group.label for group in groups])
    alt = facts.say("class_dots_alt", name=shown, arms=arms, hardest=hardest)
    suffix = groups[0].slug.removeprefix(groups[0].arm)
    caption = f"{facts.say('class_dots_caption', name=shown)} {facts.carried('test', groups)}"
    return theme.finish(figure, folder, f"{name}-per-class{suffix}", alt, caption)
