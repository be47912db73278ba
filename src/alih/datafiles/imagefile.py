"""Opening one image file: of a known format, within a limit of pixels, and with errors that name
the file.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from alih import files
from alih.datafiles import imageformats
from alih.errors import AlihError
from alih.words.phrase import Phrase, reason_of

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

MAX_PIXELS = 178_956_970
"""Pixels of the largest image file that is decoded unless `max_pixels` says otherwise: half a
gigabyte in colour, which is where Pillow, too, begins to refuse."""

ORIENTATION = 0x0112
BITS = 0x0102
_CHUNK = 1 << 22


@dataclass(frozen=True)
class ImageMeta:
    """Facts of an image file: pixels as they lie in it, its format, bits per sample, EXIF
    orientation (1 as it lies … 8).
    """

    width: int
    height: int
    format: str
    bits: int
    orientation: int


def read(path: Path, limit: int | None = None) -> tuple[np.ndarray, ImageMeta]:
    """The pixels of an image file as they lie in it, [h, w] or [h, w, c] in the file's own type,
    and its facts.

    Indices of a palette stay indices. Raises AlihError as `open_image`.
    """
    import numpy as np

    with open_image(path, limit) as picture:
        found = _meta(picture)
        return np.asarray(picture), found


def meta(path: Path, limit: int | None = None) -> ImageMeta:
    """The facts of an image file from its header; no pixel is decoded. Raises AlihError as
    `open_image`.
    """
    with open_image(path, limit) as picture:
        return _meta(picture)


def _meta(picture: Image.Image) -> ImageMeta:
    return ImageMeta(*picture.size, str(picture.format), _bits(picture), orientation(picture))


def _bits(picture: Image.Image) -> int:
    """Bits per sample in the file, before it is decoded: Pillow's modes do not tell 16-bit colour
    from 8-bit colour.
    """
    if picture.format == "TIFF":
        found = getattr(picture, "tag_v2", {}).get(BITS, 1)
        return int(max(found) if isinstance(found, tuple) else found)
    if picture.format == "PNG":
        raw = str(getattr(picture, "tile", [("", None, 0, "")])[0][3])
        return int("".join(filter(str.isdigit, raw.partition(";")[2])) or (1 if raw == "1" else 8))
    return {"1": 1, "I": 32, "F": 32}.get(
        picture.mode, 16 if picture.mode.startswith("I;16") else 8
    )


def is_gray(picture: Image.Image) -> bool:
    """Whether an image file is made for gray, whatever its pixels show."""
    from PIL import ImageMode

    return ImageMode.getmode(picture.mode).basemode == "L"


@contextmanager
def open_image(
    path: Path, limit: int | None = None, fault: str = "data.broken_image"
) -> Iterator[Image.Image]:
    """The image file, with only its header read; it is closed at the end of the `with` block.

    Its format is told from its content and must be one of `imageformats.FORMATS`. Raises AlihError
    for more than `limit` pixels (default `MAX_PIXELS`), and as `naming` for what is no image and
    for whatever decoding raises within the block.
    """
    with naming(path, fault), files.open_regular(path) as file:
        with _pillow_limit.lifted():
            picture = imageformats.opened(file)
        with picture:
            most = limit or MAX_PIXELS
            width, height = picture.size
            pixels = width * height
            if pixels > most:
                size = {"width": width, "height": height, "pixels": pixels}
                raise AlihError("study.image_too_large", path=path, limit=most, **size)
            yield picture


@contextmanager
def naming(path: Path, fault: str = "data.broken_image") -> Iterator[None]:
    """Whatever is raised while a file is decoded becomes AlihError(`fault`) with its path and the
    reason.

    What decoders raise for junk is open (struct.error, IndexError, OverflowError, MemoryError …),
    so all counts.
    """
    try:
        yield
    except AlihError:
        raise
    except Exception as error:
        raise AlihError(fault, path=path, reason=_reason(error)) from error


class _PillowLimit:
    """Pillow's own limit of pixels, one setting for all threads: lifted while any of them opens a
    file here.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = 0
        self._before: int | None = None

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """No limit of Pillow's within the block."""
        from PIL import Image

        with self._lock:
            if not self._open:
                self._before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            self._open += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1
                if not self._open:
                    Image.MAX_IMAGE_PIXELS = self._before


_pillow_limit = _PillowLimit()


def orientation(picture: Image.Image) -> int:
    """EXIF orientation, 1 (as it lies) … 8."""
    value = picture.getexif().get(ORIENTATION, 1)
    return value if value in range(1, 9) else 1


def shown_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height after turning the image as its EXIF orientation says."""
    width, height = picture.size
    return (height, width) if orientation(picture) >= 5 else (width, height)


def mask_values(picture: Image.Image, path: Path) -> np.ndarray:
    """The ids in a mask [h, w]: gray values, indices into a palette, or 0 and 255 of a
    black-and-white one.

    Raises AlihError for a colour mask without a palette, or one with transparency: which id a
    colour means is not known.
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
        own = (
            np.flatnonzero(np.bincount(chunk, minlength=256))
            if chunk.dtype == np.uint8
            else np.unique(chunk)
        )
        found.update(map(int, own))
    return sorted(found)


def _reason(error: Exception) -> Phrase | str:
    """Why a file could not be read, in Pillow's or the system's words."""
    if isinstance(error, MemoryError):
        return str(error) or "out of memory"
    return reason_of(error)
