"""The one loop: epochs of strategy steps, an evaluation after each, and a checkpoint that makes
resume exact.

A batch passes: loader → `strategy.step` → model, loss → `ctx.backward` → the strategy's optimizer.
Nothing hooks in.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from alih import seeding
from alih.errors import AlihError
from alih.models.layers import set_generators
from alih.models.network import device_of
from alih.runs.card import Record, Timing
from alih.study.document.train import Train
from alih.training import checkpoint
from alih.training.device import synchronise
from alih.training.selection import Selection
from alih.transfer.contract import Batch, Context, Strategy, networks_of
from alih.transfer.ranks import ranks

CHECK_EVERY = 50
"""Steps between looks at the loss, so that a diverged run stops within seconds without waiting at
each step."""


CHEAP_SAVE = 0.5
"""Seconds of writing that are always worth a checkpoint."""

PAUSE = 0.2
"""Seconds between checkpoints at least: epochs that take less are computed again at a resume."""


class Diverged(AlihError):
    """The loss is no longer a number."""

    exit_code = 1


class OutOfTime(BaseException):
    """The time for training has run out; the last epoch is in a checkpoint. A cell is not to blame,
    so handlers of failed cells must let it pass.
    """


@dataclass(frozen=True)
class Plan:
    """What one fit needs besides the strategy.

    `streams(epoch)` yields the batches of each step, `evaluate()` returns metrics per split
    ("validation", "train-eval"), `still(stream)` gives a stream's images as they are, in an order
    that mixes classes. Steps compute inside `autocast()`. `pause`: seconds between checkpoints at
    least, `PAUSE` unless given. `forbids(seconds)`: whether there is no time for another epoch like
    the last, which took so long.
    """

    train: Train
    seed: int
    replicate: int
    steps_per_epoch: int
    streams: Callable[[int], Iterator[Mapping[str, Batch]]]
    evaluate: Callable[[], dict[str, dict[str, float]]]
    folder: Path
    on_epoch: Callable[[int, list[Record], Timing], None] = lambda *_: None
    say: Callable[[str], None] = lambda _: None
    still: Callable[[str], Iterator[Batch]] = lambda stream: iter(())
    autocast: Callable[[], AbstractContextManager[None]] = nullcontext
    pause: float | None = None
    forbids: Callable[[float], bool] = lambda seconds: False


@dataclass
class Averages:
    """Running means over an epoch, weighted by batch size, kept on the device to avoid waiting for
    it.
    """

    weight: float = 0.0
    sums: dict[str, tuple[Any, float]] = field(default_factory=dict)

    def add(self, name: str, value: torch.Tensor | float) -> None:
        """Add one batch's value."""
        value = value.detach().float() if isinstance(value, torch.Tensor) else float(value)
        total, count = self.sums.get(name, (0.0, 0.0))
        self.sums[name] = (total + value * self.weight, count + self.weight)

    def means(self) -> dict[str, float]:
        """The averages so far, over all ranks."""
        return {name: total / count for name, (total, count) in self.totals().items()}

    def totals(self) -> dict[str, tuple[float, float]]:
        """Sums of values and of weights so far, over all ranks."""
        own = {name: (float(total), count) for name, (total, count) in self.sums.items()}
        group = ranks()
        return own if group is None else group.sums(own)


def fit(strategy: Strategy, plan: Plan) -> Selection:
    """Train for the plan's epochs, resuming from the newest sound checkpoint in its folder.

    Afterwards the network holds the last epoch's weights, or the best epoch's with `keep: best`.
    Raises Diverged when the loss is not finite, with advice what to try, and OutOfTime after a
    checkpoint.
    """
    selection = Selection(plan.train)
    done, records = _resume(strategy, selection, plan)
    networks, group = networks_of(strategy), ranks()
    leads = group is None or group.leads
    saved_at, save_cost = time.perf_counter(), 0.0
    pause = PAUSE if plan.pause is None else plan.pause
    for epoch in range(done + 1, plan.train.epochs + 1):
        if selection.stop:
            break
        started = time.perf_counter()
        averages = Averages()
        context = _context(plan, epoch, averages)
        seeding.seed_global(plan.seed, plan.replicate, f"before/{epoch}")
        _prepare(strategy, networks, plan, context)
        begun = time.perf_counter()
        _train_epoch(strategy, plan, context, averages)
        synchronise(device_of(strategy.network).type)
        if group is not None:
            group.average_statistics(networks.values())
        trained = time.perf_counter()
        step = epoch * plan.steps_per_epoch
        totals = averages.totals()
        means = {name: total / count for name, (total, count) in totals.items()}
        means = {"loss": means.pop("loss") + strategy.penalty(), **means}
        _require_finite(means["loss"], plan, epoch)
        splits = {"train": means, **plan.evaluate()}
        records += [
            Record(epoch, step, split, metric, value)
            for split, values in splits.items()
            for metric, value in values.items()
        ]
        selection.see(epoch, splits, strategy.learning)
        now = time.perf_counter()
        timing = Timing(
            epoch=epoch,
            seconds=now - started,
            train_seconds=trained - begun,
            ms_per_step=1000 * (trained - begun) / plan.steps_per_epoch,
            images_per_second=totals["loss"][1] / (trained - begun),
        )
        # Before the checkpoint: a run killed in between computes this epoch again and writes the
        # same rows.
        if leads:
            plan.on_epoch(epoch, records, timing)
        last = epoch == plan.train.epochs or selection.stop
        ends = not last and plan.forbids(now - started + save_cost)
        # Writing may cost a tenth of the time; large networks then skip some epochs, which a resume
        # recomputes.
        due = now - saved_at >= pause and save_cost <= max(CHEAP_SAVE, 0.1 * (now - saved_at))
        if leads and (last or ends or due):
            _save(strategy, selection, plan, epoch, records)
            saved_at = time.perf_counter()
            save_cost = saved_at - now
        if ends:
            raise OutOfTime
    selection.restore(strategy.learning)
    return selection


def _context(plan: Plan, epoch: int, averages: Averages) -> Context:
    generators: dict[str, torch.Generator] = {}

    def lasting(name: str) -> torch.Generator:
        return seeding.torch_generator(plan.seed, plan.replicate, name)

    def generator(name: str) -> torch.Generator:
        if name not in generators:
            generators[name] = lasting(f"{name}/{epoch}")
        return generators[name]

    return Context(generator, averages.add, epoch=epoch, lasting=lasting)


def _prepare(
    strategy: Strategy, networks: Mapping[str, nn.Module], plan: Plan, context: Context
) -> None:
    """Put what learns into training mode, with the epoch's generators for dropout, and let the
    strategy begin the epoch.
    """
    for prefix, module in networks.items():
        module.train()
        set_generators(module, partial(_dropout, context, prefix))
    if type(strategy).epoch is Strategy.epoch:
        return
    with plan.autocast():
        strategy.epoch(plan.still, context)
    for module in networks.values():
        module.train()  # it may have measured something


def _train_epoch(strategy: Strategy, plan: Plan, context: Context, averages: Averages) -> None:
    epoch = context.epoch
    group = ranks()
    seeding.seed_global(plan.seed, plan.replicate, f"global/{epoch}{_own()}")
    total = plan.train.epochs * plan.steps_per_epoch
    for index, batches in enumerate(plan.streams(epoch)):
        context.progress = ((epoch - 1) * plan.steps_per_epoch + index) / max(1, total - 1)
        items = len(next(iter(batches.values())).items)
        averages.weight = float(items)
        if group is not None:
            group.items = items
        with plan.autocast():
            averages.add("loss", strategy.step(batches, context))
        if index % CHECK_EVERY == CHECK_EVERY - 1:
            _require_finite(averages.means()["loss"], plan, epoch)


def _dropout(context: Context, prefix: str, name: str) -> torch.Generator:
    return context.generator(f"dropout/{prefix}{name}{_own()}")


def _own() -> str:
    """What a rank adds to addresses of randomness that must differ between ranks; nothing for the
    first one, or one alone.
    """
    group = ranks()
    return "" if group is None or group.leads else f"/rank-{group.rank}"


def _require_finite(loss: float, plan: Plan, epoch: int) -> None:
    if not math.isfinite(loss):
        raise Diverged(
            "training.not_finite",
            epoch=epoch,
            lr=f"{plan.train.lr:g}",
            try_lr=f"{plan.train.lr / 10:g}",
        )


def _state(strategy: Strategy, selection: Selection, records: list[Record]) -> dict[str, Any]:
    parts = {name: part.state_dict() for name, part in strategy.parts().items()}
    rows = [asdict(record) for record in records]
    return {"parts": parts, "selection": selection.state_dict(), "records": rows}


def _save(
    strategy: Strategy, selection: Selection, plan: Plan, epoch: int, records: list[Record]
) -> None:
    checkpoint.write(plan.folder, epoch, _state(strategy, selection, records))


def _resume(strategy: Strategy, selection: Selection, plan: Plan) -> tuple[int, list[Record]]:
    """Load the newest sound checkpoint; name and skip damaged ones. Returns (epochs done, records
    so far).
    """
    for epoch, file in checkpoint.stored(plan.folder):
        try:
            state = checkpoint.read(file)
        except checkpoint.Damaged:
            plan.say(str(AlihError("training.checkpoint_damaged", file=file.name)))
            file.unlink(missing_ok=True)
            continue
        for name, part in strategy.parts().items():
            part.load_state_dict(state["parts"][name])
        selection.load_state_dict(state["selection"])
        return epoch, [Record(**row) for row in state["records"]]
    return 0, []
