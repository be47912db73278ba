"""Masks that do not show what their images do: stray ids, nothing, or another place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alih.datafiles.layout import listed
from alih.datafiles.mask_classes import IGNORE
from alih.datafiles.mask_folders import ids_by_mask
from alih.findings import Finding
from alih.inspect.audit.found import Exhibit, Found
from alih.inspect.audit.subject import Subject
from alih.words.phrase import Phrase

RARE = 0.01
"""Share of the masks up to which an id that nobody named is taken for a stray."""
FORGOTTEN = 0.1
"""Share of the masks of one class alone up to which these look forgotten rather than meant."""
LOOKED_AT = 400
"""Images whose edges are held against their masks at most."""
REACH, LEAST = 1 / 8, 0.04
"""Shifts that are tried and claimed, as shares of a side."""
BETTER = 1.3
"""How much better edges fit at another place. Trimaps of Oxford-IIIT Pet, whose border has two
edges, fit 1.2 times as well 3 pixels of 128 away; moved by 6, they fit twice as well back there."""
SHOWN = 12


def ids(subject: Subject) -> list[Found]:
    """Ids that occur in a few masks only, where the study does not name the ids."""
    listing = subject.listing
    if subject.images.masks is None or listing is None or subject.spec.masks is not None:
        return []
    if subject.spec.set is not None:  # trimaps have known ids
        return []
    by_mask = ids_by_mask(listing, subject.spec.max_pixels)
    masks: dict[int, list[str]] = {}
    for path, there in by_mask.items():
        for one in there:
            masks.setdefault(one, []).append(path)
    most = max(1, int(RARE * len(by_mask)))
    strays = {one: paths for one, paths in sorted(masks.items()) if len(paths) <= most}
    if not strays or len(by_mask) < 10 or len(strays) == len(masks):
        return []
    root = f"{listing.root}/"
    rows = [(path.removeprefix(root), str(one)) for one, paths in strays.items() for path in paths]
    values = {
        "ids": listed([str(one) for one in strays]),
        "count": len(strays),
        "files": len({name for name, _ in rows}),
        "of": len(by_mask),
        "example": rows[0][0],
    }
    finding = Finding("A022", "inspect.audit.mask_ids", values)
    return [Found(finding, {"ids": list(strays), "masks": values["files"]}, rows, subject=subject)]


def empty(subject: Subject) -> list[Found]:
    """Masks in which all pixels that count are of one class, where most masks have several."""
    masks = subject.images.masks
    if masks is None:
        return []
    alone = [item for item in range(len(masks)) if _single(masks[item])]
    if not alone or len(alone) > len(masks) / 2:
        return []
    values = {
        "count": len(alone),
        "of": len(masks),
        "files": listed([subject.names[item] for item in alone]),
    }
    finding = Finding(
        "A023",
        "inspect.audit.mask_empty",
        values,
        severity="warning" if len(alone) <= FORGOTTEN * len(masks) else "note",
    )
    exhibits = [
        Exhibit((item,), Phrase("inspect.audit.only", {"name": _only(subject, item)}))
        for item in alone[:SHOWN]
    ]
    rows = [(subject.names[item],) for item in alone]
    return [Found(finding, {"masks": len(alone)}, rows, exhibits, subject=subject)]


def _single(mask: np.ndarray) -> bool:
    counted = mask[mask != IGNORE]
    return counted.size > 0 and bool((counted == counted[0]).all())


def _only(subject: Subject, item: int) -> str:
    masks = subject.images.masks
    assert masks is not None, "there are masks"
    mask = masks[item]
    return subject.images.classes[int(mask[mask != IGNORE][0])]


def shifted(subject: Subject) -> list[Found]:
    """Whether the borders in masks fit the edges of images better at another place."""
    masks = subject.images.masks
    if masks is None:
        return []
    side = masks.shape[1]
    chosen = np.linspace(0, len(masks) - 1, min(LOOKED_AT, len(masks))).astype(int)
    fits = [fit for item in np.unique(chosen).tolist() if (fit := _fit(subject, item)) is not None]
    if len(fits) < 5:
        return []
    surface = np.mean(fits, axis=0)
    reach = surface.shape[0] // 2
    down, right = (int(at) - reach for at in np.unravel_index(int(surface.argmax()), surface.shape))
    here, there = float(surface[reach, reach]), float(surface.max())
    if max(abs(down), abs(right)) < max(2, LEAST * side) or there < BETTER * max(here, 1e-9):
        return []
    values = {"right": right, "down": down, "side": side, "images": len(fits)}
    finding = Finding("A024", "inspect.audit.mask_shifted", values)
    numbers = {**values, "fit": here, "fit_there": there}
    return [Found(finding, numbers, subject=subject)]


def _fit(subject: Subject, item: int) -> NDArray[Any] | None:
    """How well the edges of an image fit the borders in its mask, for each shift of the mask
    (down, right) within reach: a correlation; None where either has none.
    """
    from scipy.fft import irfft2, rfft2
    from scipy.ndimage import gaussian_gradient_magnitude

    masks = subject.images.masks
    assert masks is not None, "there are masks"
    mask = masks[item]
    gray = np.asarray(subject.picture(item).convert("L"), np.float64)
    edges = gaussian_gradient_magnitude(gray, 1.5)
    border = np.zeros(mask.shape)
    for axis in (0, 1):
        changes = np.diff(mask.astype(np.int16), axis=axis) != 0
        for before in (0, 1):  # the pixels on both sides of a change
            pads = [(0, 0), (0, 0)]
            pads[axis] = (before, 1 - before)
            border = np.maximum(border, np.pad(changes, pads))
    edges, border = edges - edges.mean(), border - border.mean()
    scale = float(np.sqrt((edges**2).sum() * (border**2).sum()))
    if not scale:
        return None
    found = irfft2(rfft2(edges) * np.conj(rfft2(border)), edges.shape) / scale
    reach = max(2, int(REACH * len(mask)))
    return np.roll(found, (reach, reach), (0, 1))[: 2 * reach + 1, : 2 * reach + 1]
