"""Batch normalisation that is differentiated twice: held against torch's own, and against finite
differences.
"""

from itertools import product

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from alih.models.batch_norm import TwiceDifferentiable


def normalised(images, weight, bias):
    with TwiceDifferentiable():
        statistics = images.new_zeros(3), images.new_ones(3)
        return F.batch_norm(images, *statistics, weight, bias, True, 0.1, 1e-2)


@pytest.mark.parametrize("shape", [(4, 3, 5, 5), (7, 3), (2, 3, 6)])
def test_second_derivatives_are_those_of_finite_differences(shape):
    draw = torch.Generator().manual_seed(0)
    given = [
        torch.randn(*size, dtype=torch.float64, generator=draw) for size in (shape, (3,), (3,))
    ]
    for needed in product([True, False], repeat=3):
        if any(needed):
            inputs = [one.clone().requires_grad_(n) for one, n in zip(given, needed, strict=True)]
            assert torch.autograd.gradcheck(normalised, inputs)
            if needed != (False, False, True):  # linear in the bias alone
                assert torch.autograd.gradgradcheck(normalised, inputs)


@pytest.mark.parametrize("kept", [True, False])
def test_outputs_and_statistics_are_the_layer_s_own(kept):
    torch.manual_seed(0)
    images = torch.randn(5, 3, 8, 8)
    own, other = (nn.BatchNorm2d(3, track_running_stats=kept) for _ in range(2))
    expected = own(images)
    with TwiceDifferentiable():
        found = other(images)
    assert torch.equal(found, expected)
    for name, value in own.named_buffers():
        assert torch.equal(value, other.get_buffer(name))
    own.eval()
    expected = own(images)
    with TwiceDifferentiable():
        assert torch.equal(own(images), expected)


def test_a_zero_weight_has_second_derivatives_too():
    images = torch.randn(4, 3, 5, 5, dtype=torch.float64, requires_grad=True)
    weight = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    target = torch.randn(4, 3, 5, 5, dtype=torch.float64)
    seconds = []
    for call in (
        normalised,
        lambda *given: F.batch_norm(given[0], None, None, *given[1:], True, 0.1, 1e-2),
    ):
        loss = (call(images, weight, bias) - target).square().sum()
        first = torch.autograd.grad(loss, (images, weight, bias), create_graph=True)
        total = sum((one * one.detach().cos()).sum() for one in first)
        seconds.append(torch.autograd.grad(total, (images, weight, bias)))
    for found, expected in zip(*seconds, strict=True):
        torch.testing.assert_close(found, expected)


def test_third_derivatives_are_refused_and_not_wrong():
    images, weight, bias = (
        torch.randn(*size, dtype=torch.float64, requires_grad=True) for size in ((4, 3), (3,), (3,))
    )
    first = torch.autograd.grad(
        normalised(images, weight, bias).pow(3).sum(), images, create_graph=True
    )[0]
    torch.autograd.grad(first.square().sum(), images, retain_graph=True)
    with pytest.raises(RuntimeError, match="third"):
        torch.autograd.grad(first.square().sum(), images, create_graph=True)


def test_one_value_a_channel_is_refused_as_ever():
    with TwiceDifferentiable(), pytest.raises(ValueError, match="more than 1 value"):
        nn.BatchNorm2d(3)(torch.randn(1, 3, 1, 1))
