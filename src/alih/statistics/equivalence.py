"""How many training images one arm needs to equal another: reading learning curves over the number
of images.

A curve holds one arm's score at several numbers of training images. Scores follow the logarithm of
that number far more closely than the number itself (Hestness et al. 2017, Deep Learning Scaling is
Predictable, Empirically), so that numbers between two levels are interpolated on the logarithm.
Nothing is extrapolated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Point:
    """A score at `n` training images with the ends of its interval."""

    n: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Equal:
    """At which number of images a curve equals a score reached with `n`.

    `at` is None when it lies beyond the `largest` measured number. `low` and `high` are what the
    intervals of both allow; `high` is None when that, too, lies beyond.
    """

    n: int
    at: float | None
    low: float | None
    high: float | None
    largest: int


def equal_number(
    curve: Sequence[Point], reached: Point, higher_is_better: bool = True
) -> Equal | None:
    """The number of images at which `curve` equals the score that a better arm `reached` with
    fewer; None where none can be told.

    None can be told with fewer than two levels, or where the better arm had as many as the largest;
    when the curve is as good already at its smallest level or at `reached.n`; when it crosses the
    score more than once; when both ends of the range that the intervals allow lie outside what was
    measured; and when the curve stays below the score but its last interval still contains it.

    >>> curve = [Point(10, 0.2, 0.2, 0.2), Point(100, 0.4, 0.4, 0.4), Point(1000, 0.6, 0.6, 0.6)]
    >>> round(equal_number(curve, Point(30, 0.5, 0.5, 0.5)).at)
    316
    """
    points = sorted(
        (point if higher_is_better else _turned(point) for point in curve),
        key=lambda point: point.n,
    )
    goal = reached if higher_is_better else _turned(reached)
    numbers = [point.n for point in points]
    values = [value for point in (*points, goal) for value in (point.mean, point.low, point.high)]
    if (
        len(points) < 2
        or reached.n >= numbers[-1]
        or len(set(numbers)) < len(numbers)
        or not all(map(math.isfinite, values))
    ):
        return None
    means = [point.mean for point in points]
    if means[0] >= goal.mean or any(a >= goal.mean > b for a, b in pairwise(means)):
        return None
    largest = numbers[-1]
    if means[-1] < goal.mean:
        return Equal(reached.n, None, None, None, largest) if points[-1].high < goal.mean else None
    at = _first(numbers, means, goal.mean)
    if at is None or at <= reached.n:
        return None
    early, late = (
        _first(numbers, [point.high for point in points], goal.low),
        _last(numbers, [p.low for p in points], goal.high),
    )
    if early is None and late is None:
        return None
    return Equal(reached.n, at, max(early or 0.0, float(reached.n)), late, largest)


def _turned(point: Point) -> Point:
    return Point(point.n, -point.mean, -point.high, -point.low)


def _first(numbers: Sequence[int], values: Sequence[float], goal: float) -> float | None:
    """Where values first come up to the goal; None when they are there at once or never come
    there.
    """
    index = next((i for i, value in enumerate(values) if value >= goal), 0)
    return _between(numbers, values, index - 1, goal) if index else None


def _last(numbers: Sequence[int], values: Sequence[float], goal: float) -> float | None:
    """From where on values stay at the goal or above; None when the last one is below, or none
    is.
    """
    below = [i for i, value in enumerate(values) if value < goal]
    return (
        _between(numbers, values, below[-1], goal)
        if below and below[-1] < len(values) - 1
        else None
    )


def _between(numbers: Sequence[int], values: Sequence[float], left: int, goal: float) -> float:
    """The number between two levels at which a line over log(number) takes the value `goal`."""
    share = (goal - values[left]) / (values[left + 1] - values[left])
    start, stop = math.log(numbers[left]), math.log(numbers[left + 1])
    return math.exp(start + share * (stop - start))
