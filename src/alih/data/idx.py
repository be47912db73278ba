"""A strict reader of IDX files, the format of MNIST and Fashion-MNIST.

Layout (http://yann.lecun.com/exdb/mnist, "the IDX file format"): two zero bytes, a type code, the
number of dimensions, one big-endian uint32 per dimension, then the values in row-major order.
"""

from __future__ import annotations

import gzip
import io
import math
import struct
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np

from alih import files
from alih.errors import AlihError
from alih.words.phrase import reason_of

UNSIGNED_BYTE = 0x08
_GZIP = b"\x1f\x8b"


def read_idx(source: Path | str | bytes, dimensions: int, most: int | None = None) -> np.ndarray:
    """The uint8 array of an IDX file with that many dimensions, from a path or bytes, gzip'd or
    plain.

    Whether it is gzip is told from the content, not from the name. Raises AlihError (`data.idx_…`)
    for a file that is broken, of another type or shape, too short or too long, and, before any
    value is read, for one that announces more than `most` values.

    >>> read_idx(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9]), dimensions=1)
    array([7, 9], dtype=uint8)
    """
    name = "bytes" if isinstance(source, bytes) else str(source)
    try:
        with (
            io.BytesIO(source)
            if isinstance(source, bytes)
            else files.open_regular(Path(source)) as raw
        ):
            zipped = raw.read(2) == _GZIP
            raw.seek(0)
            file = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if zipped else raw
            return _parse(file, dimensions, name, most)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise AlihError("data.idx_bad_gzip", name=name, reason=error) from error
    except OSError as error:
        raise AlihError("data.idx_unreadable", name=name, reason=reason_of(error)) from error


def _parse(file: IO[bytes], dimensions: int, name: str, most: int | None) -> np.ndarray:
    start, expected = file.read(4), bytes([0, 0, UNSIGNED_BYTE, dimensions])
    if start != expected:
        came = start.hex(" ") or "-"
        raise AlihError("data.idx_bad_magic", name=name, came=came, expected=expected.hex(" "))
    sizes, offset = file.read(4 * dimensions), 4 + 4 * dimensions
    if len(sizes) < 4 * dimensions:
        raise AlihError("data.idx_wrong_length", name=name, came=4 + len(sizes), expected=offset)
    shape = struct.unpack(f">{dimensions}I", sizes)
    count = math.prod(shape)
    if most is not None and count > most:  # a few megabytes of gzip may hold gigabytes
        raise AlihError(
            "data.idx_too_large", name=name, came=" × ".join(map(str, shape)), most=most
        )
    # One byte more than announced: it finds trailing bytes, and makes gzip reach the end, where it
    # checks its CRC. The limit keeps a header with absurd sizes from asking for more memory than
    # the file can fill.
    content = _read_at_most(file, count + 1)
    if len(content) != count:
        held = offset + len(content)
        raise AlihError("data.idx_wrong_length", name=name, came=held, expected=offset + count)
    return np.frombuffer(content, np.uint8).reshape(shape)


def _read_at_most(file: IO[bytes], limit: int) -> bytes:
    parts = []
    while limit > 0 and (part := file.read(min(limit, 1 << 24))):
        parts.append(part)
        limit -= len(part)
    return b"".join(parts)


def write_idx(array: np.ndarray, compress: bool = True) -> bytes:
    """The bytes of a uint8 array as an IDX file; equal arrays give equal bytes (no time stamp in
    the gzip header).
    """
    header = bytes([0, 0, UNSIGNED_BYTE, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    content = header + np.ascontiguousarray(array, np.uint8).tobytes()
    return gzip.compress(content, 9, mtime=0) if compress else content
