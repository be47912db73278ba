"""What several processes on one cell gain: the seconds of an epoch with one and with two, by turns.

    python benchmarks/processes.py [--rounds 3] [--images 2000] [--size 64]

A CNN of three stages on drawn images, one thread a process, through `alih run`. Epochs after
the first count; ratios are of the pairs of one round.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from pathlib import Path

import numpy as np

import alih

STUDY = """
schema: 1
name: {name}
title: Processes
data: {{npz: {data}}}
split: {{validation: 0.2}}
seeds: 1
precision: fp32
processes: {processes}
model:
  layers:
    - {{conv: {{filters: 32, padding: same}}}}
    - batch_norm
    - {{activation: relu}}
    - {{max_pool: 2}}
    - {{conv: {{filters: 64, padding: same}}}}
    - batch_norm
    - {{activation: relu}}
    - {{max_pool: 2}}
    - {{conv: {{filters: 128, padding: same}}}}
    - batch_norm
    - {{activation: relu}}
    - global_avg_pool
train: {{epochs: 4, batch_size: 64, optimizer: sgd, lr: 0.01}}
arms: {{a: {{}}}}
compare: {{baseline: a}}
"""


def epoch(folder: Path, data: Path, processes: int) -> float:
    """Seconds of an epoch after the first, the median."""
    document = folder / "study.yaml"
    folder.mkdir()
    document.write_text(STUDY.format(name=folder.name, data=data, processes=processes))
    taken: list[float] = []

    def hear(event: dict) -> None:
        if event["kind"] == "epoch":
            taken.append(event["seconds"])

    alih.run(document, folder / "run", jobs=1, on_event=hear)
    return statistics.median(taken[1:])


def main() -> None:
    """Measure and print each round and the median ratio."""
    os.environ["OMP_NUM_THREADS"] = "1"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--size", type=int, default=64)
    arguments = parser.parse_args()
    generator = np.random.default_rng(0)
    count, side = arguments.images, arguments.size
    with tempfile.TemporaryDirectory() as place:
        root, ratios = Path(place), []
        np.savez(
            root / "data.npz",
            x_train=generator.integers(0, 256, (count, side, side, 3), dtype=np.uint8),
            y_train=np.arange(count) % 10,
            x_test=generator.integers(0, 256, (100, side, side, 3), dtype=np.uint8),
            y_test=np.arange(100) % 10,
        )
        for number in range(arguments.rounds):
            one, two = (
                epoch(root / f"{number}-{processes}", root / "data.npz", processes)
                for processes in (1, 2)
            )
            ratios.append(one / two)
            print(f"round {number + 1}: {one:.2f} s, {two:.2f} s, {ratios[-1]:.2f} times as fast")
    print(f"median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}")


if __name__ == "__main__":
    main()
