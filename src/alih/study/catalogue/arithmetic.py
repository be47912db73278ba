"""Networks as lists of layers, and their arithmetic: output shapes and parameters without torch.

`models/build.py` builds what is described here. Shapes are (channels, height, width), or (units,)
after flattening.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from alih.errors import AlihError
from alih.study.catalogue.presets import PRESETS
from alih.study.document.layer_options import WITHOUT_GRADIENT, LayerItem
from alih.study.document.model import ModelSpec

Shape = tuple[int, ...]
_SPATIAL = ("conv", "max_pool", "avg_pool", "global_avg_pool")
_SHORT_NAMES = {
    "max_pool": "pool",
    "avg_pool": "pool",
    "global_avg_pool": "pool",
    "batch_norm": "norm",
}


@dataclass(frozen=True)
class Layer:
    """One layer; which settings count depends on `type`, one of `layer_options.LAYER_TYPES`.

    conv: filters, kernel, stride, padding, activation. max_pool, avg_pool: size, stride. dropout:
    rate. dense: units, activation. activation: activation. global_avg_pool, batch_norm, flatten:
    none.
    """

    name: str
    type: str
    filters: int = 0
    kernel: int = 0
    stride: int = 1
    padding: int | Literal["valid", "same"] = "valid"
    size: int = 0
    rate: float = 0.0
    units: int = 0
    activation: str = "linear"
    straight_through: bool = False


@dataclass(frozen=True)
class LayerRow:
    """One row of a layer table: the shape that leaves the layer and its trainable parameters."""

    name: str
    type: str
    output_shape: Shape
    parameters: int
    activation: str


def network(model: ModelSpec, classes: int) -> tuple[Layer, ...]:
    """The layers of a model, named, with dropout rates filled in and the layer to the classes
    (`output`) at the end.

    Names count per kind (conv1, conv2, pool1, dense1) and do not shift when dropout layers come or
    go, so that arms with and without dropout share initial weights. A dropout layer without a rate,
    or with rate 0, is left out. A `flatten` is put before the first dense layer where the list has
    none. Raises AlihError for an unknown preset, dropout rates that do not match, or an activation
    that cannot learn.

    >>> [layer.name for layer in network(ModelSpec(name="dcnn"), 10)]
    ['conv1', 'conv2', 'pool1', 'flatten1', 'dense1', 'output']
    """
    items, own_rates = _items(model)
    rates = _rates(items, own_rates, model.dropout)
    layers: list[Layer] = []
    counts: dict[str, int] = {}
    flat = False
    for item in items:
        kind, options = next(iter(item.items()))
        if kind == "dense" and not flat:
            layers.append(Layer(_next_name("flatten", counts), "flatten"))
        flat = flat or kind in ("flatten", "dense", "global_avg_pool")
        layer = _layer(_next_name(kind, counts), kind, options)
        if kind == "dropout":
            layer = replace(layer, rate=next(rates))
            if layer.rate == 0:
                continue
        if layer.activation in WITHOUT_GRADIENT and not layer.straight_through:
            raise AlihError("study.no_gradient", layer=layer.name, activation=layer.activation)
        if layer.padding == "same" and layer.stride > 1:
            # `same` with a stride means different pixels in Keras and in torch; pixels are
            # unambiguous.
            raise AlihError(
                "study.same_stride", layer=layer.name, stride=layer.stride, pixels=layer.kernel // 2
            )
        layers.append(layer)
    if not flat:
        layers.append(Layer(_next_name("flatten", counts), "flatten"))
    return (*layers, Layer("output", "dense", units=classes))


def output(model: ModelSpec) -> str:
    """How scores become probabilities: `softmax`, or `sigmoid-normalised` (σ_i / Σσ, what Keras
    computes for the X-ray paper).
    """
    preset = PRESETS.get(model.name or "")
    return model.output or (preset.output if preset else "softmax")


def _items(model: ModelSpec) -> tuple[list[dict[str, Any]], Sequence[float]]:
    if model.layers is not None:
        return model.layers, ()
    preset = PRESETS.get(model.name or "")
    if preset is None:
        from alih.study.catalogue.backbones import known_model

        raise AlihError("study.unknown_model", got=model.name, known=known_model(model.name))
    return ModelSpec.model_validate({"layers": list(preset.layers)}).layers or [], preset.dropout


def _rates(
    items: list[dict[str, Any]], own: Sequence[float], given: Sequence[float] | None
) -> Iterator[float]:
    places = [item["dropout"].get("rate") or 0.0 for item in items if "dropout" in item]
    if given is None:
        return iter([*own] if own else places)
    if given and len(given) != len(places):
        raise AlihError("study.dropout_count", got=len(given), expected=len(places))
    return iter(given or [0.0] * len(places))


def _next_name(kind: str, counts: dict[str, int]) -> str:
    short = _SHORT_NAMES.get(kind, kind)
    counts[short] = counts.get(short, 0) + 1
    return f"{short}{counts[short]}"


def _layer(name: str, kind: str, options: Mapping[str, Any]) -> Layer:
    item = LayerItem.model_validate({kind: dict(options)})
    settings = item.model_dump(exclude_none=True)[kind]
    if kind == "activation":
        settings["activation"] = settings.pop("name")
    if settings.get("activation") == "sigmoid":
        settings["activation"] = "logistic"
    if kind in ("max_pool", "avg_pool"):
        settings.setdefault("stride", settings["size"])
    return Layer(name, kind, **settings)


def arithmetic(layers: Sequence[Layer], shape: tuple[int, int, int]) -> list[LayerRow]:
    """Output shape and trainable parameters of each layer for an image of `shape` (channels,
    height, width).

    Raises AlihError naming the layer, and the shape that reached it, when a size does not fit.

    >>> sum(row.parameters for row in arithmetic(network(ModelSpec(name="dcnn"), 10), (1, 28, 28)))
    1199882
    """
    rows: list[LayerRow] = []
    current: Shape = tuple(shape)
    for layer in layers:
        if layer.type in _SPATIAL and len(current) != 3:
            raise AlihError(
                "study.layer_needs_image",
                layer=layer.name,
                type=layer.type,
                shape=shape_text(current),
            )
        after, parameters = _step(layer, current)
        if min(after) < 1:
            raise AlihError(
                "study.layer_too_small",
                layer=layer.name,
                type=layer.type,
                shape=shape_text(current),
                size=layer.kernel or layer.size,
                image=shape_text(shape),
            )
        current = after
        rows.append(LayerRow(layer.name, layer.type, current, parameters, layer.activation))
    return rows


def multiplications(layers: Sequence[Layer], shape: tuple[int, int, int]) -> int:
    """Multiplications that an image takes, of convolutions and dense layers. Raises as
    `arithmetic`.

    >>> multiplications(network(ModelSpec(name="dcnn"), 10), (1, 28, 28))
    11992448
    """
    total, before = 0, tuple(shape)
    for layer, row in zip(layers, arithmetic(layers, shape), strict=True):
        if layer.type == "conv":
            total += layer.kernel**2 * before[0] * math.prod(row.output_shape)
        elif layer.type == "dense":
            total += before[0] * layer.units
        before = row.output_shape
    return total


def shape_text(shape: Shape) -> str:
    """A shape for people: channels × height × width, or a number of units."""
    return "×".join(str(size) for size in shape)


def _step(layer: Layer, shape: Shape) -> tuple[Shape, int]:
    if layer.type == "conv":
        out = tuple(_length(size, layer.kernel, layer.stride, layer.padding) for size in shape[1:])
        return (layer.filters, *out), (layer.kernel**2 * shape[0] + 1) * layer.filters
    if layer.type in ("max_pool", "avg_pool"):
        return (
            shape[0],
            *(_length(size, layer.size, layer.stride, "valid") for size in shape[1:]),
        ), 0
    if layer.type == "global_avg_pool":
        return (shape[0],), 0
    if layer.type == "batch_norm":
        return shape, 2 * shape[0]
    if layer.type == "flatten":
        total = 1
        for size in shape:
            total *= size
        return (total,), 0
    if layer.type == "dense":
        return (layer.units,), (shape[0] + 1) * layer.units
    return shape, 0


def _length(size: int, kernel: int, stride: int, padding: int | str) -> int:
    if padding == "same":
        return size
    return (size + 2 * (padding if isinstance(padding, int) else 0) - kernel) // stride + 1
