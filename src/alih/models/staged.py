"""A network as stages in order and a head: what can be frozen, cached, given its own learning rate,
or matched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase

from alih.errors import AlihError
from alih.models.layers import Dropout
from alih.models.modes import evaluating
from alih.models.precision import in_full

BATCH_NORM = ("stage", "adapt", "fixed")
"""What batch normalisation does in a partly frozen network: `stage` keeps the statistics of frozen
stages (the default), `adapt` lets frozen stages follow the statistics of the new images, `fixed`
keeps those of every stage."""


@dataclass(frozen=True)
class Preprocessing:
    """How the weights' own images were prepared: mean and std per channel for pixels in 0…1,
    interpolation, side.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    interpolation: str
    image_size: int


class StagedNetwork(nn.Module):
    """Named stages and a head; parameters are called `stages.<stage>.…` and `head.…`
    (`models/network.py`: after their layers).

    Input is [b, c, h, w] of any floating dtype, output fp32 logits [b, classes].
    `suffix(k)(prefix(k)(x))` equals `self(x)` to the last bit for every k. The head (dropout and a
    dense layer) is no stage: it belongs to the labels.

    What lies between two stages is a *state*: one tensor here, more where the head reads several
    (`models/segmentation.py`). `prefix`, `suffix` and `between` speak of single tensors, which can
    be kept on disk; `advance` passes states on as they are.
    """

    pooled = True
    """Whether the head reads one vector per image (`features`)."""

    input_shape: tuple[int, int, int]
    stages: nn.ModuleDict | dict[str, Any]
    head: nn.Module
    preprocessing: Preprocessing | None = None
    origin: dict[str, str] | None = None
    """Where the weights came from, for the record."""
    frozen = 0
    batch_norm = BATCH_NORM[0]

    def __init__(
        self,
        stages: Sequence[tuple[str, nn.Module]],
        head: nn.Module,
        input_shape: tuple[int, int, int],
        dropout: float = 0.0,
        preprocessing: Preprocessing | None = None,
    ) -> None:
        super().__init__()
        self.input_shape = input_shape
        self.preprocessing = preprocessing
        self.stages = nn.ModuleDict(dict(stages))
        self.dropout = Dropout(dropout)
        self.head = head

    @property
    def last(self) -> nn.Module:
        """The layer to the classes."""
        return self.head

    def put_head(self, head: nn.Module) -> None:
        """Let another layer lead to the classes, under the name of the one before."""
        self.head = head

    def forward(self, x: Tensor) -> Tensor:
        """[b, c, h, w] -> logits [b, classes], fp32. Raises AlihError when the images have another
        shape.
        """
        return self._logits(self._run(self._begin(x), 0, len(self.stages)))

    def prefix(self, k: int) -> Part:
        """The first k stages as a function of images; the images themselves for k = 0."""
        return Part(self, 0, self._within(k))

    def suffix(self, k: int) -> Part:
        """Everything after the first k stages, head included, as a function of what `prefix(k)`
        gives.
        """
        return Part(self, self._within(k), None)

    def between(self, start: int, stop: int) -> Part:
        """Stages `start` to `stop` (not included) as a function of what `prefix(start)` gives."""
        return Part(self, self._within(start), self._within(stop))

    def advance(self, x: Any, start: int, stop: int) -> Any:
        """Stages `start` to `stop` (not included) for images, for what `prefix(start)` gives, or
        for a state; returns a state.

        For code that goes on computing at once: nothing is packed in between. `classify` takes what
        the last stage leaves.
        """
        if self._within(stop) == 0:
            return self._checked(x)
        return self._run(self._begin(x) if start == 0 else self._unpacked(x, start), start, stop)

    def map_of(self, state: Any) -> Tensor:
        """The tensor that the newest stage gave, of a state."""
        return state

    def layout(self, k: int) -> str:
        """How `prefix(k)` arranges what it gives, where that is not the stage's own output; part of
        a cache's address.
        """
        return ""

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return next(self.parameters()).device

    @property
    def names(self) -> tuple[str, ...]:
        """The stages' names, from the images to the head."""
        return tuple(self.stages)

    @property
    def weighted(self) -> list[int]:
        """The stages that have parameters, counted from 0."""
        return [
            index
            for index, stage in enumerate(self.stages.values())
            if any(True for _ in stage.parameters())
        ]

    def features(self, x: Tensor) -> Tensor:
        """[b, c, h, w] -> what the head reads, [b, d], before dropout."""
        return self.read(self.advance(x, 0, len(self.stages)))

    def read(self, state: Any) -> Tensor:
        """What the head reads of the state after the last stage, [b, d], before dropout."""
        return self._packed(state)

    def classify(self, features: Any) -> Tensor:
        """What `features` gives, or the state after the last stage -> logits [b, classes], fp32:
        dropout and the head.
        """
        return self._logits(self._unpacked(features, len(self.stages)))

    def activations(self, x: Tensor) -> list[tuple[str, Tensor]]:
        """The output of every stage in order, then the head's logits: for pictures."""
        return self.stage_outputs(x)

    def stage_outputs(self, x: Tensor) -> list[tuple[str, Tensor]]:
        """The output of every stage in order, then of what follows them (`after_stages`)."""
        state, found = self._begin(x), []
        for index, name in enumerate(self.stages):
            state = self._run(state, index, index + 1)
            found.append((name, self.map_of(state).clone()))  # the next stage may overwrite it
        return [*found, *self._end(state)]

    def after_stages(self) -> list[tuple[str, nn.Module]]:
        """What follows the stages in `stage_outputs`, by name."""
        return [("head", self.head)]

    def stage_of(self, tensor: str) -> int:
        """The stage that a tensor of the state belongs to, counted from 0; the number of stages for
        the head's.

        >>> stages = [("a", nn.Flatten()), ("b", nn.Linear(4, 3))]
        >>> net = StagedNetwork(stages, nn.Linear(3, 2), (1, 2, 2))
        >>> [net.stage_of(name) for name, _ in net.named_parameters()]
        [1, 1, 2, 2]
        """
        part, _, rest = tensor.partition(".")
        return self.names.index(rest.partition(".")[0]) if part == "stages" else len(self.stages)

    def scores(self, outputs: Tensor) -> Tensor:
        """The head's outputs as fp32 logits."""
        return outputs.float()

    def freeze(self, k: int, batch_norm: str = "stage") -> None:
        """Freeze the first k stages from now on: no gradients, and at every `train()` the
        statistics that `batch_norm` says.

        Dropout inside frozen stages is off as well. Raises AlihError for k beyond the last stage or
        an unknown policy.
        """
        if batch_norm not in BATCH_NORM:
            raise AlihError(
                "models.unknown_batch_norm", got=batch_norm, known=", ".join(BATCH_NORM)
            )
        self.frozen, self.batch_norm = self._within(k), batch_norm
        for index, stage in enumerate(self.stages.values()):
            stage.requires_grad_(index >= k)
        self.train(self.training)

    def train(self, mode: bool = True) -> StagedNetwork:
        """Set training mode, except where freezing says otherwise (law 6: frozen means frozen, at
        every `train()`).
        """
        self.training = mode
        for child in self.children():
            if (
                child is self.stages
            ):  # each stage once, below: walking through a deep network takes milliseconds
                child.training = mode
            else:
                child.train(mode)
        for index, stage in enumerate(self.stages.values()):
            stage.train(mode and index >= self.frozen)
            if not mode:
                continue
            if index < self.frozen:
                if self.batch_norm == "adapt":
                    _set_norms(stage, True)
            elif self.batch_norm == "fixed":
                _set_norms(stage, False)
        return self

    def _within(self, k: int) -> int:
        if not 0 <= k <= len(self.stages):
            raise AlihError(
                "models.no_such_stage", k=k, stages=len(self.stages), names=", ".join(self.stages)
            )
        return k

    def _run(self, x: Any, start: int, stop: int) -> Any:
        for stage in list(self.stages.values())[start:stop]:
            x = stage(x)
        return x

    def _begin(self, x: Tensor) -> Any:
        """The state before the first stage."""
        return self._checked(x)

    def _packed(self, state: Any) -> Tensor:
        """A state as one tensor."""
        return state

    def _unpacked(self, x: Any, k: int) -> Any:
        """The state after the first k stages (k > 0), from one tensor or as it is."""
        return x

    def _end(self, state: Any) -> list[tuple[str, Tensor]]:
        """What follows the last stage, by name, with its output."""
        return [(self.after_stages()[-1][0], self._logits(state))]

    def _logits(self, x: Any) -> Tensor:
        return in_full(self.head, self.dropout(x)).float()

    def _checked(self, x: Tensor) -> Tensor:
        if tuple(x.shape[1:]) != self.input_shape:
            raise AlihError(
                "models.input_shape", got=list(x.shape[1:]), expected=list(self.input_shape)
            )
        first = next((p for p in self.parameters() if p.ndim > 1), None)
        return x if first is None else x.to(first.dtype)


@dataclass(frozen=True)
class Part:
    """Stages `start`…`stop` of a network, and its head where `stop` is None; a function of
    tensors.
    """

    network: StagedNetwork
    start: int
    stop: int | None

    def __call__(self, x: Tensor) -> Tensor:
        """Compute this part."""
        network = self.network
        if self.stop == 0:
            return network._checked(x)
        state = network._begin(x) if self.start == 0 else network._unpacked(x, self.start)
        if self.stop is not None:
            return network._packed(network._run(state, self.start, self.stop))
        return network._logits(network._run(state, self.start, len(network.stages)))

    def parameters(self) -> Iterable[nn.Parameter]:
        """The parameters of this part."""
        modules = list(self.network.stages.values())[self.start : self.stop]
        for module in [*modules, *([self.network.head] if self.stop is None else [])]:
            yield from module.parameters()


def _set_norms(module: nn.Module, training: bool) -> None:
    for child in module.modules():
        if isinstance(child, _NormBase):
            child.training = training


def layer_decay(network: StagedNetwork, decay: float) -> dict[str, float]:
    """A factor on the learning rate for each parameter: 1 for the head, decay^(distance to the
    head) for the stages.

    Stages without parameters (pooling) do not count. Layer-wise decay: Howard & Ruder 2018
    (ULMFiT), section 3.2.
    """
    weighted = network.weighted
    distance = {index: len(weighted) - place for place, index in enumerate(weighted)}
    return {
        name: decay ** distance.get(network.stage_of(name), 0)
        for name, _ in network.named_parameters()
    }


def stage_rows(network: StagedNetwork) -> list[dict[str, Any]]:
    """One row per stage and one for the head: `name`, `type`, `output_shape` (without the batch),
    `parameters`.

    The modes stay as they were; a batch of one zero image passes through.
    """
    with evaluating(network), torch.no_grad():
        image = torch.zeros(1, *network.input_shape, device=network.device)
        shapes = [list(output.shape[1:]) for _, output in network.stage_outputs(image)]
    modules = [*network.stages.items(), *network.after_stages()]
    return [
        {
            "name": name,
            "type": _kind(module),
            "output_shape": shape,
            "parameters": sum(p.numel() for p in module.parameters()),
        }
        for (name, module), shape in zip(modules, shapes, strict=True)
    ]


def normalises_single_values(network: StagedNetwork) -> bool:
    """Whether batch normalisation cannot learn from one image, since a map of it is one pixel.

    The network's running statistics are changed.
    """
    before = network.training
    network.train()
    try:
        with torch.no_grad():
            network(torch.zeros(1, *network.input_shape, device=network.device))
    except ValueError:  # torch's only error here: "Expected more than 1 value per channel"
        return True
    finally:
        network.train(before)
    return False


def _kind(module: nn.Module) -> str:
    """The class of a stage's own block: of its largest member, since a stage may be a convolution
    with what follows it.
    """
    members = list(module) if isinstance(module, nn.Sequential) else [module]
    return type(
        max(members, key=lambda member: sum(p.numel() for p in member.parameters()))
    ).__name__
