"""How much chance moves a difference: against the standard deviations of simulated experiments."""

from __future__ import annotations

import numpy as np
import pytest

from alih.statistics.verdicts import Request
from alih.verdicts.noise import noise_of

SEEDS, ITEMS = 5, 400


def coins(draw, seeds, items):
    """Two arms that are right on 90 % of the items, each run on others."""
    return tuple((draw.random((seeds, items)) < 0.9).astype(float) for _ in range(2))


def networks(draw, seeds, items):
    """Two arms that differ by item, by run, and by run on each item."""
    shared = draw.normal(size=items)
    return tuple(
        shared
        + 0.5 * draw.normal(size=items)
        + 0.03 * draw.normal(size=(seeds, 1))
        + 0.4 * draw.normal(size=(seeds, items))
        for _ in range(2)
    )


def simulated(scores, draw, times=600):
    """Standard deviations of one pair's mean difference: other runs on the same items, and the same
    run on other items.
    """
    a, b = scores(draw, times, ITEMS)
    runs = (a - b).mean(axis=1).std(ddof=1)
    # Items are independent of each other, so sets of them are the parts of one long row.
    a, b = scores(draw, 1, times * ITEMS)
    return runs, (a - b).reshape(times, ITEMS).mean(axis=1).std(ddof=1)


@pytest.mark.parametrize("scores", [coins, networks])
def test_noise_is_what_repeated_experiments_show(scores):
    draw = np.random.default_rng(0)
    told = [
        noise_of(Request("arm", "base", "score", *scores(draw, SEEDS, ITEMS))) for _ in range(200)
    ]
    runs, items = simulated(scores, draw)
    # Variances have the right mean; roots of few runs' variances are smaller on average.
    assert np.mean([one.runs**2 for one in told]) == pytest.approx(runs**2, rel=0.2)
    assert np.mean([one.items**2 for one in told]) == pytest.approx(items**2, rel=0.2)
    assert min(one.runs for one in told) > 0.1 * runs, "independent runs are never without noise"


def test_noise_of_runs_is_the_standard_deviation_of_their_differences():
    a, b = coins(np.random.default_rng(1), SEEDS, ITEMS)
    found = noise_of(Request("arm", "base", "score", a, b))
    assert found.runs == pytest.approx((a - b).mean(axis=1).std(ddof=1))
    assert noise_of(Request("arm", "base", "score", a[:1], b[:1])) is None
