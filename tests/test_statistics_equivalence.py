"""Numbers of images at which two learning curves are equal: closed forms, drawn curves, and when
nothing must be said."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alih.statistics.equivalence import Equal, Point, equal_number

LEVELS = (10, 30, 100, 300, 1000)


def line(values, half=0.0, levels=LEVELS) -> list[Point]:
    return [
        Point(n, value, value - half, value + half)
        for n, value in zip(levels, values, strict=False)
    ]


def exact(n: int, value: float) -> Point:
    return Point(n, value, value, value)


def test_a_line_over_the_logarithm_is_inverted_exactly():
    curve = line([0.1 * math.log(n) for n in LEVELS])
    for wanted in (17.0, 30.0, 99.0, 400.0, 999.0):
        found = equal_number(curve, exact(11, 0.1 * math.log(wanted)))
        assert found.at == pytest.approx(wanted)
        assert (found.low, found.high) == (pytest.approx(max(wanted, 11)), pytest.approx(wanted))


def test_lower_is_better_mirrors():
    up = line([0.1, 0.2, 0.35, 0.5, 0.6], half=0.04)
    down = [Point(p.n, -p.mean, -p.high, -p.low) for p in up]
    goal = Point(30, 0.4, 0.37, 0.43)
    first = equal_number(up, goal)
    second = equal_number(down, Point(30, -0.4, -0.43, -0.37), higher_is_better=False)
    assert first == second
    assert equal_number(down, Point(30, -0.4, -0.43, -0.37)) is None


def test_the_order_of_levels_does_not_matter():
    curve = line([0.1, 0.2, 0.35, 0.5, 0.6])
    assert equal_number(curve[::-1], exact(10, 0.4)) == equal_number(curve, exact(10, 0.4))


def test_the_range_contains_the_number_and_grows_with_the_intervals():
    draw = np.random.default_rng(0)
    for _ in range(200):
        values = np.sort(draw.uniform(0, 1, len(LEVELS)))
        goal = draw.uniform(values[0], values[-1])
        n = 10
        widths = []
        for half in (0.0, 0.02, 0.05):
            found = equal_number(line(values, half), Point(n, goal, goal - half, goal + half))
            if found is None:
                continue
            assert found.at is not None
            assert found.low <= found.at * (1 + 1e-9)
            assert found.high is None or found.high >= found.at * (1 - 1e-9)
            widths.append((found.high or math.inf) - found.low)
        assert widths == sorted(widths)


def test_beyond_the_largest_number_only_when_its_interval_lies_below():
    curve = line([0.1, 0.2, 0.3, 0.4, 0.5], half=0.05)
    assert equal_number(curve, exact(30, 0.6)) == Equal(30, None, None, None, 1000)
    assert equal_number(curve, exact(30, 0.54)) is None, "the last interval still holds the score"


def test_an_upper_end_beyond_what_was_measured_is_left_open():
    found = equal_number(line([0.1, 0.2, 0.3, 0.4, 0.5], half=0.05), Point(30, 0.47, 0.45, 0.49))
    assert found.at == pytest.approx(math.exp(math.log(300) + 0.7 * math.log(1000 / 300)))
    assert found.high is None
    assert found.low == pytest.approx(300)


@pytest.mark.parametrize(
    ("curve", "goal", "why"),
    [
        ([], exact(30, 0.5), "no curve"),
        (line([0.3], levels=(10,)), exact(10, 0.5), "one level"),
        (line([0.5, 0.6, 0.7]), exact(5, 0.4), "better already at the smallest level"),
        (
            line([0.1, 0.3, 0.6]),
            exact(100, 0.9),
            "better with the largest number: that is the verdict itself",
        ),
        (line([0.1, 0.3, 0.6]), exact(50, 0.3), "as good with as many: the arm is not ahead"),
        (line([0.1, 0.5, 0.4, 0.6]), exact(10, 0.45), "crosses, falls back, crosses again"),
        (line([0.1, 0.5, 0.4, 0.4]), exact(10, 0.45), "crosses and falls back"),
        (
            line([0.2, 0.25, 0.3], half=0.3),
            Point(10, 0.26, 0.0, 0.6),
            "the intervals allow any number",
        ),
        (line([0.1, math.nan, 0.6]), exact(10, 0.5), "a level without a score"),
        ([*line([0.1, 0.6], levels=(10, 10))], exact(5, 0.5), "one number twice"),
    ],
)
def test_nothing_is_said_where_the_curves_do_not_allow_it(curve, goal, why):
    assert equal_number(curve, goal) is None, why


def test_noise_rarely_makes_a_claim_about_equal_arms():
    """Two arms with one true curve: the range must hold the number that is true, which is the arm's
    own."""
    draw = np.random.default_rng(1)
    said = wrong = 0
    for _ in range(400):
        truth = 0.1 * np.log(LEVELS)
        sd = 0.01
        noisy = [
            Point(n, v, v - 2 * sd, v + 2 * sd)
            for n, v in zip(LEVELS, truth + draw.normal(0, sd, 5), strict=True)
        ]
        own = truth[1] + draw.normal(0, sd)
        found = equal_number(noisy, Point(30, own, own - 2 * sd, own + 2 * sd))
        if found is not None:
            said += 1
            wrong += found.low > 30 * 1.0001
    assert said
    assert wrong <= 0.05 * said
