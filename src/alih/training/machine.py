"""`machine.json`: threads, precision and device of a study, resolved once by measuring, then
honoured by every cell.
"""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterable
from pathlib import Path

import torch

from alih import files
from alih.errors import AlihError
from alih.models import devices
from alih.runs import hardware
from alih.runs.card import Environment, Hardware, MachineCard
from alih.runs.folder import StudyFolder
from alih.study.document.arm import Recipe
from alih.study.document.precision import PRECISIONS
from alih.training import device, outputs, timing
from alih.training.device import Machine

FORMAT = 2
"""The number of the folder format: since 2 the number format is a part of what a cell is."""


def resolve(
    root: Path,
    recipes: Iterable[Recipe],
    classes: int,
    shape: tuple[int, int, int],
    jobs: int,
    wanted: str,
    mixed: bool = False,
    precision: str | None = None,
    task: str = "classification",
    alone: bool = False,
) -> Machine:
    """The machine settings of a study folder: read when they are there, else measured and written.

    `shape` is (channels, height, width), `precision` what the document asks for. Raises AlihError
    when this machine cannot honour what is stored, unless `mixed`. Without a lock (`alone`), the
    first of several processes that write decides for all.
    """
    # Two processes on one new folder must not measure each for itself: timing may tell them
    # different precisions.
    lock = files.locked(root / ".locks" / "machine.lock")
    with contextlib.nullcontext() if alone else lock:
        found = stored(root, wanted, mixed, precision)
        if found is None:
            measured(recipes, classes, shape, jobs, wanted, precision, task).write_first(root)
            found = stored(root, wanted, mixed, precision)
        assert found is not None, "it was written just now"
        return found


def stored(root: Path, wanted: str, mixed: bool, precision: str | None = None) -> Machine | None:
    """The settings that a study folder has, None in a new one. Raises AlihError when this machine
    cannot honour them.
    """
    settings = StudyFolder(root).machine
    return _honour(root, settings, wanted, mixed, precision) if settings else None


def measured(
    recipes: Iterable[Recipe],
    classes: int,
    shape: tuple[int, int, int],
    jobs: int,
    wanted: str,
    precision: str | None,
    task: str,
) -> MachineCard:
    """The machine settings that a new study folder would have on this machine; arguments as
    `resolve` has them.
    """
    kind = devices.choose(wanted)
    setting = timing.Setting(kind, hardware.threads(kind, jobs), classes, shape, task)
    times: dict[str, dict[str, float]] = {}
    if precision is None:
        precision, times = timing.choose_format(list(recipes), setting)
    machine = Machine(kind, setting.threads, precision)
    return MachineCard(
        format=FORMAT,
        device=machine.device,
        threads=machine.threads,
        precision=machine.precision,
        channels_last=machine.channels_last,
        measured_ms_per_step=times,
        made_on=describe(kind),
    )


def _honour(
    root: Path, settings: MachineCard, wanted: str, mixed: bool, asked: str | None
) -> Machine:
    kind, precision = settings.device, settings.precision
    here = devices.available()
    if wanted not in ("auto", kind):
        raise AlihError("training.other_device", stored=kind, wanted=wanted)
    if kind in here and precision == (asked or precision) and precision in PRECISIONS:
        return _as_stored(settings, kind, precision)
    if not mixed:
        if asked not in (None, precision):
            raise AlihError("training.other_precision", stored=precision, wanted=asked)
        if precision not in PRECISIONS:
            raise AlihError(
                "training.older_precision", stored=precision, known=", ".join(PRECISIONS)
            )
        raise AlihError(
            "training.cannot_honour", stored=f"{kind}, {precision}", here=", ".join(here)
        )
    kind = kind if kind in here else here[0]
    if asked is None and precision not in PRECISIONS:
        asked = "bf16-autocast" if device.fast_bf16(kind) else "fp32"
    settings.model_copy(update={"mixed": True}).write(root)
    return _as_stored(settings, kind, asked or precision)


def _as_stored(settings: MachineCard, kind: str, precision: str) -> Machine:
    return Machine(kind, settings.threads, precision, settings.channels_last)


def describe(kind: str) -> Hardware:
    """The hardware and versions at hand, for a device of this kind."""
    import numpy

    return Hardware(
        platform=platform.platform(terse=True),
        cpu=hardware.processor(),
        cores=hardware.cores(),
        cpu_capability=torch.backends.cpu.get_cpu_capability(),
        gpu=torch.cuda.get_device_name() if kind == "cuda" else None,
        python=platform.python_version(),
        torch=str(torch.__version__),
        numpy=numpy.__version__,
    )


def environment(machine: Machine) -> Environment:
    """What a cell is computed on and with."""
    return Environment(
        **describe(machine.device).to_json(),
        packages=outputs.versions(),
        device=machine.device,
        threads=machine.threads,
        precision=machine.precision,
    )
