"""Segmentation by class: IoU and Dice of every class and arm, pixel confusion matrices, and the
table of classes in the data.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import words
from alih.evaluation import segmentation
from alih.reports.kit import theme
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.tables import Table
from alih.reports.kit.theme import Plot
from alih.reports.study import figures
from alih.reports.study.data import split_note
from alih.runs.folder import CellFolder
from alih.words import formats

if TYPE_CHECKING:
    import numpy as np

OF_IOU = ("iou_macro", "iou_micro", "iou_foreground")
OF_DICE = ("dice_macro", "dice_micro", "pixel_accuracy")
PER_CLASS = ("iou", "dice", "precision", "recall", "boundary_f1")
SHOWN_ACROSS = 12
"""Up to this many classes stand as columns beside each other; with more, each class is a row and
each arm a column."""


def arrays_of(facts: Facts, group: Group, split: str = "test") -> Iterator[dict[str, np.ndarray]]:
    """What each finished replicate stored of a split, as `evaluation.segmentation` takes it, one
    after the other.
    """
    for cell in group.done:
        scores = cell.scores(split)
        if "counts" in scores:
            yield segmentation.with_background(scores, facts.classes)


def class_values(facts: Facts, group: Group) -> dict[str, np.ndarray] | None:
    """Values of every class on the test split, [replicates, C] each; None while nothing has
    finished.
    """
    import numpy as np

    found = [segmentation.per_class(arrays) for arrays in arrays_of(facts, group)]
    return {key: np.stack([one[key] for one in found]) for key in found[0]} if found else None


def counts(facts: Facts, group: Group) -> np.ndarray | None:
    """Pixels of the test split by true and predicted class [C, C], all finished replicates
    added.
    """
    found = [arrays["counts"].sum(axis=0) for arrays in arrays_of(facts, group)]
    return sum(found[1:], found[0]) if found else None


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


def overlap_table(
    facts: Facts, groups: Sequence[Group], kind: str, metrics: Sequence[str]
) -> Table:
    """IoU or Dice (`kind`) of each class beside the averages of the arm; arms as rows, or as
    columns with many classes.
    """
    values = {group.label: class_values(facts, group) for group in groups}
    rows = []
    for group in groups:
        own, stored = values[group.label], facts.results(group).metrics
        cells = [spread(own[kind][:, c]) if own else "–" for c in range(len(facts.classes))]
        entries = [stored.get(metric) for metric in metrics]
        cells += [
            formats.spread(m, e.mean if e else None, e.sd if e else None)
            for m, e in zip(metrics, entries, strict=True)
        ]
        rows.append([group.label, *cells])
    columns = [
        facts.say("arm"),
        *facts.classes,
        *(formats.metric_name(metric) for metric in metrics),
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
    return (
        f"{facts.carried('test', groups)} "
        f"{facts.say('masks_averaging', background=_background(facts))}"
    )


def _background(facts: Facts) -> str:
    return facts.classes[segmentation.background(facts.classes)]


def class_table(facts: Facts, group: Group) -> Table:
    """IoU, Dice, precision, recall and boundary F1 of every class of one arm, with the class's
    share of the true pixels.
    """
    values = class_values(facts, group)
    assert values is not None, "called for groups with results"
    pixels = values["pixels"].sum(axis=0)
    rows = [
        [
            name,
            *(spread(values[key][:, c]) for key in PER_CLASS),
            formats.value("accuracy", float(pixels[c] / max(pixels.sum(), 1)), 1),
        ]
        for c, name in enumerate(facts.classes)
    ]
    columns = [facts.say("class"), "IoU", "Dice", facts.say("precision"), facts.say("recall")]
    columns += [formats.metric_name("boundary_f1"), facts.say("masks_pixel_share")]
    size = facts.data.image_size if facts.data else None
    note = facts.carried("test", [group])
    if size:
        pixels_within = words.number(segmentation.tolerance(size, size), 1)
        note += " " + facts.say("masks_tolerance", pixels=pixels_within, size=size)
    return Table(
        f"classes-{group.slug}",
        facts.say("masks_class_caption", arm=group.label),
        columns,
        rows,
        note=note,
    )


def matrix_cells(matrix: np.ndarray) -> list[list[dict[str, Any]]]:
    """Rows of the confusion matrix for the page: per cent of the true class with one decimal, shade
    0-100.
    """
    totals = matrix.sum(axis=1)
    return [
        [
            {
                "text": _per_cent(int(count), int(totals[row])),
                "shade": round(100 * count / totals[row]) if totals[row] else 0,
                "diagonal": row == column,
            }
            for column, count in enumerate(line)
        ]
        for row, line in enumerate(matrix.tolist())
    ]


def _per_cent(count: int, total: int) -> str:
    if not count:
        return "·"
    share = 100 * count / total
    return words.number(share, 1) if share >= 0.05 else "<" + words.number(0.1, 1)


def matrix_note(facts: Facts, group: Group, matrix: np.ndarray) -> str:
    """Split, images, replicates and pixels behind a confusion matrix."""
    return (
        f"{facts.carried('test', [group])} "
        f"{facts.say('masks_pixels', n=words.number(int(matrix.sum()), 0))}"
    )


def confusion_table(facts: Facts, group: Group, matrix: np.ndarray) -> Table:
    """Pixel counts of the confusion matrix as a table for CSV, Markdown and LaTeX."""
    rows = [
        [name, *(str(int(n)) for n in line)]
        for name, line in zip(facts.classes, matrix, strict=True)
    ]
    columns = [facts.say("true_by_predicted"), *facts.classes]
    caption = facts.say("masks_confusion_table_caption", arm=group.label)
    return Table(
        f"confusion-{group.slug}", caption, columns, rows, note=matrix_note(facts, group, matrix)
    )


def iou_figure(facts: Facts, groups: Sequence[Group], folder: Path) -> Plot:
    """IoU of every class as a dot per arm, mean over replicates."""
    import numpy as np

    means = []
    for group in groups:
        values = class_values(facts, group)
        assert values is not None, "called for groups with results"
        own = values["iou"]
        known = np.isfinite(own)
        total = np.where(known, own, 0).sum(axis=0)
        means.append(np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan))
    figure, hardest = figures.dots_per_class(groups, means, facts.classes, "IoU (%)")
    alt = facts.say(
        "masks_iou_alt", arms=formats.listing([g.label for g in groups]), hardest=hardest
    )
    suffix = groups[0].slug.removeprefix(groups[0].arm)
    caption = f"{facts.say('masks_iou_figure_caption')} {facts.carried('test', groups)}"
    return theme.finish(figure, folder, f"iou-per-class{suffix}", alt, caption)


def data_table(facts: Facts) -> Table | None:
    """The classes of the masks: ids that stand for them and their share of the pixels; None while
    nothing has finished.
    """
    cell = max(facts.done, key=lambda done: done.card.items.train, default=None)
    if cell is None:
        return None
    ids = (facts.data.masks if facts.data else None) or {}
    shares = {}
    for split in ("validation", "test"):
        stored = cell.scores(split)
        pixels = stored["counts"].sum(axis=(0, 2)) if "counts" in stored else None
        if pixels is not None and pixels.sum():
            shares[split] = pixels / pixels.sum()
    rows = []
    for c, name in enumerate(facts.classes):
        parts = [formats.value("accuracy", float(share[c]), 1) for share in shares.values()]
        rows.append([name, _ids(ids.get(name)), *parts])
    if "ignore" in ids:
        rows.append([facts.say("masks_ignored"), _ids(ids["ignore"]), *["–" for _ in shares]])
    columns = [
        facts.say("class"),
        facts.say("masks_ids"),
        *(facts.say(f"masks_share_{split}") for split in shares),
    ]
    return Table(
        "data", facts.say("masks_data_caption"), columns, rows, note=_data_note(facts, cell)
    )


def _data_note(facts: Facts, cell: CellFolder) -> str:
    """How many images trained, validated and tested a cell, and where they come from."""
    items = cell.card.items
    # After a refit, those of validation are counted among those that train in the end.
    trained = items.train - (items.validation if facts.study.refit else 0)
    counts = {"train": trained, "validation": items.validation, "test": items.test}
    shown = {split: words.number(count, 0) for split, count in counts.items()}
    key = "masks_data_note_paper" if facts.study.protocol == "paper" else "masks_data_note"
    return f"{facts.say(key, replicate=cell.cell.replicate, **shown)} {split_note(facts)}"


def _ids(found: Any) -> str:
    return ", ".join(map(str, found)) if found else "–"
