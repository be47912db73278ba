"""Calibration by simulation, fast version: intervals cover, families and looks keep their level.
Fixed seeds: never flaky.

The worlds lie in `tools/calibration/worlds.py`; `make calibration` runs the whole grid over them. A
simulated coverage of R trials is allowed to lie 2.5 standard errors beyond its bound.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from tools.calibration import corpus, levels, stored, worlds
from tools.calibration.grid import LARGEST, SMALLEST, slack, too_wide
from tools.calibration.power import METHODS
from tools.calibration.power import World as Planted

from alih.statistics.intervals import TwoWay, difference, interval, two_way
from alih.statistics.single import summarise
from alih.statistics.spending import Plan
from alih.statistics.verdicts import Request, compare

TRIALS = 500


def check(world: worlds.World, seeds: int, items: int, trials: int = TRIALS) -> None:
    covered, differ = worlds.coverage(world, seeds, items, trials)
    assert covered >= SMALLEST - slack(SMALLEST, trials)
    if too_wide(seeds, items, differ):
        assert covered <= LARGEST + slack(LARGEST, trials)


@pytest.mark.parametrize(("seeds", "items"), [(2, 30), (2, 300), (3, 300), (5, 60), (5, 300)])
@pytest.mark.parametrize(
    "spread", [(0.0, 1.0), (0.3, 0.0), (0.1, 1.0), (0.5, 0.3, 0.8), (0.5, 0.3, 0.0, 0.3)]
)
def test_gaussian_noise(seeds, items, spread):
    check(worlds.gaussian(*spread), seeds, items)


@pytest.mark.parametrize(("seeds", "items"), [(2, 30), (3, 300), (5, 30), (5, 300)])
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.3])
@pytest.mark.parametrize("gain", [0.0, 0.5])
def test_0_1_scores_with_few_differing_items(seeds, items, rate, gain):
    check(worlds.correct(rate, gain), seeds, items)


@pytest.mark.parametrize(("seeds", "items"), [(2, 30), (5, 30), (5, 60), (5, 300)])
@pytest.mark.parametrize("world", [worlds.LOG_LOSSES, worlds.LOGNORMAL], ids=lambda w: w.name)
def test_skewed_losses(world, seeds, items):
    check(world, seeds, items, 1000)


@pytest.mark.parametrize(("seeds", "items"), [(2, 60), (5, 300)])
@pytest.mark.parametrize("metric", ["macro_f1", "balanced_accuracy", "matthews", "auc", "iou"])
def test_set_metrics_by_jackknife(metric, seeds, items):
    made = worlds.two_classes if metric in worlds.OF_TWO else worlds.f1
    check(worlds.iou() if metric == "iou" else made(metric), seeds, items, 200)


@pytest.mark.parametrize(("seeds", "between"), [(2, 30.0), (3, 3.0), (3, 30.0)])
def test_the_prior_keeps_the_level_also_where_runs_differ_more_than_it_thinks(seeds, between):
    """Identical arms on 60 items, N σ² / MS_inter = `between`; the prior's median is below 1."""
    g, n = np.random.default_rng(seeds), TRIALS
    runs = np.sqrt(between / 60) * g.normal(size=(n, 2, seeds, 1))
    every = [difference(a, b) for a, b in runs + g.normal(size=(n, 2, seeds, 60))]
    for level, most in stored.LIMITS.items():
        misses = np.mean([abs(e.mean) > e.half_width(level) for e in every])
        assert misses <= most * level + slack(most * level, n)


def test_the_prior_keeps_the_level_on_networks_it_was_not_chosen_on():
    every = list(stored.trials(corpus.TESTING, 3, 300, 2))
    assert len(every) >= 100
    assert not set(corpus.TESTING) & set(corpus.CHOOSING)
    for level, most in stored.LIMITS.items():
        found = stored.outcome(every, level)
        assert found.misses <= most + 2.5 * found.error
        assert found.width < 0.95
        assert found.widest <= 1.0


@pytest.mark.parametrize(("items", "repeats"), [(60, 1), (98, 4)])
@pytest.mark.parametrize("learners", worlds.LEARNERS, ids=lambda w: w.name)
def test_repeated_k_fold_of_a_real_learner(learners, items, repeats):
    covered, _ = learners.coverage(items, 5, repeats, 100)
    assert covered >= SMALLEST - slack(SMALLEST, 100)


def naive(d: np.ndarray) -> tuple[float, float]:
    """The interval that is too narrow: one t with Satterthwaite's degrees of freedom, no guard."""
    e = two_way(d)
    assert e.ms_seed is not None
    total = e.ms_seed + e.ms_item - e.ms_inter
    if total <= 0:
        return e.mean, 0.0
    s, n = e.seeds - 1, e.items - 1
    df = total**2 / (e.ms_seed**2 / s + e.ms_item**2 / n + e.ms_inter**2 / (s * n))
    return e.mean, stats.t.ppf(0.975, df) * np.sqrt(total / d.size)


@pytest.mark.parametrize(
    ("world", "items", "at_most"),
    [(worlds.correct(0.02, 0.5), 30, 0.7), (worlds.gaussian(0.1, 1.0), 300, 0.92)],
)
def test_the_simulation_tells_a_bad_interval_from_a_good_one(world, items, at_most):
    g, hits = np.random.default_rng(0), 0
    for _ in range(TRIALS):
        a, b = world.draw(g, 2, items)
        mean, half = naive(a - b)
        hits += abs(mean - world.truth) <= half
    assert hits / TRIALS < at_most


def test_one_replicate_covers_other_items():
    g, hits = np.random.default_rng(1), 0
    for _ in range(TRIALS):
        a, b = worlds.gaussian(0.0, 1.0).draw(g, 1, 60)
        low, high = interval(difference(a, b), 0.05)
        hits += low <= 0 <= high
    assert hits / TRIALS >= SMALLEST - slack(SMALLEST, TRIALS)


def test_one_arms_accuracy_is_covered():
    g, hits = np.random.default_rng(1), 0
    for _ in range(TRIALS):
        skill = np.clip(0.93 + 0.005 * g.normal(size=(4, 1)), 0, 1)
        low, high = summarise((g.random((4, 200)) < skill).astype(float)).ci95
        hits += low <= 0.93 <= high
    assert hits / TRIALS >= SMALLEST - slack(SMALLEST, TRIALS)


def test_identical_arms_get_a_false_verdict_in_at_most_one_family_of_twenty():
    trials = 200
    assert worlds.false_families(3, 300, trials) / trials <= 0.05 + slack(0.05, trials)


@pytest.mark.parametrize("plan", [Plan(5), Plan(9, until_decided=True)])
def test_looks_keep_the_level_that_unpaid_looks_break(plan):
    trials = 150
    world = worlds.gaussian(0.5, 0.1)
    paid, unpaid = levels.false_looks(world, plan, (2, 4, 6, 9), trials, items=30)
    assert paid <= 0.05 + slack(0.05, trials)
    assert unpaid > 0.05 + slack(0.05, trials)


@pytest.mark.parametrize("run_tie", [0.0, 0.95])
def test_looks_at_unequal_numbers_keep_the_level(run_tie):
    """Also where runs are tied more closely than the tie between looks allows for."""
    trials, path = 150, [(8, 8), (10, 8), (14, 8), (14, 14)]
    found = levels.false_paths(worlds.gaussian(0.5, 0.1, run_tie), path, trials, items=30)
    assert set(found) == set(levels.PATH_PLANS)
    assert max(found.values()) <= 0.05 + slack(0.05, trials)


def test_families_of_arms_and_metrics_keep_the_level_over_their_looks():
    """Normal statistics, many at once: three arms, two metrics, looks at 3, 5, 8 and 12 of 5."""
    trials = 10_000
    for planted, truth in levels.TRUTHS.items():
        share = levels.false_families(truth, trials)
        assert share <= 0.05 + slack(0.05, trials), planted


def test_planted_differences_are_found_more_often_than_by_what_else_keeps_the_level():
    """1 point on 10,000 items: only ours covers in both worlds; the others break in one, where runs
    or items are left out."""
    from tools.calibration.power import decided

    alike, apart = (decided(Planted(0.01, run=run), 5, 10_000, 100) for run in (0.0, 0.005))
    keeps = {
        name for name in METHODS if min(alike[name][0], apart[name][0]) >= 0.95 - slack(0.95, 100)
    }
    assert keeps == {"ours"}
    assert alike["ours"][1] > alike["McNemar, one run"][1]
    assert apart["ours"][1] > 0.35


def test_width_never_depends_on_the_sign_or_the_unit_of_the_scores():
    a, b = worlds.LOG_LOSSES.draw(np.random.default_rng(4), 4, 200)

    def widths(x: np.ndarray, y: np.ndarray) -> TwoWay:
        return difference(x, y)

    one = widths(a, b).half_width(0.05)
    assert widths(b, a).half_width(0.05) == pytest.approx(one)
    assert widths(1000 * a, 1000 * b).half_width(0.05) == pytest.approx(1000 * one)
    assert [
        r.verdict for r in compare([Request("a", "b", "m", a, b), Request("b", "a", "m", b, a)])
    ] in (
        ["undecided", "undecided"],
        ["better", "worse"],
        ["worse", "better"],
    )
