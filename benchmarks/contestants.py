"""Contestants of a benchmark: processes of their own that train on command, so that none of them
disturbs another's memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
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
