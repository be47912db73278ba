"""Evaluation mode for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """Evaluation mode inside the block; every module below `module` then has its own mode again.

    >>> net = nn.Sequential(nn.Dropout(0.5).eval(), nn.Dropout(0.5))
    >>> with evaluating(net):
    ...     [child.training for child in net]
    [False, False]
    >>> [child.training for child in net]
    [False, True]
    """
    modes = {child: child.training for child in module.modules()}
    module.eval()
    try:
        yield
    finally:
        for child, mode in modes.items():
            child.training = mode
