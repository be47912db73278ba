"""Layers that differ from torch's own only in speed, or in that their randomness is addressed; and
a cosine classifier.

The timings that justify each of them come from `benchmarks/layers.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alih.errors import AlihError


class Conv(nn.Conv2d):
    """A convolution whose `same` padding works with a stride, as Keras and TensorFlow define it.

    The output side is then ceil(side / stride); padding that does not divide evenly puts its larger
    half at the bottom and right.
    """

    def __init__(
        self,
        channels: int,
        filters: int,
        kernel: int,
        stride: int = 1,
        padding: int | str = "valid",
    ) -> None:
        self.uneven = padding == "same" and stride > 1
        super().__init__(channels, filters, kernel, stride, padding=0 if self.uneven else padding)

    def forward(self, x: Tensor) -> Tensor:
        """[b, channels, h, w] -> [b, filters, h', w']."""
        if self.uneven:
            kernel, stride = self.kernel_size[0], self.stride[0]
            height, width = (
                max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in x.shape[2:]
            )
            x = F.pad(x, (width // 2, width - width // 2, height // 2, height - height // 2))
        return super().forward(x)

    def extra_repr(self) -> str:
        """Shown by `print(module)`."""
        return super().extra_repr() + (", padding=same" if self.uneven else "")


class Flatten(nn.Module):
    """Images to rows in (h, w, c) order, as Keras does; for channels-last memory it is a view.

    torch's own (c, h, w) order would copy, and worse: its gradient comes back in contiguous layout,
    so that the backward pass of every pooling below spends its time converting (22 % of a step of
    the preset `dcnn`).
    """

    def forward(self, x: Tensor) -> Tensor:
        """[b, c, h, w] -> [b, h * w * c]; rows are left as they are."""
        return x.permute(0, 2, 3, 1).flatten(1) if x.dim() == 4 else x


class GlobalAvgPool(nn.Module):
    """The mean over height and width, which leaves one number per channel."""

    def forward(self, x: Tensor) -> Tensor:
        """[b, c, h, w] -> [b, c]; rows are left as they are."""
        return x.mean((2, 3)) if x.dim() == 4 else x


class _Scaled(torch.autograd.Function):
    """x * mask * scale. The scale is applied in fp32: 4/3 rounded to bf16 would be 0.2 % too large,
    for every element.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, mask: Tensor, scale: float) -> Tensor:
        return (x * mask).mul_(scale)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        _, mask, ctx.scale = inputs
        ctx.save_for_backward(mask)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (mask,) = ctx.saved_tensors
        return (gradients[0] * mask).mul_(ctx.scale), None, None


class CosineLinear(nn.Linear):
    """Weights times features of length 1, over a temperature, without bias: [b, d] -> [b, classes]
    (Saito et al. 2019).
    """

    def __init__(self, linear: nn.Linear, temperature: float) -> None:
        """Take over the weights of `linear`, the same parameter."""
        super().__init__(linear.in_features, linear.out_features, bias=False, device="meta")
        self.weight, self.temperature = linear.weight, temperature

    def forward(self, x: Tensor) -> Tensor:
        """Logits, in the format of the weights."""
        return F.linear(F.normalize(x), self.weight) / self.temperature


class Dropout(nn.Module):
    """Inverted dropout (Srivastava et al. 2014): in training an element is 0 with probability
    `rate`, else times 1 / (1 - rate).

    The mask compares random bytes with a threshold: about ten times cheaper than one Bernoulli draw
    per element. One byte is used when `rate` * 256 is whole (0.25, 0.5, 0.75, ...); else two bytes,
    whose rate is `rate` rounded to a multiple of 2**-16 (an error of at most 2**-17). Elements are
    scaled by the rounded rate: the expected value is exact.

    All that is so on a CPU. Elsewhere it is torch's own dropout, which accelerators compute in one
    pass (and Apple's cannot draw such bytes); its numbers come from the device's global generator,
    which the loop seeds for each epoch.

    `generator` is None (torch's global generator) or set by `set_generators`.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise AlihError("models.dropout_rate", rate=rate)
        self.rate = rate
        self.generator: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Any shape; the mask lies in the memory order of x. The identity in eval mode."""
        if not self.training or self.rate == 0:
            return x
        if x.device.type != "cpu":
            return F.dropout(x, self.rate)
        one_byte = (self.rate * 256).is_integer()
        steps = 256 if one_byte else 65536
        dropped = min(round(self.rate * steps), steps - 1)
        mask = self._mask(x, dropped, torch.uint8 if one_byte else torch.int16)
        return _Scaled.apply(x, mask, steps / (steps - dropped))

    def _mask(self, x: Tensor, dropped: int, bits: torch.dtype) -> Tensor:
        """0 where a random number of type `bits` is among its `dropped` smallest values, else 1;
        laid out and typed like x.
        """
        words = torch.empty(-(-x.numel() * bits.itemsize // 8), dtype=torch.int64)
        words.random_(-(2**63), None, generator=self.generator)
        mask = torch.empty_like(x, requires_grad=False)  # keeps the layout of x when that is dense
        flat = mask.as_strided((x.numel(),), (1,))
        # `out` of the input's type: one pass, where a boolean mask would be converted in a second,
        # slower one.
        torch.ge(words.view(bits)[: x.numel()], torch.iinfo(bits).min + dropped, out=flat)
        return mask

    def extra_repr(self) -> str:
        """Shown by `print(module)`."""
        return f"rate={self.rate}"


def set_generators(module: nn.Module, make: Callable[[str], torch.Generator]) -> None:
    """Give every `Dropout` of `module` the generator `make(name)`, `name` being its dotted name in
    the module.

    Called at the start of each epoch with generators addressed by (study seed, replicate, epoch,
    name), so that a checkpoint at an epoch's end holds no generator state.

    >>> net = nn.Sequential(Dropout(0.5))
    >>> set_generators(net, lambda name: torch.Generator().manual_seed(len(name)))
    """
    for name, child in module.named_modules():
        if isinstance(child, Dropout):
            child.generator = make(name)
