"""Intervals: closed forms, parity with SciPy, guards, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from alih.errors import AlihError
from alih.statistics import intervals
from alih.statistics.intervals import TwoWay, folds, interval, p_value, pseudo_scale, pseudo_values, t_quantile, two_way


def test_mean_squares_equal_those_of_a_two_way_analysis_of_variance():
    d = np.random.default_rng(0).normal(size=(4, 7))
    e = two_way(d)
    rows, columns = d.mean(axis=1, keepdims=True), d.mean(axis=0, keepdims=True)
    total = ((d - d.mean()) ** 2).sum()
    parts = (e.ms_seed * 3, e.ms_item * 6, e.ms_inter * 18)
    assert sum(parts) == pytest.approx(total)
    assert parts[0] == pytest.approx(7 * ((rows - d.mean()) ** 2).sum())
    assert parts[1] == pytest.approx(4 * ((columns - d.mean()) ** 2).sum())


def test_one_replicate_is_the_paired_t_test():
    a, b = np.random.default_rng(1).normal(0.3, 1, (2, 40))
    e = two_way(a - b)
    reference = stats.ttest_rel(a, b)
    low, high = reference.confidence_interval(0.95)
    assert interval(e, 0.05) == pytest.approx((low, high))
    assert p_value(e) == pytest.approx(reference.pvalue, rel=1e-6)


def test_without_any_variance_between_replicates_it_is_the_paired_t_test_on_items():
    d = np.random.default_rng(2).normal(0.2, 1, 50)
    low, high = stats.ttest_1samp(d, 0).confidence_interval(0.95)
    assert interval(two_way(np.tile(d, (4, 1))), 0.05) == pytest.approx((low, high))


def test_without_any_variance_between_items_it_is_the_t_test_on_replicates():
    rows = np.random.default_rng(3).normal(0.2, 1, 6)
    low, high = stats.ttest_1samp(rows, 0).confidence_interval(0.9)
    assert interval(two_way(np.tile(rows[:, None], (1, 30))), 0.1) == pytest.approx((low, high))


def test_half_width_is_the_written_equation_with_its_floors():
    def by_hand(seed, item, inter, level):
        t = [stats.t.ppf(1 - level / 2, df) ** 2 for df in (4, 19, 76)]
        return np.sqrt(max(t[0] * seed + t[1] * item - t[2] * inter, t[1] * item, t[2] * inter) / 100)

    for squares in ((3.0, 2.0, 1.0), (0.01, 2.0, 1.5), (0.1, 0.2, 1.0)):
        e = TwoWay(0.0, 5, 20, ms_seed=squares[0], ms_item=squares[1], ms_inter=squares[2])
        assert e.half_width(0.02) == pytest.approx(by_hand(*squares, 0.02))


def test_variances_are_never_negative():
    d = np.array([[1.0, -1.0, 1.0, -1.0], [-1.0, 1.0, -1.0, 1.0]])  # rows and columns agree, all the rest is interaction
    assert two_way(d).variances == (0.0, 0.0, pytest.approx(16 / 6 * 3 / 6 * 2))


@pytest.mark.parametrize("seeds", [1, 2, 5])
@pytest.mark.parametrize("scores", [0.0, 1.0, 0.7])
def test_arms_that_never_differ_still_get_a_width(seeds, scores):
    a = np.full((seeds, 30), scores)
    e = two_way(a - a, scale=pseudo_scale(a, a))
    assert e.half_width(0.05) > 0
    assert p_value(e) == 1.0


def test_zero_differences_in_0_1_scores_leave_about_three_items_in_doubt():
    a = (np.arange(1000) % 10 > 0).astype(float)[None]
    assert two_way(a - a, scale=pseudo_scale(a, a)).half_width(0.05) == pytest.approx(3 / 1000, rel=0.1)


def test_pseudo_items_are_left_out_of_gaussian_scores_and_used_for_heavy_tails():
    draw = np.random.default_rng(4)
    a = draw.normal(size=(3, 500))
    assert pseudo_scale(a, np.zeros_like(a)) == 0.0
    heavy = np.tile(np.exp(2 * draw.normal(size=500)), (3, 1))
    largest = np.abs(heavy[0] - heavy[0].mean()).max()
    assert 0.5 * largest < pseudo_scale(heavy, np.zeros_like(heavy)) < largest


def test_p_is_the_level_whose_interval_just_touches_zero():
    d = np.random.default_rng(5).normal(0.15, 1, (5, 200)) + np.random.default_rng(6).normal(0, 0.05, (5, 1))
    e = two_way(d)
    p = p_value(e)
    assert 0.0001 < p < 0.2
    assert abs(interval(e, p)[0]) < 1e-6
    assert interval(e, p * 1.01)[0] > 0 > interval(e, p * 0.99)[0]


def test_p_of_a_difference_beyond_all_doubt_stays_above_zero():
    assert p_value(two_way(5 + np.random.default_rng(7).normal(size=(1, 5000)))) == intervals.SMALLEST_P


def test_nadeau_bengio_closed_form():
    d = np.array([0.02, -0.01, 0.03, 0.0, 0.01])
    e = folds(d, ratio=0.25)
    # s² = 0.00025, times 1/5 + 1/4; t with 4 degrees of freedom
    assert e.half_width(0.05) == pytest.approx(2.7764451 * np.sqrt(0.00025 * 0.45))
    assert interval(e, 0.05)[0] == pytest.approx(0.01 - 2.7764451 * np.sqrt(0.00025 * 0.45))


def test_pseudo_values_of_a_mean_are_the_scores_themselves():
    scores = np.random.default_rng(8).random(25)
    left_out = (scores.sum() - scores) / 24
    assert pseudo_values(scores.mean(), left_out) == pytest.approx(scores)


def test_jackknife_of_a_ratio_equals_its_delta_method_width():
    draw = np.random.default_rng(9)
    x, y = draw.gamma(5, 1, 4000), draw.gamma(9, 1, 4000)
    ratio = x.sum() / y.sum()
    pseudo = pseudo_values(ratio, (x.sum() - x) / (y.sum() - y))
    delta = np.std((x - ratio * y) / y.mean(), ddof=1)
    assert pseudo.mean() == pytest.approx(ratio)
    assert two_way(pseudo).half_width(0.05) == pytest.approx(t_quantile(3999, 0.05) * delta / np.sqrt(4000), rel=1e-3)


def test_more_replicates_are_projected_from_the_same_variances():
    e = two_way(np.random.default_rng(10).normal(size=(4, 60)) + np.random.default_rng(11).normal(size=(4, 1)))
    assert e.projected(4, 60).half_width(0.05) == pytest.approx(e.half_width(0.05), rel=0.05)
    assert e.projected(16, 60).half_width(0.05) < e.half_width(0.05) / 2
    assert e.projected(16, 60).variances == pytest.approx(e.variances)


@pytest.mark.parametrize(
    ("call", "key", "names"),
    [
        (lambda: two_way(np.zeros((3, 1))), "statistics.one_item", "1 item"),
        (lambda: two_way(np.array([[0.0, np.nan, 1.0]])), "statistics.not_finite", "1 of 3"),
        (lambda: folds(np.array([0.1]), 0.1), "statistics.one_fold", "1 fold"),
        (lambda: folds(np.array([0.1, np.inf]), 0.1), "statistics.not_finite", "1 of 2"),
    ],
)
def test_bad_input_is_named(call, key, names):
    with pytest.raises(AlihError) as caught:
        call()
    assert caught.value.key == key
    assert names in str(caught.value)
