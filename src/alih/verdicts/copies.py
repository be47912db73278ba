"""Runs that are copies of one another: a file copied five times, or a seed that had no effect.

Independent runs of a network never agree in every probability, nor in every answer where many of
them are errors. Copies say nothing about how much runs differ, so they count as one run.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from alih.evaluation import segmentation

MIN_ERRORS = 20
"""Runs that agree in every answer are copies when at least so many answers are errors: a few dozen
images without an error are honestly answered alike."""
MIN_DIFFERENT = 10
"""Different losses (scores) that no two runs share by chance."""
VISIBLE = 1e-3
"""Relative difference of losses beyond what one network shows when it is evaluated twice."""
TIE = 1e-3
"""Probability below which equal totals of runs that differ are no coincidence."""


def firsts(runs: Mapping[int, dict[str, np.ndarray]]) -> dict[int, int]:
    """For each replicate the first one of which it is a copy, itself where it is none."""
    found: dict[int, int] = {}
    for replicate in sorted(runs):
        kept = (first for first, own in found.items() if first == own)
        found[replicate] = next(
            (first for first in kept if same_run(runs[first], runs[replicate])), replicate
        )
    return found


def same_run(a: Mapping[str, np.ndarray], b: Mapping[str, np.ndarray]) -> bool:
    """Whether two runs' arrays of one split are those of one run: equal probabilities, or equal
    answers with at least `MIN_ERRORS` errors.

    Where all answers are one class, they are equal because both networks collapsed, unless their
    losses are equal, too.
    """
    answers = _answers(a)
    if not all(
        np.array_equal(a[name], b.get(name, ())) for name in ("item", *answers) if name in a
    ):
        return False
    mine, theirs = a.get("log_loss"), b.get("log_loss")
    if mine is not None and theirs is not None and len(mine) == len(theirs):
        if _telling(mine) and _equal_probabilities(a, b):
            return True
        if constant_answer(a) is not None and not np.allclose(mine, theirs, rtol=VISIBLE):
            return False
    return wrong_answers(a) >= MIN_ERRORS


def _answers(arrays: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    if segmentation.is_segmentation(arrays):
        return ("hits", "predicted") if "hits" in arrays else ("counts",)
    return ("prediction",)


def _equal_probabilities(a: Mapping[str, np.ndarray], b: Mapping[str, np.ndarray]) -> bool:
    names = [name for name in ("log_loss", "probability") if name in a and name in b]
    return all(np.array_equal(a[name], b[name]) for name in names)


def _telling(values: np.ndarray) -> bool:
    """Whether equal values show that two runs are one: saturated networks share losses of zero."""
    return np.unique(values[values > 0]).size >= min(MIN_DIFFERENT, len(values))


def wrong_answers(arrays: Mapping[str, np.ndarray]) -> int:
    """How many images are not (or, for masks, not wholly) answered right."""
    if segmentation.is_segmentation(arrays):
        tally = segmentation.per_image(arrays)
        return int((tally.hits.sum(axis=1) < tally.truth.sum(axis=1)).sum())
    return int((arrays["prediction"] != arrays["label"]).sum())


def constant_answer(arrays: Mapping[str, np.ndarray]) -> int | None:
    """The class that answers everything although there are others; None where answers differ."""
    if segmentation.is_segmentation(arrays):
        tally = segmentation.per_image(arrays)
        predicted, truth = (np.flatnonzero(t.sum(axis=0)) for t in (tally.predicted, tally.truth))
    else:
        predicted, truth = np.unique(arrays["prediction"]), np.unique(arrays["label"])
    return int(predicted[0]) if predicted.size == 1 < truth.size else None


def first_rows(rows: np.ndarray, errors: np.ndarray | None = None) -> list[int]:
    """For each row of a matrix [S, N] the first row of which it is a copy, itself where it is none.

    `rows` hold scores, or class numbers of answers of which `errors` [S] are wrong. Answers of one
    class show one run, however often they are given.
    """
    found: list[int] = []
    for index, row in enumerate(rows):
        if errors is None:
            told = surprising(row)
        else:
            told = errors[index] >= (1 if np.ptp(row) == 0 else MIN_ERRORS)
        kept = (first for first, own in enumerate(found) if told and first == own)
        found.append(next((f for f in kept if np.array_equal(rows[f], row)), index))
    return found


def surprising(row: np.ndarray) -> bool:
    """Whether another run has the same scores [N] only if it is the same run.

    0/1 scores need `MIN_ERRORS` of each; others as many items that are not at the commonest value,
    or `MIN_DIFFERENT` different values.
    """
    values, counts = np.unique(row, return_counts=True)
    if values.size > 2 and values.size >= min(MIN_DIFFERENT, row.size):
        return True
    return bool(row.size - counts.max() >= MIN_ERRORS)


def no_spread(rows: np.ndarray) -> bool:
    """Whether runs [S, N] that differ item by item have the same total, which chance would not
    give.

    The totals of two runs that disagree on m items tie with a probability of about 1 / √(2πm);
    sums of other numbers than 0 and 1 do not tie at all.
    """
    if len(rows) < 2 or (rows == rows[0]).all():
        return False
    totals = rows.sum(axis=1)
    if np.ptp(totals) > 1e-12 * float(np.abs(rows).sum(axis=1).max()):
        return False
    differ = min(int((rows[i] != rows[j]).sum()) for i in range(len(rows)) for j in range(i))
    if not np.isin(rows, (0, 1)).all():
        return differ > 0
    return differ > 0 and float(2 * np.pi * differ) ** (-(len(rows) - 1) / 2) < TIE


def groups(first: Mapping[Any, Hashable]) -> list[Sequence[Any]]:
    """Runs that are copies of one another, each group in order; runs of their own are left out."""
    found: dict[Hashable, list[Any]] = {}
    for name, own in first.items():
        found.setdefault(own, []).append(name)
    return [members for members in found.values() if len(members) > 1]
