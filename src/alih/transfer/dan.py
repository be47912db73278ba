"""`dan`: train on the source while kernel means of both domains' features become equal.

Long et al. 2015, Learning Transferable Features with Deep Adaptation Networks, ICML.
"""

from __future__ import annotations

import torch
from torch import Tensor

from alih.models.precision import without_autocast
from alih.study.strategies.adaptation import DanOptions
from alih.transfer.aligned import Aligned
from alih.transfer.contract import Strategy
from alih.transfer.ingredients import Ingredients

FACTORS = (0.125, 0.25, 0.5, 1.0, 2.0)
"""The kernels' σ², in multiples of the mean squared distance."""


def dan(given: Ingredients) -> Strategy:
    """The strategy: the task's loss and `mean_discrepancy` of what the head reads."""
    options = given.options
    assert isinstance(options, DanOptions)
    return Aligned(
        given,
        lambda network, found: mean_discrepancy(*found.vectors(network)),
        options.weight,
    )


def mean_discrepancy(source: Tensor, target: Tensor) -> Tensor:
    """The unbiased estimate of MMD² between features [n, d] and [m, d] under a sum of five Gaussian
    kernels exp(-‖a - b‖² / 2σ²); in fp32.

    σ² are 1/8 to 2 times the mean squared distance in the joined batch, a constant of the
    gradient. Gretton et al. 2012, equation 3, with kernels of equal weight in place of learnt ones
    (Long et al. 2015, equation 5). It can be below 0; 0 where a batch has fewer than two images.
    """
    n, m = len(source), len(target)
    if min(n, m) < 2:
        return 0 * (source.sum() + target.sum())
    with without_autocast(source.device):
        kernel = _kernels(torch.cat([source, target]).float())
        within = (kernel[:n, :n].sum() - kernel[:n, :n].trace()) / (n * (n - 1))
        beyond = (kernel[n:, n:].sum() - kernel[n:, n:].trace()) / (m * (m - 1))
        return within + beyond - 2 * kernel[:n, n:].mean()


def _kernels(x: Tensor) -> Tensor:
    """The sum of the kernels between all rows [n, d], [n, n]."""
    centred = x - x.mean(0)  # far from the origin, differences of squares would be rounded away
    squares = centred.square().sum(1)
    distances = (squares[:, None] + squares - 2 * centred @ centred.T).clamp_min(0)
    mean = distances.detach().mean().clamp_min(1e-12)
    return torch.stack([(-distances / (2 * factor * mean)).exp() for factor in FACTORS]).sum(0)
