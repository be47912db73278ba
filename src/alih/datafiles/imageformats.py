"""The formats of image files that are read: the one place to add another. Torch-free, Pillow only
inside functions.

Pillow reads many more, some by starting programs of others (PostScript through Ghostscript): only
what is listed is opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

from alih.words import say
from alih.words.phrase import Phrase

if TYPE_CHECKING:
    from PIL import Image

FORMATS = {
    "JPEG": (".jpg", ".jpeg", ".jfif"),
    "PNG": (".png",),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
}
"""Pillow's name of each format, and the endings of its files; of files with several frames or pages
the first is read."""
NAMES = tuple(FORMATS)
FORMAT_OF = {suffix: name for name, suffixes in FORMATS.items() for suffix in suffixes}
SUFFIXES = tuple(FORMAT_OF)
UNREAD = (
    *(".avif", ".dcm", ".exr", ".heic", ".heif", ".ico", ".j2k", ".jp2", ".jxl", ".pbm"),
    *(".pgm", ".pnm", ".ppm", ".psd", ".tga"),
    *(".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2"),
)
"""Endings of images that are not read: they are counted, so that nobody misses them unknowingly."""


HEIC = (".heic", ".heif")
"""Photographs of iPhones, which no permissively licensed library decodes."""


def conversion(endings: Iterable[str]) -> Phrase | str:
    """The end of a sentence about files that are not read: how to convert HEIC, where it is among
    them.
    """
    return Phrase("study.heic") if set(endings) & set(HEIC) else ""


def opened(file: BinaryIO) -> Image.Image:
    """The picture in a file, by its content, with only its header read. Raises ValueError for a
    format that is not listed, and for a header that is damaged.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(file, formats=NAMES)
    except UnidentifiedImageError:
        raise ValueError(say("study.unknown_image_format", known=", ".join(NAMES))) from None
    if picture.format == "MPO":  # as Pillow calls some JPEGs of cameras
        picture.format = "JPEG"
    return picture
