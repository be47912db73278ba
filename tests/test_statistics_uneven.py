"""Arms with unequal numbers of replicates: the variance in closed form, bounds, coverage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from tools.calibration import worlds
from tools.calibration.grid import SMALLEST, slack

from alih.errors import AlihError
from alih.statistics.intervals import difference, interval, uneven_two_way
from alih.statistics.uneven import effective
from alih.statistics.verdicts import Request, compare, estimate


def drawn(few: int = 3, many: int = 8, items: int = 60, tie: float = 0.0):
    a, b = worlds.gaussian(0.5, 0.3, tie).draw(np.random.default_rng(few + many), many, items)
    return a[:few], b


def test_equal_numbers_are_compared_as_ever_bit_for_bit():
    a, b = drawn(5, 5)
    assert difference(a, b, shared=5) == difference(a, b)
    one, other = (compare([Request("a", "b", "m", a, b, shared=n)])[0] for n in (5, None))
    assert one == other


@pytest.mark.parametrize("tie", [0.0, 0.8])
def test_the_formulas_of_unequal_numbers_give_those_of_equal_ones(tie):
    a, b = drawn(5, 5, tie=tie)
    one, other = difference(a, b), uneven_two_way(a, b, 5)
    for name in ("mean", "seeds", "ms_item", "ms_seed", "ms_inter", "df_unpaired"):
        assert getattr(other, name) == pytest.approx(getattr(one, name))
    for level in (0.05, 0.001):
        plain = replace(other, skewness=one.skewness)
        assert plain.half_width(level) == pytest.approx(one.half_width(level))


def test_the_variance_between_runs_is_that_of_both_means():
    a, b = drawn()
    e = uneven_two_way(a, b, 3)
    rows = a.mean(axis=1), b.mean(axis=1)
    welch = stats.ttest_ind(*rows, equal_var=False)
    assert e.mean == pytest.approx(rows[0].mean() - rows[1].mean())
    alone = rows[0].var(ddof=1) / 3 + rows[1].var(ddof=1) / 8
    assert e.ms_unpaired / (e.seeds * e.items) == pytest.approx(alone)
    assert e.df_unpaired == pytest.approx(min(4.0, welch.df))
    pairs = (rows[0] - 3 / 8 * rows[1][:3]).var(ddof=1) / 3
    assert e.ms_seed / (e.seeds * e.items) == pytest.approx(pairs + 5 / 64 * rows[1].var(ddof=1))
    columns = a.mean(axis=0) - b.mean(axis=0)
    assert e.ms_item / e.seeds == pytest.approx(columns.var(ddof=1))


def test_runs_that_no_pair_holds_are_compared_as_independent_ones():
    a, b = drawn(3, 6)
    e = uneven_two_way(a, b[3:], 0)
    assert e.ms_seed == e.ms_unpaired
    t = stats.t.isf(0.025, e.df_unpaired) ** 2
    assert e._seed_term(0.05) == pytest.approx(t * e.ms_unpaired)


def test_each_replicate_of_the_larger_arm_narrows_the_interval_on_average():
    widths = np.zeros(4)
    for seed in range(60):
        a, b = worlds.gaussian(0.5, 0.3).draw(np.random.default_rng(seed), 12, 100)
        counts = (3, 4, 6, 12)
        widths += [difference(a[:3], b[:n], shared=3).half_width(0.05) for n in counts]
    assert (np.diff(widths) < 0).all()


def test_more_replicates_are_projected_up_to_equal_numbers():
    a, b = drawn(tie=0.5)
    e = difference(a, b, shared=3)
    assert e.projected(3, 60).half_width(0.05) == pytest.approx(e.half_width(0.05))
    assert e.projected(5, 60).uneven.counts == (5, 8)
    level = e.projected(20, 60)
    assert (level.seeds, level.uneven.shared) == (20, 20)
    assert level.half_width(0.05) < e.projected(8, 60).half_width(0.05) < e.half_width(0.05)


@pytest.mark.parametrize("together", [1, 5])
def test_groups_and_0_1_scores_keep_their_guards(together):
    same = np.ones((3, 50)), np.ones((8, 50))
    groups = np.arange(50) // together
    request = Request("a", "b", "accuracy", *same, shared=3, groups=groups)
    assert estimate(request).half_width(0.05) > 0
    a, b = worlds.correct(0.1).draw(np.random.default_rng(0), 8, 300)
    plain, grouped = (
        difference(a[:3], b, shared=3, groups=given) for given in (None, np.arange(300) // 10)
    )
    assert grouped.half_width(0.05) >= plain.half_width(0.05)


def test_two_replicates_of_an_arm_are_too_few():
    a, b = drawn(2)
    with pytest.raises(AlihError) as caught:
        estimate(Request("a", "b", "m", a, b, shared=2))
    assert caught.value.key == "statistics.shapes_differ"


def test_the_prior_does_not_speak_for_an_arm_with_a_third_of_the_replicates():
    a, b = drawn(3, 12)
    for count, enters in ((9, True), (10, False)):
        e = difference(a, b[:count], shared=3)
        alone = replace(e, informed=False)
        assert (e.half_width(0.05) < alone.half_width(0.05)) == enters


def test_the_answer_is_around_the_difference_of_all_means():
    a, b = drawn()
    (answer,) = compare([Request("a", "b", "m", a, b, shared=3)])
    assert answer.difference == pytest.approx(a.mean() - b.mean())
    assert answer.difference == pytest.approx(answer.means[0] - answer.means[1])
    assert sum(answer.ci) / 2 == pytest.approx(answer.difference)
    assert (answer.n_seeds, answer.n_each, answer.uneven) == (3, (3, 8), (3, 8))


@pytest.mark.parametrize("counts", [(3, 8), (5, 10)])
@pytest.mark.parametrize("spread", [(0.0, 1.0), (0.5, 0.3), (0.5, 0.3, 0.8), (0.5, 0.3, 0, 0.3)])
def test_the_truth_is_covered(counts, spread):
    found = worlds.uneven(worlds.gaussian(*spread), counts, 60, 150)
    assert found.covered[0] >= SMALLEST - slack(SMALLEST, 150)
    assert effective(*counts) > counts[0]
    if len(spread) == 2:
        assert found.width[0] < 0.97


def test_intervals_of_losses_hold_their_mean():
    a, b = worlds.LOG_LOSSES.draw(np.random.default_rng(1), 8, 200)
    e = difference(a[:3], b, shared=3)
    low, high = interval(e, 0.05)
    assert low < e.mean < high
    assert e.skewness != 0
