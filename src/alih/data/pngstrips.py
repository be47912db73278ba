"""A PNG file a few rows at a time: the decompressed image is never in memory as a whole.

Pillow decodes an image at once. Here the file's filtered rows are decompressed as a stream, and
each strip of them, with the row before it on top, is handed to Pillow as a small PNG of its own.
Rows come out exactly as Pillow reads them from the whole file. Format: Portable Network Graphics
(PNG) Specification, W3C, chapters 9 (filtering) and 11 (chunks).
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from alih.datafiles.imagefile import orientation

if TYPE_CHECKING:
    from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TRUNCATED = "image file is truncated"
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_GRAY_LIKE = {1: 0, 2: 4, 3: 2, 4: 6}
"""The colour type of 8-bit pixels with as many bytes: filters work on bytes and know nothing of
colour."""
_COLOURS = (b"PLTE", b"tRNS")
_TEXTS = (b"eXIf", b"iTXt", b"tEXt", b"zTXt")
"""Chunks in which an orientation may lie."""
_MOST_TEXT = 1 << 22
_PIECE = 1 << 16


@dataclass(frozen=True)
class Layout:
    """How a PNG's rows lie: bits a sample, colour type, bytes per whole pixel and per row, and the
    chunks that colours need.
    """

    path: Path
    width: int
    height: int
    depth: int
    colour: int
    chunks: bytes

    @property
    def pixel_bytes(self) -> int:
        """How far back filters look, in bytes."""
        return max(1, _SAMPLES[self.colour] * self.depth // 8)

    @property
    def row_bytes(self) -> int:
        """Bytes of one row without the byte that names its filter."""
        return -(-self.width * _SAMPLES[self.colour] * self.depth // 8)


def layout(path: Path) -> Layout | None:
    """The layout of a PNG that can be read in strips; None for other files, and for PNGs that have
    to be read as a whole.

    These are interlaced, animated or turned (EXIF) ones, and those of 16 bits a colour. Raises
    OSError for a file that cannot be read.
    """
    with open(path, "rb") as file:
        if file.read(8) != SIGNATURE:
            return None
        colours, texts, header = b"", b"", b""
        for name, size in _chunks(file):
            if name == b"acTL" or (name in _TEXTS and size > _MOST_TEXT):
                return None
            if name == b"IHDR":
                header = file.read(size)
            elif name in _COLOURS:
                colours += _chunk(name, file.read(size))
            elif name in _TEXTS:
                texts += _chunk(name, file.read(size))
    if len(header) != 13:
        return None
    width, height, depth, colour, compression, filtering, interlaced = struct.unpack(
        ">IIBBBBB", header
    )
    found = Layout(path, width, height, depth, colour, colours)
    if colour not in _SAMPLES or compression or filtering or interlaced or not width or not height:
        return None
    if found.pixel_bytes not in _GRAY_LIKE or (texts and _turned(texts)):
        return None
    return found


def strips(found: Layout, rows: int) -> Iterator[Image.Image]:
    """Pictures of `rows` rows each (the last may have fewer), from top to bottom, in the mode that
    Pillow gives the file.

    Raises OSError where the file ends too early, and zlib.error or SyntaxError where it is damaged.
    """
    stride = found.row_bytes + 1
    before = bytes(found.row_bytes)
    stream = _Stream(found.path)
    try:
        for top in range(0, found.height, rows):
            count = min(rows, found.height - top)
            plain = _unfiltered(found, before, stream.read(count * stride))
            before = plain[-1].tobytes()
            content = np.zeros((count, stride), np.uint8)
            content[:, 1:] = plain
            yield _picture(
                found.width, count, found.depth, found.colour, found.chunks, content.tobytes()
            )
    finally:
        stream.close()


def _unfiltered(found: Layout, before: bytes, filtered: bytes) -> np.ndarray:
    """The bytes of filtered rows, uint8 [rows, row_bytes], given the bytes of the row before
    them.
    """
    count = len(filtered) // (found.row_bytes + 1)
    size = found.pixel_bytes
    picture = _picture(
        found.row_bytes // size, count + 1, 8, _GRAY_LIKE[size], b"", b"\x00" + before + filtered
    )
    return np.asarray(picture).reshape(count + 1, found.row_bytes)[1:]


class _Stream:
    """The decompressed content of a PNG's IDAT chunks, read piece by piece, with their checksums
    looked at.
    """

    def __init__(self, path: Path) -> None:
        self._file = open(path, "rb")  # noqa: SIM115 - closed by `close`: it outlives this function
        self._pieces = self._compressed()
        self._inflate = zlib.decompressobj()

    def read(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count:
            piece = self._inflate.unconsumed_tail or next(self._pieces, b"")
            if not piece or self._inflate.eof:
                raise OSError(TRUNCATED)
            found += self._inflate.decompress(piece, count - len(found))
        return bytes(found)

    def close(self) -> None:
        self._file.close()

    def _compressed(self) -> Iterator[bytes]:
        self._file.seek(8)
        for name, size in _chunks(self._file):
            if name != b"IDAT":
                continue
            check = zlib.crc32(name)
            for start in range(0, size, _PIECE):
                piece = self._file.read(min(_PIECE, size - start))
                check = zlib.crc32(piece, check)
                yield piece
            if self._file.read(4) != struct.pack(">I", check):
                raise SyntaxError("broken PNG file (bad header checksum in b'IDAT')")


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Names and sizes of chunks; the file then stands at the content, of which as much may be read
    as is wanted.
    """
    while True:
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        (size,) = struct.unpack(">I", head[:4])
        start = file.tell()
        yield head[4:], size
        file.seek(start + size + 4)


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def _picture(
    width: int, height: int, depth: int, colour: int, chunks: bytes, rows: bytes
) -> Image.Image:
    """A decoded picture of filtered rows."""
    from PIL import Image

    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    content = b"".join(
        (SIGNATURE, header, chunks, _chunk(b"IDAT", zlib.compress(rows, 0)), _chunk(b"IEND", b""))
    )
    picture = Image.open(io.BytesIO(content), formats=("PNG",))
    picture.load()
    return picture


def _turned(texts: bytes) -> bool:
    """Whether metadata say that the image has to be turned to be upright."""
    return orientation(_picture(1, 1, 8, 0, texts, b"\x00\x00")) != 1
