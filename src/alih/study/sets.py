"""Facts about the named data sets that a study can be checked against before any image is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SetFacts:
    """Size of a named set: images are `image_size` x `image_size` with `channels`, `train` and official `test` items."""

    image_size: int
    channels: int
    classes: int
    train: int
    test: int


KNOWN_SETS: dict[str, SetFacts] = {
    "fashion-mnist": SetFacts(image_size=28, channels=1, classes=10, train=60_000, test=10_000),
    "fashion-mnist-mini": SetFacts(image_size=28, channels=1, classes=10, train=6_000, test=1_000),
}
