"""Which items to show a reader: the worst answers, and examples of the most frequent
confusions.

`scores` holds the arrays of one split as `CellFolder.scores` returns them, or of several replicates
joined end to end. Functions that choose items return row numbers into these arrays. Equal losses
are ordered by row: the choice is repeatable.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rows = NDArray[np.int64]
Arrays = Mapping[str, np.ndarray]


def worst_answers(scores: Arrays, k: int) -> Rows:
    """Rows of k items: those that were taken for another class, then those that were not, in both
    the highest loss first; each item once.

    >>> scores = {"item": np.array([7, 8, 9]), "log_loss": np.array([0.6, 0.9, 2.0])}
    >>> scores |= {"label": np.array([0, 0, 1]), "prediction": np.array([1, 0, 0])}
    >>> worst_answers(scores, 5).tolist()
    [2, 0, 1]
    """
    wrong = scores["label"] != scores["prediction"]
    first, then = (_worst(scores, np.flatnonzero(rows), k) for rows in (wrong, ~wrong))
    if "item" in scores:
        then = then[~np.isin(scores["item"][then], scores["item"][first])]
    return np.concatenate([first, then])[: max(k, 0)]


def confused_pairs(label: ArrayLike, prediction: ArrayLike, k: int) -> list[tuple[int, int, int]]:
    """The k most frequent mistakes as (true class, predicted class, count), commonest first.

    Fewer where fewer pairs of classes occur; ties go to the lower true class, then to the lower
    predicted one. Memory grows with the pairs that occur, not with the square of classes.

    >>> confused_pairs([0, 0, 0, 2, 2, 2, 2], [1, 1, 0, 0, 0, 0, 2], 5)
    [(2, 0, 3), (0, 1, 2)]
    """
    truth, guess = np.asarray(label, np.int64), np.asarray(prediction, np.int64)
    wrong, classes = truth != guess, int(max(truth.max(initial=-1), guess.max(initial=-1))) + 1
    # Sorted by true class, then by predicted class, which the stable sort by count keeps among
    # equals.
    pairs, counts = np.unique(truth[wrong] * classes + guess[wrong], return_counts=True)
    order = np.argsort(-counts, kind="stable")[: max(k, 0)]
    return [(*divmod(int(pairs[place]), classes), int(counts[place])) for place in order]


def examples_of_pair(scores: Arrays, true: int, predicted: int, k: int) -> Rows:
    """Rows of up to k items of class `true` that were taken for `predicted`, highest log loss
    first, each item once.
    """
    rows = np.flatnonzero((scores["label"] == true) & (scores["prediction"] == predicted))
    return _worst(scores, rows, k)


def _worst(scores: Arrays, rows: Rows, k: int) -> Rows:
    # NaN sorts last under a plain sort; here a loss that is no number is the worst of all.
    loss = np.nan_to_num(scores["log_loss"][rows].astype(np.float64), nan=np.inf)
    rows = rows[np.argsort(-loss, kind="stable")]
    if "item" in scores:
        _, first = np.unique(scores["item"][rows], return_index=True)
        rows = rows[np.sort(first)]
    return rows[: max(k, 0)].astype(np.int64)
