"""`machine.json`: threads, precision and device of a study, resolved once by measuring, then honoured by every cell."""

from __future__ import annotations

import copy
import platform
import statistics
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock

from alih import files
from alih.errors import AlihError
from alih.models.staged import StagedNetwork
from alih.runs import hardware, speed
from alih.study.document import Recipe
from alih.study.precision import PRECISIONS
from alih.study.strategies import FinetuneOptions, is_closed, options_of
from alih.tasks.losses import cross_entropy
from alih.training import device
from alih.training.assemble import assemble_network
from alih.training.device import Machine
from alih.transfer.finetune import frozen_stages
from alih.transfer.optimizer import Optimizer

STEPS = 6
"""Timed steps per precision and model; their median decides."""

ENOUGH_MS = 3000.0
"""A large network shows its speed in fewer steps (at least three): nobody should wait minutes for a choice of number format."""

FORMAT = 2
"""The number of the folder format: since 2 the number format is a part of what a cell is."""

GAIN = 1.1
"""bfloat16 is taken only when it is at least this much faster over the whole study: float32 is the safer choice."""


def resolve(
    root: Path,
    recipes: Iterable[Recipe],
    classes: int,
    shape: tuple[int, int, int],
    jobs: int,
    wanted: str,
    mixed: bool = False,
    precision: str | None = None,
) -> Machine:
    """The machine settings of a study folder: read when they are there, else measured and written.

    `shape` is (channels, height, width), `precision` what the document asks for. Raises AlihError when
    this machine cannot honour what is stored, unless `mixed`.
    """
    (root / ".locks").mkdir(parents=True, exist_ok=True)
    # Two processes on one new folder must not measure each for itself: timing may tell them different precisions.
    with FileLock(root / ".locks" / "machine.lock"):
        return stored(root, wanted, mixed, precision) or _measured(root, list(recipes), classes, shape, jobs, wanted, precision)


def stored(root: Path, wanted: str, mixed: bool, precision: str | None = None) -> Machine | None:
    """The settings that a study folder has, None in a new one. Raises AlihError when this machine cannot honour them."""
    file = root / "machine.json"
    return _honour(file, wanted, mixed, precision) if file.exists() else None


def _measured(
    root: Path, recipes: list[Recipe], classes: int, shape: tuple[int, int, int], jobs: int, wanted: str, precision: str | None
) -> Machine:
    machine, times = time_steps(recipes, classes, shape, jobs, wanted, precision)
    files.write_json(
        root / "machine.json",
        {
            "format": FORMAT,
            "device": machine.device,
            "threads": machine.threads,
            "precision": machine.precision,
            "channels_last": machine.channels_last,
            "measured_ms_per_step": {name: {p: round(v, 3) for p, v in t.items()} for name, t in times.items()},
            "made_on": describe(),
        },
    )
    return machine


def time_steps(
    recipes: Iterable[Recipe],
    classes: int,
    shape: tuple[int, int, int],
    jobs: int,
    wanted: str = "auto",
    asked: str | None = None,
) -> tuple[Machine, dict[str, dict[str, float]]]:
    """The settings that suit these recipes here, and milliseconds per step as `measure` gives them, kept for plans.

    What is solved at once takes no steps and is left out; `asked`: the precision to be used, whatever is
    faster. Raises AlihError when memory runs out.
    """
    kind = device.choose(wanted)
    threads = hardware.threads(kind, jobs)
    stepping = [recipe for recipe in recipes if not is_closed(recipe)]
    try:
        times = measure(stepping, classes, shape, kind, threads, asked)
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
            raise AlihError("training.out_of_memory") from error
        raise
    precision = asked or "fp32"
    if asked is None and times and "bf16-autocast" in next(iter(times.values())):
        totals = {p: sum(t[p] for t in times.values()) for p in PRECISIONS}
        precision = "bf16-autocast" if totals["fp32"] >= GAIN * totals["bf16-autocast"] else "fp32"
    speed.remember({speed.key(r, classes, shape): times[_name(r)][precision] for r in stepping})
    return Machine(kind, threads, precision), times


def _honour(file: Path, wanted: str, mixed: bool, asked: str | None) -> Machine:
    settings = files.read_json(file)
    kind, precision = settings["device"], settings["precision"]
    here = device.available()
    if wanted not in ("auto", kind):
        raise AlihError("training.other_device", stored=kind, wanted=wanted)
    if kind in here and precision == (asked or precision) and precision in PRECISIONS:
        return _as_stored(settings, kind, precision)
    if not mixed:
        if asked not in (None, precision):
            raise AlihError("training.other_precision", stored=precision, wanted=asked)
        if precision not in PRECISIONS:
            raise AlihError("training.older_precision", stored=precision, known=", ".join(PRECISIONS))
        raise AlihError("training.cannot_honour", stored=f"{kind}, {precision}", here=", ".join(here))
    kind = kind if kind in here else here[0]
    if asked is None and precision not in PRECISIONS:
        asked = "bf16-autocast" if device.fast_bf16(kind) else "fp32"
    files.write_json(file, {**settings, "mixed": True})
    return _as_stored(settings, kind, asked or precision)


def _as_stored(settings: dict[str, Any], kind: str, precision: str) -> Machine:
    return Machine(kind, settings["threads"], precision, settings["channels_last"])


def measure(
    recipes: list[Recipe],
    classes: int,
    shape: tuple[int, int, int],
    kind: str,
    threads: int,
    precision: str | None = None,
) -> dict[str, dict[str, float]]:
    """Milliseconds of a training step per distinct model and precision: {"<model>": {"fp32": …, "bf16-autocast": …}}."""
    precisions = [precision] if precision else list(PRECISIONS) if device.fast_bf16(kind) else ["fp32"]
    times: dict[str, dict[str, float]] = {}
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for recipe in recipes:
            name = _name(recipe)
            if name not in times:
                times[name] = {p: _step_time(recipe, classes, shape, Machine(kind, threads, p)) for p in precisions}
    finally:
        torch.set_num_threads(before)
    return times


def _name(recipe: Recipe) -> str:
    model = recipe.model
    numbers = [model.width and f"width {model.width}", model.depth and f"depth {model.depth}", model.padding, model.encoder]
    name = " ".join([model.name or files.digest(model.model_dump())[:8], *(str(number) for number in numbers if number)])
    options = options_of(recipe)
    how = ""
    if isinstance(options, FinetuneOptions):
        how = f" freeze {options.freeze}{' delta' if options.needs_reference else ''}"
    return f"{name}{' dropout' if recipe.model.dropout else ''}{how} ×{recipe.train.batch_size}"


def _step_time(recipe: Recipe, classes: int, shape: tuple[int, int, int], machine: Machine) -> float:
    network = assemble_network(recipe, classes, shape, machine, seed=lambda purpose: 0, start="none")  # weights cost no time
    options = options_of(recipe)
    reference: StagedNetwork | None = None
    if isinstance(options, FinetuneOptions) and isinstance(network, StagedNetwork):
        network.freeze(frozen_stages(network, options), options.batch_norm)
        if options.needs_reference:  # the maps of the start cost a second forward pass of the stages that learn
            reference = copy.deepcopy(network).eval()
    optimizer = Optimizer(network.parameters(), recipe.train, 1000)
    size = recipe.train.batch_size
    images = torch.zeros(size, *shape, device=machine.device).contiguous(memory_format=torch.channels_last)
    with torch.no_grad(), machine.autocast():
        begun = reference.advance(images, 0, reference.frozen) if reference else None
    network.train()
    times = []
    for index in range(STEPS + 2):
        started = time.perf_counter()
        with machine.autocast():
            if reference:
                with torch.no_grad():
                    reference.advance(begun, reference.frozen, len(reference.stages))
            logits = network(images)  # [size, classes], or [size, classes, h, w] of a segmentation network
        labels = torch.zeros(size, *logits.shape[2:], dtype=torch.int64, device=machine.device)
        cross_entropy(logits, labels).backward()
        optimizer.step()
        if machine.device == "cuda":
            torch.cuda.synchronize()
        if index >= 2:  # the first steps pay for memory and kernel selection
            times.append(1000 * (time.perf_counter() - started))
        if len(times) >= 3 and sum(times) > ENOUGH_MS:
            break
    return statistics.median(times)


def describe() -> dict[str, Any]:
    """The hardware and versions at hand, for environment records."""
    import numpy

    return {
        "platform": platform.platform(terse=True),
        "cpu": hardware.processor(),
        "cores": hardware.cores(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": numpy.__version__,
    }
