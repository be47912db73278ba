"""Terms that keep a fine-tuned network near what it knew: DELTA's feature maps, batch spectral
shrinkage.
"""

from __future__ import annotations

import torch
from torch import Tensor

from alih.models.staged import StagedNetwork, stage_rows


def last_of_each_size(network: StagedNetwork) -> tuple[int, ...]:
    """The stages after which the maps become smaller: the last of each size, where DELTA compares.
    Pooled vectors do not count.

    >>> from torch import nn
    >>> stages = [("a", nn.Conv2d(1, 2, 1)), ("b", nn.AvgPool2d(2)), ("c", nn.Flatten())]
    >>> net = StagedNetwork(stages, nn.Linear(8, 2), (1, 4, 4))
    >>> last_of_each_size(net)
    (0, 1)
    """
    sides = [row["output_shape"][1:] for row in stage_rows(network)[: len(network.stages)]]
    return tuple(
        i for i, side in enumerate(sides) if side and (i + 1 == len(sides) or sides[i + 1] != side)
    )


def map_distance(ours: Tensor, theirs: Tensor, weights: Tensor | None = None) -> Tensor:
    """½ Σ_c W_c · C/(H·W) · ‖FM_c − FM⁰_c‖², mean over the batch; equal weights W_c = 1/C are DELTA
    without attention.

    Maps [b, C, H, W], `weights` [C]. Li et al. 2019, equation 5 (their sum over the batch would
    make the strength depend on its size).
    """
    squared = (ours.float() - theirs.float()).square()
    if weights is not None:
        squared = squared * (len(weights) * weights).reshape(-1, 1, 1)
    return 0.5 * squared.sum(1).mean()


def spectral_tail(features: Tensor, k: int) -> Tensor:
    """Σ of the squares of the k smallest singular values of a batch of features [b, d], in fp32.

    Batch spectral shrinkage: Chen et al. 2019, equation 4. Large features keep their directions,
    small ones are suppressed.
    """
    values = features.float()
    if values.device.type == "mps":  # Apple's GPUs compute no singular values
        values = values.cpu()
    return torch.linalg.svdvals(values)[-k:].square().sum().to(features.device)
