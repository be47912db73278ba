"""Scores without labels: closed forms, and importance weights against a known density ratio."""

from __future__ import annotations

import numpy as np
import pytest

from alih.evaluation.collapse import DROP, collapsed, dropped
from alih.evaluation.unlabelled import (
    MOST_WEIGHT,
    answers_of,
    effective,
    importance_weights,
    weighted_accuracy,
)


def test_information_is_zero_where_all_answers_are_alike():
    alike = answers_of(np.tile([[0.7, 0.2, 0.1]], (50, 1)))
    assert alike.information == pytest.approx(0.0, abs=1e-12)
    assert alike.entropy == pytest.approx(-np.sum([p * np.log(p) for p in (0.7, 0.2, 0.1)]))
    assert alike.votes.tolist() == [1.0, 0.0, 0.0]
    collapsed = answers_of(np.tile([[1.0, 0.0]], (9, 1)))
    assert (collapsed.entropy, collapsed.information) == (0.0, 0.0)


def test_importance_weights_follow_the_density_ratio_of_two_gaussians():
    """Equal covariances: log w is linear, x - 1/2 for means 0 and 1, which logistic regression can
    say."""
    rng = np.random.default_rng(0)
    source, target = rng.normal(0, 1, (4000, 1)), rng.normal(1, 1, (1000, 1))
    found = importance_weights(source, target)
    true = np.exp(source[:, 0] - 0.5)
    assert np.corrcoef(np.log(found), np.log(true))[0, 1] > 0.99
    assert found.mean() == pytest.approx(1.0, abs=0.15)
    # Right left of 1 only: on the source 84 %, on the target 50 %.
    assert weighted_accuracy(source[:, 0] < 1, found) == pytest.approx(0.5, abs=0.06)
    assert effective(found) < 4000


def test_domains_that_are_far_apart_have_bounded_weights_and_few_images_none():
    rng = np.random.default_rng(0)
    weights = importance_weights(rng.normal(0, 1, (60, 100)), rng.normal(9, 1, (60, 100)))
    assert np.isfinite(weights).all()
    assert 0 < weights.min() <= weights.max() <= MOST_WEIGHT
    constant = importance_weights(np.ones((9, 2)), np.ones((8, 2)))
    np.testing.assert_allclose(constant, np.full(9, constant[0]), rtol=0.3)
    assert importance_weights(np.ones((5, 2)), np.ones((50, 2))) is None
    assert importance_weights(np.full((9, 2), np.nan), np.ones((50, 2))) is None


def test_collapsed_answers_are_rejected_and_honest_ones_are_not():
    even = [0.1] * 10
    one = [0.82, *[0.02] * 9]
    assert [r.reason for r in collapsed(one, even, 0.05, 2000)] == ["one-class"]
    assert collapsed(one, even, 1.0, 2000) == [], "unsure answers have a poor score anyway"
    alone = [1.0, *[0.0] * 9]
    reasons = [r.reason for r in collapsed(alone, even, 0.0, 2000)]
    assert reasons == ["one-class", "classes-lost"]
    three_lost = [1 / 7] * 7 + [0.0] * 3
    assert [r.reason for r in collapsed(three_lost, even, 1.0, 2000)] == ["classes-lost"]
    assert collapsed([1 / 9] * 9 + [0.0], even, 0.1, 2000) == []
    assert collapsed([1.0, 0.0], [0.5, 0.5], 0.5, 100)[0].reason == "classes-lost"
    assert collapsed([0.9, 0.1], [0.9, 0.1], 0.01, 100) == [], "as in the source"
    rare = [0.76, 0.12, 0.12]
    assert [r.reason for r in collapsed([1.0, 0.0, 0.0], rare, 0.0, 500)] == ["classes-lost"]
    assert collapsed([0.98, 0.02, 0.0], rare, 0.0, 500) == []
    assert collapsed([1.0, 0.0, 0.0], [0.98, 0.01, 0.01], 0.0, 100) == [], "one image of each"
    many = [1 / 300] * 300
    few_seen = [1 / 200] * 200 + [0.0] * 100
    assert collapsed(few_seen, many, 0.1, 500) == [], "classes of one or two images say nothing"
    assert collapsed(alone, None, 0.0, 2000) == []
    assert dropped(0.90, 0.951)[0].limit == DROP
    assert dropped(0.901, 0.951) == []
