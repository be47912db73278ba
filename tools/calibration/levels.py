"""Families × looks: how often identical arms are told apart, and what the level buys where the
question is.

    python -m tools.calibration.levels [--trials 1000] [--uneven]

Prints the Markdown tables of docs/statistics.md about looks and the sharing of the level, and exits
with 1 when a bound is broken beyond simulation error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np
from scipy.special import ndtr, ndtri
from tools.calibration import worlds
from tools.calibration.grid import printed, slack
from tools.calibration.power import World as Planted

from alih.statistics import graph
from alih.statistics.intervals import TwoWay, difference
from alih.statistics.spending import (
    PLANNED,
    UNTIL_DECIDED,
    Plan,
    Spending,
    early_share,
    information,
    tie,
)
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
    worlds.gaussian(0.2, 0.0),
    worlds.gaussian(0.1, 1.0),
    worlds.gaussian(0.0, 1.0),
    worlds.correct(0.3),
)


PATHS: dict[str, tuple[tuple[int, int], ...]] = {
    "equal: 3, 4, … 10": tuple((n, n) for n in range(3, 11)),
    "in turns: 3:3, 3:5, 5:5, 5:8, 8:8": ((3, 3), (3, 5), (5, 5), (5, 8), (8, 8)),
    "one grows: 3:3, 4:3, … 10:3": tuple((n, 3) for n in range(3, 11)),
    "one grows: 5:5, 6:5, … 10:5": ((3, 3), (4, 4), *((n, 5) for n in range(5, 11))),
    "one waits: 3:3, … 8:3, 8:4, … 10:10": (
        *((n, 3) for n in range(3, 9)),
        *((8, n) for n in range(4, 9)),
        (9, 9),
        (10, 10),
    ),
}
"""Numbers of replicates of two arms at each look. Where a run until decided gives an arm up, the
baseline grows alone, for the other arms; an arm whose projection comes down again catches up.
"""
PATH_PLANS = {
    "5 planned": Plan(5),
    "10 planned": Plan(10),
    "until decided": Plan(10, until_decided=True),
}
PATH_WORLDS = (
    worlds.gaussian(0.5, 0.0),
    worlds.gaussian(0.5, 0.1),
    worlds.gaussian(0.5, 1.0),
    worlds.gaussian(0.2, 0.0),
    worlds.gaussian(0.5, 0.1, 0.5),
    worlds.gaussian(0.5, 0.1, 0.8),
    worlds.correct(0.3),
)


def spendings(plan: Plan, seen: Sequence[TwoWay]) -> list[Spending]:
    """What looks with these estimates spend, as studies do."""
    found: list[Spending] = []
    for at, one in enumerate(seen):
        gone = found[-1].shares[-1] if found else 0.0
        share = plan.share(LEVEL, one.seeds, gone, information(one, one.seeds, plan.replicates))
        if not found:
            found.append(Spending((share,), (0.0,)))
            continue
        before = seen[at - 1]
        uneven = one.uneven is not None or before.uneven is not None
        found.append(found[-1].then(share, tie(one, before.seeds, one.seeds, uneven)))
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
        paid += told_apart(plan, seen)
        unpaid += any(abs(e.mean) > e.half_width(LEVEL) for e in seen)
    return paid / trials, unpaid / trials


def told_apart(plan: Plan, seen: Sequence[TwoWay]) -> bool:
    """Whether any of these looks claims a difference, the level being paid for."""
    for one, spending in zip(seen, spendings(plan, seen), strict=True):
        # No look is taken at more than all looks spend, which is quicker to try.
        most = LEVEL * spending.shares[-1]
        if spending.last <= 0 or most <= 0 or abs(one.mean) <= one.half_width(most):
            continue
        if abs(one.mean) > one.half_width(spending.level(LEVEL)):
            return True
    return False


def false_paths(
    world: worlds.World, path: Sequence[tuple[int, int]], trials: int, items: int = 100
) -> dict[str, float]:
    """The share of pairs of identical arms that are ever told apart on a path, by plan; each arm is
    the first of the path in turn.
    """
    g, false = np.random.default_rng(17), dict.fromkeys(PATH_PLANS, 0)
    for trial in range(trials):
        a, b = world.draw(g, max(path[-1]), items)[:: 1 if trial % 2 else -1]
        seen = [difference(a[:n], b[:m], shared=min(n, m)) for n, m in path]
        for name, plan in PATH_PLANS.items():
            false[name] += told_apart(plan, seen)
    return {name: count / trials for name, count in false.items()}


def path_table(trials: int) -> Iterator[tuple[str, bool]]:
    """Lines of the table of false verdicts where the numbers of replicates grow unequally: by
    world and path, with 5 planned / 10 planned / until decided.
    """
    yield "| identical arms | " + " | ".join(PATHS) + " |", True
    yield "|---|" + "---|" * len(PATHS), True
    for world in PATH_WORLDS:
        equal, *others = [false_paths(world, path, trials) for path in PATHS.values()]
        cells = [" / ".join(f"{100 * n:.1f}" for n in one.values()) for one in (equal, *others)]
        # What equal numbers miss is told in the other tables.
        most = {name: max(LEVEL, share) + slack(LEVEL, trials) for name, share in equal.items()}
        fine = all(share <= most[name] for one in others for name, share in one.items())
        yield f"| {world.name} | " + " | ".join(cells) + " |", fine


ARMS, METRICS = 3, ("accuracy", "log_loss")
ITEM, RUN = 1.0, 4.0
"""Variances of normal statistics: of what all looks share, and of one replicate."""
MARGIN = 4.5
TRUTHS = {
    "arms alike": (0, 0, 0, 0, 0, 0),
    "primary metrics differ": (3, 0, 3, 0, 3, 0),
    "one arm alike": (0, 0, 3, 3, 5, 5),
    "differences as large as the margin": (MARGIN,) * 6,
    "some as large as the margin, some none": (MARGIN, 0, MARGIN, 0, 0, 0),
}
"""True differences of three arms in two metrics, in standard errors at the planned number."""


def false_families(truth: Sequence[float], trials: int) -> float:
    """The share of studies of three arms and two metrics, of 5 planned replicates, that claim
    anything false at a look at 3, 5, 8 or 12: a difference where there is none, the wrong side, or
    *the same* where the difference is as large as the margin.

    Statistics are normal, of arms with a common baseline and metrics that correlate by one half.
    """
    plan, looks = PLANS["5 planned, looks at 3, 5, 8, 12"]
    variances = ITEM + RUN / np.array(looks)
    shares: list[float] = []
    for count in looks:
        shares.append(plan.share(LEVEL, count, shares[-1] if shares else 0.0, 0.0))
    ties = (0.0, *np.sqrt(variances[1:] / variances[:-1]))
    weights = np.array(list(graph.weights(METRICS, ARMS).values()) * ARMS)
    levels: dict[float, np.ndarray] = {}

    def levels_of(part: float) -> np.ndarray:
        """The level of every look of a row that has a part of the family's level."""
        if part not in levels:
            spending = [Spending(tuple(shares[:n]), ties[:n]) for n in range(1, len(looks) + 1)]
            levels[part] = np.array([one.level(part * LEVEL) for one in spending])
        return levels[part]

    centre = np.asarray(truth) * np.sqrt(ITEM + RUN / plan.replicates)
    seen = centre + _differences(trials, looks)  # [looks, trials, rows]
    error = np.sqrt(variances)[:, None, None]
    p = 2 * ndtr(-np.abs(seen / error))
    # The closed test itself: a row is decided when every set of rows that it is in is rejected.
    decided = np.ones(p.shape, bool)
    for size in range(1, len(weights) + 1):
        for chosen in map(list, combinations(range(len(weights)), size)):
            others = weights.sum() - weights[chosen].sum()
            whole = weights[chosen].sum() + graph.FOR_SAME * others
            parts = [round(weights[row] / whole, 12) for row in chosen]
            limits = np.stack([levels_of(part) for part in parts], axis=1)[:, None, :]
            decided[:, :, chosen] &= (p[:, :, chosen] <= limits).any(axis=2, keepdims=True)
    own = np.stack([levels_of(round(weight, 12)) for weight in weights], axis=1)[:, None, :]
    margin = MARGIN * np.sqrt(ITEM + RUN / plan.replicates)
    same = ~decided & (np.abs(seen) - ndtri(own / 2) * error < margin)
    false = decided & (seen * centre <= 0) | same & (np.abs(centre) >= margin)
    return float(false.any(axis=(0, 2)).mean())


def _differences(trials: int, looks: Sequence[int]) -> np.ndarray:
    """Differences of arms without one, as means over so many replicates, [looks, trials, rows]."""
    g = np.random.default_rng(5)
    shape = (trials, ARMS + 1, len(METRICS))
    runs = np.sqrt(RUN / 2) * g.normal(size=(*shape, looks[-1]))
    items = np.sqrt(ITEM / 2) * g.normal(size=shape)
    means = np.stack([items + runs[..., :count].mean(axis=-1) for count in looks])
    means[..., 1] = 0.5 * means[..., 0] + np.sqrt(0.75) * means[..., 1]
    return (means[:, :, 1:] - means[:, :, :1]).reshape(len(looks), trials, -1)


def false_studies(trials: int, items: int = 200) -> float:
    """The share of studies of two arms and a baseline that are all alike, and of two metrics, in
    which a verdict claims a difference at 3, 5, 8 or 12 of 5 planned replicates.
    """
    plan, looks = PLANS["5 planned, looks at 3, 5, 8, 12"]
    weights = graph.weights(METRICS, 2)
    g, false = np.random.default_rng(7), 0
    for _ in range(trials):
        correct = [worlds.correct(0.3).draw(g, looks[-1], items)[0] for _ in range(3)]
        losses = [worlds.gaussian(0.1, 0.5).draw(g, looks[-1], items)[0] for _ in range(3)]
        pairs = [
            (metric, arm, scores[0])
            for metric, scores in zip(METRICS, (correct, losses), strict=True)
            for arm in scores[1:]
        ]
        paid = [
            spendings(plan, [difference(a[:count], b[:count]) for count in looks])
            for _, a, b in pairs
        ]
        false += any(
            answer.verdict in ("better", "worse")
            for at, count in enumerate(looks)
            for answer in judge(
                [
                    _row(Request("arm", "base", metric, a[:count], b[:count]), weights, spent[at])
                    for (metric, a, b), spent in zip(pairs, paid, strict=True)
                ],
                LEVEL,
            )
        )
    return false / trials


def _row(request: Request, weights: dict[str, float], spending: Spending) -> Row:
    once = estimate(request)
    return Row(request, once, weights[request.metric], 0.0, spending, lambda part, _: part)


def look_table(trials: int) -> Iterator[tuple[str, bool]]:
    """Lines of the table of false verdicts over looks and families."""
    yield "| identical arms | " + " | ".join(PLANS) + " |", True
    yield "|---|" + "---|" * len(PLANS), True
    for world in WORLDS:
        shares = [false_looks(world, *chosen, trials) for chosen in PLANS.values()]
        cells = [f"{100 * paid:.1f} ({100 * unpaid:.1f})" for paid, unpaid in shares]
        fine = max(paid for paid, _ in shares) <= LEVEL + slack(LEVEL, trials)
        yield f"| {world.name} | " + " | ".join(cells) + " |", fine
    whole = false_studies(trials)
    fine = whole <= LEVEL + slack(LEVEL, trials)
    yield (
        f"\nStudies of two arms and two metrics by their verdicts, looks at 3, 5, 8, 12 of 5: "
        f"{100 * whole:.1f} %",
        fine,
    )
    yield "\n| three arms, two metrics, looks at 3, 5, 8, 12 of 5 | false claims |\n|---|---|", True
    for name, truth in TRUTHS.items():
        share = false_families(truth, 100 * trials)
        fine = share <= LEVEL + slack(LEVEL, 100 * trials)
        yield f"| {name} | {100 * share:.2f} % |", fine


HALVED = 0.5
"""What the first look spent before there were plans."""


def power_table(trials: int, items: int = 1000, gain: float = 0.015) -> Iterator[str]:
    """Lines of the table of what the first row of two arms and two metrics had at its planned
    number of replicates, and has now.
    """
    before = HALVED * LEVEL / (2 * len(METRICS))
    after = Plan(1).share(LEVEL, 1, 0.0, 0.0) * graph.weights(METRICS, 2)["accuracy"] * LEVEL
    yield f"| replicates | level {before:.5f} | level {after:.3f} |\n|---|---|---|"
    for seeds in (3, 5, 8, 10):
        g, found = np.random.default_rng(seeds), np.zeros(2)
        for _ in range(trials):
            e = difference(*Planted(gain).draw(g, seeds, items))
            found += [e.mean > e.half_width(level) for level in (before, after)]
        yield f"| {seeds} | " + " | ".join(f"{100 * n / trials:.0f} %" for n in found) + " |"


def runs_until_decided(
    trials: int, items: int, gain: float, run: float = 0.002
) -> dict[str, tuple[float, float]]:
    """How many replicates a study of up to 10 runs on average, looking from the second on, and how
    often it decides: spending in proportion to information, in proportion to replicates, and as
    O'Brien and Fleming.
    """
    looks, plan = tuple(range(2, 11)), Plan(10, until_decided=True)
    ways = ("information", "replicates", "O'Brien-Fleming")
    used, decided = dict.fromkeys(ways, 0), dict.fromkeys(ways, 0)
    g = np.random.default_rng([items, round(1e4 * gain)])
    for _ in range(trials):
        a, b = Planted(gain, run=run).draw(g, looks[-1], items)
        seen = [difference(a[:count], b[:count]) for count in looks]
        for way in ways:
            shares: list[float] = []
            for count, e in zip(looks, seen, strict=True):
                told = information(e, count, plan.replicates)
                part = count / plan.replicates if way == "replicates" else told
                share = early_share(LEVEL, part) / PLANNED if way == ways[2] else part
                shares.append(max([UNTIL_DECIDED * share, *shares]))
                ties = [tie(e, before, now) for before, now in pairwise(looks)]
                spending = Spending(tuple(shares), (0.0, *ties[: len(shares) - 1]))
                level = spending.level(LEVEL)
                if level > 0 and abs(e.mean) > e.half_width(level):
                    decided[way] += 1
                    break
            used[way] += count
    return {way: (used[way] / trials, decided[way] / trials) for way in ways}


def until_table(trials: int) -> Iterator[str]:
    """Lines of the table of replicates that studies need until they are decided."""
    yield "| items | difference | information | replicates | O'Brien-Fleming |"
    yield "|---|---|---|---|---|"
    for items, gain in ((1000, 0.02), (10_000, 0.005), (10_000, 0.01)):
        found = runs_until_decided(trials, items, gain)
        cells = [f"{used:.1f} ({100 * share:.0f} %)" for used, share in found.values()]
        yield f"| {items:,} | {100 * gain:g} | " + " | ".join(cells) + " |"


def main() -> None:
    """Print the tables; exit code 1 when a bound is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--uneven", action="store_true", help="unequal numbers of replicates alone")
    asked = parser.parse_args()
    trials, broken = asked.trials, "A bound is broken beyond simulation error."
    if asked.uneven:
        sys.exit(0 if printed(path_table(trials)) else broken)
    held = printed(look_table(trials)) & printed(path_table(trials))
    for table in (power_table(trials), until_table(trials // 5)):
        print()
        for line in table:
            print(line, flush=True)
    if not held:
        sys.exit(broken)


if __name__ == "__main__":
    main()
