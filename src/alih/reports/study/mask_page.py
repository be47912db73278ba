"""The section of a report that only segmentation has: predicted masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from alih import words
from alih.reports.kit.facts import Facts, Group
from alih.reports.study import mask_pictures
from alih.reports.study.mask_pictures import Row
from alih.words import formats

if TYPE_CHECKING:
    from alih.reports.build import Files


def view(facts: Facts, beside: Files, tested: Mapping[str, Sequence[Row]]) -> dict[str, Any] | None:
    """What the section shows, per level; None while no arm has finished. `tested`: test images by
    the slug of their group.
    """
    stored = mask_pictures.scenes(facts)
    levels = [
        _level(facts, beside, formats.level_text(at), done, stored)
        | {"tested": [(group.label, tested[group.slug]) for group in done if group.slug in tested]}
        for at, groups in facts.detailed()
        if (done := [group for group in groups if group.done])
    ]
    if not levels:
        return None
    classes, errors = mask_pictures.legend(facts, stored)
    return {
        "levels": levels,
        "legend": classes,
        "legend_errors": errors,
        "has_pictures": bool(stored),
        "heads": _heads(facts),
    }


def _level(
    facts: Facts,
    beside: Files,
    at: str,
    done: Sequence[Group],
    stored: dict[int, mask_pictures.Scene],
) -> dict[str, Any]:
    heads, rows = mask_pictures.disputed(facts, done, stored)
    arms = [_arm(facts, beside, group, stored) for group in done]
    return {
        "at": at,
        "disputed_heads": heads,
        "disputed": rows,
        "arms": [arm for arm in arms if arm["rows"]],
    }


def _arm(
    facts: Facts, beside: Files, group: Group, stored: dict[int, mask_pictures.Scene]
) -> dict[str, Any]:
    sheet = mask_pictures.sheet(facts, group, stored)
    return {
        "label": group.label,
        "rows": mask_pictures.triptychs(facts, group, stored),
        "heads": _heads(facts),
        "caption": facts.say(
            "masks_arm_caption",
            arm=group.label,
            n=words.number(len(stored), 0),
            images=mask_pictures.shown_images(facts),
        ),
        "sheet": beside.picture(f"masks-{group.slug}.png", sheet) if sheet else None,
    }


def _heads(facts: Facts) -> list[str]:
    return [facts.say(f"masks_{name}") for name in mask_pictures.PANELS]
