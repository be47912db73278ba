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

from alih.errors import AlihError

if TYPE_CHECKING:
    from alih.data.imagepaths import ImagePath
    from alih.inspect.predictor import Predictor

BATCH = 64
"""Images that are decoded and answered together."""

AHEAD = 2
"""Batches that are decoded or waiting while one is answered."""

Decoded = np.ndarray | AlihError


@dataclass(frozen=True, eq=False)
class FileAnswer:
    """One file's probabilities float32 [classes], or the fault for which it has none."""

    image: ImagePath
    probabilities: np.ndarray | None
    fault: AlihError | None = None


def answers(
    predictor: Predictor, images: Iterable[ImagePath], batch: int = BATCH
) -> Iterator[list[FileAnswer]]:
    """Answers in the order of files, `batch` (or at the end fewer) at a time; memory holds a few
    batches.
    """
    for group, pixels in _decoded(predictor, images, batch):
        whole = [array for array in pixels if isinstance(array, np.ndarray)]
        rows = iter(predictor.probabilities(np.stack(whole)) if whole else ())
        yield [
            FileAnswer(image, None, found)
            if isinstance(found, AlihError)
            else FileAnswer(image, next(rows))
            for image, found in zip(group, pixels, strict=True)
        ]


def _decoded(
    predictor: Predictor, images: Iterable[ImagePath], batch: int
) -> Iterator[tuple[list[ImagePath], list[Decoded]]]:
    def read(image: ImagePath) -> Decoded:
        try:
            return image.fault or predictor.read(image.path)
        except AlihError as error:
            return error

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
