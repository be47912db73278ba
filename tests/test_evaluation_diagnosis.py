"""Curves with the sentences they must get, among them the ones that papers printed; and curves that
get none.

Papers print some points of a curve. `filled` joins them by straight lines (losses that span
decades: straight in the logarithm). What is asserted does not hang on the fill: every printed point
is kept as printed.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.support.spoken import heard, spoken

from alih.evaluation.curves import Curves, curves, from_cells, reach
from alih.evaluation.diagnosis import diagnose
from alih.words.evaluation import WORDS

E20 = np.arange(1, 21)


def filled(points: dict[int, float], epochs: int = 20, log: bool = False) -> np.ndarray:
    values = np.array([points[epoch] for epoch in sorted(points)])
    line = np.interp(np.arange(1, epochs + 1), sorted(points), np.log(values) if log else values)
    return np.exp(line) if log else line


def decay(start: float, end: float, speed: float, epochs: int = 20) -> np.ndarray:
    return end + (start - end) * np.exp(-speed * np.arange(epochs))


def told(finding) -> dict[str, str]:
    """The values of its sentence as it says them."""
    values = heard(finding.sentence)[f"evaluation.{finding.code}"]
    return {name: str(value) for name, value in values.items()}


def codes(findings) -> list[str]:
    return [finding.code for finding in findings]


# Fashion-MNIST paper: figures 6-9, the points its text prints; 60,000 training images, the 10,000
# test images as validation.
PLAIN = curves(
    train={
        "loss": filled({1: 0.4952, 2: 0.2926, 3: 0.2414, 4: 0.2059, 20: 0.0035}, log=True),
        "accuracy": filled({1: 0.8216, 2: 0.8933, 20: 0.9992}),
    },
    validation={
        "loss": filled(
            {1: 0.3674, 2: 0.2962, 3: 0.2613, 4: 0.2434, 5: 0.2479, 7: 0.2237, 20: 0.4458}
        ),
        # Epoch 1 is not printed ("rises, not significantly, up to epoch 6"); 0.87 is the dropout
        # network's first value.
        "accuracy": filled({1: 0.87, 6: 0.9215, 7: 0.9220, 8: 0.9167, 9: 0.9113, 20: 0.9269}),
    },
)
DROPOUT = curves(
    train={
        "loss": filled(
            {1: 0.5801, 2: 0.3643, 3: 0.3131, 4: 0.2787, 5: 0.2551, 6: 0.2368, 20: 0.1214}, log=True
        ),
        "accuracy": filled(
            {
                1: 0.7973,
                2: 0.8717,
                3: 0.8888,
                4: 0.9004,
                5: 0.9083,
                6: 0.9145,
                7: 0.9202,
                20: 0.9568,
            }
        ),
    },
    validation={
        "loss": filled(
            {1: 0.3745, 2: 0.3061, 3: 0.2863, 4: 0.2698, 5: 0.2390, 20: 0.2066}, log=True
        ),
        "accuracy": filled(
            {
                1: 0.8687,
                2: 0.8895,
                3: 0.8959,
                4: 0.9014,
                5: 0.9125,
                6: 0.9125,
                7: 0.9177,
                20: 0.9284,
            }
        ),
    },
)
PAPER = {"n_train": 60000, "n_validation": 10000, "majority": 0.1}

# X-ray paper, figure 16: epochs 11-25 as printed (loss, accuracy, validation loss, validation
# accuracy); 65 + 33 images.
FIGURE_16 = """
0.6006 0.7046 0.5439 0.7273 / 0.5673 0.7077 0.5208 0.7273 /
0.5489 0.7385 0.4965 0.7273 / 0.4949 0.7538 0.4128 0.7879
0.5756 0.7385 0.3518 0.8182 / 0.5233 0.7077 0.3284 0.8182 /
0.3860 0.8000 0.2915 0.8182 / 0.2889 0.8308 0.3291 0.9091
0.5373 0.6923 0.3567 0.9091 / 0.3412 0.8923 0.2218 0.8788 /
0.3676 0.8000 0.4488 0.7576 / 0.4916 0.8154 0.3985 0.7879
0.4288 0.7846 0.4094 0.8485 / 0.3913 0.8388 0.2378 0.9091 / 0.1812 0.9077 0.1718 0.8788
"""
# Figure 22: epochs 7-25 as printed; validation on one batch of 10 images.
FIGURE_22 = """
0.2765 0.8793 0.2672 0.8800 / 0.3135 0.8621 0.1332 1.0000 /
0.4784 0.7759 0.1391 1.0000 / 0.2958 0.8833 0.2643 0.9000
0.3235 0.9167 0.3159 0.9000 / 0.2048 0.8500 0.2021 0.9000 /
0.3289 0.8621 0.3967 0.8000 / 0.2201 0.9318 0.1478 0.9000
0.2898 0.8621 0.0376 1.0000 / 0.3248 0.8793 0.0472 1.0000 /
0.2718 0.8793 0.2174 0.9000 / 0.1727 0.9483 0.1557 0.9000
0.1115 0.9655 0.1564 0.9000 / 0.2341 0.8966 0.1428 0.9000 /
0.1347 0.9318 0.1863 1.0000 / 0.1416 0.9138 0.1585 0.9000
0.1297 0.9138 0.2016 0.9000 / 0.1501 0.9318 0.0247 1.0000 / 0.1191 0.9167 0.1101 1.0000
"""


def printed(figure: str) -> Curves:
    loss, accuracy, val_loss, val_accuracy = (
        np.array(figure.replace("/", " ").split(), float).reshape(-1, 4).T
    )
    return curves(
        train={"loss": loss, "accuracy": accuracy},
        validation={"loss": val_loss, "accuracy": val_accuracy},
    )


def pets(loss: float, val_loss: float, iou: float, val_iou: float) -> Curves:
    """U-Net on pets: only the values after epoch 20 are printed; everything before is drawn as a
    plain exponential."""
    return curves(
        train={"loss": decay(0.9, loss, 0.35), "iou_macro": decay(0.5, iou, 0.35)},
        validation={"loss": decay(0.95, val_loss, 0.5), "iou_macro": decay(0.5, val_iou, 0.5)},
    )


def test_paper_without_dropout_is_overconfident():
    (finding,) = diagnose(PLAIN, **PAPER)
    assert finding.code == "overfitting_loss"
    assert told(finding) == {
        "epoch": "7",
        "loss_best": "0.224",
        "loss_last": "0.446",
        "metric": "accuracy",
        "score_best": "92.2 %",
        "score_last": "92.7 %",
    }


def test_paper_with_dropout_has_only_a_gap():
    (finding,) = diagnose(DROPOUT, **PAPER)
    assert (finding.code, finding.severity) == ("generalisation_gap", "note")
    assert finding.values["score_train"] == pytest.approx(0.9568, abs=0.01)
    assert finding.values["score_validation"] == pytest.approx(0.9284, abs=0.01)


def test_xray_paper_first_network_is_a_matter_of_few_images():
    findings = diagnose(printed(FIGURE_16), n_train=65, n_validation=33, majority=24 / 33)
    assert codes(findings) == ["near_majority", "small_validation"]
    assert told(findings[0])["score_majority"] == "72.7 %"
    # Wilson's interval for 29 of 33, whose lower end happens to be the majority's 72.7 %.
    for part in ("87.9 %", "72.7 %", "95.2 %"):
        assert part in told(findings[1]).values()
    assert "3,0 poin" in spoken("id", findings[1].sentence)


def test_xray_paper_second_network_validates_on_ten_images():
    (finding,) = diagnose(printed(FIGURE_22), n_train=58, n_validation=10, majority=0.7)
    assert finding.code == "small_validation"
    assert {"72.2 %", "100.0 %"} <= set(told(finding).values())


def test_pets_paper_scratch_has_a_gap_and_is_not_underfitting():
    findings = diagnose(
        pets(0.298, 0.435, 0.871, 0.825),
        n_train=3680,
        n_validation=3669,
        reference_train=0.5,
        metric="iou_macro",
    )
    assert codes(findings) == ["generalisation_gap"]
    said = told(findings[0])
    assert (said["metric"], said["score_train"]) == ("mean IoU", "87.0 %")


def test_pets_paper_rule_1_pattern_is_overfitting_not_underfitting():
    # Validation loss rises and validation IoU falls while training goes on improving: section 3.8
    # calls this underfitting.
    drawn = curves(
        train={"loss": decay(0.9, 0.05, 0.2), "iou_macro": decay(0.5, 0.97, 0.2)},
        validation={
            "loss": decay(0.9, 0.3, 0.8) + 0.02 * np.maximum(0, E20 - 8),
            "iou_macro": decay(0.5, 0.82, 0.8) - 0.006 * np.maximum(0, E20 - 8),
        },
    )
    (finding,) = diagnose(
        drawn, n_train=3680, n_validation=3669, reference_train=0.5, metric="iou_macro"
    )
    assert (finding.code, finding.severity) == ("overfitting_score", "problem")
    assert told(finding)["metric"] == "mean IoU"


SIZES = {"n_train": 5400, "n_validation": 600, "majority": 0.1}
GOOD = {"loss": decay(1.0, 0.30, 0.5), "accuracy": decay(0.6, 0.90, 0.5)}
GOOD_TRAIN = {"loss": decay(1.0, 0.27, 0.5), "accuracy": decay(0.6, 0.91, 0.5)}

DRAWN = {
    "not_learning": (
        {
            "train": {"loss": np.full(20, 2.303), "accuracy": np.full(20, 0.101)},
            "validation": {"loss": np.full(20, 2.303), "accuracy": np.full(20, 0.098)},
        },
        {},
        {"score_train": "10.1 %", "metric": "accuracy", "score_majority": "10.0 %"},
    ),
    "underfitting": (
        {
            "train": {"loss": decay(2.0, 0.9, 0.8), "accuracy": decay(0.2, 0.70, 0.8)},
            "validation": {"loss": decay(2.0, 0.92, 0.8), "accuracy": decay(0.2, 0.69, 0.8)},
        },
        {"reference_train": 0.861},
        {
            "score_train": "70.0 %",
            "reference": "logistic regression on the pixels",
            "score_reference": "86.1 %",
        },
    ),
    "underfitting against another arm": (
        {
            "train": {"loss": decay(2.0, 0.9, 0.8), "accuracy": decay(0.2, 0.70, 0.8)},
            "validation": {"loss": decay(2.0, 0.92, 0.8), "accuracy": decay(0.2, 0.69, 0.8)},
        },
        {"reference_train": 0.95, "reference": "plain"},
        {"reference": "arm 'plain'", "score_reference": "95.0 %"},
    ),
    "overfitting_loss_only": (
        {
            "train": {"loss": decay(1.0, 0.01, 0.3)},
            "validation": {"loss": decay(1.0, 0.3, 0.9) + 0.02 * np.maximum(0, E20 - 6)},
        },
        {},
        {"epoch": "6", "loss_best": "0.308", "loss_last": "0.580"},
    ),
    "not_finished": (
        {
            "train": {"loss": 2.0 * 0.93**E20, "accuracy": 0.3 + 0.02 * E20},
            "validation": {"loss": 2.1 * 0.95**E20, "accuracy": 0.29 + 0.02 * E20},
        },
        {},
        {"epochs": "20", "rate_train": "7.0 %", "rate_validation": "5.0 %"},
    ),
    "validation_above_train": (
        {
            "train-eval": {"loss": decay(1.0, 0.4, 0.5), "accuracy": decay(0.5, 0.85, 0.5)},
            "validation": {"loss": decay(1.0, 0.3, 0.5), "accuracy": decay(0.5, 0.92, 0.5)},
        },
        {},
        {"score_validation": "92.0 %", "score_train": "85.0 %"},
    ),
    "validation_above_running": (
        {
            "train": {"loss": decay(1.0, 0.5, 0.5), "accuracy": decay(0.5, 0.84, 0.5)},
            "validation": {"loss": decay(1.0, 0.3, 0.5), "accuracy": decay(0.5, 0.90, 0.5)},
        },
        {},
        {"score_validation": "90.0 %", "score_train": "84.0 %"},
    ),
    "running_explained": (
        {
            "train": {"loss": decay(1.0, 0.5, 0.5), "accuracy": decay(0.5, 0.84, 0.5)},
            "train-eval": {"loss": decay(1.0, 0.28, 0.5), "accuracy": decay(0.5, 0.91, 0.5)},
            "validation": {"loss": decay(1.0, 0.3, 0.5), "accuracy": decay(0.5, 0.90, 0.5)},
        },
        {},
        {"score_running": "84.0 %", "score_validation": "90.0 %", "score_train": "91.0 %"},
    ),
    "mode_gap": (
        {
            "train": {"loss": decay(1.0, 0.1, 0.5), "accuracy": decay(0.5, 0.97, 0.5)},
            "train-eval": {"loss": decay(1.0, 1.5, 0.5), "accuracy": decay(0.3, 0.60, 0.5)},
            "validation": {"loss": decay(1.0, 1.5, 0.5), "accuracy": decay(0.3, 0.595, 0.5)},
        },
        {},
        {"score_running": "97.0 %", "score_train": "60.0 %"},
    ),
    "unstable": (
        {
            "train": {
                "loss": decay(1.0, 0.2, 0.9) + 0.1 * np.maximum(0, E20 - 10),
                "accuracy": filled({1: 0.5, 10: 0.9, 20: 0.6}),
            },
            "validation": {
                "loss": decay(1.0, 0.2, 0.9) + 0.1 * np.maximum(0, E20 - 10),
                "accuracy": filled({1: 0.5, 10: 0.9, 20: 0.6}),
            },
        },
        {},
        {"epoch": "10", "loss_best": "0.200", "loss_last": "1.200"},
    ),
    "near_majority": (
        {
            "train": {"loss": decay(0.7, 0.3, 0.5), "accuracy": decay(0.7, 0.78, 0.5)},
            "validation": {"loss": decay(0.7, 0.55, 0.5), "accuracy": decay(0.7, 0.72, 0.5)},
        },
        {"n_train": 2000, "n_validation": 150, "majority": 0.70},
        {
            "score_validation": "72.0 %",
            "score_error": "3.6 %",
            "n": "150",
            "score_majority": "70.0 %",
        },
    ),
    "not_finite": (
        {
            "train": {"loss": [[1.0, 0.8, float("nan"), float("nan")], [1.0, 0.8, 0.7, 0.6]]},
            "validation": {"loss": [[1.1, 0.9, 0.8, 0.7], [1.1, 0.9, 0.8, 0.7]]},
        },
        {},
        {"split": "training", "epoch": "3", "broken": "1", "replicates": "2"},
    ),
    "too_few_epochs": (
        {"train": {"loss": [1.0, 0.5, 0.3, 0.2]}, "validation": {"loss": [1.0, 0.6, 0.5, 0.6]}},
        {},
        {"epochs": "4", "needed": "5"},
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_drawn_curves_get_their_sentence_and_no_other(name):
    splits, sizes, values = DRAWN[name]
    (finding,) = diagnose(curves(**splits), **(SIZES | sizes))
    assert finding.code == name.split(" ")[0]
    assert values.items() <= told(finding).items()


SILENT = {
    "healthy": {"train": GOOD_TRAIN, "validation": GOOD},
    "healthy and noisy": {
        split: {
            "loss": drawn["loss"] + 0.012 * np.random.default_rng(seed).normal(size=20),
            "accuracy": drawn["accuracy"] + 0.006 * np.random.default_rng(seed + 9).normal(size=20),
        }
        for seed, (split, drawn) in enumerate({"train": GOOD_TRAIN, "validation": GOOD}.items())
    },
    "one bad epoch at the end": {
        "train": GOOD_TRAIN,
        "validation": {
            "loss": [*GOOD["loss"][:-1], 0.33],
            "accuracy": [*GOOD["accuracy"][:-1], 0.88],
        },
    },
    "constant and good": {
        "train": {"loss": np.full(10, 0.2), "accuracy": np.full(10, 0.93)},
        "validation": {"loss": np.full(10, 0.22), "accuracy": np.full(10, 0.92)},
    },
    "ten replicates that differ": {
        split: {
            metric: np.add.outer(np.linspace(-0.01, 0.01, 10), values)
            for metric, values in drawn.items()
        }
        for split, drawn in {"train": GOOD_TRAIN, "validation": GOOD}.items()
    },
    "validation only every second epoch": {
        "train": GOOD_TRAIN,
        "validation": {
            metric: [v if i % 2 else None for i, v in enumerate(values)]
            for metric, values in GOOD.items()
        },
    },
}


@pytest.mark.parametrize("name", SILENT)
def test_curves_about_which_nothing_must_be_said(name):
    assert codes(diagnose(curves(**SILENT[name]), **SIZES, reference_train=0.86)) == []


@pytest.mark.parametrize("epochs", [5, 8, 12, 20, 50])
def test_noise_on_a_plateau_is_rarely_taken_for_overfitting(epochs):
    wrong = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        drawn = curves(
            train={"loss": decay(1.0, 0.2, 0.3, epochs), "accuracy": decay(0.6, 0.92, 0.3, epochs)},
            validation={
                "loss": decay(1.0, 0.25, 0.8, epochs) + 0.02 * rng.normal(size=epochs),
                "accuracy": decay(0.6, 0.91, 0.8, epochs) + 0.01 * rng.normal(size=epochs),
            },
        )
        wrong += any("overfitting" in code for code in codes(diagnose(drawn, **SIZES)))
    assert wrong <= 6


@pytest.mark.parametrize("rise", [0.004, 0.008, 0.016])
def test_a_steady_rise_is_found_in_spite_of_noise(rise):
    found = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        drawn = curves(
            train={"loss": decay(1.0, 0.02, 0.3)},
            validation={
                "loss": decay(1.0, 0.25, 0.8)
                + rise * np.maximum(0, E20 - 7)
                + 0.004 * rng.normal(size=20)
            },
        )
        found += "overfitting_loss_only" in codes(diagnose(drawn, **SIZES))
    assert found >= 98


def test_nothing_measured_is_nothing_to_say():
    assert diagnose(from_cells([]), **SIZES) == []
    assert diagnose(curves(train={"loss": [1.0]}), **SIZES) == []


@pytest.mark.parametrize("epochs", [1, 2, 3, 4])
def test_few_epochs_get_one_note(epochs):
    short = {
        split: {metric: values[:epochs] for metric, values in drawn.items()}
        for split, drawn in SILENT["healthy"].items()
    }
    assert codes(diagnose(curves(**short), **SIZES)) == ["too_few_epochs"]


@pytest.mark.parametrize("epochs", [1, 2, 4])
def test_after_few_epochs_nothing_is_said_of_what_was_not_learned_yet(epochs):
    flat = {"loss": [2.3] * epochs, "accuracy": [0.1] * epochs}
    short = diagnose(curves(train=flat, validation=flat), **SIZES)
    assert codes(short) == ["too_few_epochs"]
    seen = {"loss": [0.4] * epochs, "accuracy": [0.9] * epochs}
    broken = curves(
        train=seen, train_eval={"loss": [2.0] * epochs, "accuracy": [0.4] * epochs}, validation=flat
    )
    assert codes(diagnose(broken, **SIZES)) == ["mode_gap", "too_few_epochs"]
    by_heart = diagnose(curves(train=seen, validation=flat), **SIZES)
    assert codes(by_heart) == ["near_majority", "too_few_epochs"]


def test_the_last_of_few_epochs_counts():
    rising = {"loss": [2.3, 2.0, 1.5], "accuracy": [0.1, 0.1, 0.5]}
    assert codes(diagnose(curves(train=rising, validation=rising), **SIZES)) == ["too_few_epochs"]


def test_five_epochs_are_read():
    loss = [0.5, 0.3, 0.5, 0.7, 0.9]
    drawn = curves(
        train={"loss": [0.5, 0.3, 0.1, 0.05, 0.01], "accuracy": [0.8, 0.9, 0.95, 0.98, 0.99]},
        validation={"loss": loss, "accuracy": [0.8, 0.88, 0.88, 0.88, 0.88]},
    )
    assert codes(diagnose(drawn, **SIZES)) == ["overfitting_loss"]


def test_memorising_reference_does_not_make_a_well_fitted_network_underfit():
    # Logistic regression on 3,072 pixels reaches 100 % on few images; a network with a gap of its
    # own is not under-fitting.
    drawn = curves(
        train={"loss": decay(1.0, 0.2, 0.5), "accuracy": decay(0.5, 0.95, 0.5)},
        validation={"loss": decay(1.0, 0.6, 0.5), "accuracy": decay(0.5, 0.80, 0.5)},
    )
    assert "underfitting" not in codes(diagnose(drawn, **SIZES, reference_train=1.0))


def test_what_a_linear_model_fits_completely_too_is_no_underfitting():
    perfect = {"loss": decay(1.0, 0.01, 0.5), "accuracy": decay(0.5, 1.0, 0.5)}
    seen = {"loss": decay(1.0, 0.02, 0.5), "accuracy": decay(0.5, 0.995, 0.5)}
    (easy,) = diagnose(curves(train=perfect, validation=seen), **SIZES, reference_train=1.0)
    assert easy.code == "as_easy"
    assert told(easy)["reference"] == "logistic regression on the pixels"
    # Equal to the reference below the top is not below it.
    level = {"loss": decay(1.0, 0.5, 0.5), "accuracy": decay(0.5, 0.86, 0.5)}
    assert diagnose(curves(train=level, validation=level), **SIZES, reference_train=0.865) == []


def test_broken_batch_statistics_are_not_called_a_network_that_learned_nothing():
    drawn = curves(
        train={"loss": decay(2.0, 0.2, 0.5), "accuracy": decay(0.2, 0.95, 0.5)},
        train_eval={"loss": np.full(20, 2.3), "accuracy": np.full(20, 0.1)},
        validation={"loss": np.full(20, 2.3), "accuracy": np.full(20, 0.1)},
    )
    assert codes(diagnose(drawn, **SIZES)) == ["mode_gap"]


def test_two_domains_are_not_sent_to_k_fold():
    few = {"n_train": 5400, "n_validation": 50, "majority": 0.1, "kfold": False}
    (finding,) = diagnose(curves(**SILENT["healthy"]), **few, domains=True)
    assert "k-fold" not in finding.sentence()
    assert "more images of the source" in finding.sentence()
    (alone,) = diagnose(curves(**SILENT["healthy"]), **few)
    assert "source" not in alone.sentence()
    # Wilson's interval of 25 of 50: 36.6 to 63.4 %.
    assert "95 % interval is up to 26.7 points wide" in alone.sentence()


def test_evaluation_mode_is_preferred_to_the_running_mean():
    # Judged by the running mean this network would be below the reference; in evaluation mode it is
    # above.
    drawn = curves(
        train={"loss": decay(1.0, 0.5, 0.5), "accuracy": decay(0.5, 0.84, 0.5)},
        train_eval={"loss": decay(1.0, 0.3, 0.5), "accuracy": decay(0.5, 0.905, 0.5)},
        validation={"loss": decay(1.0, 0.32, 0.5), "accuracy": decay(0.5, 0.895, 0.5)},
    )
    assert codes(diagnose(drawn, **SIZES, reference_train=0.86)) == ["running_explained"]
    without = Curves(
        drawn.epochs, {key: values for key, values in drawn.table.items() if key[0] != "train-eval"}
    )
    assert "underfitting" in codes(diagnose(without, **SIZES, reference_train=0.86))


def test_plain_cross_entropy_is_preferred_to_the_objective():
    # With label smoothing the objective flattens out, while the plain cross-entropy shows the
    # over-fitting.
    rising = decay(1.0, 0.3, 0.9) + 0.02 * np.maximum(0, E20 - 6)
    drawn = curves(
        train={"loss": decay(1.5, 0.6, 0.5), "log_loss": decay(1.0, 0.02, 0.3)},
        validation={"loss": decay(1.5, 0.7, 0.5), "log_loss": rising},
    )
    assert codes(diagnose(drawn, **SIZES)) == ["overfitting_loss_only"]


def test_most_serious_comes_first():
    findings = diagnose(PLAIN, n_train=60000, n_validation=50, majority=0.1)
    assert codes(findings) == ["overfitting_loss", "small_validation"]
    splits = DRAWN["unstable"][0]
    order = [
        finding.severity
        for finding in diagnose(curves(**splits), n_train=5400, n_validation=50, majority=0.1)
    ]
    assert order == ["problem", "warning"]


def test_every_finding_has_both_languages_and_no_number_with_the_wrong_mark():
    seen = set()
    for splits, sizes, _ in DRAWN.values():
        for finding in diagnose(curves(**splits), **(SIZES | sizes)):
            seen.add(finding.code)
            assert not re.search(r"\d\.\d", spoken("id", finding.sentence))
            assert not re.search(r"\d,\d(?!\d\d)", finding.sentence())
            assert spoken("id", finding.sentence) != finding.sentence()
    seen |= {"overfitting_loss", "overfitting_score", "generalisation_gap", "small_validation"}
    seen |= {
        "near_majority_masks",
        "small_validation_masks",
        "as_easy",
    }  # of segmentation: tests/test_evaluation_segmentation.py
    told = {
        key.removeprefix("evaluation.")
        for key, (english, _) in WORDS.items()
        if re.search(r"\{(score|loss|epochs|rate|broken|points)", english)
    }
    assert seen == told


def test_reach_gives_the_first_epoch_at_least_as_good():
    curve = ([1, 2, 3, 4], [0.80, 0.91, 0.90, 0.92])
    assert reach(curve, 0.91) == 2
    assert reach(curve, 0.95) is None
    assert reach(([1, 2, 3], [0.5, 0.3, 0.4]), 0.4, higher_is_better=False) == 2
    assert reach(([], []), 0.5) is None
    assert reach(([1, 2], [float("nan"), 0.9]), 0.5) == 2


def test_curves_of_a_study_folder(tmp_path):
    from tests.support import fake_study

    from alih.runs.folder import CellFolder, StudyFolder
    from alih.study.planning.cells import Cell

    fake_study.make(tmp_path, seeds=3, epochs=8, unfinished=[("plain", 2)])
    study = StudyFolder.open(tmp_path)
    cells = [study.cell(Cell("plain", r)) for r in range(3)]
    found = from_cells(cells)
    # The unfinished third replicate is left out rather than cutting the others to its length.
    assert (found.replicates, found.epochs.tolist()) == (2, list(range(1, 9)))
    values = [
        dict(zip(*cell.curve("validation", "log_loss"), strict=True))[5] for cell in cells[:2]
    ]
    assert found.mean("validation", "log_loss")[4] == pytest.approx(np.mean(values))
    assert from_cells(cells[2:]).epochs.tolist() == [1, 2, 3, 4]
    assert from_cells([CellFolder(tmp_path, Cell("plain", 9))]).replicates == 0


def test_an_unknown_number_of_validation_images_is_survived():
    assert codes(diagnose(curves(**SILENT["healthy"]), n_train=5400, n_validation=0)) == []


@pytest.mark.parametrize("metric", ["ece", "brier"])
def test_a_metric_where_lower_is_better_is_not_read_as_a_score(metric):
    # A calibration error that falls from 0.3 to 0.02 on training images is below every "majority":
    # no reason to complain.
    drawn = {
        split: {"loss": v["loss"], metric: decay(0.3, 0.02, 0.5)}
        for split, v in SILENT["healthy"].items()
    }
    assert codes(diagnose(curves(**drawn), **SIZES, metric=metric)) == []


def test_scores_of_training_that_end_before_the_last_epoch_are_left_aside():
    """As those of a strategy whose last epochs have no labels."""
    seen = decay(0.5, 0.9, 0.5)
    ended = np.where(np.arange(len(seen)) < len(seen) // 2, seen, np.nan)
    level = {"loss": decay(1.0, 0.3, 0.5), "accuracy": seen}
    found = curves(train={"accuracy": ended}, train_eval=level, validation=level)
    assert codes(diagnose(found, **SIZES)) == []
