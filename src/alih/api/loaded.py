"""A model that was loaded once and answers for images in memory and in files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from alih.errors import AlihError
from alih.inspect.answers import BATCH, judged
from alih.reports.answers.predictions import Predictions

if TYPE_CHECKING:
    from PIL import Image

    from alih.inspect.runtimes import ImageModel


@dataclass(frozen=True, eq=False, repr=False)
class ImageAnswers(Predictions):
    """Classes of images: a table with the columns image (path or number), class, probability;
    uncalibrated (the model's own probability), where probabilities are calibrated; unlike, where
    that is known.

    `probabilities` float32 [n, classes] are of all `classes`, calibrated where that can be done.
    """

    classes: tuple[str, ...]
    probabilities: np.ndarray = field(repr=False)


@dataclass(frozen=True, eq=False, repr=False)
class ImageMasks(Predictions):
    """Masks of images: a table with the columns image (path or number), width, height and
    `share:<class>` of the pixels for each class.

    `masks` are uint8 [height, width] of indices into `classes`, at the images' own sizes.
    """

    classes: tuple[str, ...]
    masks: Sequence[np.ndarray] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Model:
    """A model that is ready for images; `load_model` makes it.

    `runtime` is what computes: `torch`, `onnx` or `int8`.
    """

    path: Path
    runtime: str
    _ready: ImageModel = field(repr=False)

    @property
    def name(self) -> str:
        """The arm, and the network's name."""
        return self._ready.name

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of probabilities."""
        return self._ready.classes

    @property
    def segments(self) -> bool:
        """Whether it answers for every pixel."""
        return self._ready.segments

    def predict(self, images: Any, batch: int = BATCH) -> ImageAnswers | ImageMasks:
        """Answer for images.

        Args:
            images: One image or several: paths of files, PIL images, or arrays uint8 [h, w],
                [h, w, 1] or [h, w, 3] (RGB) of any size; or one array uint8 [n, h, w, c].
            batch: How many are answered together.

        Returns:
            A table with one row per image, which shows itself in notebooks and becomes a data frame
            with `to_pandas()`; with the probabilities of all classes, or with masks.

        Raises:
            AlihError: Something given is no image that can be read.
        """
        given = list(_each(images))
        names = [str(one) if isinstance(one, str | Path) else at for at, one in enumerate(given)]
        if self.segments:
            return self._masks(given, names)
        rows: list[tuple[np.ndarray, float | None, bool | None]] = []
        for start in range(0, len(given), max(1, batch)):
            part = [self._pixels(at, given[at]) for at in range(len(given))[start : start + batch]]
            rows += judged(self._ready, np.stack(part))
        shares = np.zeros((len(rows), len(self.classes)), np.float32)
        for at, row in enumerate(rows):
            shares[at] = row[0]
        columns: dict[str, Any] = {
            "image": names,
            "class": [self.classes[index] for index in shares.argmax(1)],
            "probability": [float(row.max()) for row in shares],
        }
        for at, name in ((1, "uncalibrated"), (2, "unlike")):
            if rows and rows[0][at] is not None:
                columns[name] = [row[at] for row in rows]
        return ImageAnswers(columns, self.classes, shares)

    def _masks(self, given: list[Any], names: list[Any]) -> ImageMasks:
        from alih.inspect.segment import segmenter_of

        ready, masks = segmenter_of(self._ready, self.path), []
        with tempfile.TemporaryDirectory() as place:
            for at, one in enumerate(given):
                file = one
                if not isinstance(one, str | Path):
                    file = Path(place) / "image.png"
                    _picture(at, one).save(file, compress_level=1)
                strips = ready.answer(file).strips
                masks.append(np.concatenate([classes for _, classes in strips]))
        columns: dict[str, Any] = {"image": names}
        columns |= {"width": [m.shape[1] for m in masks], "height": [m.shape[0] for m in masks]}
        for index, name in enumerate(self.classes):
            columns[f"share:{name}"] = [float((mask == index).mean()) for mask in masks]
        return ImageMasks(columns, self.classes, masks)

    def _pixels(self, at: int, image: Any) -> np.ndarray:
        from alih.data import pictures

        if isinstance(image, str | Path):
            return self._ready.read(image)
        return pictures.fit(_picture(at, image), self._ready.decode)


def load_model(
    path: str | Path,
    *,
    device: str = "auto",
    runtime: str = "auto",
    max_pixels: int | None = None,
) -> Model:
    """Load a model that `alih export` wrote, or that of a finished run.

    Args:
        path: The model's folder, or a run such as `runs/flowers/runs/finetune/seed-0`.
        device: `auto`, `cpu`, `cuda` or `mps`.
        runtime: `auto`, `torch`, `onnx` (ONNX Runtime, exported models only, without torch) or
            `int8` (the same in eight bits, where `alih export --int8` wrote them).
        max_pixels: Refuse image files with more pixels; by default the limit of the study.

    Returns:
        The model, whose `predict` takes paths, PIL images and arrays.

    Raises:
        AlihError: The folder holds no model and no finished run, or it cannot be used here.

    >>> model = load_model("flowers-model")  # doctest: +SKIP
    >>> model.predict("rose.jpg").rows[0]["class"]  # doctest: +SKIP
    'rose'
    """
    from alih.inspect.limits import limited
    from alih.inspect.runtimes import opened

    ready = limited(opened(path, device, runtime), max_pixels)
    return Model(Path(path), ready.runtime, ready)


def _each(images: Any) -> Iterator[Any]:
    """The images one by one: several, or a single one."""
    single = isinstance(images, str | Path) or not isinstance(images, Iterable)
    if single or (isinstance(images, np.ndarray) and images.ndim < 4):
        yield images
        return
    yield from images


def _picture(at: int, image: Any) -> Image.Image:
    """A PIL image, upright, or that of an array uint8. Raises AlihError for anything else."""
    from PIL import Image, ImageOps

    if isinstance(image, Image.Image):
        return ImageOps.exif_transpose(image)
    if isinstance(image, np.ndarray):
        array = image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image
        whole = array.dtype == np.uint8 and array.size > 0
        if whole and (array.ndim == 2 or array.shape[2:] == (3,)):
            return Image.fromarray(np.ascontiguousarray(array))
        got = f"{array.dtype} {list(image.shape)}"
    else:
        got = type(image).__name__
    raise AlihError("inspect.predict_array", index=at, got=got)
