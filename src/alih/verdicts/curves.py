"""Learning curves of a study's arms, read by `evaluation/diagnosis.py`, under codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from alih.evaluation.curves import Curves, from_cells
from alih.evaluation.diagnosis import diagnose
from alih.runs.folder import CellFolder
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.planning.recipes import recipe
from alih.study.strategies.options import options_of
from alih.verdicts.found import Observation
from alih.words import formats

RULES = (
    ("D009", "evaluation.not_finite"),
    ("D010", "evaluation.not_learning"),
    ("D011", "evaluation.mode_gap"),
    ("D012", "evaluation.unstable"),
    ("D013", "evaluation.overfitting_score"),
    ("D014", "evaluation.overfitting_loss"),
    ("D014", "evaluation.overfitting_loss_only"),
    ("D015", "evaluation.underfitting"),
    ("D016", "evaluation.near_majority"),
    ("D016", "evaluation.near_majority_masks"),
    ("D017", "evaluation.not_finished"),
    ("D018", "evaluation.validation_above_train"),
    ("D018", "evaluation.validation_above_running"),
    ("D019", "evaluation.running_explained"),
    ("D020", "evaluation.generalisation_gap"),
    ("D021", "evaluation.small_validation"),
    ("D021", "evaluation.small_validation_masks"),
    ("D022", "evaluation.too_few_epochs"),
    ("D023", "evaluation.as_easy"),
)
"""The code of every sentence of `evaluation/diagnosis.py`."""
CODES = {key: code for code, key in RULES}
SCORES = {"classification": "accuracy", "segmentation": "pixel_accuracy"}
"""What curves are read by where the primary metric is none in [0, 1] or was not recorded."""
YARDSTICKS = {"classification": "pixel-logistic", "segmentation": "position"}
"""The trivial answer that a network has to beat on its own training images (`references.json`)."""


def observe(
    study: Study,
    arm: str,
    at: Mapping[str, Any],
    cells: Sequence[CellFolder],
    references: Mapping[str, Any],
) -> list[Observation]:
    """What the curves of one arm at one level say; nothing for an arm that is fitted in one step.

    `cells`: those that have begun; `references` as in `references.json`.
    """
    begun = [cell for cell in cells if cell.history]
    if not begun or any(cell.history[-1].epoch == 0 for cell in begun):
        return []
    items = next((cell.card.items for cell in begun if cell.is_done), None)
    if items is None:
        return []
    drawn, own = from_cells(begun), recipe(study, arm, at)
    options, domains = options_of(own), not isinstance(study.data, DataSpec)
    first = options.first_phase(own)
    if own.train.sampling is not None:
        drawn = _evaluated(drawn)
    metric = _metric(study, drawn)
    found = diagnose(
        drawn,
        n_train=items.train,
        n_validation=items.validation,
        n_train_eval=items.train_eval,
        majority=references.get("majority", {}).get("validation", {}).get(metric),
        reference_train=references.get(YARDSTICKS[study.task], {}).get("train", {}).get(metric),
        reference=YARDSTICKS[study.task],
        metric=metric,
        kfold=isinstance(study.data, DataSpec) and study.split.scheme != "repeated-kfold",
        domains=domains,
        apart=domains and options.leads == "target",
        until=first if first < own.train.epochs else None,
    )
    return [
        Observation(CODES[one.sentence_key], one.sentence_key, one.severity, arm, at, one.values)
        for one in found
    ]


def _evaluated(drawn: Curves) -> Curves:
    """Curves without the scores of training batches that were drawn class by class: on as many
    images of each class they are no measure beside those of the images as they are.
    """
    told = {key: row for key, row in drawn.table.items() if key[0] != "train" or "loss" in key[1]}
    return replace(drawn, table=told)


def _metric(study: Study, drawn: Curves) -> str:
    readable = ("validation", study.primary) in drawn.table and study.primary in formats.FRACTIONS
    return study.primary if readable else SCORES[study.task]
