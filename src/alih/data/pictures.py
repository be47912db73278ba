"""One image file, or one picture in memory, as a square of uint8 pixels."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from alih.datafiles.imagefile import MAX_PIXELS, is_gray, open_image
from alih.words import say

if TYPE_CHECKING:
    from PIL import Image

    from alih.data.decode import Decode
    from alih.datafiles.depth import Scale

DRAFT = 2
"""A JPEG is decoded at a fraction of its size (1/2, 1/4, 1/8, cheap in its own arithmetic) as long
as this many times the wanted size remains; the antialiased resize then does the rest."""

LARGE = 1 << 25
"""Pixels from which on files are decoded one at a time: 100 MB each in colour."""

_large = threading.Lock()


WAITING = 1024
"""Calls that wait for a thread at most: a waiting call takes a kilobyte, and there may be
millions."""


def workers() -> int:
    """Threads that decode at once: as many as there are cores for this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_parallel(one: Callable[[int], None], count: int) -> None:
    """`one(index)` for each index below `count`, in as many threads as there are cores; the first
    error is raised.
    """
    with ThreadPoolExecutor(workers()) as pool:
        for start in range(0, count, WAITING):
            for _ in pool.map(one, range(start, min(start + WAITING, count))):
                pass


class Noted(NamedTuple):
    """What a file is: width and height of the image as it lies there, its format, and whether it
    is gray by its kind (not by its pixels).
    """

    width: int
    height: int
    format: str | None
    gray: bool


def read(path: Path, settings: Decode) -> np.ndarray:
    """One file as uint8 [size, size, channels], turned as its EXIF orientation says.

    Raises AlihError with the file's name where it is no image, a broken one, or has more than
    `settings.max_pixels` pixels.
    """
    return read_noting(path, settings)[0]


def read_noting(path: Path, settings: Decode) -> tuple[np.ndarray, Noted]:
    """As `read`, with what the file is."""
    from PIL import ImageOps

    with open_image(path, settings.max_pixels) as picture, turn(picture):
        noted = Noted(*picture.size, picture.format, is_gray(picture))
        picture.draft(None, (DRAFT * settings.size, DRAFT * settings.size))
        picture.load()
        return fit(ImageOps.exif_transpose(picture), settings), noted


def turn(picture: Image.Image) -> AbstractContextManager[Any]:
    """Very large files are decoded one at a time, so that memory holds one of them; others need not
    wait.
    """
    width, height = picture.size
    return _large if width * height > LARGE else nullcontext()


def fit(picture: Image.Image, settings: Decode) -> np.ndarray:
    """A picture as uint8 [size, size, channels].

    Gray becomes RGB by repeating, RGB becomes gray by Pillow's "L" (ITU-R 601 luma), transparency
    is laid on white, 16-bit gray keeps its upper eight bits, or is brought to `settings.scale`;
    fractions are refused (ValueError), since nothing says which of them is white. `squash` brings
    both sides to `size`; `crop` brings the short side to it and takes the centre square. Pillow
    widens the filter when it shrinks, which is antialiasing.
    """
    picture = plain(_reduced(picture, settings.size), settings.channels, settings.scale)
    box = kept_box(picture.size, settings)
    if picture.size != (settings.size, settings.size) or box is not None:
        picture = picture.resize((settings.size, settings.size), resampling(settings), box=box)
    pixels = np.asarray(picture)
    return pixels if pixels.ndim == 3 else pixels[..., None]


def resampling(settings: Decode) -> Image.Resampling:
    """Pillow's name of the interpolation."""
    from PIL import Image

    return (
        Image.Resampling.BICUBIC
        if settings.interpolation == "bicubic"
        else Image.Resampling.BILINEAR
    )


def _reduced(picture: Image.Image, size: int) -> Image.Image:
    """A picture beyond the usual limit as means of whole blocks of pixels, as long as twice the
    wanted size remains.
    """
    width, height = picture.size
    factor = min(width, height) // (DRAFT * size)
    if width * height <= MAX_PIXELS or factor < 2:
        return picture
    if picture.mode == "1":
        picture = picture.convert("L")
    return picture.reduce(factor) if picture.mode in ("L", "RGB") else picture


def kept_box(size: tuple[int, int], settings: Decode) -> tuple[float, float, float, float] | None:
    """The part of a picture of `size` (width, height) that is kept: left, top, right, bottom; None
    for all of it.
    """
    width, height = size
    if settings.resize != "crop" or width == height:
        return None
    short = min(size)
    left, top = (width - short) / 2, (height - short) / 2
    return left, top, left + short, top + short


def plain(picture: Image.Image, channels: int, scale: Scale | None = None) -> Image.Image:
    """The picture in mode "L" or "RGB"; `scale` is that of gray images of more than eight bits."""
    from PIL import Image

    if picture.mode == "F":
        raise ValueError(say("data.float_image"))
    if picture.mode.startswith("I"):
        picture = Image.fromarray(_eight_bits(np.asarray(picture), picture.mode, scale))
    elif picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    wanted = "L" if channels == 1 else "RGB"
    return picture if picture.mode == wanted else picture.convert(wanted)


def _eight_bits(values: np.ndarray, mode: str, scale: Scale | None) -> np.ndarray:
    """Gray values of more than eight bits as uint8."""
    if scale is not None:
        low, high = scale
        kept = np.clip(values, low, high).astype(np.int64) - low
        return (kept * 256 // (high - low + 1)).astype(np.uint8)
    deep = mode.startswith("I;16") or values.max(initial=0) > 255
    return np.clip(values >> 8 if deep else values, 0, 255).astype(np.uint8)
