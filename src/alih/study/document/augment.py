"""Random changes of training images."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alih.study.document.values import LARGEST_SIDE, Frozen


class Augment(Frozen):
    """Random changes of training images. Shift and crop are in pixels, rotation in degrees, erase a
    probability.

    `scale` zooms by a factor in [1 - scale, 1 + scale].
    """

    flip: bool = False
    shift: Annotated[int, Field(ge=0, le=LARGEST_SIDE)] = 0
    crop: Annotated[int, Field(ge=0, le=LARGEST_SIDE)] = 0
    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0
    erase: Annotated[float, Field(ge=0, le=1)] = 0.0
    scale: Annotated[float, Field(ge=0, lt=1)] = 0.0

    @property
    def active(self) -> bool:
        """Whether anything is changed at all."""
        return self != Augment()

    def forms(self, views: int | None = None) -> int | None:
        """How many forms a training image has: 1 as it is, 2 where it is only flipped, one for each
        of fixed `views`; None where every epoch draws a new one.

        >>> Augment(flip=True).forms(), Augment(crop=2).forms(5), Augment(crop=2).forms()
        (2, 5, None)
        """
        if self.only_flips:
            return 2
        return views if self.active else 1

    @property
    def only_flips(self) -> bool:
        """Whether images are flipped, and nothing else."""
        return self == Augment(flip=True)
