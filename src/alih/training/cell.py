"""One cell from start to `done`: trials, training or fitting, the one look at the test split,
files.
"""

from __future__ import annotations

import dataclasses
import math
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from alih.evaluation.collapse import collapsed
from alih.models.staged import StagedNetwork
from alih.runs import folder as runs
from alih.runs.card import Card, Constants, DomainGap, Failure, Items, Trial, Tuning, Weights
from alih.runs.identity import stored_identity, write_identity
from alih.runs.reading import Damaged
from alih.study.document.arm import Recipe
from alih.study.document.study import Study
from alih.study.planning.cells import Cell
from alih.study.planning.resolved import TrialRecipe, planned
from alih.study.strategies.options import epochs_of, is_closed
from alih.training import checkpoint, closed, compared, outputs, trained
from alih.training import machine as machines
from alih.training.batches import Loader
from alih.training.bench import Bench, Emit, Forbids, Learner, endless, open_bench
from alih.training.device import Machine, apply
from alih.training.loop import Diverged
from alih.training.selection import higher_is_better
from alih.training.together import together
from alih.words import say, speaking
from alih.words.phrase import Phrase


def run_cell(
    root: Path,
    study: Study,
    cell: Cell,
    machine: Machine,
    emit: Emit = lambda _: None,
    forbids: Forbids = endless,
) -> None:
    """Compute one cell of a study folder, resuming what is there. Writes `done` last.

    Raises AlihError (Diverged, a full disk, ...) with everything finished so far kept on disk, and
    OutOfTime where `forbids`, which hears how long an epoch took, says that there is none for more.
    """
    started = time.perf_counter()
    machine = dataclasses.replace(
        machine, deterministic=study.determinism == "exact", processes=study.processes
    )
    apply(machine)
    folder = runs.StudyFolder(root).cell(cell)
    (folder.path / Failure.FILE).unlink(missing_ok=True)
    for left in folder.path.rglob(".*.tmp"):  # halves of files that a killed process was writing
        left.unlink(missing_ok=True)
    _clear_other_format(folder, machine)
    bench = open_bench(root, study, planned(study, cell), machine, emit, forbids)
    write_identity(folder, study, machine.precision)
    emit({"kind": "started", "epochs": epochs_of(bench.cell.recipe)})
    learner, tuning = _choose(bench)
    _finish(bench, learner, tuning, started)


def _clear_other_format(folder: runs.CellFolder, machine: Machine) -> None:
    """Begin anew where a half-computed cell has another number format than the machine goes on with
    (`--mixed`).
    """
    noted = stored_identity(folder)
    if noted is not None and noted.parts.get("precision") != machine.precision:
        shutil.rmtree(folder.path, ignore_errors=True)


def _choose(bench: Bench) -> tuple[Learner, Tuning | None]:
    """Train or fit the arm; with `tune` once per trial, the best on validation wins; with `refit`
    once more on all.
    """
    study, cell = bench.study, bench.cell
    fitted: Callable[..., Learner] = closed.fit if is_closed(cell.recipe) else trained.train

    def learn(bench: Bench, recipe: Recipe, *given: Any) -> Learner:
        sized = bench.sized(recipe)
        with together(sized, recipe, *given[:2]):
            return fitted(sized, recipe, *given)

    if len(cell.trials) == 1 and not study.refit:
        return learn(bench, cell.trials[0].recipe, bench.folder.path), None
    rows, best, winner = _tried(bench, learn)
    tuning = Tuning(
        metric=study.tune_by or study.primary, trials=rows, chosen=best, refit=study.refit
    )
    place = _place(bench, best)
    recipe = cell.trials[best].recipe
    winner = winner or learn(bench, recipe, place)  # from its last checkpoint
    if not study.refit:
        return winner, tuning
    winner.write_history(place)
    outputs.write_weights(bench.folder.path, winner.tensors(), runs.BEFORE_REFIT)
    return learn(
        bench, recipe, bench.folder.path / "trials" / "refit", rows[best].epoch, place
    ), tuning


def _tried(bench: Bench, learn: Callable[..., Learner]) -> tuple[list[Trial], int, Learner | None]:
    """The records of all trials, which one is best, and its learner where it was trained here.

    Only the best trial so far keeps its network and its checkpoints. A setting that diverges has
    lost, which is what tuning is there to find out; what was tried before, under another name, is
    not tried again.
    """
    rows: list[Trial] = []
    seen: dict[str, int] = {}
    best, winner = -1, None
    trials = bench.cell.trials
    for index, trial in enumerate(trials):
        values, recipe = trial.values, trial.recipe
        same = seen.setdefault(closed.key_of(recipe) if is_closed(recipe) else str(index), index)
        if same < index:
            rows.append(rows[same].model_copy(update={"values": values}))
            continue
        place, learner = _place(bench, index), None
        row = _stored(place)
        if row is None:
            if len(trials) > 1:
                text = say("training.trial", n=index + 1, of=len(trials), values=values)
                bench.emit({"kind": "message", "text": text})
            row, learner = _trial(bench, learn, trial, place)
            row.write(place)
        rows.append(row)
        if row.validation is not None and (
            best < 0 or _standing(bench, row) > _standing(bench, rows[best])
        ):
            loser, best, winner = best, index, learner
        else:
            loser = index
        if loser >= 0:
            checkpoint.remove(_place(bench, loser))
    if best < 0:
        raise Diverged("training.all_trials_diverged", trials=len(rows), error=rows[0].error)
    return rows, best, winner


def _trial(
    bench: Bench, learn: Callable[..., Learner], trial: TrialRecipe, place: Path
) -> tuple[Trial, Learner | None]:
    values = trial.values
    try:
        learner = learn(bench, trial.recipe, place)
    except Diverged as error:
        with speaking("en"):  # a file is in no reader's language
            return Trial(values=values, validation=None, epoch=0, error=str(error)), None
    scores = bench.summary(learner.arrays(bench.validation))
    return Trial(
        values=values,
        validation=scores,
        epoch=learner.kept_epoch(),
        target=learner.target_scores(),
    ), learner


def _place(bench: Bench, index: int) -> Path:
    return bench.folder.path / "trials" / str(index)


def _stored(place: Path) -> Trial | None:
    """The record of a finished trial, None where there is none that can be read: it is tried
    again.
    """
    try:
        return Trial.read(place, Phrase("runs.not_readable"))
    except Damaged:
        return None


def _standing(bench: Bench, row: Trial) -> tuple[bool, float]:
    """How good a trial is: by the primary metric on validation, or as `tune_by` says, where answers
    that have collapsed come last.
    """
    name, values, sound = bench.study.primary, row.validation or {}, True
    if bench.study.tune_by is not None:
        name, values = bench.study.tune_by, row.target.by_name if row.target else {}
        found = row.target
        sound = found is not None and not collapsed(
            found.shares, found.prior, found.entropy, found.items
        )
    sign = 1.0 if higher_is_better(name) else -1.0
    value = values.get(name, math.nan)
    return sound, sign * value if math.isfinite(value) else -math.inf


def _finish(bench: Bench, learner: Learner, tuning: Tuning | None, started: float) -> None:
    """Score validation and, once, test; write what pictures need, card, weights and `done`."""
    place = bench.folder.path
    learner.write_history(place)
    scores = {name: learner.arrays(part, stored=True) for name, part in bench.scored.items()}
    outputs.write_scores(place, bench.task, scores)
    if "validation" in scores:
        _write_examples(bench, learner, scores["validation"])
    _write_activations(bench, learner)
    if "validation" in scores and bench.study.task == "classification":
        _write_attention(bench, learner, scores["validation"])
    gap = compared.write(bench, learner)
    facts = dict(learner.facts())
    if facts:
        outputs.write_npz(place / runs.FACTS, facts)
    outputs.write_weights(place, learner.tensors())
    machines.environment(bench.machine).write(place)
    _card(bench, learner, tuning, scores, gap, started).write(place)
    outputs.write_done(place)


def _write_examples(bench: Bench, learner: Learner, scores: dict[str, np.ndarray]) -> None:
    """What the report shows of this cell's answers, and once per study what they are shown
    beside.
    """
    part = bench.validation

    def predict(items: np.ndarray) -> np.ndarray:
        return learner.answers(dataclasses.replace(part, items=items))

    seen = learner.bench.validation.domain.images
    arrays = bench.task.examples(seen, scores, bench.pictured, predict)
    if arrays:
        outputs.write_npz(bench.folder.path / "examples.npz", arrays)
    beside = bench.task.pictures(part.domain.images, bench.pictured)
    if beside:
        outputs.write_pictures(
            bench.folder.root / "pictures" / f"seed-{bench.cell.replicate}.npz", beside
        )


def _write_attention(bench: Bench, learner: Learner, scores: dict[str, np.ndarray]) -> None:
    """Where the network of replicate 0 looks, where it is the network itself that answers."""
    network, images = learner.network, learner.bench.validation.domain.images
    if bench.cell.replicate or not isinstance(learner, trained.Trained):
        return
    if isinstance(network, StagedNetwork):
        loader = Loader(images, learner.form)
        outputs.write_attention(
            bench.folder.path,
            network,
            images.images,
            lambda items: loader.batch(items, labelled=False).images,
            scores,
        )


def _write_activations(bench: Bench, learner: Learner) -> None:
    part = learner.bench.validation
    if bench.cell.replicate == 0 and len(part) and learner.network is not None:
        item, images = int(part.items[0]), part.domain.images
        batch = Loader(images, learner.form).batch(np.array([item]))
        outputs.write_activations(
            bench.folder.path, learner.network, bench.machine, batch, images.images[item]
        )


def _card(
    bench: Bench,
    learner: Learner,
    tuning: Tuning | None,
    scores: dict[str, dict[str, np.ndarray]],
    gap: DomainGap | None,
    started: float,
) -> Card:
    part, noted = bench.training(learner.recipe), stored_identity(bench.folder)
    assert noted is not None, "an identity is written before a cell starts"
    origin: dict[str, str] | None = getattr(learner.network, "origin", None)
    return Card(
        arm=bench.cell.arm,
        replicate=bench.cell.replicate,
        at=bench.cell.at,
        identity=noted.identity,
        recipe=learner.recipe.model_dump(mode="json", by_alias=True),
        weights=Weights(**origin) if origin else None,
        preprocessing=Constants(mean=list(learner.form.mean), std=list(learner.form.std)),
        items=Items(
            train=len(bench.with_validation(part) if bench.study.refit else part),
            train_eval=len(bench.train_eval(part)),
            validation=len(bench.validation),
            test=len(bench.test),
        ),
        classes=list(bench.images.classes),
        image_size=learner.bench.shape[1],
        metrics={name: bench.summary(arrays) for name, arrays in scores.items()},
        precision=bench.machine.precision,
        tune=tuning,
        carried=learner.carried,
        domains=gap,
        target=learner.target_scores(),
        **dict(learner.card()),
        spent=round(time.perf_counter() - started, 3),
    )
