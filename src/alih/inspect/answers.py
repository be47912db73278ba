"""What a run's model answers for image files: a stream, decoded ahead in threads, whatever their
number.
"""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alih.datafiles.imagefile import is_gray, open_image
from alih.errors import AlihError

if TYPE_CHECKING:
    from pathlib import Path

    from alih.data.imagepaths import ImagePath
    from alih.inspect.runtimes import ImageModel

BATCH = 64
"""Images that are decoded and answered together."""

AHEAD = 2
"""Batches that are decoded or waiting while one is answered."""

Decoded = tuple[np.ndarray | AlihError, bool]
"""The pixels of a file or its fault, and whether it was `converted`."""


@dataclass(frozen=True, eq=False)
class FileAnswer:
    """One file's probabilities float32 [classes], calibrated where validation images taught how, or
    the fault for which it has none.

    `uncalibrated` is the model's own probability of the most probable class, None where nothing was
    calibrated; `unlike` whether the image is unlike those learnt from, None where that is not
    known. `converted`: a gray file was read as colour, or the other way round.
    """

    image: ImagePath
    probabilities: np.ndarray | None
    uncalibrated: float | None = None
    unlike: bool | None = None
    fault: AlihError | None = None
    converted: bool = False


def converted(file: Path, channels: int) -> bool:
    """Whether a file is gray where a model reads colour (3 channels), or colour where it reads
    gray (1); by its kind, whatever its pixels show.
    """
    with open_image(file) as picture:
        return is_gray(picture) == (channels == 3)


def answers(
    model: ImageModel, images: Iterable[ImagePath], batch: int = BATCH
) -> Iterator[list[FileAnswer]]:
    """Answers in the order of files, `batch` (or at the end fewer) at a time; memory holds a few
    batches.
    """
    for group, decoded in _decoded(model, images, batch):
        whole = [found for found, _ in decoded if isinstance(found, np.ndarray)]
        rows = iter(judged(model, np.stack(whole)) if whole else ())
        yield [
            FileAnswer(image, None, fault=found)
            if isinstance(found, AlihError)
            else FileAnswer(image, *next(rows), converted=other)
            for image, (found, other) in zip(group, decoded, strict=True)
        ]


def judged(
    model: ImageModel, images: np.ndarray
) -> Iterator[tuple[np.ndarray, float | None, bool | None]]:
    """For each image its probabilities [classes], the uncalibrated one of its class, and whether it
    is unlike those learnt from.
    """
    found = model.judgement.of(model.scores(images))
    for at, probabilities in enumerate(found.probabilities):
        own = None if found.uncalibrated is None else found.uncalibrated[at]
        yield (
            probabilities,
            None if own is None else float(own[probabilities.argmax()]),
            None if found.unlike is None else bool(found.unlike[at]),
        )


def _decoded(
    model: ImageModel, images: Iterable[ImagePath], batch: int
) -> Iterator[tuple[list[ImagePath], list[Decoded]]]:
    def read(image: ImagePath) -> Decoded:
        if image.fault is not None:
            return image.fault, False
        try:
            pixels = model.read(image.path)
            return pixels, converted(image.path, model.decode.channels)
        except AlihError as error:
            return named(error, image), False

    source = iter(images)
    waiting: deque[tuple[list[ImagePath], list[Future[Decoded]]]] = deque()
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            while True:
                while len(waiting) <= AHEAD and (group := list(itertools.islice(source, batch))):
                    waiting.append((group, [pool.submit(read, image) for image in group]))
                if not waiting:
                    return
                group, futures = waiting.popleft()
                yield group, [future.result() for future in futures]
        finally:
            pool.shutdown(cancel_futures=True)


def named(error: AlihError, image: ImagePath) -> AlihError:
    """The fault of a file under the name that it was asked for by: what lies in a ZIP archive is
    read elsewhere.
    """
    if image.inside is None or "path" not in error.values:
        return error
    return AlihError(error.key, **error.values | {"path": image.inside})
