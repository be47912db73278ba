"""The formats of image files that are read: the one place to add another. Torch-free, Pillow only
inside functions.

Pillow reads many more, some by starting programs of others (PostScript through Ghostscript): only
what is listed is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from alih.words import say

if TYPE_CHECKING:
    from PIL import Image


def _with_pillow(file: BinaryIO, name: str) -> Image.Image:
    from PIL import Image

    return Image.open(file, formats=(name,))


@dataclass(frozen=True)
class ImageFormat:
    """One format: its name, the endings of its files, how their content begins, and what opens
    them.

    `starts`: bytes at an offset, any of which tells the format. `open` takes the file and the name,
    and returns a picture whose pixels may still wait to be decoded; a reader without Pillow returns
    `Image.fromarray(pixels)`.
    """

    name: str
    suffixes: tuple[str, ...]
    starts: tuple[tuple[int, bytes], ...]
    open: Callable[[BinaryIO, str], Image.Image] = _with_pillow

    def matches(self, head: bytes) -> bool:
        """Whether a file that begins with `head` is of this format."""
        return any(head[offset : offset + len(start)] == start for offset, start in self.starts)


FORMATS = (
    ImageFormat("JPEG", (".jpg", ".jpeg", ".jfif"), ((0, b"\xff\xd8\xff"),)),
    ImageFormat("PNG", (".png",), ((0, b"\x89PNG\r\n\x1a\n"),)),
    ImageFormat("GIF", (".gif",), ((0, b"GIF87a"), (0, b"GIF89a"))),
    ImageFormat("BMP", (".bmp",), ((0, b"BM"),)),
    ImageFormat(
        "TIFF", (".tif", ".tiff"), ((0, b"II*\0"), (0, b"MM\0*"), (0, b"II+\0"), (0, b"MM\0+"))
    ),
    ImageFormat("WEBP", (".webp",), ((8, b"WEBP"),)),
)
"""Of files with several frames or pages the first is read."""
NAMES = tuple(known.name for known in FORMATS)
SUFFIXES = tuple(suffix for known in FORMATS for suffix in known.suffixes)
UNREAD = (
    *(".avif", ".dcm", ".exr", ".heic", ".heif", ".ico", ".j2k", ".jp2", ".jxl", ".pbm"),
    *(".pgm", ".pnm", ".ppm", ".psd", ".tga"),
    *(".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2"),
)
"""Endings of images that are not read: they are counted, so that nobody misses them unknowingly."""
_HEAD = max(offset + len(start) for known in FORMATS for offset, start in known.starts)


def opened(file: BinaryIO) -> Image.Image:
    """The picture in a file, by its content, with only its header read. Raises ValueError for a
    format that is not listed.
    """
    head = file.read(_HEAD)
    file.seek(0)
    for known in FORMATS:
        if known.matches(head):
            picture = known.open(file, known.name)
            picture.format = known.name  # Pillow calls some JPEGs of cameras MPO
            return picture
    raise ValueError(say("study.unknown_image_format", known=", ".join(NAMES)))
