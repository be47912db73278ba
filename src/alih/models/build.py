"""From a layer list to a torch network with addressed initial weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import torch
from torch import nn

from alih.errors import AlihError
from alih.models.activations import activation
from alih.models.layers import Conv, Dropout, Flatten, GlobalAvgPool
from alih.models.network import Named, Network
from alih.study.catalogue.arithmetic import Layer, Shape, arithmetic
from alih.study.catalogue.stages import stages

INITS = ("keras", "torch")

# eps, and the weight of a new batch in the running statistics (Keras writes 0.99 for the weight of
# the old ones).
_BATCH_NORM = {"keras": (1e-3, 0.01), "torch": (1e-5, 0.1)}


def build(
    layers: Sequence[Layer],
    *,
    channels: int,
    image_size: tuple[int, int],
    init: str,
    seed: Callable[[str], int],
    output: str = "softmax",
) -> Network:
    """The network of a layer list, in fp32 on the CPU, with initial weights drawn.

    `image_size` is (height, width). `init` also sets batch normalisation's constants: `keras` eps
    1e-3 and momentum 0.01 (0.99 in Keras's own counting), `torch` eps 1e-5 and momentum 0.1. The
    weights of a layer come from a generator seeded with `seed("init/<layer>.weight")`, so that
    networks share them wherever name and shape agree. Raises AlihError for an unknown `init` or
    `output`, and for images that a layer cannot take.

    >>> from alih.study.document.model import ModelSpec
    >>> from alih.study.catalogue.arithmetic import network
    >>> layers = network(ModelSpec(name="dcnn"), 10)
    >>> net = build(layers, channels=1, image_size=(28, 28), init="keras", seed=len)
    >>> sum(p.numel() for p in net.parameters()), tuple(net(torch.zeros(2, 1, 28, 28)).shape)
    (1199882, (2, 10))
    """
    if init not in INITS:
        raise AlihError("models.unknown_init", init=init, known=", ".join(INITS))
    shape: Shape = (channels, *image_size)
    named = []
    for layer, row in zip(layers, arithmetic(layers, (channels, *image_size)), strict=True):
        own = "linear" if layer.type == "activation" else layer.activation
        module = _MODULES[layer.type](layer, shape, init)
        named.append(Named(layer.name, module, activation(own, layer.straight_through)))
        shape = row.output_shape
    network = Network(named, (channels, *image_size), output, stages(layers))
    initialise(network, init, seed)
    return network


def initialise(module: nn.Module, init: str, seed: Callable[[str], int]) -> None:
    """Draw the weights of every convolution and dense layer of `module` again; batch normalisation
    starts at scale 1, shift 0.

    keras: kernels uniform in ±sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010, equation 16),
    where the fans of a convolution count its k·k positions; biases zero. torch: kernels and biases
    uniform in ±1 / sqrt(fan_in).
    """
    for name, child in module.named_modules():
        if isinstance(child, nn.Conv2d | nn.Linear):
            field = math.prod(child.weight.shape[2:])
            fan_in, fan_out = child.weight.shape[1] * field, child.weight.shape[0] * field
            fan_out //= getattr(
                child, "groups", 1
            )  # each input channel reaches the filters of its own group only
            keras = init == "keras"
            _uniform(
                child.weight,
                math.sqrt(6 / (fan_in + fan_out)) if keras else fan_in**-0.5,
                seed(f"init/{name}.weight"),
            )
            if child.bias is not None:
                _uniform(child.bias, 0.0 if keras else fan_in**-0.5, seed(f"init/{name}.bias"))
        elif isinstance(child, nn.modules.batchnorm._NormBase):
            child.reset_parameters()


@torch.no_grad()
def _uniform(tensor: torch.Tensor, limit: float, seed: int) -> None:
    # Drawn in fp32 on the CPU and then copied: the same numbers on every device, in every format
    # and layout.
    generator = torch.Generator().manual_seed(seed)
    tensor.copy_(torch.empty(tensor.shape).uniform_(-limit, limit, generator=generator))


def _batch_norm(layer: Layer, shape: Shape, init: str) -> nn.Module:
    eps, momentum = _BATCH_NORM[init]
    return (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(
        shape[0], eps=eps, momentum=momentum
    )


# A module for a layer, the shape that reaches it, and the kind of initialisation. Keys as in
# study/layer_options.LAYER_TYPES.
_MODULES: Mapping[str, Callable[[Layer, Shape, str], nn.Module]] = MappingProxyType(
    {
        "conv": lambda layer, shape, init: Conv(
            shape[0], layer.filters, layer.kernel, layer.stride, layer.padding
        ),
        "max_pool": lambda layer, shape, init: nn.MaxPool2d(layer.size, layer.stride),
        "avg_pool": lambda layer, shape, init: nn.AvgPool2d(layer.size, layer.stride),
        "global_avg_pool": lambda layer, shape, init: GlobalAvgPool(),
        "batch_norm": _batch_norm,
        "activation": lambda layer, shape, init: activation(
            layer.activation, layer.straight_through
        ),
        "dropout": lambda layer, shape, init: Dropout(layer.rate),
        "flatten": lambda layer, shape, init: Flatten(),
        "dense": lambda layer, shape, init: nn.Linear(shape[0], layer.units),
    }
)
