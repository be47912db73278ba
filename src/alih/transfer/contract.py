"""The contract between a strategy, which owns one step, and the engine, which owns the loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import torch

from alih.models.precision import without_autocast


@dataclass(frozen=True)
class Stream:
    """A kind of batches that a strategy asks for in every step; the engine loads it.

    - `domain`: images of the set that arms are scored on (`target`), or of the one that knowledge
      comes from (`source`).
    - `labels`: `given` are the images whose labels the study grants, with their labels; `withheld`
      are the other training images, and `Batch.labels` is None.
    - `views`: names of augmentations. `train` is the recipe's, `plain` none; others are those of
      `StrategyOptions.view`.
    - `share`: the size of its batches as a share of `train.batch_size`.
    """

    domain: Literal["source", "target"] = "target"
    labels: Literal["given", "withheld"] = "given"
    views: tuple[str, ...] = ("train",)
    share: float = 1.0


@dataclass(frozen=True)
class Batch:
    """Images [b, c, h, w] ready for the network, labels (int64; [b] or dense; None where they are
    withheld), and the items' indices in their set.

    `images` are the stream's first view, and `views` holds the further ones by name. With `depth`
    k > 0, `images` holds what the first k stages give for them: such batches only reach strategies
    that ask for it.

    `forms` [b] says which of its forms (`Augment.forms`) each image of the first view has: of two
    batches, those of one item and one form are the same. None where every epoch draws new ones.
    """

    images: torch.Tensor
    labels: torch.Tensor | None
    items: np.ndarray
    depth: int = 0
    views: Mapping[str, torch.Tensor] = field(default_factory=dict)
    forms: np.ndarray | None = None

    @property
    def truth(self) -> torch.Tensor:
        """The labels of a stream that has some."""
        assert self.labels is not None, "labels are withheld from this stream"
        return self.labels


class Stateful(Protocol):
    """Anything a checkpoint can hold: modules, optimizers, counters."""

    def state_dict(self) -> Mapping[str, Any]:
        """The state, as nested mappings and lists of tensors, numbers, texts and None."""

    def load_state_dict(self, state: Any) -> Any:
        """Take a state back."""


@dataclass
class Context:
    """What the engine offers a strategy: back-propagation, progress, named randomness, logging.

    `epoch` counts from 1; `progress` runs from 0 at the first step to 1 after the last.
    `generator(name)` returns the epoch's generator of that name, the same object within an epoch,
    seeded by (study seed, replicate, epoch, name); `lasting(name)` a new one by (study seed,
    replicate, name). `log` averages a value over the epoch, weighted by the batch size; the loss
    that a step returns is logged by the engine.
    """

    generator: Callable[[str], torch.Generator]
    log: Callable[[str, torch.Tensor | float], None]
    progress: float = 0.0
    epoch: int = 1
    lasting: Callable[[str], torch.Generator] = lambda name: torch.Generator()

    def backward(self, loss: torch.Tensor) -> None:
        """Propagate a loss back, in the formats of the forward pass: autocast is for that alone."""
        with without_autocast(loss.device):
            loss.backward()


class Strategy(ABC):
    """How an arm learns. Subclasses are final: a strategy is abstract here or complete in its own
    file.
    """

    def streams(self) -> Mapping[str, Stream]:
        """The batches that every step wants, by name.

        A name is part of the address of a stream's order and augmentation: arms that call the same
        images by the same name see them alike.
        """
        return {"target": Stream()}

    @abstractmethod
    def step(self, batches: Mapping[str, Batch], ctx: Context) -> torch.Tensor:
        """Take one optimisation step and return its loss.

        The strategy calls `ctx.backward` and its own optimizers; the engine logs and guards the
        loss.
        """

    def epoch(self, open: Callable[[str], Iterator[Batch]], ctx: Context) -> None:  # noqa: B027 (few need it)
        """Prepare an epoch, the first one included: measure, or label again.

        `open(stream)` gives the images of a stream as they are, in an order that mixes classes.
        What is learnt here and outlasts the epoch belongs into `parts`.
        """

    @abstractmethod
    def predict(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits of images; called in evaluation mode without gradients."""

    @property
    def depth(self) -> int:
        """The number of stages that never change: batches may hold what these give instead of
        images.
        """
        return 0

    def answer(self, batch: Batch) -> torch.Tensor:
        """Return logits of a batch, in evaluation mode; with `depth` above 0, of batches of either
        kind.
        """
        return self.predict(batch.images)

    @abstractmethod
    def parts(self) -> dict[str, Stateful]:
        """Everything a checkpoint must hold: networks, optimizers, counters. What is left out is
        lost at a resume.
        """

    @property
    @abstractmethod
    def network(self) -> torch.nn.Module:
        """The network that is handed over at the end (`model.safetensors`)."""

    @property
    def learning(self) -> Stateful:
        """What of the network may change, for checkpoints and the best epoch: all of it unless a
        strategy freezes some.
        """
        return self.network

    def penalty(self) -> float:
        """What regularizers add to the loss at the present weights, for the record."""
        return 0.0

    def facts(self) -> Mapping[str, np.ndarray]:
        """What was learnt beside the network, as arrays for pictures (`transfer.npz` of the run
        folder); none unless overridden. What it is made of belongs into `parts`.
        """
        return {}


def networks_of(strategy: Strategy) -> dict[str, torch.nn.Module]:
    """The modules that learn, by the prefix of their addresses: the network without one, and other
    parts.
    """
    found: dict[str, torch.nn.Module] = {"": strategy.network}
    inside = set(strategy.network.modules())
    for name, part in strategy.parts().items():
        if isinstance(part, torch.nn.Module) and part not in inside:
            found[f"{name}/"] = part
    return found
