"""What strategies are built from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch

from alih.study.document.arm import Recipe
from alih.study.strategies.base import StrategyOptions
from alih.tasks.table import Task


@dataclass(frozen=True)
class Ingredients:
    """What the engine hands a strategy's builder.

    `networks` are those that the options name beside the arm's own. `seed(purpose)` addresses
    initial weights; `granted` and `withheld` count the target's training images with and without
    labels. Images come with `mean` and `std` of each channel taken out.
    """

    network: torch.nn.Module
    task: Task
    recipe: Recipe
    steps_per_epoch: int
    class_weights: torch.Tensor | None
    options: StrategyOptions
    networks: Mapping[str, torch.nn.Module] = field(default_factory=dict)
    seed: Callable[[str], int] = lambda purpose: 0
    granted: int = 0
    withheld: int = 0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
