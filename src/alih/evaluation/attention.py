"""How much of a map of attention lies outside the centre of an image, beside what it would be if it
were spread evenly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CENTRE = 0.6
"""Sides of the central box as a share of the image's."""
EVEN = 1 - CENTRE**2
"""The share of an image's area outside the central box."""


def outside(maps: np.ndarray, centre: float = CENTRE) -> NDArray[np.float64]:
    """The share of each map [n, h, w] outside the central box, [n]; NaN of a map that is nothing.

    Cells that the box cuts count in part: a map that is the same everywhere gives the area's share.

    >>> round(float(outside(np.ones((1, 7, 5)))[0]), 9)
    0.64
    """
    values = np.asarray(maps, np.float64)
    tall, wide = (_inside(cells, centre) for cells in values.shape[1:])
    inner = np.einsum("nhw,h,w->n", values, tall, wide)
    total = values.sum(axis=(1, 2))
    share = np.divide(inner, total, out=np.full(len(values), np.nan), where=total > 0)
    return np.clip(1 - share, 0.0, 1.0)


def _inside(cells: int, centre: float) -> NDArray[np.float64]:
    """The part of each of `cells` equal cells that lies in the central part of a side."""
    edges = np.linspace(0.0, 1.0, cells + 1)
    low, high = (1 - centre) / 2, (1 + centre) / 2
    return np.diff(np.clip(edges, low, high)) * cells
