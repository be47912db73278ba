"""Objectives against PyTorch, segmentation-models-pytorch and their definitions; ignored pixels;
weights."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from alih.study.document.train import Train
from alih.tasks import classification, losses, segmentation


def drawn(seed: int = 0, shape=(3, 4, 6, 5), ignored: float = 0.2):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(shape, generator=generator) * 2
    labels = torch.randint(0, shape[1], (shape[0], *shape[2:]), generator=generator)
    labels[torch.rand(labels.shape, generator=generator) < ignored] = 255
    return logits.requires_grad_(), labels


WEIGHTS = torch.tensor([0.5, 2.0, 1.0, 3.0])


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("channels_last", [False, True])
def test_cross_entropy_equals_pytorch(weights, smoothing, channels_last):
    logits, labels = drawn()
    given = logits.contiguous(memory_format=torch.channels_last) if channels_last else logits
    found = losses.cross_entropy(given, labels, weights, smoothing)
    expected = F.cross_entropy(logits, labels, weights, ignore_index=255, label_smoothing=smoothing)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(
        *(torch.autograd.grad(loss, logits)[0] for loss in (found, expected))
    )


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_focal_without_focus_is_cross_entropy_and_with_it_the_formula(weights):
    logits, labels = drawn(1)
    torch.testing.assert_close(
        losses.focal(logits, labels, weights, focus=0.0),
        losses.cross_entropy(logits, labels, weights),
        rtol=1e-5,
        atol=1e-6,
    )
    scored = labels != 255
    p = logits.softmax(1).gather(1, labels.masked_fill(~scored, 0)[:, None])[:, 0][scored]
    w = torch.ones_like(p) if weights is None else weights[labels[scored]]
    expected = (w * (1 - p) ** 2 * -p.log()).sum() / w.sum()
    torch.testing.assert_close(
        losses.focal(logits, labels, weights), expected, rtol=1e-5, atol=1e-6
    )


def test_focal_stays_finite_where_the_network_is_sure():
    logits = torch.tensor([[200.0, -200.0], [-200.0, 200.0], [60.0, 0.0]], requires_grad=True)
    loss = losses.focal(logits, torch.tensor([0, 0, 0]))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("ignored", [0.0, 0.3])
def test_dice_equals_segmentation_models_pytorch_where_all_classes_are_there(ignored):
    from segmentation_models_pytorch.losses import DiceLoss

    logits, labels = drawn(2, ignored=ignored)
    expected = DiceLoss("multiclass", ignore_index=255)(logits, labels)
    torch.testing.assert_close(losses.dice(logits, labels, smooth=0.0), expected)


def test_dice_averages_the_classes_of_the_batch_with_their_weights():
    logits, labels = drawn(3)
    labels[labels == 3] = 255
    p = logits.softmax(1).movedim(1, -1)[labels != 255]
    y = F.one_hot(labels[labels != 255], 4).float()
    each = 1 - (2 * (p * y).sum(0) + 1) / (p.sum(0) + y.sum(0) + 1)
    torch.testing.assert_close(losses.dice(logits, labels), each[:3].mean())
    torch.testing.assert_close(
        losses.dice(logits, labels, WEIGHTS), (each * WEIGHTS)[:3].sum() / WEIGHTS[:3].sum()
    )


@pytest.mark.parametrize("name", ["cross-entropy", "focal", "dice"])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_ignored_pixels_change_nothing_and_a_batch_of_them_costs_nothing(name, weights):
    objective = losses.objective({name: 1.0}, weights)
    logits, labels = drawn(4)
    gradient = torch.autograd.grad(objective(logits, labels), logits)[0].movedim(1, -1)
    assert (gradient[labels == 255] == 0).all()
    assert (gradient[labels != 255] != 0).any(-1).all()
    empty = torch.full_like(labels, 255)
    loss = objective(logits, empty)
    assert loss.item() == 0.0
    assert (torch.autograd.grad(loss, logits)[0] == 0).all()


def test_a_sum_of_losses_is_weighted():
    logits, labels = drawn(5)
    found = losses.objective({"cross-entropy": 1.0, "dice": 0.5}, WEIGHTS, smoothing=0.1)(
        logits, labels
    )
    expected = losses.cross_entropy(logits, labels, WEIGHTS, 0.1) + 0.5 * losses.dice(
        logits, labels, WEIGHTS
    )
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("name", ["cross-entropy", "focal", "dice"])
def test_half_precision_logits_are_summed_in_full(name):
    logits, labels = drawn(6)
    small = logits.detach().bfloat16()
    found = losses.objective({name: 1.0})(small, labels)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, losses.objective({name: 1.0})(small.float(), labels))


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_classification_keeps_its_loss_to_the_last_bit(weights):
    logits, labels = drawn(7, shape=(9, 4), ignored=0.0)
    found = classification.objective(Train(label_smoothing=0.1), weights)(logits, labels)
    assert torch.equal(
        found, F.cross_entropy(logits.float(), labels, weight=weights, label_smoothing=0.1)
    )


def test_class_255_of_a_classification_is_a_class():
    logits = torch.randn(4, 300, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([255, 255, 3, 299])
    found = classification.objective(Train(loss="focal"), None)(logits, labels)
    torch.testing.assert_close(found, losses.focal(logits, labels, ignore=-1))
    assert found != losses.focal(logits, labels)


def test_the_document_s_loss_is_the_objective():
    logits, labels = drawn(8)
    train = Train(loss={"cross-entropy": 1.0, "dice": 2.0})
    found = segmentation.objective(train, None)(logits, labels)
    torch.testing.assert_close(
        found, losses.cross_entropy(logits, labels) + 2 * losses.dice(logits, labels)
    )
    assert [
        losses.is_plain(Train(loss=loss))
        for loss in ("cross-entropy", "dice", {"cross-entropy": 1.0, "dice": 1.0})
    ] == [
        True,
        False,
        False,
    ]
