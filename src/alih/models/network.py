"""A network of named layers in order, computed in the cheapest order that gives the same
numbers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alih.errors import AlihError
from alih.models.activations import Relu
from alih.models.layers import Dropout
from alih.models.precision import in_full
from alih.models.staged import StagedNetwork
from alih.study.catalogue.stages import Stage

OUTPUTS = ("softmax", "sigmoid-normalised")


@dataclass(frozen=True)
class Named:
    """One layer: its module, and the activation that belongs to it (an identity where there is
    none).
    """

    name: str
    module: nn.Module
    activation: nn.Module


class Block(nn.Sequential):
    """Layers that follow each other; its children are their modules, under their names.

    Two things are computed differently from what the list says, with the same result to the last
    bit, gradients included: a ReLU in front of a max-pooling moves behind it, where it has a
    quarter of the elements (the maximum of clipped numbers is the clipped maximum); and a ReLU
    overwrites its input where that belongs to nobody else.
    """

    def __init__(self, layers: Sequence[Named]) -> None:
        super().__init__(OrderedDict((layer.name, layer.module) for layer in layers))
        self.layers = tuple(layers)
        self.steps = tuple(_steps(layers))

    def forward(self, x: Tensor) -> Tensor:
        """What reaches the first layer -> what leaves the last one."""
        for module, overwrite in self.steps:
            x = module(x, overwrite=True) if overwrite else module(x)
        return x


class Network(StagedNetwork):
    """Named layers in order; the children are the layers' modules, so parameters are called
    `conv1.weight`.

    Built by `alih.models.build.build`. Input is [b, c, h, w] of any floating dtype, output fp32
    logits [b, classes]. `cuts` says which layers make a stage (`study.stages`); those after the
    last one are the head's, which is the last layer.
    """

    head: nn.Linear

    def __init__(
        self,
        layers: Sequence[Named],
        input_shape: tuple[int, int, int],
        output: str = "softmax",
        cuts: Sequence[Stage] = (),
    ) -> None:
        nn.Module.__init__(
            self
        )  # not StagedNetwork's, under whose names no weights of such a network are stored
        if output not in OUTPUTS:
            raise AlihError("models.unknown_output", output=output, known=", ".join(OUTPUTS))
        self.input_shape = input_shape
        self.normalised = output == "sigmoid-normalised"
        self._layers = tuple(layers)
        for layer in layers:
            self.add_module(layer.name, layer.module)
        # Blocks and head are no children: the layers would have two names each.
        self.stages = {cut.name: Block(layers[cut.start : cut.stop]) for cut in cuts}
        self._reading = (Block(layers[cuts[-1].stop if cuts else 0 : -1]),)
        object.__setattr__(self, "head", layers[-1].module)

    def put_head(self, head: nn.Module) -> None:
        """As for every staged network; the layer keeps its name."""
        last = replace(self._layers[-1], module=head)
        self._layers = (*self._layers[:-1], last)
        self.add_module(last.name, head)
        object.__setattr__(self, "head", head)

    def activations(self, x: Tensor) -> list[tuple[str, Tensor]]:
        """The output of every layer, its activation included, in the order of the layer list: for
        pictures.

        [b, c, h, w] -> (name, [b, c', h', w'] or [b, n]) per layer. The last entry is what the last
        layer computes, before softmax.
        """
        x = self._checked(x)
        found = []
        for layer in self._layers:
            head = layer.module is self.head
            x = layer.activation(in_full(layer.module, x) if head else layer.module(x))
            found.append((layer.name, x))
        return found

    def after_stages(self) -> list[tuple[str, nn.Module]]:
        """The last layer, by its name."""
        return [(self._layers[-1].name, self.head)]

    def stage_of(self, tensor: str) -> int:
        """As for every staged network; tensors are called after their layers here."""
        layer = tensor.partition(".")[0]
        places = (
            index
            for index, block in enumerate(self.stages.values())
            if layer in dict(block.named_children())
        )
        return next(places, len(self.stages))

    def layout(self, k: int) -> str:
        """What the first stages compute, which the shapes of their weights do not say: strides,
        pooling, activations.
        """
        blocks = [*self.stages.values()][:k] + ([*self._reading] if k == len(self.stages) else [])
        layers = (
            layer
            for block in blocks
            for layer in block.layers
            if not isinstance(layer.module, Dropout)
        )
        return "; ".join(f"{layer.module} {layer.activation}" for layer in layers)

    def read(self, state: Tensor) -> Tensor:
        """Maps become a vector as the layer list says."""
        for module, _ in self._reading[0].steps:
            state = state if isinstance(module, Dropout) else module(state)
        return state

    def scores(self, outputs: Tensor) -> Tensor:
        """The head's outputs as fp32 logits: log σ where probabilities are normalised sigmoids."""
        # log sigma, because softmax(log sigma_i) = sigma_i / sum sigma: what Keras' categorical
        # cross-entropy computes on sigmoid outputs (keras.ops.categorical_crossentropy divides by
        # the sum first).
        return F.logsigmoid(outputs.float()) if self.normalised else outputs.float()

    def _logits(self, x: Tensor) -> Tensor:
        return self.scores(in_full(self.head, self._reading[0](x)))


def _steps(layers: Sequence[Named]) -> list[tuple[nn.Module, bool]]:
    """Modules in the order of computation, and whether each may overwrite its input."""
    order: list[nn.Module] = []
    for layer in layers:
        order += [m for m in (layer.module, layer.activation) if type(m) is not nn.Identity]
    for i in range(len(order) - 1):
        if isinstance(order[i], Relu) and isinstance(order[i + 1], nn.MaxPool2d):
            order[i], order[i + 1] = order[i + 1], order[i]
    owners = (nn.Conv2d, nn.Linear, nn.BatchNorm1d, nn.BatchNorm2d, nn.MaxPool2d, nn.AvgPool2d)
    # The backward pass of these needs their input, never their output.
    return [
        (m, i > 0 and isinstance(m, Relu) and isinstance(order[i - 1], owners))
        for i, m in enumerate(order)
    ]


def device_of(module: nn.Module) -> torch.device:
    """Where a module's parameters lie; the CPU for a module without any."""
    first = next(module.parameters(), None)
    return first.device if first is not None else torch.device("cpu")
