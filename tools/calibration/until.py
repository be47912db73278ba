"""Runs until decided against a fixed number of replicates: what right verdicts cost.

    python -m tools.calibration.until [--trials 200]

Studies of a baseline and three arms; a run is one replicate of one arm. Prints the Markdown tables
of docs/statistics.md: planted worlds, then studies cut from the stored scores of real networks
(`corpus.py`), where the truth is what all their replicates say. Exits with 1 when studies of
identical arms are told apart too often.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from tools.calibration import corpus
from tools.calibration.grid import printed, slack
from tools.calibration.power import World as Planted

from alih.statistics import graph
from alih.statistics.spending import Plan, Spending, information, tie
from alih.statistics.uneven import LEAST, effective
from alih.statistics.verdicts import Comparison, Request, Row, estimate, judge
from alih.verdicts.rounds import Pair, next_round

LEVEL, MOST = 0.05, 10
FIRST = (2, 3)
"""Numbers of replicates that runs until decided begin with."""
FIXED = (3, 5, 10)
Scores = Mapping[str, np.ndarray]
"""Scores [replicates, items] by arm; the first is the baseline."""


@dataclass(frozen=True)
class Spent:
    """What a study came to: its runs, and its verdicts by arm."""

    runs: int
    verdicts: Mapping[str, str]


def fixed(scores: Scores, replicates: int) -> Spent:
    """A study of so many replicates that is looked at once."""
    base, *arms = scores
    plan, weight = Plan(replicates), 1 / len(arms)
    share = plan.share(LEVEL, replicates, 0.0, 1.0)
    rows = []
    for arm in arms:
        asked = Request(arm, base, "accuracy", scores[arm][:replicates], scores[base][:replicates])
        rows.append(_row(asked, weight, Spending((share,), (0.0,)), plan))
    found = judge(rows, LEVEL)
    return Spent(replicates * len(scores), {one.arm: one.verdict for one in found})


@dataclass(frozen=True)
class _Look:
    """The numbers of replicates of an arm and the baseline at its last look, what was asked of
    them, and what its looks spend.
    """

    counts: tuple[int, int]
    asked: Request
    spending: Spending
    decided: bool = False


def until(scores: Scores, first: int) -> Spent:
    """A study that runs until it is decided, from so many replicates of every arm on."""
    base, *arms = scores
    counts, plan = dict.fromkeys(scores, first), Plan(MOST, until_decided=True)
    looks: dict[str, _Look] = {}
    while True:
        for arm in arms:
            looks[arm] = _looked(scores, (arm, base), counts, looks.get(arm), plan)
        rows = [
            _row(one.asked, 1 / len(arms), one.spending, plan, effective(*one.counts))
            for one in looks.values()
        ]
        found = judge(rows, LEVEL)
        following = next_round([_pair(one) for one in found], counts, base, most=MOST)
        if following.stop is not None:
            return Spent(sum(counts.values()), {one.arm: one.verdict for one in found})
        for one in found:
            decided = one.verdict != "undecided"
            looks[one.arm] = replace(looks[one.arm], decided=decided)
        counts = dict(following.counts)


def _looked(
    scores: Scores,
    pair: tuple[str, str],
    counts: Mapping[str, int],
    before: _Look | None,
    plan: Plan,
) -> _Look:
    """The look at a pair: a verdict stands until both arms have more replicates, and two replicates
    are compared by pairs alone.
    """
    one, other = (counts[name] for name in pair)
    if min(one, other) < LEAST:
        one = other = min(one, other)
    if before:
        more = one > before.counts[0], other > before.counts[1]
        if not any(more) or (before.decided and not all(more)):
            return before
    mine, theirs = (scores[name][:n] for name, n in zip(pair, (one, other), strict=True))
    shared = min(one, other) if one != other else None
    asked = Request(*pair, "accuracy", mine, theirs, shared=shared)
    e, seen = estimate(asked), effective(one, other)
    gone = before.spending.shares[-1] if before else 0.0
    share = plan.share(LEVEL, seen, gone, information(e, seen, MOST))
    if not before:
        return _Look((one, other), asked, Spending((share,), (0.0,)))
    uneven = shared is not None or before.asked.shared is not None
    tied = tie(e, effective(*before.counts), seen, uneven)
    return _Look((one, other), asked, before.spending.then(share, tied))


def _row(asked: Request, weight: float, spending: Spending, plan: Plan, seen: float = 0) -> Row:
    e, uneven = estimate(asked), asked.shared is not None

    def later(part: float, count: float) -> float:
        share = plan.share(LEVEL, count, spending.shares[-1], information(e, count, MOST))
        tied = tie(e, seen, count, uneven) if seen else 0.0
        return spending.then(share, tied).level(part)

    return Row(asked, e, weight, graph.kept(None), spending, later)


def _pair(one: Comparison) -> Pair:
    needs = one.needs
    return Pair(
        one.arm,
        one.verdict != "undecided",
        one.n_seeds,
        needs.seeds if needs else None,
        needs.items if needs else None,
    )


WAYS: dict[str, Callable[[Scores], Spent]] = {
    **{f"fixed {n}": lambda scores, n=n: fixed(scores, n) for n in FIXED},  # type: ignore[misc]
    **{f"until, from {n}": lambda scores, n=n: until(scores, n) for n in FIRST},  # type: ignore[misc]
}


def planted(
    gains: tuple[float, ...], items: int, run: float
) -> Callable[[np.random.Generator], tuple[Scores, dict[str, float]]]:
    """Draws studies whose arms differ from the baseline by `gains` (shares of right answers): each
    arm is right in 8 runs of 10 on some items where the baseline is in 2, and the other way round
    on others.
    """

    def draw(g: np.random.Generator) -> tuple[Scores, dict[str, float]]:
        kind = g.random(items)
        base = np.where(kind < 0.8, 0.995, np.where(kind < 0.9, 0.2, 0.8))
        base = np.where(kind > 0.98, g.beta(0.8, 0.8, items), base)
        runs = Planted(0.0, run=run)
        scores = {"base": runs._runs(g, base, np.zeros((MOST, 1)))}
        for number, gain in enumerate(gains):
            behind = max(0.0, SYSTEMATIC - gain / 1.2)
            turn, ahead = g.random(items), behind + gain / 0.6
            own = np.where((base == 0.2) & (turn < ahead / 0.1), 0.8, base)
            own = np.where((base == 0.8) & (turn < behind / 0.08), 0.2, own)
            scores[f"arm {number}"] = runs._runs(g, own, np.zeros((MOST, 1)))
        return scores, {f"arm {n}": gain for n, gain in enumerate(gains)}

    return draw


SYSTEMATIC = 0.02
"""The share of items on which an arm without a gain is ahead, and behind."""
WORLDS = {
    "no arm differs": ((0.0, 0.0, 0.0), 1000, 0.004),
    "one of three by 3 points": ((0.03, 0.0, 0.0), 1000, 0.004),
    "by 1, 2 and 4 points": ((0.01, 0.02, 0.04), 1000, 0.004),
    "by 1, 2 and 4 points, runs differ by 1.2": ((0.01, 0.02, 0.04), 1000, 0.012),
    "by 0.5, 1 and 2 points, 10,000 items": ((0.005, 0.01, 0.02), 10_000, 0.004),
}


def counted(
    draw: Callable[[np.random.Generator], tuple[Scores, dict[str, float]]], trials: int
) -> dict[str, tuple[float, float, float]]:
    """Per way: runs per study, right verdicts per study, the share of studies with a false one."""
    g, found = np.random.default_rng(11), {way: np.zeros(3) for way in WAYS}
    for _ in range(trials):
        scores, truth = draw(g)
        for way, study in WAYS.items():
            spent = study(scores)
            right = sum(v == _word(truth[arm]) for arm, v in spent.verdicts.items())
            false = any(
                v not in ("undecided", _word(truth[arm])) for arm, v in spent.verdicts.items()
            )
            found[way] += [spent.runs, right, false]
    return {way: tuple(total / trials) for way, total in found.items()}  # type: ignore[misc]


def _word(difference: float) -> str:
    return "better" if difference > 0 else "worse" if difference < 0 else "none"


SURE = 4.0
"""Standard errors over all replicates and items by which two real networks have to differ."""


def networks() -> list[Callable[[np.random.Generator], tuple[Scores, dict[str, float]]]]:
    """Studies of two real networks each, whose runs are drawn from those that are stored; pairs
    whose difference is not beyond doubt are left out, since nobody knows what is right.
    """
    found = []
    for one, other in corpus.pairs(corpus.kept()):
        a, b = (corpus.read(setting).get("correct") for setting in (one, other))
        if a is None or b is None:
            continue
        have = min(len(a), len(b))
        e = estimate(Request("a", "b", "accuracy", a[:have], b[:have]))
        truth = e.mean
        if have < MOST or abs(truth) < SURE / 1.96 * e.half_width(0.05):
            continue

        def draw(
            g: np.random.Generator, a: np.ndarray = a, b: np.ndarray = b, truth: float = truth
        ) -> tuple[Scores, dict[str, float]]:
            runs = [x[g.choice(len(x), MOST, replace=False)] for x in (b, a)]
            items = g.choice(a.shape[1], min(a.shape[1], 300), replace=False)
            return {"base": runs[0][:, items], "arm": runs[1][:, items]}, {"arm": truth}

        found.append(draw)
    return found


def table(trials: int) -> Iterator[tuple[str, bool]]:
    """Lines of the table, and whether identical arms were told apart too often."""
    yield "| arms | " + " | ".join(WAYS) + " |\n|---|" + "---|" * len(WAYS), True
    for name, world in WORLDS.items():
        found = counted(planted(*world), trials)
        fine = max(false for *_, false in found.values()) <= LEVEL + slack(LEVEL, trials)
        yield _line(name, found), fine
    real = [counted(draw, max(1, trials // 10)) for draw in networks()]
    if real:
        mean = {way: tuple(np.mean([one[way] for one in real], axis=0)) for way in WAYS}
        yield _line(f"{len(real)} pairs of real networks, 300 items", mean), True  # type: ignore[arg-type]


def _line(name: str, found: Mapping[str, tuple[float, float, float]]) -> str:
    cells = [
        f"{right:.2f} for {runs:.1f} ({runs / right:.0f}; {100 * false:.1f} %)"
        if right
        else f"– for {runs:.1f} ({100 * false:.1f} %)"
        for runs, right, false in found.values()
    ]
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table; exit code 1 when a bound is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=200)
    if not printed(table(parser.parse_args().trials)):
        sys.exit("A bound is broken beyond simulation error.")


if __name__ == "__main__":
    main()
