"""A model as a server needs it: files to items in many threads, items to answers in one. No torch
on top.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from alih.datafiles.imagefile import meta
from alih.errors import AlihError
from alih.inspect.limits import limited, telling_limit
from alih.inspect.predictor import Predictor
from alih.inspect.runtimes import ImageModel, Runtime, opened
from alih.reports.kit.mask_colours import palette
from alih.reports.kit.pictures import enlarged, jpeg, overlay, png

if TYPE_CHECKING:
    from alih.inspect.segment import Segmenter
    from alih.models.staged import StagedNetwork

LEAST, MOST = 288, 768
"""Pixels a side of the picture that shows where a network looks."""


@dataclass(frozen=True, eq=False)
class ClassAnswer:
    """Probabilities float32 [classes] of one image, calibrated where that can be done, and as the
    network gives them; whether the image is `unlike` those learnt from, None where that is not
    known; a JPEG of what speaks for the class, if it was asked for and there is one.
    """

    probabilities: np.ndarray
    uncalibrated: np.ndarray
    unlike: bool | None
    picture: bytes | None


@dataclass(frozen=True, eq=False)
class MaskAnswer:
    """A mask as PNG of the image's `size` (width, height), the `shares` of its pixels that classes
    have, and as JPEG the mask over the image.
    """

    size: tuple[int, int]
    shares: tuple[float, ...]
    mask: bytes
    picture: bytes


@dataclass(frozen=True, eq=False)
class Job:
    """One image to be answered, as `prepare` left it, and whether a picture is wanted."""

    content: Any
    picture: bool = False


class Model(Protocol):
    """What a server asks of a model."""

    name: str
    classes: tuple[str, ...]
    most: int
    temperature: float | None

    @property
    def runtime(self) -> Runtime:
        """What computes."""

    @property
    def task(self) -> str:
        """`classification` or `segmentation`."""

    def prepare(self, path: Path) -> Any:
        """Bring an image file to what `answer` takes. Raises AlihError for one that is no image, a
        broken one, and one with more pixels than the limit, before any is decoded.
        """

    def answer(self, jobs: list[Job]) -> Sequence[Any]:
        """A ClassAnswer, a MaskAnswer or an exception for each job."""

    def warm(self) -> None:
        """Answer once, so that the first caller does not wait for what is loaded then."""


@dataclass
class ClassModel:
    """A classification model. One whose answers depend on the images asked for together is asked
    for each image alone, so that an answer never depends on other callers.
    """

    own: ImageModel
    batch: int = 32
    name: str = field(init=False)
    classes: tuple[str, ...] = field(init=False)
    most: int = field(init=False)
    temperature: float | None = field(init=False)
    task: str = field(init=False, default="classification")

    def __post_init__(self) -> None:
        self.name, self.classes = self.own.name, self.own.classes
        self.most = 1 if self.own.transductive else self.batch
        self.temperature = self.own.judgement.temperature

    @property
    def runtime(self) -> Runtime:
        """What computes."""
        return self.own.runtime

    @property
    def explains(self) -> bool:
        """Whether Grad-CAM can show what speaks for an answer: it takes a network in PyTorch that
        answers by itself.
        """
        return _with_maps(self.own) is not None

    def prepare(self, path: Path) -> np.ndarray:
        """Pixels uint8 [h, w, c]."""
        return self.own.read(path)

    def answer(self, jobs: list[Job]) -> Sequence[ClassAnswer]:
        """Answers for all jobs at once."""
        scores = self.own.scores(np.stack([job.content for job in jobs]))
        found = self.own.judgement.of(scores)
        own = found.probabilities if found.uncalibrated is None else found.uncalibrated
        unlike = [None] * len(jobs) if found.unlike is None else found.unlike.tolist()
        pictures = [_seen(self.own, job.content) if job.picture else None for job in jobs]
        parts = zip(found.probabilities, own, unlike, pictures, strict=True)
        return [ClassAnswer(*each) for each in parts]

    def warm(self) -> None:
        """Answer for a black image, with a picture."""
        self.answer([Job(_black(self.own), True)])


@dataclass
class MaskModel:
    """A segmentation model; images of any size are answered one after the other, each in as many
    tiles as it needs.
    """

    segmenter: Segmenter
    name: str = field(init=False)
    classes: tuple[str, ...] = field(init=False)
    most: int = field(init=False, default=1)
    temperature: float | None = field(init=False, default=None)
    task: str = field(init=False, default="segmentation")

    def __post_init__(self) -> None:
        self.name = self.segmenter.predictor.name
        self.classes = self.segmenter.predictor.classes

    @property
    def runtime(self) -> Runtime:
        """What computes."""
        return self.segmenter.predictor.runtime

    @property
    def colours(self) -> list[str]:
        """The colour of each class in masks."""
        return palette(self.classes)

    def prepare(self, path: Path) -> Path:
        """The file itself, whose header was looked at."""
        with telling_limit():
            meta(path, self.segmenter.predictor.decode.max_pixels)
        return path

    def answer(self, jobs: list[Job]) -> Sequence[MaskAnswer | Exception]:
        """Answers, one image after the other."""
        return [self._one(job) for job in jobs]

    def _one(self, job: Job) -> MaskAnswer | Exception:
        from alih.reports.look.mask_files import write

        try:
            with tempfile.TemporaryDirectory(prefix="alih-serve-") as place:
                found = write(self.segmenter.answer(job.content), Path(place))
                shares = tuple(found.shares[name] for name in self.classes)
                return MaskAnswer(found.size, shares, found.mask.read_bytes(), jpeg(found.picture))
        except Exception as error:
            return error

    def warm(self) -> None:
        """Answer for a black image."""
        with tempfile.TemporaryDirectory(prefix="alih-serve-") as place:
            file = Path(place) / "black.png"
            file.write_bytes(png(_black(self.segmenter.predictor)))
            self.answer([Job(file)])


def open_model(
    folder: str | Path,
    device: str = "auto",
    runtime: str = "auto",
    *,
    max_pixels: int,
    batch: int = 32,
) -> ClassModel | MaskModel:
    """Open what is to be served.

    Args:
        folder: The folder of a finished run, or of a model that `alih export` wrote.
        device: `auto`, `cpu`, `cuda` or `mps`.
        runtime: `auto` (ONNX Runtime where it can answer), `torch`, `onnx` or `int8`.
        max_pixels: Images with more pixels are refused.
        batch: Images that are answered together, at most.

    Raises:
        AlihError: The folder holds neither, or what cannot be used here.
    """
    if batch < 1:
        raise AlihError("inspect.predict_batch", got=batch)
    ready = limited(opened(folder, device, runtime), max_pixels)
    if not ready.segments:
        return ClassModel(ready, batch)
    from alih.inspect.segment import segmenter_of

    return MaskModel(segmenter_of(ready, Path(folder)))


def _with_maps(model: ImageModel) -> StagedNetwork | None:
    """The network whose maps show what speaks for an answer, None where there is none."""
    if not isinstance(model, Predictor) or model.classifier or model.mapping:
        return None
    from alih.models.staged import StagedNetwork

    return model.network if isinstance(model.network, StagedNetwork) else None


def _black(model: ImageModel) -> np.ndarray:
    return np.zeros((model.decode.size, model.decode.size, model.decode.channels), np.uint8)


def _seen(model: ImageModel, pixels: np.ndarray) -> bytes | None:
    """A JPEG of what in an image speaks for the likeliest class (Grad-CAM); None where the answer
    does not come from a network of PyTorch with maps, or nothing speaks for it.
    """
    network = _with_maps(model)
    if network is None:
        return None
    assert isinstance(model, Predictor)
    from alih.data.pixels import prepared
    from alih.models.gradcam import attention

    found = attention(network, prepared(pixels[None], np.arange(1), model.form))
    if found is None or found.maps[0].max() <= 0:
        return None
    strength = (255 * found.maps[0] / found.maps[0].max()).astype(np.uint8)
    return jpeg(overlay(enlarged(pixels[None], LEAST, MOST)[0], strength))
