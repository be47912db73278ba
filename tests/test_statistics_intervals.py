"""Intervals: closed forms, parity with SciPy, guards, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from alih.errors import AlihError
from alih.statistics import intervals
from alih.statistics.intervals import (
    Division,
    TwoWay,
    difference,
    folds,
    interval,
    p_value,
    pseudo_values,
    t_quantile,
    two_way,
)


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
        return np.sqrt(
            max(t[0] * seed + t[1] * item - t[2] * inter, t[1] * item, t[2] * inter) / 100
        )

    for squares in ((3.0, 2.0, 1.0), (0.01, 2.0, 1.5), (0.1, 0.2, 1.0)):
        e = TwoWay(0.0, 5, 20, ms_seed=squares[0], ms_item=squares[1], ms_inter=squares[2])
        assert e.half_width(0.02) == pytest.approx(by_hand(*squares, 0.02))


def test_variances_are_never_negative():
    d = np.array(
        [[1.0, -1.0, 1.0, -1.0], [-1.0, 1.0, -1.0, 1.0]]
    )  # rows and columns agree, all the rest is interaction
    assert two_way(d).variances == (0.0, 0.0, pytest.approx(16 / 6 * 3 / 6 * 2))


@pytest.mark.parametrize("seeds", [1, 2, 5])
@pytest.mark.parametrize("scores", [0.0, 1.0, 0.7])
def test_arms_that_never_differ_still_get_a_width(seeds, scores):
    a = np.full((seeds, 30), scores)
    e = difference(a, a)
    assert e.half_width(0.05) > 0
    assert p_value(e) == 1.0


def test_zero_differences_in_0_1_scores_leave_about_three_items_in_doubt():
    a = (np.arange(1000) % 10 > 0).astype(float)[None]
    assert difference(a, a).half_width(0.05) == pytest.approx(3 / 1000, rel=0.1)


def test_skewness_is_scipys_and_widens_by_the_written_factor():
    draw = np.random.default_rng(4)
    heavy = np.exp(draw.normal(size=(3, 200)))
    e = difference(heavy, np.zeros_like(heavy))
    assert e.skewness == pytest.approx(stats.skew(heavy.mean(axis=0), bias=False))
    assert e.ms_item_widened == pytest.approx(
        e.ms_item * (1 + 1.6 * e.skewness / np.sqrt(190)) ** 2
    )
    assert (
        difference(draw.normal(size=(3, 5000)), np.zeros((3, 5000))).ms_item_widened
        < 1.01 * 3 * 5000 / 5000
    )
    binary = (draw.random((3, 50)) < 0.95).astype(float)
    assert difference(binary, np.ones_like(binary)).skewness == 0.0


@pytest.mark.parametrize(("seeds", "size"), [(1, 1.0), (5, 0.5)])
def test_pseudo_items_of_0_1_scores_shrink_once_many_items_differ(seeds, size):
    a, b = np.zeros((seeds, 400)), np.zeros((seeds, 400))
    a[0, :40] = 1  # with 5 replicates every item differs in one of them only
    for item in range(40):
        a[item % seeds, item] = 1
        a[0, item] = 1 if seeds == 1 else a[0, item]
    if seeds == 5:
        a[0, :40] = np.arange(40) % 5 == 0
    e = difference(a, b)
    columns = a.mean(axis=0)
    expected = seeds * (((columns - columns.mean()) ** 2).sum() + 2 * size**2) / 401
    assert e.ms_item == pytest.approx(expected, rel=0.02)
    few = a.copy()
    few[:, 10:] = 0
    columns = few.mean(axis=0)
    assert difference(few, b).ms_item == pytest.approx(
        seeds * (((columns - columns.mean()) ** 2).sum() + 2) / 401, rel=0.02
    )


def test_a_repeat_that_has_begun_does_not_shrink_the_floor():
    g = np.random.default_rng(19)
    right = (g.random(100) < 0.8) - 0.5
    fold = np.stack([g.permutation(100) % 5, 5 + g.permutation(100) % 5])
    floors = []
    for done in range(6):
        begun = fold.copy()
        begun[1][begun[1] >= 5 + done] = -1
        e = folds(np.tile(right, (2, 1)), division=Division(begun, 0.25), scale=0.5)
        floors.append((e.per_run, e.item_variance))
    assert {per_run for per_run, _ in floors} == {5}
    assert [variance for _, variance in floors] == pytest.approx([floors[0][1]] * 6)


def test_pseudo_items_of_jackknife_values_are_as_large_as_items_that_differ():
    a = np.zeros((2, 100))
    a[:, :7] = 0.3  # 7 items differ by 0.3 in a scale where one item moves the metric by 0.3
    e = difference(a, np.zeros_like(a), pseudo_values=True)
    plain = a[0].var(ddof=1) * 99
    assert e.ms_item == pytest.approx(2 * (plain + 2 * 0.3**2) / 101, rel=0.1)


def test_the_unpaired_term_is_welchs_test_with_its_share_of_the_level():
    draw = np.random.default_rng(12)
    a, b = (np.tile(draw.normal(size=(6, 1)), (1, 40)) for _ in "ab")
    e = difference(a, b)
    reference = stats.ttest_ind(a[:, 0], b[:, 0], equal_var=False)
    assert e.df_unpaired == pytest.approx(reference.df)
    assert e.ms_unpaired == pytest.approx(40 * (a[:, 0].var(ddof=1) + b[:, 0].var(ddof=1)))
    # Independent runs: the unpaired term is the smaller one, at 12 / 18 of the level.
    low, high = reference.confidence_interval(1 - 0.05 * 12 / 18)
    assert interval(e, 0.05) == pytest.approx((low, high))


def test_tied_runs_are_read_as_pairs():
    draw = np.random.default_rng(13)
    common = draw.normal(size=(6, 1))
    a, b = (np.tile(common + 0.01 * draw.normal(size=(6, 1)), (1, 40)) for _ in "ab")
    low, high = stats.ttest_rel(a[:, 0], b[:, 0]).confidence_interval(1 - 0.05 * 6 / 18)
    assert interval(difference(a, b), 0.05) == pytest.approx((low, high))


def test_from_eight_replicates_on_pairs_stand_alone():
    a, b = (np.tile(np.random.default_rng(seed).normal(size=(8, 1)), (1, 40)) for seed in (17, 18))
    low, high = stats.ttest_rel(a[:, 0], b[:, 0]).confidence_interval(0.95)
    assert interval(difference(a, b), 0.05) == pytest.approx((low, high))


def test_an_arm_without_any_spread_leaves_the_paired_t():
    a = np.tile(np.random.default_rng(14).normal(size=(5, 1)), (1, 30))
    low, high = stats.ttest_1samp(a[:, 0], 0).confidence_interval(0.95)
    assert interval(difference(a, np.zeros_like(a)), 0.05) == pytest.approx((low, high))


def test_p_is_the_level_whose_interval_just_touches_zero():
    d = np.random.default_rng(5).normal(0.15, 1, (5, 200)) + np.random.default_rng(6).normal(
        0, 0.05, (5, 1)
    )
    e = two_way(d)
    p = p_value(e)
    assert 0.0001 < p < 0.2
    assert abs(interval(e, p)[0]) < 1e-6
    assert interval(e, p * 1.01)[0] > 0 > interval(e, p * 0.99)[0]


def test_p_of_a_difference_beyond_all_doubt_stays_above_zero():
    assert (
        p_value(two_way(5 + np.random.default_rng(7).normal(size=(1, 5000))))
        == intervals.SMALLEST_P
    )


def test_nadeau_bengio_closed_form():
    means = np.array([0.02, -0.01, 0.03, 0.0, 0.01])
    fold = np.arange(50)[None] % 5
    scores = means[fold]  # every item scores as its fold: nothing but the folds vary
    e = folds(scores, division=Division(fold, 0.25))
    # s² = 0.00025, times 1/5 + 1/4; t with 4 degrees of freedom
    assert e.half_width(0.05) == pytest.approx(2.7764451 * np.sqrt(0.00025 * 0.45))
    assert interval(e, 0.05)[0] == pytest.approx(0.01 - 2.7764451 * np.sqrt(0.00025 * 0.45))


def test_repeats_do_not_shrink_k_fold_below_what_its_items_allow():
    draw = np.random.default_rng(15)
    right = (draw.random(100) < 0.8).astype(float)
    fold = np.stack([draw.permutation(100) % 5 + 5 * repeat for repeat in range(20)])
    e = folds(np.tile(right - 0.5, (20, 1)), division=Division(fold, 0.25), scale=0.5)
    items = np.sqrt(e.item_variance / 100)
    assert (e.folds, e.items, e.per_run) == (100, 100, 5)
    assert e.half_width(0.05) == pytest.approx(t_quantile(99, 0.05) * items * np.sqrt(1 + 5 / 4))


def test_folds_that_never_differ_still_get_a_width():
    fold = np.arange(60)[None] % 5
    e = folds(np.zeros((1, 60)), division=Division(fold, 0.25), scale=1.0)
    assert e.half_width(0.05) > 2 / 60


def test_items_without_a_fold_do_not_count():
    fold, scores = np.arange(60)[None] % 6 - 1, np.random.default_rng(16).normal(size=(1, 60))
    scores[fold < 0] = np.nan
    e = folds(scores, division=Division(fold, 0.25))
    assert (e.folds, e.items) == (5, 50)
    assert np.isfinite(e.half_width(0.05))


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
    assert two_way(pseudo).half_width(0.05) == pytest.approx(
        t_quantile(3999, 0.05) * delta / np.sqrt(4000), rel=1e-3
    )


def test_more_replicates_are_projected_from_the_same_variances():
    e = two_way(
        np.random.default_rng(10).normal(size=(4, 60))
        + np.random.default_rng(11).normal(size=(4, 1))
    )
    assert e.projected(4, 60).half_width(0.05) == pytest.approx(e.half_width(0.05), rel=0.05)
    assert e.projected(16, 60).half_width(0.05) < e.half_width(0.05) / 2
    assert e.projected(16, 60).variances == pytest.approx(e.variances)


@pytest.mark.parametrize(
    ("call", "key", "values"),
    [
        (lambda: two_way(np.zeros((3, 1))), "statistics.one_item", {"items": 1}),
        (
            lambda: two_way(np.array([[0.0, np.nan, 1.0]])),
            "statistics.not_finite",
            {"count": 1, "total": 3},
        ),
        (
            lambda: folds(np.ones((1, 4)), division=Division(np.zeros((1, 4), int), 0.1)),
            "statistics.one_fold",
            {"folds": 1},
        ),
        (
            lambda: folds(np.array([[0.1, np.inf]]), division=Division(np.array([[0, 1]]), 0.1)),
            "statistics.not_finite",
            {"count": 1, "total": 2},
        ),
    ],
)
def test_bad_input_is_named(call, key, values):
    with pytest.raises(AlihError) as caught:
        call()
    assert caught.value.key == key
    assert values.items() <= caught.value.values.items()
