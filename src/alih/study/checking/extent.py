"""Documents that ask for more than can be listed, let alone be computed."""

from __future__ import annotations

import math
from collections.abc import Iterator

from alih.study.checking.told import Told, told
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.words import number

MOST_CELLS = 20_000
MOST_TRIALS = 1_000


def too_much(study: Study) -> Iterator[Told]:
    """Too many runs or trials, told before anything lists them."""
    levels = math.prod(len(values) for values in study.vary.values())
    count = len(study.arms) * plan.replicates(study) * levels
    if count > MOST_CELLS:
        key = (
            "vary" if levels > 1 else "split" if study.split.scheme == "repeated-kfold" else "seeds"
        )
        yield told((key,), "study.too_many_cells", got=number(count, 0), most=number(MOST_CELLS, 0))
    trials = math.prod(len(values) for values in study.tune.values())
    if trials > MOST_TRIALS:
        yield told(
            ("tune",), "study.too_many_trials", got=number(trials, 0), most=number(MOST_TRIALS, 0)
        )
