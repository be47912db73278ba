"""Predicted masks beside their images: for each arm its best, median and worst, and what the arms
dispute most.

All arms are shown on the same few validation images (`pictures/seed-0.npz` of the study folder)
with the predictions that replicate 0 of each arm left in its `examples.npz`.
"""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alih.reports.kit import mask_colours as masks
from alih.reports.kit import theme
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.pictures import data_uri, jpeg, montage, png
from alih.runs.folder import StudyFolder
from alih.words import formats

if TYPE_CHECKING:
    import numpy as np

REPLICATE = 0
DISPUTED = 4
RANKS = ("best", "median", "worst")
PANELS = ("input", "true_mask", "prediction", "overlay", "errors")
INCHES = 1.35
"""Side of one picture on the sheets that lie beside the page."""
LEGEND_COLUMNS = 5


@dataclass(frozen=True)
class Scene:
    """One stored validation image [h, w, c] with its true mask [h, w]."""

    item: int
    image: np.ndarray
    mask: np.ndarray


@dataclass(frozen=True)
class Answer:
    """What an arm predicted for a scene, with that image's macro IoU (NaN where it has none)."""

    prediction: np.ndarray
    iou: float


@dataclass(frozen=True)
class Picture:
    """One picture of the page: its data and what it shows in words."""

    uri: str
    alt: str
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A table row of pictures under the name of its image, and its file where that was noted."""

    head: str
    note: str
    pictures: list[Picture]
    file: str = ""


def scenes(facts: Facts) -> dict[int, Scene]:
    """The stored validation images by item, empty where none were stored."""
    arrays = StudyFolder(facts.root).pictures()
    if arrays is None:
        return {}
    rows = zip(arrays["item"], arrays["image"], arrays["mask"], strict=True)
    return {int(item): Scene(int(item), image, mask) for item, image, mask in rows}


def answers(group: Group) -> dict[int, Answer]:
    """The stored predictions of an arm's replicate 0 by item, empty while it has none."""
    cell = next((cell for cell in group.done if cell.cell.replicate == REPLICATE), None)
    arrays = cell.arrays("examples", ("item", "prediction", "iou")) if cell else None
    if arrays is None:
        return {}
    rows = zip(arrays["item"], arrays["prediction"], arrays["iou"], strict=True)
    return {int(item): Answer(mask, float(iou)) for item, mask, iou in rows}


def ranked(found: dict[int, Answer]) -> list[tuple[str, int]]:
    """The items with the best, the median and the worst IoU as (rank, item); fewer where there are
    fewer, best first.
    """
    order = sorted(
        (item for item in found if math.isfinite(found[item].iou)),
        key=lambda item: (-found[item].iou, item),
    )
    if not order:
        return []
    chosen = {"best": order[0], "median": order[len(order) // 2], "worst": order[-1]}
    kept: dict[int, str] = {}
    for rank in ("best", "worst", "median"):
        kept.setdefault(chosen[rank], rank)
    return sorted(
        ((rank, item) for item, rank in kept.items()), key=lambda pair: RANKS.index(pair[0])
    )


def triptychs(facts: Facts, group: Group, stored: dict[int, Scene]) -> list[Row]:
    """Best, median and worst image of an arm: image, true mask, prediction, prediction over the
    image, errors.
    """
    found = {item: answer for item, answer in answers(group).items() if item in stored}
    return [triptych(facts, group, rank, stored[item], found[item]) for rank, item in ranked(found)]


def triptych(
    facts: Facts, group: Group, rank: str, scene: Scene, answer: Answer, test: bool = False
) -> Row:
    """An image of an arm in a row of pictures; `test`: it is one of the test split."""
    shown = panels(facts, scene, answer)
    values = {"item": scene.item, "arm": group.label, "shares": _shares(facts, answer.prediction)}
    alts = {
        "input": _alt_input(facts, scene.item, test),
        "true_mask": facts.say(
            "masks_alt_true", item=scene.item, shares=_shares(facts, scene.mask)
        ),
        "prediction": facts.say("masks_alt_prediction", **values),
        "overlay": facts.say("masks_alt_overlay", **values),
        "errors": facts.say(
            "masks_alt_errors", item=scene.item, arm=group.label, share=_wrong(scene, answer)
        ),
    }
    pictures = [Picture(_uri(name, shown[name]), alts[name]) for name in PANELS]
    return Row(
        facts.say(f"masks_{rank}"),
        _note(facts, scene.item, answer.iou),
        pictures,
        (facts.test_file_names if test else facts.file_names).get(scene.item, ""),
    )


def panels(facts: Facts, scene: Scene, answer: Answer) -> dict[str, np.ndarray]:
    """The five pictures of a scene and an answer, uint8 [h, w, 3], by the names in `PANELS`."""
    return {
        "input": masks.as_rgb(scene.image),
        "true_mask": masks.coloured(scene.mask, facts.classes),
        "prediction": masks.coloured(answer.prediction, facts.classes),
        "overlay": masks.overlay(scene.image, answer.prediction, facts.classes),
        "errors": masks.errors(scene.image, scene.mask, answer.prediction, facts.classes),
    }


def _uri(panel: str, picture: np.ndarray) -> str:
    # Flat colours stay exact and small as PNG; photographs are a quarter of that size as JPEG.
    return (
        data_uri(png(picture))
        if panel in ("true_mask", "prediction")
        else data_uri(jpeg(picture), "image/jpeg")
    )


def shown_images(facts: Facts) -> str:
    """Which images the stored ones are, in words."""
    return facts.say(f"images_shown_{facts.study.protocol}")


def _alt_input(facts: Facts, item: int, test: bool = False) -> str:
    images = facts.split_name("test") if test else shown_images(facts)
    return facts.say("masks_alt_input", item=item, images=images)


def _note(facts: Facts, item: int, iou: float) -> str:
    shown = formats.value("iou_macro", iou, 1) if math.isfinite(iou) else "–"
    return facts.say("masks_note", item=item, iou=shown)


def _wrong(scene: Scene, answer: Answer) -> str:
    import numpy as np

    share = masks.disagreement(np.stack([answer.prediction, scene.mask]), scene.mask)
    return formats.value("pixel_accuracy", share, 1)


def _shares(facts: Facts, mask: np.ndarray) -> str:
    """The share of each class that occurs in a mask, in words."""
    names = [(name, float((mask == number).mean())) for number, name in enumerate(facts.classes)]
    return formats.listing(
        [f"{name} {formats.value('accuracy', part, 0)}" for name, part in names if part]
    )


def disputed(
    facts: Facts, groups: Sequence[Group], stored: dict[int, Scene]
) -> tuple[list[str], list[Row]]:
    """The images on which the arms differ most, all arms beside each other: column heads, and rows
    (none with one arm).
    """
    found = [(group, given) for group in groups if (given := answers(group))]
    if len(found) < 2:
        return [], []
    rows = [
        _disputed_row(facts, stored[item], found, share)
        for share, item in most_disputed([f for _, f in found], stored)
    ]
    heads = [
        facts.say("masks_input"),
        facts.say("masks_true_mask"),
        *(group.label for group, _ in found),
    ]
    return (heads, rows) if rows else ([], [])


def most_disputed(
    given: Sequence[dict[int, Answer]], stored: dict[int, Scene]
) -> list[tuple[float, int]]:
    """(share of scored pixels on which not all answers agree, item), the largest first; none for
    undisputed images.
    """
    import numpy as np

    shared = [item for item in stored if all(item in found for found in given)]
    sizes = [
        (
            masks.disagreement(
                np.stack([found[item].prediction for found in given]), stored[item].mask
            ),
            item,
        )
        for item in shared
    ]
    return sorted((pair for pair in sizes if pair[0] > 0), key=lambda pair: (-pair[0], pair[1]))[
        :DISPUTED
    ]


def _disputed_row(
    facts: Facts, scene: Scene, found: Sequence[tuple[Group, dict[int, Answer]]], share: float
) -> Row:
    first = [
        Picture(_uri("input", masks.as_rgb(scene.image)), _alt_input(facts, scene.item)),
        Picture(
            _uri("true_mask", masks.coloured(scene.mask, facts.classes)),
            facts.say("masks_alt_true", item=scene.item, shares=_shares(facts, scene.mask)),
        ),
    ]
    for group, given in found:
        answer = given[scene.item]
        values = {
            "item": scene.item,
            "arm": group.label,
            "shares": _shares(facts, answer.prediction),
        }
        note = formats.value("iou_macro", answer.iou, 1) if math.isfinite(answer.iou) else "–"
        picture = masks.coloured(answer.prediction, facts.classes)
        first.append(
            Picture(
                _uri("prediction", picture),
                facts.say("masks_alt_prediction", **values),
                facts.say("masks_iou", iou=note),
            )
        )
    part = formats.value("accuracy", share, 0)
    head, note = facts.say("masks_item", item=scene.item), facts.say("masks_differ", share=part)
    return Row(head, note, first, facts.file_names.get(scene.item, ""))


def legend(facts: Facts, stored: dict[int, Scene]) -> tuple[list[masks.Entry], list[masks.Entry]]:
    """Colours of the classes (and of ignored pixels where there are any), and those of errors."""
    classes = [
        masks.Entry(colour, name)
        for colour, name in zip(masks.palette(facts.classes), facts.classes, strict=True)
    ]
    if any((scene.mask == masks.IGNORE).any() for scene in stored.values()):
        classes.append(masks.Entry(masks.IGNORED, facts.say("masks_ignored")))
    if not masks.has_background(facts.classes):
        return classes, [masks.Entry(masks.WRONG, facts.say("masks_wrong_class"))]
    wrong = [
        masks.Entry(masks.MISSED, facts.say("masks_missed")),
        masks.Entry(masks.ADDED, facts.say("masks_added")),
    ]
    return classes, wrong + (
        [masks.Entry(masks.WRONG, facts.say("masks_wrong_class"))] if len(facts.classes) > 2 else []
    )


def sheet(facts: Facts, group: Group, stored: dict[int, Scene]) -> bytes | None:
    """The triptychs of an arm as one PNG with titles and legend, to be put into a text; None
    without pictures.
    """
    found = {item: answer for item, answer in answers(group).items() if item in stored}
    chosen = ranked(found)
    if not chosen:
        return None
    rows = [
        (
            f"{facts.say(f'masks_{rank}')}\n{_note(facts, item, found[item].iou)}",
            panels(facts, stored[item], found[item]),
        )
        for rank, item in chosen
    ]
    return _drawn([facts.say(f"masks_{name}") for name in PANELS], rows, legend(facts, stored))


def _drawn(
    heads: Sequence[str],
    rows: Sequence[tuple[str, dict[str, np.ndarray]]],
    entries: tuple[list[masks.Entry], list[masks.Entry]],
) -> bytes:
    import numpy as np
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    # One picture of all: a panel for each would take the layout many times as long.
    pictures = np.stack([shown[panel] for _, shown in rows for panel in PANELS])
    height, width = pictures.shape[1:3]
    gap = max(2, width // 20)
    whole = montage(pictures, columns=len(PANELS), gap=gap)
    figure = Figure(
        figsize=(INCHES * len(heads) + 1.5, INCHES * height / width * len(rows) + 1.0),
        layout="constrained",
    )
    axes = figure.subplots()
    axes.imshow(whole, interpolation="nearest")
    axes.set_xticks(
        [width / 2 + (width + gap) * place for place in range(len(heads))],
        heads,
        fontsize=8.5,
        fontweight="bold",
    )
    axes.set_yticks(
        [height / 2 + (height + gap) * place for place in range(len(rows))],
        [name for name, _ in rows],
        fontsize=8,
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    theme.hide(axes, "left", "bottom", "top", "right")
    classes, errors = (
        [Patch(fc=one.colour, ec=theme.SOFT, lw=0.5, label=one.name) for one in part]
        for part in entries
    )
    # Legends fill their columns first: in turns, classes stand in the upper line and errors in the
    # lower one.
    none = Patch(fc="none", ec="none", label="")
    pairs = itertools.zip_longest(classes, errors, fillvalue=none)
    few = len(classes) <= LEGEND_COLUMNS
    handles = [patch for pair in pairs for patch in pair] if few else [*classes, *errors]
    columns = max(len(classes), len(errors)) if few else LEGEND_COLUMNS
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, fontsize=8)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=160)
    return buffer.getvalue()
