"""Counts per image, boundaries, class weights and examples of the segmentation task."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import distance_transform_edt

from alih.data.imageset import ImageSet
from alih.evaluation.segmentation import tolerance
from alih.study.document.train import Train
from alih.tasks import segmentation
from alih.tasks.boundary import boundary_counts, edges, near


def blobs(seed: int, n: int = 4, height: int = 40, width: int = 31, classes: int = 3) -> np.ndarray:
    """Masks with smooth borders, uint8 [n, h, w]."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    masks = np.zeros((n, height, width), np.uint8)
    for mask in masks:
        for number in range(1, classes):
            cy, cx, r = rng.uniform(5, height - 5), rng.uniform(5, width - 5), rng.uniform(4, 10)
            mask[(y - cy) ** 2 + (x - cx) ** 2 < r**2] = number
    return masks


def outline(mask: np.ndarray, number: int) -> np.ndarray:
    """Pixels of a class with a scored neighbour of another class, one by one."""
    found = np.zeros(mask.shape, bool)
    for y, x in np.argwhere(mask == number):
        for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            v, u = y + down, x + right
            if (
                0 <= v < mask.shape[0]
                and 0 <= u < mask.shape[1]
                and mask[v, u] not in (number, 255)
            ):
                found[y, x] = True
    return found


@pytest.mark.parametrize("ignored", [False, True])
def test_boundaries_equal_a_search_pixel_by_pixel(ignored):
    truth, guess = blobs(0), blobs(1)
    guess[:2] = np.roll(truth[:2], 1, axis=2)  # close enough to match
    if ignored:
        truth[:, 10:14] = 255
    found = boundary_counts(
        torch.from_numpy(guess).long(), torch.from_numpy(truth).long(), 3
    ).numpy()
    radius = tolerance(*truth.shape[1:])
    guess = np.where(truth == 255, 255, guess)
    for image in range(len(truth)):
        for number in range(3):
            predicted, true = outline(guess[image], number), outline(truth[image], number)
            # distance_transform_edt gives the distance to the nearest False; without any it
            # measures nothing.
            to_true = distance_transform_edt(~true) if true.any() else np.full(true.shape, np.inf)
            to_guess = (
                distance_transform_edt(~predicted)
                if predicted.any()
                else np.full(true.shape, np.inf)
            )
            expected = [
                predicted.sum(),
                (predicted & (to_true <= radius)).sum(),
                true.sum(),
                (true & (to_guess <= radius)).sum(),
            ]
            assert found[image, number].tolist() == expected


@pytest.mark.parametrize("radius", [1.0, 1.5, 2.0, 3.7, 60.0])
def test_near_is_a_disc(radius):
    points = np.random.default_rng(3).random((2, 17, 23)) < 0.02
    points[0, 0, 0] = points[1, 16, 22] = True
    expected = np.stack([distance_transform_edt(~part) <= radius for part in points])
    np.testing.assert_array_equal(near(torch.from_numpy(points), radius).numpy(), expected)


def test_edges_of_tiny_masks():
    assert not edges(torch.zeros(2, 1, 1, dtype=torch.long)).any()
    assert edges(torch.tensor([[[0, 1]]])).all()
    assert not edges(torch.tensor([[[0, 255, 1]]])).any()  # the border between them is not known


def test_counts_equal_plain_counting():
    rng = np.random.default_rng(0)
    logits = torch.randn(5, 3, 8, 6, generator=torch.Generator().manual_seed(0))
    labels = torch.from_numpy(rng.choice([0, 1, 2, 255], (5, 8, 6)))
    labels[3] = 255
    parts = [
        (logits[:2], labels[:2], np.array([7, 9])),
        (logits[2:], labels[2:], np.array([1, 2, 3])),
    ]
    found = segmentation.item_arrays(iter(parts))
    assert found["item"].tolist() == [7, 9, 1, 2, 3]
    guess, log_p = logits.argmax(1), logits.log_softmax(1)
    for image in range(5):
        scored = labels[image] != 255
        expected = np.zeros((3, 3), int)
        for true, predicted in zip(labels[image][scored], guess[image][scored], strict=True):
            expected[true, predicted] += 1
        np.testing.assert_array_equal(found["counts"][image], expected)
        if image == 3:
            assert found["log_loss"][image] == 0.0
            continue
        terms = [
            -log_p[image, labels[image, y, x], y, x].item() for y, x in np.argwhere(scored.numpy())
        ]
        assert found["log_loss"][image] == pytest.approx(np.mean(terms), rel=1e-5)


def test_stored_columns_are_those_of_the_contract():
    logits = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    arrays = segmentation.item_arrays(
        iter([(logits, torch.zeros(2, 8, 8, dtype=torch.long), np.array([4, 5]))]), stored=True
    )
    found = segmentation.stored(arrays, "test")
    assert {name: (str(v.dtype), v.shape) for name, v in found.items()} == {
        "test_item": ("int32", (2,)),
        "test_counts": ("uint32", (2, 3, 3)),
        "test_log_loss": ("float32", (2,)),
        "test_boundary": ("uint32", (2, 3, 4)),
    }
    assert segmentation.extra({"test": arrays}) == {}


def test_boundaries_are_counted_only_for_who_asks(monkeypatch):
    calls = []
    count = segmentation.boundary_counts
    monkeypatch.setattr(
        segmentation, "boundary_counts", lambda *given: (calls.append(1), count(*given))[1]
    )
    batch = (torch.randn(2, 3, 8, 8), torch.zeros(2, 8, 8, dtype=torch.long), np.array([4, 5]))
    plain = segmentation.item_arrays(iter([batch, batch]), ("iou_macro", "log_loss"))
    assert not calls
    assert "boundary" not in plain
    asked = segmentation.item_arrays(iter([batch]), ("boundary_f1",))
    assert asked["boundary"].shape == (2, 3, 4)
    assert plain["counts"].dtype == np.int32
    assert segmentation.summarise(plain, ("iou_macro",), ("a", "b", "c")) == segmentation.summarise(
        segmentation.item_arrays(iter([batch, batch]), stored=True), ("iou_macro",), ("a", "b", "c")
    )


def test_a_log_loss_that_is_known_is_not_computed_again():
    logits, labels = torch.randn(2, 3, 4, 4), torch.zeros(2, 4, 4, dtype=torch.long)
    known = segmentation.objective(Train(), None)(logits, labels)
    assert torch.equal(segmentation.running(logits, labels)["log_loss"], known)
    assert segmentation.running(logits, labels, torch.tensor(7.0))["log_loss"] == 7.0


def test_running_metrics_pass_over_ignored_pixels():
    logits = torch.tensor([[[[9.0, 0.0, 9.0]], [[0.0, 9.0, 0.0]]]])  # predicts 0, 1, 0
    found = segmentation.running(logits, torch.tensor([[[0, 0, 255]]]))
    assert found["pixel_accuracy"].item() == 0.5
    assert found["log_loss"].item() == pytest.approx(
        (np.log1p(np.exp(-9)) + 9 + np.log1p(np.exp(-9))) / 2, rel=1e-5
    )


def test_balanced_weights_count_pixels():
    masks = np.zeros((3, 4, 4), np.uint8)
    masks[0, 0] = 1
    masks[1] = 255
    masks[2] = 2  # not among the items
    found = segmentation.class_weights("balanced", masks, np.array([0, 1]), 3)
    np.testing.assert_allclose(found.numpy(), [16 / (3 * 12), 16 / (3 * 4), 0.0])
    assert segmentation.class_weights(None, masks, np.array([0]), 3) is None
    assert segmentation.class_weights([1.0, 2.0, 3.0], masks, np.array([0]), 3).tolist() == [
        1.0,
        2.0,
        3.0,
    ]


def test_evaluation_batches_are_bounded_by_pixels():
    assert segmentation.evaluation_batch(28, 28) == 256
    assert segmentation.evaluation_batch(128, 128) == 16
    assert segmentation.evaluation_batch(4000, 4000) == 1


def test_examples_hold_thinned_predictions_of_the_pictured_items():
    truth = blobs(2, n=6, height=300, width=150)
    images = ImageSet(
        "x",
        ("background", "a", "b"),
        np.zeros((6, 300, 150, 3), np.uint8),
        np.zeros(6, int),
        0,
        {},
        masks=truth,
    )
    logits = (
        torch.nn.functional.one_hot(torch.from_numpy(truth).long(), 3).movedim(-1, 1).float() * 5
    )
    arrays = segmentation.item_arrays(
        iter([(logits, torch.from_numpy(truth).long(), np.arange(6))])
    )
    pictured = np.array([1, 4])
    found = segmentation.examples(images, arrays, pictured, lambda items: truth[items])
    assert found["prediction"].shape == (2, 100, 50)
    np.testing.assert_array_equal(found["prediction"], truth[pictured][:, ::3, ::3])
    assert found["iou"].tolist() == [1.0, 1.0]
    np.testing.assert_array_equal(found["log_loss"], arrays["log_loss"][pictured])
    beside = segmentation.pictures(images, pictured)
    assert beside["image"].shape == (2, 100, 50, 3)
    np.testing.assert_array_equal(beside["mask"], found["prediction"])
    assert segmentation.examples(images, arrays, pictured[:0], lambda items: truth[items]) == {}
