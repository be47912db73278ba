"""How long training steps take on this machine, and which number format is faster: measured once,
then remembered.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import filelock
import numpy as np
import torch

from alih import files, seeding
from alih.errors import AlihError, is_out_of_memory
from alih.files.cache import Table
from alih.runs import hardware, speed
from alih.study.document.arm import Recipe
from alih.study.document.precision import PRECISIONS
from alih.study.strategies.options import FinetuneOptions, is_closed, options_of
from alih.tasks.table import TASKS
from alih.training import device
from alih.training.assemble import assemble_network, assemble_others
from alih.training.device import Machine
from alih.transfer.contract import Batch, Context, Stream, networks_of
from alih.transfer.ingredients import Ingredients
from alih.transfer.table import STRATEGIES

FORMATS = Table("formats.json")
"""Milliseconds per step in each number format, by machine, version of torch and network."""

WARM, ROUNDS = 2, 7
"""Steps that pay for memory and the choice of kernels, then timed ones; their median counts."""

ENOUGH_MS = 3000.0
"""A large network shows its speed in fewer steps (at least three): nobody should wait minutes for a
choice of format."""

CLEAR = 1.2
"""Three rounds suffice where all of them are this factor away from `GAIN`."""

GAIN = 1.25
"""bfloat16 is taken only where it is clearly faster, so that a busy machine comes to the same
choice as an idle one."""


@dataclass(frozen=True)
class Setting:
    """Where and on what steps are timed; `shape` is (channels, height, width) of the study's
    images.
    """

    kind: str
    threads: int
    classes: int
    shape: tuple[int, int, int]
    task: str = "classification"

    def shape_of(self, recipe: Recipe) -> tuple[int, int, int]:
        """The shape of the images that a recipe sees."""
        side = recipe.image_size
        return self.shape if side is None else (self.shape[0], side, side)


def choose_format(
    recipes: Iterable[Recipe], setting: Setting
) -> tuple[str, dict[str, dict[str, float]]]:
    """The number format for a study of these recipes here, and milliseconds per step by network and
    format.

    What this machine knows of a network is not measured again: the same document gets the same
    format, however busy the machine is. Raises AlihError when memory runs out.
    """
    stepping = [recipe for recipe in recipes if not is_closed(recipe)]
    if not stepping or not device.fast_bf16(setting.kind):
        return "fp32", {}
    times: dict[str, dict[str, float]] = {}
    for recipe in stepping:
        name = _network(recipe)
        if name not in times:
            times[name] = _remembered(recipe, setting)
    fp32, bf16 = (sum(of_network[name] for of_network in times.values()) for name in PRECISIONS)
    return "bf16-autocast" if fp32 >= GAIN * bf16 else "fp32", times


def measure(recipes: Iterable[Recipe], setting: Setting) -> dict[str, float]:
    """Milliseconds per step of each recipe in the format that a study of them would have, kept for
    plans.

    What is solved at once takes no steps and is left out. Raises AlihError when memory runs out.
    """
    stepping = [recipe for recipe in recipes if not is_closed(recipe)]
    precision, _ = choose_format(stepping, setting)
    times: dict[str, float] = {}
    for recipe in stepping:
        name = _name(recipe)
        if name not in times:
            times[name] = _race(recipe, setting, [precision])[precision]
    speed.remember(
        [speed.of_steps(r, setting.shape_of(r), setting.threads, times[_name(r)]) for r in stepping]
    )
    return times


def _remembered(recipe: Recipe, setting: Setting) -> dict[str, float]:
    address = _address(recipe, setting.kind)
    found = FORMATS.read().get(address)
    if found is None:
        with _alone():
            found = FORMATS.read().get(address)  # another process may have measured it meanwhile
            if found is None:
                found = _race(recipe, setting, list(PRECISIONS))
                FORMATS.add({address: found})
    return {name: float(found[name]) for name in PRECISIONS}


PATIENCE = 300.0
"""Seconds to wait for another process that measures: one that died elsewhere may hold a lock for
ever."""


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one process measure at a time, where the cache can be written: two would slow each other
    down.
    """
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError, filelock.Timeout):
            lock = files.lock_if_possible(FORMATS.path.with_suffix(".measuring"), PATIENCE)
            held.enter_context(lock)
        yield


def _address(recipe: Recipe, kind: str) -> str:
    """What a choice depends on. Weights change what a network answers, not how long it takes."""
    name = torch.cuda.get_device_name() if kind == "cuda" else hardware.processor()
    model = recipe.model.model_dump(mode="json", exclude={"weights"})
    own_size = [] if recipe.image_size is None else [recipe.image_size]
    return files.digest([name, kind, str(torch.__version__), model, *own_size])[:16]


def _race(recipe: Recipe, setting: Setting, precisions: list[str]) -> dict[str, float]:
    """Median milliseconds of a step in each format, measured in turns, so that what else runs slows
    all of them alike.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(setting.threads)
    try:
        return _raced({name: _stepper(recipe, setting, name) for name in precisions})
    except (MemoryError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise AlihError("training.out_of_memory") from error
        raise
    finally:
        torch.set_num_threads(before)


def _raced(steppers: dict[str, Callable[[], float]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in steppers}
    for index in range(WARM + ROUNDS):
        for name, step in steppers.items():
            milliseconds = step()
            if index >= WARM:
                times[name].append(milliseconds)
        taken = sum(map(sum, times.values()))
        if index >= WARM + 2 and (taken > ENOUGH_MS * len(steppers) or _is_clear(times)):
            break
    return {name: round(statistics.median(found), 3) for name, found in times.items()}


def _is_clear(times: dict[str, list[float]]) -> bool:
    """Whether every round so far gives the same choice between the two formats, far from where it
    would change.
    """
    if set(times) != set(PRECISIONS):
        return False
    gains = [fp32 / bf16 for fp32, bf16 in zip(*(times[name] for name in PRECISIONS), strict=True)]
    return min(gains) > CLEAR * GAIN or max(gains) < GAIN / CLEAR


def _stepper(recipe: Recipe, setting: Setting, precision: str) -> Callable[[], float]:
    """A function that does one step of the recipe's strategy on blank images and returns its
    milliseconds.
    """
    machine = Machine(setting.kind, setting.threads, precision)

    def seed(purpose: str) -> int:
        return 0

    # Weights cost no time.
    shape = setting.shape_of(recipe)
    network = assemble_network(recipe, setting.classes, shape, machine, seed, start="none")
    others = assemble_others(recipe, setting.classes, shape, machine, seed)
    for name in options_of(recipe).arms():  # another arm's: as if it were like the arm's own
        other = assemble_network(recipe, setting.classes, shape, machine, seed, start="none")
        others[name] = other.eval().requires_grad_(False)
    given = Ingredients(
        network, TASKS[setting.task], recipe, 1000, None, options_of(recipe), others, withheld=1
    )
    strategy = STRATEGIES[recipe.transfer.strategy](given)
    batches = {
        name: _blank(recipe, setting, stream, machine)
        for name, stream in strategy.streams().items()
    }
    context = Context(
        lambda purpose: seeding.torch_generator(0, 0, purpose), lambda name, value: None
    )

    def step() -> float:
        started = time.perf_counter()
        with machine.autocast():
            strategy.step(batches, context)
        device.synchronise(machine.device)
        return 1000 * (time.perf_counter() - started)

    for module in networks_of(strategy).values():
        module.train()
    return step


def _blank(recipe: Recipe, setting: Setting, stream: Stream, machine: Machine) -> Batch:
    """A batch of a stream, of black images."""
    size = max(2, round(stream.share * recipe.train.batch_size))
    shape = setting.shape_of(recipe)
    images = torch.zeros(size, *shape, device=machine.device).contiguous(
        memory_format=torch.channels_last
    )
    dense = shape[1:] if setting.task == "segmentation" else ()
    labels = torch.zeros(size, *dense, dtype=torch.int64, device=machine.device)
    labels[::2] = min(1, setting.classes - 1)
    views = dict.fromkeys(stream.views[1:], images)
    forms = None if recipe.augment.forms(recipe.train.views) is None else np.zeros(size, np.int64)
    given = labels if stream.labels == "given" else None
    return Batch(images, given, np.arange(size), views=views, forms=forms)


def _network(recipe: Recipe) -> str:
    model = recipe.model
    numbers = [
        model.width and f"width {model.width}",
        model.depth and f"depth {model.depth}",
        model.padding,
        model.encoder,
    ]
    name = " ".join(
        [
            model.name or files.digest(model.model_dump())[:8],
            *(str(number) for number in numbers if number),
        ]
    )
    side = f" {recipe.image_size} px" if recipe.image_size else ""
    return f"{name}{' dropout' if model.dropout else ''}{side}"


def _name(recipe: Recipe) -> str:
    options = options_of(recipe)
    how = ""
    if isinstance(options, FinetuneOptions):
        how = f" freeze {options.freeze}{' delta' if options.needs_reference else ''}"
    return f"{_network(recipe)}{how} ×{recipe.train.batch_size}"
