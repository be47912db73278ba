"""The metrics that studies compare arms by, as a table; `evaluation/{metrics,segmentation}.py`
compute them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

SHARE = (0.0, 1.0)
CLASSIFICATION = ("classification",)
SEGMENTATION = ("segmentation",)


@dataclass(frozen=True)
class Metric:
    """One metric.

    An `item` metric is a mean of one score per test item; a `set` metric exists only for all items
    together, so its uncertainty comes from a jackknife. `range` holds the least and the greatest
    value; `averaging` names how a value is averaged (`words/reports.py` has the words).
    """

    name: str
    kind: Literal["item", "set"]
    higher_is_better: bool
    tasks: tuple[str, ...] = CLASSIFICATION
    range: tuple[float, float] = SHARE
    averaging: str = "mean"

    @property
    def is_share(self) -> bool:
        """Whether values are shares, shown as percentages, and differences as points."""
        return self.range == SHARE


OF_TWO_CLASSES = ("sensitivity", "specificity")
OF_RANKS = ("auc", "average_precision")
"""Metrics of classification that need the probabilities of all classes."""

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "item", True),
        Metric("log_loss", "item", False, CLASSIFICATION + SEGMENTATION, (0.0, math.inf)),
        Metric("brier", "item", False, range=(0.0, 2.0)),
        Metric("balanced_accuracy", "set", True, averaging="macro"),
        Metric("macro_f1", "set", True, averaging="macro"),
        Metric("matthews", "set", True, range=(-1.0, 1.0), averaging="all classes"),
        Metric("auc", "set", True, averaging="one-vs-rest"),
        Metric("average_precision", "set", True, averaging="one-vs-rest"),
        Metric("sensitivity", "set", True, averaging="positive class"),
        Metric("specificity", "set", True, averaging="other class"),
        Metric("ece", "set", False, averaging="15 bins"),
        Metric("iou_macro", "set", True, SEGMENTATION, averaging="macro of present classes"),
        Metric("iou_micro", "set", True, SEGMENTATION, averaging="micro"),
        Metric("dice_macro", "set", True, SEGMENTATION, averaging="macro of present classes"),
        Metric("dice_micro", "set", True, SEGMENTATION, averaging="micro"),
        Metric("pixel_accuracy", "set", True, SEGMENTATION, averaging="pixels"),
        Metric("iou_foreground", "set", True, SEGMENTATION, averaging="foreground"),
        Metric("boundary_f1", "set", True, SEGMENTATION, averaging="boundary"),
    )
}


def metrics_of(task: str) -> dict[str, Metric]:
    """The metrics that exist for a task, by name."""
    return {name: metric for name, metric in METRICS.items() if task in metric.tasks}


def range_of(metric: str) -> tuple[float, float] | None:
    """The least and the greatest value of a metric; None for one that is not in the table, which
    may have any.

    >>> range_of("brier"), range_of("dollars")
    ((0.0, 2.0), None)
    """
    known = METRICS.get(metric)
    return known.range if known else None


def most_difference(metric: str) -> float | None:
    """By how much two values of a metric can differ; None where there is no limit.

    >>> most_difference("accuracy"), most_difference("brier"), most_difference("log_loss")
    (1.0, 2.0, None)
    """
    least, most = range_of(metric) or (0.0, math.inf)
    return most - least if math.isfinite(most - least) else None


def intended_margin(metric: str, margin: float) -> float | None:
    """What was probably meant by a margin that no difference can exceed, such as 0.02 by 2 (per
    cent); None where the margin makes sense.

    >>> intended_margin("accuracy", 2.0), intended_margin("accuracy", 0.5)
    (0.02, None)
    """
    most = most_difference(metric)
    if most is None or margin < most:
        return None
    return margin / 100 if margin / 100 < most else 0.01


def averaging_of(metric: str) -> str:
    """How a metric averages: `mean` over items where the table says nothing else."""
    known = METRICS.get(metric)
    return known.averaging if known else "mean"


UNSTATED = {"iou": "IoU", "dice": "Dice"}
"""Names under which a document may print a number of segmentation without saying how it averages
(`published` only)."""

TRAIN_EVAL_ITEMS = {"classification": 3000, "segmentation": 128}
"""Training items scored in evaluation mode after each epoch: enough for a standard error of about
one point. An image of segmentation scores thousands of pixels."""

UNLABELLED_ITEMS = {"classification": 2000, "segmentation": 64}
"""Target images at most whose answers are looked at after each epoch, without their labels."""

WITHOUT_LABELS = {"entropy": False, "information": True, "weighted_accuracy": True}
"""Scores of a target that need none of its labels (`evaluation/unlabelled.py`), and whether larger
is better."""
