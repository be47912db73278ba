"""Perceptual hashes over eight orientations, and the pairs of images that they nominate.

Hashes only nominate: whether two images are alike is decided on pixels (`pairs.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

SIDE, KEPT = 32, 8
DISTANCE = 7
"""Bits of 64 that may differ. Of four bands of 16 bits one then differs in at most one bit, so that
looking up each band and its 16 neighbours finds every such pair."""
ORIENTATIONS = 8
"""Number k: turned by k % 4 quarters to the left, after k // 4 mirrorings at the upright axis."""
CHUNK = 1 << 21
"""Pairs that are compared at once."""
NEAREST = 8
"""Nominated partners of an image at most: the nearest."""

_BANDS, _BITS = 4, 16
_FLIPS = np.array([0, *(1 << np.arange(_BITS))], np.uint16)
_ONES = np.array([bin(value).count("1") for value in range(1 << _BITS)], np.uint8)


def oriented(image: np.ndarray, orientation: int) -> np.ndarray:
    """An image [h, w, …] in one of the eight orientations."""
    mirrored = image[:, ::-1] if orientation >= 4 else image
    return np.rot90(mirrored, orientation % 4)


def hashes(gray: np.ndarray) -> NDArray[np.uint64]:
    """PHash (Buchner's imagehash: 64 bits, DCT of 32 x 32 pixels against its median) of gray images
    [n, 32, 32] in all eight orientations: uint64 [8, n].

    Only one transform is taken: mirroring changes signs of a DCT, turning transposes it.
    """
    from scipy.fft import dct

    low = dct(dct(gray.astype(np.float64), axis=1), axis=2)[:, :KEPT, :KEPT]
    odd = np.where(np.arange(KEPT) % 2, -1.0, 1.0)
    found = np.empty((ORIENTATIONS, len(gray)), np.uint64)
    for mirrored in (0, 1):
        block = low * odd if mirrored else low
        for quarters in range(4):
            found[4 * mirrored + quarters] = _bits(block)
            block = block.transpose(0, 2, 1) * odd[:, None]
    return found


def _bits(block: NDArray[np.float64]) -> NDArray[np.uint64]:
    flat = block.reshape(len(block), KEPT * KEPT)
    bits = flat > np.median(flat, axis=1, keepdims=True)
    return np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)


def distance(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Bits in which hashes differ."""
    halves = np.ascontiguousarray(one ^ other).view(np.uint16).reshape(-1, _BANDS)
    return _ONES[halves].sum(axis=1, dtype=np.uint8)


def nominated(found: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Pairs of images whose hashes [8, n] lie within `DISTANCE` in some orientation: rows (first,
    second, orientation of the second), the nearest first; each pair once, and at most `NEAREST`
    partners of an image.

    Time grows with the number of images and of pairs that share a band, memory with the images.
    """
    count = found.shape[1]
    waiting: list[NDArray[np.int64]] = [np.zeros((0, 4), np.int64)]
    for pairs in _near(found):
        waiting.append(pairs)
        if sum(map(len, waiting)) > 2 * NEAREST * count + CHUNK:
            waiting = [_nearest(np.concatenate(waiting), count)]
    best = _nearest(np.concatenate(waiting), count)
    return best[np.argsort(best[:, 3], kind="stable")][:, :3]


def _near(found: NDArray[np.uint64]) -> Iterator[NDArray[np.int64]]:
    """Rows (first, second, orientation, distance), first below second; a pair may come again."""
    keys = np.ascontiguousarray(found.T).view(np.uint16).reshape(-1, ORIENTATIONS, _BANDS)
    for band in range(_BANDS):
        order = np.argsort(keys[:, 0, band], kind="stable")
        sizes = np.bincount(keys[:, 0, band], minlength=1 << _BITS)
        starts = np.cumsum(sizes) - sizes
        for orientation in range(ORIENTATIONS):
            for flip in _FLIPS:
                wanted = keys[:, orientation, band] ^ flip
                yield from _within(found, orientation, order, starts[wanted], sizes[wanted])


def _within(
    found: NDArray[np.uint64],
    orientation: int,
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
) -> Iterator[NDArray[np.int64]]:
    """The near pairs among each second image and the `sizes` images from `starts` on in `order`."""
    ends = np.cumsum(sizes)
    first = 0
    while first < len(sizes):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + CHUNK, "right")))
        own = sizes[first:last]
        second = np.repeat(np.arange(first, last), own)
        place = np.arange(len(second)) - np.repeat(np.cumsum(own) - own, own)
        one = order[np.repeat(starts[first:last], own) + place]
        kept = one < second
        one, second = one[kept], second[kept]
        apart = distance(found[0, one], found[orientation, second])
        near = apart <= DISTANCE
        if near.any():
            turned = np.full(int(near.sum()), orientation)
            yield np.stack([one[near], second[near], turned, apart[near]], axis=1)
        first = last


def _nearest(pairs: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Each pair once, in its nearest orientation; of each image as a first, and as a second, at
    most `NEAREST`.
    """
    pairs = pairs[np.lexsort([pairs[:, 2], pairs[:, 3], pairs[:, 1], pairs[:, 0]])]
    pairs = pairs[np.unique(pairs[:, 0] * count + pairs[:, 1], return_index=True)[1]]
    for column in (0, 1):
        pairs = pairs[np.lexsort([pairs[:, 3], pairs[:, column]])]
        _, start, sizes = np.unique(pairs[:, column], return_index=True, return_counts=True)
        pairs = pairs[np.arange(len(pairs)) - np.repeat(start, sizes) < NEAREST]
    return pairs
