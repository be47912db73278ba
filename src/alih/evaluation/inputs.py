"""The arrays that metrics are computed from, and how many items they hold at least."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alih.errors import AlihError


def take(metric: str, arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """The array `name` for a metric. Raises AlihError where it is missing."""
    if name not in arrays:
        raise AlihError(
            "evaluation.missing_array",
            metric=metric,
            array=name,
            came=", ".join(sorted(arrays)) or "-",
        )
    return np.asarray(arrays[name])


def at_least(n: int, least: int) -> int:
    """`n` itself. Raises AlihError for fewer than `least` items, which is 1, or 2 where one is left
    out.
    """
    if n >= least:
        return n
    raise (
        AlihError("evaluation.no_items")
        if least == 1
        else AlihError("evaluation.jackknife_needs_two", n=n)
    )
