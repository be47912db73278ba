"""Metrics of what a run stores, whichever its task: counts per image mean segmentation, labels
classification.
"""

from __future__ import annotations

import numpy as np

from alih.evaluation import metrics, segmentation
from alih.evaluation.metrics import Arrays, Floats


def compute(name: str, arrays: Arrays) -> float:
    """Metric `name` of a split; NaN where it has no value. Raises AlihError as the functions of the
    task do.
    """
    return _module(arrays).compute(name, arrays)


def jackknife(name: str, arrays: Arrays) -> Floats:
    """The metric with item i left out, for every i, [n]."""
    return _module(arrays).jackknife(name, arrays)


def item_scores(name: str, arrays: Arrays) -> Floats:
    """The terms of an item metric, [n]."""
    return _module(arrays).item_scores(name, arrays)


def summarise(arrays: Arrays, names: tuple[str, ...]) -> dict[str, float]:
    """The named metrics that have a value, in the order given."""
    found = {name: compute(name, arrays) for name in names}
    return {name: value for name, value in found.items() if not np.isnan(value)}


def _module(arrays: Arrays):
    return segmentation if segmentation.is_segmentation(arrays) else metrics
