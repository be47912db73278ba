"""Transferability scores against closed forms, brute force, and what must not change them."""

from __future__ import annotations

import numpy as np
import pytest

from alih.errors import AlihError
from alih.inspect.transferability import h_score, leep, linear_probe, logme, nce


def labelled(images=80, features=10, classes=3, distance=1.0, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(images) % classes)
    return rng.normal(size=(classes, features))[labels] * distance + rng.normal(
        size=(images, features)
    ), labels


def evidence_by_brute_force(features, y):
    """The largest ln N(y; 0, I/β + F Fᵀ/α) / N over α and β: the marginal likelihood written out in
    data space."""
    from scipy.optimize import minimize
    from scipy.stats import multivariate_normal

    n = len(y)

    def negative(logs):
        covariance = np.eye(n) * np.exp(-logs[1]) + features @ features.T * np.exp(-logs[0])
        return -multivariate_normal(np.zeros(n), covariance).logpdf(y) / n

    found = [
        minimize(
            negative,
            start,
            method="Nelder-Mead",
            options={"xatol": 1e-6, "fatol": 1e-10, "maxiter": 2000},
        )
        for start in ([0, 0], [3, 3])
    ]
    return -min(result.fun for result in found)


@pytest.mark.parametrize(("images", "features"), [(60, 5), (30, 45)])
def test_logme_is_the_largest_evidence_of_bayesian_linear_regression(images, features):
    x, labels = labelled(images, features, distance=0.5)
    expected = np.mean([evidence_by_brute_force(x, (labels == c).astype(float)) for c in range(3)])
    assert logme(x, labels) == pytest.approx(expected, abs=1e-4)


def test_logme_does_not_change_with_rotations_scale_and_names_of_classes():
    x, labels = labelled()
    rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(10, 10)))[0]
    value = logme(x, labels)
    assert logme(x @ rotation, labels) == pytest.approx(value, abs=1e-6)
    assert logme(x * 3.0, labels) == pytest.approx(value, abs=1e-5)
    assert logme(x, np.array([7, 2, 40])[labels]) == pytest.approx(value, abs=1e-12)
    assert logme(np.column_stack([x, np.zeros((len(x), 3))]), labels) == pytest.approx(
        value, abs=1e-6
    )


@pytest.mark.parametrize("score", [logme, h_score, lambda x, y: linear_probe(x, y).accuracy])
def test_features_that_know_the_labels_score_higher(score):
    values = [score(*labelled(distance=d, seed=2)) for d in (0.0, 0.7, 2.0)]
    assert values == sorted(values)
    assert values[2] > values[0] + 0.1


def test_h_score_is_its_definition():
    x, labels = labelled(120, 6)
    means = np.stack([x[labels == c].mean(axis=0) for c in range(3)])[labels]
    expected = np.trace(
        np.linalg.inv(np.cov(x, rowvar=False, ddof=0)) @ np.cov(means, rowvar=False, ddof=0)
    )
    assert h_score(x, labels, regularised=False) == pytest.approx(expected)
    assert 0 < expected < 2


def test_h_score_does_not_change_with_invertible_maps_and_reaches_classes_minus_one():
    x, labels = labelled(120, 6)
    change = np.random.default_rng(3).normal(size=(6, 6))
    assert h_score(x @ change + 4, labels, regularised=False) == pytest.approx(
        h_score(x, labels, regularised=False)
    )
    assert h_score(np.eye(3)[labels], labels, regularised=False) == pytest.approx(2.0)


def test_the_regularised_h_score_is_its_formula_and_sees_no_signal_in_noise_when_images_are_few():
    from sklearn.covariance import LedoitWolf

    rng = np.random.default_rng(4)
    x, labels = rng.normal(size=(40, 100)), np.arange(40) % 4
    assert h_score(x, labels, regularised=False) == pytest.approx(3.0)  # as if perfect
    found = h_score(x, labels)
    assert found < 1.0
    model = LedoitWolf().fit(x)
    means = np.stack([x[labels == c].mean(axis=0) for c in range(4)])[labels]
    between = np.cov(means, rowvar=False, ddof=0)
    assert found == pytest.approx(
        (1 - model.shrinkage_) * np.trace(np.linalg.inv(model.covariance_) @ between)
    )


def test_leep_by_hand():
    theta = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    labels = np.array([0, 0, 1])
    # P(y, z): y=0: (1.5, 0.5)/3, y=1: (0.2, 0.8)/3; P(z) = (1.7, 1.3)/3
    given = np.array([[1.5 / 1.7, 0.5 / 1.3], [0.2 / 1.7, 0.8 / 1.3]])
    expected = np.mean([np.log(given[y] @ t) for y, t in zip(labels, theta, strict=True)])
    assert leep(theta, labels) == pytest.approx(expected)
    assert leep(np.column_stack([theta, np.zeros(3)]), labels) == pytest.approx(
        expected
    )  # P(z) = 0


def test_nce_by_hand():
    theta = np.eye(3)[[0, 0, 0, 1, 1, 2]]
    labels = np.array([0, 0, 1, 1, 1, 0])
    # z=0 (weight 1/2): labels 0, 0, 1; z=1 and z=2 are pure.
    assert nce(theta, labels) == pytest.approx(
        0.5 * (2 / 3 * np.log(2 / 3) + 1 / 3 * np.log(1 / 3))
    )


def test_leep_and_nce_meet_at_certain_heads_and_at_their_bounds():
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 3, 200)
    z = (labels + (rng.random(200) < 0.3)) % 4
    assert leep(np.eye(4)[z], labels) == pytest.approx(nce(np.eye(4)[z], labels))
    assert leep(np.eye(3)[labels], labels) == pytest.approx(0.0)
    entropy = -sum(share * np.log(share) for share in np.bincount(labels) / 200)
    assert leep(np.full((200, 5), 0.2), labels) == pytest.approx(-entropy)


def test_the_probe_is_cross_validated_and_has_an_interval():
    x, labels = labelled(90, 200, distance=0.0)
    probe = linear_probe(x, labels)
    assert (probe.n, probe.folds) == (90, 5)
    assert (
        probe.ci95[0] < 1 / 3 < probe.ci95[1]
    )  # more features than images, yet no better than chance
    x, labels = labelled(90, 20, distance=4.0)
    clear = linear_probe(x, labels)
    assert clear.accuracy > 0.95
    assert clear.ci95[0] < clear.accuracy < clear.ci95[1] or clear.accuracy == 1.0
    assert linear_probe(x, labels) == clear


def test_bad_inputs_are_told():
    x, labels = labelled()
    for function in (logme, h_score, linear_probe):
        with pytest.raises(AlihError, match=r"Got .* labels for"):
            function(x, labels[:-1])
        with pytest.raises(AlihError, match="fewer than two"):
            function(x, np.zeros(len(x), dtype=int))
    for function in (leep, nce):
        with pytest.raises(AlihError, match="Apply softmax"):
            function(x, labels)
    with pytest.raises(AlihError, match="no class has two"):
        linear_probe(x[:3], np.arange(3))
