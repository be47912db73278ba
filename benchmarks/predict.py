"""What answering for a folder costs, decoding included: `alih predict` beside the loops that one
would write, with PyTorch and with ONNX Runtime, on the same model.

    python benchmarks/predict.py [MODEL] [--images 512] [--side 500] [--rounds 5]

MODEL is what `alih export` wrote, with its ONNX file; without it a MobileNetV2 of 224 pixels is
made first (a minute). `loop` decodes with Pillow in one thread, resizes as training did, and
answers in batches of 64, in float32; `threads` decodes in a pool of as many threads as there are
cores; `tuned` does so, too, and computes in channels-last order. Every round runs all of them in
turn, in another order; what is printed is the median over rounds of the seconds, and median, least
and largest ratio to `alih predict` in the same runtime, and to ONNX Runtime, which it takes where
nothing is said (above 1: the other takes longer). The first round warms up and is left out. All
open the model anew, and their answers are compared.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
from handed import Plain, model, photos, suitable
from PIL import Image

import alih
from alih.data import pictures
from alih.evaluation.judgement import softmax
from alih.exported.folder import ExportedModel

BATCH = 64
ALIKE = 0.05
"""The largest difference of probabilities that decoding large JPEGs at a fraction of their size and
another number format may make."""


def batches(files: list[Path], model: ExportedModel, threads: int) -> Iterable[np.ndarray]:
    def read(file: Path) -> np.ndarray:
        with Image.open(file) as picture:
            return pictures.fit(picture, model.decode)

    with ThreadPoolExecutor(threads) as pool:
        for at in range(0, len(files), BATCH):
            part = files[at : at + BATCH]
            yield np.stack(list(pool.map(read, part) if threads > 1 else map(read, part)))


def with_torch(files: list[Path], model: ExportedModel, threads: int, last: bool) -> np.ndarray:
    answer = Plain(model, channels_last=last)
    return np.concatenate([answer(images) for images in batches(files, model, threads)])


def with_onnx(files: list[Path], model: ExportedModel, threads: int) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(model.onnx), providers=["CPUExecutionProvider"])
    found = [session.run(None, {"pixels": images})[0] for images in batches(files, model, threads)]
    return softmax(np.concatenate(found) / (model.card.output.temperature or 1.0))


def with_alih(folder: Path, model: ExportedModel, runtime: str) -> np.ndarray:
    out = folder.parent / f"{runtime}.csv"
    alih.predict(model.folder, folder, out, every=True, runtime=runtime, device="cpu")
    with out.open() as file:
        rows = list(csv.DictReader(file))
    return np.array([[float(row[f"probability:{name}"]) for name in model.classes] for row in rows])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--images", type=int, default=512)
    parser.add_argument("--side", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    asked, cores = parser.parse_args(), os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as place:
        own = asked.model is None
        chosen = model(Path(place), "mobilenetv2_100") if own else suitable(asked.model)
        folder = Path(place) / "photos"
        files = photos(folder, asked.images, asked.side)
        runs: dict[str, Callable[[], np.ndarray]] = {
            "torch": partial(with_alih, folder, chosen, "torch"),
            "torch loop": partial(with_torch, files, chosen, 1, False),
            "torch threads": partial(with_torch, files, chosen, cores, False),
            "torch tuned": partial(with_torch, files, chosen, cores, True),
            "onnx": partial(with_alih, folder, chosen, "onnx"),
            "onnx loop": partial(with_onnx, files, chosen, 1),
            "onnx threads": partial(with_onnx, files, chosen, cores),
        }
        seconds, answers = measured(runs, asked.rounds)
    print(
        f"{asked.images} JPEGs of {asked.side} × {asked.side * 3 // 4}, {chosen.name} at"
        f" {chosen.decode.size} pixels, {cores} cores, {asked.rounds} rounds"
    )
    for name, found in seconds.items():
        told = []
        for base in dict.fromkeys((name.partition(" ")[0], "onnx")):
            ratios = [a / b for a, b in zip(found, seconds[base], strict=True)]
            middle = statistics.median(ratios)
            told.append(f"{middle:.2f} × {base} ({min(ratios):.2f} to {max(ratios):.2f})")
        print(f"{name:14} {statistics.median(found):7.2f} s   {'   '.join(told)}")
        apart = np.abs(answers[name] - answers["torch"]).max()
        assert apart < ALIKE, f"{name} answers otherwise: {apart}"


def measured(
    runs: dict[str, Callable[[], np.ndarray]], rounds: int
) -> tuple[dict[str, list[float]], dict[str, np.ndarray]]:
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    answers = {}
    for turn in range(rounds + 1):
        for name in random.Random(turn).sample(list(runs), len(runs)):
            start = time.perf_counter()
            answers[name] = runs[name]()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return seconds, answers


if __name__ == "__main__":
    main()
