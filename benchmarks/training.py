"""Training speed of a cell against a plain PyTorch loop, interleaved on this machine.

The DCNN of the Fashion-MNIST paper with dropout, batch 128. "plain" is the loop of the tutorials:
float32, contiguous tensors from a TensorDataset and DataLoader, torch.nn layers, Adam. "tuned" is
that loop with the settings of `tuned.py`. "alih" is what a cell runs: `training.loop.fit` with its
loader, in the precision that a study would choose here. All train on the same images; each round
runs one epoch of each, in turn, and ratios are taken within the round.

    python benchmarks/training.py [--images 12800] [--rounds 5] [--threads 2]
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tuned import Tuning

from alih import seeding
from alih.data.load import load
from alih.models.memory import keep_freed_memory
from alih.runs import hardware
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.train import Train
from alih.tasks.table import TASKS
from alih.training import device, machine
from alih.training.assemble import assemble_network
from alih.training.batches import Format, Loader, bounds
from alih.training.device import Machine
from alih.training.loop import Plan, fit
from alih.transfer.supervised import Supervised

SHAPE = (1, 28, 28)
KINDS = ("plain", "tuned", "alih")


def plain_network(dropout: bool) -> nn.Module:
    first, second = ([nn.Dropout(0.25)], [nn.Dropout(0.5)]) if dropout else ([], [])
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        *first,
        nn.Flatten(),
        nn.Linear(9216, 128),
        nn.ReLU(),
        *second,
        nn.Linear(128, 10),
    )


class Plain:
    """The tutorials' loop, as it is or tuned."""

    def __init__(
        self, images: torch.Tensor, labels: torch.Tensor, dropout: bool, tuned: bool
    ) -> None:
        self.tuning = Tuning(tuned)
        self.model = plain_network(dropout).to(memory_format=self.tuning.layout)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.001)
        self.loader = DataLoader(TensorDataset(images, labels), batch_size=128, shuffle=True)

    def epoch(self) -> None:
        self.model.train()
        for images, labels in self.loader:
            self.optimizer.zero_grad()
            with self.tuning.autocast():
                loss = nn.functional.cross_entropy(
                    self.model(images.to(memory_format=self.tuning.layout)), labels
                )
            loss.backward()
            self.optimizer.step()


class Ours:
    """One epoch at a time of the loop that cells run, without evaluation and checkpoints, which the
    plain loop lacks too."""

    def __init__(
        self, images, items: np.ndarray, settings: Machine, dropout: bool, rounds: int
    ) -> None:
        model = {"name": "dcnn", "dropout": [0.25, 0.5]} if dropout else "dcnn"
        self.recipe = Recipe(model=model, train=Train(epochs=rounds))
        network = assemble_network(
            self.recipe, 10, SHAPE, settings, seed=lambda purpose: seeding.derive(0, 0, purpose)
        )
        self.steps = len(bounds(len(items), 128))
        self.strategy = Supervised(network, TASKS["classification"], self.recipe.train, self.steps)
        self.loader = Loader(
            images, Format(settings.precision, torch.device("cpu"), (0.0,), (1.0,))
        )
        self.items, self.settings = items, settings
        self.done = 0
        self.folder = Path(tempfile.mkdtemp())

    def epoch(self) -> None:
        self.done += 1
        one = self.recipe.train.model_copy(update={"epochs": 1})
        plan = Plan(
            train=one,
            seed=0,
            replicate=self.done,
            steps_per_epoch=self.steps,
            streams=lambda epoch: (
                {"target": b}
                for b in self.loader.training(self.items, 128, self.recipe.augment, 0, self.done, 1)
            ),
            evaluate=dict,
            folder=Path(tempfile.mkdtemp(dir=self.folder)),
            autocast=self.settings.autocast,
        )
        fit(self.strategy, plan)


def serve(kind: str, dropout: bool, options: argparse.Namespace, pipe: Connection) -> None:
    """One contestant in a process of its own, so that neither inherits the other's allocator or
    thread settings."""
    data = load(DataSpec(set="fashion-mnist"))
    items = np.arange(options.images)
    torch.set_num_threads(options.threads)
    if kind != "alih":
        pixels = (
            torch.from_numpy(np.ascontiguousarray(data.images[items]))
            .permute(0, 3, 1, 2)
            .float()
            .div(255)
            .contiguous()
        )
        contestant: Plain | Ours = Plain(
            pixels, torch.from_numpy(data.labels[items]), dropout, kind == "tuned"
        )
    else:
        settings = Machine("cpu", options.threads, precision())
        keep_freed_memory()
        device.apply(settings)
        contestant = Ours(data, items, settings, dropout, options.rounds + 1)
    while pipe.recv():
        started = time.perf_counter()
        contestant.epoch()
        pipe.send(time.perf_counter() - started)


def precision() -> str:
    """What a study would measure first."""
    return "bf16-autocast" if device.fast_bf16("cpu") else "fp32"


def compare(dropout: bool, options: argparse.Namespace) -> str:
    """Epochs of all in turn; ratios are taken within each round."""
    context = multiprocessing.get_context("spawn")
    pipes, processes = {}, []
    for kind in KINDS:
        pipes[kind], theirs = context.Pipe()
        processes.append(
            context.Process(target=serve, args=(kind, dropout, options, theirs), daemon=True)
        )
        processes[-1].start()
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for round_ in range(options.rounds + 1):
        for kind, pipe in pipes.items():
            pipe.send(True)
            seconds = pipe.recv()
            if round_:  # the first round warms up
                times[kind].append(seconds)
    for pipe in pipes.values():
        pipe.send(False)
    parts = []
    for kind, values in times.items():
        ratios = [theirs / ours for theirs, ours in zip(values, times["alih"], strict=True)]
        parts.append(f"{kind} {options.images / statistics.median(values):,.0f} images/s")
        if kind != "alih":
            parts[-1] += (
                f" (ratio {statistics.median(ratios):.2f}, {min(ratios):.2f}-{max(ratios):.2f})"
            )
    return f"{'; '.join(parts)}; {options.rounds} rounds"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=int, default=12_800)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=hardware.cores())
    options = parser.parse_args()
    print(
        {
            **machine.describe("cpu").model_dump(),
            "threads": options.threads,
            "precision": precision(),
            "images": options.images,
        }
    )
    for dropout in (False, True):
        print(
            "with dropout:" if dropout else "without dropout:",
            compare(dropout, options),
            flush=True,
        )


if __name__ == "__main__":
    main()
