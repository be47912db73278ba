"""One cell from start to `done`: data, network, strategy, trials, training, the one look at the test split, files."""

from __future__ import annotations

import dataclasses
import math
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from alih import files, seeding
from alih.data.imageset import ImageSet
from alih.data.load import load as load_images
from alih.data.normalise import constants
from alih.data.splits import Split, subset
from alih.errors import AlihError
from alih.features.extract import View
from alih.runs import folder as runs
from alih.runs.identity import stored_identity, write_identity
from alih.study import plan as study_plan
from alih.study.cells import Cell
from alih.study.document import DataSpec, Recipe, Study
from alih.study.recipes import recipe as resolve_recipe
from alih.study.strategies import epochs_of, is_closed, options_of, views_of
from alih.tasks.losses import Objective, is_plain
from alih.tasks.table import TASKS, Task
from alih.training import machine as machines
from alih.training import outputs
from alih.training.assemble import assemble_network, assemble_others, layer_table
from alih.training.batches import Format, Loader, bounds
from alih.training.device import Machine, apply
from alih.training.loop import Diverged, Plan, fit
from alih.training.selection import Selection, higher_is_better, watched
from alih.training.warmstart import carry_over, refuse_frozen_random
from alih.transfer.closed import network_tensors
from alih.transfer.contract import Batch, Strategy
from alih.transfer.table import STRATEGIES, Ingredients
from alih.words import say

Event = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """Everything a cell's phases share."""

    study: Study
    cell: Cell
    folder: runs.CellFolder
    machine: Machine
    images: ImageSet
    split: Split
    share: float
    task: Task
    emit: Callable[[Event], None]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics computed on every evaluation, without repeats."""
        return tuple(dict.fromkeys((*self.task.DEFAULT_METRICS, *self.study.metrics)))

    @property
    def with_validation(self) -> np.ndarray:
        """Items of a refit: training and validation; at a level of `train_images`, the same share of both."""
        extra = self.split.validation
        if self.share < 1.0:
            count = round(self.share * len(extra))
            drawn = self.study.seed, self.cell.replicate, self.split.groups
            extra = subset(extra, self.images.labels, count, *drawn) if count else extra[:0]
        return np.concatenate([self.split.train, extra])

    def train_eval(self, items: np.ndarray) -> np.ndarray:
        """A fixed sample of training items, to see training metrics in evaluation mode at little cost."""
        order = seeding.numpy_generator(self.study.seed, self.cell.replicate, "train-eval").permutation(len(items))
        return np.sort(items[order[: self.task.TRAIN_EVAL_ITEMS]])

    @property
    def pictured(self) -> np.ndarray:
        """Validation items whose answers are shown for all arms, ascending; replicate 0 stands for the others."""
        items, most = self.split.validation, self.task.PICTURES if self.cell.replicate == 0 else 0
        drawn = seeding.numpy_generator(self.study.seed, self.cell.replicate, "pictures").permutation(len(items))[:most]
        return items[np.sort(drawn)]

    @cached_property
    def _measured(self) -> tuple[np.ndarray, np.ndarray]:
        return constants("mean-std", self.images.images, self.split.train)

    def constants(self, kind: str, network: Any) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation per channel, see `normalise.constants`; measured once, for all trials."""
        if kind == "mean-std":
            return self._measured
        brought = getattr(network, "preprocessing", None)
        own = (brought.mean, brought.std) if brought else None
        return constants(kind, self.images.images, self.split.train, own)

    def summary(self, arrays: dict[str, np.ndarray], names: tuple[str, ...] = ()) -> dict[str, float]:
        """The metrics of per-item arrays: the study's, or those named."""
        return self.task.summarise(arrays, names or self.metrics, self.images.classes)

    def seed(self, purpose: str) -> int:
        """The seed of one purpose of this cell's replicate."""
        return seeding.derive(self.study.seed, self.cell.replicate, purpose)


@dataclass(frozen=True)
class Fitted:
    """A trained strategy with where and how it was trained."""

    strategy: Strategy
    loader: Loader
    selection: Selection
    recipe: Recipe
    folder: Path
    carried: dict[str, Any] | None


def run_cell(root: Path, study: Study, cell: Cell, machine: Machine, emit: Callable[[Event], None] = lambda _: None) -> None:
    """Compute one cell of a study folder, resuming what is there. Writes `done` last.

    Raises AlihError (Diverged, a full disk, ...) with everything finished so far kept on disk.
    """
    machine = dataclasses.replace(machine, deterministic=study.determinism == "exact")
    apply(machine)
    assert isinstance(study.data, DataSpec)
    images = load_images(study.data, task=study.task)
    folder = runs.StudyFolder(root).cell(cell)
    (folder.path / "failed.json").unlink(missing_ok=True)
    for left in folder.path.rglob(".*.tmp"):  # halves of files that a killed process was writing
        left.unlink(missing_ok=True)
    write_identity(folder, study, machine.precision)
    divided = images.divide(study.split, study.seed, cell.replicate, study.protocol)
    wanted, share = cell.at.get("train_images", "all"), 1.0
    if wanted != "all":
        drawn = study.seed, cell.replicate, divided.groups
        kept = subset(divided.train, images.labels, int(wanted), *drawn)
        share = len(kept) / len(divided.train)
        divided = Split(kept, divided.validation, divided.test, groups=divided.groups)
    bench = Bench(study, cell, folder, machine, images, divided, share, TASKS[study.task], emit)
    recipe = resolve_recipe(study, cell.arm, cell.at)
    emit({"kind": "started", "epochs": epochs_of(recipe)})
    if is_closed(recipe):
        from alih.training.closed import run_closed

        run_closed(bench)
        return
    fitted, tuning = _choose(bench)
    _finish(bench, fitted, tuning)


def _choose(bench: Bench) -> tuple[Fitted, dict[str, Any] | None]:
    """Train the arm; with `tune` each trial in its own folder, the best on validation wins; with `refit` once more on all."""
    study, cell = bench.study, bench.cell
    trials = study_plan.trials(study, cell.arm)
    if len(trials) <= 1 and not study.refit:
        trial = trials[0] if trials else None
        return _train(bench, trial, bench.folder.path), None
    rows: list[dict[str, Any]] = []
    for index, trial in enumerate(trials or [{}]):
        place = bench.folder.path / "trials" / str(index)
        record = place / "trial.json"
        if not record.exists():
            bench.emit({"kind": "message", "text": say("training.trial", n=index + 1, of=len(trials), values=trial)})
            files.write_json(record, _trial(bench, trial, place))
        rows.append(files.read_json(record))
    sound = [index for index, row in enumerate(rows) if row["validation"] is not None]
    if not sound:
        raise Diverged("training.all_trials_diverged", trials=len(rows), error=rows[0]["error"])
    sign = 1.0 if higher_is_better(study.primary) else -1.0
    best = max(sound, key=lambda i: (sign * rows[i]["validation"].get(study.primary, -math.inf * sign), -i))
    tuning = {"metric": study.primary, "trials": rows, "chosen": best, "refit": study.refit}
    winner = _train(bench, rows[best]["values"], bench.folder.path / "trials" / str(best))
    if study.refit:
        outputs.write_weights(bench.folder.path, network_tensors(winner.strategy.network), runs.BEFORE_REFIT)
        return _train(
            bench, rows[best]["values"], bench.folder.path / "trials" / "refit", refit_epochs=rows[best]["epoch"], chosen=winner
        ), tuning
    return winner, tuning


def _trial(bench: Bench, trial: dict[str, Any], place: Path) -> dict[str, Any]:
    """One trial's outcome on validation. A setting that diverges has lost, which is what tuning is there to find out."""
    try:
        fitted = _train(bench, trial, place)
    except Diverged as error:
        return {"values": trial, "validation": None, "epoch": 0, "error": str(error)}
    scores = bench.summary(_scores(bench, fitted, bench.split.validation))
    return {"values": trial, "validation": scores, "epoch": fitted.selection.kept_epoch}


def _train(
    bench: Bench, trial: dict[str, Any] | None, place: Path, refit_epochs: int | None = None, chosen: Fitted | None = None
) -> Fitted:
    """Assemble and fit one network; `refit_epochs` trains on train + validation for that many epochs."""
    recipe = resolve_recipe(bench.study, bench.cell.arm, bench.cell.at, trial)
    items = bench.split.train
    validation = bench.split.validation
    if refit_epochs is not None:
        settings = {"epochs": refit_epochs, "early_stopping": None, "keep": "last"}
        recipe = recipe.model_copy(update={"train": recipe.train.model_copy(update=settings)})
        items, validation = bench.with_validation, validation[:0]
    batch_size = recipe.train.batch_size
    if "train_images" in bench.cell.at:
        batch_size = min(batch_size, len(items))  # a level may be smaller than a batch: then all of it is one
    if batch_size > len(items):
        raise AlihError("training.batch_larger_than_data", batch_size=batch_size, items=len(items))
    steps_per_epoch = len(bounds(len(items), batch_size))
    sample = bench.train_eval(items)
    strategy, loader, objective, carried = _assemble(bench, recipe, items, sample, steps_per_epoch, refit_epochs is not None)
    # A cell costs its extraction once, whoever computed it and however many trials read it.
    extraction = loader.extraction if place in (bench.folder.path, bench.folder.path / "trials" / "0") else 0.0

    def streams(epoch: int) -> Iterator[Mapping[str, Batch]]:
        seed, replicate = bench.study.seed, bench.cell.replicate
        for batch in loader.training(items, batch_size, recipe.augment, seed, replicate, epoch, recipe.train.views):
            yield dict.fromkeys(strategy.streams, batch)

    def still() -> Iterator[Batch]:
        order = seeding.numpy_generator(bench.study.seed, bench.cell.replicate, "begin").permutation(len(items))
        return loader.evaluation(items[order], batch_size)

    def evaluate() -> dict[str, dict[str, float]]:
        splits = {"validation": validation, "train-eval": sample}
        names = tuple(dict.fromkeys((*bench.metrics, *watched(recipe.train))))
        measured = None if is_plain(recipe.train) else objective
        return {name: _evaluated(bench, strategy, loader, rows, names, measured) for name, rows in splits.items() if len(rows)}

    def on_epoch(epoch: int, records: list[dict[str, Any]], timing: dict[str, float]) -> None:
        timing = {**timing, "seconds": timing["seconds"] + (extraction if epoch == 1 else 0.0)}
        outputs.write_progress(place, records, timing)
        rates = {key: timing[key] for key in ("seconds", "images_per_second")}
        latest = {f"{r['split']} {r['metric']}": r["value"] for r in records if r["epoch"] == epoch}
        bench.emit({"kind": "epoch", "epoch": epoch, "epochs": recipe.train.epochs, "metrics": latest, **rates})

    plan = Plan(
        train=recipe.train,
        seed=bench.study.seed,
        replicate=bench.cell.replicate,
        steps_per_epoch=steps_per_epoch,
        streams=streams,
        evaluate=evaluate,
        autocast=bench.machine.autocast,
        folder=place,
        on_epoch=on_epoch,
        say=lambda text: bench.emit({"kind": "message", "text": text}),
        still=still,
    )
    selection = fit(strategy, plan)
    return Fitted(strategy, loader, selection, recipe, chosen.folder if chosen else place, carried)


def _assemble(
    bench: Bench, recipe: Recipe, items: np.ndarray, sample: np.ndarray, steps_per_epoch: int, refit: bool
) -> tuple[Strategy, Loader, Objective, dict[str, Any] | None]:
    images, machine = bench.images, bench.machine
    height, width, channels = images.images.shape[1:]
    network = assemble_network(recipe, len(images.classes), (channels, height, width), machine, bench.seed)
    carried = carry_over(bench.folder.root, bench.study, bench.cell, network, images.classes, refit)
    weights = bench.task.class_weights(recipe.train.class_weights, bench.task.targets(images), items, len(images.classes))
    weights = None if weights is None else weights.to(machine.device)
    ingredients = Ingredients(
        network=network,
        task=bench.task,
        recipe=recipe,
        steps_per_epoch=steps_per_epoch,
        class_weights=weights,
        options=options_of(recipe),
        networks=assemble_others(recipe, len(images.classes), (channels, height, width), machine, bench.seed),
    )
    strategy = STRATEGIES[recipe.transfer.strategy](ingredients)
    refuse_frozen_random(recipe, strategy.network, carried)
    mean, std = bench.constants(recipe.normalise, network)
    loader = Loader(images, Format(machine.precision, torch.device(machine.device), tuple(mean.tolist()), tuple(std.tolist())))
    size, groups = recipe.train.batch_size, _groups(bench, sample if recipe.augment.active else items)
    tell, numbers = outputs.progress_of(bench.emit), range(1, min(views_of(recipe), recipe.train.epochs) + 1)
    views = [View(recipe.augment, bench.study.seed, bench.cell.replicate, number) for number in numbers]
    loader = loader.with_features(
        strategy, " ".join(filter(None, (recipe.model.name, recipe.model.encoder))) or "layers", size, groups, tell, views, items
    )
    return strategy, loader, bench.task.objective(recipe.train, weights), carried


def _groups(bench: Bench, items: np.ndarray) -> list[np.ndarray]:
    """The items that a cell reads as they are, so divided that cells have as many of the parts in common as can be.

    The replicates of a whole training part draw their validation items from the same pool, folds everything.
    """
    split = bench.split
    test, validation = np.unique(split.test), np.setdiff1d(split.validation, split.test)
    others = np.setdiff1d(items, np.concatenate([test, validation]))
    whole = len(np.setdiff1d(split.train, items)) == 0 and bench.share == 1.0
    if not whole:
        return [test, validation, others]
    pool = np.union1d(others, validation)
    return [np.union1d(pool, test)] if bench.study.split.scheme == "repeated-kfold" else [test, pool]


def _batch(bench: Bench) -> int:
    return bench.task.evaluation_batch(*bench.images.images.shape[1:3])


def _scores(bench: Bench, fitted: Fitted, items: np.ndarray, stored: bool = False) -> dict[str, np.ndarray]:
    batches = fitted.loader.evaluation(items, _batch(bench))
    return outputs.score(fitted.strategy, bench.task, bench.machine, batches, bench.metrics, stored=stored)


def _evaluated(
    bench: Bench, strategy: Strategy, loader: Loader, items: np.ndarray, names: tuple[str, ...], objective: Objective | None
) -> dict[str, float]:
    """Metrics of a split after an epoch; `loss` is the log loss, or the objective where there is another one."""
    meter = outputs.Meter(objective) if objective else None
    batches = loader.evaluation(items, _batch(bench))
    values = bench.summary(outputs.score(strategy, bench.task, bench.machine, batches, names, meter), names)
    return {"loss": meter.mean if meter else values["log_loss"], **values}


def _finish(bench: Bench, fitted: Fitted, tuning: dict[str, Any] | None) -> None:
    """Score validation and, once, test; write pictures' raw material, card, weights and `done`."""
    place = bench.folder.path
    splits = {"test": bench.split.test}
    if not bench.study.refit:
        splits = {"validation": bench.split.validation, **splits}
    splits = {name: items for name, items in splits.items() if len(items)}
    scores = {name: _scores(bench, fitted, items, stored=True) for name, items in splits.items()}
    outputs.write_scores(place, bench.task, scores)
    if "validation" in scores:
        _write_examples(bench, fitted, scores["validation"])
    if bench.cell.replicate == 0 and len(bench.split.validation):
        item = int(bench.split.validation[0])
        images = dataclasses.replace(fitted.loader, features=None).batch(np.array([item]))
        outputs.write_activations(place, fitted.strategy.network, bench.machine, images, bench.images.images[item])
    if fitted.folder != place:
        for name in ("history.csv", "timing.csv"):
            shutil.copy2(fitted.folder / name, place / name)
    outputs.write_weights(place, network_tensors(fitted.strategy.network))
    run_on = {"device": bench.machine.device, "threads": bench.machine.threads, "precision": bench.machine.precision}
    files.write_json(place / "environment.json", {**machines.describe(), **outputs.versions(), **run_on})
    files.write_json(place / "card.json", _card(bench, fitted, tuning, scores))
    outputs.write_done(place)


def _write_examples(bench: Bench, fitted: Fitted, scores: dict[str, np.ndarray]) -> None:
    """What the report shows of this cell's answers, and once per study what they are shown beside."""

    def predict(items: np.ndarray) -> np.ndarray:
        return outputs.predicted(fitted.strategy, bench.machine, fitted.loader.evaluation(items, _batch(bench)))

    arrays = bench.task.examples(bench.images, scores, bench.pictured, predict)
    if arrays:
        outputs.write_npz(bench.folder.path / "examples.npz", arrays)
    beside = bench.task.pictures(bench.images, bench.pictured)
    if beside:
        outputs.write_pictures(bench.folder.root / "pictures" / f"seed-{bench.cell.replicate}.npz", beside)


def _card(
    bench: Bench, fitted: Fitted, tuning: dict[str, Any] | None, scores: dict[str, dict[str, np.ndarray]]
) -> dict[str, Any]:
    study, cell = bench.study, bench.cell
    height, width, channels = bench.images.images.shape[1:]
    network = fitted.strategy.network
    table = layer_table(fitted.recipe, network, len(bench.images.classes), (channels, height, width))
    parameters = list(network.parameters())
    selection = fitted.selection
    sample = len(bench.train_eval(bench.split.train))
    return {
        "schema": 1,
        "arm": cell.arm,
        "replicate": cell.replicate,
        "at": cell.at,
        "identity": (stored_identity(bench.folder) or {})["identity"],
        "recipe": fitted.recipe.model_dump(mode="json", by_alias=True),
        "parameters": sum(p.numel() for p in parameters),
        "trainable": sum(p.numel() for p in parameters if p.requires_grad),
        "layers": table,
        "weights": getattr(network, "origin", None),
        "preprocessing": {"mean": list(fitted.loader.format.mean), "std": list(fitted.loader.format.std)},
        "epochs": selection.last_epoch,
        "best_epoch": selection.best_epoch,
        "kept_epoch": selection.kept_epoch,
        "items": {
            "train": len(bench.with_validation if study.refit else bench.split.train),
            "train-eval": sample,
            "validation": len(bench.split.validation),
            "test": len(bench.split.test),
        },
        "classes": list(bench.images.classes),
        "metrics": {name: bench.summary(arrays) for name, arrays in scores.items()},
        "seconds": outputs.seconds(bench.folder.path),
        **outputs.mean_timing(bench.folder.path),
        "precision": bench.machine.precision,
        "tune": tuning,
        "from": fitted.carried,
        "varies_by_seed": True,
    }
