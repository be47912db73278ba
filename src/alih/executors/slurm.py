"""A batch script for SLURM: an array of tasks, each of which runs a part of a study."""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from alih import files
from alih.errors import AlihError
from alih.runs import hardware
from alih.runs.folder import run_command
from alih.study.document import durations
from alih.study.document.study import Study
from alih.study.planning.parts import divided
from alih.words import layout, say

MARGIN = 600.0
"""Seconds before the scheduler's limit at which a task ends by itself."""
SIGNALLED = 0.5
"""The share of the margin that is left when SLURM asks to end what has not ended by itself."""
LOGS = "slurm"
_WORD = re.compile(r"[\w.:,+@%/=-]+")


@dataclass(frozen=True)
class Resources:
    """What each task of the array asks for; times in seconds. `memory`, `partition` and `account`
    are handed to SLURM as they are.
    """

    time: float
    margin: float = MARGIN
    gpus: int = 0
    cores: int | None = None
    memory: str | None = None
    partition: str | None = None
    account: str | None = None

    def __post_init__(self) -> None:
        if self.margin <= 0 or self.time <= self.margin:
            values = {"time": layout.duration(self.time), "margin": layout.duration(self.margin)}
            raise AlihError("executors.slurm_margin", **values)
        if self.gpus < 0 or (self.cores is not None and self.cores < 1):
            raise AlihError("executors.slurm_none", gpus=self.gpus, cores=self.cores or 0)
        for name in ("memory", "partition", "account"):
            value = getattr(self, name)
            if value is not None and not _WORD.fullmatch(value):
                raise AlihError("executors.slurm_word", name=name, got=value)

    def all_cores(self, processes: int = 1) -> int:
        """Cores of a task, where each cell takes so many processes."""
        return self.cores or max(processes, hardware.BESIDE_GPU * self.gpus)

    def at_once(self, cells: int, processes: int = 1) -> int:
        """How many of so many cells a task computes at once."""
        most = self.gpus or min(self.all_cores(processes), hardware.MOST_WORKERS)
        return max(1, min(cells, most // processes))


def script(study: Study, root: Path, parts: int, wanted: Resources, file: Path) -> str:
    """The batch script for `parts` tasks on the study folder `root`, with comments in the reader's
    language; `file` is its own name there.

    Raises AlihError where the study has too few cells for so many parts.
    """
    if parts < 1:
        raise AlihError("executors.slurm_jobs", jobs=parts)
    place = root.resolve()
    jobs = wanted.at_once(max(map(len, divided(study, parts))), study.processes)
    cores = wanted.all_cores(study.processes)
    asked = {
        "job-name": f"alih-{study.name}",
        "array": f"1-{parts}",
        "time": clock(wanted.time),
        "signal": f"B:USR1@{max(1, round(wanted.margin * SIGNALLED))}",
        "cpus-per-task": cores,
        "gpus": wanted.gpus or None,
        "mem": wanted.memory,
        "partition": wanted.partition,
        "account": wanted.account,
        "output": f"{str(place).replace('%', '%%')}/{LOGS}/%A_%a.log",
    }
    lines = [f"#SBATCH --{key}={_quoted(value)}" for key, value in asked.items() if value]
    until = durations.written(wanted.time - wanted.margin)
    command = ["exec", sys.executable, "-m", "alih", "run", str(place)]
    options = ["--part", f'"$SLURM_ARRAY_TASK_ID/{parts}"', "--until", until, "--jobs", str(jobs)]
    return "\n".join(
        [
            "#!/bin/bash",
            *lines,
            "",
            *_comments("executors.slurm_how", file=file, parts=parts, command=run_command(place)),
            "",
            *_comments("executors.slurm_scratch"),
            'export ALIH_SCRATCH="${ALIH_SCRATCH:-${SLURM_TMPDIR:-${TMPDIR:-/tmp}}/alih-$(id -u)}"',
            f"export OMP_NUM_THREADS={max(1, cores // (jobs * study.processes))}",
            "",
            *_comments("executors.slurm_modules"),
            "",
            " ".join([*(shlex.quote(word) for word in command), *options]),
            "",
        ]
    )


def write(study: Study, root: Path, parts: int, wanted: Resources, file: Path) -> Path:
    """Write the script, and the folder for the tasks' output, in a study folder that is there.

    Raises AlihError as `script`, and where the file exists.
    """
    refuse_existing(file)
    text = script(study, root, parts, wanted, file)
    with files.explained(root):
        (root / LOGS).mkdir(exist_ok=True)
    files.write_text(file, text)
    with files.explained(file):
        file.chmod(file.stat().st_mode | 0o100)
    return file


def refuse_existing(file: Path) -> None:
    """Raise AlihError for a script that is there already."""
    if file.exists():
        raise AlihError("executors.slurm_exists", path=file)


def seconds_of(option: str, text: str) -> float:
    """Seconds that an option gives. Raises AlihError unless it is a time above zero."""
    try:
        found = durations.seconds(text)
    except ValueError:
        found = 0.0
    if not found:
        raise AlihError("executors.no_time", option=option, got=text)
    return found


def clock(seconds: float) -> str:
    """A time as SLURM writes it.

    >>> clock(10800), clock(90061)
    ('03:00:00', '1-01:01:01')
    """
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return (f"{days}-" if days else "") + f"{hour:02d}:{minute:02d}:{second:02d}"


def _quoted(value: object) -> str:
    text = str(value)
    # SLURM reads these lines itself: quotes keep spaces together, and nothing else is special.
    return f'"{text}"' if " " in text else text


def _comments(key: str, **values: object) -> list[str]:
    return [f"# {line}".rstrip() for line in say(key, **values).split("\n")]
