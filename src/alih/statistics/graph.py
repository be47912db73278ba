"""How comparisons of one family share its level of error, and who inherits what a decided one
leaves.

Every comparison has a weight, its share of the level; one that is decided leaves its share to those
that are not, in proportion to their weights. This is Holm's (1979) procedure with weights, a
graphical procedure of Bretz, Maurer, Brannath and Posch (2009), and the closed test in which every
intersection is tested by Bonferroni with its weights brought up to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

PRIMARY = 0.8
"""The weight of the primary metric, where there are others."""


def weights(metrics: Sequence[str], arms: int) -> dict[str, float]:
    """The weight of each metric of one arm; `metrics`: the primary one first. All arms weigh the
    same.

    >>> weights(["accuracy"], 2), round(weights(["accuracy", "log_loss"], 2)["log_loss"], 3)
    ({'accuracy': 0.5}, 0.1)
    """
    first, *others = metrics
    if not others:
        return {first: 1 / arms}
    return {first: PRIMARY / arms} | {name: (1 - PRIMARY) / len(others) / arms for name in others}


def adjusted(
    p: Sequence[float], weight: Sequence[float], level: float
) -> tuple[list[float], list[float]]:
    """Adjusted p-values, to be held against `level`, and each row's own part of the level.

    A row that is decided at `level` has the part at which it was, with all that it inherited; the
    others have the part that they began with, which stays valid for `same` whatever was decided of
    other rows. Weights add up to 1, or to less where comparisons are planned that have no p yet:
    these keep theirs.

    >>> found, parts = adjusted([0.01, 0.03], [0.8, 0.2], 0.05)
    >>> [round(one, 4) for one in found], [round(one, 4) for one in parts]
    ([0.0125, 0.03], [0.04, 0.05])
    """
    found, parts = [1.0] * len(p), [level * one for one in weight]
    # Weights are sums of fractions: a rest that is only rounding is none.
    left, running = max(1.0, sum(weight)), 0.0
    for index in np.argsort(
        [value / one for value, one in zip(p, weight, strict=True)], kind="stable"
    ):
        running = max(running, min(1.0, p[index] * left / weight[index]))
        found[index] = running
        if running <= level:
            parts[index] = level * weight[index] / left
        left = max(left - weight[index], 0.0)
    return found, parts
