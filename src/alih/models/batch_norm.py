"""Batch normalisation that is cheap to differentiate twice, for steps that are tried and then
differentiated.

Autograd differentiates the gradient of batch normalisation by some thirty passes over maps. With x̂
the normalised input, m values a channel, s = 1 / √(variance + ε) and w the weight, that gradient is
J g = w s (g − Σg / m − x̂ Σx̂g / m), linear and symmetric in g: what comes back to g is J once more,
and what comes back to the input a sum of the maps with one factor a channel each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import FunctionCtx
from torch.overrides import TorchFunctionMode


class TwiceDifferentiable(TorchFunctionMode):
    """A context in which batch normalisation in training costs less to differentiate twice, and
    cannot be differentiated three times; on the processor its outputs and statistics are the same,
    bit for bit.

    >>> from torch import nn
    >>> layer, images = nn.BatchNorm2d(2), torch.rand(3, 2, 4, 4)
    >>> with TwiceDifferentiable():
    ...     found = layer(images)
    >>> torch.equal(found, layer(images))
    True
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call `func`, or what takes the place of batch normalisation."""
        given = kwargs or {}
        if func is F.batch_norm:
            return _batch_norm(*args, **given)
        return func(*args, **given)


def _batch_norm(
    images: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    statistics = running_mean, running_var
    few = images.numel() <= images.shape[1]  # which it refuses
    if not training or weight is None or bias is None or few:
        return F.batch_norm(images, *statistics, weight, bias, training, momentum, eps)
    found: Tensor = _Forward.apply(images, weight, bias, statistics, momentum, eps)
    return found


class _Forward(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: FunctionCtx,
        images: Tensor,
        weight: Tensor,
        bias: Tensor,
        statistics: tuple[Tensor | None, Tensor | None],
        momentum: float,
        eps: float,
    ) -> Tensor:
        found, mean, scale = torch.native_batch_norm(
            images, weight, bias, *statistics, True, momentum, eps
        )
        ctx.save_for_backward(images, weight, mean, scale)
        ctx.eps = eps  # type: ignore[attr-defined]
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        found = _Backward.apply(gradients[0], *ctx.saved_tensors, ctx.eps)
        return (*found, None, None, None)


class _Backward(torch.autograd.Function):
    """The gradient of batch normalisation, whose own gradient is taken by hand."""

    @staticmethod
    def forward(
        ctx: Any,
        gradient: Tensor,
        images: Tensor,
        weight: Tensor,
        mean: Tensor,
        scale: Tensor,
        eps: float,
    ) -> tuple[Tensor, Tensor, Tensor]:
        found = _gradient(gradient, images, weight, mean, scale, eps)
        ctx.save_for_backward(gradient, images, weight, mean, scale, *found[1:])
        ctx.eps = eps
        ctx.set_materialize_grads(False)
        return found

    @staticmethod
    def backward(
        ctx: Any, of_images: Tensor | None, of_weight: Tensor | None, of_bias: Tensor | None
    ) -> tuple[Tensor | None, ...]:
        if torch.is_grad_enabled():
            raise RuntimeError("batch normalisation has no third derivatives here")
        gradient, images, weight, mean, scale, moment, total = ctx.saved_tensors
        needed, count = ctx.needs_input_grad, images.numel() // len(mean)

        def wide(values: Tensor) -> Tensor:
            return values.reshape(1, -1, *[1] * (images.ndim - 2))

        def normalised(factor: Tensor) -> tuple[Tensor, Tensor]:
            """Factor of the input, and what is added, that make it `factor` · x̂."""
            return wide(factor * scale), wide(-factor * scale * mean)

        to_gradient = to_images = to_weight = None
        if of_images is not None:
            back, own_moment, own_total = _gradient(of_images, images, weight, mean, scale, ctx.eps)
            to_gradient = back
            if needed[1] or needed[2]:
                axes = [0, *range(2, images.ndim)]
                products = (of_images * gradient).sum(axes)
                to_weight = scale * (products - (total * own_total + moment * own_moment) / count)
            if needed[1]:
                assert to_weight is not None
                share = -weight * scale * scale / count
                # share · (moment · P a + own_moment · P g), P v = v − Σv / m − x̂ Σx̂v / m, ...
                both = share * 2 * moment * own_moment / count
                factor, added = normalised(-both - scale * weight * to_weight / count)
                added = added - wide(share * (moment * own_total + own_moment * total) / count)
                to_images = torch.addcmul(added, factor, images)
                to_images = to_images.addcmul_(wide(share * moment), of_images)
                to_images = to_images.addcmul_(wide(share * own_moment), gradient)
        if of_weight is not None:
            if needed[0]:
                factor, added = normalised(of_weight)
                mapped = torch.addcmul(added, factor, images)
                to_gradient = mapped if to_gradient is None else to_gradient.add_(mapped)
            if needed[1]:
                share = of_weight * scale
                factor, added = normalised(-share * moment / count)
                mapped = torch.addcmul(added - wide(share * total / count), factor, images)
                mapped = mapped.addcmul_(wide(share), gradient)
                to_images = mapped if to_images is None else to_images.add_(mapped)
        if of_bias is not None and needed[0]:
            base = torch.zeros_like(gradient) if to_gradient is None else to_gradient
            to_gradient = base.add_(wide(of_bias))
        return to_gradient, to_images, to_weight, None, None, None


def _gradient(
    gradient: Tensor, images: Tensor, weight: Tensor, mean: Tensor, scale: Tensor, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """J g, Σ x̂ g and Σ g."""
    found: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.native_batch_norm_backward(
        gradient, images, weight, None, None, mean, scale, True, eps, [True, True, True]
    )
    return found
