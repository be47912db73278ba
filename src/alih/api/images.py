"""What finished runs answer for images: classes, masks, and what their stages see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from alih.errors import AlihError

if TYPE_CHECKING:
    from alih.data.imagepaths import Search
    from alih.reports.look.mask_files import MaskFiles

FAULTS = 20
"""Faults of image files that are kept in words; further ones are counted."""


def segment(
    run_folder: str | Path,
    image: str | Path,
    out: str | Path,
    *,
    tile: int | None = None,
    overlap: float | None = None,
    scale: str | None = None,
    max_pixels: int | None = None,
    device: str = "auto",
    on_tiles: Callable[[int, int], None] = lambda new, total: None,
) -> MaskFiles:
    """The mask of one image of any size by a finished segmentation run.

    Writes `mask.png`, which has the image's size and a palette and whose values are class indices,
    and `overlay.png`. Memory does not grow with the image, beyond what decoding a file other than
    PNG takes.

    Args:
        run_folder: The run, such as `runs/pets/runs/unet/seed-0`.
        image: An image file.
        out: The folder to write into.
        tile: Pixels a side of the squares that a large image is read in; by default those of
            training images.
        overlap: The share of a tile by which tiles overlap at least (default 0.5).
        scale: `fit` makes the image as small as training images were, `tiles` reads it at its own
            resolution; by default what training did.
        max_pixels: Refuse an image with more pixels; by default the limit of the run's study.
        device: `auto`, `cpu`, `cuda` or `mps`.
        on_tiles: Hears `(new, total)` as tiles are answered.

    Returns:
        What was written, with the share of the pixels that each class has.

    Raises:
        AlihError: The run or the image cannot be used; nothing is written then.

    >>> found = segment("runs/pets/runs/unet/seed-0", "cat.jpg", out="cat")  # doctest: +SKIP
    >>> found.shares  # doctest: +SKIP
    {'pet': 0.31, 'border': 0.11, 'background': 0.58}
    """
    from alih.inspect.segment import segmenter
    from alih.reports.look.mask_files import write

    ready = segmenter(
        run_folder, tile=tile, overlap=overlap, scale=scale, max_pixels=max_pixels, device=device
    )
    answer = ready.answer(image, on_tiles)
    return write(answer, Path(out))


@dataclass(frozen=True)
class Answers:
    """How many image files were `answered` and how many `unusable`.

    `faults` are the first of those that say why, `others` counts files of image formats that are
    not read, by ending. `together`: the number of images asked for together, where the classifier's
    answers depend on it, else None.
    """

    answered: int
    unusable: int
    faults: tuple[AlihError, ...]
    others: dict[str, int]
    together: int | None = None


def predict(
    run_folder: str | Path,
    paths: str | Path | Sequence[str | Path],
    out: str | Path | TextIO,
    *,
    device: str = "auto",
    batch: int | None = None,
    every: bool = False,
    max_pixels: int | None = None,
    on_images: Callable[[int], None] = lambda count: None,
) -> Answers:
    """Answer for image files, and for all that lie below folders, by a finished run of any kind.

    Rows are written as they are found: what stops halfway leaves whole rows. Images are decoded as
    the study decodes its own. Files that cannot be used are left out and counted.

    Args:
        run_folder: The run, such as `runs/flowers/runs/finetune/seed-0`.
        paths: An image file, a folder, or several of both.
        out: For classes a CSV file (columns file, class, probability) or an open text file, for
            masks a folder, which gets PNGs of the images' own sizes.
        device: `auto`, `cpu`, `cuda` or `mps`.
        batch: How many images are answered together (default 64); classes only.
        every: Add a column with the probability of every class.
        max_pixels: Refuse images with more pixels; by default the limit of the run's study.
        on_images: Hears how many files are done.

    Returns:
        How many files were answered, and what kept others from it.

    Raises:
        AlihError: The run cannot be used, or none of the files.

    >>> found = predict("runs/flowers/runs/finetune/seed-0", "new", "new.csv")  # doctest: +SKIP
    >>> found.answered, found.unusable  # doctest: +SKIP
    (812, 0)
    """
    from alih.data.imagepaths import Search
    from alih.inspect.limits import limited
    from alih.inspect.predictor import Predictor

    if batch is not None and batch < 1:
        raise AlihError("inspect.predict_batch", got=batch)
    named = [paths] if isinstance(paths, str | Path) else paths
    search = Search([Path(path) for path in named])
    predictor = limited(Predictor.open(run_folder, device), max_pixels)
    tally = _Tally(on_images)
    if predictor.segments:
        if batch is not None or every:
            raise AlihError("inspect.predict_masks_options", path=run_folder)
        _write_masks(run_folder, search, out, (device, max_pixels), tally)
    else:
        from alih.inspect.answers import BATCH, answers
        from alih.reports.answers.files import AnswerTable

        place = Path(out) if isinstance(out, str | Path) else out
        if isinstance(place, Path) and place.is_dir():
            raise AlihError("inspect.predict_out_folder", path=place)
        with AnswerTable(place, predictor.classes, every) as table:
            for group in answers(predictor, search, batch or BATCH):
                table.add(
                    (str(a.image.path), a.probabilities)
                    for a in group
                    if a.probabilities is not None
                )
                tally.add([answer.fault for answer in group])
    together = (batch or BATCH) if predictor.transductive else None
    return tally.end(search, together)


class _Tally:
    """Counts files as they are done."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell, self._faults = tell, list[AlihError]()
        self._done = self._unusable = 0

    def add(self, faults: Sequence[AlihError | None]) -> None:
        """Count files, each with its fault or None."""
        found = [fault for fault in faults if fault is not None]
        self._faults += found[: FAULTS - len(self._faults)]
        self._done += len(faults)
        self._unusable += len(found)
        self._tell(self._done)

    def end(self, search: Search, together: int | None) -> Answers:
        """The counts. Raises AlihError when no file was usable."""
        if not self._done:
            raise AlihError(
                "inspect.predict_no_images", paths=", ".join(f"'{path}'" for path in search.paths)
            )
        if self._unusable == self._done:
            raise AlihError("inspect.predict_none", count=self._done, first=str(self._faults[0]))
        faults, others = tuple(self._faults), dict(search.others)
        return Answers(self._done - self._unusable, self._unusable, faults, others, together)


def _write_masks(
    run_folder: str | Path,
    search: Search,
    out: str | Path | TextIO,
    options: tuple[str, int | None],
    tally: _Tally,
) -> None:
    from alih.inspect.segment import segmenter
    from alih.reports.look.mask_files import write_mask

    if not isinstance(out, str | Path):
        raise AlihError("inspect.predict_masks_out")
    folder = Path(out)
    for path in search.paths:
        inside = path.resolve() if path.is_dir() else path.resolve().parent
        # Masks are PNGs with the names of images: they must never take the place of one.
        if folder.resolve() == inside or (path.is_dir() and inside in folder.resolve().parents):
            raise AlihError("inspect.predict_masks_inside", out=folder, path=path)
    ready = segmenter(run_folder, device=options[0], max_pixels=options[1])
    for image in search:
        fault = image.fault
        if fault is None:
            try:
                write_mask(ready.answer(image.path), folder / f"{image.place}.png")
            except AlihError as error:
                if error.key in ("common.no_space", "common.cannot_write"):
                    raise
                fault = error
        tally.add([fault])
