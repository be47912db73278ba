"""The prior for the variance between runs: its posterior, and what it does to an interval."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats

from alih.statistics import spread
from alih.statistics.intervals import TwoWay, difference
from alih.statistics.spread import LET_GO, SCALE, TAIL, Mixture, Spread, posterior


def test_one_known_mean_square_gives_the_normal_quantile():
    known = Mixture(np.array([1.0]), np.array([3.0]))
    for level in (0.5, 0.05, 1e-6):
        z = stats.norm.isf(level / 2)
        assert known.quantile_squared(level, 2.0) == pytest.approx(z**2 * 5, rel=1e-9)


@pytest.mark.parametrize("ratio", [0.0, 1.0, 30.0, 1e5])
@pytest.mark.parametrize("df", [1, 2, 9])
def test_a_quantile_leaves_the_level_in_the_tails_of_the_mixture(ratio, df):
    one = posterior(Spread(ratio, 1.0), df)
    for mixture in (one, one + posterior(Spread(1.0, 2.0), df)):
        for level in (0.99, 0.3, 0.05, 1e-6, 1e-10):
            for further in (0.0, 100.0):
                q = np.sqrt(mixture.quantile_squared(level, further))
                tails = 2 * stats.norm.sf(q / np.sqrt(mixture.squares + further))
                assert tails @ mixture.weights == pytest.approx(level, rel=1e-6)
                least = mixture.quantile_squared(level, further, 0.9 * q**2)
                assert least == pytest.approx(0.9 * q**2, rel=1e-9)
                enough = mixture.quantile_squared(level, further, 1.1 * q**2)
                assert enough == pytest.approx(q**2, rel=1e-9)


@pytest.mark.parametrize("ratio", [0.3, 2.0, 40.0])
@pytest.mark.parametrize("df", [1, 2, 9])
def test_the_posterior_is_that_of_a_half_t_prior(ratio, df):
    """Against numerical integration over log λ, without a grid."""
    scale, level = SCALE**0.5, 0.02

    def density(u: float) -> float:
        lam = np.exp(u)
        prior = stats.t.pdf(np.sqrt(lam) / scale, TAIL) / np.sqrt(lam) * lam
        return prior * stats.chi2.pdf(df * ratio / (1 + lam), df) / (1 + lam)

    def over(f) -> float:
        parts = [(-40, -5), (-5, 3), (3, 10), (10, 40)]
        return sum(integrate.quad(lambda u: density(u) * f(np.exp(u)), *part)[0] for part in parts)

    q = np.sqrt(posterior(Spread(5 * ratio, 5.0), df).quantile_squared(level))
    tail = over(lambda lam: 2 * stats.norm.sf(q / np.sqrt(5 * (1 + lam)))) / over(lambda lam: 1.0)
    assert tail == pytest.approx(level, rel=0.05)


def test_two_arms_add_up():
    one, other = posterior(Spread(4.0, 2.0), 2), posterior(Spread(0.5, 1.0), 2)
    both = one + other
    assert both.weights.sum() == pytest.approx(1)
    means = [float(m.weights @ m.squares) for m in (one, other, both)]
    assert means[2] == pytest.approx(means[0] + means[1])
    exact = Mixture(
        np.outer(one.weights, other.weights).ravel(),
        np.add.outer(one.squares, other.squares).ravel(),
    )
    assert both.quantile_squared(0.01) == pytest.approx(exact.quantile_squared(0.01), rel=0.02)


def studies(seeds: int, between: float, n: int = 60) -> list[TwoWay]:
    """Identical arms on 300 items, N σ² / MS_inter = `between`."""
    g = np.random.default_rng(seeds)
    runs = np.sqrt(between / 300) * g.normal(size=(n, 2, seeds, 1))
    return [difference(a, b) for a, b in runs + g.normal(size=(n, 2, seeds, 300))]


def alone(e: TwoWay) -> TwoWay:
    return replace(e, informed=False)


@pytest.mark.parametrize("seeds", [2, 3, 5, LET_GO - 1])
@pytest.mark.parametrize("between", [0.0, 30.0])
def test_no_interval_is_wider_than_without_the_prior(seeds, between):
    for e in studies(seeds, between):
        for level in (0.3, 0.05, 0.001):
            assert e.half_width(level) <= alone(e).half_width(level)


def test_two_replicates_are_of_use_and_three_decide_more():
    def width(seeds: int) -> tuple[float, float]:
        every = studies(seeds, 0.0)
        return tuple(
            np.mean([f(e).half_width(0.0125) for e in every]) for f in (lambda e: e, alone)
        )

    (two, two_alone), (three, three_alone) = width(2), width(3)
    assert two < 0.75 * two_alone
    assert three < 0.93 * three_alone
    assert three < two


def test_a_half_width_shrinks_as_the_level_grows():
    levels = np.geomspace(1e-9, 0.999, 60)
    for e in studies(3, 1.0, 5):
        widths = [e.half_width(level) for level in levels]
        assert (np.diff(widths) <= 1e-9).all()


def test_the_prior_knows_no_unit_and_no_number_of_items():
    for seeds in (2, 3):
        e = studies(seeds, 2.0, 1)[0]
        assert e.arms is not None
        large = replace(
            e,
            mean=9 * e.mean,
            ms_item=81 * e.ms_item,
            ms_seed=81 * e.ms_seed,
            ms_inter=81 * e.ms_inter,
            arms=tuple(Spread(81 * arm.ms_seed, 81 * arm.ms_inter) for arm in e.arms),
        )
        assert large.half_width(0.05) == pytest.approx(9 * e.half_width(0.05))


@pytest.mark.parametrize(
    ("arms", "seeds"),
    [
        (None, 3),  # an arm without spread, or scores of one arm
        ((Spread(1.0, 0.0), Spread(1.0, 1.0)), 3),  # nothing known about chance per item
        ((Spread(1.0, 1.0), Spread(1.0, 1.0)), LET_GO),
    ],
)
def test_where_the_prior_says_nothing_runs_speak_for_themselves(arms, seeds):
    e = TwoWay(0.0, seeds, 300, 3.0, 2.0, 2.0, arms)
    assert e.half_width(0.01) == alone(e).half_width(0.01)


def test_a_heavier_tail_is_more_careful(monkeypatch):
    widths = []
    for tail in (1.0, TAIL, 0.1):
        monkeypatch.setattr(spread, "TAIL", tail)
        spread._prior.cache_clear()
        widths.append(np.mean([e.half_width(0.01) for e in studies(3, 3.0, 20)]))
    spread._prior.cache_clear()
    assert widths[0] < widths[1] < widths[2]
