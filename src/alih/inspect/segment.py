"""The mask that a segmentation run gives an image of any size, at the image's own resolution, strip
by strip.

A network was trained at one scale, and answers well at that scale only. Either training images were
squares of the network's size as they lie: then a larger image is more of the same, and is read in
tiles at its own resolution. Or they were made that small, whatever their size: then another image
has to be made as small, and the answer is brought back to the image's size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from alih.data import strips
from alih.data.decode import Decode
from alih.datafiles.imagefile import open_image, shown_size
from alih.errors import AlihError
from alih.exported.folder import is_model, open_model
from alih.inspect import tiles
from alih.inspect.limits import limited, telling_limit
from alih.inspect.runfiles import study_root
from alih.inspect.runtimes import ImageModel, opened
from alih.runs.folder import StudyFolder

Scale = Literal["fit", "tiles"]
Strip = tuple[np.ndarray, np.ndarray]

SAMPLE = 32
"""Training images that are looked at to see whether all of them were squares of the network's
size."""
PLANE = 1 << 24
"""Pixels that an image made small may have: where only its short side is brought to the network's,
the other can be long."""


@dataclass(frozen=True)
class Answer:
    """What a network says about one image.

    `size` is (width, height), upright. `strips` gives, once and from top to bottom, the image's
    rows uint8 [r, w, c] with their classes uint8 [r, w]; a file that is broken further down raises
    AlihError there. `count` is the number of tiles.
    """

    file: str
    size: tuple[int, int]
    classes: tuple[str, ...]
    scale: Scale
    tile: int
    overlap: float
    count: int
    strips: Iterator[Strip]


@dataclass(frozen=True)
class Segmenter:
    """A segmentation run's network, ready for images; made by `segmenter`."""

    predictor: ImageModel
    scale: Scale
    tile: int
    overlap: float

    def answer(
        self, image: Path | str, done: Callable[[int, int], None] = lambda new, total: None
    ) -> Answer:
        """The answer for one image file; `done(new, total)` hears of tiles as they are ready.

        Memory holds some rows of tiles, whatever the image's height. Raises AlihError for a file
        that is no image, a broken one, and one with more pixels than the limit.
        """
        file, channels, decode = Path(image), self.predictor.decode.channels, self.predictor.decode
        with telling_limit():
            source = strips.open_strips(file, channels, decode.max_pixels, decode.scale)
        size = (source.height, source.width)
        squares = self.predictor.probabilities
        if self.scale == "tiles":
            count = tiles.count(size, self.tile, self.overlap)
            found = self._tiled(source, squares, lambda new: done(new, count))
        else:
            plane = _plane(file, size, decode)
            count = tiles.count((plane.shape[0], plane.shape[1]), self.tile, self.overlap)
            found = self._fitted(source, plane, squares, lambda new: done(new, count))
        classes = self.predictor.classes
        return Answer(
            file.name,
            (source.width, source.height),
            classes,
            self.scale,
            self.tile,
            self.overlap,
            count,
            found,
        )

    def _tiled(
        self, source: strips.Strips, squares: tiles.Predict, done: Callable[[int], None]
    ) -> Iterator[Strip]:
        size = (source.height, source.width)
        classes = len(self.predictor.classes)
        for rows, shares in tiles.blended(
            source.rows, size, self.tile, self.overlap, squares, classes, done
        ):
            yield rows, _classes(shares)

    def _fitted(
        self,
        source: strips.Strips,
        plane: np.ndarray,
        squares: tiles.Predict,
        done: Callable[[int], None],
    ) -> Iterator[Strip]:
        def rows(top: int, bottom: int) -> np.ndarray:
            return plane[top:bottom]

        size = (plane.shape[0], plane.shape[1])
        parts = tiles.blended(
            rows, size, self.tile, self.overlap, squares, len(self.predictor.classes), done
        )
        whole = np.concatenate([shares for _, shares in parts], axis=1)
        top = 0
        for shares in tiles.resized(whole, (source.height, source.width)):
            bottom = top + shares.shape[1]
            yield source.rows(top, bottom), _classes(shares)
            top = bottom


def segmenter(
    run_folder: Path | str,
    *,
    tile: int | None = None,
    overlap: float | None = None,
    scale: str | None = None,
    max_pixels: int | None = None,
    device: str = "auto",
    runtime: str = "auto",
) -> Segmenter:
    """Open a finished segmentation run for images of any size.

    `scale`: `fit` makes the image as small as training images were made and brings the answer back
    to its size; `tiles` reads it at its own resolution in squares of `tile` pixels (default: the
    side of training images) that overlap by at least the share `overlap` (default 0.5) of a tile.
    By default what training did: `tiles` where training images were squares of the network's size
    as they lie, else `fit`; asking for a tile or an overlap means `tiles`. `max_pixels` replaces
    the limit on an image's pixels (that of the run's study, else the usual one). `device`: auto,
    cpu, cuda or mps; `runtime`: auto, torch or onnx. Raises AlihError for a folder that holds no
    segmentation run, and for options beyond their range.
    """
    _check(tile, overlap, scale)
    ready = limited(opened(run_folder, device, runtime, tile), max_pixels)
    return segmenter_of(ready, Path(run_folder), tile, overlap, scale)


def segmenter_of(
    predictor: ImageModel,
    folder: Path,
    tile: int | None = None,
    overlap: float | None = None,
    scale: str | None = None,
) -> Segmenter:
    """A model that is open already, for images of any size; see `segmenter`."""
    if not predictor.segments:
        raise AlihError("inspect.segment_no_masks", path=folder)
    side = predictor.decode.size
    if scale is None:
        asked = tile is not None or overlap is not None
        scale = "tiles" if asked or trained_as_they_lie(folder, side) else "fit"
    kind: Scale = "tiles" if scale == "tiles" else "fit"
    return Segmenter(predictor, kind, tile or side, tiles.OVERLAP if overlap is None else overlap)


def _check(tile: int | None, overlap: float | None, scale: str | None) -> None:
    if tile is not None and tile < 1:
        raise AlihError("inspect.segment_tile", got=tile)
    if overlap is not None and not 0 <= overlap <= tiles.MOST_OVERLAP:
        raise AlihError("inspect.segment_overlap", got=overlap, most=tiles.MOST_OVERLAP)
    if scale not in (None, "fit", "tiles"):
        raise AlihError("inspect.segment_scale", got=scale)
    if scale == "fit" and (tile is not None or overlap is not None):
        raise AlihError("inspect.segment_fit_tile")


def trained_as_they_lie(folder: Path, side: int) -> bool:
    """Whether training images were squares of the network's size before anything was done to them;
    of older study folders, which do not hold it, no where they are gone.
    """
    from alih.study.catalogue.lookup import listing_of
    from alih.study.catalogue.sets import target
    from alih.study.loading import load

    if is_model(folder):
        return open_model(folder).card.masks_scale == "tiles"
    try:
        root = study_root(folder)
        data = None if root is None else StudyFolder(root).data
        if data is not None and data.square is not None:
            return data.square == side
        listing = listing_of(target(load(str(root))), task="segmentation")
        if listing is None or not listing.items:
            return False
        sample = listing.items[:: max(1, len(listing.items) // SAMPLE)]
        return all(_shown(listing.root / item.path) == (side, side) for item in sample)
    except AlihError:
        return False


def _shown(path: Path) -> tuple[int, int]:
    with open_image(path) as picture:
        return shown_size(picture)


def _plane(file: Path, size: tuple[int, int], decode: Decode) -> np.ndarray:
    """The image as small as training images were: uint8 [h, w, c].

    `squash` made squares of them. `crop` brought the short side to the network's and cut the long
    one, which is left whole here.
    """
    with telling_limit():
        height, width = size
        if decode.resize == "squash" or height == width:
            return strips.read(file, replace(decode, resize="squash"))
        longest = PLANE // decode.size
        across, down = (
            min(longest, max(decode.size, round(side * decode.size / min(size))))
            for side in (width, height)
        )
        return strips.scaled(file, decode, (across, down))


def _classes(shares: np.ndarray) -> np.ndarray:
    """The most probable class of every pixel: [classes, r, w] -> uint8 [r, w]."""
    return shares.argmax(axis=0).astype(np.uint8)
