"""What each trick in `alih.models` is worth on this machine: whole training steps of the DCNN, with
and without it.

    python benchmarks/layers.py [--rounds 9] [--batch 128]

Every comparison interleaves its two sides, one step each in turn, and reports the median of the
paired ratios. The time is CPU time of one thread (`time.thread_time`, system time included), so
that other programs on the machine disturb it little; on an idle machine it is the wall-clock time.
Forward, loss and backward; no optimizer, no data loading.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from alih.models.build import build
from alih.models.layers import Dropout, Flatten
from alih.models.memory import keep_freed_memory
from alih.models.precision import autocast, to_format
from alih.study.catalogue.arithmetic import network
from alih.study.document.model import ModelSpec

Step = Callable[[], None]


@dataclass(frozen=True)
class Tricks:
    """Which tricks a hand-written DCNN uses."""

    bf16: bool = True
    channels_last: bool = True
    view_flatten: bool = True
    relu_behind_pool: bool = True
    overwrite: bool = True
    cheap_dropout: bool = True


NONE = Tricks(*[False] * 6)


def dcnn(tricks: Tricks) -> nn.Module:
    """The paper's DCNN with dropout 0.25 and 0.5 as plain modules."""
    dropout = Dropout if tricks.cheap_dropout else nn.Dropout
    pool = [nn.ReLU(tricks.overwrite), nn.MaxPool2d(2)]
    pool = pool[::-1] if tricks.relu_behind_pool else pool
    layers = [
        nn.Conv2d(1, 32, 3), nn.ReLU(tricks.overwrite), nn.Conv2d(32, 64, 3), *pool,
        dropout(0.25), Flatten() if tricks.view_flatten else nn.Flatten(),
        nn.Linear(9216, 128), nn.ReLU(tricks.overwrite), dropout(0.5), nn.Linear(128, 10),
    ]  # fmt: skip
    return to_format(nn.Sequential(*layers), _precision(tricks), tricks.channels_last)


def _precision(tricks: Tricks) -> str:
    return "bf16-autocast" if tricks.bf16 else "fp32"


def hand_written(tricks: Tricks, batch: int) -> Step:
    """One training step of the hand-written network."""
    return step(dcnn(tricks), batch, _precision(tricks))


def ours() -> nn.Module:
    """The preset as a study runs it."""
    layers = network(ModelSpec(name="dcnn", dropout=[0.25, 0.5]), 10)
    return to_format(
        build(layers, channels=1, image_size=(28, 28), init="keras", seed=len),
        "bf16-autocast",
        channels_last=True,
    )


def step(net: nn.Module, batch: int, precision: str = "bf16-autocast") -> Step:
    """One training step without its optimizer, on fixed random images."""
    x, y = torch.rand(batch, 1, 28, 28), torch.arange(batch) % 10

    def run() -> None:
        net.zero_grad()
        with autocast("cpu", precision):
            logits = net(x)
        F.cross_entropy(logits.float(), y).backward()

    return run


def ratio(without: Step, with_it: Step, rounds: int) -> tuple[float, float, float]:
    """Median ms without, median ms with, median of the paired ratios."""
    for side in (without, with_it) * 3:  # the allocator settles in a few steps
        side()
    pairs = [(timed(without), timed(with_it)) for _ in range(rounds)]
    before, after = zip(*pairs, strict=True)
    return (
        statistics.median(before),
        statistics.median(after),
        statistics.median(a / b for a, b in pairs),
    )


def timed(run: Step) -> float:
    """CPU milliseconds of one call."""
    start = time.thread_time()
    run()
    return (time.thread_time() - start) * 1e3


def memory_worker(pipe, keep: bool, batch: int) -> None:
    """A process of its own per allocator setting, which cannot be taken back: one step for each
    message."""
    torch.set_num_threads(1)
    if keep:
        keep_freed_memory()
    run = step(ours(), batch)
    while pipe.recv():
        pipe.send(timed(run))


def memory_ratio(batch: int, rounds: int) -> tuple[float, float, float]:
    """`ratio` for `keep_freed_memory`."""
    spawn = multiprocessing.get_context("spawn")
    sides = []
    for keep in (False, True):
        pipe, theirs = spawn.Pipe()
        process = spawn.Process(target=memory_worker, args=(theirs, keep, batch), daemon=True)
        process.start()
        sides.append((pipe, process))

    def ask(pipe) -> float:
        pipe.send(True)
        return pipe.recv()

    for _ in range(4):
        for pipe, _process in sides:
            ask(pipe)
    pairs = [tuple(ask(pipe) for pipe, _ in sides) for _ in range(rounds)]
    for pipe, process in sides:
        pipe.send(False)
        process.join()
    before, after = zip(*pairs, strict=True)
    return (
        statistics.median(before),
        statistics.median(after),
        statistics.median(a / b for a, b in pairs),
    )


def cpu_name() -> str:
    """The processor's name where the system tells it."""
    info = Path("/proc/cpuinfo")
    names = (
        [
            line.split(":", 1)[1].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        ]
        if info.exists()
        else []
    )
    return names[0] if names else platform.processor()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--batch", type=int, default=128)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    versions = f"{platform.system()}, Python {platform.python_version()}, torch {torch.__version__}"
    print(f"{cpu_name()}, {os.cpu_count()} cores, 1 thread used; {versions}")
    print(
        f"DCNN with dropout, batch {args.batch}, {args.rounds} paired steps, "
        "median CPU time; ratio = without / with\n"
    )
    print(f"{'trick':34s} {'without ms':>11s} {'with ms':>9s} {'ratio':>7s}")
    show("freed memory is kept (our network)", memory_ratio(args.batch, args.rounds))
    # From here on memory is kept for both sides, so that page faults do not hide the rest.
    keep_freed_memory()
    full = Tricks()
    for name, off in (
        ("bf16", {"bf16": False}),
        ("channels last", {"channels_last": False}),
        ("flatten as a view", {"view_flatten": False}),
        ("ReLU behind max-pooling", {"relu_behind_pool": False}),
        ("ReLU overwrites its input", {"overwrite": False}),
        ("dropout mask from random bytes", {"cheap_dropout": False}),
    ):
        show(
            name,
            ratio(
                hand_written(replace(full, **off), args.batch),
                hand_written(full, args.batch),
                args.rounds,
            ),
        )
    show(
        "our network / hand-written",
        ratio(hand_written(full, args.batch), step(ours(), args.batch), args.rounds),
    )
    show(
        "all of these / plain PyTorch fp32",
        ratio(hand_written(NONE, args.batch), step(ours(), args.batch), args.rounds),
    )


def show(name: str, result: tuple[float, float, float]) -> None:
    """One row of the table."""
    print(f"{name:34s} {result[0]:11.1f} {result[1]:9.1f} {result[2]:7.2f}", flush=True)


if __name__ == "__main__":
    main()
