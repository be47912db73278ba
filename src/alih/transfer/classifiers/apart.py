"""How well logistic regression tells the images of two domains apart: the error that the proxy
A-distance is made of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alih.errors import AlihError
from alih.seeding import numpy_generator
from alih.transfer.classifiers.contract import table
from alih.transfer.classifiers.fit import fit

LEAST = 10
"""Images per domain at least."""


@dataclass(frozen=True)
class ToldApart:
    """The share `error` of `items` images (half of each domain) whose domain was told wrongly by a
    classifier that had not learnt from them, in `folds` folds.
    """

    error: float
    items: int
    folds: int


def told_apart(source: np.ndarray, target: np.ndarray, *, seed: int, limit: int) -> ToldApart:
    """Tell the features [N, D] and [M, D] of two domains apart by logistic regression with an L2
    penalty in 5 folds; `limit` images of each domain at most, as many of both, drawn by address.

    Raises AlihError for features of different widths or fewer than 10 images in a domain.
    """
    source, target = checked_pair(source, target)
    each = min(len(source), len(target), limit)
    parts = [drawn(source, each, seed, "source"), drawn(target, each, seed, "target")]
    labels = np.repeat([0, 1], each)
    report = fit(np.concatenate(parts), labels, 2, "logistic", seed=seed).report
    return ToldApart(round(1 - report["accuracy"], 6), int(report["items"]), int(report["folds"]))


def drawn(features: NDArray[np.float64], count: int, seed: int, domain: str) -> NDArray[np.float64]:
    """So many rows, drawn by the domain's name, in their order."""
    if len(features) == count:
        return features
    chosen = numpy_generator(seed, 0, f"shift-{domain}").permutation(len(features))[:count]
    return features[np.sort(chosen)]


def checked_pair(
    source: np.ndarray, target: np.ndarray
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both as finite float64 tables. Raises AlihError as `told_apart` does."""
    source, target = table(source), table(target)
    if source.shape[1] != target.shape[1]:
        raise AlihError("inspect.widths_differ", source=source.shape[1], target=target.shape[1])
    for name, features in (("source", source), ("target", target)):
        if len(features) < LEAST:
            raise AlihError(
                "inspect.too_few_images", domain=name, images=len(features), least=LEAST
            )
    return source, target
