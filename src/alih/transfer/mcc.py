"""`mcc`: train on the source while the classes of target images become hard to confuse.

Jin et al. 2020, Minimum Class Confusion for Versatile Domain Adaptation, ECCV.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import log_softmax

from alih.models.precision import without_autocast
from alih.study.strategies.adaptation import MccOptions
from alih.transfer.aligned import Aligned
from alih.transfer.contract import Strategy
from alih.transfer.ingredients import Ingredients


def mcc(given: Ingredients) -> Strategy:
    """The strategy: the task's loss and `class_confusion` of the target's logits."""
    options = given.options
    assert isinstance(options, MccOptions)
    return Aligned(
        given,
        lambda network, found: class_confusion(found.logits[1], options.temperature),
        options.weight,
    )


def class_confusion(logits: Tensor, temperature: float) -> Tensor:
    """The share of a batch's class correlation that lies off the diagonal, mean over classes; in
    fp32.

    Jin et al. 2020, equations 3 to 7: p = softmax(logits / temperature) [b, C], images weighted by
    w = 1 + exp(-H(p)) with mean 1 (a constant of the gradient), C = Σ w p pᵀ with rows divided by
    their sums.

    >>> import torch
    >>> float(class_confusion(torch.zeros(4, 2), 2.5))
    0.5
    """
    with without_autocast(logits.device):
        logs = log_softmax(logits.float() / temperature, 1)
        p = logs.exp()
        weights = 1 + (p * logs).sum(1).exp().detach()
        weights = weights / weights.mean()
        correlation = (weights[:, None] * p).T @ p
        confusion = correlation / correlation.sum(1, keepdim=True).clamp_min(1e-12)
        return (confusion.sum() - confusion.trace()) / logits.shape[1]
