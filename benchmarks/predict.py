"""What answering for a folder costs, decoding included: `alih predict` beside the loops that one
would write, with PyTorch and with ONNX Runtime, on the same model.

    python benchmarks/predict.py MODEL [--images 512] [--side 500] [--rounds 5]

MODEL is what `alih export` wrote, with its ONNX file. The plain loops decode with Pillow in one
thread, resize as training did, and answer in batches of 64; `threads` does so in a pool of as many
threads as there are cores. Every round runs all of them in turn, in another order; what is printed
is the median over rounds of the seconds, and of the ratio to `alih predict` in the same runtime
(above 1: the other takes longer). The first round warms up and is left out.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image

import alih
from alih.data import pictures
from alih.exported.folder import ExportedModel, open_model
from alih.inspect.predictor import Predictor

BATCH = 64


def photos(folder: Path, count: int, side: int) -> list[Path]:
    """JPEGs of smooth noise: decoding them costs about what photographs do."""
    draw = np.random.default_rng(0)
    files = []
    for index in range(count):
        small = Image.fromarray(draw.integers(0, 256, (32, 24, 3), dtype=np.uint8))
        files.append(folder / f"{index:05}.jpg")
        small.resize((side, side * 3 // 4), Image.Resampling.BICUBIC).save(files[-1], quality=90)
    return files


def batches(files: list[Path], model: ExportedModel, threads: int) -> Iterable[np.ndarray]:
    def read(file: Path) -> np.ndarray:
        with Image.open(file) as picture:
            return pictures.fit(picture, model.decode)

    with ThreadPoolExecutor(threads) as pool:
        for at in range(0, len(files), BATCH):
            part = files[at : at + BATCH]
            yield np.stack(list(pool.map(read, part) if threads > 1 else map(read, part)))


def plain_torch(files: list[Path], model: ExportedModel, threads: int) -> np.ndarray:
    predictor = Predictor.open(model.folder, "cpu", precision="fp32")
    network, constants = predictor.network, model.card.preparation
    mean, std = (torch.tensor(v).reshape(1, -1, 1, 1) for v in (constants.mean, constants.std))
    found = []
    with torch.inference_mode():
        for images in batches(files, model, threads):
            pixels = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
            found.append(network((pixels - mean) / std).softmax(1).numpy())
    return np.concatenate(found)


def plain_onnx(files: list[Path], model: ExportedModel, threads: int) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(model.onnx), providers=["CPUExecutionProvider"])
    found = [session.run(None, {"pixels": images})[0] for images in batches(files, model, threads)]
    scores = np.exp(np.concatenate(found))
    return scores / scores.sum(1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--images", type=int, default=512)
    parser.add_argument("--side", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    model, cores = open_model(asked.model), os.cpu_count() or 1
    if model.onnx is None or model.segments or model.card.output.kind != "logits":
        raise SystemExit("a model that classifies by a network of its own is needed, with ONNX")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "photos"
        folder.mkdir()
        files = photos(folder, asked.images, asked.side)
        runs: dict[str, Callable[[], object]] = {}
        for name, plain in (("torch", plain_torch), ("onnx", plain_onnx)):
            out = Path(place) / f"{name}.csv"
            runs[name] = lambda name=name, out=out: alih.predict(
                asked.model, folder, out, runtime=name, device="cpu"
            )
            runs[f"{name} loop"] = lambda plain=plain: plain(files, model, 1)
            runs[f"{name} threads"] = lambda plain=plain: plain(files, model, cores)
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        for turn in range(asked.rounds + 1):
            for name in random.Random(turn).sample(list(runs), len(runs)):
                start = time.perf_counter()
                runs[name]()
                if turn:
                    seconds[name].append(time.perf_counter() - start)
    print(
        f"{asked.images} JPEGs of {asked.side} × {asked.side * 3 // 4}, {model.name}, {cores} cores"
    )
    for name, own in seconds.items():
        base = seconds[name.partition(" ")[0]]
        ratio = statistics.median(a / b for a, b in zip(own, base, strict=True))
        print(f"{name:14} {statistics.median(own):7.2f} s   {ratio:.2f}")


if __name__ == "__main__":
    main()
