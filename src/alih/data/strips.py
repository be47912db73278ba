"""An image file from top to bottom, a few rows at a time, upright and with the channels that a
network wants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from alih.data import pictures, pngstrips
from alih.datafiles.imagefile import naming, open_image

if TYPE_CHECKING:
    from PIL import Image

    from alih.data.decode import Decode
    from alih.datafiles.depth import Scale

PIXELS = 1 << 20
"""Pixels of one strip: some megabytes."""


@dataclass
class Strips:
    """Rows of an image, read once from top to bottom: uint8 [rows, width, channels]."""

    width: int
    height: int
    channels: int
    _blocks: Iterator[np.ndarray]

    def __post_init__(self) -> None:
        self._top, self._bottom = 0, 0
        self._open: list[np.ndarray] = []

    def rows(self, top: int, bottom: int) -> np.ndarray:
        """Rows `top` to `bottom`; `top` never lies above that of an earlier call, since rows above
        it are given up.
        """
        if top < self._top:
            raise ValueError(f"row {top} was given up; rows are kept from {self._top} on")
        while self._bottom < bottom:
            block = next(self._blocks)
            self._open.append(block)
            self._bottom += len(block)
        while self._open and self._top + len(self._open[0]) <= top:
            self._top += len(self._open.pop(0))
        found, start = [], self._top
        for block in self._open:
            found.append(block[max(0, top - start) : max(0, bottom - start)])
            start += len(block)
        return np.concatenate(found)


def open_strips(
    path: Path, channels: int, max_pixels: int | None = None, scale: Scale | None = None
) -> Strips:
    """The rows of an image file, turned as its EXIF orientation says, as gray (1) or colour (3
    channels); `scale` as `Decode` has it.

    PNGs are decoded as they are read, so that memory holds some rows of them; other files, and PNGs
    that are interlaced, turned or of 16 bits a colour, are decoded once by Pillow (up to four bytes
    a pixel). Raises AlihError with the file's name where it is no image, a broken one (perhaps not
    before the broken row is read), or has more than `max_pixels` pixels.
    """
    with open_image(path, max_pixels) as picture:
        found = _layout(picture, path)
        if found is not None:
            parts = pngstrips.strips(found, max(1, PIXELS // found.width))
            return Strips(
                found.width, found.height, channels, _arrays(parts, channels, path, scale)
            )
        upright = _upright(picture, channels, scale)
    return Strips(
        upright.width, upright.height, channels, _arrays(_cut(upright), channels, path, scale)
    )


def read(path: Path, settings: Decode) -> np.ndarray:
    """One file as uint8 [size, size, channels], as `pictures.read` gives it to the last bit, but a
    large PNG in strips.

    Only where `pictures.read` would first reduce an image beyond the usual limit to means of
    blocks, it is resized at once here.
    """
    found = _large_png(path, settings)
    if found is None:
        return pictures.read(path, settings)
    box = pictures.kept_box((found.width, found.height), settings) or (
        0,
        0,
        found.width,
        found.height,
    )
    return _resized(path, found, settings, (settings.size, settings.size), box)


def scaled(path: Path, settings: Decode, size: tuple[int, int]) -> np.ndarray:
    """The whole image of one file, brought to `size` (width, height): uint8 [height, width,
    channels].

    Raises as `open_strips`.
    """
    found = _large_png(path, settings)
    if found is not None:
        return _resized(path, found, settings, size, (0, 0, found.width, found.height))
    with open_image(path, settings.max_pixels) as picture:
        picture.draft(None, (pictures.DRAFT * max(size), pictures.DRAFT * max(size)))
        lying = _upright(picture, settings.channels, settings.scale)
        upright = pictures.plain(lying, settings.channels)
    return _array(upright.resize(size, pictures.resampling(settings)), settings.channels)


def _resized(
    path: Path,
    found: pngstrips.Layout,
    settings: Decode,
    size: tuple[int, int],
    box: tuple[float, float, float, float],
) -> np.ndarray:
    from PIL import Image

    method, (left, top, right, bottom), narrow = pictures.resampling(settings), box, []
    with naming(path):
        for part in pngstrips.strips(found, max(1, PIXELS // found.width)):
            # Pillow, too, resizes rows first and columns of the result then.
            rows = pictures.plain(part, settings.channels, settings.scale)
            narrow.append(
                np.asarray(
                    rows.resize((size[0], rows.height), method, box=(left, 0, right, rows.height))
                )
            )
    picture = Image.fromarray(np.concatenate(narrow))
    return _array(picture.resize(size, method, box=(0, top, size[0], bottom)), settings.channels)


def _large_png(path: Path, settings: Decode) -> pngstrips.Layout | None:
    with open_image(path, settings.max_pixels) as picture:
        return _layout(picture, path) if picture.width * picture.height > PIXELS else None


def _array(picture: Image.Image, channels: int) -> np.ndarray:
    return np.asarray(picture).reshape(picture.height, picture.width, channels)


def _layout(picture: Image.Image, path: Path) -> pngstrips.Layout | None:
    # In mode "I" the range of values decides what white is: that takes all of them.
    return pngstrips.layout(path) if picture.format == "PNG" and picture.mode != "I" else None


def _upright(picture: Image.Image, channels: int, scale: Scale | None) -> Image.Image:
    from PIL import ImageOps

    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    if picture.mode.startswith(("I", "F")):
        return pictures.plain(picture, channels, scale)
    return picture


def _cut(picture: Image.Image) -> Iterator[Image.Image]:
    rows = max(1, PIXELS // picture.width)
    for top in range(0, picture.height, rows):
        yield picture.crop((0, top, picture.width, min(top + rows, picture.height)))


def _arrays(
    parts: Iterator[Image.Image], channels: int, path: Path, scale: Scale | None
) -> Iterator[np.ndarray]:
    with naming(path):
        for part in parts:
            yield _array(pictures.plain(part, channels, scale), channels)
