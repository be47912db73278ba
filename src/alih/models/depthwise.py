"""Depth-wise convolutions in bfloat16 on a CPU, with gradients computed where the library has fast
code for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class DepthwiseConv2d(nn.Conv2d):
    """A depth-wise `nn.Conv2d` whose bf16 gradients on a CPU take a way round where the library has
    only reference code.

    With a stride that is the gradient of the images (36 against 0.3 ms for 576 channels of 8×8;
    four such layers are a third of a training step of MobileNetV2), with a kernel beyond 3×3 that
    of the weights (computed in fp32). The forward pass, and every other device and format, are
    `nn.Conv2d`'s.
    """

    def forward(self, input: Tensor) -> Tensor:
        """[b, c, h, w] -> [b, filters, h', w'], as `nn.Conv2d`."""
        if _takes_the_way_round(input):
            weight, bias = (
                self.weight.bfloat16(),
                None if self.bias is None else self.bias.bfloat16(),
            )
            geometry = self.stride, self.padding, self.dilation
            answer: Tensor = _Convolution.apply(input.bfloat16(), weight, bias, *geometry)
            return answer
        return super().forward(input)


def _takes_the_way_round(x: Tensor) -> bool:
    cast = torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") == torch.bfloat16
    return (
        x.device.type == "cpu" and (cast or x.dtype == torch.bfloat16) and torch.is_grad_enabled()
    )


class _Convolution(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(
        x: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any, dilation: Any
    ) -> Tensor:
        return F.conv2d(x, weight, bias, stride, padding, dilation, x.shape[1])

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        x, weight, _, *ctx.geometry = inputs
        ctx.save_for_backward(x, weight)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Any, ...]:
        (gradient,), (x, weight) = gradients, ctx.saved_tensors
        stride, padding, dilation = ctx.geometry
        of_images, of_weight, of_bias = ctx.needs_input_grad[:3]
        images = weights = None
        if of_images:
            # A stride leaves out answers of the convolution with stride 1, so their gradients are
            # zero.
            spread = (
                _spread(gradient, x, weight, stride, padding, dilation)
                if max(stride) > 1
                else gradient
            )
            images = _gradients(spread, x, weight, [1, 1], padding, dilation, [True, False, False])[
                0
            ]
        if of_weight:
            kind = torch.float32 if max(weight.shape[2:]) > 3 else weight.dtype
            given = gradient.to(kind), x.to(kind), weight.to(kind)
            weights = _gradients(*given, stride, padding, dilation, [False, True, False])[1].to(
                weight.dtype
            )
        bias = gradient.float().sum((0, 2, 3)).to(weight.dtype) if of_bias else None
        return images, weights, bias, None, None, None


def _gradients(
    gradient: Tensor,
    x: Tensor,
    weight: Tensor,
    stride: Sequence[int],
    padding: Any,
    dilation: Any,
    wanted: list[bool],
) -> tuple[Tensor, Tensor, Tensor]:
    found: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.convolution_backward(
        gradient, x, weight, None, stride, padding, dilation, False, [0, 0], x.shape[1], wanted
    )
    return found


def _spread(
    gradient: Tensor, x: Tensor, weight: Tensor, stride: Any, padding: Any, dilation: Any
) -> Tensor:
    """The gradient on the map that stride 1 would give."""
    sizes = [
        n + 2 * p - d * (k - 1)
        for n, p, d, k in zip(x.shape[2:], padding, dilation, weight.shape[2:], strict=True)
    ]
    spread = torch.empty(
        (*gradient.shape[:2], *sizes), dtype=gradient.dtype, memory_format=torch.channels_last
    ).zero_()
    spread[:, :, :: stride[0], :: stride[1]] = gradient
    return spread


def quicken(module: nn.Module) -> None:
    """Turn the depth-wise convolutions of a network that bf16 would slow down into
    `DepthwiseConv2d`, in place.

    Parameters, names and answers stay. Convolutions of classes of their own (padding to the same
    size) are left alone.
    """
    for child in module.modules():
        if type(child) is nn.Conv2d and _slow(child):
            child.__class__ = DepthwiseConv2d


def _slow(layer: nn.Conv2d) -> bool:
    depthwise = (
        layer.groups == layer.in_channels > 1
        and layer.padding_mode == "zeros"
        and not isinstance(layer.padding, str)
    )
    return depthwise and (max(layer.stride) > 1 or max(layer.kernel_size) > 3)
