"""A stand-in for SLURM: runs the tasks of an array as processes and enforces a limit. No torch."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Array:
    """A submitted script: what its `#SBATCH` lines ask for, and its running tasks by number."""

    options: dict[str, str]
    tasks: dict[int, subprocess.Popen]

    def end(self, limit: float, kill_wait: float) -> list[int]:
        """Let the tasks run for so many seconds, then do what SLURM does at the limit: a signal to
        the batch process (`--signal=B:…`), SIGTERM to all of them, SIGKILL after a pause.

        Returns the exit codes, negative for a signal.
        """
        self._wait(limit)
        _, name, _ = re.split("[:@]", self.options["signal"])
        for sent in (getattr(signal, f"SIG{name}"), signal.SIGTERM, signal.SIGKILL):
            for task in self.tasks.values():
                if task.poll() is not None:
                    continue
                if sent == getattr(signal, f"SIG{name}"):
                    task.send_signal(sent)
                else:
                    os.killpg(task.pid, sent)
            self._wait(kill_wait)
        return [self.tasks[number].wait(timeout=60) for number in sorted(self.tasks)]

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and any(t.poll() is None for t in self.tasks.values()):
            time.sleep(0.1)


def submit(script: Path, environment: Mapping[str, str]) -> Array:
    """Start all tasks of a script's array at once."""
    lines = re.findall(r'^#SBATCH --([\w-]+)="?(.*?)"?$', script.read_text(), re.MULTILINE)
    options = dict(lines)
    first, last = map(int, options["array"].split("-"))
    tasks = {}
    for number in range(first, last + 1):
        log = options["output"].replace("%A", "7").replace("%a", str(number)).replace("%%", "%")
        with open(log, "a") as file:
            tasks[number] = subprocess.Popen(
                ["bash", str(script)],
                env={**environment, "SLURM_ARRAY_TASK_ID": str(number)},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    return Array(options, tasks)
