"""The contract between a strategy, which owns one step, and the engine, which owns the loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

from alih.models.precision import without_autocast


@dataclass(frozen=True)
class Batch:
    """Images [b, c, h, w] ready for the network, labels (int64; [b] or dense), and the items' indices in the set.

    With `depth` k > 0, `images` holds what the first k stages give for them: such batches only reach strategies that ask for it.
    """

    images: torch.Tensor
    labels: torch.Tensor
    items: np.ndarray
    depth: int = 0


class Stateful(Protocol):
    """Anything a checkpoint can hold: modules, optimizers, counters."""

    def state_dict(self) -> Mapping[str, Any]:
        """The state, as nested mappings and lists of tensors, numbers, texts and None."""

    def load_state_dict(self, state: Any) -> Any:
        """Take a state back."""


@dataclass
class Context:
    """What the engine offers a step: back-propagation, progress, named randomness, logging.

    `progress` runs from 0 at the first step to 1 after the last. `generator(name)` returns the epoch's generator of
    that name, the same object within an epoch, seeded by (study seed, replicate, epoch, name).
    `log` averages a value over the epoch, weighted by the batch size.
    """

    generator: Callable[[str], torch.Generator]
    log: Callable[[str, torch.Tensor | float], None]
    progress: float = 0.0

    def backward(self, loss: torch.Tensor) -> None:
        """Propagate a loss back, in the formats of the forward pass: autocast is for that alone."""
        with without_autocast(loss.device):
            loss.backward()


class Strategy(ABC):
    """How an arm learns. Subclasses are final: a strategy is abstract here or complete in its own file."""

    streams: tuple[str, ...] = ("target",)

    @abstractmethod
    def step(self, batches: Mapping[str, Batch], ctx: Context) -> None:
        """One optimisation step: losses, `ctx.backward`, and the strategy's own optimizers."""

    def begin(self, batches: Callable[[], Iterator[Batch]], generator: torch.Generator) -> None:  # noqa: B027 (few need it)
        """Once, before the first step of a run that starts anew: what must be known of the training images as they are.

        `batches()` gives them in an order that mixes classes. What is learnt here belongs into `parts`: a resume does not begin.
        """

    @abstractmethod
    def predict(self, images: torch.Tensor) -> torch.Tensor:
        """Logits of images, called in evaluation mode without gradients."""

    @property
    def depth(self) -> int:
        """How many stages never change, so that batches may hold what these give instead of images."""
        return 0

    def answer(self, batch: Batch) -> torch.Tensor:
        """Logits of a batch, in evaluation mode; a strategy with `depth` above 0 takes batches of either kind."""
        return self.predict(batch.images)

    @abstractmethod
    def parts(self) -> dict[str, Stateful]:
        """Everything a checkpoint must hold: networks, optimizers, counters. What is left out is lost at a resume."""

    @property
    @abstractmethod
    def network(self) -> torch.nn.Module:
        """The network that is handed over at the end (`model.safetensors`)."""

    @property
    def learning(self) -> Stateful:
        """What of the network may change, for checkpoints and the best epoch: all of it unless a strategy freezes some."""
        return self.network

    def penalty(self) -> float:
        """What regularizers add to the loss at the present weights, for the record."""
        return 0.0
