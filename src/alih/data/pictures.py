"""One image file, or one picture in memory, as a square of uint8 pixels."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from alih.errors import AlihError

if TYPE_CHECKING:
    from PIL import Image

    from alih.data.store import Decode

DRAFT = 2
"""A JPEG is decoded at a fraction of its size (1/2, 1/4, 1/8, cheap in its own arithmetic) as long as this many times the
wanted size remains; the antialiased resize then does the rest."""


def read_all(paths: Sequence[Path], settings: Decode) -> np.ndarray:
    """Image files as uint8 [n, size, size, channels], decoded in parallel (Pillow lets other threads run meanwhile).

    Raises AlihError that names the first file that is no image, or a broken one.
    """
    decoded = np.empty((len(paths), settings.size, settings.size, settings.channels), np.uint8)

    def one(index: int) -> None:
        decoded[index] = read(paths[index], settings)

    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(one, range(len(paths))):
            pass
    return decoded


_BROKEN = (OSError, SyntaxError, ValueError, EOFError, ZeroDivisionError, MemoryError)


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of an image file in pixels, as it lies. Raises AlihError with the file's name where it is no image."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return picture.size
    except (*_BROKEN, Image.DecompressionBombError) as error:
        raise AlihError("data.broken_image", path=path, reason=_reason(error)) from error


def read(path: Path, settings: Decode) -> np.ndarray:
    """One file as uint8 [size, size, channels], turned as its EXIF orientation says. Raises AlihError with the file's name."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as picture:
            picture.draft(None, (DRAFT * settings.size, DRAFT * settings.size))
            picture.load()
            return fit(ImageOps.exif_transpose(picture), settings)
    except (*_BROKEN, Image.DecompressionBombError) as error:
        raise AlihError("data.broken_image", path=path, reason=_reason(error)) from error


def _reason(error: Exception) -> str:
    text = (getattr(error, "strerror", None) or str(error)) or type(error).__name__
    return text.split(" '")[0] if text.startswith("cannot identify") else text


def fit(picture: Image.Image, settings: Decode) -> np.ndarray:
    """A picture as uint8 [size, size, channels].

    Gray becomes RGB by repeating, RGB becomes gray by Pillow's "L" (ITU-R 601 luma), transparency is laid on white, 16-bit
    gray keeps its upper eight bits. `squash` brings both sides to `size`; `crop` brings the short side to it and takes the
    centre square. Pillow widens the filter when it shrinks, which is antialiasing.
    """
    from PIL import Image

    method = Image.Resampling.BICUBIC if settings.interpolation == "bicubic" else Image.Resampling.BILINEAR
    picture = _plain(picture, settings.channels)
    box = None
    if settings.resize == "crop" and picture.width != picture.height:
        short = min(picture.size)
        left, top = (picture.width - short) / 2, (picture.height - short) / 2
        box = (left, top, left + short, top + short)
    if picture.size != (settings.size, settings.size) or box is not None:
        picture = picture.resize((settings.size, settings.size), method, box=box)
    pixels = np.asarray(picture)
    return pixels if pixels.ndim == 3 else pixels[..., None]


def _plain(picture: Image.Image, channels: int) -> Image.Image:
    """The picture in mode "L" or "RGB"."""
    from PIL import Image

    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture)
        deep = picture.mode != "F" and (picture.mode.startswith("I;16") or values.max(initial=0) > 255)
        picture = Image.fromarray(np.clip(values >> 8 if deep else values, 0, 255).astype(np.uint8))
    elif picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    wanted = "L" if channels == 1 else "RGB"
    return picture if picture.mode == wanted else picture.convert(wanted)
