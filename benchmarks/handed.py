"""An exported model for the benchmarks of answering, and photographs for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

import alih
from alih.exported.folder import ExportedModel, open_model
from alih.inspect.predictor import Predictor

STUDY = """
name: bench
title: A model for benchmarks
data: {folder: DATA, image_size: SIDE}
split: {validation: 0.4, test: 0.1}
train: {epochs: 1, batch_size: 10, lr: 0.0001}
seeds: 1
arms: {net: {model: {name: NETWORK, weights: none}}}
compare: {baseline: net}
"""


def photos(folder: Path, count: int, side: int, seed: int = 0) -> list[Path]:
    """JPEGs of smooth noise, `side` pixels wide: decoding them costs about what photographs do."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)
    files = []
    for index in range(count):
        small = Image.fromarray(draw.integers(0, 256, (32, 24, 3), dtype=np.uint8))
        files.append(folder / f"{index:05}.jpg")
        small.resize((side, side * 3 // 4), Image.Resampling.BICUBIC).save(files[-1], quality=90)
    return files


def model(place: Path, network: str, side: int = 224) -> ExportedModel:
    """A model of one epoch on 60 drawn images of three classes, exported with its ONNX file."""
    for seed, label in enumerate("abc", 1):
        photos(place / "data" / label, 20, 256, seed)
    text = STUDY.replace("DATA", str(place / "data"))
    file = place / "bench.yaml"
    file.write_text(text.replace("SIDE", str(side)).replace("NETWORK", network))
    alih.run(file, place / "study", jobs=1)
    return suitable(alih.export(place / "study", place / "model").folder)


def suitable(folder: Path) -> ExportedModel:
    """An exported model that classifies by a network of its own and has an ONNX file."""
    found = open_model(folder)
    if found.onnx is None or found.segments or found.card.output.kind != "logits":
        raise SystemExit("a model that classifies by a network of its own is needed, with ONNX")
    return found


class Plain:
    """The network of a model as one would write it down: float32, contiguous, one normalisation."""

    def __init__(self, model: ExportedModel, channels_last: bool = False) -> None:
        predictor = Predictor.open(model.folder, "cpu", precision="fp32")
        form = torch.channels_last if channels_last else torch.contiguous_format
        assert predictor.network is not None
        self.network: nn.Module = predictor.network.to(memory_format=form)
        self.temperature = model.card.output.temperature or 1.0
        own = model.card.preparation
        self.mean, self.std = (torch.tensor(v).reshape(1, -1, 1, 1) for v in (own.mean, own.std))

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Calibrated probabilities [n, classes] of pixels uint8 [n, h, w, c]."""
        with torch.inference_mode():
            pixels: Tensor = torch.tensor(images).permute(0, 3, 1, 2).float() / 255
            logits = self.network((pixels - self.mean) / self.std)
            return (logits / self.temperature).softmax(1).numpy()
