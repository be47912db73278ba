"""The metrics that studies compare arms by, as a table; `evaluation/{metrics,segmentation}.py` compute them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """One metric.

    An `item` metric is a mean of one score per test item; a `set` metric exists only for all items together,
    so its uncertainty comes from a jackknife.
    """

    name: str
    kind: Literal["item", "set"]
    higher_is_better: bool
    tasks: tuple[str, ...] = ("classification",)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "item", True),
        Metric("log_loss", "item", False, ("classification", "segmentation")),
        Metric("brier", "item", False),
        Metric("balanced_accuracy", "set", True),
        Metric("macro_f1", "set", True),
        Metric("ece", "set", False),
        Metric("iou_macro", "set", True, ("segmentation",)),
        Metric("iou_micro", "set", True, ("segmentation",)),
        Metric("dice_macro", "set", True, ("segmentation",)),
        Metric("dice_micro", "set", True, ("segmentation",)),
        Metric("pixel_accuracy", "set", True, ("segmentation",)),
        Metric("iou_foreground", "set", True, ("segmentation",)),
        Metric("boundary_f1", "set", True, ("segmentation",)),
    )
}


def metrics_of(task: str) -> dict[str, Metric]:
    """The metrics that exist for a task, by name."""
    return {name: metric for name, metric in METRICS.items() if task in metric.tasks}


UNSTATED = {"iou": "IoU", "dice": "Dice"}
"""Names under which a document may print a number of segmentation without saying how it averages (`published` only)."""

TRAIN_EVAL_ITEMS = {"classification": 3000, "segmentation": 128}
"""Training items scored in evaluation mode after each epoch: enough for a standard error of about one point. An image of
segmentation scores thousands of pixels."""
