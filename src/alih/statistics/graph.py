"""How comparisons of one family share its level of error, and who inherits what a decided one
leaves.

Every comparison has a weight, its share of the level; one that is decided leaves it to the others,
in proportion to their weights. This is Holm's (1979) procedure with weights, a graphical procedure
of Bretz, Maurer, Brannath and Posch (2009). A comparison with a margin could have been called *the
same*, too, and falsely so with up to half of its part (one of two one-sided tests, at its own
level). That half it keeps; otherwise the two kinds of false verdict could add up to more than the
level.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

PRIMARY = 0.8
"""The weight of the primary metric, where there are others."""
FOR_SAME = 0.5
"""What a decided comparison keeps of its weight where it has a margin."""


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


def kept(margin: float | None) -> float:
    """The share of its weight that a comparison keeps once it is decided."""
    return 0.0 if margin is None else FOR_SAME


def adjusted(
    p: Sequence[float], weight: Sequence[float], kept: Sequence[float], level: float
) -> tuple[list[float], list[float]]:
    """Adjusted p-values, to be held against `level`, and each row's own part of the level.

    A row that is decided at `level` has the part at which it was, with all that it inherited; the
    others have the part that they began with, which stays valid for `same` whatever was decided of
    other rows. Weights add up to 1, or to less where comparisons are planned that have no p yet:
    these keep theirs. `kept`: the share of its weight that each row keeps once it is decided.

    >>> found, parts = adjusted([0.01, 0.03], [0.8, 0.2], [0, 0], 0.05)
    >>> [round(one, 4) for one in found], [round(one, 4) for one in parts]
    ([0.0125, 0.03], [0.04, 0.05])
    """
    found, parts = [1.0] * len(p), [level * one for one in weight]
    left, running = max(1.0, sum(weight)), 0.0
    order = np.argsort([value / one for value, one in zip(p, weight, strict=True)], kind="stable")
    for index in order:
        running = max(running, min(1.0, p[index] * left / weight[index]))
        found[index] = running
        if running <= level:
            parts[index] = level * weight[index] / left
        left -= weight[index] * (1 - kept[index])
    return found, parts
