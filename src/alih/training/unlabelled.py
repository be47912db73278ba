"""What a run answers for target images whose labels are not looked at, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from alih.evaluation.unlabelled import (
    Answers,
    effective,
    importance_weights,
    weighted_accuracy,
)
from alih.models.modes import evaluating
from alih.models.staged import StagedNetwork
from alih.runs.card import TargetScores
from alih.training.device import Machine
from alih.transfer.contract import Batch, Strategy


@dataclass(frozen=True, eq=False)
class Seen:
    """Answers for some images, what the network's head reads of each, [n, d] (None where that is no
    vector), and which were right (None without labels).
    """

    answers: Answers
    features: np.ndarray | None
    correct: np.ndarray | None


def seen(strategy: Strategy, machine: Machine, batches: Iterator[Batch]) -> Seen:
    """What a strategy answers for images, in evaluation mode; labels only where batches have
    some.
    """
    rows, features, correct, items = [], [], [], 0
    with evaluating(strategy.network), torch.inference_mode(), _Tap(strategy.network) as tap:
        for batch in batches:
            with machine.autocast():
                logits = strategy.answer(batch)
            items += len(batch.items)
            rows.append(_sums(logits))
            if tap.read is not None:
                features.append(tap.read.float())
            if batch.labels is not None and logits.ndim == 2:
                correct.append(logits.argmax(1) == batch.labels)
    entropy, *sums = (torch.stack(rows).cpu().double().sum(0) / items).tolist()
    classes = len(sums) // 2
    return Seen(
        Answers(items, entropy, np.array(sums[:classes]), np.array(sums[classes:])),
        torch.cat(features).cpu().numpy() if features else None,
        torch.cat(correct).cpu().numpy() if correct else None,
    )


def target_scores(target: Seen, validation: Seen | None, prior: np.ndarray | None) -> TargetScores:
    """The scores of a run from its answers for the target and for the source's validation images,
    beside the classes' shares in the source.
    """
    answers = target.answers
    found = TargetScores(
        items=answers.items,
        entropy=answers.entropy,
        information=answers.information,
        shares=answers.votes.tolist(),
        prior=None if prior is None else prior.tolist(),
    )
    if validation is None or validation.features is None or target.features is None:
        return found
    weights = importance_weights(validation.features, target.features)
    if weights is None or validation.correct is None:
        return found
    own = {
        "weighted_accuracy": weighted_accuracy(validation.correct, weights),
        "weighted_items": len(weights),
        "effective_items": effective(weights),
    }
    return found.model_copy(update=own)


def _sums(logits: Tensor) -> Tensor:
    """Sums over a batch, [1 + 2 C]: entropy, probabilities, and likeliest classes, each the mean
    over an image's pixels where there are some.
    """
    logs = torch.log_softmax(logits.float(), 1)
    p = logs.exp()
    top = logs.argmax(1, keepdim=True)
    votes = (
        top == torch.arange(p.shape[1], device=p.device).view(1, -1, *[1] * (p.ndim - 2))
    ).float()
    entropy = -(p * logs).sum(1, keepdim=True)
    found = torch.cat([entropy, p, votes], 1)
    return (found.flatten(2).mean(2) if found.ndim > 2 else found).sum(0)


class _Tap:
    """What reaches the head of a staged network, for as long as the block lasts."""

    def __init__(self, network: nn.Module) -> None:
        self.read: Tensor | None = None
        self.head = network.head if isinstance(network, StagedNetwork) and network.pooled else None
        self._hook: Any = None

    def __enter__(self) -> _Tap:
        if self.head is not None:
            self._hook = self.head.register_forward_pre_hook(self._take)
        return self

    def __exit__(self, *_: object) -> None:
        if self._hook is not None:
            self._hook.remove()

    def _take(self, module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self.read = inputs[0].flatten(1)
