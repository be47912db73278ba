"""`deep-coral`: train on the source while the covariances of both domains' features become equal.

Sun & Saenko 2016, Deep CORAL: Correlation Alignment for Deep Domain Adaptation.
"""

from __future__ import annotations

from torch import Tensor

from alih.models.precision import without_autocast
from alih.study.strategies.adaptation import DeepCoralOptions
from alih.transfer.aligned import Aligned
from alih.transfer.contract import Strategy
from alih.transfer.ingredients import Ingredients


def deep_coral(given: Ingredients) -> Strategy:
    """The strategy: the task's loss and `covariance_distance` of what the head reads."""
    options = given.options
    assert isinstance(options, DeepCoralOptions)
    return Aligned(
        given,
        lambda network, found: covariance_distance(*found.vectors(network)),
        options.weight,
    )


def covariance_distance(source: Tensor, target: Tensor) -> Tensor:
    """‖C_s - C_t‖² / (4 d²) of features [n, d] and [m, d], C their unbiased covariances; in fp32.

    Sun & Saenko 2016, equations 1 to 3. 0 where a batch has fewer than two images.

    >>> import torch
    >>> spread = torch.tensor([[-1.0], [1.0]])
    >>> float(covariance_distance(spread, 2 * spread))  # (2 - 8)² / 4
    9.0
    """
    if min(len(source), len(target)) < 2:
        return 0 * (source.sum() + target.sum())
    with without_autocast(source.device):
        difference = _covariance(source) - _covariance(target)
        return difference.square().sum() / (4 * source.shape[1] ** 2)


def _covariance(x: Tensor) -> Tensor:
    centred = x.float() - x.float().mean(0)
    return centred.T @ centred / (len(x) - 1)
