"""The guards that keep an interval honest, by the kind of scores: pseudo-items, and widening for
skewness (`intervals.py` says why).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alih.statistics.groups import FEW_ITEMS


def guards(a: np.ndarray, b: np.ndarray, pseudo_values: bool = False) -> dict[str, Any]:
    """The guards that a comparison of scores a, b [S, N] needs, as keywords of `two_way` and
    `folds`.

    0/1 scores get pseudo-items of size 1; jackknife pseudo-values get some as large as those that
    differ. Other scores get them only where nothing differs, as large as the scores themselves
    spread. All but 0/1 scores are widened for skewness. NaN marks items that were not tested.
    """
    if is_binary(a, b):
        return {"scale": _binary_size(a - b), "skewed": False}
    return {
        "scale": flat_scale(a, b) or (_usual_size(a - b) if pseudo_values else 0.0),
        "skewed": True,
    }


def is_binary(*scores: np.ndarray) -> bool:
    """Whether all scores are 0 or 1."""
    return all(bool((np.isin(values, (0, 1)) | np.isnan(values)).all()) for values in scores)


def flat_scale(a: np.ndarray, b: np.ndarray) -> float:
    """0 where items differ differently; the spread of the scores where all items differ by the same
    amount.
    """
    d, largest = a - b, float(max(np.nanmax(np.abs(a)), np.nanmax(np.abs(b))))
    if np.nanmax(d) - np.nanmin(d) > 1e-12 * largest:
        return 0.0
    spread = float(max(np.nanstd(a), np.nanstd(b)))
    return spread if spread > 1e-12 * largest else largest or 1.0


def _binary_size(d: np.ndarray) -> float:
    """The size of the two pseudo-items of 0/1 scores: 1 while at most 10 items differ, then √(10 /
    items), or as usual.
    """
    differ = int((np.nan_to_num(d) != 0).any(axis=0).sum())
    return 1.0 if differ <= FEW_ITEMS else max((FEW_ITEMS / differ) ** 0.5, _usual_size(d))


def _usual_size(d: np.ndarray) -> float:
    """The size of an item's difference where it differs: √(Σd⁴ / Σd²), which is 1 for any number of
    items that differ by ±1.
    """
    columns = np.nanmean(d, axis=0)
    squares = (columns - columns.mean()) ** 2
    total = float(squares.sum())
    return float(np.sqrt((squares**2).sum() / total)) if total else 0.0
