"""Number format and memory layout of a network."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from alih.errors import AlihError
from alih.models.depthwise import quicken

PRECISIONS = ("fp32", "bf16")

# A module with this attribute set to True keeps fp32 parameters in a bf16 network.
KEEP_FP32 = "keep_fp32"


def to_format(module: nn.Module, precision: str, channels_last: bool) -> nn.Module:
    """Convert a module in place to `precision` (fp32 or bf16) and to channels-last memory; returns it.

    In bf16 (8 bits of mantissa) convolutions and matrix products are stored and computed in bf16, with fp32 sums inside.
    Batch normalisation keeps fp32 parameters and statistics, since a running mean that moves by less than 1/256 of
    itself would not move at all; so does a network's last layer, because the loss is read from it. An optimizer for
    bf16 parameters keeps fp32 copies of them. Call it before the optimizer is made. Raises AlihError for another precision.
    """
    if precision not in PRECISIONS:
        raise AlihError("models.unknown_precision", precision=precision, known=", ".join(PRECISIONS))
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    for child in module.modules():
        keep = isinstance(child, _NormBase | nn.LayerNorm | nn.GroupNorm) or getattr(child, KEEP_FP32, False)
        for tensor in (*child.parameters(recurse=False), *child.buffers(recurse=False)):
            if tensor.is_floating_point():
                tensor.data = tensor.data.to(torch.float32 if keep else dtype)
    if precision == "bf16":
        quicken(module)
    return module.to(memory_format=torch.channels_last if channels_last else torch.contiguous_format)


def is_channels_last(module: nn.Module) -> bool:
    """Whether a module's weights lie channels-last in memory: its first kernel for which that makes a difference."""
    kernel = next((p for p in module.parameters() if p.ndim == 4 and p.shape[1] > 1 and p.shape[2] > 1), None)
    return kernel is not None and kernel.is_contiguous(memory_format=torch.channels_last)
