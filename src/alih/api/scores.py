"""The verdict on results of other tools."""

from __future__ import annotations

import os
from typing import Any, Literal

from alih.api.shown import Verdicts


def verdict(
    scores: str | os.PathLike[str] | Any,
    baseline: str,
    *,
    metric: str | None = None,
    margin: float | None = None,
    lower_is_better: bool = False,
    level: float = 0.05,
    look: int | None = None,
    group: str | Literal[False] | None = None,
) -> Verdicts:
    """The verdict on results of any tool, as `alih verdict --json` prints it.

    Args:
        scores: A CSV file with the columns arm, seed, item and score (or label and prediction),
            rows as mappings, or a mapping of columns such as a data frame of pandas or polars.
        baseline: The arm that all others are compared with.
        metric: What the score is called; `loss`, `log_loss` and `brier` are better when lower.
        margin: The difference, in units of the score, below which arms count as the same.
        lower_is_better: Whether a lower score is better.
        level: The share of false verdicts that is accepted.
        look: The number of this look, when more than one is planned.
        group: The column that says which items belong together; False where none do.

    Returns:
        Plain values; `["comparisons"]` has one row per arm with `verdict`, `difference` and `ci`. A
            notebook shows them as a table.

    Raises:
        AlihError: The scores cannot be used; says why, with the line.

    >>> cells = [(arm, seed, item) for arm in "ab" for seed in range(3) for item in range(50)]
    >>> rows = [
    ...     {"arm": a, "seed": s, "item": i, "score": float(a == "b" or (s + i) % 2)}
    ...     for a, s, i in cells
    ... ]
    >>> verdict(rows, baseline="a")["comparisons"][0]["verdict"]
    'better'
    """
    from alih.reports.scores.text import terms
    from alih.verdicts.scores import compare as outside

    question = outside.Question(baseline, metric, margin, lower_is_better, level, look, group)
    found = outside.verdict(scores, question)
    return Verdicts(found, terms(found))
