"""Arms that train in steps: assembled, fed, and fitted by the one loop."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from alih.data.domains import Part
from alih.data.pixels import Format, taken
from alih.errors import AlihError
from alih.evaluation.collapse import collapsed
from alih.features.extract import View
from alih.models.staged import StagedNetwork
from alih.runs.card import (
    Carried,
    Layer,
    LearnerCard,
    Record,
    TargetScores,
    Timing,
    read_timing,
)
from alih.study.document.arm import Recipe
from alih.study.planning.recipes import TRAIN_IMAGES
from alih.study.strategies.options import options_of, views_of
from alih.tasks.losses import Objective, is_plain
from alih.training import outputs, unlabelled
from alih.training.assemble import assemble_network, assemble_others, layer_table
from alih.training.batches import Loader, bounds
from alih.training.bench import Bench, Learner
from alih.training.handed import handed
from alih.training.loop import Plan, fit
from alih.training.selection import Selection, watched
from alih.training.streams import feeds, stepwise
from alih.training.warmstart import carry_over, refuse_frozen_random
from alih.transfer.closed import network_tensors
from alih.transfer.contract import Batch, Strategy
from alih.transfer.ingredients import Ingredients
from alih.transfer.ranks import ranks
from alih.transfer.table import STRATEGIES


@dataclass(frozen=True, eq=False)
class Trained(Learner):
    """A trained strategy with where and how it was trained."""

    bench: Bench
    recipe: Recipe
    network: torch.nn.Module
    strategy: Strategy
    form: Format
    loaders: Mapping[str, Loader]
    part: Part
    objective: Objective
    carried: Carried | None
    place: Path
    selection: Selection
    refitted: bool = False

    def kept_epoch(self) -> int:
        """The epoch whose weights are kept."""
        return self.selection.kept_epoch

    def batches(self, part: Part) -> Iterator[Batch]:
        """A part's items in batches of evaluation, with the labels or masks that are scored."""
        masks, loader = self.bench.scored_masks(part), self.loaders[part.domain.name]
        evaluation_batch = self.bench.task.evaluation_batch
        if masks is None:
            yield from loader.evaluation(part.items, evaluation_batch(*self.bench.shape[1:]))
            return
        height, width = (
            max(sides) for sides in zip(masks.shape[1:], self.bench.shape[1:], strict=True)
        )
        for batch in loader.evaluation(part.items, evaluation_batch(height, width), labelled=False):
            yield replace(batch, labels=taken(masks, batch.items, self.form.device).long())

    def arrays(
        self,
        part: Part,
        stored: bool = False,
        names: tuple[str, ...] = (),
        meter: outputs.Meter | None = None,
    ) -> dict[str, np.ndarray]:
        """Per-item arrays of a part, as the metrics need them; `meter` sees every batch's
        logits.
        """
        bench = self.bench
        wanted = names or bench.metrics
        return outputs.score(
            self.strategy, bench.task, bench.machine, self.batches(part), wanted, meter, stored
        )

    def evaluate(self, part: Part, names: tuple[str, ...]) -> dict[str, float]:
        """Metrics of a part after an epoch; `loss` is the log loss, or the objective where there is
        another one.
        """
        meter = None if is_plain(self.recipe.train) else outputs.Meter(self.objective)
        arrays = self._evaluated(part, names, meter)
        values = self.bench.summary(arrays, names)
        return {"loss": meter.mean if meter else values["log_loss"], **values}

    def _evaluated(
        self, part: Part, names: tuple[str, ...], meter: outputs.Meter | None
    ) -> dict[str, np.ndarray]:
        """Per-item arrays of a part, to which every rank gives its share."""
        group = ranks()
        if group is None or len(part) < group.size:
            return self.arrays(part, names=names, meter=meter)
        own = replace(part, items=group.part(part.items))
        arrays = group.joined_arrays(self.arrays(own, names=names, meter=meter))
        if meter is not None:
            meter.batches = group.joined_list(meter.batches)
        return arrays

    def answers(self, part: Part) -> np.ndarray:
        """The likeliest class of every item, or of every pixel."""
        return outputs.predicted(self.strategy, self.bench.machine, self.batches(part))

    def vectors(self, part: Part) -> np.ndarray | None:
        """What the head reads of a part's items, or the means over space of the last map, fp32."""
        network, loader = self.strategy.network, self.loaders[part.domain.name]
        if not isinstance(network, StagedNetwork):
            return None
        size = self.bench.task.evaluation_batch(*self.bench.shape[1:])
        batches = loader.evaluation(part.items, size, labelled=False)
        return outputs.vectors(network, self.bench.machine, batches)

    def target_scores(self) -> TargetScores | None:
        """Its answers for the bench's sample of target images, whose labels are not read."""
        bench, part = self.bench, self.bench.unlabelled
        if part is None:
            return None
        size = bench.task.evaluation_batch(*bench.shape[1:])

        def seen(part: Part, labelled: bool) -> unlabelled.Seen:
            batches = self.loaders[part.domain.name].evaluation(part.items, size, labelled)
            return unlabelled.seen(self.strategy, bench.machine, batches)

        # After a refit all source images have been learnt.
        judged = len(bench.validation) and bench.images.masks is None and not self.refitted
        weighed = seen(bench.weighed, True) if judged else None
        return unlabelled.target_scores(seen(part, False), weighed, bench.prior)

    def tensors(self) -> dict[str, torch.Tensor]:
        """The network's parameters and statistics."""
        return network_tensors(self.network)

    def facts(self) -> Mapping[str, np.ndarray]:
        """What its strategy learnt beside the network."""
        return self.strategy.facts()

    def write_history(self, place: Path) -> None:
        """Copy the chosen trial's files; the loop has written them."""
        if self.place != place:
            for name in ("history.csv", "timing.csv"):
                shutil.copy2(self.place / name, place / name)

    def card(self) -> LearnerCard:
        """Parameters, layers, epochs and times."""
        bench, parameters = self.bench, list(self.network.parameters())
        rows = layer_table(self.recipe, self.network, len(bench.images.classes), bench.shape)
        timing = read_timing(bench.folder.path)
        return LearnerCard(
            parameters=sum(p.numel() for p in parameters),
            trainable=sum(p.numel() for p in parameters if p.requires_grad),
            layers=[Layer(**row) for row in rows],
            epochs=self.selection.last_epoch,
            best_epoch=self.selection.best_epoch,
            kept_epoch=self.selection.kept_epoch,
            seconds=outputs.seconds(bench.folder.path),
            seconds_per_epoch=outputs.mean(row.seconds for row in timing),
            ms_per_step=outputs.mean(row.ms_per_step for row in timing),
            images_per_second=outputs.mean(row.images_per_second for row in timing),
        )


def train(
    bench: Bench,
    recipe: Recipe,
    place: Path,
    refit_epochs: int | None = None,
    shown: Path | None = None,
    pause: float | None = None,
    others: Callable[[Bench, Recipe, Format, bool], Mapping[str, torch.nn.Module]] = handed,
) -> Trained:
    """Assemble and fit one network in the folder `place`.

    `refit_epochs` trains on training and validation items for that many epochs; `shown`: the folder
    of the trial whose curves stand for a refit; `pause` as in the loop's plan;
    `others` gives the networks of other arms.
    """
    part, validation = bench.training(recipe), bench.validation
    if refit_epochs is not None:
        settings = {"epochs": refit_epochs, "early_stopping": None, "keep": "last"}
        recipe = recipe.model_copy(update={"train": recipe.train.model_copy(update=settings)})
        part, validation = (
            bench.with_validation(part),
            replace(validation, items=validation.items[:0]),
        )
    batch_size = recipe.train.batch_size
    # A level, or the labels that are granted, may be fewer than a batch: then all of them are one.
    if TRAIN_IMAGES in bench.cell.at or len(bench.domains) > 1:
        batch_size = min(batch_size, len(part))
    if batch_size > len(part):
        raise AlihError("training.batch_larger_than_data", batch_size=batch_size, items=len(part))
    steps = len(bounds(len(part), batch_size))
    learner = _assemble(bench, recipe, part, steps, place, refit_epochs is not None, others)
    # A cell costs its extraction once, whoever computed it and however many trials read it.
    counted = place in (bench.folder.path, bench.folder.path / "trials" / "0")
    extraction = sum(loader.extraction for loader in learner.loaders.values()) if counted else 0.0
    streams = feeds(bench, recipe, learner.strategy.streams(), learner.loaders, part, batch_size)
    names = tuple(dict.fromkeys((*bench.metrics, *watched(recipe.train))))
    watching = {"validation": validation, "train-eval": bench.train_eval(part)}

    def evaluate() -> dict[str, dict[str, float]]:
        found = {
            name: learner.evaluate(rows, names) for name, rows in watching.items() if len(rows)
        }
        target = learner.target_scores()
        if target is None:
            return found
        fallen = bool(collapsed(target.shares, target.prior, target.entropy, target.items))
        return {**found, "target": {**target.by_name, "collapsed": float(fallen)}}

    def on_epoch(epoch: int, records: list[Record], timing: Timing) -> None:
        timing = replace(timing, seconds=timing.seconds + (extraction if epoch == 1 else 0.0))
        outputs.write_progress(place, records, timing)
        latest = {f"{r.split} {r.metric}": r.value for r in records if r.epoch == epoch}
        bench.emit(
            {
                "kind": "epoch",
                "epoch": epoch,
                "epochs": recipe.train.epochs,
                "metrics": latest,
                "seconds": timing.seconds,
                "images_per_second": timing.images_per_second,
            }
        )

    plan = Plan(
        train=recipe.train,
        seed=bench.study.seed,
        replicate=bench.cell.replicate,
        steps_per_epoch=steps,
        streams=lambda epoch: stepwise(streams, epoch, steps),
        evaluate=evaluate,
        autocast=bench.machine.autocast,
        folder=place,
        on_epoch=on_epoch,
        say=lambda text: bench.emit({"kind": "message", "text": text}),
        still=lambda name: streams[name].still(),
        pause=pause,
        forbids=bench.forbids,
    )
    selection = fit(learner.strategy, plan)
    return replace(learner, selection=selection, place=shown or place)


def _assemble(
    bench: Bench,
    recipe: Recipe,
    part: Part,
    steps: int,
    place: Path,
    refit: bool,
    others: Callable[[Bench, Recipe, Format, bool], Mapping[str, torch.nn.Module]],
) -> Trained:
    """The strategy over its networks, and a loader for each domain; nothing is trained yet."""
    machine, classes = bench.machine, bench.images.classes
    network = assemble_network(recipe, len(classes), bench.shape, machine, bench.seed)
    carried = carry_over(bench.folder.root, bench.study, bench.cell, network, classes, refit)
    targets = bench.task.targets(part.domain.images)
    weights = bench.task.class_weights(
        recipe.train.class_weights, targets, part.items, len(classes)
    )
    weights = None if weights is None else weights.to(machine.device)
    target, form = bench.domains["target"], bench.format(recipe, network)
    built = assemble_others(recipe, len(classes), bench.shape, machine, bench.seed)
    ingredients = Ingredients(
        network=network,
        task=bench.task,
        recipe=recipe,
        steps_per_epoch=steps,
        class_weights=weights,
        options=options_of(recipe),
        networks=built | dict(others(bench, recipe, form, refit)),
        seed=bench.seed,
        granted=len(target.granted),
        withheld=len(target.withheld),
        mean=form.mean,
        std=form.std,
    )
    strategy = STRATEGIES[recipe.transfer.strategy](ingredients)
    refuse_frozen_random(recipe, strategy.network, carried)
    loaders = {name: Loader(domain.images, form) for name, domain in bench.domains.items()}
    if len(loaders) == 1:
        loaders = {"target": _with_features(bench, recipe, strategy, loaders["target"], part)}
    objective = bench.task.objective(recipe.train, weights)
    return Trained(
        bench=bench,
        recipe=recipe,
        network=strategy.network,
        strategy=strategy,
        form=form,
        loaders=loaders,
        part=part,
        objective=objective,
        carried=carried,
        place=place,
        selection=Selection(recipe.train),
        refitted=refit,
    )


def _with_features(
    bench: Bench, recipe: Recipe, strategy: Strategy, loader: Loader, part: Part
) -> Loader:
    """The loader with what frozen stages give for the items that the cell reads."""
    read = bench.train_eval(part).items if recipe.augment.active else part.items
    numbers = range(1, min(views_of(recipe), recipe.train.epochs) + 1)
    views = [
        View(recipe.augment, bench.study.seed, bench.cell.replicate, number) for number in numbers
    ]
    model = " ".join(filter(None, (recipe.model.name, recipe.model.encoder))) or "layers"
    tell, size = outputs.progress_of(bench.emit), recipe.train.batch_size
    return loader.with_features(
        strategy, model, size, cache_groups(bench, read), tell, views, part.items
    )


def cache_groups(bench: Bench, items: np.ndarray) -> list[np.ndarray]:
    """Split the items that a cell reads without augmentation into groups whose cached features
    other cells can reuse: the test items, and the pool of training and validation items.

    The replicates of a whole training part draw their validation items from the same pool, folds
    everything.
    """
    split = bench.domains["target"].split
    test, validation = np.unique(split.test), np.setdiff1d(split.validation, split.test)
    others = np.setdiff1d(items, np.concatenate([test, validation]))
    whole = len(np.setdiff1d(split.train, items)) == 0 and bench.share == 1.0
    if not whole:
        return [test, validation, others]
    pool = np.union1d(others, validation)
    return (
        [np.union1d(pool, test)] if bench.study.split.scheme == "repeated-kfold" else [test, pool]
    )
