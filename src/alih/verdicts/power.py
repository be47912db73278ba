"""Whether a planned study can decide anything, before it is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alih.errors import AlihError
from alih.statistics.graph import weights
from alih.statistics.groups import FEWEST
from alih.statistics.single import Clusters, can_decide, items_to_decide, seeds_to_decide
from alih.statistics.spending import PLANNED, UNTIL_DECIDED
from alih.study.catalogue.sets import held_out_items
from alih.study.document.study import Study
from alih.study.planning.groups import held_out
from alih.study.planning.plan import replicates
from alih.verdicts.settle import FEASIBLE

GUESSED_ERROR = 0.1
"""Error rate assumed while no cell has finished: what a small network reaches on Fashion-MNIST."""

WORTH_TRYING = (3, 5)
"""What a third replicate brings is much, what a sixth brings is little: from 2 to 3 the difference
that a plan can find falls by a third or more, from 3 to 5 by a tenth or more, from 5 to 10 by less
(`can_decide`)."""


@dataclass(frozen=True)
class Power:
    """Whether the planned replicates can decide about a metric.

    `smallest_difference` is what will show if `assumed_error` of the `items` are misclassified,
    `margin` what the study calls equal. `replicates_needed` would decide with as many items, None
    where no number does; `more_replicates` tells what some more of them would show, as pairs of a
    number and a difference; `items_needed` is how many it takes where replicates do not help. One
    replicate decides nothing, whatever the rest is: then all of this is None.

    `groups`: about how many groups the test items come in. All differences then hold if items of a
    group are no more alike than others; `difference_if_alike` is what will show if they agree
    fully. Fewer than five groups decide nothing.
    """

    metric: str
    replicates: int
    can_decide: bool
    folds: bool = False
    items: int | None = None
    assumed_error: float | None = None
    margin: float | None = None
    smallest_difference: float | None = None
    replicates_needed: int | None = None
    more_replicates: tuple[tuple[int, float], ...] = ()
    items_needed: int | None = None
    groups: int | None = None
    difference_if_alike: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `alih plan --json` prints them."""
        if self.items is None:
            return {
                "metric": self.metric,
                "replicates": self.replicates,
                "can_decide": self.can_decide,
                "groups": self.groups,
            }
        return {
            "metric": self.metric,
            "items": self.items,
            "replicates": self.replicates,
            "assumed_error": self.assumed_error,
            "margin": self.margin,
            "can_decide": self.can_decide,
            "smallest_difference": self.smallest_difference,
            "replicates_needed": self.replicates_needed,
            "more_replicates": [
                {"replicates": count, "smallest_difference": difference}
                for count, difference in self.more_replicates
            ],
            "items_needed": self.items_needed,
            "groups": self.groups,
            "difference_if_alike": self.difference_if_alike,
        }


def power(study: Study, error: float = GUESSED_ERROR) -> tuple[Power, ...]:
    """Whether the planned replicates and test items can decide: for accuracy from which difference
    on, else what is certain.

    Nothing is known beforehand about the spread of other metrics, except that one replicate decides
    none of them; nor about accuracy when the number of test items is not known before the data is
    read.
    """
    if len(study.arms) < 2:
        return ()
    folds = study.split.folds if study.split.scheme == "repeated-kfold" else None
    planned = replicates(study)
    if planned == 1:
        return tuple(Power(metric, 1, can_decide=False) for metric in study.metrics[:1])
    items, groups = _test_items(study)
    if groups is not None and groups < FEWEST:
        return tuple(Power(m, planned, can_decide=False, groups=groups) for m in study.metrics[:1])
    if items is None or "accuracy" not in study.metrics:
        return ()
    wanted = study.compare.metrics.get("accuracy")
    margin, level = wanted.margin if wanted else None, _row_level(study)
    size = items / groups if groups else 0.0
    apart, alike = (Clusters(size), Clusters(size, 1.0)) if groups else (None, None)
    possible, smallest = can_decide(items, planned, error, margin, level, folds, apart)
    seeds = None if folds else seeds_to_decide(items, error, margin, level, clusters=apart)
    more = () if folds else tuple(n for n in WORTH_TRYING if n > planned)
    hopeless = not folds and not (seeds and seeds <= FEASIBLE)
    with_seeds = max(planned, WORTH_TRYING[-1])
    return (
        Power(
            metric="accuracy",
            replicates=planned,
            can_decide=bool(possible),
            folds=folds is not None,
            items=items,
            assumed_error=error,
            margin=margin,
            smallest_difference=float(smallest),
            replicates_needed=seeds,
            more_replicates=tuple(
                (n, float(can_decide(items, n, error, margin, level, clusters=apart)[1]))
                for n in more
            ),
            items_needed=items_to_decide(with_seeds, error, margin, level, clusters=apart)
            if hopeless
            else None,
            groups=groups,
            difference_if_alike=float(
                can_decide(items, planned, error, margin, level, folds, alike)[1]
            )
            if alike
            else None,
        ),
    )


def _test_items(study: Study) -> tuple[int | None, int | None]:
    """The number of items that will be scored and of groups that they come in, where that is known
    before they are read.
    """
    try:
        return held_out_items(study), held_out(study)
    except AlihError:  # a finished study whose images are not here
        return None, None


def _row_level(study: Study) -> float:
    """What the row of accuracy may spend at the planned number of replicates, before others are
    decided: the level that a verdict has to meet.
    """
    count, most = replicates(study), study.most
    share = PLANNED
    if most is not None:
        # Until decided, in proportion to the information, where runs differ on as many images as
        # images differ for all runs: what `can_decide` assumes, too. Folds share training images.
        folds = study.split.folds if study.split.scheme == "repeated-kfold" else 2
        share = UNTIL_DECIDED * (1 / (folds - 1) + 1 / most) / (1 / (folds - 1) + 1 / count)
    arms = len(study.arms) - 1
    return study.compare.level * share * weights(study.metrics, arms)["accuracy"]
