"""Measured shift against definitions and under no shift; the chapter's three conditions."""

from __future__ import annotations

import numpy as np
import pytest

from alih.errors import AlihError
from alih.inspect.conditions import Domain, conditions
from alih.inspect.shift import Mmd, mmd, proxy_a_distance
from alih.statistics.a_distance import ADistance
from alih.words import set_language


def domains(shift, n=80, m=60, width=6, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, width)), rng.normal(size=(m, width)) + shift


def test_a_distance_runs_from_0_to_2():
    none, some, all_ = (proxy_a_distance(*domains(shift, 200, 200)) for shift in (0.0, 0.5, 20.0))
    assert none.ci95[0] == 0.0
    assert none.distance < 0.4
    assert none.distance < some.distance < 2
    assert some.ci95[0] < some.distance < some.ci95[1]
    assert all_.distance == 2.0
    assert all_.ci95[0] < 2.0
    assert all_.error == 0.0


def test_the_interval_leaves_0_rarely_where_there_is_no_shift():
    found = [proxy_a_distance(*domains(0.0, 40, 40, seed=seed)).ci95[0] > 0 for seed in range(40)]
    assert sum(found) <= 4  # binomial(40, 0.025): more in 1 of 200 runs


def test_domains_are_balanced_and_the_draw_is_addressed():
    source, target = domains(0.3, 300, 50)
    found = proxy_a_distance(source, target)
    assert found.n == 100
    assert found == proxy_a_distance(source, target)
    assert found.error > 0.2  # always saying "source" would err on 1 of 7


def test_mmd_is_its_definition():
    source, target = domains(0.4, 20, 15)
    joined = np.concatenate([source, target])
    pairs = [
        ((a - b) ** 2).sum() for i, a in enumerate(joined) for j, b in enumerate(joined) if i != j
    ]

    def k(a, b):
        return np.exp(-((a - b) ** 2).sum() / (2 * 0.5 * np.mean(pairs)))

    ss = np.mean([k(a, b) for i, a in enumerate(source) for j, b in enumerate(source) if i != j])
    tt = np.mean([k(a, b) for i, a in enumerate(target) for j, b in enumerate(target) if i != j])
    st = np.mean([k(a, b) for a in source for b in target])
    found = mmd(source, target, bandwidths=[0.5], permutations=10)
    assert found.mmd2 == pytest.approx(ss + tt - 2 * st)
    assert found.by_bandwidth == ((0.5, found.mmd2, found.p),)


def test_permuted_values_are_those_of_permuted_domains():
    from alih.seeding import numpy_generator

    source, target = domains(0.0, 20, 15)
    joined = np.concatenate([source, target])
    generator = numpy_generator(3, 0, "mmd-permutations")
    values = [mmd(source, target, permutations=2, seed=3).mmd2]
    for _ in range(19):
        first = generator.permutation(35)[:20]
        values.append(mmd(joined[first], np.delete(joined, first, axis=0), permutations=2).mmd2)
    found = mmd(source, target, permutations=19, seed=3)
    assert found.p == pytest.approx(np.mean(np.array(values) >= values[0] - 1e-12))


def test_mmd_finds_a_shift_and_keeps_its_level_without_one():
    assert mmd(*domains(1.0), permutations=200).p == pytest.approx(1 / 201)
    p = [mmd(*domains(0.0, 30, 30, seed=seed), permutations=99).p for seed in range(60)]
    assert sum(value <= 0.1 for value in p) <= 13  # binomial(60, 0.1): more in 1 of 200 runs
    assert np.mean(p) == pytest.approx(0.5, abs=0.12)


def test_mmd_sees_a_change_that_no_linear_classifier_sees():
    rng = np.random.default_rng(1)
    source, target = rng.normal(size=(200, 3)), 3 * rng.normal(size=(200, 3))
    assert proxy_a_distance(source, target).ci95[0] < 0.3
    assert mmd(source, target, permutations=100).p < 0.02


def test_shift_needs_enough_comparable_features():
    with pytest.raises(AlihError, match="4 features"):
        mmd(np.zeros((20, 4)), np.zeros((20, 5)))
    with pytest.raises(AlihError, match="source domain has 9"):
        proxy_a_distance(np.zeros((9, 4)), np.zeros((20, 4)))


GOATS = Domain("goats", 3, 160, ("boer", "etawa"))
CLOSE = Mmd(0.0, 0.6, (-0.1, 0.1), (), 100, 100)
FAR = Mmd(0.2, 0.002, (-0.1, 0.1), (), 100, 100)


@pytest.mark.parametrize(
    ("target", "measured", "expected"),
    [
        # feature space differs, label space differs, distribution differs, method
        (Domain("cows", 3, 160, ("bali", "madura")), FAR, (False, True, True, "fine-tuning")),
        (
            Domain("cows", 3, 160, ("bali", "madura"), labelled=0.0),
            FAR,
            (False, True, True, "label-first"),
        ),
        (
            Domain("more", 3, 160, ("boer", "bali"), labelled=0.0),
            FAR,
            (False, True, True, "direct"),
        ),
        (Domain("sketches", 3, 160, ("Boer", "etawa")), FAR, (False, False, True, "sda")),
        (
            Domain("sketches", 3, 160, ("boer", "etawa"), labelled=0.1),
            FAR,
            (False, False, True, "ssda"),
        ),
        (
            Domain("sketches", 3, 160, ("boer", "etawa"), labelled=0.0),
            FAR,
            (False, False, True, "uda"),
        ),
        (
            Domain("gray", 1, 160, ("boer", "etawa"), labelled=0.0),
            CLOSE,
            (True, False, False, "uda"),
        ),
        (Domain("same", 3, 160, ("etawa", "boer")), CLOSE, (False, False, False, "train-together")),
        (
            Domain("same", 3, 160, ("etawa", "boer"), labelled=0.1),
            CLOSE,
            (False, False, False, "train-together"),
        ),
        (
            Domain("same", 3, 160, ("etawa", "boer"), labelled=0.0),
            CLOSE,
            (False, False, False, "direct"),
        ),
        (Domain("unnamed", 3, 160, ()), FAR, (False, None, True, "fine-tuning")),
        (Domain("same", 3, 160, ("etawa", "boer")), None, (False, False, None, "sda")),
        (Domain("unnamed", 3, None, (), labelled=0.0), CLOSE, (True, None, False, "uda")),
    ],
)
@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_three_conditions_and_what_they_call_for(target, measured, expected, lang):
    found = conditions(GOATS, target, mmd=measured)
    assert (
        found.feature_space_differs,
        found.label_space_differs,
        found.distribution_differs,
        found.method,
    ) == expected
    set_language(lang)
    sentences = [str(sentence) for sentence in found.sentences]
    assert [sentence[:2] for sentence in sentences[:3]] == ["1.", "2.", "3."]
    assert not [
        sentence
        for sentence in sentences
        if "{" in sentence or "Phrase" in sentence or "_Number" in sentence
    ]
    if measured is FAR:
        assert ("0,2000" if lang == "id" else "0.2000") in sentences[2]


def test_advice_claims_nothing_about_labels_and_classes_that_is_not_so():
    unlabelled = conditions(
        GOATS, Domain("same", 3, 160, ("etawa", "boer"), labelled=0.0), mmd=CLOSE
    )
    assert "a model of 'goats' can be used on it as it is" in str(unlabelled.sentences[-1])
    unknown = conditions(GOATS, Domain("unnamed", 3, 160, ()), mmd=FAR)
    assert "is not known" in str(unknown.sentences[-1])
    assert "The classes differ" not in str(unknown.sentences[-1])


def test_the_distance_decides_where_no_permutation_test_was_made():
    same = Domain("same", 3, 160, ("boer", "etawa"))
    assert (
        conditions(GOATS, same, distance=ADistance(0.1, (0.0, 0.5), 0.47, 200)).distribution_differs
        is False
    )
    found = conditions(GOATS, same, distance=ADistance(0.8, (0.5, 1.1), 0.3, 200))
    assert found.distribution_differs is True
    assert "0.80 of 2, 95 % interval 0.50 to 1.10, n = 200" in str(found.sentences[2])
