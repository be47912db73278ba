"""What finished runs answer for images: classes, masks, and what their stages see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from alih.errors import AlihError
from alih.words import language, say
from alih.words.phrase import Phrase

if TYPE_CHECKING:
    from alih.data.imagepaths import Search
    from alih.inspect.runtimes import ImageModel
    from alih.inspect.segment import Segmenter
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
    answers depend on it, else None. `notes` are what the reader should know of the answers.
    """

    answered: int
    unusable: int
    faults: tuple[AlihError, ...]
    others: dict[str, int]
    together: int | None = None
    notes: tuple[Phrase, ...] = ()


def predict(
    model: str | Path,
    paths: str | Path | Sequence[str | Path],
    out: str | Path | TextIO,
    *,
    device: str = "auto",
    runtime: str = "auto",
    batch: int | None = None,
    every: bool = False,
    top: int | None = None,
    overlay: str | Path | None = None,
    max_pixels: int | None = None,
    listed: Iterable[str] | None = None,
    on_images: Callable[[int], None] = lambda count: None,
) -> Answers:
    """Answer for image files by a finished run of any kind, or a model that `alih export` wrote.

    Rows are written as they are found: what stops halfway leaves whole rows. Images are decoded as
    the study decodes its own. Files that cannot be used are left out and counted.

    Args:
        model: The run, such as `runs/flowers/runs/finetune/seed-0`, or the folder of a model.
        paths: An image file, a folder (with all below it), a ZIP archive, a pattern such as
            `photos/*.jpg`, or several of these.
        out: For classes a file, CSV or (`.jsonl`) JSON lines, or an open text file; for masks a
            folder, which gets PNGs of the images' own sizes, and `areas.csv`.
        device: `auto`, `cpu`, `cuda` or `mps`.
        runtime: `auto`, `torch`, `onnx` (ONNX Runtime, exported models only, without torch) or
            `int8` (the same in eight bits, where `alih export --int8` wrote them).
        batch: How many images are answered together (default 64); classes only.
        every: Add a column with the probability of every class.
        top: How many of the most probable classes are named (default 1); classes only.
        overlay: A folder for pictures of each mask over its image; masks only.
        max_pixels: Refuse images with more pixels; by default the limit of the run's study.
        listed: Further paths, looked at one after the other.
        on_images: Hears how many files are done.

    Returns:
        How many files were answered, and what kept others from it.

    Raises:
        AlihError: The model cannot be used, or none of the files.

    >>> found = predict("runs/flowers/runs/finetune/seed-0", "new", "new.csv")  # doctest: +SKIP
    >>> found.answered, found.unusable  # doctest: +SKIP
    (812, 0)
    """
    from alih.data.imagepaths import Search
    from alih.inspect.answers import BATCH
    from alih.inspect.limits import limited
    from alih.inspect.runtimes import opened

    for count, key in ((batch, "inspect.predict_batch"), (top, "inspect.predict_top")):
        if count is not None and count < 1:
            raise AlihError(key, got=count)
    given = [paths] if isinstance(paths, str | Path) else paths
    search = Search([Path(path) for path in given], listed)
    ready = limited(opened(model, device, runtime), max_pixels)
    tally = _Tally(on_images)
    if ready.segments:
        if batch is not None or every or top is not None:
            raise AlihError("inspect.predict_masks_options", path=model)
        from alih.inspect.segment import segmenter_of

        folders = _mask_folders(search, out, overlay)
        _write_masks(segmenter_of(ready, Path(model)), search, folders, tally)
    else:
        if overlay is not None:
            raise AlihError("inspect.predict_overlay", path=model)
        _write_classes(ready, search, out, (batch, every, top), tally)
    tally.note(_cost_of_eight_bits(ready))
    tally.note_channels(ready.decode.channels)
    return tally.end(search, (batch or BATCH) if ready.transductive else None)


def _cost_of_eight_bits(model: ImageModel) -> Phrase | None:
    """That the network which answered is decidedly worse than the one that it was made of."""
    from alih.inspect.runtimes import OnnxPredictor

    if not isinstance(model, OnnxPredictor) or model.runtime != "int8":
        return None
    known = model.model.card.int8
    if known is None or not known.is_worse:
        return None
    return Phrase("inspect.int8_worse", {"told": known.verdicts[0].told[language()]})


def _write_classes(
    model: ImageModel,
    search: Search,
    out: str | Path | TextIO,
    options: tuple[int | None, bool, int | None],
    tally: _Tally,
) -> None:
    from alih.inspect.answers import BATCH, answers
    from alih.reports.answers.files import AnswerTable

    batch, every, top = options
    place = Path(out) if isinstance(out, str | Path) else out
    if isinstance(place, Path) and place.is_dir():
        raise AlihError("inspect.predict_out_folder", path=place)
    with AnswerTable(place, model.classes, every, top or 1) as table:
        for group in answers(model, search, batch or BATCH):
            table.add(group)
            tally.add([answer.fault for answer in group], sum(answer.converted for answer in group))


class _Tally:
    """Counts files as they are done."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell, self._faults = tell, list[AlihError]()
        self._done = self._unusable = self._converted = 0
        self._notes = list[Phrase]()

    def note(self, found: Phrase | None) -> None:
        """Keep what the reader should know."""
        self._notes += [] if found is None else [found]

    def add(self, faults: Sequence[AlihError | None], converted: int = 0) -> None:
        """Count files, each with its fault or None, and how many were read with other channels."""
        found = [fault for fault in faults if fault is not None]
        self._faults += found[: FAULTS - len(self._faults)]
        self._done += len(faults)
        self._unusable += len(found)
        self._converted += converted
        self._tell(self._done)

    def note_channels(self, channels: int) -> None:
        """Keep that files were gray for a model of colour images, or the other way round."""
        if self._converted:
            key = "inspect.read_as_colour" if channels == 3 else "inspect.read_as_gray"
            self.note(Phrase(key, {"count": self._converted}))

    def end(self, search: Search, together: int | None) -> Answers:
        """The counts. Raises AlihError when no file was usable."""
        if not self._done:
            named = [f"'{path}'" for path in search.paths]
            if search.listed is not None:
                named.append(say("inspect.predict_list"))
            raise AlihError("inspect.predict_no_images", paths=", ".join(named))
        if self._unusable == self._done:
            raise AlihError("inspect.predict_none", count=self._done, first=str(self._faults[0]))
        faults, others = tuple(self._faults), dict(search.others)
        answered, notes = self._done - self._unusable, tuple(self._notes)
        return Answers(answered, self._unusable, faults, others, together, notes)


def _mask_folders(
    search: Search, out: str | Path | TextIO, overlay: str | Path | None
) -> tuple[Path, Path | None]:
    """The folders of masks and of overlays, where neither can take the place of an image."""
    if not isinstance(out, str | Path):
        raise AlihError("inspect.predict_masks_out")
    folders = Path(out), None if overlay is None else Path(overlay)
    if folders[1] is not None and folders[0].resolve() == folders[1].resolve():
        raise AlihError("inspect.predict_overlay_same", path=out)
    for path in search.paths:
        inside = path.resolve() if path.is_dir() else path.resolve().parent
        for folder in folders:
            if folder is None:
                continue
            below = path.is_dir() and inside in folder.resolve().parents
            if folder.resolve() == inside or below:
                raise AlihError("inspect.predict_masks_inside", out=folder, path=path)
    return folders


def _write_masks(
    segmenter: Segmenter, search: Search, folders: tuple[Path, Path | None], tally: _Tally
) -> None:
    from alih.inspect.answers import converted, named
    from alih.reports.answers.files import AreaTable
    from alih.reports.look.mask_files import write_mask, write_overlaid

    folder, over = folders
    with AreaTable(folder / "areas.csv", segmenter.predictor.classes) as table:
        for image in search:
            fault, other = image.fault, False
            if fault is None:
                mask = folder / f"{image.place}.png"
                for one in filter(None, folders):  # images of a list, or that a pattern matches
                    if one.resolve() in image.path.resolve().parents:
                        raise AlihError("inspect.predict_masks_inside", out=one, path=image.path)
                try:
                    answer = segmenter.answer(image.path)
                    if over is None:
                        counts = write_mask(answer, mask)
                    else:
                        counts, _ = write_overlaid(answer, mask, over / f"{image.place}.png")
                    table.add(image.name, mask, answer.size, counts.tolist())
                    other = converted(image.path, segmenter.predictor.decode.channels)
                except AlihError as error:
                    if error.key in ("common.no_space", "common.cannot_write"):
                        raise
                    fault = named(error, image)
            tally.add([fault], int(other))
