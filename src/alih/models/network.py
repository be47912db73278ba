"""A network of named layers in order, computed in the cheapest order that gives the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from alih.errors import AlihError
from alih.models.activations import Relu
from alih.models.precision import KEEP_FP32

OUTPUTS = ("softmax", "sigmoid-normalised")


@dataclass(frozen=True)
class Named:
    """One layer: its module, and the activation that belongs to it (an identity where there is none)."""

    name: str
    module: nn.Module
    activation: nn.Module


class Network(nn.Module):
    """Named layers in order; the children are the layers' modules, so parameters are called `conv1.weight`.

    Built by `alih.models.build.build`. Input is [b, c, h, w] of any floating dtype, output fp32 logits [b, classes].

    Two things are computed differently from what the list says, with the same result to the last bit, gradients included:
    a ReLU in front of a max-pooling moves behind it, where it has a quarter of the elements (the maximum of clipped
    numbers is the clipped maximum); and a ReLU overwrites its input where that belongs to nobody else.
    """

    def __init__(self, layers: Sequence[Named], input_shape: tuple[int, int, int], output: str = "softmax") -> None:
        super().__init__()
        if output not in OUTPUTS:
            raise AlihError("models.unknown_output", output=output, known=", ".join(OUTPUTS))
        self.input_shape = input_shape
        self.normalised = output == "sigmoid-normalised"
        self._layers = tuple(layers)
        for layer in layers:
            self.add_module(layer.name, layer.module)
        weighted = [layer.module for layer in layers if isinstance(layer.module, nn.Conv2d | nn.Linear)]
        self._first = (weighted[0],)  # in a tuple, so that it is not registered twice
        # The last layer is small, and its rounding would be the rounding of every loss: it computes in fp32.
        setattr(weighted[-1], KEEP_FP32, True)
        self._last = (weighted[-1],)
        self._steps = _steps(layers)

    def forward(self, x: Tensor) -> Tensor:
        """[b, c, h, w] -> logits [b, classes], fp32. Raises AlihError when the images have another shape."""
        x = self._checked(x)
        last = self._last[0]
        for module, overwrite in self._steps:
            if module is last:
                x = x.to(last.weight.dtype)
            x = module(x, overwrite=True) if overwrite else module(x)
        return self._logits(x)

    def activations(self, x: Tensor) -> list[tuple[str, Tensor]]:
        """The output of every layer, its activation included, in the order of the layer list: for pictures.

        [b, c, h, w] -> (name, [b, c', h', w'] or [b, n]) per layer. The last entry is what the last layer computes,
        before softmax.
        """
        x = self._checked(x)
        found = []
        for layer in self._layers:
            if layer.module is self._last[0]:
                x = x.to(self._last[0].weight.dtype)
            x = layer.activation(layer.module(x))
            found.append((layer.name, x))
        return found

    def _checked(self, x: Tensor) -> Tensor:
        if tuple(x.shape[1:]) != self.input_shape:
            raise AlihError("models.input_shape", got=list(x.shape[1:]), expected=list(self.input_shape))
        return x.to(self._first[0].weight.dtype)

    def _logits(self, x: Tensor) -> Tensor:
        # log sigma, because softmax(log sigma_i) = sigma_i / sum sigma: what Keras' categorical cross-entropy
        # computes on sigmoid outputs (keras.ops.categorical_crossentropy divides by the sum first).
        return F.logsigmoid(x.float()) if self.normalised else x.float()


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
    return [(m, i > 0 and isinstance(m, Relu) and isinstance(order[i - 1], owners)) for i, m in enumerate(order)]


def device_of(module: nn.Module) -> torch.device:
    """Where a module's parameters lie; the CPU for a module without any."""
    first = next(module.parameters(), None)
    return first.device if first is not None else torch.device("cpu")
