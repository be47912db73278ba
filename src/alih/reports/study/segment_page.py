"""The sections of a report that only segmentation has: classes of pixels and predicted masks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from alih import words
from alih.reports.kit.facts import Facts, Group
from alih.reports.study import figures, segments
from alih.reports.study import mask_pictures as maskpictures
from alih.words import formats

if TYPE_CHECKING:
    from alih.reports.build import Files


def view(facts: Facts, beside: Files) -> dict[str, Any] | None:
    """What the section shows, per level; None while no arm has finished."""
    stored = maskpictures.scenes(facts)
    levels = []
    for at, groups in facts.detailed():
        done = [group for group in groups if segments.counts(facts, group) is not None]
        if done:
            levels.append(_level(facts, beside, formats.level_text(at), done, stored))
    if not levels:
        return None
    classes, errors = maskpictures.legend(facts, stored)
    return {
        "levels": levels,
        "legend": classes,
        "legend_errors": errors,
        "has_pictures": bool(stored),
    }


def _level(
    facts: Facts,
    beside: Files,
    at: str,
    done: Sequence[Group],
    stored: dict[int, maskpictures.Scene],
) -> dict[str, Any]:
    heads, rows = maskpictures.disputed(facts, done, stored)
    arms = [_arm(facts, beside, group, stored) for group in done]
    return {
        "at": at,
        "iou": beside.table(segments.overlap_table(facts, done, "iou", segments.OF_IOU)),
        "dice": beside.table(segments.overlap_table(facts, done, "dice", segments.OF_DICE)),
        "figure": beside.keep(segments.iou_figure(facts, done, beside.figures)),
        "disputed_heads": heads,
        "disputed": rows,
        "arms": arms,
        "pictured": [arm for arm in arms if arm["triptychs"]],
    }


def _arm(
    facts: Facts, beside: Files, group: Group, stored: dict[int, maskpictures.Scene]
) -> dict[str, Any]:
    matrix = segments.counts(facts, group)
    assert matrix is not None, "called for groups with results"
    beside.table(segments.confusion_table(facts, group, matrix))
    sheet = maskpictures.sheet(facts, group, stored)
    rows = maskpictures.triptychs(facts, group, stored)
    paper = facts.study.protocol == "paper"
    return {
        "group": group,
        "table": beside.table(segments.class_table(facts, group)),
        "matrix": segments.matrix_cells(matrix),
        "matrix_figure": beside.keep(
            figures.confusion(facts, group, matrix, facts.classes, beside.figures)
        ),
        "matrix_note": segments.matrix_note(facts, group, matrix),
        "triptychs": rows,
        "heads": [facts.say(f"masks_{name}") for name in maskpictures.PANELS],
        "caption": facts.say(
            "masks_arm_caption_paper" if paper else "masks_arm_caption",
            arm=group.label,
            n=words.number(len(stored), 0),
        ),
        "sheet": beside.picture(f"masks-{group.slug}.png", sheet) if sheet else None,
    }
