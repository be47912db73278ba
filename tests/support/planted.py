"""Small sets of pictures with something wrong in them, planted by name. No torch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("disc", "stripes")


def picture(kind: str, generator: np.random.Generator, side: int = 96) -> Image.Image:
    """A blurred random ground with a figure of its class at a random place and in a random
    colour."""
    small = generator.integers(0, 256, (9, 9, 3), np.uint8)
    ground = np.asarray(Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC))
    y, x = np.mgrid[:side, :side]
    at = generator.integers(side // 3, 2 * side // 3, 2)
    inside = (y - at[0]) ** 2 + (x - at[1]) ** 2 < (side // 4) ** 2
    if kind == "stripes":
        inside &= (x + y) // 6 % 2 == 0
    found = ground.copy()
    found[inside] = generator.integers(0, 256, 3)
    noise = generator.normal(0, 6, found.shape)
    return Image.fromarray(np.clip(found + noise, 0, 255).astype(np.uint8))


def pictures(count: int, classes: tuple[str, ...] = CLASSES) -> Iterator[tuple[str, Image.Image]]:
    """So many pictures of each class, always the same, with the class of each."""
    generator = np.random.default_rng(7)
    for _ in range(count):
        for kind in classes:
            yield kind, picture(kind, generator)


def folder(root: Path, each: int = 12, parts: tuple[str, ...] = ("train", "test")) -> Path:
    """Write a clean set: classes in ready parts, or without parts."""
    for number, (kind, image) in enumerate(pictures(each * max(1, len(parts)))):
        part = parts[number // 2 % len(parts)] if parts else ""
        place = root / part / kind
        place.mkdir(parents=True, exist_ok=True)
        image.save(place / f"{number:03}.jpg", quality=92)
    return root
