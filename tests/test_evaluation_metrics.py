"""Metrics against scikit-learn, torchmetrics and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as reference

from alih.errors import AlihError
from alih.evaluation import calibration, metrics, roc

EMPTY = {"label": np.array([], int), "prediction": np.array([], int)}
RANKS = ("auc", "average_precision")
NAMES = (
    "accuracy",
    "log_loss",
    "brier",
    "balanced_accuracy",
    "macro_f1",
    "matthews",
    "ece",
    *RANKS,
)


def drawn(
    seed: int, n: int = 400, classes: int = 5, absent: int | None = None
) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    label = rng.choice(classes, size=n, p=rng.dirichlet(np.full(classes, 3.0)))
    if absent is not None:
        label[label == absent] = (absent + 1) % classes
    logits = rng.normal(size=(n, classes)) + 1.5 * np.eye(classes)[label]
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return {
        "label": label,
        "prediction": probability.argmax(axis=1),
        "confidence": probability.max(axis=1),
        "probability": probability,
        "log_loss": metrics.log_loss(probability, label),
    }


def without(arrays: dict[str, np.ndarray], i: int) -> dict[str, np.ndarray]:
    return {name: np.delete(values, i, axis=0) for name, values in arrays.items()}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("absent", [None, 2])
def test_confusion_and_tables_equal_scikit_learn(seed, absent):
    a = drawn(seed, absent=absent)
    matrix = metrics.confusion(a["label"], a["prediction"], 5)
    assert matrix.dtype == np.int64
    np.testing.assert_array_equal(
        matrix, reference.confusion_matrix(a["label"], a["prediction"], labels=range(5))
    )
    table = metrics.per_class(metrics.class_counts(a["label"], a["prediction"], 5))
    expected = reference.precision_recall_fscore_support(
        a["label"], a["prediction"], labels=range(5), zero_division=0
    )
    for name, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        np.testing.assert_allclose(table[name], values, atol=1e-15)


def test_rows_are_true_classes():
    given = [0, 0, 0, 1], [0, 1, 1, 1], 3
    assert metrics.confusion(*given).tolist() == [[1, 2, 0], [0, 1, 0], [0, 0, 0]]
    table = metrics.per_class(metrics.class_counts(*given))
    assert table["precision"].tolist() == [1.0, 1 / 3, 0.0]
    assert table["recall"].tolist() == [1 / 3, 1.0, 0.0]
    assert table["support"].tolist() == [3, 1, 0]


@pytest.mark.parametrize("absent", [None, 2])
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
def test_totals_equal_scikit_learn(absent):
    a = drawn(3, absent=absent)
    label, prediction = a["label"], a["prediction"]
    assert metrics.compute("accuracy", a) == pytest.approx(
        reference.accuracy_score(label, prediction), abs=1e-12
    )
    assert metrics.compute("balanced_accuracy", a) == pytest.approx(
        reference.balanced_accuracy_score(label, prediction), abs=1e-12
    )
    assert metrics.compute("macro_f1", a) == pytest.approx(
        reference.f1_score(label, prediction, average="macro"), abs=1e-12
    )
    assert metrics.compute("log_loss", a) == pytest.approx(
        reference.log_loss(label, a["probability"], labels=range(5)), abs=1e-12
    )


@pytest.mark.parametrize("classes", [2, 5])
def test_matthews_and_auc_equal_scikit_learn_and_survive_large_counts(classes):
    a = drawn(4, classes=classes)
    label, prediction, probability = a["label"], a["prediction"], a["probability"].round(2)
    assert metrics.compute("matthews", a) == pytest.approx(
        reference.matthews_corrcoef(label, prediction), abs=1e-12
    )
    scores = probability[:, 1] if classes == 2 else probability / probability.sum(1, keepdims=True)
    given = {"probability": np.stack([1 - scores, scores], 1) if classes == 2 else scores}
    assert metrics.compute("auc", {"label": label, **given}) == pytest.approx(
        reference.roc_auc_score(label, scores, multi_class="ovr"), abs=1e-12
    )
    precisions = [
        reference.average_precision_score(label == of, given["probability"][:, of])
        for of in ((1,) if classes == 2 else range(classes))
    ]
    assert metrics.compute("average_precision", {"label": label, **given}) == pytest.approx(
        np.mean(precisions), abs=1e-12
    )
    tied = {"label": label[:30], "probability": given["probability"][:30].round(1)}
    for name in RANKS:
        slow = [metrics.compute(name, without(tied, i)) for i in range(30)]
        np.testing.assert_allclose(metrics.jackknife(name, tied), slow, atol=1e-12)
    counts = metrics.class_counts(label, prediction, classes)
    large = metrics.ClassCounts(*(10**6 * part for part in vars(counts).values()))
    assert metrics.matthews(large) == pytest.approx(metrics.matthews(counts))
    one = np.zeros(3, int)
    assert metrics.compute("matthews", {"label": one, "prediction": np.array([0, 1, 1])}) == 0.0


@pytest.mark.parametrize("positive", [0, 1])
def test_sensitivity_and_specificity_are_recalls_and_lack_a_value_without_items(positive):
    a = {**drawn(2, n=30, classes=2), "positive": np.array(positive)}
    for name, of in (("sensitivity", positive), ("specificity", 1 - positive)):
        recall = reference.recall_score(a["label"], a["prediction"], pos_label=of)
        assert metrics.compute(name, a) == pytest.approx(recall)
        rest = {key: a[key] for key in ("label", "prediction")}
        slow = [
            metrics.compute(name, {**without(rest, i), "positive": a["positive"]})
            for i in range(30)
        ]
        np.testing.assert_allclose(metrics.jackknife(name, a), slow, atol=1e-12)
    rest = {"label": np.zeros(3, int), "prediction": np.zeros(3, int)}
    assert np.isnan(metrics.compute("sensitivity", rest))
    assert metrics.compute("specificity", rest) == 1.0


def test_temperature_scaling_undoes_a_known_temperature_and_thresholds_find_enough():
    a = drawn(9, n=4000, classes=3)
    sure = calibration.rescaled(a["probability"], 0.4)
    rng = np.random.default_rng(0)
    label = np.array([rng.choice(3, p=row) for row in a["probability"]])
    assert calibration.temperature(sure, label) == pytest.approx(1 / 0.4, rel=0.05)
    np.testing.assert_allclose(calibration.rescaled(sure, 1 / 0.4), a["probability"], atol=1e-9)
    half = calibration.temperature(sure.astype(np.float16), label)
    assert half == pytest.approx(calibration.temperature(sure, label), rel=0.01)
    # A few images that are all right move it little, from sure and from unsure networks alike.
    for sure in (0.7, 0.9999):
        perfect = np.tile([[sure, 1 - sure], [1 - sure, sure]], (4, 1))
        found = calibration.temperature(perfect, np.tile([0, 1], 4))
        assert 0.5 < found <= 1.0001
    score, positive = np.array([0.5, 0.5, 0.9, 0.1]), np.array([True, True, True, False])
    assert calibration.threshold(score, positive, 1 / 3) == 0.9
    assert calibration.threshold(score, positive, 0.34) == 0.5


def test_half_precision_ranks_sure_answers_as_finely_as_unlikely_ones():
    sure = np.array([1e-5, 2e-5, 0.3])
    table = np.stack([1 - sure, sure], 1)
    label = np.array([0, 1, 1])
    for probability in (table, table[:, ::-1]):
        found = metrics.compute("auc", {"label": label, "probability": probability})
        half = metrics.compute("auc", {"label": label, "probability": probability.astype("f2")})
        assert found == half


def test_macro_f1_counts_a_class_that_is_only_predicted_and_skips_one_that_is_nowhere():
    a = {"label": np.array([0, 0, 4]), "prediction": np.array([0, 1, 4])}
    assert metrics.compute("macro_f1", a) == pytest.approx(np.mean([2 / 3, 0.0, 1.0]))
    assert metrics.compute("macro_f1", a) == pytest.approx(
        reference.f1_score(a["label"], a["prediction"], average="macro")
    )
    assert metrics.compute("balanced_accuracy", a) == pytest.approx(np.mean([0.5, 1.0]))


def test_log_loss_clipping_is_the_stated_one():
    hit, miss = metrics.log_loss([[1.0, 0.0], [1.0, 0.0]], [0, 1])
    assert hit == 0.0
    assert not np.signbit(hit)
    assert miss == pytest.approx(-np.log(np.finfo(float).eps))


def test_brier_equals_the_definition_and_its_bounds():
    a = drawn(5)
    direct = ((a["probability"] - np.eye(5)[a["label"]]) ** 2).sum(axis=1)
    np.testing.assert_allclose(metrics.brier(a["probability"], a["label"]), direct, atol=1e-12)
    assert metrics.brier([[1.0, 0.0], [1.0, 0.0]], [0, 1]).tolist() == [0.0, 2.0]
    two = drawn(6, classes=2)
    half = reference.brier_score_loss(two["label"], two["probability"][:, 1])
    assert metrics.compute("brier", two) == pytest.approx(2 * half, abs=1e-12)


@pytest.mark.parametrize("bins", [10, 15])
def test_ece_equals_torchmetrics(bins):
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torchmetrics.functional.classification")
    torch.set_num_threads(1)
    a = drawn(7, n=1000)
    expected = theirs.multiclass_calibration_error(
        torch.from_numpy(a["probability"]),
        torch.from_numpy(a["label"]),
        num_classes=5,
        n_bins=bins,
        norm="l1",
    )
    ours = metrics.ece(a["confidence"], a["label"] == a["prediction"], bins)
    assert ours == pytest.approx(float(expected), abs=1e-6)


def test_ece_closed_forms():
    assert metrics.ece([1.0, 1.0, 1.0, 1.0], [1, 1, 0, 0]) == pytest.approx(0.5)
    assert metrics.ece([0.75] * 4, [1, 1, 1, 0]) == pytest.approx(0.0, abs=1e-15)
    # Confidence 1 shares the last bin with 0.95, so their errors cancel: |1.95 − 2| / 2.
    assert metrics.ece([1.0, 0.95], [1, 1]) == pytest.approx(0.025)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("seed", "n", "absent"), [(0, 60, None), (1, 25, 1), (2, 7, 0)])
def test_jackknife_equals_leaving_each_item_out(name, seed, n, absent):
    a = drawn(seed, n=n, absent=absent)
    slow = [metrics.compute(name, without(a, i)) for i in range(n)]
    np.testing.assert_allclose(metrics.jackknife(name, a), slow, atol=1e-12)


def test_jackknife_drops_a_class_with_its_last_item():
    a = {"label": np.array([0, 0, 1, 2]), "prediction": np.array([0, 1, 1, 0])}
    for name in ("balanced_accuracy", "macro_f1"):
        slow = [metrics.compute(name, without(a, i)) for i in range(4)]
        np.testing.assert_allclose(metrics.jackknife(name, a), slow, atol=1e-15)


@pytest.mark.parametrize("name", ["accuracy", "log_loss", "brier"])
def test_item_scores_average_to_the_metric(name):
    a = drawn(8)
    scores = metrics.item_scores(name, a)
    assert scores.shape == (400,)
    assert scores.dtype == np.float64
    assert scores.mean() == pytest.approx(metrics.compute(name, a))


def test_half_precision_scores_are_summed_in_double():
    n = 20000
    a = {
        "label": np.zeros(n, int),
        "prediction": np.zeros(n, int),
        "log_loss": np.full(n, 0.1, np.float32),
    }
    assert metrics.compute("log_loss", a) == pytest.approx(float(np.float32(0.1)), abs=1e-12)
    a["confidence"] = np.full(n, 0.9, np.float16)
    assert metrics.compute("ece", a) == pytest.approx(1 - float(np.float16(0.9)), abs=1e-12)


def test_baselines():
    assert metrics.chance(10)["accuracy"] == 0.1
    assert metrics.chance(10)["log_loss"] == pytest.approx(np.log(10))
    assert metrics.chance(4)["brier"] == pytest.approx(metrics.brier(np.full((1, 4), 0.25), [0])[0])
    # The X-ray paper's test set: 24 of 33 images are COVID.
    result = metrics.majority([1] * 40 + [0] * 25, [1] * 24 + [0] * 9)
    assert result["accuracy"] == pytest.approx(24 / 33)
    assert result["balanced_accuracy"] == 0.5
    p = np.array([26 / 67, 41 / 67])
    assert result["log_loss"] == pytest.approx(-(24 * np.log(p[1]) + 9 * np.log(p[0])) / 33)


def test_table_of_metrics_is_covered():
    from alih.metrics import METRICS

    a = drawn(9)
    for name, metric in METRICS.items():
        if "classification" not in metric.tasks:
            continue
        assert np.isfinite(metrics.compute(name, a))
        if metric.kind == "item":
            assert metrics.item_scores(name, a).shape == (400,)
        else:
            with pytest.raises(AlihError, match=name):
                metrics.item_scores(name, a)


@pytest.mark.parametrize(
    ("call", "key", "named"),
    [
        (
            lambda: metrics.class_counts([0, 7], [0, 1], 5),
            "evaluation.class_out_of_range",
            "class 7",
        ),
        (lambda: metrics.confusion([0, 7], [0, 1], 5), "evaluation.class_out_of_range", "class 7"),
        (
            lambda: metrics.confusion([0, 1], [0, -2], 5),
            "evaluation.class_out_of_range",
            "'prediction' holds class -2",
        ),
        (lambda: metrics.confusion([0, 1], [0], 2), "evaluation.lengths_differ", "2 items"),
        (lambda: metrics.confusion([0.5], [0], 2), "evaluation.no_class_numbers", "float64"),
        (lambda: metrics.log_loss([0.5, 0.5], [0]), "evaluation.not_a_table", "(2,)"),
        (lambda: metrics.ece([1.5], [1]), "evaluation.no_confidence", "1.5"),
        (lambda: metrics.ece([float("nan")], [1]), "evaluation.no_confidence", "nan"),
        (lambda: metrics.compute("acuracy", drawn(0)), "evaluation.unknown_metric", "acuracy"),
        (lambda: metrics.jackknife("acuracy", drawn(0)), "evaluation.unknown_metric", "acuracy"),
        (lambda: metrics.item_scores("ece", drawn(0)), "evaluation.no_item_scores", "ece"),
        (
            lambda: metrics.compute("brier", {"label": np.array([0])}),
            "evaluation.missing_array",
            "probability",
        ),
        (
            lambda: metrics.compute("accuracy", EMPTY),
            "evaluation.no_items",
            "",
        ),
        (
            lambda: metrics.compute("macro_f1", EMPTY),
            "evaluation.no_items",
            "",
        ),
        (
            lambda: metrics.jackknife("ece", {k: v[:1] for k, v in drawn(0).items()}),
            "evaluation.jackknife_needs_two",
            "1",
        ),
    ],
)
def test_bad_input_is_named(call, key, named):
    with pytest.raises(AlihError) as caught:
        call()
    assert caught.value.key == key
    assert named in str(caught.value)


def test_class_numbers_in_small_unsigned_types_are_taken():
    """`scores.npz` stores classes as uint8, where -1 has no place."""
    arrays = {"label": np.array([0, 1, 1], np.uint8), "prediction": np.array([0, 1, 0], np.uint8)}
    assert metrics.compute("accuracy", arrays) == pytest.approx(2 / 3)
    assert metrics.compute("macro_f1", arrays) == pytest.approx(2 / 3)


@pytest.mark.parametrize("decimals", [1, 8])
def test_roc_curves_and_their_areas_equal_scikit_learns(decimals):
    found = drawn(3)
    score = found["probability"].round(decimals)  # with one decimal, many scores are equal
    label = found["label"]
    areas = []
    for positive in range(5):
        false, true = roc.roc(score[:, positive], label == positive)
        expected = reference.roc_curve(
            label == positive, score[:, positive], drop_intermediate=False
        )
        np.testing.assert_allclose(false, expected[0])
        np.testing.assert_allclose(true, expected[1])
        areas.append(roc.area(false, true))
        assert areas[-1] == pytest.approx(
            reference.roc_auc_score(label == positive, score[:, positive])
        )
    curve, area = roc.one_against_rest(score, label)
    assert area == pytest.approx(np.mean(areas))
    assert (np.diff(curve) >= 0).all()
    assert curve[-1] == 1.0


def test_two_classes_have_one_curve_and_absent_ones_none():
    found = drawn(4, classes=2)
    _, area = roc.one_against_rest(found["probability"], found["label"])
    assert area == pytest.approx(
        reference.roc_auc_score(found["label"], found["probability"][:, 1])
    )
    found = drawn(5, classes=4, absent=2)
    _, area = roc.one_against_rest(found["probability"], found["label"])
    others = [
        reference.roc_auc_score(found["label"] == c, found["probability"][:, c]) for c in (0, 1, 3)
    ]
    assert area == pytest.approx(np.mean(others))
    assert roc.one_against_rest(np.ones((3, 2)), np.zeros(3, int)) is None


def test_a_sure_classifier_reaches_all_at_no_price():
    curve, area = roc.one_against_rest(np.eye(3)[[0, 1, 2, 0]], np.array([0, 1, 2, 0]))
    assert area == 1.0
    assert (curve == 1.0).all()


def test_the_bins_of_reliability_add_up_to_the_calibration_error():
    found = drawn(6)
    right = found["label"] == found["prediction"]
    sure, correct, items = metrics.reliability(found["confidence"], right)
    kept = items > 0
    assert items.sum() == len(right)
    assert np.isnan(sure[~kept]).all()
    gaps = items[kept] * np.abs(correct[kept] - sure[kept])
    assert gaps.sum() / len(right) == pytest.approx(metrics.ece(found["confidence"], right))
