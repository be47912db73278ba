"""Items in groups: the cluster-robust term against closed forms and statsmodels' formula, coverage,
and verdicts.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tools.calibration import groups as worlds
from tools.calibration.grid import slack

from alih.statistics.groups import degrees_of_freedom, group_term
from alih.statistics.intervals import Division, TwoWay, difference, folds, two_way
from alih.statistics.single import summarise
from alih.statistics.verdicts import Request, compare, needs
from alih.verdicts.arm_runs import ArmRuns


def drawn(count=12, size=5, seeds=4, shift=0.0, spread=1.0):
    g = np.random.default_rng(3)
    group = np.repeat(np.arange(count), size)
    d = spread * g.normal(size=count)[group] + g.normal(size=(seeds, group.size)) + shift
    return d, np.zeros_like(d), group


def test_groups_of_one_item_change_nothing():
    a, b, _ = drawn()
    assert difference(a, b, groups=np.arange(60)) == difference(a, b)


def test_equal_groups_give_the_t_interval_over_group_means():
    a, _, group = drawn(seeds=1)
    means = a.reshape(12, 5).mean(axis=1)
    term = group_term(a, group)
    assert term is not None
    assert term.df == pytest.approx(11)
    assert term.ms_item / a.size == pytest.approx(means.var(ddof=1) / 12)


def test_the_variance_is_cr2_as_written_out():
    """The item variance by matrices: (I − H)^(−1/2) of each group's residuals, as for a
    regression on a constant.
    """
    g = np.random.default_rng(0)
    sizes = np.array([1, 2, 7, 4, 9, 3])
    group = np.repeat(np.arange(6), sizes)
    y = g.normal(size=group.size) + group
    n = y.size
    residual, total = y - y.mean(), 0.0
    for k, size in enumerate(sizes):
        values, vectors = np.linalg.eigh(np.eye(size) - np.ones((size, size)) / n)
        adjusted = vectors @ np.diag(values**-0.5) @ vectors.T @ residual[group == k]
        total += adjusted.sum() ** 2
    term = group_term(y[None], group)
    assert term is not None
    assert term.ms_item / n == pytest.approx(total / n**2)


def test_degrees_of_freedom_are_bell_and_mccaffreys():
    sizes = np.array([1, 2, 7, 4, 9, 3])
    share = sizes / sizes.sum()
    leave = np.eye(6) - np.outer(share, np.ones(6))  # sums less their share of the total
    form = leave.T @ np.diag(1 / (1 - share)) @ leave @ np.diag(sizes**2.0)
    expected = np.trace(form) ** 2 / np.trace(form @ form)
    assert degrees_of_freedom(sizes) == pytest.approx(expected)
    assert degrees_of_freedom(np.full(8, 3)) == pytest.approx(7)
    assert degrees_of_freedom(np.array([1000, 1, 1, 1, 1])) == pytest.approx(1, abs=0.05)


def test_the_interaction_of_runs_and_groups_is_clustered():
    """Runs that move whole groups: what is left is as for group means, times the group's size."""
    g = np.random.default_rng(1)
    moved = g.normal(size=(5, 9))
    e = two_way(np.repeat(moved, 4, axis=1), groups=np.repeat(np.arange(9), 4))
    means = two_way(moved)
    assert e.groups is not None
    assert e.groups.ms_inter == pytest.approx(4 * means.ms_inter)
    assert e.groups.ms_item == pytest.approx(4 * means.ms_item)


def test_groups_never_narrow():
    a, b, group = drawn(spread=0.0)
    for of in (group, np.arange(60) % 7, np.arange(60) // 20):
        assert difference(a, b, groups=of).half_width(0.05) >= difference(a, b).half_width(0.05)


@pytest.mark.parametrize(
    ("world", "shape"),
    [
        (worlds.WORLDS[0], (10, 5, "10", 0.9)),
        (worlds.WORLDS[0], (3, 30, "3", 0.6)),
        (worlds.WORLDS[1], (10, 10, "30", 0.9)),
        (worlds.WORLDS[2], (5, 10, "1 to 60", 0.6)),
    ],
    ids=lambda value: (
        value.name if isinstance(value, worlds.Grouped) else "-".join(map(str, value))
    ),
)
def test_intervals_cover_where_items_come_in_groups(world, shape):
    trials = 200
    told = worlds.coverage(world, *shape, trials)[1]
    assert told >= worlds.SMALLEST - slack(worlds.SMALLEST, trials)


def test_untold_groups_are_not_covered():
    untold, _ = worlds.coverage(worlds.WORLDS[0], 10, 10, "30", 0.9, 100)
    assert untold < 0.8


def test_few_groups_give_no_verdict():
    a, b, _ = drawn(shift=9.0)
    answer = compare([Request("a", "b", "m", a, b, groups=np.arange(60) // 15)])[0]
    assert (answer.verdict, answer.n_groups) == ("undecided", 4)
    assert answer.needs is not None
    assert (answer.needs.items, answer.needs.groups) == (None, 5)
    answer = compare([Request("a", "b", "m", a, b, groups=np.arange(60) // 12)])[0]
    assert (answer.verdict, answer.n_groups) == ("better", 5)


def test_more_groups_settle_it():
    a, b, group = drawn(count=10, size=20, seeds=6, shift=0.4)
    request = Request("a", "b", "m", a, b, groups=group)
    e = difference(a, b, groups=group)
    settled = needs(request, e, lambda seeds: 0.05)
    assert settled is not None
    assert settled.items is not None
    assert settled.groups is not None
    assert settled.groups == -(-settled.items // 20) > 10
    alone = needs(replace(request, groups=None), difference(a, b), lambda seeds: 0.05)
    assert alone is None or alone.items is None or alone.items < settled.items


def test_projection_to_what_there_is_changes_nothing():
    a, b, group = drawn()
    e = difference(a, b, groups=group)
    same = e.projected(e.seeds, e.items)
    assert isinstance(same, TwoWay)
    assert same.half_width(0.05) == pytest.approx(e.half_width(0.05))
    assert e.projected(e.seeds, 4 * e.items).half_width(0.05) < e.half_width(0.05)


def test_single_arms_and_folds_know_groups():
    g = np.random.default_rng(2)
    right = (np.repeat(g.random(12), 10) > 0.3).astype(float)
    for scores in (right[None], np.stack([right] * 3)):
        alone, grouped = (summarise(scores, groups=x) for x in (None, np.arange(120) // 10))
        assert grouped.ci95[1] - grouped.ci95[0] > 1.5 * (alone.ci95[1] - alone.ci95[0])
    division = Division((np.arange(120) // 24)[None], 0.25)
    plain = folds(right[None], division=division, scale=1.0)
    told = folds(right[None], division=division, scale=1.0, groups=np.arange(120) // 10)
    assert told.half_width(0.05) >= plain.half_width(0.05)
    assert told.groups is not None
    assert told.groups.count == 12


def test_runs_know_the_groups_of_their_items():
    items = {"item": np.array([4, 7, 9])}
    runs = ArmRuns("a", {}, {0: items, 1: items}, groups={4: "p", 7: "q", 9: "p", 1: "r"})
    found = runs.together([0, 1])
    assert found is not None
    assert found.tolist() == [0, 1, 0]
    assert replace(runs, groups={4: "p", 7: "q", 9: "r"}).together([0]) is None
    assert replace(runs, groups={}).together([0]) is None


def test_few_groups_in_folds_ask_for_groups():
    a, b, group = drawn(count=4, size=10, seeds=1, shift=2.0)
    request = Request("a", "b", "brier", a, b, folds=Division(group[None] % 4, 1 / 3), groups=group)
    (found,) = compare([request])
    assert found.verdict == "undecided"
    assert found.needs is not None
    assert found.needs.groups == 5
