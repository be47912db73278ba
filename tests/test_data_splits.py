"""Splits, folds, subsets and normalisation constants: properties over drawn label vectors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alih.data.normalise import constants
from alih.data.splits import split, subset
from alih.errors import AlihError
from alih.seeding import numpy_generator
from alih.study.document.split import Holdout, RepeatedKFold

label_vectors = st.lists(st.integers(0, 4), min_size=30, max_size=150).map(np.array)
seeds = st.integers(0, 2**40)
fractions = st.floats(0.05, 0.5)
quick = settings(max_examples=60, deadline=None)


def partition(parts, items):
    joined = np.concatenate(parts)
    assert len(np.unique(joined)) == len(joined)
    assert np.array_equal(np.sort(joined), items)


def same(a, b):
    return all(
        np.array_equal(x, y)
        for x, y in ((a.train, b.train), (a.validation, b.validation), (a.test, b.test))
    )


@quick
@given(label_vectors, seeds, st.integers(0, 20), fractions, st.integers(1, 10))
def test_holdout_with_an_official_test(labels, seed, replicate, fraction, official):
    made = split(labels, official, Holdout(validation=fraction), seed, replicate)
    n = len(labels) - official
    partition((made.train, made.validation), np.arange(n))
    assert made.test.tolist() == list(range(n, len(labels)))
    assert made.train.dtype == made.validation.dtype == made.test.dtype == np.int64
    counts = np.bincount(labels[:n], minlength=5)
    taken = np.bincount(labels[made.validation], minlength=5)
    assert set(labels[made.train]) == set(labels[:n])  # no class is lost from training
    assert np.all(
        np.abs(taken - counts * fraction) <= 1.5
    )  # one for the remainder, half for the rounded total
    assert same(made, split(labels, official, Holdout(validation=fraction), seed, replicate))


@quick
@given(label_vectors, seeds, fractions, fractions)
def test_without_an_official_test_the_test_part_belongs_to_the_study(
    labels, seed, fraction, validation
):
    spec = Holdout(test=fraction, validation=validation)
    first, second = split(labels, 0, spec, seed, 0), split(labels, 0, spec, seed, 1)
    partition((first.train, first.validation, first.test), np.arange(len(labels)))
    assert np.array_equal(first.test, second.test)
    assert abs(len(first.test) - fraction * len(labels)) <= 1 + 5 * (np.bincount(labels).min() < 3)


def test_replicates_and_studies_differ():
    labels = np.arange(1000) % 10
    spec = Holdout()
    made = [
        split(labels, 100, spec, seed, replicate) for seed in range(2) for replicate in range(3)
    ]
    assert len({each.validation.tobytes() for each in made}) == 6
    assert len(split(labels, 0, spec, 0, 0).test) == 200
    assert not np.array_equal(split(labels, 0, spec, 0, 0).test, split(labels, 0, spec, 1, 0).test)
    assert np.bincount(labels[made[0].validation]).tolist() == [9] * 10


def test_the_draw_is_pinned():
    # A change of this would silently re-draw the splits of every stored study.
    made = split(np.arange(40) % 4, 0, Holdout(), 7, 3)
    assert made.test.tolist() == [3, 10, 17, 21, 23, 24, 28, 30]
    assert made.validation.tolist() == [8, 37, 38]
    assert subset(made.train, np.arange(40) % 4, 5, 7, 3).tolist() == [7, 33, 34, 36, 39]


@pytest.mark.parametrize("official", [0, 30])
def test_the_papers_protocol(official):
    labels = np.arange(200) % 4
    made = split(labels, official, Holdout(), 0, 2, protocol="paper")
    assert np.array_equal(made.validation, made.test)
    partition((made.train, made.test), np.arange(200))
    assert len(made.test) == (official or 40)


@quick
@given(label_vectors, seeds, st.integers(2, 6), st.integers(0, 8))
def test_repeated_folds(labels, seed, folds, official):
    spec = RepeatedKFold(scheme="repeated-kfold", folds=folds, repeats=2)
    made = [split(labels, official, spec, seed, replicate) for replicate in range(2 * folds)]
    items = np.arange(len(labels) - official)
    counts = np.bincount(labels[items], minlength=5)
    for repeat in (made[:folds], made[folds:]):
        partition([each.test for each in repeat], items)
        for each in repeat:
            partition((each.train, each.validation, each.test), items)
            share = np.bincount(labels[each.test], minlength=5)
            assert np.all(np.abs(share - counts / folds) < 1)
            assert abs(len(each.test) - len(items) / folds) < 1
            assert set(labels[each.train]) >= set(np.flatnonzero(counts >= 3 * folds))
    assert any(
        not np.array_equal(a.test, b.test) for a, b in zip(made[:folds], made[folds:], strict=True)
    )


def test_a_replicate_beyond_the_repeats():
    spec = RepeatedKFold(scheme="repeated-kfold", folds=5, repeats=2)
    with pytest.raises(AlihError) as raised:
        split(np.arange(100) % 2, 0, spec, 0, 10)
    assert raised.value.key == "data.split_folds"
    assert "Seed 10 is beyond the 5 folds × 2 repeats" in str(raised.value)
    assert "at most 10" in str(raised.value)


@pytest.mark.parametrize(("official", "part"), [(0, "validation"), (2, "train"), (1, "validation")])
def test_too_few_items(official, part):
    with pytest.raises(AlihError) as raised:
        split(np.array([0, 1]), official, Holdout(), 0, 0)
    assert raised.value.key == "data.split_too_few"
    assert (
        f"2 items cannot be divided into training, validation and test parts: the part `{part}`"
        in str(raised.value)
    )


@quick
@given(label_vectors, seeds, st.integers(0, 5), st.data())
def test_subsets_are_nested_stratified_and_complete(labels, seed, replicate, data):
    indices = np.flatnonzero(np.random.default_rng(seed).random(len(labels)) < 0.8)
    if not len(indices):
        return
    small = data.draw(st.integers(1, len(indices)))
    large = data.draw(st.integers(small, len(indices)))
    few, many = (subset(indices, labels, count, seed, replicate) for count in (small, large))
    assert (len(few), len(many)) == (small, large)
    assert set(few) <= set(many) <= set(indices)
    classes, counts = np.unique(labels[indices], return_counts=True)
    assert len(set(labels[few])) == min(small, len(classes))
    share = np.array([(labels[many] == label).sum() for label in classes])
    # The first of each class is taken beforehand, which can put the other classes back by as much.
    assert np.all(np.abs(share - counts * large / counts.sum()) <= len(classes))
    shuffled = np.random.default_rng(1).permutation(indices)
    assert np.array_equal(few, subset(shuffled, labels, small, seed, replicate))


def test_subset_counts():
    labels = np.arange(100) % 10
    indices = np.arange(10, 90)
    assert np.bincount(labels[subset(indices, labels, 30, 0, 0)]).tolist() == [3] * 10
    assert subset(indices[::-1], labels, "all", 0, 0).tolist() == indices.tolist()
    assert not np.array_equal(subset(indices, labels, 30, 0, 0), subset(indices, labels, 30, 0, 1))
    for count in (0, 81):
        with pytest.raises(AlihError) as raised:
            subset(indices, labels, count, 0, 0)
        assert raised.value.key == "data.subset_count"
        assert f"{count} training images was asked for, expected 1 to 80" in str(raised.value)


def class_by_class(labels, fraction, generator):
    """The draw of a part as it was first written, one class after another: kept results stand on
    it."""
    shuffled = generator.permutation(len(labels))
    classes, counts = np.unique(labels, return_counts=True)
    total = max(1, round(fraction * len(labels)))
    wanted = counts * (total / counts.sum()) if counts.sum() else counts * 0.0
    shares = np.minimum(np.floor(wanted).astype(np.int64), counts - 1)
    for index in np.argsort(-(wanted - shares), kind="stable"):
        if shares.sum() < total and shares[index] < counts[index] - 1:
            shares[index] += 1
    members = [
        shuffled[labels[shuffled] == label][:take]
        for label, take in zip(classes, shares, strict=True)
    ]
    return np.sort(np.concatenate(members)).astype(np.int64) if members else np.empty(0, np.int64)


def parts_class_by_class(labels, official, spec, seed, replicate):
    items = np.arange(len(labels) - official)
    if spec.scheme == "repeated-kfold":
        repeat, fold = divmod(replicate, spec.folds)
        shuffled = numpy_generator(seed, repeat, "kfold").permutation(len(items))
        test = np.sort(shuffled[np.argsort(labels[shuffled], kind="stable")][fold :: spec.folds])
    elif official:
        test = np.arange(len(items), len(labels))
    else:
        test = class_by_class(labels[items], spec.test, numpy_generator(seed, 0, "test-split"))
    rest = np.setdiff1d(items, test)
    generator = numpy_generator(seed, replicate, "split")
    drawn = class_by_class(labels[rest], spec.validation, generator)
    return np.delete(rest, drawn), rest[drawn], test


def subset_class_by_class(indices, labels, count, seed, replicate):
    shuffled = numpy_generator(seed, replicate, "subset").permutation(np.sort(indices))
    rank = np.empty(len(shuffled))
    for label in np.unique(labels[shuffled]):
        members = np.flatnonzero(labels[shuffled] == label)
        rank[members] = (np.arange(len(members)) + 0.5) / len(members)
        rank[members[0]] -= 1
    return np.sort(shuffled[np.argsort(rank, kind="stable")[:count]])


schemes = st.one_of(
    st.builds(Holdout, validation=st.floats(0.01, 0.9), test=st.floats(0.01, 0.9)),
    st.builds(
        RepeatedKFold,
        scheme=st.just("repeated-kfold"),
        folds=st.integers(2, 7),
        repeats=st.just(2),
        validation=st.floats(0.01, 0.9),
    ),
)


@settings(max_examples=250, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=120),
    st.sampled_from(["int64", "uint8"]),
    st.integers(0, 40),
    schemes,
    seeds,
    st.integers(0, 3),
    st.data(),
)
def test_draws_are_those_of_kept_results(labels, dtype, official, spec, seed, replicate, data):
    labels = np.array(labels, dtype)
    official = min(official, len(labels) - 1)
    parts = parts_class_by_class(labels, official, spec, seed, replicate)
    if all(map(len, parts)):
        made = split(labels, official, spec, seed, replicate)
        assert (made.train.tolist(), made.validation.tolist(), made.test.tolist()) == tuple(
            part.tolist() for part in parts
        )
    else:
        with pytest.raises(AlihError):
            split(labels, official, spec, seed, replicate)
    indices = np.flatnonzero(np.random.default_rng(seed).random(len(labels)) < 0.8)
    if len(indices):
        count = data.draw(st.integers(1, len(indices)))
        expected = subset_class_by_class(indices, labels, count, seed, replicate)
        assert subset(indices, labels, count, seed, replicate).tolist() == expected.tolist()


def test_many_classes_cost_no_more_than_few():
    # One pass per class would take minutes here.
    labels = np.random.default_rng(0).integers(0, 21_000, 200_000)
    made = split(labels, 0, Holdout(), 0, 0)
    assert len(np.unique(labels[made.train])) == len(np.unique(labels))
    assert len(subset(made.train, labels, 50_000, 0, 0)) == 50_000


@st.composite
def grouped_items(draw_from):
    """Labels and groups of 1 to 9 items, of one class or of several."""
    sizes = draw_from(st.lists(st.integers(1, 9), min_size=8, max_size=40))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    own = np.array(draw_from(st.lists(st.integers(0, 2), min_size=len(sizes), max_size=len(sizes))))
    labels = own[groups]
    if draw_from(st.booleans()):
        labels = (labels + np.arange(len(labels)) % 2) % 3
    order = np.random.default_rng(draw_from(st.integers(0, 99))).permutation(len(labels))
    return labels[order], groups[order]


def split_or_none(labels, spec, seed, replicate, groups):
    """None where no group can be spared for a part."""
    try:
        return split(labels, 0, spec, seed, replicate, groups=groups)
    except AlihError as error:
        if error.key != "data.split_groups_too_few":
            raise
        return None


def whole_groups(groups, made):
    train, validation, test = (
        set(groups[part]) for part in (made.train, made.validation, made.test)
    )
    return train.isdisjoint(validation) and train.isdisjoint(test) and validation.isdisjoint(test)


@quick
@given(grouped_items(), seeds, st.integers(0, 4), fractions)
def test_no_group_is_divided(items, seed, replicate, fraction):
    labels, groups = items
    spec = Holdout(test=fraction, validation=fraction)
    made = split_or_none(labels, spec, seed, replicate, groups)
    if made is None:
        return
    partition((made.train, made.validation, made.test), np.arange(len(labels)))
    assert whole_groups(groups, made)
    # The part misses its size by less than a group, unless a class must not lose its last one.
    assert len(made.test) <= max(1, round(fraction * len(labels))) + 9
    assert set(labels[made.train]) == set(labels)
    # What groups are called does not matter.
    renamed = np.random.default_rng(seed).permutation(200)[groups]
    assert same(made, split(labels, 0, spec, seed, replicate, groups=renamed))


@quick
@given(grouped_items(), seeds, st.integers(2, 6))
def test_folds_of_groups(items, seed, folds):
    labels, groups = items
    spec = RepeatedKFold(scheme="repeated-kfold", folds=folds, repeats=1, validation=0.3)
    made = [split_or_none(labels, spec, seed, replicate, groups) for replicate in range(folds)]
    if None in made:
        return
    partition([each.test for each in made], np.arange(len(labels)))
    assert all(whole_groups(groups, each) for each in made)


def test_parts_and_folds_of_groups_are_balanced():
    rng = np.random.default_rng(0)
    sizes = rng.integers(1, 12, 300)
    groups = np.repeat(np.arange(300), sizes)
    labels = np.repeat(rng.choice(3, 300, p=[0.6, 0.3, 0.1]), sizes)
    counts = np.bincount(labels)
    spec = Holdout(validation=0.2)
    made = [split(labels, 0, spec, 0, replicate, groups=groups) for replicate in range(3)]
    assert len({each.validation.tobytes() for each in made}) == 3
    for each in made:
        for part, share in ((each.test, 0.2), (each.validation, 0.16)):
            assert np.all(np.abs(np.bincount(labels[part]) - share * counts) <= 6)
    spec = RepeatedKFold(scheme="repeated-kfold", folds=5, repeats=2)
    tests = [split(labels, 0, spec, 0, replicate, groups=groups).test for replicate in range(10)]
    assert tests[0].tobytes() not in {test.tobytes() for test in tests[5:]}
    for test in tests:
        assert np.all(np.abs(np.bincount(labels[test]) - counts / 5) <= 6)


def test_groups_of_one_item_are_divided_like_items():
    labels = np.arange(1000) % 10
    made = split(labels, 0, Holdout(), 0, 0, groups=np.arange(1000))
    assert np.bincount(labels[made.test]).tolist() == [20] * 10
    assert np.bincount(labels[made.validation]).tolist() == [8] * 10


def test_fewer_groups_than_folds():
    with pytest.raises(AlihError) as raised:
        split(
            np.arange(40) % 2,
            0,
            RepeatedKFold(scheme="repeated-kfold", folds=5),
            0,
            0,
            groups=np.arange(40) % 3,
        )
    assert raised.value.key == "data.groups_fewer_than_folds"
    assert raised.value.values == {"groups": 3, "folds": 5}


def test_subsets_of_groups_take_few_groups_and_keep_counts():
    groups = np.arange(400) // 10
    labels = groups % 2
    few, many = (subset(np.arange(400), labels, count, 0, 0, groups) for count in (40, 200))
    assert (len(few), len(many)) == (40, 200)
    assert set(few) <= set(many)
    assert np.bincount(labels[few]).tolist() == [20, 20]
    assert len(set(groups[few])) == 4
    assert len(set(groups[subset(np.arange(400), labels, 40, 0, 0)])) > 20


def test_normalisation_constants():
    images = np.random.default_rng(0).integers(0, 256, (5000, 6, 5, 3), dtype=np.uint8)
    images[..., 2] = 17
    images[4000:] = 255  # not training: must not enter
    train = np.random.default_rng(1).permutation(4000)
    mean, std = constants("mean-std", images, train)
    scaled = images[:4000].astype(np.float64) / 255
    assert np.allclose(mean, scaled.mean((0, 1, 2)), rtol=1e-6)
    assert np.allclose(std[:2], scaled.std((0, 1, 2))[:2], rtol=1e-6)
    assert std[2] == 1
    assert mean.dtype == std.dtype == np.float32
    again = constants("mean-std", images, np.sort(train))
    assert np.array_equal(again[0], mean)
    assert np.array_equal(again[1], std)
    unit = constants("unit", images, train)
    assert unit[0].tolist() == [0, 0, 0]
    assert unit[1].tolist() == [1, 1, 1]
    with pytest.raises(AlihError) as raised:
        constants("weights", images, train)
    assert raised.value.key == "data.normalise_weights"
