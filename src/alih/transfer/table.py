"""The tables of strategies, those with steps and those solved at once: one line each.

Their options are described, without torch, in `study/strategies.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch

from alih.study.document import Recipe
from alih.study.strategies import FinetuneOptions
from alih.study.strategy_options import StrategyOptions
from alih.tasks.table import Task
from alih.transfer.closed import ClosedForm, Given
from alih.transfer.contract import Strategy
from alih.transfer.direct import Direct
from alih.transfer.features import Features
from alih.transfer.finetune import Finetune
from alih.transfer.supervised import Supervised


@dataclass(frozen=True)
class Ingredients:
    """What the engine hands a strategy's builder.

    `networks` are those that the options name beside the arm's own.
    """

    network: torch.nn.Module
    task: Task
    recipe: Recipe
    steps_per_epoch: int
    class_weights: torch.Tensor | None
    options: StrategyOptions
    networks: Mapping[str, torch.nn.Module] = field(default_factory=dict)


def _scratch(given: Ingredients) -> Strategy:
    return Supervised(given.network, given.task, given.recipe.train, given.steps_per_epoch, given.class_weights)


def _finetune(given: Ingredients) -> Strategy:
    assert isinstance(given.options, FinetuneOptions)
    return Finetune(given.network, given.task, given.recipe.train, given.steps_per_epoch, given.options, given.class_weights)


STRATEGIES: dict[str, Callable[[Ingredients], Strategy]] = {
    "scratch": _scratch,
    "finetune": _finetune,
}

CLOSED_FORM: dict[str, Callable[[Given], ClosedForm]] = {
    "direct": Direct,
    "features": Features,
}
