"""Contestants of a benchmark: processes of their own that train on command, so that none of them
disturbs another's memory; and the options that such benchmarks share."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

READY = '{"ready": true}'
"""What a contestant says once it has read its data and measured its machine."""


class Contestant:
    """A process that trains on command: one JSON line in, one out. Made, it has started up: whoever
    comes next finds quiet."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self._line(READY)

    def run(self, **order: Any) -> dict[str, float]:
        """Train once: what the process answers, "seconds" first."""
        assert self.process.stdin
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return json.loads(self._line('{"seconds"'))

    def _line(self, start: str) -> str:
        """The next line of its output that begins so."""
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith(start):
                return line
        raise SystemExit(
            f"{self.name} ended with exit code {self.process.wait()}; its reason stands above"
        )

    def stop(self) -> None:
        """Let it end by itself."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def answer(train: Callable[..., dict[str, float]]) -> None:
    """Serve orders from standard input until it closes: what every contestant's process does."""
    print(READY, flush=True)
    for line in sys.stdin:
        print(json.dumps(train(**json.loads(line))), flush=True)


def add_options(parser: argparse.ArgumentParser, served: Sequence[str], images: int) -> None:
    """Add what every benchmark of contestants takes; `served` are those that its own file serves,
    `images` how many train by default."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    parser.add_argument("--images", type=int, default=images)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--replicates", type=int, default=3)
    parser.add_argument("--threads", type=int, default=cores)
    parser.add_argument(
        "--precision",
        choices=["auto", "fp32", "bf16-autocast"],
        default="auto",
        help="alih's; auto: as a study measures",
    )
    parser.add_argument("--serve", choices=served, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)


def describe(options: argparse.Namespace) -> None:
    """Print the machine and the size of the benchmark."""
    from alih.training import machine

    asked = {name: getattr(options, name) for name in ("threads", "images", "epochs", "replicates")}
    print({**machine.describe("cpu").model_dump(), **asked})


def environment(options: argparse.Namespace, folder: Path) -> dict[str, str]:
    """The threads of a contestant, and a cache of its own below `folder`."""
    return {"OMP_NUM_THREADS": str(options.threads), "ALIH_CACHE": str(folder / "cache")}


def started(
    script: str, served: Sequence[str], options: argparse.Namespace, file: Path
) -> dict[str, Contestant]:
    """The contestants that a benchmark's own file serves, on the data of `file`, by name."""
    given = {"--file": file, "--threads": options.threads, "--precision": options.precision}
    common = [str(part) for pair in given.items() for part in pair]
    return {
        name: Contestant(
            name,
            [sys.executable, script, "--serve", name, *common],
            environment(options, file.parent),
        )
        for name in served
    }


def keep_only_weights(model: str, folder: Path) -> None:
    """Make an empty cache below `folder` that holds nothing but the weights of a backbone."""
    from alih.models.weights import obtain
    from alih.study.catalogue.backbones import cached_weights

    obtain(model)
    (folder / "cache" / "weights").mkdir(parents=True)
    for file in cached_weights(model).parent.glob(f"{model}.*"):
        if file.suffix in (".safetensors", ".json"):
            shutil.copy2(file, folder / "cache" / "weights")
