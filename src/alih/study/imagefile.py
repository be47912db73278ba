"""Opening one image file: its size is looked at before any pixel is decoded, against a limit of our own."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from alih.errors import AlihError

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

MAX_PIXELS = 178_956_970
"""Pixels of the largest image file that is decoded unless `max_pixels` says otherwise: half a gigabyte in colour, which is where
Pillow, too, begins to refuse."""

BROKEN = (OSError, SyntaxError, ValueError, EOFError, ZeroDivisionError, MemoryError)
"""What Pillow raises for files that are no images, or damaged ones."""

ORIENTATION = 0x0112
_CHUNK = 1 << 22
_opening = threading.Lock()


def open_image(path: Path, limit: int | None = None) -> Image.Image:
    """The image file, with only its header read; the caller closes it.

    Raises AlihError for more than `limit` pixels (default `MAX_PIXELS`), and Pillow's errors (`BROKEN`) for what is no image.
    """
    from PIL import Image

    with _opening:  # Pillow's own limit is one setting for all threads
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            picture = Image.open(path)
        finally:
            Image.MAX_IMAGE_PIXELS = before
    most = limit or MAX_PIXELS
    width, height = picture.size
    if width * height > most:
        picture.close()
        raise AlihError("study.image_too_large", path=path, width=width, height=height, limit=most, pixels=width * height)
    return picture


def orientation(picture: Image.Image) -> int:
    """EXIF orientation, 1 (as it lies) … 8."""
    value = picture.getexif().get(ORIENTATION, 1)
    return value if value in range(1, 9) else 1


def shown_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height after turning the image as its EXIF orientation says."""
    width, height = picture.size
    return (height, width) if orientation(picture) >= 5 else (width, height)


def mask_values(picture: Image.Image, path: Path) -> np.ndarray:
    """The ids in a mask [h, w]: gray values, indices into a palette, or 0 and 255 of a black-and-white one.

    Raises AlihError for a colour mask without a palette, or one with transparency: which id a colour means is not known.
    """
    import numpy as np
    from PIL import ImageOps

    picture = ImageOps.exif_transpose(picture)
    if picture.mode == "1":
        picture = picture.convert("L")
    if picture.mode not in ("L", "P", "I") and not picture.mode.startswith("I;16"):
        raise AlihError("study.mask_colour", path=path, mode=picture.mode)
    return np.asarray(picture)


def ids_in(values: np.ndarray) -> list[int]:
    """The different ids among values [h, w], ascending."""
    import numpy as np

    found: set[int] = set()
    flat = values.reshape(-1)
    for start in range(0, flat.size, _CHUNK):  # counting takes eight bytes a pixel
        chunk = flat[start : start + _CHUNK]
        own = np.flatnonzero(np.bincount(chunk, minlength=256)) if chunk.dtype == np.uint8 else np.unique(chunk)
        found.update(map(int, own))
    return sorted(found)


def reason(error: Exception) -> str:
    """Why a file could not be read, in Pillow's or the system's words."""
    text = (getattr(error, "strerror", None) or str(error)) or type(error).__name__
    return text.split(" '")[0] if text.startswith("cannot identify") else text
