"""How the items of a study are divided."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field

from alih.study.document.values import Expecting, Fraction, Frozen, Replicates, kind_by_default

Folds = Annotated[Replicates, Field(ge=2, examples=[5])]
Test = Annotated[Fraction | Literal["val"], Expecting("study.expected_test")]


class SplitSpec(Frozen):
    """How items are divided: what both schemes have. `validation` is redrawn per replicate; an
    official test split never is.

    `test`: a fraction to draw, or `val`: the ready validation part is the test part. `group`: what
    must not be divided, a column of the table or a regular expression over the files' paths.
    """

    scheme: Literal["holdout", "repeated-kfold"]
    validation: Fraction = 0.1
    test: Test | None = None
    folds: Folds | None = None
    repeats: Replicates | None = None
    group: Annotated[str, Field(min_length=1)] | None = None

    @property
    def test_share(self) -> float | None:
        """The fraction that is drawn for testing; None where the document names none."""
        return None if self.test == "val" else self.test


class Holdout(SplitSpec):
    """One test part, drawn where none is official; keys of folds are absent (`null`)."""

    scheme: Literal["holdout"] = "holdout"
    folds: None = None
    repeats: None = None


class RepeatedKFold(SplitSpec):
    """Each fold is the test part once, so none is drawn."""

    scheme: Literal["repeated-kfold"]
    test: None = None
    folds: Folds


AnySplit = Annotated[
    Holdout | RepeatedKFold, Discriminator("scheme"), kind_by_default("scheme", "holdout")
]
