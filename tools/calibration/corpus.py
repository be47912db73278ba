"""Real networks trained many times over: the scores from which the prior of `statistics/` is chosen
and on which it is tested.

    python -m tools.calibration.corpus [--part 0/2] [--only NAME] [--until HH:MM]

Trains each setting (data set × training images × recipe) `REPLICATES` times and keeps its scores
per test item in `tools/calibration/scores/<setting>.npz`; settings that lie there are skipped.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

import numpy as np

Scores = dict[str, np.ndarray]
FOLDER = Path(__file__).with_name("scores")
REPLICATES = 32
LOSSES = 1_000
"""Test items whose log loss is kept; of 0/1 scores all are."""
CHOOSING = ("fashion-mnist", "digits", "pets-masks")
TESTING = ("mnist", "usps", "mnist-to-usps", "pets-breeds")
"""The prior is chosen on the first data sets and tested on the others; fixed before any was
trained."""


@dataclass(frozen=True)
class Recipe:
    """How a net is built and trained; `epochs` over the drawn images in batches of 32."""

    net: str
    width: int = 32
    dropout: float = 0.0
    lr: float = 1e-3
    epochs: int = 5
    decay: float = 0.0
    optimizer: str = "adam"


RECIPES = {
    "cnn": Recipe("cnn", 8, lr=3e-3, epochs=8),
    "cnn-drop": Recipe("cnn", 8, dropout=0.5, lr=3e-3, epochs=8),
    "cnn-short": Recipe("cnn", 8, lr=2e-3, epochs=2),
    "cnn-hot": Recipe("cnn", 8, lr=3e-2),
    "cnn-sgd": Recipe("cnn", 8, lr=0.12, optimizer="sgd"),
    "cnn-long": Recipe("cnn", 8, lr=3e-3, epochs=30),
    "mlp": Recipe("mlp", 64, epochs=8),
    "mlp-drop": Recipe("mlp", 64, dropout=0.5, epochs=8),
    "mlp-narrow": Recipe("mlp", 8, lr=3e-3, epochs=8),
    "mlp-hot": Recipe("mlp", 32, lr=5e-2, epochs=8),
    "mlp-long": Recipe("mlp", 64, epochs=40),
    "softmax": Recipe("mlp", 0, lr=1e-3, epochs=20),
    "softmax-decay": Recipe("mlp", 0, lr=1e-3, epochs=20, decay=0.01),
    "forest": Recipe("forest", 20),
    "forest-large": Recipe("forest", 100),
    "logistic": Recipe("logistic", lr=0.1),
    "logistic-tight": Recipe("logistic", lr=0.001),
    "unet": Recipe("unet", 6, lr=1e-2, epochs=6),
    "unet-drop": Recipe("unet", 6, dropout=0.3, lr=1e-2, epochs=6),
    "unet-short": Recipe("unet", 6, lr=1e-2, epochs=3),
    "unet-hot": Recipe("unet", 6, lr=1e-1, epochs=4),
    "unet-narrow": Recipe("unet", 3, lr=1e-2, epochs=6),
    "unet-long": Recipe("unet", 6, lr=1e-2, epochs=20),
    "unet-long-drop": Recipe("unet", 6, dropout=0.3, lr=1e-2, epochs=20),
}
# What is cheap comes first: a corpus that was cut short still holds many settings.
GRID: dict[str, list[tuple[int | None, str]]] = {
    "fashion-mnist": [
        (1000, "mlp forest mlp-hot"),
        (100, "mlp-long cnn-long cnn-hot"),
        (1000, "cnn cnn-hot cnn-drop cnn-sgd"),
        (None, "cnn-short mlp softmax cnn"),
    ],
    "mnist": [
        (1000, "mlp-narrow forest mlp-drop"),
        (100, "mlp-long mlp-hot cnn-long"),
        (1000, "cnn cnn-hot cnn-drop"),
        (None, "cnn-short mlp cnn-sgd cnn"),
    ],
    "usps": [
        (1000, "mlp mlp-hot forest"),
        (100, "mlp-long cnn-long forest-large"),
        (1000, "cnn cnn-drop"),
        (None, "forest cnn-short softmax cnn"),
    ],
    "mnist-to-usps": [(1000, "mlp mlp-drop cnn"), (None, "mlp cnn-short cnn cnn-drop")],
    "digits": [
        (300, "mlp-long mlp-hot forest logistic"),
        (50, "mlp-long forest cnn-long"),
        (None, "mlp mlp-drop softmax"),
        (300, "cnn-long"),
        (None, "cnn-long"),
    ],
    "pets-breeds": [
        (185, "softmax mlp mlp-drop logistic-tight"),
        (None, "mlp mlp-hot softmax mlp-drop softmax-decay logistic"),
    ],
    "pets-masks": [
        (60, "unet-long unet-hot unet-long-drop unet"),
        (None, "unet-short unet unet-drop unet-hot unet-narrow"),
    ],
}


@dataclass(frozen=True)
class Setting:
    """A recipe on so many images of a data set; None: all of them, less what a study keeps for
    validation.
    """

    data: str
    images: int | None
    recipe: str

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.data}-{self.images or 'all'}-{self.recipe}"

    @property
    def file(self) -> Path:
        """Where its scores are kept."""
        return FOLDER / f"{self.name}.npz"


def settings() -> list[Setting]:
    """All settings, data sets taking turns, so that a corpus that was cut short holds some of
    each.
    """
    rows = [
        [Setting(data, images, name) for images, names in levels for name in names.split()]
        for data, levels in GRID.items()
    ]
    return [one for turn in zip_longest(*rows) for one in turn if one is not None]


def pairs(have: list[Setting]) -> list[tuple[Setting, Setting]]:
    """Every two settings that a study could compare: the same data set and training images."""
    return [
        (one, other)
        for i, one in enumerate(have)
        for other in have[i + 1 :]
        if (one.data, one.images) == (other.data, other.images)
    ]


def read(setting: Setting) -> Scores:
    """Scores float64 [replicates, N] per metric."""
    with np.load(setting.file) as stored:
        scores = {name: stored[name].astype(float) for name in stored.files if name[0] != "_"}
        if "_correct" in stored.files:
            bits = np.unpackbits(stored["_correct"], axis=1, count=int(stored["_items"]))
            scores["correct"] = bits.astype(float)
    return scores


def kept() -> list[Setting]:
    """The settings whose scores are stored."""
    return [setting for setting in settings() if setting.file.exists()]


def _write(setting: Setting, rows: list[Scores]) -> None:
    stored: Scores = {}
    for name in rows[0]:
        values = np.stack([row[name] for row in rows])
        if name == "correct":
            stored |= {"_correct": np.packbits(values, axis=1), "_items": np.array(values.shape[1])}
        else:
            stored[name] = values[:, :LOSSES].astype(np.float16)
    part = setting.file.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        np.savez_compressed(file, **stored)
    part.replace(setting.file)


def main() -> None:
    """Train what is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", default="0/1", help="every k-th missing setting, from the i-th")
    parser.add_argument("--only", default="", help="settings whose name begins so")
    parser.add_argument("--until", default="23:59", help="start no setting after this time")
    chosen = parser.parse_args()
    import torch
    from tools.calibration.corpus_data import arrays
    from tools.calibration.corpus_nets import replicate

    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    index, count = map(int, chosen.part.split("/"))
    for number, setting in enumerate(settings()):
        if number % count != index or setting.file.exists():
            continue
        if not setting.name.startswith(chosen.only):
            continue
        if datetime.now().strftime("%H:%M") >= chosen.until:
            break
        data, start = arrays(setting.data), time.process_time()
        recipe = RECIPES[setting.recipe]
        rows = [replicate(data, setting.images, recipe, r) for r in range(REPLICATES)]
        _write(setting, rows)
        first = next(iter(rows[0]))
        runs = [row[first].mean() for row in rows]
        print(
            f"{setting.name}: {first} {np.mean(runs):.4f}, sd of runs {np.std(runs):.4f}, "
            f"{(time.process_time() - start) / REPLICATES:.1f} s a replicate, "
            f"{setting.file.stat().st_size / 1e3:.0f} kB",
            flush=True,
        )


if __name__ == "__main__":
    main()
