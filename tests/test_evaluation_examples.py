"""The items to show, the pixel-logistic reference, and properties that hold for every set of
predictions."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alih.errors import AlihError
from alih.evaluation import baselines, confused, metrics

SCORES = {
    "item": np.array([10, 11, 12, 10, 11, 12]),
    "label": np.array([0, 1, 2, 0, 1, 2]),
    "prediction": np.array([1, 1, 0, 1, 1, 2]),
    "log_loss": np.array([2.0, 0.1, 5.0, 3.0, 0.2, 0.4], np.float32),
}


def test_worst_answers_list_wrong_ones_first_and_each_item_once():
    assert confused.worst_answers(SCORES, 10).tolist() == [2, 3, 4]
    assert confused.worst_answers(SCORES, 2).tolist() == [2, 3]
    assert confused.worst_answers(SCORES, 0).tolist() == []
    surer = SCORES | {"log_loss": np.array([0.7, 0.1, 0.8, 0.7, 9.0, 9.0], np.float32)}
    assert confused.worst_answers(surer, 3).tolist() == [2, 0, 4], "a right answer comes last"


def test_worst_answers_order_ties_by_row_and_put_no_number_first():
    scores = {
        "item": np.arange(4),
        "label": np.zeros(4, int),
        "prediction": np.ones(4, int),
        "log_loss": np.array([1.0, np.nan, 1.0, 2.0]),
    }
    assert confused.worst_answers(scores, 4).tolist() == [1, 3, 0, 2]


def answers(matrix: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Labels and predictions that this confusion matrix counts, in random order."""
    label, prediction = (
        np.repeat(part.ravel(), np.ravel(matrix)) for part in np.indices(np.shape(matrix))
    )
    order = np.random.default_rng(0).permutation(len(label))
    return label[order], prediction[order]


def test_confused_pairs_are_sorted_and_never_on_the_diagonal():
    given = answers([[90, 3, 7], [0, 80, 0], [7, 1, 2]])
    assert confused.confused_pairs(*given, 3) == [(0, 2, 7), (2, 0, 7), (0, 1, 3)]
    assert confused.confused_pairs(*given, 99) == [(0, 2, 7), (2, 0, 7), (0, 1, 3), (2, 1, 1)]
    assert confused.confused_pairs(*answers(np.eye(3, dtype=int)), 5) == []
    assert confused.confused_pairs([], [], 5) == []


def test_metrics_and_pairs_of_21000_classes_take_memory_by_the_items():
    """A matrix of these classes would take 3.5 GB; all arrays that live at once stay below 20
    MB."""
    rng, n, classes = np.random.default_rng(0), 40_000, 21_000
    label = rng.integers(0, classes, n)
    prediction = np.where(rng.random(n) < 0.7, label, rng.integers(0, classes, n))
    prediction[:9] = (label[:9] + 1) % classes
    prediction[9:14], label[9:14] = classes - 1, 5
    arrays = {"label": label, "prediction": prediction}
    tracemalloc.start()
    for name in ("balanced_accuracy", "macro_f1", "accuracy"):
        assert 0.6 < metrics.compute(name, arrays) < 0.8
        assert metrics.jackknife(name, arrays).shape == (n,)
    assert metrics.majority(label, prediction, classes)["brier"] == pytest.approx(
        1 - 1 / classes, abs=1e-3
    )
    assert confused.confused_pairs(label, prediction, 1)[0] == (5, classes - 1, 5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_examples_of_a_pair():
    assert confused.examples_of_pair(SCORES, 0, 1, 5).tolist() == [3]
    assert confused.examples_of_pair(SCORES, 2, 0, 5).tolist() == [2]
    assert confused.examples_of_pair(SCORES, 1, 0, 5).tolist() == []


def blobs(n: int, side: int, channels: int = 1, classes: int = 3, seed: int = 0):
    """Images with one bright band per class under noise: linearly separable by position."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % classes
    images = rng.integers(0, 60, (n, side, side, channels), dtype=np.uint8)
    for i, label in enumerate(labels):
        start = label * side // classes
        images[i, start : start + side // classes] += 120
    return images, labels


def joined(*sets):
    return tuple(np.concatenate(arrays) for arrays in zip(*sets, strict=True))


class Mapped:
    """Images that may only be read in rows, as a memory map is: notes how many lay in memory
    together at most."""

    def __init__(self, images):
        self.images, self.shape, self.most = images, images.shape, 0

    def __getitem__(self, rows):
        self.most = max(self.most, len(rows))
        return self.images[rows]


def test_pixel_logistic_reads_a_set_in_parts_and_scores_it_as_a_whole(monkeypatch):
    images, labels = joined(blobs(60, 8), blobs(300, 8, seed=1))
    given = (labels, np.arange(60), {"test": np.arange(60, 360)})
    whole = baselines.pixel_logistic(images, *given, limit=40)
    monkeypatch.setattr(baselines, "CHUNK", 32)
    mapped = Mapped(images)
    for name, scores in baselines.pixel_logistic(mapped, *given, limit=40).items():
        assert scores == pytest.approx(whole[name])
    assert mapped.most == 40


@pytest.mark.parametrize(("side", "channels"), [(12, 1), (48, 3)])
def test_pixel_logistic_separates_what_is_linearly_separable(side, channels):
    images, labels = joined(blobs(90, side, channels), blobs(30, side, channels, seed=1))
    parts = {"validation": np.arange(90, 120), "test": np.arange(0)}
    result = baselines.pixel_logistic(images, labels, np.arange(90), parts)
    assert result["train"]["accuracy"] == 1.0
    assert result["validation"]["accuracy"] == 1.0
    assert result["validation"]["log_loss"] < 0.2
    assert "test" not in result


def test_pixel_logistic_is_at_chance_on_shuffled_labels_and_repeatable():
    images, labels = joined(blobs(300, 8), blobs(300, 8, seed=1))
    labels[:300] = np.random.default_rng(3).permutation(labels[:300])
    given = (images, labels, np.arange(300), {"validation": np.arange(300, 600)})
    first = baselines.pixel_logistic(*given, limit=150, seed=4)
    assert first == baselines.pixel_logistic(*given, limit=150, seed=4)
    assert first != baselines.pixel_logistic(*given, limit=150, seed=5)
    assert first["validation"]["log_loss"] > 1.0


def test_pixel_logistic_minimises_the_stated_objective():
    # The gradient of mean loss + λ/2·‖W‖² vanishes at the fit; the intercept is not penalised.
    images, labels = blobs(60, 6)
    features = baselines._pixels(images)
    features = features - features.mean(axis=0)
    model = baselines._fitted(features, labels)
    wrong = model.predict_proba(features) - np.eye(3)[labels]
    gradient = wrong.T @ features / len(labels) + baselines.PENALTY * model.coef_
    assert np.abs(gradient).max() < 1e-3
    assert np.abs(wrong.mean(axis=0)).max() < 1e-3


def test_a_class_without_training_images_keeps_the_loss_finite():
    images, labels = blobs(60, 8)
    result = baselines.pixel_logistic(
        images, labels, np.flatnonzero(labels < 2), {"validation": np.arange(60)}
    )
    assert result["validation"]["accuracy"] == pytest.approx(2 / 3)
    assert 10 < result["validation"]["log_loss"] < 13


def test_images_are_averaged_when_they_are_shrunk():
    image = np.zeros((1, 64, 128, 1), np.uint8)
    image[0, :, ::2] = 200
    features = baselines._pixels(image)
    assert features.shape == (1, 16 * 32)
    np.testing.assert_allclose(features, 100 / 255, atol=1e-6)


def test_stratified_keeps_the_proportions():
    labels = np.repeat([0, 1, 2], [700, 250, 50])
    chosen = baselines.stratified(labels, 100, seed=0)
    assert len(np.unique(chosen)) == 100
    np.testing.assert_allclose(np.bincount(labels[chosen]), [70, 25, 5], atol=1)
    assert baselines.stratified(labels, 5000, seed=0).tolist() == list(range(1000))
    assert not np.array_equal(chosen, baselines.stratified(labels, 100, seed=1))


def test_one_class_is_named():
    images, labels = blobs(9, 6)
    with pytest.raises(AlihError) as caught:
        baselines.pixel_logistic(images, labels * 0, np.arange(9), {})
    assert caught.value.key == "evaluation.one_class"
    assert "9 training images" in str(caught.value)


@st.composite
def predictions(draw):
    n, classes = draw(st.integers(2, 30)), draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    probability = rng.dirichlet(np.full(classes, draw(st.sampled_from([0.1, 1.0, 5.0]))), n)
    label = rng.integers(0, classes, n)
    return {
        "label": label,
        "prediction": probability.argmax(axis=1),
        "confidence": probability.max(axis=1),
        "probability": probability,
    }


BOUNDS = {
    "accuracy": 1,
    "balanced_accuracy": 1,
    "macro_f1": 1,
    "ece": 1,
    "brier": 2,
    "log_loss": 37,
}


@settings(max_examples=60, deadline=None)
@given(predictions(), st.integers(0, 2**31))
def test_metrics_are_bounded_and_blind_to_order(arrays, seed):
    order = np.random.default_rng(seed).permutation(len(arrays["label"]))
    for name, top in BOUNDS.items():
        value = metrics.compute(name, arrays)
        assert 0 <= value <= top
        assert metrics.compute(
            name, {key: values[order] for key, values in arrays.items()}
        ) == pytest.approx(value, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(predictions())
def test_leaving_one_out_agrees_with_recomputing(arrays):
    for name in BOUNDS:
        fast = metrics.jackknife(name, arrays)
        for i in (0, len(fast) - 1):
            slow = metrics.compute(
                name, {key: np.delete(values, i, axis=0) for key, values in arrays.items()}
            )
            assert fast[i] == pytest.approx(slow, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(predictions())
def test_renaming_classes_changes_nothing(arrays):
    classes = arrays["probability"].shape[1]
    renamed = dict(
        arrays, label=classes - 1 - arrays["label"], prediction=classes - 1 - arrays["prediction"]
    )
    for name in ("accuracy", "balanced_accuracy", "macro_f1"):
        assert metrics.compute(name, renamed) == pytest.approx(
            metrics.compute(name, arrays), abs=1e-12
        )
