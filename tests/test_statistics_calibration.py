"""Calibration by simulation, fast version: intervals cover, families and looks keep their level. Fixed seeds: never flaky.

A simulated coverage of R trials is allowed to lie 2.5 standard errors beyond its bound.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from alih.statistics.intervals import TwoWay, pseudo_scale, two_way
from alih.statistics.single import summarise
from alih.statistics.verdicts import Request, compare, spent_level

Draw = Callable[[np.random.Generator, int, int], tuple[np.ndarray, np.ndarray]]
TRIALS = 800


def error(share: float, trials: int = TRIALS) -> float:
    return 2.5 * np.sqrt(share * (1 - share) / trials)


def gaussian(run: float, item: float) -> Draw:
    def draw(g, seeds, items):
        d = run * g.normal(size=(seeds, 1)) + item * g.normal(size=items) + g.normal(size=(seeds, items))
        return d, np.zeros_like(d)

    return draw


def correct(rate: float, gain: float = 0.0) -> Draw:
    """0/1 scores of arms with error `rate`; hard items are hard for both, runs differ a little.

    The second arm gets the share `gain` of its errors right after all, so the difference is about −gain · rate.
    """

    def draw(g, seeds, items):
        hard = g.beta(0.4 * rate, 0.4 * (1 - rate), items)
        a, b = (g.random((seeds, items)) > hard * (1 + 0.1 * g.normal(size=(seeds, 1))) for _ in "ab")
        return a.astype(float), (b | (g.random((seeds, items)) < gain)).astype(float)

    return draw


def log_losses(g, seeds, items):
    """Log losses of an over-confident and a calm network on the same items: skewed, with heavy tails.

    The first is worse by 0.1062 ± 0.0001 (from 80 runs on a million items each).
    """
    hard, bias = g.gamma(1.2, 1, items), 0.5 * g.normal(size=items)
    logits = [5 - hard + bias + 0.5 * g.normal(size=(seeds, items)) for _ in "ab"]
    return np.log1p(np.exp(-2 * (logits[0] - 3))), np.log1p(np.exp(-(logits[1] - 3)))


def lognormal(g, seeds, items):
    return np.exp(g.normal(size=items) + 0.3 * g.normal(size=(seeds, items))), np.zeros((seeds, items))


def coverage(draw: Draw, seeds: int, items: int, truth: float, interval=None) -> float:
    g = np.random.default_rng([seeds, items])
    hits = 0
    for _ in range(TRIALS):
        a, b = draw(g, seeds, items)
        if interval is None:
            e = two_way(a - b, scale=pseudo_scale(a, b))
            half, mean = e.half_width(0.05), e.mean
            assert half > 0
            assert min(e.variances) >= 0
        else:
            mean, half = interval(a - b)
        hits += abs(mean - truth) <= half
    return hits / TRIALS


def truth(draw: Draw) -> float:
    """The difference in the population, from many runs on many items."""
    a, b = draw(np.random.default_rng(0), 20, 50_000)
    return float((a - b).mean())


def satterthwaite(d: np.ndarray) -> tuple[float, float]:
    """The interval that is too narrow: one t with Satterthwaite's degrees of freedom, no guard."""
    e = two_way(d)
    assert e.ms_seed is not None
    total = e.ms_seed + e.ms_item - e.ms_inter
    if total <= 0:
        return e.mean, 0.0
    s, n = e.seeds - 1, e.items - 1
    df = total**2 / (e.ms_seed**2 / s + e.ms_item**2 / n + e.ms_inter**2 / (s * n))
    return e.mean, stats.t.ppf(0.975, df) * np.sqrt(total / d.size)


@pytest.mark.parametrize(("seeds", "items"), [(2, 30), (2, 300), (3, 300), (5, 60), (5, 300)])
@pytest.mark.parametrize("spread", [(0.0, 1.0), (0.3, 0.0), (0.1, 1.0)])
def test_gaussian_noise(seeds, items, spread):
    assert coverage(gaussian(*spread), seeds, items, 0.0) >= 0.94 - error(0.94)


@pytest.mark.parametrize(("seeds", "items"), [(2, 30), (3, 300), (5, 30), (5, 300)])
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.3])
def test_0_1_scores_with_few_differing_items(seeds, items, rate):
    assert coverage(correct(rate), seeds, items, 0.0) >= 0.94 - error(0.94)
    better = correct(rate, gain=0.5)
    assert coverage(better, seeds, items, truth(better)) >= 0.94 - error(0.94)


def test_the_simulation_tells_a_bad_interval_from_a_good_one():
    few = correct(0.02, gain=0.5)
    assert coverage(few, 2, 30, truth(few), satterthwaite) < 0.7
    assert coverage(gaussian(0.1, 1.0), 2, 300, 0.0, satterthwaite) < 0.94 - error(0.94)


def test_many_differing_items_are_not_over_covered():
    assert coverage(correct(0.3), 5, 300, 0.0) <= 0.985 + error(0.985)
    assert coverage(gaussian(0.1, 1.0), 5, 300, 0.0) <= 0.985 + error(0.985)


@pytest.mark.parametrize(("seeds", "items"), [(2, 300), (5, 300)])
def test_skewed_losses(seeds, items):
    assert coverage(log_losses, seeds, items, 0.1062) >= 0.94 - error(0.94)
    assert coverage(lognormal, seeds, items, float(np.exp(0.5 + 0.045))) >= 0.94 - error(0.94)


def test_one_replicate_covers_other_items():
    assert coverage(gaussian(0.0, 1.0), 1, 60, 0.0) >= 0.94 - error(0.94)


def test_one_arms_accuracy_is_covered():
    g = np.random.default_rng(1)
    hits = 0
    for _ in range(TRIALS):
        skill = np.clip(0.93 + 0.005 * g.normal(size=(4, 1)), 0, 1)
        low, high = summarise((g.random((4, 200)) < skill).astype(float)).ci95
        hits += low <= 0.93 <= high
    assert hits / TRIALS >= 0.94 - error(0.94)


def test_identical_arms_get_a_false_verdict_in_at_most_one_family_of_twenty():
    g = np.random.default_rng(2)
    trials, false = 200, 0
    for _ in range(trials):
        base = correct(0.1)(g, 3, 300)[0]
        family = [Request(f"arm{i}", "base", "accuracy", correct(0.1)(g, 3, 300)[0], base) for i in range(2)]
        losses = gaussian(0.05, 0.5)
        family += [Request(f"arm{i}", "base", "log_loss", *losses(g, 3, 300)) for i in range(2)]
        false += any(row.verdict in ("better", "worse") for row in compare(family))
    assert false / trials <= 0.05 + error(0.05, trials)


def test_looks_at_3_5_8_and_12_replicates_keep_the_level_that_unpaid_looks_break():
    g = np.random.default_rng(3)
    trials = 500
    false = {"paid": 0, "unpaid": 0}
    for _ in range(trials):
        d = gaussian(0.5, 0.1)(g, 12, 60)[0]
        looks = [(two_way(d[:seeds]), number) for number, seeds in enumerate((3, 5, 8, 12), 1)]
        false["paid"] += any(abs(e.mean) > e.half_width(spent_level(0.05, k, final=k == 4)) for e, k in looks)
        false["unpaid"] += any(abs(e.mean) > e.half_width(0.05) for e, _ in looks)
    assert false["paid"] / trials <= 0.05 + error(0.05, trials)
    assert false["unpaid"] / trials > 0.05 + error(0.05, trials)


def test_width_never_depends_on_the_sign_or_the_unit_of_the_scores():
    a, b = log_losses(np.random.default_rng(4), 4, 200)

    def widths(x: np.ndarray, y: np.ndarray) -> TwoWay:
        return two_way(x - y, scale=pseudo_scale(x, y))

    one = widths(a, b).half_width(0.05)
    assert widths(b, a).half_width(0.05) == pytest.approx(one)
    assert widths(1000 * a, 1000 * b).half_width(0.05) == pytest.approx(1000 * one)
