"""The level of a family: shared by weights as a closed test would, spent over looks exactly."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from alih.statistics import graph
from alih.statistics.intervals import TwoWay
from alih.statistics.spending import (
    PLANNED,
    UNTIL_DECIDED,
    Plan,
    Spending,
    early_share,
    information,
    open_share,
)
from alih.statistics.spending import tie as tied

EVEN = Spending((0.3, 0.7, 0.9, 1.0), (0.0, 0.8, 0.9, 0.95))


def closed(p, weight, kept, level):
    """Rows that every set of rows which holds them decides, by Bonferroni within the set."""
    rows, decided = range(len(p)), set(range(len(p)))
    for size in range(1, len(p) + 1):
        for chosen in combinations(rows, size):
            left = 1 - sum(weight) + sum(weight[i] for i in chosen)
            left += sum(weight[i] * kept[i] for i in rows if i not in chosen)
            if not any(p[i] <= level * weight[i] / left for i in chosen):
                decided -= set(chosen)
    return decided


@pytest.mark.parametrize(
    ("weight", "kept"),
    [
        ((1 / 3, 1 / 3, 1 / 3), (0, 0, 0)),
        ((0.8, 0.1, 0.1), (0, 0, 0)),
        ((0.4, 0.1, 0.4), (0.5, 0.5, 0.5)),
        ((0.8, 0.2), (0.5, 0)),
    ],
)
def test_the_graph_is_the_closed_test(weight, kept):
    draw = np.random.default_rng(0)
    for _ in range(300):
        p = 10 ** draw.uniform(-3.5, -0.5, len(weight))
        found, parts = graph.adjusted(p, weight, kept, 0.05)
        decided = {row for row, value in enumerate(found) if value <= 0.05}
        assert decided == closed(p, weight, kept, 0.05)
        assert decided == {row for row, part in enumerate(parts) if p[row] <= part}
        assert all(part >= 0.05 * one - 1e-12 for part, one in zip(parts, weight, strict=True))
        for order in permutations(range(len(weight))):
            again, _ = graph.adjusted(
                *([each[i] for i in order] for each in (p, weight, kept)), 0.05
            )
            assert again == pytest.approx([found[i] for i in order])


def test_equal_weights_are_holm():
    # 0.01·3, 0.03·2, then 0.04·1 may not be smaller than the one before
    third, free = [1 / 3] * 3, [0] * 3
    found, parts = graph.adjusted([0.01, 0.04, 0.03], third, free, 0.05)
    assert found == pytest.approx([0.03, 0.06, 0.06])
    assert parts == pytest.approx([0.05 / 3] * 3)
    found, parts = graph.adjusted([0.01, 0.02, 0.03], third, free, 0.05)
    assert found == pytest.approx([0.03, 0.04, 0.04])
    assert parts == pytest.approx([0.05 / 3, 0.05 / 2, 0.05])
    # planned comparisons that have no p yet keep their parts
    assert graph.adjusted([0.01], [0.25], [0], 0.05) == (pytest.approx([0.04]), [0.0125])


def test_weights_share_the_whole_and_the_primary_metric_has_most_of_it():
    for arms, metrics in ((1, ("a",)), (2, ("a", "b")), (7, ("a", "b", "c", "d"))):
        found = graph.weights(metrics, arms)
        assert arms * sum(found.values()) == pytest.approx(1)
        assert found["a"] * arms == pytest.approx(graph.PRIMARY if len(metrics) > 1 else 1)


def test_levels_of_looks_are_those_in_print():
    """Five looks at equal steps that spend as O'Brien and Fleming at 0.025 on either side; the z of
    Lan and DeMets's programme, as in Reboussin et al. (2000)."""
    parts = np.arange(1, 6) / 5
    shares = tuple(2 * 2 * ndtr(ndtri(0.0125) / np.sqrt(parts)) / 0.05)
    ties = (0.0, *np.sqrt(parts[:-1] / parts[1:]))
    found = [Spending(shares[:n], ties[:n]).level(0.05) for n in range(1, 6)]
    assert -ndtri(np.array(found) / 2) == pytest.approx(
        [4.8769, 3.3570, 2.6803, 2.2898, 2.0310], abs=1e-4
    )


def test_looks_spend_what_they_should():
    draw, trials = np.random.default_rng(1), 400_000
    z, spent, claimed = draw.normal(size=trials), 0.0, np.zeros(trials, bool)
    for at, (share, tie) in enumerate(zip(EVEN.shares, EVEN.ties, strict=True)):
        z = tie * z + np.sqrt(1 - tie**2) * draw.normal(size=trials)
        so_far = Spending(EVEN.shares[: at + 1], EVEN.ties[: at + 1])
        new = ~claimed & (2 * ndtr(-np.abs(z)) < so_far.level(0.3))
        assert new.mean() == pytest.approx(0.3 * (share - spent), abs=0.003)
        spent, claimed = share, claimed | new


def test_the_level_of_a_look_grows_with_the_whole_and_whole_is_its_inverse():
    for spending in (EVEN, Spending((0.9, 0.95), (0.0, 0.999)), Spending((0.5, 0.9), (0.0, 0.0))):
        wholes = np.geomspace(1e-6, 1, 25)
        levels = [spending.level(whole) for whole in wholes]
        assert (np.diff(levels) > 0).all()
        assert all(
            spending.last * whole <= level * (1 + 1e-9) and level <= whole
            for whole, level in zip(wholes, levels, strict=True)
        )
        for whole, level in zip(wholes[:-1:4], levels[:-1:4], strict=True):
            assert spending.whole(level) == pytest.approx(whole, rel=1e-6)
        assert spending.whole(1.0) == 1.0


def test_looks_that_are_not_tied_pay_for_themselves():
    assert Spending((0.5, 0.9), (0.0, 0.0)).level(0.05) == pytest.approx(0.4 * 0.05)
    # later looks know nothing of those before the break but what these spent
    after = Spending((0.5, 0.7, 0.9), (0.0, 0.0, 0.8)).level(0.05)
    assert after == pytest.approx(Spending((0.2, 0.4), (0.0, 0.8)).level(0.05))
    assert 0.2 * 0.05 < after < 0.4 * 0.05
    assert Spending((0.9, 0.9), (0.0, 0.8)).level(0.05) == 0.0


def test_a_plan_spends_little_before_its_number_and_keeps_something_for_after():
    plan, spent = Plan(5), [0.0]
    for seen in (2, 3, 4, 5, 6, 10):
        spent.append(plan.share(0.05, seen, spent[-1], 0.5))
    before, at, after = spent[1:4], spent[4], spent[5:]
    assert before == pytest.approx([early_share(0.05, seen / 5) for seen in (2, 3, 4)])
    assert before[0] < 0.05
    assert early_share(0.05, 1.0) == pytest.approx(at)
    assert at == PLANNED
    assert after == pytest.approx([0.95, 0.975])
    # nearly all of it at the planned number, also for those who looked before
    looks = Spending((before[1], at), (0.0, 0.6**0.5))
    assert looks.level(0.05) > 0.9 * PLANNED * 0.05


def test_until_decided_in_proportion_to_information():
    plan = Plan(10, until_decided=True)
    assert plan.share(0.05, 3, 0.0, 0.6) == pytest.approx(0.6 * UNTIL_DECIDED)
    assert plan.share(0.05, 4, 0.7, 0.6) == 0.7, "what is spent is spent"
    assert plan.share(0.05, 10, 0.7, 0.99) == UNTIL_DECIDED
    assert sum(open_share(look) for look in range(1, 60)) == pytest.approx(1)


def test_replicates_that_share_their_items_tell_more_than_their_number():
    shared = TwoWay(0.1, 4, 100, ms_item=4 * 3 + 1.0, ms_seed=100 * 0.02 + 1.0, ms_inter=1.0)
    assert shared.variances == pytest.approx((0.02, 3.0, 1.0))
    # item / N + (run + inter / N) / S = 0.03 + 0.03 / S
    assert information(shared, 2, 10) == pytest.approx(0.033 / 0.045)
    assert tied(shared, 2, 4) == pytest.approx((0.0375 / 0.045) ** 0.5)
    assert information(shared, 12, 10) == 1.0


def test_where_earlier_looks_spend_next_to_nothing_p_is_that_of_the_last():
    early = Spending((early_share(0.05, 0.04), early_share(0.05, 0.2)), (0.0, 0.8))
    for p in np.geomspace(1e-6, 5e-4, 20):
        assert early.whole(p) == pytest.approx(min(1.0, p / early.last), rel=0.01)
