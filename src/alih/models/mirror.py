"""Images mirrored outwards to a size that a network can take, and answers cut back to the images'
own.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def mirrored(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Maps [b, c, h, w] with their content in the middle of `size` (height, width), mirrored at the
    edges, which are not doubled.

    Works for any size: what is wider than the image is mirrored again. The larger half of an odd
    surplus lies below and right.

    >>> mirrored(torch.tensor([[[[0.0, 1.0, 2.0]]]]), (1, 8)).tolist()
    [[[[2.0, 1.0, 0.0, 1.0, 2.0, 1.0, 0.0, 1.0]]]]
    """
    if tuple(x.shape[2:]) == size:
        return x
    (above, below), (left, right) = (_halves(x.shape[2 + axis], size[axis]) for axis in (0, 1))
    if max(above, below) < x.shape[2] and max(left, right) < x.shape[3]:
        return F.pad(x, (left, right, above, below), mode="reflect")
    for axis in (2, 3):
        x = x.index_select(axis, _places(x.shape[axis], size[axis - 2]).to(x.device))
    return x


def cropped(x: Tensor, size: tuple[int, int]) -> Tensor:
    """The middle of maps [b, c, h, w], the inverse of `mirrored`; a view.

    >>> cropped(torch.arange(6.0).reshape(1, 1, 1, 6), (1, 3)).tolist()
    [[[[1.0, 2.0, 3.0]]]]
    """
    above, left = (_halves(side, wanted)[0] for side, wanted in zip(size, x.shape[2:], strict=True))
    return x[:, :, above : above + size[0], left : left + size[1]]


def _halves(side: int, wanted: int) -> tuple[int, int]:
    surplus = wanted - side
    return surplus // 2, surplus - surplus // 2


def _places(side: int, wanted: int) -> Tensor:
    """For each place of the mirrored side, the place in the original, as in 0 1 2 1 0 1 2."""
    period = max(1, 2 * (side - 1))
    places = (torch.arange(wanted) - _halves(side, wanted)[0]) % period
    return torch.minimum(places, period - places) if side > 1 else torch.zeros_like(places)
