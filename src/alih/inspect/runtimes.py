"""What a model that is ready for images does, whatever computes it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from alih.data.decode import Decode
from alih.evaluation.judgement import Judgement


class ImageModel(Protocol):
    """What answers for images: a `Predictor`, and its like."""

    @property
    def name(self) -> str:
        """The arm, and the network's name."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        ...

    @property
    def segments(self) -> bool:
        """Whether it answers for every pixel."""
        ...

    @property
    def decode(self) -> Decode:
        """How files become pixels."""
        ...

    @property
    def transductive(self) -> bool:
        """Whether an image's answer depends on the others it is asked for with."""
        ...

    @property
    def judgement(self) -> Judgement:
        """What validation images taught about the answers."""
        ...

    def read(self, file: str | Path) -> np.ndarray:
        """Decode an image file: uint8 [h, w, c]."""
        ...

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Scores of whole images before softmax, float32 [n, classes]."""
        ...

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """float32 [n, classes], or [n, classes, h, w] where it segments."""
        ...
