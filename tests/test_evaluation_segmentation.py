"""Metrics of segmentation against torchmetrics and definitions; leaving an image out; trivial
answers; what curves say."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from tests.support.spoken import spoken

from alih.errors import AlihError
from alih.evaluation import masks, scores, segmentation
from alih.evaluation.curves import curves
from alih.evaluation.diagnosis import diagnose
from alih.metrics import METRICS, metrics_of

OF_COUNTS = (
    "iou_macro",
    "iou_micro",
    "dice_macro",
    "dice_micro",
    "pixel_accuracy",
    "iou_foreground",
)


def drawn(
    seed: int,
    n: int = 12,
    classes: int = 4,
    side: int = 9,
    absent: int | None = None,
    ignored: float = 0.1,
):
    """Truth (255: ignored) and prediction, uint8 [n, side, side]; about two thirds agree."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(
        classes, size=(n, side, side), p=rng.dirichlet(np.full(classes, 3.0))
    ).astype(np.uint8)
    if absent is not None:
        truth[truth == absent] = (absent + 1) % classes
    guess = np.where(
        rng.random(truth.shape) < 0.65, truth, rng.integers(0, classes, truth.shape)
    ).astype(np.uint8)
    if absent is not None:
        guess[guess == absent] = (absent + 1) % classes
    truth[rng.random(truth.shape) < ignored] = 255
    return truth, guess


def counted(
    truth: np.ndarray, guess: np.ndarray, classes: int = 4, background: int = 0
) -> dict[str, np.ndarray]:
    counts = np.zeros((len(truth), classes, classes), np.int64)
    for image, (t, g) in enumerate(zip(truth, guess, strict=True)):
        np.add.at(counts[image], (t[t != 255], g[t != 255]), 1)
    return {
        "counts": counts,
        "log_loss": np.linspace(0.1, 0.9, len(truth)),
        "background": np.array(background),
    }


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("absent", [None, 2])
def test_iou_dice_and_accuracy_equal_torchmetrics(seed, absent):
    from torchmetrics.classification import (
        MulticlassAccuracy,
        MulticlassF1Score,
        MulticlassJaccardIndex,
    )

    truth, guess = drawn(seed, absent=absent)
    arrays = counted(truth, guess)
    tables = segmentation.per_class(arrays)
    target, prediction = torch.from_numpy(truth).long(), torch.from_numpy(guess).long()

    def reference(kind, average):
        return kind(num_classes=4, average=average, ignore_index=255)(prediction, target).numpy()

    present = np.arange(4) != (9 if absent is None else absent)
    for kind, name in ((MulticlassJaccardIndex, "iou"), (MulticlassF1Score, "dice")):
        np.testing.assert_allclose(tables[name][present], reference(kind, None)[present], atol=1e-6)
        assert np.isnan(tables[name][~present]).all()
        assert segmentation.compute(f"{name}_macro", arrays) == pytest.approx(
            reference(kind, "macro"), abs=1e-6
        )
        assert segmentation.compute(f"{name}_micro", arrays) == pytest.approx(
            reference(kind, "micro"), abs=1e-6
        )
    accuracy = reference(MulticlassAccuracy, "micro")
    assert segmentation.compute("pixel_accuracy", arrays) == pytest.approx(accuracy, abs=1e-6)
    # One class a pixel: these say the same as the pixel accuracy, which the docs of a study should
    # not hide.
    assert segmentation.compute("dice_micro", arrays) == pytest.approx(accuracy, abs=1e-6)
    assert segmentation.compute("iou_micro", arrays) == pytest.approx(
        accuracy / (2 - accuracy), abs=1e-6
    )


@pytest.mark.parametrize("background", [0, 3])
def test_foreground_is_the_binary_iou_of_everything_but_the_background(background):
    from torchmetrics.classification import BinaryJaccardIndex

    truth, guess = drawn(4)
    scored = truth != 255
    expected = BinaryJaccardIndex()(
        torch.from_numpy(guess[scored] != background), torch.from_numpy(truth[scored] != background)
    )
    found = segmentation.compute("iou_foreground", counted(truth, guess, background=background))
    assert found == pytest.approx(float(expected), abs=1e-6)


def test_the_background_is_named_so_or_the_first_class():
    assert segmentation.background(("pet", "border", "background")) == 2
    assert segmentation.background(("liver", "spleen")) == 0
    assert segmentation.with_background({}, ("pet", "background"))["background"] == 1


@pytest.mark.parametrize("name", sorted(metrics_of("segmentation")))
def test_leaving_an_image_out_equals_computing_without_it(name):
    arrays = counted(*drawn(5, absent=1)) | {
        "boundary": np.random.default_rng(0).integers(1, 30, (12, 4, 4))
    }
    arrays["boundary"][:, :, 1] = arrays["boundary"][:, :, 0] // 2
    arrays["boundary"][:, :, 3] = arrays["boundary"][:, :, 2] // 3
    # Class 3 occurs in one image alone, so that without it a class less is averaged.
    arrays["counts"][1:, 3], arrays["counts"][1:, :, 3] = 0, 0
    found = scores.jackknife(name, arrays)
    for image in range(12):
        kept = {
            key: value if value.ndim == 0 else np.delete(value, image, axis=0)
            for key, value in arrays.items()
        }
        assert found[image] == pytest.approx(scores.compute(name, kept), abs=1e-12)


@pytest.mark.parametrize("background", [0, 3])
def test_reduced_counts_tell_the_same_and_grow_with_the_classes_only(background):
    arrays = counted(*drawn(6), background=background)
    arrays |= {"counts": arrays["counts"].astype(np.uint32), "boundary": np.ones((12, 4, 4), int)}
    small = segmentation.reduced(arrays)
    assert "counts" not in small
    assert all(small[name].shape == (12, 4) for name in ("hits", "truth", "predicted"))
    for name in metrics_of("segmentation"):
        assert scores.compute(name, small) == scores.compute(name, arrays), name
        np.testing.assert_array_equal(scores.jackknife(name, small), scores.jackknife(name, arrays))
    counts = arrays["counts"].sum(axis=0)
    front = np.delete(np.delete(counts, background, 0), background, 1).sum()
    assert small["front"].sum() == front


def test_boundary_f1_by_hand():
    # Class 0: 8 of 10 predicted and 5 of 10 true pixels match; class 1 has no boundary; class 2 is
    # predicted, never true.
    boundary = np.array(
        [[[6, 5, 4, 1], [0, 0, 0, 0], [3, 0, 0, 0]], [[4, 3, 6, 4], [0, 0, 0, 0], [0, 0, 0, 0]]]
    )
    arrays = {"counts": np.ones((2, 3, 3), int), "boundary": boundary}
    f1 = 2 * 0.8 * 0.5 / 1.3
    np.testing.assert_allclose(segmentation.per_class(arrays)["boundary_f1"], [f1, np.nan, 0.0])
    assert segmentation.compute("boundary_f1", arrays) == pytest.approx(f1 / 2)


def test_what_has_no_value_is_left_out():
    arrays = {"counts": np.zeros((3, 2, 2), int), "log_loss": np.ones(3), "background": np.array(1)}
    arrays["counts"][:, 1, 1] = 9  # background alone, found without a mistake
    assert np.isnan(segmentation.compute("iou_foreground", arrays))
    assert segmentation.compute("iou_macro", arrays) == 1.0
    assert scores.summarise(arrays, ("iou_foreground", "log_loss")) == {"log_loss": 1.0}


def test_an_image_s_own_iou_averages_the_classes_it_holds():
    counts = np.array([[[2, 2, 0], [0, 4, 0], [0, 0, 0]], [[0, 0, 0]] * 3])
    found = segmentation.image_iou({"counts": counts})
    assert found[0] == pytest.approx((2 / 4 + 4 / 6) / 2)
    assert np.isnan(found[1])


def test_mistakes_in_the_call_are_told():
    arrays = counted(*drawn(1))
    for name, call, key in (
        ("accuracy", segmentation.compute, "unknown_metric"),
        ("iou", segmentation.jackknife, "unknown_metric"),
        ("iou_macro", segmentation.item_scores, "no_item_scores"),
        ("boundary_f1", segmentation.compute, "missing_array"),
    ):
        with pytest.raises(AlihError) as caught:
            call(name, arrays)
        assert caught.value.key == f"evaluation.{key}"
    one = {name: value if value.ndim == 0 else value[:1] for name, value in arrays.items()}
    for name in ("iou_macro", "log_loss"):
        with pytest.raises(AlihError, match="at least 2"):
            segmentation.jackknife(name, one)
        with pytest.raises(AlihError, match="no items"):
            segmentation.compute(
                name,
                {key: value if value.ndim == 0 else value[:0] for key, value in arrays.items()},
            )


def test_the_table_names_what_is_computed():
    arrays = counted(*drawn(1)) | {"boundary": np.ones((12, 4, 4), int)}
    for name, metric in metrics_of("segmentation").items():
        assert np.isfinite(scores.compute(name, arrays))
        assert (metric.kind == "item") == (name == "log_loss")
    assert set(metrics_of("segmentation")) == {*segmentation.SET, "log_loss"}
    assert set(metrics_of("classification")) | set(metrics_of("segmentation")) == set(METRICS)


def test_trivial_answers_equal_predicting_them():
    truth, _ = drawn(7, n=20, ignored=0.0)
    truth[:, :4] = np.where(
        truth[:, :4] == 3, 1, truth[:, :4]
    )  # the upper part never shows class 3
    train, test = np.arange(12), np.arange(12, 20)
    names = ("background", "b", "c", "d")
    found = masks.baselines(truth, names, train, {"train": train, "test": test})
    commonest = np.bincount(truth[train].ravel()).argmax()
    at_place = np.array([(truth[train] == c).sum(0) for c in range(4)])
    for name, answer in (
        ("majority", np.full((9, 9), commonest)),
        ("position", at_place.argmax(0)),
    ):
        for part, items in (("train", train), ("test", test)):
            arrays = counted(truth[items], np.broadcast_to(answer, (len(items), 9, 9)))
            for metric in OF_COUNTS:
                expected = segmentation.compute(metric, arrays)
                assert found[name][part].get(metric, np.nan) == pytest.approx(expected, nan_ok=True)
    frequency = (at_place + 1) / (12 + 4)
    chosen = np.take_along_axis(frequency[None], truth[test][:, None].astype(int), axis=1)
    assert found["position"]["test"]["log_loss"] == pytest.approx(-np.log(chosen).mean())
    chance = found["chance"]["test"]
    assert chance["log_loss"] == pytest.approx(np.log(4))
    assert chance["pixel_accuracy"] == pytest.approx(0.25)


def test_trivial_answers_pass_over_ignored_pixels_and_work_in_parts(monkeypatch):
    truth, _ = drawn(8, n=10, ignored=0.5)
    whole = masks.baselines(truth, ("a", "b", "c", "d"), np.arange(6), {"test": np.arange(6, 10)})
    monkeypatch.setattr(masks, "CHUNK", 100)  # one mask at a time
    assert (
        masks.baselines(truth, ("a", "b", "c", "d"), np.arange(6), {"test": np.arange(6, 10)})
        == whole
    )
    scored = truth[6:][truth[6:] != 255]
    commonest = np.bincount(truth[:6].ravel())[:4].argmax()
    assert whole["majority"]["test"]["pixel_accuracy"] == pytest.approx(
        (scored == commonest).mean()
    )
    assert (
        masks.pixels(truth, np.arange(6), 4).tolist() == np.bincount(truth[:6].ravel())[:4].tolist()
    )


def test_no_warning_of_a_division_reaches_the_reader():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        segmentation.per_class(
            {"counts": np.zeros((2, 3, 3), int), "boundary": np.zeros((2, 3, 4), int)}
        )


FALLING = np.linspace(1.0, 0.3, 12) ** 2


def read(train_iou, validation_iou, running=0.8, evaluated=0.8, n_validation=300, **references):
    drawn_curves = curves(
        train={"loss": FALLING, "log_loss": FALLING, "pixel_accuracy": np.full(12, running)},
        train_eval={
            "loss": FALLING,
            "log_loss": FALLING,
            "pixel_accuracy": np.full(12, evaluated),
            "iou_macro": np.full(12, train_iou),
        },
        validation={"loss": FALLING, "log_loss": FALLING, "iou_macro": np.full(12, validation_iou)},
    )
    found = diagnose(
        drawn_curves,
        n_train=1000,
        n_validation=n_validation,
        metric="iou_macro",
        reference="position",
        **references,
    )
    return {finding.code: finding for finding in found}


def test_curves_of_segmentation_are_read_by_the_iou():
    assert "underfitting" in read(0.3, 0.3, reference_train=0.4)
    assert (
        "position" not in read(0.3, 0.3, reference_train=0.4)["underfitting"].sentence()
    )  # said in words
    assert "underfitting" not in read(0.7, 0.68, reference_train=0.4)
    assert "not_learning" in read(0.2, 0.2, majority=0.2)
    assert "not_learning" not in read(0.7, 0.68, majority=0.2)


def test_broken_evaluation_mode_shows_in_the_pixel_accuracy():
    """The IoU is not measured while training; what batch normalisation breaks has to be seen all
    the same."""
    found = read(0.4, 0.4, running=0.9, evaluated=0.6)
    assert found["mode_gap"].values["metric"] == "pixel_accuracy"
    assert "mode_gap" not in read(0.7, 0.68)


def test_sentences_that_count_items_speak_of_images_with_many_pixels():
    near = read(0.9, 0.21, majority=0.2)["near_majority"]
    few = read(0.7, 0.68, n_validation=40)["small_validation"]
    for finding, word in ((near, "IoU"), (few, "40")):
        for lang in ("en", "id"):
            sentence = spoken(lang, finding.sentence)
            assert word in sentence
            assert "{" not in sentence.replace("{scheme: repeated-kfold}", "")
    assert "accuracy" not in near.sentence()
