"""A predicted mask as files: a palette PNG at the image's own size, written row by row, and the
mask over a smaller image.
"""

from __future__ import annotations

import contextlib
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from alih import files
from alih.reports.kit import mask_colours as masks
from alih.reports.kit.pictures import data_uri, png
from alih.words import percent
from alih.words.layout import html_table

if TYPE_CHECKING:
    import numpy as np

    from alih.inspect.segment import Answer

MASK, OVERLAY = "mask.png", "overlay.png"
LONGEST = 1280
"""Pixels of an overlay's longer side, at most."""

AT_ONCE = 1 << 18
"""Pixels of the image that are coloured at once."""


@dataclass(frozen=True, eq=False)
class MaskFiles:
    """What was written about one image, and how it came about.

    `mask`: a PNG of the image's `size` (width, height) whose values are indices into `classes`, in
    the report's colours. `overlay`: it over the image, at most `LONGEST` pixels a side; `picture`
    is the same in memory, uint8 [h, w, 3]. `shares`: the part of the pixels that each class has.
    `scale`, `tile` (pixels), `overlap` (share of a tile) and `tiles` (their number) say how the
    image was read.
    """

    mask: Path
    overlay: Path
    size: tuple[int, int]
    classes: tuple[str, ...]
    shares: dict[str, float]
    scale: str
    tile: int
    overlap: float
    tiles: int
    picture: np.ndarray = field(repr=False)

    def _repr_html_(self) -> str:
        shares = [(name, percent(share)) for name, share in self.shares.items()]
        return f'<img src="{data_uri(png(self.picture))}">' + html_table(("", ""), shares)


def write(answer: Answer, folder: Path) -> MaskFiles:
    """Write `mask.png` and `overlay.png` of an answer into `folder`, reading the image as the mask
    is written.

    Raises AlihError when the image turns out to be broken or the folder cannot be written; a mask
    that is not whole is not left.
    """
    width, height = answer.size
    with _leaving_no_folder(folder):
        counts, picture = write_overlaid(answer, folder / MASK, folder / OVERLAY)
    shares = {
        name: count / (width * height)
        for name, count in zip(answer.classes, counts.tolist(), strict=True)
    }
    return MaskFiles(
        folder / MASK,
        folder / OVERLAY,
        answer.size,
        answer.classes,
        shares,
        answer.scale,
        answer.tile,
        answer.overlap,
        answer.count,
        picture,
    )


def write_overlaid(answer: Answer, mask: Path, overlay: Path) -> tuple[np.ndarray, np.ndarray]:
    """Write the mask of an answer, and it over the image. Returns the pixels of each class, int64
    [C], and the overlay uint8 [h, w, 3].

    Raises AlihError as `write`.
    """
    width, height = answer.size
    small, some = _Small(width, height), max(1, AT_ONCE // width)

    def add(pixels: np.ndarray, classes: np.ndarray) -> None:
        for top in range(0, len(pixels), some):  # mixing colours takes many bytes a pixel
            part = slice(top, top + some)
            small.add(masks.overlay(pixels[part], classes[part], answer.classes))

    counts = write_mask(answer, mask, add)
    picture = small.picture()
    files.write_bytes(overlay, png(picture))
    return counts, picture


def write_mask(
    answer: Answer,
    path: Path,
    seen: Callable[[np.ndarray, np.ndarray], None] = lambda pixels, classes: None,
) -> np.ndarray:
    """Write only the mask of an answer; `seen(pixels, classes)` gets each strip. Returns the pixels
    of each class, int64 [C].

    Raises AlihError as `write`.
    """
    import numpy as np

    counts = np.zeros(len(answer.classes), np.int64)

    def fill(file: BinaryIO) -> None:
        mask = PalettePng(file, *answer.size, masks.palette(answer.classes))
        for pixels, classes in answer.strips:
            mask.write(classes)
            counts[:] += np.bincount(classes.ravel(), minlength=len(counts))
            seen(pixels, classes)
        mask.close()

    files.write_atomically(path, fill)
    return counts


@contextlib.contextmanager
def _leaving_no_folder(folder: Path) -> Iterator[None]:
    """Folders that did not exist before are removed again when what happens in them fails."""
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield
    except BaseException:
        for place in made:
            with contextlib.suppress(OSError):
                place.rmdir()
        raise


class PalettePng:
    """A PNG of 8-bit indices into a palette, written row by row (Pillow would want all rows at
    once).

    Format: Portable Network Graphics (PNG) Specification, W3C.
    """

    def __init__(self, file: BinaryIO, width: int, height: int, colours: Sequence[str]) -> None:
        self._file, self._deflate = file, zlib.compressobj()
        file.write(b"\x89PNG\r\n\x1a\n")
        self._chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        self._chunk(
            b"PLTE", b"".join(bytes.fromhex(colour.removeprefix("#")) for colour in colours)
        )

    def write(self, rows: np.ndarray) -> None:
        """Add rows uint8 [r, width]."""
        import numpy as np

        # Each row begins with the number of its filter: none, which suits indices.
        self._content(self._deflate.compress(np.pad(rows, ((0, 0), (1, 0))).tobytes()))

    def close(self) -> None:
        """Write what is left and the end mark; the file stays open."""
        self._content(self._deflate.flush())
        self._chunk(b"IEND", b"")

    def _content(self, packed: bytes) -> None:
        if packed:
            self._chunk(b"IDAT", packed)

    def _chunk(self, name: bytes, content: bytes) -> None:
        self._file.write(
            struct.pack(">I", len(content))
            + name
            + content
            + struct.pack(">I", zlib.crc32(name + content))
        )


class _Small:
    """A picture made smaller as its rows come: means over blocks of pixels."""

    def __init__(self, width: int, height: int) -> None:
        import numpy as np

        self.width, self.height = width, height
        self.step = -(-max(width, height) // LONGEST)
        self.sums = np.zeros((-(-height // self.step), -(-width // self.step), 3), np.float32)
        self.top = 0

    def add(self, rows: np.ndarray) -> None:
        """Take rows uint8 [r, width, 3]."""
        import numpy as np

        blocks = np.add.reduceat(rows, np.arange(0, self.width, self.step), axis=1, dtype=np.uint32)
        first, ahead = self.top // self.step, self.top % self.step
        # Where the rows of each row of blocks begin; the first may have begun in an earlier strip.
        starts = np.maximum(np.arange(-ahead, len(rows), self.step), 0)
        self.sums[first : first + len(starts)] += np.add.reduceat(blocks, starts, axis=0)
        self.top += len(rows)

    def picture(self) -> np.ndarray:
        """The means, uint8 [h, w, 3], once; blocks at the right and lower edges may hold fewer
        pixels.
        """
        import numpy as np

        high, wide = (
            np.minimum(self.step, side - np.arange(0, side, self.step)).astype(np.float32)
            for side in (self.height, self.width)
        )
        self.sums /= high[:, None, None]
        self.sums /= wide[:, None]
        return np.rint(self.sums, out=self.sums).astype(np.uint8)
