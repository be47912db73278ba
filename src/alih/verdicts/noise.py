"""How much of a difference is chance: other runs, other test items."""

from __future__ import annotations

import math

from alih.statistics.intervals import TwoWay
from alih.statistics.verdicts import Request, estimate
from alih.verdicts.result import Noise


def noise_of(request: Request) -> Noise | None:
    """The standard deviations of a request's difference with one replicate of each arm; None where
    runs do not vary or were not repeated, and for folds, which share training items.
    """
    if request.folds is not None or not (request.varies_by_seed and request.testable):
        return None
    found = estimate(request)
    if not isinstance(found, TwoWay) or found.ms_seed is None:
        return None
    # What a run does to single items changes with the run and with the items: it is in both.
    _, item, inter = found.variances
    between = found.ms_seed if found.uneven is None else found.uneven.single()
    return Noise(math.sqrt(between / found.items), math.sqrt((item + inter) / found.items))
