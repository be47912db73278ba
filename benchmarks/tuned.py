"""The fair contestant: the same plain loop with what PyTorch's own guide to tuning adds in five
lines.

Channels-last memory, bf16 autocast where the processor computes it in hardware, and memory that the
process keeps. Without it a comparison measures those settings and not the loop.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch

from alih.models.memory import keep_freed_memory
from alih.training.device import fast_bf16


class Tuning:
    """Settings of a plain loop on a CPU: the tutorials' (float32, contiguous), or tuned."""

    def __init__(self, tuned: bool) -> None:
        self.layout = torch.channels_last if tuned else torch.contiguous_format
        self.bf16 = tuned and fast_bf16("cpu")
        if tuned:
            keep_freed_memory()

    def autocast(self) -> AbstractContextManager[None]:
        """What the forward pass and the loss are computed in."""
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16)
