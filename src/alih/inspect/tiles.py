"""An answer per pixel for an image of any size, from a network that takes squares: overlapping
tiles, smoothly blended.

Tiles cover the image in rows; what they say is added up with weights that fade out towards the
inner edges of a tile, where a network sees too little around a pixel, and that sum to one at every
pixel. Only the sums of the row of tiles that is still open are kept, so memory does not grow with
the image's height.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

Predict = Callable[[np.ndarray], np.ndarray]
"""Squares uint8 [b, t, t, c] -> probabilities float32 [b, classes, t, t]."""
Rows = Callable[[int, int], np.ndarray]
"""Rows of the image from … to, uint8 [r, w, c]; asked for from top to bottom."""

OVERLAP = 0.5
MOST_OVERLAP = 0.9
MARGIN = 0.25
"""Share of an overlap, at each of its ends, in which the tile that ends there has no say."""
BATCH_PIXELS = 1 << 18


@dataclass(frozen=True)
class Axis:
    """Tiles along one side: where each starts, and the weights [length] of its pixels; those of all
    tiles sum to one.
    """

    side: int
    length: int
    starts: tuple[int, ...]
    weights: tuple[np.ndarray, ...]


def axis(side: int, tile: int, overlap: float = OVERLAP) -> Axis:
    """As few tiles as overlap by at least this share of a tile, spread evenly from one edge of the
    image to the other.

    A side shorter than a tile has one tile of its own length.

    >>> axis(300, 128, 0.25).starts, axis(100, 128).starts
    ((0, 86, 172), (0,))
    """
    length = min(side, tile)
    step = max(1, length - math.ceil(overlap * length))
    steps = -(-(side - length) // step)
    starts = [
        round(number * (side - length) / steps) if steps else 0 for number in range(steps + 1)
    ]
    total = np.zeros(side)
    windows = []
    for number, start in enumerate(starts):
        before = starts[number - 1] + length - start if number else 0
        after = start + length - starts[number + 1] if number < steps else 0
        windows.append(_fade(length, before) * _fade(length, after)[::-1])
        total[start : start + length] += windows[-1]
    weights = [
        (w / total[s : s + length]).astype(np.float32) for w, s in zip(windows, starts, strict=True)
    ]
    return Axis(side, length, tuple(starts), tuple(weights))


def _fade(length: int, overlap: int) -> np.ndarray:
    """Weights that rise from 0 to 1 (a squared sine) over the inner part of an overlap at the start
    of a tile.
    """
    margin = overlap * MARGIN
    places = (np.arange(length) + 0.5 - margin) / max(overlap - 2 * margin, 1e-9)
    return np.sin(np.pi / 2 * np.clip(places, 0, 1)) ** 2


def count(size: tuple[int, int], tile: int, overlap: float = OVERLAP) -> int:
    """How many tiles cover an image of this size (height, width)."""
    return math.prod(len(axis(side, tile, overlap).starts) for side in size)


def blended(
    rows: Rows,
    size: tuple[int, int],
    tile: int,
    overlap: float,
    predict: Predict,
    classes: int,
    done: Callable[[int], None] = lambda tiles: None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Strips from top to bottom of an image of `size` (height, width): pixels [r, w, c] and
    probabilities [classes, r, w].

    An image that is smaller than a tile lies in the middle of it, mirrored outwards. `done(tiles)`
    hears of every batch.
    """
    down, across = (axis(side, tile, overlap) for side in size)
    sums = np.zeros((classes, 0, across.side), np.float32)
    for number, top in enumerate(down.starts):
        window = rows(top, top + down.length)
        grown = np.zeros((classes, down.length, across.side), np.float32)
        grown[:, : sums.shape[1]] = sums
        _add(grown, window, across, down.weights[number], tile, predict, done)
        closed = (down.starts[number + 1] if number + 1 < len(down.starts) else down.side) - top
        yield window[:closed], grown[:, :closed]
        sums = grown[:, closed:].copy()


def _add(
    sums: np.ndarray,
    window: np.ndarray,
    across: Axis,
    weights: np.ndarray,
    tile: int,
    predict: Predict,
    done: Callable[[int], None],
) -> None:
    """Add what one row of tiles says to `sums` [classes, length, width]."""
    batch = max(1, BATCH_PIXELS // tile**2)
    places = list(zip(across.starts, across.weights, strict=True))
    above, left = (tile - window.shape[0]) // 2, (tile - across.length) // 2
    for first in range(0, len(places), batch):
        part = places[first : first + batch]
        pieces = np.stack(
            [_mirrored(window[:, start : start + across.length], tile) for start, _ in part]
        )
        answers = predict(pieces)[
            :, :, above : above + window.shape[0], left : left + across.length
        ]
        for (start, own), answer in zip(part, answers, strict=True):
            sums[:, :, start : start + across.length] += answer * (weights[:, None] * own)
        done(len(part))


def _mirrored(piece: np.ndarray, tile: int) -> np.ndarray:
    """A piece [h, w, c] in the middle of a square, mirrored outwards; edges are not doubled."""
    if piece.shape[:2] == (tile, tile):
        return piece
    surplus = [tile - side for side in piece.shape[:2]]
    return np.pad(piece, [*((s // 2, s - s // 2) for s in surplus), (0, 0)], mode="reflect")


def resized(
    answers: np.ndarray, size: tuple[int, int], values: int = 1 << 22
) -> Iterator[np.ndarray]:
    """Maps [c, h, w] brought to `size` (height, width) by bilinear interpolation, in strips [c, r,
    width] of some rows.

    A strip has about as many numbers as `values` says. Pixel centres keep their relative place, as
    in torch's `interpolate(align_corners=False)`.
    """
    height, width = size
    left, right, share = _between(answers.shape[2], width)
    rows = max(1, values // (len(answers) * width))
    for top in range(0, height, rows):
        upper, lower, part = (each[top : top + rows] for each in _between(answers.shape[1], height))
        strip = answers[:, upper] * (1 - part)[:, None] + answers[:, lower] * part[:, None]
        yield strip[..., left] * (1 - share) + strip[..., right] * share


def _between(old: int, new: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each place of the new side: the two neighbours on the old one, and the second one's
    weight.
    """
    places = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    first = np.floor(places).astype(int)
    return first, np.minimum(first + 1, old - 1), (places - first).astype(np.float32)
