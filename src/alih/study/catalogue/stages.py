"""Where a network that is a list of layers can be cut: its stages, without torch.

A stage is a layer with weights to multiply by (`conv`, `dense`), called after it, together with
what follows it up to the next one: batch normalisation, activation, pooling. Layers that only
prepare what the next such layer reads (`dropout`, `flatten`, `global_avg_pool` directly in front of
it) belong to that one: so stages end in maps as long as there are any, and a frozen stage leaves
the dropout in front of a learning one on. The layer to the classes is the head, no stage.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alih.errors import AlihError
from alih.study.catalogue.arithmetic import Layer, Shape, arithmetic, network
from alih.study.catalogue.backbones import CARDS, backbone_of
from alih.study.catalogue.presets import PRESETS
from alih.study.document.model import ModelSpec

WEIGHTED = ("conv", "dense")
READING = ("dropout", "flatten", "global_avg_pool")


@dataclass(frozen=True)
class Stage:
    """Layers `start` to `stop` (not included) of a list; `name` is that of the layer with
    weights.
    """

    name: str
    start: int
    stop: int


def stages(layers: Sequence[Layer]) -> tuple[Stage, ...]:
    """The stages of a layer list in order; the layers after the last one are the head's.

    >>> layers = network(ModelSpec(name="dcnn"), 10)
    >>> [(stage.name, stage.start, stage.stop) for stage in stages(layers)]
    [('conv1', 0, 1), ('conv2', 1, 3), ('dense1', 3, 5)]
    """
    weighted = [index for index, layer in enumerate(layers) if layer.type in WEIGHTED]
    starts = [0, *(_first_read(layers, index) for index in weighted[1:])]
    cuts = zip(weighted, starts, starts[1:], strict=False)
    return tuple(Stage(layers[index].name, start, stop) for index, start, stop in cuts)


def is_layer_list(model: ModelSpec) -> bool:
    """Whether a model is a list of layers: the document's own or a preset's."""
    return model.layers is not None or model.name in PRESETS


def stage_count(model: ModelSpec) -> int | None:
    """How many stages a model has before its head; None where only building it would tell, or
    nothing can.
    """
    own = CARDS.get(str(backbone_of(model)))
    if own is not None:
        return (own.maps or None) if model.encoder else own.stages
    with contextlib.suppress(
        AlihError
    ):  # what is wrong with a list of layers is reported where the model is checked
        return len(stages(network(model, 2))) if is_layer_list(model) else None
    return None


def stage_names(layers: Sequence[Layer]) -> list[str | None]:
    """The name of each layer's stage; None for those of the head."""
    names: list[str | None] = [None] * len(layers)
    for stage in stages(layers):
        names[stage.start : stage.stop] = [stage.name] * (stage.stop - stage.start)
    return names


def stage_sizes(
    model: ModelSpec, classes: int, shape: tuple[int, int, int]
) -> list[dict[str, Any]]:
    """What each stage leaves of an image (`output_shape`), its mean over space (`width`) and its
    `parameters`.

    The last one is read as the head reads it. Raises AlihError for images that a layer cannot take.
    """
    layers = network(model, classes)
    rows, found = arithmetic(layers, shape), []
    for stage in stages(layers):
        after: Shape = rows[stage.stop - 1].output_shape
        parameters = sum(row.parameters for row in rows[stage.start : stage.stop])
        found.append({"output_shape": list(after), "width": after[0], "parameters": parameters})
    if found:
        found[-1]["width"] = rows[-2].output_shape[0]
    return found


def pooled_shape(shape: Sequence[int], most: int) -> tuple[int, ...]:
    """The shape to which a stage's output is averaged so that `most` values stay of an image, or
    as many as it has channels where these are more; vectors stay whole.

    >>> pooled_shape([96, 14, 14], 1024), pooled_shape([1280, 7, 7], 1024)
    ((96, 3, 3), (1280, 1, 1))
    """
    if len(shape) == 3:
        side = max(1, math.isqrt(most // shape[0]))
        return shape[0], min(side, shape[1]), min(side, shape[2])
    if len(shape) == 2:  # tokens of a transformer
        return min(shape[0], max(1, most // shape[1])), shape[1]
    return tuple(shape)


def _first_read(layers: Sequence[Layer], index: int) -> int:
    """The first of the layers directly in front of `index` that prepare what it reads."""
    while layers[index - 1].type in READING:
        index -= 1
    return index
