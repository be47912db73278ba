"""Number format and memory layout: parameters stay in fp32, what is computed from them may be
bf16.
"""

from __future__ import annotations

import contextlib

import torch
from torch import Tensor, nn

from alih.errors import AlihError
from alih.models.depthwise import quicken
from alih.study.document.precision import PRECISIONS


def to_format(module: nn.Module, precision: str, channels_last: bool) -> nn.Module:
    """Lay a module out in place for computing in `precision`, in channels-last memory or not;
    returns it.

    Parameters and buffers stay fp32 in either precision: an optimizer's small steps, inner steps
    and moving averages would vanish in bf16, whose numbers lie 1/256 apart. Raises AlihError for
    another precision.
    """
    if precision not in PRECISIONS:
        raise AlihError(
            "models.unknown_precision", precision=precision, known=", ".join(PRECISIONS)
        )
    if precision == "bf16-autocast":
        quicken(module)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    return module.to(memory_format=layout)


def autocast(device: torch.device | str, precision: str) -> contextlib.AbstractContextManager[None]:
    """A context in which networks compute in `precision` on a device.

    In `bf16-autocast` torch computes convolutions and matrix products in bf16, with fp32 sums
    inside. Casts are not cached: one made without gradients (pseudo-labels, frozen stages) would
    otherwise serve the training pass of the same step, whose weights then got no gradient.
    """
    kind = torch.device(device).type
    if precision == "fp32":
        return contextlib.nullcontext()
    return torch.autocast(kind, dtype=torch.bfloat16, cache_enabled=False)


def without_autocast(device: torch.device) -> contextlib.AbstractContextManager[None]:
    """A context in which numbers keep their own format, whatever surrounds it."""
    if not torch.is_autocast_enabled(device.type):
        return contextlib.nullcontext()
    return torch.autocast(device.type, enabled=False)


def in_full(layer: nn.Module, x: Tensor, weight: Tensor | nn.Module | None = None) -> Tensor:
    """Apply a layer in its weights' own format (`weight` names one), under autocast too.

    For a network's last layer: it is small, and its rounding would be the rounding of every loss.
    """
    own = layer.weight if weight is None else weight
    assert isinstance(own, Tensor)
    with without_autocast(x.device):
        answer: Tensor = layer(x.to(own.dtype))
    return answer


def is_channels_last(module: nn.Module) -> bool:
    """Whether a module's weights lie channels-last in memory: its first kernel for which that makes
    a difference.
    """
    kernel = next(
        (p for p in module.parameters() if p.ndim == 4 and p.shape[1] > 1 and p.shape[2] > 1), None
    )
    return kernel is not None and kernel.is_contiguous(memory_format=torch.channels_last)
