"""How the items of a study are divided."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from alih.study.document.values import Fraction, Frozen, Replicates


class SplitSpec(Frozen):
    """How items are divided. `validation` is redrawn per replicate; an official test split never
    is.

    `group`: what must not be divided, a column of the table or a regular expression over the files'
    paths.
    """

    scheme: Literal["holdout", "repeated-kfold"] = "holdout"
    validation: Fraction = 0.1
    test: Fraction | None = None
    folds: Annotated[Replicates, Field(ge=2)] | None = None
    repeats: Replicates | None = None
    group: Annotated[str, Field(min_length=1)] | None = None
