"""Depth-wise convolutions in bf16 on a CPU: the answers of `nn.Conv2d`, and gradients as exact as
bf16 allows."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from alih.models.depthwise import DepthwiseConv2d, quicken
from alih.models.precision import autocast, to_format

SHAPES = [
    # kernel, stride, padding, dilation, side, bias
    (3, 2, 1, 1, 16, False),
    (3, 2, 1, 1, 15, True),
    (3, 3, 0, 1, 17, False),
    (3, (2, 1), (1, 0), 2, 14, False),
    (5, 1, 2, 1, 12, True),
    (5, 2, 2, 1, 13, False),
]


def pair(kernel, stride, padding, dilation, bias) -> tuple[nn.Conv2d, nn.Conv2d]:
    """The plain layer in fp32 with weights that bf16 holds exactly, and the quickened one."""
    torch.manual_seed(0)
    plain = (
        nn.Conv2d(6, 6, kernel, stride, padding, dilation, groups=6, bias=bias)
        .to(torch.bfloat16)
        .float()
    )
    quick = nn.Conv2d(6, 6, kernel, stride, padding, dilation, groups=6, bias=bias)
    quick.load_state_dict(plain.state_dict())
    to_format(quick, "bf16-autocast", channels_last=True)
    return plain, quick


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation", "side", "bias"), SHAPES)
def test_gradients_are_those_of_a_plain_convolution(kernel, stride, padding, dilation, side, bias):
    plain, quick = pair(kernel, stride, padding, dilation, bias)
    assert type(quick) is DepthwiseConv2d
    x = torch.randn(4, 6, side, side).to(torch.bfloat16)
    own = x.clone().contiguous(memory_format=torch.channels_last).requires_grad_()
    theirs = x.float().requires_grad_()
    given = torch.randn_like(plain(theirs)).to(torch.bfloat16)
    with autocast("cpu", "bf16-autocast"):
        answer = quick(own)
    with torch.no_grad(), autocast("cpu", "bf16-autocast"):
        assert torch.equal(
            answer, quick(own)
        )  # what is computed without gradients is the same to the last bit
    answer.backward(given)
    plain(theirs).backward(given.float())
    assert own.grad is not None
    assert own.grad.dtype == torch.bfloat16
    torch.testing.assert_close(own.grad.float(), theirs.grad, rtol=0.01, atol=0.02)
    for (name, mine), (_, reference) in zip(
        quick.named_parameters(), plain.named_parameters(), strict=True
    ):
        scale = float(reference.grad.abs().max())
        torch.testing.assert_close(
            mine.grad.float(), reference.grad, rtol=0.01, atol=0.01 * scale, msg=name
        )


def test_a_gradient_that_nobody_asked_for_is_not_computed():
    _, quick = pair(3, 2, 1, 1, False)
    quick.requires_grad_(False)
    x = torch.randn(2, 6, 8, 8).to(torch.bfloat16).requires_grad_()
    with autocast("cpu", "bf16-autocast"):
        answer = quick(x)
    answer.sum().backward()
    assert quick.weight.grad is None
    assert x.grad is not None


def test_only_layers_that_bf16_slows_down_are_turned():
    layers = [
        nn.Conv2d(6, 6, 3, 2, 1, groups=6),
        nn.Conv2d(6, 6, 7, 1, 3, groups=6),
        nn.Conv2d(6, 6, 3, 1, 1, groups=6),
        nn.Conv2d(6, 6, 3, 2, 1, groups=3),
        nn.Conv2d(6, 6, 3, 2, 1),
        nn.Conv2d(1, 4, 3, 2, 1),
        nn.Conv2d(6, 6, 3, 2, 1, groups=6, padding_mode="reflect"),
    ]
    network = nn.Sequential(*layers)
    quicken(network)
    assert [type(layer) is DepthwiseConv2d for layer in network] == [True, True] + [False] * 5


def test_fp32_stays_with_the_librarys_class():
    layer = nn.Conv2d(6, 6, 3, 2, 1, groups=6)
    assert type(to_format(layer, "fp32", channels_last=True)) is nn.Conv2d


def test_function_transforms_go_through_the_way_round():
    _, quick = pair(3, 2, 1, 1, True)
    x = torch.randn(3, 6, 8, 8).to(torch.bfloat16)
    weights = dict(quick.named_parameters())

    def loss(values: dict[str, torch.Tensor], images: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(quick, values, (images,)).float().square().sum()

    found = torch.func.grad(loss)(weights, x)
    loss(weights, x).backward()
    for name, parameter in quick.named_parameters():
        assert torch.equal(found[name], parameter.grad), name
