"""The data sets of the corpus as arrays: training pool and test items of each.

They lie in the cache of `alih` (`alih data fetch fashion-mnist`) and in `../shared/data`, or where
`ALIH_SHARED` says.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from alih.data.fashion_mnist import cache_folder

SHARED = (
    Path(os.environ.get("ALIH_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "data"
)
ITEMS = 5_000
"""At most so many test items."""
POOL = 6_667
"""Images that training images are drawn from; nine tenths of them are `all` of a study."""


@dataclass(frozen=True)
class Arrays:
    """Inputs float32 [N, …] and targets of a training pool and of the test items.

    Targets are classes [N], or masks [N, H, W] of 0 and 1 for segmentation.
    """

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    @property
    def strata(self) -> np.ndarray:
        """What training images are drawn evenly from."""
        return self.y if self.y.ndim == 1 else np.zeros(len(self.y), dtype=int)


def _gray(images: np.ndarray) -> np.ndarray:
    return (images.astype(np.float32) / 255 - 0.3)[:, None] / 0.3


def _fashion() -> Arrays:
    folder = cache_folder()

    def read(name: str, header: int) -> np.ndarray:
        return np.frombuffer(gzip.decompress((folder / name).read_bytes())[header:], np.uint8)

    images = [read(f"{p}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28) for p in ("train", "t10k")]
    labels = [read(f"{p}-labels-idx1-ubyte.gz", 8).astype(int) for p in ("train", "t10k")]
    return Arrays(
        _gray(images[0][:POOL]), labels[0][:POOL], _gray(images[1][:ITEMS]), labels[1][:ITEMS]
    )


def _npz(name: str) -> Arrays:
    with np.load(SHARED / "mnist_usps" / f"{name}.npz") as z:
        return Arrays(
            _gray(z["x_train"][:POOL]),
            z["y_train"][:POOL].astype(int),
            _gray(z["x_test"][:ITEMS]),
            z["y_test"][:ITEMS].astype(int),
        )


def _mnist_to_usps() -> Arrays:
    """Trained on MNIST, scored on USPS: a shift of domain, under which runs differ much."""
    from PIL import Image

    source, target = _npz("mnist"), _npz("usps")
    small = [
        np.asarray(Image.fromarray(image).resize((16, 16), Image.Resampling.BILINEAR))
        for image in source.x[:, 0]
    ]
    return Arrays(np.stack(small)[:, None], source.y, target.x_test, target.y_test)


def _digits() -> Arrays:
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    x = ((x / 16 - 0.3) / 0.3).astype(np.float32).reshape(-1, 1, 8, 8)
    order = np.random.default_rng(0).permutation(len(x))
    train, test = order[:1000], order[1000:]
    return Arrays(x[train], y[train], x[test], y[test])


def _pets_breeds() -> Arrays:
    """Features [1280] of a frozen EfficientNet-Lite0 at 128 px; 37 breeds."""
    file = cache_folder().parent / "corpus-pets-breeds.npz"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(file, **_extracted())
    with np.load(file) as z:
        return Arrays(z["x"], z["y"], z["x_test"], z["y_test"])


def _extracted() -> dict[str, np.ndarray]:
    import timm
    import torch
    from PIL import Image

    from alih.models.weights import obtain

    network: Any = timm.create_model("tf_efficientnet_lite0", num_classes=0)
    network.load_state_dict(obtain("tf_efficientnet_lite0").tensors, strict=False)
    network.eval()
    folder, parts = SHARED / "pets37_192", {}
    for suffix, listing in (("", "trainval.txt"), ("_test", "test.txt")):
        rows = [line.split() for line in (folder / listing).read_text().splitlines() if line]
        features = []
        for name, *_ in rows:
            image = Image.open(folder / "images" / f"{name}.jpg").convert("RGB").resize((128, 128))
            pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None] / 127.5 - 1
            with torch.no_grad():
                features.append(network(pixels)[0].numpy())
        parts["x" + suffix] = np.stack(features)
        parts["y" + suffix] = np.array([int(row[1]) - 1 for row in rows])
    return parts


def _pets_masks(size: int = 32) -> Arrays:
    """Pet (with its border) or background, at 32 px."""
    from PIL import Image

    folder, parts = SHARED / "pets_seg_192", []
    for listing in ("trainval.txt", "test.txt"):
        images, masks = [], []
        for line in (folder / "annotations" / listing).read_text().splitlines():
            name = line.split()[0]
            image = Image.open(folder / "images" / f"{name}.jpg").convert("RGB")
            mask = Image.open(folder / "annotations" / "trimaps" / f"{name}.png")
            images.append(np.array(image.resize((size, size)), np.float32).transpose(2, 0, 1))
            masks.append(np.array(mask.resize((size, size), Image.Resampling.NEAREST)) != 2)
        parts += [np.stack(images) / 127.5 - 1, np.stack(masks).astype(int)]
    return Arrays(*parts)


SETS: dict[str, Callable[[], Arrays]] = {
    "fashion-mnist": _fashion,
    "mnist": lambda: _npz("mnist"),
    "usps": lambda: _npz("usps"),
    "mnist-to-usps": _mnist_to_usps,
    "digits": _digits,
    "pets-breeds": _pets_breeds,
    "pets-masks": _pets_masks,
}


@cache
def arrays(name: str) -> Arrays:
    """The arrays of a data set, read once per process."""
    return SETS[name]()
