"""The eight activation functions of the table that textbooks print (Raschka's, used as figure 7 of
the X-ray paper).

Unit step and sign have a zero gradient everywhere: a layer below them never learns. With
`straight_through=True` they pass the gradient on as if they were the identity inside [-1, 1]
(Hubara et al. 2016, equation 4), which is how binary networks are trained. The other six have the
gradients that autograd finds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alih.errors import AlihError


class _StraightThrough(torch.autograd.Function):
    """sign(z) forwards; backwards the gradient of clip(z, -1, 1)."""

    @staticmethod
    def forward(ctx: Any, z: Tensor) -> Tensor:
        ctx.save_for_backward(z)
        return z.sign()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (z,) = ctx.saved_tensors
        return gradients[0] * (z.abs() <= 1)


class Sign(nn.Module):
    """sign(z): -1, 0 or 1."""

    def __init__(self, straight_through: bool = False) -> None:
        super().__init__()
        self.straight_through = straight_through

    def forward(self, z: Tensor) -> Tensor:
        """Elementwise; same shape and dtype."""
        return _StraightThrough.apply(z) if self.straight_through else z.sign()

    def extra_repr(self) -> str:
        """Shown by `print(module)`."""
        return f"straight_through={self.straight_through}"


class UnitStep(Sign):
    """Heaviside's step: 0 for z < 0, 1/2 at z = 0, 1 for z > 0, which is (sign(z) + 1) / 2."""

    def forward(self, z: Tensor) -> Tensor:
        """Elementwise; same shape and dtype."""
        return (super().forward(z) + 1) / 2


class PiecewiseLinear(nn.Module):
    """clip(z + 1/2, 0, 1), the continuous form. The slope is 1 for -1/2 <= z <= 1/2, elsewhere
    0.
    """

    def forward(self, z: Tensor) -> Tensor:
        """Elementwise; same shape and dtype."""
        return (z + 0.5).clamp(0, 1)


class Relu(nn.Module):
    """max(0, z). With `overwrite` it reuses the memory of z, for callers that own z and need it no
    more.
    """

    def forward(self, z: Tensor, overwrite: bool = False) -> Tensor:
        """Elementwise; same shape and dtype."""
        return F.relu(z, inplace=overwrite)


def _plain(kind: type[nn.Module]) -> Callable[[bool], nn.Module]:
    return lambda straight_through: kind()


# Names as in documents (`activation: piecewise-linear`).
ACTIVATIONS: Mapping[str, Callable[[bool], nn.Module]] = MappingProxyType(
    {
        "unit-step": UnitStep,
        "sign": Sign,
        "linear": _plain(nn.Identity),
        "piecewise-linear": _plain(PiecewiseLinear),
        "logistic": _plain(nn.Sigmoid),
        "tanh": _plain(nn.Tanh),
        "relu": _plain(Relu),
        "softplus": _plain(nn.Softplus),
    }
)


def activation(name: str, straight_through: bool = False) -> nn.Module:
    """The activation called `name`, elementwise on tensors of any shape.

    `straight_through` matters for `unit-step` and `sign` only. Raises AlihError for an unknown
    name.

    >>> activation("piecewise-linear")(torch.tensor([-2.0, 0.0, 0.25, 2.0]))
    tensor([0.0000, 0.5000, 0.7500, 1.0000])
    """
    if name not in ACTIVATIONS:
        raise AlihError("models.unknown_activation", name=name, known=", ".join(ACTIVATIONS))
    return ACTIVATIONS[name](straight_through)
