"""A cell whose strategy is solved at once: no epochs, no checkpoints; its files are those of every other cell.

`history.csv` and `timing.csv` hold one row set, at epoch 0. `seconds` of the card count the extraction of activations whether
this cell computed them or found them in the cache, so that arms compare as if each stood alone; `spent` is what passed here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from alih import files
from alih.data.pixels import Format
from alih.models.staged import StagedNetwork
from alih.runs import folder as runs
from alih.runs.identity import stored_identity
from alih.study import plan
from alih.study.document import Recipe
from alih.study.recipes import recipe as resolve_recipe
from alih.study.strategies import needs_network, options_of, views_of
from alih.training import machine as machines
from alih.training import outputs
from alih.training.assemble import assemble_network, assemble_others
from alih.training.selection import higher_is_better
from alih.training.warmstart import carry_over
from alih.transfer.closed import ClosedForm, Given
from alih.transfer.table import CLOSED_FORM
from alih.words import say

if TYPE_CHECKING:
    from alih.training.cell import Bench

SCORED = 4096
"""Items whose scores are turned into probabilities at once."""


@dataclass(frozen=True)
class Solved:
    """A fitted strategy with its recipe, where it came from, its format, and the seconds its fit took without extraction."""

    strategy: ClosedForm
    recipe: Recipe
    network: torch.nn.Module | None
    carried: dict[str, Any] | None
    form: Format
    fit_seconds: float


def run_closed(bench: Bench) -> None:
    """Compute such a cell from start to `done`: trials, the final fit, the one look at the test split, files."""
    started = time.perf_counter()
    solved, tuning, history = _choose(bench)
    place, split = bench.folder.path, bench.split
    parts = {"test": split.test} if bench.study.refit else {"validation": split.validation, "test": split.test}
    scores = {name: scored(bench, solved.strategy, items, stored=True) for name, items in parts.items() if len(items)}
    outputs.write_scores(place, bench.task, scores)
    if "validation" in scores:
        shown = bench.task.examples(bench.images, scores["validation"], bench.pictured, lambda items: items)
        outputs.write_npz(place / "examples.npz", shown)
    _write_activations(bench, solved)
    outputs.write_weights(place, solved.strategy.tensors())
    _write_history(place, history, solved)
    run_on = {"device": bench.machine.device, "threads": bench.machine.threads, "precision": bench.machine.precision}
    files.write_json(place / "environment.json", {**machines.describe(), **outputs.versions(), **run_on})
    card = _card(bench, solved, tuning, scores)
    files.write_json(place / "card.json", card | {"spent": round(time.perf_counter() - started, 3)})
    outputs.write_done(place)


def scored(bench: Bench, strategy: ClosedForm, items: np.ndarray, stored: bool = False) -> dict[str, np.ndarray]:
    """Per-item arrays of some items, as a trained network's."""
    scores, labels = torch.from_numpy(strategy.scores(items)), torch.from_numpy(bench.images.labels[items])
    parts = zip(scores.split(SCORED), labels.split(SCORED), np.split(items, range(SCORED, len(items), SCORED)), strict=True)
    return bench.task.item_arrays(((rows.float(), truth, own) for rows, truth, own in parts), bench.metrics, stored)


def _choose(bench: Bench) -> tuple[Solved, dict[str, Any] | None, dict[str, dict[str, float]]]:
    """The best trial on validation (the only one without `tune`), with `refit` fitted once more to all images; its metrics."""
    study, cell = bench.study, bench.cell
    trials = plan.trials(study, cell.arm)
    sign = 1.0 if higher_is_better(study.primary) else -1.0
    rows: list[dict[str, Any]] = []
    chosen: Solved | None = None  # the others are let go: each holds a network
    best = 0
    seen: dict[str, int] = {}
    for index, trial in enumerate(trials):
        recipe = resolve_recipe(study, cell.arm, cell.at, trial)
        # A key of the loop (a learning rate) changes nothing here: the same fit is not made twice.
        same = files.digest([recipe.model_dump(mode="json", by_alias=True, exclude={"train"}), views_of(recipe)])
        first = seen.setdefault(same, index)
        if first < index:
            rows.append({**rows[first], "values": trial})
            continue
        if len(trials) > 1:
            bench.emit({"kind": "message", "text": say("training.trial", n=index + 1, of=len(trials), values=trial)})
        solved = _solve(bench, recipe, bench.split.train)
        rows.append({"values": trial, "validation": _metrics(bench, solved, bench.split.validation), "epoch": 0})
        scores = [sign * rows[i]["validation"][study.primary] for i in (best, index)]
        if chosen is None or scores[1] > scores[0]:
            best, chosen = index, solved
        del solved
    assert chosen is not None
    history = {"train-eval": _metrics(bench, chosen, bench.train_eval(bench.split.train)), "validation": rows[best]["validation"]}
    tuning = None
    if len(trials) > 1 or study.refit:
        tuning = {"metric": study.primary, "trials": rows, "chosen": best, "refit": study.refit}
    if study.refit:
        outputs.write_weights(bench.folder.path, chosen.strategy.tensors(), runs.BEFORE_REFIT)
        chosen = _solve(bench, chosen.recipe, bench.with_validation, True)
    return chosen, tuning, history


def _solve(bench: Bench, recipe: Recipe, items: np.ndarray, refit: bool = False) -> Solved:
    images, machine = bench.images, bench.machine
    height, width, channels = images.images.shape[1:]
    network, carried, options = None, None, options_of(recipe)
    shape = (channels, height, width)
    if needs_network(recipe):
        classes = len(images.classes) if options.new_head else None
        network = assemble_network(recipe, classes, shape, machine, bench.seed)
        carried = carry_over(bench.folder.root, bench.study, bench.cell, network, images.classes, refit)
        network.eval()
    mean, std = bench.constants("unit" if network is None else recipe.normalise, network)
    form = Format(machine.precision, torch.device(machine.device), tuple(mean.tolist()), tuple(std.tolist()))
    given = Given(
        network,
        images,
        form,
        recipe,
        options,
        bench.study.seed,
        bench.cell.replicate,
        outputs.progress_of(bench.emit),
        assemble_others(recipe, len(images.classes), shape, machine, bench.seed),
    )
    strategy = CLOSED_FORM[recipe.transfer.strategy](given)
    started = time.perf_counter()
    strategy.fit(items)
    seconds = time.perf_counter() - started - strategy.waited
    return Solved(strategy, recipe, network, carried, form, seconds)


def _metrics(bench: Bench, solved: Solved, items: np.ndarray) -> dict[str, float]:
    return bench.summary(scored(bench, solved.strategy, items))


def _write_activations(bench: Bench, solved: Solved) -> None:
    from alih.training.batches import Loader

    if bench.cell.replicate == 0 and len(bench.split.validation) and isinstance(solved.network, StagedNetwork):
        item = int(bench.split.validation[0])
        batch = Loader(bench.images, solved.form).batch(np.array([item]))
        outputs.write_activations(bench.folder.path, solved.network, bench.machine, batch, bench.images.images[item])


def _write_history(place: Path, history: dict[str, dict[str, float]], solved: Solved) -> None:
    rows = [
        {"epoch": 0, "step": 0, "split": split, "metric": metric, "value": value}
        for split, values in history.items()
        for metric, value in values.items()
    ]
    runs.write_csv(place / "history.csv", runs.HISTORY_COLUMNS, rows)
    seconds = round(alone(solved), 4)
    timing = {"epoch": 0, "seconds": seconds, "train_seconds": seconds, "ms_per_step": 0.0, "images_per_second": 0.0}
    runs.write_csv(place / "timing.csv", runs.TIMING_COLUMNS, [timing])


def alone(solved: Solved) -> float:
    """Seconds that this strategy costs by itself: extraction as it was once measured, and the fit."""
    return solved.strategy.extraction + solved.fit_seconds


def _card(
    bench: Bench, solved: Solved, tuning: dict[str, Any] | None, scores: dict[str, dict[str, np.ndarray]]
) -> dict[str, Any]:
    study, cell, split, strategy = bench.study, bench.cell, bench.split, solved.strategy
    held_out = {"validation": split.validation, "test": split.test}
    own = strategy.card({name: items for name, items in held_out.items() if len(items)})
    redrawn = not (bench.images.official_validation and study.split.scheme == "holdout")
    return {
        "schema": 1,
        "arm": cell.arm,
        "replicate": cell.replicate,
        "at": cell.at,
        "identity": (stored_identity(bench.folder) or {})["identity"],
        "recipe": solved.recipe.model_dump(mode="json", by_alias=True),
        **own,
        "weights": getattr(solved.network, "origin", None),
        "preprocessing": {"mean": list(solved.form.mean), "std": list(solved.form.std)},
        "epochs": 0,
        "best_epoch": 0,
        "kept_epoch": 0,
        "items": {
            "train": len(bench.with_validation if study.refit else split.train),
            "train-eval": len(bench.train_eval(split.train)),
            "validation": len(split.validation),
            "test": len(split.test),
        },
        "classes": list(bench.images.classes),
        "metrics": {name: bench.summary(arrays) for name, arrays in scores.items()},
        "seconds": round(alone(solved), 3),
        "seconds_extraction": round(strategy.extraction, 3),
        "seconds_fit": round(solved.fit_seconds, 3),
        "seconds_per_epoch": None,
        "ms_per_step": None,
        "images_per_second": None,
        "precision": bench.machine.precision,
        "tune": tuning,
        "from": solved.carried,
        "varies_by_seed": not plan.runs_once(study, cell.arm, cell.at, redrawn),
    }
