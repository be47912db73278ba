"""Steps per second on a GPU: a cell's own step against a plain PyTorch loop with every setting that
the tuning guide names.

Three networks with random weights on random images: the DCNN (28 px, batch 128, dropout),
MobileNetV2 (128 px, batch 32) and the U-Net on MobileNetV2 (128 px, batch 16, masks), images
flipped and shifted. "alih" is the loader and step that cells run, "exact" (deterministic kernels,
no TF32) and "fast"; "plain" is a loop with channels-last memory, TF32, `cudnn.benchmark`, a fused
Adam, a set that lies on the device, and no changes of images. Each in fp32 and in bf16 autocast.
All take turns within each round; medians of the rounds are shown, and ratios to the plain loop in
the same number format.

Before that, steps 2 to 10 of each network run with `torch.cuda.set_sync_debug_mode("error")`: a
step that makes the host wait for the GPU ends the script with exit code 1. Without a GPU it says so
and ends with exit code 0.

    python benchmarks/gpu.py [--steps 100] [--rounds 5]
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from alih import seeding
from alih.data.imageset import ImageSet
from alih.data.pixels import Format
from alih.study.document.arm import Recipe
from alih.study.document.augment import Augment
from alih.study.document.train import Train
from alih.tasks.table import TASKS
from alih.training import device, machine
from alih.training.assemble import assemble_network
from alih.training.batches import Loader
from alih.training.device import Machine
from alih.transfer.contract import Context
from alih.transfer.supervised import Supervised

ITEMS, CLASSES = 4096, 10
PRECISIONS = ("fp32", "bf16-autocast")
EXACT = {"exact": True, "fast": False}
CHANGES = Augment(flip=True, shift=2)
CHECKED = 10

Step = Callable[[], None]


@dataclass(frozen=True)
class Case:
    """A network, the images that it reads [h, w, c], the batch size, and whether it answers every
    pixel."""

    model: dict[str, object]
    shape: tuple[int, int, int]
    batch: int
    dense: bool = False

    def images(self) -> ImageSet:
        """Random images with random labels or masks."""
        drawn = np.random.default_rng(0)
        pixels = drawn.integers(0, 256, (ITEMS, *self.shape), np.uint8)
        masks = (
            drawn.integers(0, CLASSES, (ITEMS, *self.shape[:2]), np.uint8) if self.dense else None
        )
        names = tuple(map(str, range(CLASSES)))
        return ImageSet(
            "random", names, pixels, drawn.integers(0, CLASSES, ITEMS), 0, {}, masks=masks
        )

    def network(self, settings: Machine) -> nn.Module:
        """The network with random weights on the device, to be trained."""
        recipe = Recipe.model_validate({"model": self.model})
        height, width, channels = self.shape
        return assemble_network(
            recipe,
            CLASSES,
            (channels, height, width),
            settings,
            lambda purpose: seeding.derive(0, 0, purpose),
        )


CASES = {
    "DCNN": Case({"name": "dcnn", "dropout": [0.25, 0.5]}, (28, 28, 1), 128),
    "MobileNetV2": Case({"name": "mobilenetv2_100", "weights": "none"}, (128, 128, 3), 32),
    "U-Net": Case(
        {"name": "unet", "encoder": "mobilenetv2_100", "weights": "none"},
        (128, 128, 3),
        16,
        dense=True,
    ),
}


def ours(case: Case, images: ImageSet, settings: Machine) -> Step:
    """A cell's step: its loader, strategy and number format."""
    train = Train(batch_size=case.batch)
    channels = case.shape[2]
    form = Format(
        settings.precision, torch.device(settings.device), (0.5,) * channels, (0.25,) * channels
    )
    network, loader, items = case.network(settings), Loader(images, form), np.arange(ITEMS)
    strategy = Supervised(
        network,
        TASKS["segmentation" if case.dense else "classification"],
        train,
        ITEMS // case.batch,
    )
    batches = itertools.chain.from_iterable(
        loader.training(items, case.batch, CHANGES, 0, 0, epoch) for epoch in itertools.count(1)
    )
    context = Context(lambda name: torch.Generator(), lambda name, value: None)

    def step() -> None:
        batch = next(batches)
        with settings.autocast():
            strategy.step({"target": batch}, context)

    return step


def plain(case: Case, images: ImageSet, settings: Machine) -> Step:
    """The same network in a plain loop: no augmentation, no records."""
    network = case.network(settings)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001, fused=True)
    pixels = torch.from_numpy(images.images).to(settings.device)
    answers = (
        torch.from_numpy(images.labels if images.masks is None else images.masks)
        .to(settings.device)
        .long()
    )
    batches = _shuffled(case.batch, settings.device)

    def step() -> None:
        chosen = next(batches)
        x = pixels[chosen].permute(0, 3, 1, 2).float().div_(255.0).sub_(0.5).div_(0.25)
        optimizer.zero_grad()
        with settings.autocast():
            loss = nn.functional.cross_entropy(network(x), answers[chosen])
        loss.backward()
        optimizer.step()

    return step


def _shuffled(size: int, kind: str) -> Iterator[torch.Tensor]:
    while True:
        yield from torch.randperm(ITEMS, device=kind).split(size)


def waits(case: Case, images: ImageSet, settings: Machine) -> str:
    """What makes the host wait in steps 2 to 10 of ours; empty where nothing does."""
    device.apply(settings)
    step = ours(case, images, settings)
    step()
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(CHECKED - 1):
            step()
    except RuntimeError as error:
        return str(error).splitlines()[0]
    finally:
        torch.cuda.set_sync_debug_mode("default")
    return ""


def rate(step: Step, steps: int) -> float:
    """Steps per second."""
    torch.cuda.synchronize()
    started = time.perf_counter()
    for _ in range(steps):
        step()
    torch.cuda.synchronize()
    return steps / (time.perf_counter() - started)


def race(case: Case, images: ImageSet, options: argparse.Namespace) -> dict[tuple[str, str], float]:
    """Median steps per second of every (contestant, number format)."""
    basis = Machine("cuda", options.threads, "fp32")
    kinds = [*((name, replace(basis, deterministic=exact)) for name, exact in EXACT.items())]
    steps: dict[tuple[str, str], tuple[Machine, Step]] = {}
    for precision in PRECISIONS:
        for name, settings in kinds:
            own = replace(settings, precision=precision)
            steps[f"alih {name}", precision] = own, ours(case, images, own)
        tuned = replace(basis, precision=precision, deterministic=False)
        steps["plain", precision] = tuned, plain(case, images, tuned)
    rates: dict[tuple[str, str], list[float]] = {key: [] for key in steps}
    for round_ in range(options.rounds + 1):
        for key, (settings, step) in steps.items():
            device.apply(settings)
            rate(step, 5)  # what the last contestant left behind is not ours to measure
            found = rate(step, options.steps)
            if round_:  # the first round warms up
                rates[key].append(found)
    return {key: statistics.median(values) for key, values in rates.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=100, help="steps per contestant and round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=4)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print("No GPU is at hand that this torch can use, so there is nothing to measure.")
        return
    print({**machine.describe("cuda").model_dump(), **vars(options)}, flush=True)
    waiting = False
    for name, case in CASES.items():
        images = case.images()
        for precision in PRECISIONS:
            found = waits(case, images, Machine("cuda", options.threads, precision))
            waiting |= bool(found)
            print(
                f"{name}, {precision}: {found or f'no step of 2 to {CHECKED} waits for the GPU'}",
                flush=True,
            )
        rates = race(case, images, options)
        for (contestant, precision), value in rates.items():
            ratio = value / rates["plain", precision]
            print(
                f"{name}, {precision}, {contestant}: {value:,.1f} steps/s, {ratio:.2f} of plain",
                flush=True,
            )
    sys.exit(1 if waiting else 0)


if __name__ == "__main__":
    main()
