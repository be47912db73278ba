"""Draw a folder of circles and squares to try things with: `python shapes.py photos`.

`--each N` images per class, `--masks` folders `images` and `masks` for segmentation, `--look pale`
the same shapes as another camera would see them, `--noise 20` clearer ones. The same call draws the
same images.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIDE = 32


def shape(
    name: str, draw: np.random.Generator, look: str, noise: float
) -> tuple[Image.Image, Image.Image]:
    """One shape on a spotted ground, and its mask (1 where the shape is)."""
    size, (x, y) = draw.integers(9, 16), draw.integers(2, 15, 2)
    ground, ink = (60, 150) if look == "plain" else (190, 120)
    mask = Image.new("L", (SIDE, SIDE), 0)
    box = [int(x), int(y), int(x + size), int(y + size)]
    brush = ImageDraw.Draw(mask)
    (brush.ellipse if name == "circle" else brush.rectangle)(box, fill=1)
    pixels = np.where(np.asarray(mask)[..., None] == 1, ink, ground)
    pixels = pixels + draw.normal(0, noise, (SIDE, SIDE, 3))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)), mask


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", type=int, default=150)
    parser.add_argument("--masks", action="store_true")
    parser.add_argument("--look", choices=["plain", "pale"], default="plain")
    parser.add_argument("--noise", type=float, default=45)
    given = parser.parse_args()
    draw = np.random.default_rng(1 if given.look == "plain" else 2)
    for name in ("circle", "square"):
        for index in range(given.each):
            image, mask = shape(name, draw, given.look, given.noise)
            folder = given.folder / ("images" if given.masks else name)
            folder.mkdir(parents=True, exist_ok=True)
            image.save(folder / f"{name}-{index:03d}.png")
            if given.masks:
                (given.folder / "masks").mkdir(exist_ok=True)
                mask.save(given.folder / "masks" / f"{name}-{index:03d}.png")


if __name__ == "__main__":
    main()
