"""Verdicts: agreement of p, interval and verdict; looks; what would settle it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alih.errors import AlihError
from alih.statistics.intervals import Division, difference
from alih.statistics.spending import Spending
from alih.statistics.verdicts import (
    Request,
    Row,
    compare,
    estimate,
    judge,
    probability_better,
)


def request(shift=0.0, seeds=5, items=400, noise=1.0, seed=0, run_noise=0.02, **more) -> Request:
    draw = np.random.default_rng(seed)
    base = draw.normal(size=items)

    def runs():
        return (
            base
            + noise * draw.normal(size=(seeds, items))
            + run_noise * draw.normal(size=(seeds, 1))
        )

    return Request("arm", "base", "score", runs() + shift, runs(), **more)


@pytest.mark.parametrize("seed", range(12))
def test_p_interval_and_verdict_agree(seed):
    draw = np.random.default_rng(seed)
    family = [
        request(shift, seed=100 + seed, margin=0.15)
        for shift in draw.choice([0, 0.05, 0.1, 0.3], 5)
    ]
    answers = compare(family, look=1 + seed % 3 if seed % 2 else None)
    for answer in answers:
        excludes_zero = answer.ci[0] > 0 or answer.ci[1] < 0
        assert excludes_zero == (answer.verdict in ("better", "worse"))
        assert excludes_zero == (answer.p < answer.level)
        assert excludes_zero == (answer.p_adjusted <= 0.05)
        assert (answer.verdict == "same") == (not excludes_zero and max(map(abs, answer.ci)) < 0.15)
        assert answer.ci[0] <= answer.ci95[0] <= answer.difference <= answer.ci95[1] <= answer.ci[1]
        assert (answer.needs is None) or answer.verdict == "undecided"


@pytest.mark.parametrize(
    ("shift", "higher", "verdict"),
    [(0.4, True, "better"), (0.4, False, "worse"), (-0.4, False, "better")],
)
def test_better_follows_the_direction_of_the_metric(shift, higher, verdict):
    (answer,) = compare([request(shift, higher_is_better=higher)])
    assert answer.verdict == verdict
    assert np.sign(answer.difference) == np.sign(shift)
    assert (answer.probability_better > 0.9) == (verdict == "better")


def test_same_needs_a_margin():
    (without,), (within,) = (
        compare([request(0.0, items=4000)]),
        compare([request(0.0, items=4000, margin=0.2)]),
    )
    assert (without.verdict, within.verdict) == ("undecided", "same")


def test_one_replicate_is_always_undecided_and_asks_for_three():
    (answer,) = compare([request(5.0, seeds=1, margin=10.0)])
    assert (answer.verdict, answer.test, answer.needs.seeds) == ("undecided", "items-only", 3)
    assert answer.probability_better is None


def test_arms_that_cannot_differ_by_seed_are_decided_on_items():
    one = request(1.0, seeds=1)
    (answer,) = compare([replace(one, varies_by_seed=False)])
    assert (answer.verdict, answer.test, answer.probability_better) == ("better", "items", 1.0)


def test_one_row_of_a_fixed_arm_is_compared_with_every_replicate():
    varying = request(0.5)
    fixed = replace(varying, scores_baseline=varying.scores_baseline[:1])
    repeated = replace(varying, scores_baseline=np.repeat(varying.scores_baseline[:1], 5, axis=0))
    assert compare([fixed])[0].ci == compare([repeated])[0].ci


def test_later_looks_have_wider_intervals():
    one, three = (compare([request(0.05)], look=look)[0] for look in (1, 3))
    assert three.ci[1] - three.ci[0] > one.ci[1] - one.ci[0]
    assert three.ci95 == one.ci95
    assert three.p_adjusted == pytest.approx(min(1, 4 * one.p_adjusted))


def test_projected_replicates_settle_it():
    weak = request(0.03, seeds=3, run_noise=0.03, items=4000, seed=4)
    (answer,) = compare([weak])
    assert answer.verdict == "undecided"
    assert 3 < answer.needs.seeds <= 200
    e = estimate(weak)
    assert e.projected(answer.needs.seeds, 4000).half_width(0.05) < abs(e.mean)
    assert answer.needs.items is None


def test_what_would_settle_it_is_asked_at_the_level_of_the_look_that_would_tell():
    weak = request(0.03, seeds=3, run_noise=0.03, items=4000, seed=4)
    alone, open_look = compare([weak])[0], compare([weak], look=1)[0]
    assert open_look.needs.seeds > alone.needs.seeds
    (strict,) = judge([row(weak, 1.0, later=0.001)], 0.05)
    assert strict.needs.seeds > open_look.needs.seeds
    e = estimate(weak)
    assert e.projected(strict.needs.seeds, 4000).half_width(0.001) < abs(e.mean)


def test_projected_replicates_know_the_unpaired_term():
    draw = np.random.default_rng(8)
    a, b = (
        0.02 * draw.normal(size=(400, 3, 1)) + 0.3 * draw.normal(size=(400, 3, 500)) for _ in "ab"
    )
    c, d = (
        0.02 * draw.normal(size=(400, 6, 1)) + 0.3 * draw.normal(size=(400, 6, 500)) for _ in "ab"
    )
    guessed = np.sqrt(
        np.mean(
            [
                difference(x, y).projected(6, 500).half_width(0.05) ** 2
                for x, y in zip(a, b, strict=True)
            ]
        )
    )
    found = np.sqrt(
        np.mean([difference(x, y).half_width(0.05) ** 2 for x, y in zip(c, d, strict=True)])
    )
    assert guessed == pytest.approx(found, rel=0.1)
    apart = difference(10 * a[0], b[0])  # runs of the second arm differ by chance per item only
    grown = apart.projected(6, 1000)
    assert grown.arms is not None
    assert apart.arms is not None
    assert grown.arms[0].ms_seed > 1.9 * apart.arms[0].ms_seed
    assert grown.arms[1].ms_inter == apart.arms[1].ms_inter


def test_ranges_of_shares_end_at_one_and_those_of_percentages_do_not():
    g = np.random.default_rng(9)
    few = (g.random((2, 8)) < 0.95).astype(float), (g.random((2, 8)) < 0.4).astype(float)
    (answer,) = compare([Request("a", "b", "m", *few)])
    assert answer.ci[1] == 1.0
    (percent,) = compare(
        [Request("a", "b", "accuracy", 100 * g.random((3, 30)) + 5, 100 * g.random((3, 30)))]
    )
    assert percent.ci[0] < percent.difference < percent.ci[1]
    assert percent.ci[1] > 1


def test_ranges_of_brier_scores_end_at_two_and_those_of_losses_nowhere():
    g = np.random.default_rng(3)
    runs = ([[0.1], [1.6]], [[1.6], [0.1]])
    scores = [np.array(means) + g.uniform(0, 0.2, (2, 40)) for means in runs]
    (brier,) = compare([Request("a", "b", "brier", *scores, higher_is_better=False)])
    assert brier.ci == (-2.0, 2.0)
    (loss,) = compare([Request("a", "b", "log_loss", *scores, higher_is_better=False)])
    assert loss.ci[0] < -2
    assert loss.ci[1] > 2


def test_arms_that_no_seed_changes_are_compared_once_however_often_they_were_run():
    scores = np.tile(np.random.default_rng(10).normal(size=30), (4, 1))
    (answer,) = compare([Request("a", "b", "m", scores + 0.1, scores[::-1], varies_by_seed=False)])
    (one,) = compare([Request("a", "b", "m", scores[:1] + 0.1, scores[:1], varies_by_seed=False)])
    assert answer.ci == one.ci


@pytest.mark.parametrize("unit", [1e-30, 1.0, 1e30])
def test_nothing_depends_on_the_unit(unit):
    one, other = request(0.05), request(0.05)
    scaled = replace(
        one, scores_arm=unit * one.scores_arm, scores_baseline=unit * one.scores_baseline
    )
    (found,), (expected,) = compare([scaled]), compare([other])
    assert found.p == pytest.approx(expected.p)
    assert found.probability_better == pytest.approx(expected.probability_better)


def test_scores_that_are_not_finite_are_named_without_a_warning(recwarn):
    bad = request(0.0)
    bad.scores_arm[1, 3] = np.inf
    with pytest.raises(AlihError) as caught:
        compare([bad])
    assert caught.value.key == "statistics.not_finite"
    assert not recwarn.list


def test_folds_with_items_that_none_has_tested_yet(recwarn):
    g = np.random.default_rng(11)
    fold = np.stack(
        [g.permutation(60) % 5, np.where(np.arange(60) < 30, 5 + g.permutation(60) % 5, -1)]
    )
    fold[:, :6] = -1
    a, b = (np.where(fold >= 0, g.normal(size=fold.shape), np.nan) for _ in "ab")
    (answer,) = compare(
        [Request("a", "b", "m", a, b, folds=Division(fold, 0.25), pseudo_values=True)]
    )
    assert np.isfinite(answer.ci).all()
    assert not recwarn.list


def test_both_are_asked_for_when_neither_alone_would_do():
    g = np.random.default_rng(12)
    base = g.normal(size=100)
    taste, luck = 0.3 * g.normal(size=100), 0.02 * np.array([[-1.0], [0.0], [1.0]])
    runs = [base + side * (taste + luck) + 0.1 * g.normal(size=(3, 100)) for side in (1, -1)]
    weak = Request("a", "b", "score", runs[0] - runs[0].mean() + 0.02, runs[1] - runs[1].mean())
    (answer,) = compare([weak])
    assert answer.verdict == "undecided"
    assert answer.needs.seeds in (5, 10, 20, 50)
    assert answer.needs.items > 100
    e = estimate(weak)
    assert e.projected(answer.needs.seeds, answer.needs.items).half_width(0.05) < 0.02
    assert e.projected(200, 100).half_width(0.05) > 0.02
    assert e.projected(3, 10_000_000).half_width(0.05) > 0.02


def test_items_are_asked_for_when_items_are_the_limit():
    draw = np.random.default_rng(5)
    d = np.tile(draw.normal(0.1, 1, 100), (5, 1)) + 0.001 * draw.normal(size=(5, 100))
    (answer,) = compare([Request("arm", "base", "score", d, np.zeros_like(d))])
    assert answer.verdict == "undecided"
    assert answer.needs.seeds is None
    # paired t: (1.96 + 0.84)² σ² / δ²
    assert answer.needs.items == pytest.approx(
        7.85 * d[0].var(ddof=1) / answer.difference**2, rel=0.1
    )


def test_two_replicates_are_not_kept_while_items_are_asked_for_by_the_hundred_thousand():
    g = np.random.default_rng(0)
    taste = 0.5 * g.normal(size=300)
    a, b = g.normal(size=(2, 2, 300))
    weak = Request(
        "a", "b", "score", a - a.mean(axis=1, keepdims=True) / 2 + taste - taste.mean() + 0.06, b
    )
    (answer,) = compare([weak])
    assert (answer.verdict, answer.needs.seeds) == ("undecided", 5)
    e = estimate(weak)
    assert e.projected(5, answer.needs.items).half_width(0.05) < answer.difference
    assert e.projected(2, 20 * answer.needs.items).half_width(0.05) > answer.difference, (
        "three more runs are cheaper"
    )


def test_nothing_settles_a_difference_of_zero_without_margin():
    d = np.array([[1.0, -1.0] * 50, [-1.0, 1.0] * 50, [1.0, -1.0] * 50])
    (answer,) = compare([Request("arm", "base", "score", d - d.mean(), np.zeros_like(d))])
    assert (answer.verdict, answer.needs) == ("undecided", None)


def test_probability_better_against_its_closed_form():
    a, b = (
        np.array([[0.7, 0.7], [0.8, 0.8], [0.9, 0.9]]),
        np.array([[0.6, 0.6], [0.7, 0.7], [0.8, 0.8]]),
    )
    from scipy import stats

    expected = stats.t.cdf(0.1 / np.sqrt((0.01 + 0.01) * (1 + 1 / 3)), 4)
    assert probability_better(Request("a", "b", "m", a, b)) == pytest.approx(expected)
    assert probability_better(Request("a", "b", "m", a, a)) == pytest.approx(0.5)
    assert probability_better(Request("a", "b", "m", a[:1].repeat(3, 0), a[:1].repeat(3, 0))) == 0.5


def test_folds_use_the_corrected_variance():
    draw = np.random.default_rng(6)
    fold = np.stack([draw.permutation(300) % 5 + 5 * repeat for repeat in range(4)])
    spread = draw.normal(0, 0.05, (2, 20))
    a, b = 0.9 + spread[0][fold], 0.8 + spread[1][fold]
    (answer,) = compare([Request("a", "b", "m", a, b, folds=Division(fold, 0.25))])
    assert (answer.verdict, answer.test, answer.n_seeds, answer.n_items) == (
        "better",
        "corrected-resampled-t",
        20,
        300,
    )
    d = 0.1 + spread[0] - spread[1]
    assert answer.difference == pytest.approx(d.mean())
    assert answer.ci95[1] - answer.difference == pytest.approx(
        2.0930 * d.std(ddof=1) * np.sqrt(1 / 20 + 0.25), rel=1e-4
    )
    assert answer.probability_better > 0.85


def row(asked: Request, weight: float, share: float = 1.0, later: float = 0.01) -> Row:
    """A row at its first look, which spends a share of its level."""
    spending = Spending((share,), (0.0,))
    return Row(asked, estimate(asked), weight, 0.0, spending, lambda part, seeds: later)


def test_rows_at_different_looks_have_levels_of_their_own():
    one = request(0.4)
    first, second = judge([row(one, 0.5), row(one, 0.5, 0.25)], 0.05)
    assert first.p == second.p
    assert (first.p_adjusted, second.p_adjusted) == pytest.approx(
        (min(1, 2 * first.p), min(1, 4 * first.p)), rel=1e-6
    )
    assert second.level == pytest.approx(0.0125)
    (nothing_left,) = judge([row(one, 1.0, 0.0)], 0.05)
    assert (nothing_left.verdict, nothing_left.p_adjusted) == ("undecided", 1.0)


def test_rows_are_judged_alike_in_any_order():
    shifts, weights = (0.0, 0.05, 0.1, 0.3), (0.4, 0.1, 0.4, 0.1)
    rows = [
        row(replace(request(shift, seed=at), metric=f"m{at}"), weight)
        for at, (shift, weight) in enumerate(zip(shifts, weights, strict=True))
    ]
    forth, back = judge(rows, 0.05), judge(rows[::-1], 0.05)
    assert forth == back[::-1]


def test_a_row_without_a_level_that_reaches_so_far_claims_nothing():
    (answer,) = judge([row(request(5.0, items=4000), 1e-7, 1e-7)], 0.05)
    assert answer.verdict == "undecided"


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(AlihError) as caught:
        compare([Request("wide", "narrow", "m", np.zeros((3, 40)), np.zeros((3, 39)))])
    assert caught.value.key == "statistics.shapes_differ"
    assert "'wide'" in str(caught.value)
    assert "(3, 39)" in str(caught.value)
    with pytest.raises(AlihError) as caught:
        compare([Request("a", "b", "m", np.zeros((3, 40)), np.zeros((2, 40)))])
    assert caught.value.key == "statistics.shapes_differ"


def test_a_level_outside_0_1_is_refused():
    with pytest.raises(AlihError) as caught:
        compare([request()], level=5)
    assert caught.value.key == "statistics.bad_level"
    assert "5" in str(caught.value)
