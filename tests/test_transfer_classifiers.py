"""Classifiers on features: parity with scikit-learn and closed forms, calibration, files, and
hostile input."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from pydantic import ValidationError
from safetensors.numpy import load, save

from alih.errors import AlihError
from alih.study.document.classifiers import (
    AnyClassifier,
    Knn,
    Logistic,
    classifier,
)
from alih.study.document.handmade import AnyHandmade
from alih.study.document.values import Frozen
from alih.study.reading.translate import problems_of
from alih.study.reading.yamlfile import Document
from alih.study.strategies.mapping import LOWEST
from alih.transfer.classifiers import alignment, easytl, head2toe, logistic
from alih.transfer.classifiers.fit import best_temperature, fit, mean_log_loss, stratified_folds
from alih.transfer.classifiers.table import FAMILIES, from_arrays
from alih.words import set_language

PLAIN = {"scale": "none", "calibrate": False}


def blobs(images=120, features=12, classes=4, distance=1.6, seed=0):
    """Features [N, D] around random centres, with unequal variances, and labels."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(classes, features)) * distance
    labels = rng.permutation(np.arange(images) % classes)
    return centres[labels] + rng.normal(size=(images, features)) * rng.uniform(
        0.5, 2.5, features
    ), labels


@pytest.fixture(scope="module")
def data():
    features, labels = blobs(240)
    return features[:140], labels[:140], features[140:], labels[140:]


def test_options_and_families_are_the_same_table():
    assert [options().name for options in get_args(get_args(AnyClassifier)[0])] == list(FAMILIES)


@pytest.mark.parametrize("width", [12, 200])
@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("c", [0.01, 1.0])
def test_logistic_is_scikit_learns(classes, c, width):
    from sklearn.linear_model import LogisticRegression

    features, labels = blobs(features=width, classes=classes)
    other = blobs(features=width, classes=classes, seed=9)[0]
    ours = fit(features, labels, classes, {"name": "logistic", "C": c, **PLAIN}).scores(other)
    theirs = (
        LogisticRegression(C=c, max_iter=5000, tol=1e-10).fit(features, labels).predict_proba(other)
    )
    # Both stop near the optimum, ours at a gradient of 1e-6.
    assert np.allclose(np.exp(ours), theirs, atol=3e-3)


@pytest.mark.parametrize("classes", [2, 5])
def test_the_group_lasso_meets_the_conditions_of_its_optimum(classes):
    features, labels = blobs(images=60, features=150, classes=classes)
    strength = 0.05
    weights, intercepts, gradient = head2toe.group_lasso(features, labels, strength)
    logits = features @ weights + intercepts
    errors = np.exp(logits) / np.exp(logits).sum(1, keepdims=True) - np.eye(classes)[labels]
    np.testing.assert_allclose(features.T @ errors / 60, gradient, atol=1e-12)
    sizes = np.linalg.norm(weights, axis=1)
    inside = sizes > 0
    assert 0 < inside.sum() < 150
    pull = gradient[inside] + strength * weights[inside] / sizes[inside, None]
    most = head2toe.TOLERANCE * strength
    assert np.linalg.norm(pull, axis=1).max() <= most
    assert np.linalg.norm(gradient[~inside], axis=1).max() <= strength + most
    assert np.linalg.norm(errors.mean(0)) <= most


def test_head2toe_keeps_few_features_where_few_tell_the_class():
    rng = np.random.default_rng(0)
    labels = np.arange(160) % 4
    features = rng.normal(size=(160, 400))
    telling = [7, 90, 200, 399]
    features[np.arange(160), np.array(telling)[labels]] += 4
    fitted = fit(features[:100], labels[:100], 4, {"name": "head2toe", "C": 0.03})
    assert set(telling) == set(head2toe.ranking(features, labels, 0.1)[:4])
    assert fitted.options.keep <= 0.05
    assert set(telling) <= set(fitted.values["kept"])
    everything = fit(features[:100], labels[:100], 4, {"name": "head2toe", "keep": 1, "C": 0.03})
    right = [(one.predict(features[100:]) == labels[100:]).mean() for one in (fitted, everything)]
    assert right[0] > right[1]
    logistic_alone = fit(features[:100], labels[:100], 4, {"name": "logistic", "C": 0.03})
    np.testing.assert_allclose(everything.scores(features), logistic_alone.scores(features))


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("kernel", ["linear", "rbf"])
def test_svm_decides_as_scikit_learn(data, kernel, classes):
    from sklearn.svm import SVC

    features, labels = blobs(classes=classes)
    ours = fit(features, labels, classes, {"name": "svm", "kernel": kernel, "C": 0.3, **PLAIN})
    theirs = SVC(kernel=kernel, C=0.3, decision_function_shape="ovr", break_ties=classes > 2).fit(
        features, labels
    )
    other = blobs(classes=classes, seed=5)[0]
    decision = FAMILIES["svm"].decide(ours.values, other, ours.options)
    expected = theirs.decision_function(other)
    assert np.allclose(decision if classes > 2 else decision[:, 1] * 2, expected, atol=2e-3)
    assert (ours.predict(other) == theirs.predict(other)).mean() > 0.99


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("weights", ["uniform", "distance"])
def test_knn_votes_as_scikit_learn(data, k, weights):
    from sklearn.neighbors import KNeighborsClassifier

    features, labels, other, _ = data
    ours = fit(features, labels, 4, {"name": "knn", "k": k, "weights": weights, **PLAIN})
    theirs = KNeighborsClassifier(k, weights=weights).fit(features, labels)
    for x in (other, features):  # a training image is its own nearest neighbour, at distance 0
        shares = np.exp(ours.scores(x)) * (k + 1) - 1 / 4
        assert np.allclose(shares / k, theirs.predict_proba(x), atol=1e-4)


def test_knn_by_cosine_ignores_the_length_of_features(data):
    features, labels, other, _ = data
    fitted = fit(features, labels, 4, {"name": "knn", "k": 3, "metric": "cosine", **PLAIN})
    assert np.array_equal(fitted.predict(other), fitted.predict(other * 7.0))


@pytest.mark.parametrize("shrinkage", [0.0, 0.3])
def test_lda_is_scikit_learns_at_a_given_shrinkage(data, shrinkage):
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    features, labels, other, _ = data
    ours = fit(features, labels, 4, {"name": "lda", "shrinkage": shrinkage, **PLAIN}).scores(other)
    theirs = (
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage)
        .fit(features, labels)
        .predict_log_proba(other)
    )
    assert np.allclose(ours, theirs, atol=1e-8)


def test_lda_without_shrinkage_works_with_fewer_images_than_features():
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    features, labels = blobs(images=20, features=40)
    ours = fit(features, labels, 4, {"name": "lda", "shrinkage": 0.0, **PLAIN}).predict(features)
    theirs = (
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.0)
        .fit(features, labels)
        .predict(features)
    )
    assert np.array_equal(ours, theirs)


def test_nearest_mean_is_scikit_learns_nearest_centroid(data):
    from sklearn.neighbors import NearestCentroid

    features, labels, other, _ = data
    assert np.array_equal(
        fit(features, labels, 4, {"name": "nearest-mean", **PLAIN}).predict(other),
        NearestCentroid().fit(features, labels).predict(other),
    )


# EasyTL


def test_the_program_is_the_nearest_centre_while_every_class_is_someones_nearest():
    rng = np.random.default_rng(1)
    distance = rng.uniform(size=(60, 5))
    assert len(np.unique(distance.argmin(axis=1))) == 5
    matrix, prices = easytl.program(distance)
    assert np.array_equal(matrix.argmax(axis=1), distance.argmin(axis=1))
    assert np.allclose(matrix, np.round(matrix))
    assert np.allclose(prices, 0)
    assert easytl.assigned(distance) is distance


@pytest.mark.parametrize("seed", range(6))
def test_with_empty_classes_easytl_solves_the_program_and_moves_as_few_as_it_must(seed):
    rng = np.random.default_rng(seed)
    distance = rng.uniform(1, 2, size=(40, 6))
    distance[:, 4:] += 1.5  # nobody's nearest
    chosen = easytl.assigned(distance).argmin(axis=1)
    assert set(range(6)) <= set(chosen)
    assert (chosen != distance.argmin(axis=1)).sum() == 2
    # The optimum by brute force over which image serves class 4 and which class 5.
    own = distance.min(axis=1)
    lowest = min(
        own.sum() - own[i] - own[j] + distance[i, 4] + distance[j, 5]
        for i in range(40)
        for j in range(40)
        if i != j
    )
    assert distance[np.arange(40), chosen].sum() == pytest.approx(lowest, abs=1e-9)


def test_transductive_easytl_differs_from_the_nearest_mean_exactly_where_a_class_is_empty(data):
    features, labels, other, _ = data
    inductive = fit(features, labels, 4, {"name": "easytl", **PLAIN})
    means = fit(features, labels, 4, {"name": "nearest-mean", **PLAIN})
    assert np.array_equal(inductive.predict(other), means.predict(other))
    assert not inductive.transductive
    some = other[means.predict(other) != 3]
    together = fit(features, labels, 4, {"name": "easytl", "transductive": True, **PLAIN})
    assert together.transductive
    assert 3 in together.predict(some)
    assert (together.predict(some) != means.predict(some)).sum() == 1
    free = fit(
        features, labels, 4, {"name": "easytl", "transductive": True, "every_class": False, **PLAIN}
    )
    assert np.array_equal(free.predict(some), means.predict(some))


def test_fewer_images_than_classes_get_their_nearest_centre(data):
    features, labels, other, _ = data
    together = fit(features, labels, 4, {"name": "easytl", "transductive": True, **PLAIN})
    assert np.array_equal(
        together.predict(other[:2]),
        fit(features, labels, 4, {"name": "nearest-mean", **PLAIN}).predict(other[:2]),
    )


@pytest.mark.parametrize("images", [8, 60])
@pytest.mark.parametrize("power", [0.5, -0.5])
def test_covariance_powers_are_the_matrix_powers(images, power):
    from scipy.linalg import fractional_matrix_power

    rng = np.random.default_rng(2)
    features, rows = (
        rng.normal(size=(images, 10)) @ rng.normal(size=(10, 10)),
        rng.normal(size=(3, 10)),
    )
    expected = rows @ np.real(
        fractional_matrix_power(np.cov(features, rowvar=False) + np.eye(10), power)
    )
    assert np.allclose(
        alignment.power(alignment.spectrum(features), power, rows), expected, atol=1e-8
    )


def test_coral_recovers_a_domain_that_was_stretched():
    features, labels = blobs(400, features=6, distance=1.2)
    rng = np.random.default_rng(3)
    stretch = np.diag([6.0, 0.3, 3.0, 1.0, 0.2, 4.0]) @ np.linalg.qr(rng.normal(size=(6, 6)))[0]
    features -= features.mean(axis=0)
    source, target, truth = features[:200], features[200:] @ stretch, labels[200:]
    options = {"name": "easytl", **PLAIN}
    plain = fit(source, labels[:200], 4, options).predict(target)
    aligned = fit(source, labels[:200], 4, {**options, "align": "coral"}, target=target)
    # Covariances fix the stretch up to a rotation, so this asks for better, not for perfect.
    assert (aligned.predict(target) == truth).mean() > (plain == truth).mean()
    together = fit(
        source,
        labels[:200],
        4,
        {**options, "align": "coral", "transductive": True, "every_class": False},
    )
    assert np.array_equal(together.predict(target), aligned.predict(target))


def test_easytl_prepares_each_domain_by_itself():
    features, labels = blobs(80)
    features = np.abs(features)
    target = features * np.linspace(0.5, 3, 80)[:, None]  # the row sum takes the brightness out
    fitted = fit(features, labels, 4, {"name": "easytl", "calibrate": False})
    assert np.allclose(fitted.scores(target), fitted.scores(features))
    zero = np.vstack([features, np.zeros((1, features.shape[1]))])
    assert np.isfinite(fitted.scores(zero)).all()


def test_coral_needs_a_target(data):
    with pytest.raises(AlihError, match="align: coral"):
        fit(data[0], data[1], 4, {"name": "easytl", "align": "coral"})
    with pytest.raises(AlihError, match="makes no use"):
        fit(data[0], data[1], 4, "lda", target=data[2])


# What all have in common

ALL = [
    *FAMILIES,
    {"name": "svm", "kernel": "rbf"},
    {"name": "easytl", "transductive": True, "align": "coral"},
]


@pytest.mark.parametrize("options", ALL, ids=str)
def test_every_classifier_learns_is_deterministic_and_survives_a_file(data, options):
    features, labels, other, truth = data
    first, again = (
        fit(features, labels, 4, options, seed=3),
        fit(features, labels, 4, options, seed=3),
    )
    scores = first.scores(other)
    assert (scores.argmax(axis=1) == truth).mean() > 0.7
    assert np.allclose(np.exp(scores).sum(axis=1), 1, atol=1e-6)
    back = from_arrays(load(save(first.arrays())))
    assert np.array_equal(back.scores(other), scores)
    assert np.array_equal(again.scores(other), scores)
    assert back.options == first.options
    assert back.report == first.report


@pytest.mark.parametrize("options", ALL, ids=str)
def test_calibration_lowers_log_loss_or_leaves_it_and_changes_no_prediction(options):
    features, labels = blobs(500, features=40, distance=0.5, seed=4)
    train, test = slice(0, 200), slice(200, 500)
    written = classifier(options).model_dump(exclude_unset=True) | {
        "name": classifier(options).name
    }
    with_t = fit(features[train], labels[train], 4, written)
    fixed = {**with_t.options.model_dump(), "calibrate": False}
    without = fit(features[train], labels[train], 4, fixed)
    loss = {
        c.options.calibrate: -c.scores(features[test])[np.arange(300), labels[test]].mean()
        for c in (with_t, without)
    }
    assert loss[True] < loss[False] + 0.02
    assert loss[True] < np.log(4)
    assert np.array_equal(with_t.predict(features[test]), without.predict(features[test]))
    assert without.temperature == 1.0


def test_temperature_is_the_one_that_made_the_labels():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(20000, 5)) * 2
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    assert best_temperature(logits * 7, labels) == pytest.approx(7, rel=0.03)


def test_faultless_folds_do_not_ask_for_certainty():
    decision = np.eye(3)[[0, 1, 2] * 4]
    labels = decision.argmax(axis=1)
    temperature = best_temperature(decision, labels)
    assert 1e-3 < mean_log_loss(decision / temperature, labels) < 0.2


def test_cross_validation_finds_the_strength_of_the_penalty():
    noise, labels = blobs(150, features=80, distance=0.25)
    assert fit(noise, labels, 4, {"name": "knn"}).options.k >= 9
    found = fit(noise, labels, 4)
    losses = [
        fit(noise, labels, 4, {"name": "logistic", "C": c}).report["log_loss"]
        for c in logistic.GRID
    ]
    assert logistic.GRID[int(np.argmin(losses))] == found.options.C
    # Candidates are compared in single precision.
    assert found.report["log_loss"] == pytest.approx(min(losses), abs=1e-3)


@pytest.mark.parametrize("options", ALL, ids=str)
def test_classes_without_images_are_never_predicted_and_cost_no_infinite_loss(options):
    features, labels = blobs(60, classes=3)
    fitted = fit(features, labels * 2, 6, options)
    scores = fitted.scores(features)
    assert scores.shape == (60, 6)
    assert (scores[:, [1, 3, 5]] == LOWEST).all()
    assert (scores[:, [0, 2, 4]] > LOWEST).any()


@pytest.mark.parametrize("options", ALL, ids=str)
def test_one_image_a_class_is_enough(options):
    features, labels = blobs(4, features=30, classes=4, distance=4)
    fitted = fit(features, labels, 4, options)
    assert np.isfinite(fitted.scores(features)).all()
    assert (fitted.predict(features) == labels).all()
    assert "log_loss" not in fitted.report


@pytest.mark.parametrize("options", ALL, ids=str)
def test_constant_features_do_no_harm(options):
    features, labels = blobs(60)
    fitted = fit(np.column_stack([features, np.full(60, 3.0), np.zeros(60)]), labels, 4, options)
    assert np.isfinite(
        fitted.scores(np.column_stack([features, np.full(60, 3.0), np.zeros(60)]))
    ).all()


def test_folds_spread_every_class_and_depend_on_the_seed_only():
    labels = np.repeat(np.arange(3), [10, 20, 7])
    folds = stratified_folds(labels, 5, seed=1)
    for c in range(3):
        counts = np.bincount(folds[labels == c], minlength=5)
        assert counts.max() - counts.min() <= 1
    assert np.array_equal(folds, stratified_folds(labels, 5, seed=1))
    assert not np.array_equal(folds, stratified_folds(labels, 5, seed=2))


def test_scale_norm_takes_the_length_out(data):
    features, labels, other, _ = data
    fitted = fit(features, labels, 4, {"name": "nearest-mean", "scale": "norm"})
    assert np.allclose(fitted.scores(other * 5), fitted.scores(other))


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"features": np.zeros((4, 0))}, "transfer.not_a_table"),
        ({"features": np.array([[1.0], [np.nan], [2.0], [3.0]])}, "transfer.not_finite"),
        ({"labels": np.array([0, 1])}, "transfer.labels_do_not_fit"),
        ({"labels": np.array([0, 1, 2, 5])}, "transfer.label_out_of_range"),
        ({"labels": np.array([1, 1, 1, 1])}, "transfer.one_class"),
    ],
)
def test_what_cannot_be_fitted_is_told(change, key):
    given = {
        "features": np.arange(4.0)[:, None],
        "labels": np.array([0, 0, 1, 1]),
        "classes": 3,
    } | change
    with pytest.raises(AlihError) as told:
        fit(**given)
    assert told.value.key == key
    assert "{" not in str(told.value)


def test_features_of_another_network_and_broken_files_are_told(data):
    fitted = fit(data[0], data[1], 4, "nearest-mean")
    with pytest.raises(AlihError, match="11 columns"):
        fitted.scores(np.zeros((2, 11)))
    with pytest.raises(AlihError, match="hold no fitted classifier"):
        from_arrays({"present": np.arange(3)})


@pytest.mark.parametrize(
    "value",
    [
        {"name": "svm", "kernel": "poly"},
        {"name": "svm", "C": 0},
        {"name": "lda", "shrinkage": 1.5},
        {"name": "knn", "k": 0},
        {"name": "knn", "neighbours": 3},
        {"name": "easytl", "scale": "norm"},
    ],
)
def test_options_out_of_range_are_refused_in_place(value):
    with pytest.raises(ValidationError) as told:
        classifier(value)
    assert told.value.errors()[0]["loc"][-1] in value


class Options(Frozen):
    """What a strategy's options may look like."""

    classifier: AnyClassifier = Logistic()
    handmade: AnyHandmade | None = None


@pytest.mark.parametrize("lang", ["en", "id"])
@pytest.mark.parametrize(
    ("written", "path", "says"),
    [
        ({"classifier": "logistc"}, "classifier.name", "'logistic'"),
        ({"classifier": {"name": "svm", "gama": 1}}, "classifier.gama", "'gamma'"),
        ({"classifier": {"name": "lda", "shrinkage": 1.5}}, "classifier.shrinkage", "1.5"),
        ({"classifier": {"name": "svm", "kernel": "rfb"}}, "classifier.kernel", "'rbf'"),
        ({"classifier": 3}, "classifier", "3 ("),
        ({"handmade": "hogg"}, "handmade.name", "'hog'"),
        ({"handmade": {"name": "sift", "word": 3}}, "handmade.word", "'words'"),
        ({"handmade": {"name": "sift", "cell": 3}}, "handmade.cell", "`name: hog`"),
        ({"handmade": {"size": 32}}, "handmade.name", "'name'"),
    ],
)
def test_a_document_gets_sentences_with_near_names(written, path, says, lang):
    set_language(lang)
    with pytest.raises(ValidationError) as told:
        Options.model_validate(written)
    (problem,) = problems_of(told.value, Document("s.yaml", {}), root=Options)
    assert problem.path == path
    assert says in str(problem)


def test_a_document_writes_a_classifier_as_a_name_or_a_mapping():
    assert Options.model_validate({"classifier": "knn"}).classifier == Knn()
    found = Options.model_validate({"classifier": {"name": "svm", "C": 2}, "handmade": "hog"})
    assert (found.classifier.C, found.handmade.name) == (2.0, "hog")
    schema = Options.model_json_schema()["properties"]
    assert {"enum": list(FAMILIES)} in schema["classifier"]["anyOf"]


def test_a_name_that_is_none_or_missing():
    with pytest.raises(ValidationError) as told:
        classifier("logistc")
    assert told.value.errors()[0]["type"] == "union_tag_invalid"
    assert classifier({"C": 2}) == Logistic(C=2)
    assert classifier(Knn(k=3)) == Knn(k=3)
