"""Families × looks: how often identical arms are told apart, and what the level buys where the
question is.

    python -m tools.calibration.levels [--trials 1000]

Prints the Markdown tables of docs/statistics.md about looks and the sharing of the level, and exits
with 1 when a bound is broken beyond simulation error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

import numpy as np
from tools.calibration import worlds
from tools.calibration.power import World as Planted

from alih.statistics import graph
from alih.statistics.intervals import Estimate, difference
from alih.statistics.spending import Plan, Spending, early_share, information, tie
from alih.statistics.verdicts import Request, Row, estimate, judge

LEVEL = 0.05
PLANS: dict[str, tuple[Plan, tuple[int, ...]]] = {
    "5 planned, looks at 3, 5, 8, 12": (Plan(5), (3, 5, 8, 12)),
    "5 planned, looks at 2, 3, … 10": (Plan(5), tuple(range(2, 11))),
    "3 planned, looks at 3, 4, … 10": (Plan(3), tuple(range(3, 11))),
    "until decided, looks at 2, 3, … 10": (Plan(10, until_decided=True), tuple(range(2, 11))),
}
WORLDS = (
    worlds.gaussian(0.5, 0.0),
    worlds.gaussian(0.5, 0.1),
    worlds.gaussian(0.1, 1.0),
    worlds.gaussian(0.0, 1.0),
    worlds.correct(0.3),
)


def spendings(plan: Plan, looks: Sequence[int], seen: Sequence[Estimate]) -> list[Spending]:
    """What looks at so many replicates spend, as studies do; the estimates of each look."""
    found: list[Spending] = []
    for at, (count, one) in enumerate(zip(looks, seen, strict=True)):
        gone = found[-1].shares[-1] if found else 0.0
        share = plan.share(LEVEL, count, gone, information(one, count, plan.replicates))
        tied = tie(one, looks[at - 1], count) if at else 0.0
        found.append(found[-1].then(share, tied) if found else Spending((share,), (0.0,)))
    return found


def false_looks(
    world: worlds.World, plan: Plan, looks: Sequence[int], trials: int, items: int = 100
) -> tuple[float, float]:
    """The share of pairs of identical arms that are ever told apart: with the level paid for, and
    with each look at 5 %.
    """
    g, paid, unpaid = np.random.default_rng(3), 0, 0
    for _ in range(trials):
        a, b = world.draw(g, looks[-1], items)
        seen = [difference(a[:count], b[:count]) for count in looks]
        levels = [one.level(LEVEL) for one in spendings(plan, looks, seen)]
        paid += any(
            abs(e.mean) > e.half_width(level)
            for e, level in zip(seen, levels, strict=True)
            if level > 0
        )
        unpaid += any(abs(e.mean) > e.half_width(LEVEL) for e in seen)
    return paid / trials, unpaid / trials
