"""Arms that are fitted in one step: no epochs, no checkpoints; their files are those of every other
cell.

`history.csv` and `timing.csv` hold one row set, at epoch 0. `seconds` of the card count the
extraction of activations whether this cell computed them or found them in the cache, so that arms
compare as if each stood alone; `spent` is what passed here.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from alih import files
from alih.data.domains import Part
from alih.data.pixels import Format
from alih.evaluation.unlabelled import answers_of
from alih.runs.card import (
    Carried,
    LearnerCard,
    Record,
    TargetScores,
    Timing,
    write_history,
    write_timing,
)
from alih.study.document.arm import Recipe
from alih.study.strategies.options import needs_network, options_of, views_of
from alih.training import outputs, unlabelled
from alih.training.assemble import assemble_network, assemble_others
from alih.training.bench import Bench, Learner
from alih.training.warmstart import carry_over
from alih.transfer.closed import ClosedForm, Given
from alih.transfer.table import CLOSED_FORM

LEAST_LOG = -30.0
"""Log-probabilities below it are as good as none."""
SCORED = 4096
"""Items whose scores are turned into probabilities at once."""


@dataclass(frozen=True, eq=False)
class Solved(Learner):
    """A fitted strategy with where it came from, and the seconds its fit took without
    extraction.
    """

    bench: Bench
    recipe: Recipe
    network: torch.nn.Module | None
    strategy: ClosedForm
    form: Format
    part: Part
    carried: Carried | None
    fit_seconds: float
    shown: Path | None = None
    """Where the history lies of the fit that was chosen, for one to validation items as well."""

    def kept_epoch(self) -> int:
        """No epoch: it is fitted in one step."""
        return 0

    def arrays(self, part: Part, stored: bool = False) -> dict[str, np.ndarray]:
        """Per-item arrays of a part, as a trained network's."""
        scores, items = torch.from_numpy(self.strategy.scores(part)), part.items
        labels = torch.from_numpy(part.domain.images.labels[items])
        rows = np.split(items, range(SCORED, len(items), SCORED))
        parts = zip(scores.split(SCORED), labels.split(SCORED), rows, strict=True)
        batches = ((found.float(), truth, own) for found, truth, own in parts)
        return self.bench.task.item_arrays(batches, self.bench.metrics, stored)

    def answers(self, part: Part) -> np.ndarray:
        """The likeliest class of every item."""
        return self.strategy.scores(part).argmax(1).astype(np.uint8)

    def target_scores(self) -> TargetScores | None:
        """As of a trained network; domains are told apart by the log-probabilities."""
        bench, part = self.bench, self.bench.unlabelled
        if part is None:
            return None

        def seen(part: Part, labelled: bool) -> unlabelled.Seen:
            logs = np.maximum(self.strategy.scores(part), LEAST_LOG)
            labels = part.domain.images.labels[part.items] if labelled else None
            correct = None if labels is None else logs.argmax(1) == labels
            return unlabelled.Seen(answers_of(np.exp(logs)), logs, correct)

        # A refit has learnt the source's validation images.
        judged = len(bench.validation) and self.shown is None
        weighed = seen(bench.weighed, True) if judged else None
        return unlabelled.target_scores(seen(part, False), weighed, bench.prior)

    def vectors(self, part: Part) -> np.ndarray | None:
        """What its classifier reads of a part's items; None where it reads no features."""
        return self.strategy.vectors(part)

    def tensors(self) -> dict[str, torch.Tensor]:
        """The stages in use and the classifier's arrays."""
        return self.strategy.tensors()

    def write_history(self, place: Path) -> None:
        """Leave one row set, at epoch 0: of a refit that of the chosen trial, which has not learnt
        validation items.
        """
        bench = self.bench
        if self.shown is not None:
            for name in ("history.csv", "timing.csv"):
                shutil.copy2(self.shown / name, place / name)
            return
        parts = {
            "train-eval": bench.train_eval(bench.training(self.recipe)),
            "validation": bench.validation,
        }
        measured = {
            name: bench.summary(self.arrays(part)) for name, part in parts.items() if len(part)
        }
        rows = [
            Record(0, 0, split, metric, value)
            for split, values in measured.items()
            for metric, value in values.items()
        ]
        write_history(place, rows)
        seconds = round(alone(self), 4)
        write_timing(place, [Timing(0, seconds, seconds, 0.0, 0.0)])

    def card(self) -> LearnerCard:
        """Sizes, layers, times, and what the strategy says of itself."""
        bench, study = self.bench, self.bench.study
        held_out = {"validation": bench.validation, "test": bench.test}
        ready = bench.validation.domain.images.official_validation
        redrawn = not (ready and study.split.scheme == "holdout")
        own = self.strategy.card({name: part for name, part in held_out.items() if len(part)})
        return LearnerCard.model_validate(
            own
            | {
                "epochs": 0,
                "best_epoch": 0,
                "kept_epoch": 0,
                "seconds": round(alone(self), 3),
                "seconds_extraction": round(self.strategy.extraction, 3),
                "seconds_fit": round(self.fit_seconds, 3),
                "varies_by_seed": not bench.cell.resolved.runs_once(redrawn),
            }
        )


def key_of(recipe: Recipe) -> str:
    """What decides a fit: settings of the loop (a learning rate) change nothing."""
    return files.digest(
        [recipe.model_dump(mode="json", by_alias=True, exclude={"train"}), views_of(recipe)]
    )


def fit(
    bench: Bench,
    recipe: Recipe,
    place: Path,
    refit_epochs: int | None = None,
    shown: Path | None = None,
) -> Solved:
    """Fit an arm to its training items, and with `refit_epochs` (0) to those of validation as
    well.
    """
    machine, refit = bench.machine, refit_epochs is not None
    part = bench.training(recipe)
    part = bench.with_validation(part) if refit else part
    network, carried, options = None, None, options_of(recipe)
    if needs_network(recipe):
        classes = len(bench.images.classes) if options.new_head else None
        network = assemble_network(recipe, classes, bench.shape, machine, bench.seed)
        carried = carry_over(
            bench.folder.root, bench.study, bench.cell, network, bench.images.classes, refit
        )
        network.eval()
    form = bench.format(recipe, network)
    given = Given(
        network,
        bench.domains,
        form,
        recipe,
        options,
        bench.study.seed,
        bench.cell.replicate,
        outputs.progress_of(bench.emit),
        assemble_others(recipe, len(bench.images.classes), bench.shape, machine, bench.seed),
    )
    strategy = CLOSED_FORM[recipe.transfer.strategy](given)
    started = time.perf_counter()
    strategy.fit(part)
    seconds = time.perf_counter() - started - strategy.waited
    return Solved(bench, recipe, network, strategy, form, part, carried, seconds, shown)


def alone(solved: Solved) -> float:
    """Seconds that this strategy costs by itself: extraction as it was once measured, and the
    fit.
    """
    return solved.strategy.extraction + solved.fit_seconds
