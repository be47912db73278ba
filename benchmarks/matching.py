"""What a step of `match` costs: learnt weights beside uniform ones, and beside a plain step; and
what is spared where images come again, so that the source's maps of them are kept.

    python benchmarks/matching.py [--rounds 5] [--batch 32] [--size 64] [--memory]

A CNN of four blocks (32 to 256 channels) beside MobileNetV2 with random weights, all-to-all pairs,
two tried steps. Steps of all arms are taken in turns; times are CPU time of one thread, ratios
medians of the paired ones. With --memory also the peak, of a process of its own for each arm.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

from alih import seeding
from alih.study.document.arm import Recipe
from alih.training.timing import Setting, _stepper

BLOCK = [{"batch_norm": {}}, {"activation": {"name": "relu"}}, {"max_pool": {"size": 2}}]
LAYERS = [
    layer
    for filters in (32, 64, 128, 256)
    for layer in ({"conv": {"filters": filters, "padding": "same"}}, *BLOCK)
] + [{"global_avg_pool": {}}]
WARM = 3
"""Rounds that warm up: in the first maps are kept, in the second compared."""

ARMS: dict[str, dict[str, Any]] = {
    "plain": {"strategy": "scratch"},
    "uniform": {"weights": "uniform"},
    "L2T-w": {"weights": "channels"},
    "L2T-ww": {"weights": "pairs-and-channels"},
}


KEPT = ", kept"
"""Ends the name of an arm without augmentation, whose images come again; others are cropped."""


def stepper(name: str, arguments: argparse.Namespace) -> Callable[[], float]:
    """A function that takes a step of an arm and returns its milliseconds of wall-clock time."""
    source = {"name": "mobilenetv2_100", "weights": "none"}
    options = {"source": source, "source_size": arguments.source_size, "match_at": arguments.at}
    own = ARMS[name.removesuffix(KEPT)]
    recipe = Recipe.model_validate(
        {
            "model": {"layers": LAYERS},
            "transfer": own if name == "plain" else {"strategy": "match", **options, **own},
            "augment": {} if name.endswith(KEPT) else {"crop": 4},
            "train": {"batch_size": arguments.batch, "optimizer": "sgd", "momentum": 0.9},
        }
    )
    shape = (3, arguments.size, arguments.size)
    return _stepper(recipe, Setting("cpu", 1, 37, shape), "fp32")


def seconds(step: Callable[[], float]) -> float:
    """CPU time of one step."""
    started = time.thread_time()
    step()
    return time.thread_time() - started


def peak(name: str, arguments: argparse.Namespace) -> float:
    """Peak memory of two steps in MB, above what the process had before."""
    torch.set_num_threads(1)
    step = stepper(name, arguments)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    step()
    step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--source-size", type=int, default=64)
    parser.add_argument("--at", choices=("target", "smaller"), default="target")
    parser.add_argument("--memory", action="store_true")
    arguments = parser.parse_args()
    names = [*ARMS, *(name + KEPT for name in ARMS if name != "plain")]
    memory: dict[str, float] = {}
    if arguments.memory:
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            memory = {name: pool.apply(peak, (name, arguments)) for name in names}
    torch.set_num_threads(1)
    seeding.seed_global(0, 0, "benchmark")
    steps = {name: stepper(name, arguments) for name in names}
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(WARM + arguments.rounds):
        for name, step in steps.items():
            taken = seconds(step)
            if number >= WARM:
                times[name].append(taken)
    print(f"{'':14}{'ms':>8}{'× plain':>9}{'× uniform':>11}{'MB' if memory else '':>7}")
    for name, own in times.items():
        ratios = [
            statistics.median(a / b for a, b in zip(own, times[other], strict=True))
            for other in ("plain", "uniform")
        ]
        milliseconds = 1000 * statistics.median(own)
        print(f"{name:14}{milliseconds:8.0f}{ratios[0]:9.2f}{ratios[1]:11.2f}", end="")
        print(f"{memory[name]:7.0f}" if memory else "")


if __name__ == "__main__":
    main()
