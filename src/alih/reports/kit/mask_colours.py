"""Masks as pictures: the colours of classes, masks in these colours, masks over their image, and
maps of errors.

Colours are told apart by readers with any kind of colour vision and are the same in every picture
of a report. Errors have colours that no class has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alih.datafiles.mask_classes import IGNORE
from alih.evaluation.segmentation import background

if TYPE_CHECKING:
    import numpy as np

# Okabe and Ito (2008), "Color universal design", then Tol (2021), "Colour schemes", muted; two of
# the former are kept for errors.
CLASS_COLOURS = (
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#f0e442",
    "#0072b2",
    "#882255",
    "#44aa99",
    "#999933",
    "#332288",
)
BACKGROUND = "#3d4654"
IGNORED = "#c9ced6"
MISSED, ADDED, WRONG = "#d55e00", "#cc79a7", "#ffffff"
OVERLAY = 0.55
"""How much of an overlay is colour; the rest is the image."""
DIMMED = 0.4
"""How bright the image stays under a map of errors."""


@dataclass(frozen=True)
class Entry:
    """A colour and what it stands for, as in a legend."""

    colour: str
    name: str


def has_background(classes: Sequence[str]) -> bool:
    """Whether one of the classes is called the background; else no class is told from the
    others.
    """
    return "background" in classes


def palette(classes: Sequence[str]) -> list[str]:
    """A colour for each class; the background is dark. Beyond nine other classes colours come
    again, lighter each time.

    >>> palette(["pet", "border", "background"])
    ['#e69f00', '#56b4e9', '#3d4654']
    """
    colours, number = [], 0
    for name in classes:
        if name == "background":
            colours.append(BACKGROUND)
            continue
        turn, place = divmod(number, len(CLASS_COLOURS))
        colours.append(_lighter(CLASS_COLOURS[place], 0.5**turn))
        number += 1
    return colours


def _lighter(colour: str, share: float) -> str:
    """A colour mixed with white: `share` is what stays of the colour."""
    return "#" + "".join(
        f"{round(255 - share * (255 - int(colour[i : i + 2], 16))):02x}" for i in (1, 3, 5)
    )


def _table(classes: Sequence[str]) -> np.ndarray:
    """Colour of every value that a mask can hold, uint8 [256, 3]."""
    import numpy as np

    table = np.tile(_rgb(IGNORED), (256, 1))
    table[: len(classes)] = [_rgb(colour) for colour in palette(classes)]
    return table


def _rgb(colour: str) -> np.ndarray:
    import numpy as np

    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.uint8)


def coloured(mask: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """A mask uint8 [h, w] in the classes' colours, uint8 [h, w, 3]."""
    return _table(classes)[mask]


def as_rgb(image: np.ndarray) -> np.ndarray:
    """An image uint8 [h, w, 1 or 3] with three channels."""
    return image.repeat(3, axis=2) if image.shape[2] == 1 else image


def overlay(image: np.ndarray, mask: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """A mask [h, w] over its image uint8 [h, w, c]; background and ignored pixels show the image as
    it is. uint8 [h, w, 3].
    """
    import numpy as np

    base = as_rgb(image).astype(np.float32)
    shown = mask != IGNORE
    if has_background(classes):
        shown &= mask != background(classes)
    mixed = OVERLAY * coloured(mask, classes).astype(np.float32) + (1 - OVERLAY) * base
    return np.round(np.where(shown[..., None], mixed, base)).astype(np.uint8)


def errors(
    image: np.ndarray, mask: np.ndarray, prediction: np.ndarray, classes: Sequence[str]
) -> np.ndarray:
    """Where a prediction is wrong, over the dimmed gray image, uint8 [h, w, 3].

    With a background: missed (something taken for it), added (it taken for something), wrong (one
    thing taken for another). Without: wrong. Ignored pixels are light gray.
    """
    import numpy as np

    gray = DIMMED * image.astype(np.float32).mean(axis=2, keepdims=True)
    found = np.round(gray).astype(np.uint8).repeat(3, axis=2)
    wrong = (prediction != mask) & (mask != IGNORE)
    found[wrong] = _rgb(WRONG)
    if has_background(classes):
        number = background(classes)
        found[wrong & (prediction == number)] = _rgb(MISSED)
        found[wrong & (mask == number)] = _rgb(ADDED)
    found[mask == IGNORE] = _rgb(IGNORED)
    return found


def disagreement(predictions: np.ndarray, mask: np.ndarray) -> float:
    """Share of an image's scored pixels on which predictions [arms, h, w] are not all the same; 0
    without scored pixels.
    """
    scored = mask != IGNORE
    differ = (predictions != predictions[:1]).any(axis=0)
    return float(differ[scored].mean()) if scored.any() else 0.0
