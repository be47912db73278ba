"""The contract of strategies that are solved at once: fitted to items, asked for the scores of
items, without a loop.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from alih.data.domains import Domain, Part
from alih.data.imageset import ImageSet
from alih.data.pixels import Format
from alih.study.document.arm import Recipe
from alih.study.strategies.base import StrategyOptions


@dataclass(frozen=True)
class Given:
    """What the engine hands to a strategy that is solved at once.

    `network` is in the machine's format and in evaluation mode; None where a recipe needs none.
    `domains` is `target` alone or `source` and `target`, whose withheld labels no strategy reads.
    `seed` is the study's. `networks` are those that the options name beside it.
    """

    network: torch.nn.Module | None
    domains: Mapping[str, Domain]
    form: Format
    recipe: Recipe
    options: StrategyOptions
    seed: int
    replicate: int
    progress: Callable[[int, int], None] = lambda done, of: None
    networks: Mapping[str, torch.nn.Module] = field(default_factory=dict)

    def images(self, part: Part) -> ImageSet:
        """The set of a part, at the size that the arm sees."""
        return self.domains[part.domain.name].images

    @property
    def classes(self) -> tuple[str, ...]:
        """The task's classes."""
        return self.domains["target"].images.classes


class ClosedForm(ABC):
    """How an arm learns without steps. Subclasses are final: a strategy is abstract here or
    complete in its own file.

    `extraction` holds the seconds that computing activations took, whenever and by whomever they
    were computed; `waited` those that this process spent until it had them.
    """

    extraction: float = 0.0
    waited: float = 0.0

    @abstractmethod
    def fit(self, part: Part) -> None:
        """Learn from these items of a domain and their labels; the order of items makes no
        difference.
        """

    @abstractmethod
    def scores(self, part: Part) -> NDArray[np.float64]:
        """Log-probabilities [len(part), classes] (natural logarithm), all items asked for
        together.
        """

    def vectors(self, part: Part) -> NDArray[np.float64] | None:
        """The features [n, d] by which domains are compared; None where there are none."""
        return None

    @abstractmethod
    def tensors(self) -> dict[str, Tensor]:
        """What is handed over at the end (`model.safetensors`): everything that scoring a new image
        takes.
        """

    @abstractmethod
    def card(self, held_out: Mapping[str, Part]) -> dict[str, Any]:
        """Its part of the card: `parameters`, `trainable`, `layers`, and facts of its own.

        `held_out`: `validation` and `test`, where they hold any items.
        """


def network_tensors(
    network: torch.nn.Module, keep: Callable[[str], bool] = lambda name: True
) -> dict[str, Tensor]:
    """A network's state as files hold it: floats in fp32."""
    state = {name: tensor for name, tensor in network.state_dict().items() if keep(name)}
    return {
        name: (t.float() if t.is_floating_point() else t).cpu().contiguous()
        for name, t in state.items()
    }
