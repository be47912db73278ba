"""What a study may be tested on, and what differences that many images can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alih.study.catalogue.sets import held_out_items, part_sizes
from alih.study.document.split import Holdout, RepeatedKFold
from alih.study.document.study import Study
from alih.verdicts.power import power


@dataclass(frozen=True)
class WayToTest:
    """Testing on the validation part (`val`), on every image once (`folds`), or on training images
    that are drawn (`drawn`).

    `items` is how many images are tested, `smallest_difference` the difference in accuracy that
    will show, None where that is not known.
    """

    kind: Literal["val", "folds", "drawn"]
    items: int
    smallest_difference: float | None


def ways_to_test(study: Study) -> list[WayToTest]:
    """The ways to choose from for a set with a validation part and no test part; none for other
    sets.
    """
    parts = part_sizes(study)
    if parts is None or "test" not in parts.drawn or "validation" in parts.drawn:
        return []
    folds = RepeatedKFold(scheme="repeated-kfold", folds=5, repeats=1)
    return [
        _way("val", study, Holdout(test="val")),
        _way("folds", study, folds),
        _way("drawn", study, Holdout()),
    ]


def _way(
    kind: Literal["val", "folds", "drawn"], study: Study, split: Holdout | RepeatedKFold
) -> WayToTest:
    other = study.model_copy(update={"split": split})
    known = [fact.smallest_difference for fact in power(other) if fact.smallest_difference]
    return WayToTest(kind, held_out_items(other) or 0, known[0] if known else None)
