"""What a layer list in YAML may say: one options class per layer type.

Long form `- conv: {filters: 32, kernel: 3}`, short form `- conv: 32`, bare form `- flatten`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic_core import PydanticCustomError

from alih.study.document.values import Changes, Expecting, Frozen, Written

# The table of activations of the X-ray paper (docs/papers.md, figure 7), in its order; `sigmoid` is
# another name of `logistic`.
ACTIVATIONS = (
    "unit-step",
    "sign",
    "linear",
    "piecewise-linear",
    "logistic",
    "tanh",
    "relu",
    "softplus",
)
WITHOUT_GRADIENT = ("unit-step", "sign")
ActivationName = Literal[
    "unit-step",
    "sign",
    "linear",
    "piecewise-linear",
    "logistic",
    "sigmoid",
    "tanh",
    "relu",
    "softplus",
]

LARGEST_SIZE = 1_000_000
Size = Annotated[int, Field(gt=0, le=LARGEST_SIZE)]
Padding = Annotated[int, Field(ge=0, le=1000)]


class Conv(Frozen):
    """A convolution with a square kernel; `padding` is `valid` (none), `same`, or pixels on each
    side.
    """

    filters: Size
    kernel: Size = 3
    stride: Size = 1
    padding: Annotated[Literal["valid", "same"] | Padding, Expecting("study.expected_padding")] = (
        "valid"
    )
    activation: ActivationName = "relu"
    straight_through: bool = False


class Pool(Frozen):
    """Maximum or average pooling without padding; `stride` is `size` unless given."""

    size: Size = 2
    stride: Size | None = None


class Dropout(Frozen):
    """Dropout. Without a rate it is a place that `model.dropout` fills in; with nothing to fill in,
    it is left out.
    """

    rate: Annotated[float, Field(ge=0, lt=1)] | None = None


class Activation(Frozen):
    """An activation of its own, for example after batch normalisation."""

    name: ActivationName
    straight_through: bool = False


class Dense(Frozen):
    """A fully connected layer."""

    units: Size
    activation: ActivationName = "relu"
    straight_through: bool = False


class Plain(Frozen):
    """A layer without options."""


def _layer(option: str | None = None) -> Written:
    """Let a bare value stand for a mapping with only `option`, and nothing for one without keys."""

    def read(value: Any) -> Any:
        if value is None:
            return {}
        return value if isinstance(value, dict) or option is None else {option: value}

    return Written(read, {"type": ["number", "string", "null"] if option else "null"})


class LayerItem(Frozen):
    """One item of a layer list: the options of one type of layer."""

    conv: Annotated[Conv | None, _layer("filters")] = None
    max_pool: Annotated[Pool | None, _layer("size")] = None
    avg_pool: Annotated[Pool | None, _layer("size")] = None
    global_avg_pool: Annotated[Plain | None, _layer()] = None
    batch_norm: Annotated[Plain | None, _layer()] = None
    activation: Annotated[Activation | None, _layer("name")] = None
    dropout: Annotated[Dropout | None, _layer("rate")] = None
    flatten: Annotated[Plain | None, _layer()] = None
    dense: Annotated[Dense | None, _layer("units")] = None


LAYER_TYPES = tuple(LayerItem.model_fields)


def _one_layer(item: Any) -> Any:
    if isinstance(item, str):
        item = {item: None}
    if not isinstance(item, dict) or len(item) != 1:
        raise PydanticCustomError("alih", "study.layer_form", {"got": repr(item)})
    return item


AnyLayer = Annotated[
    dict[str, Any], Changes(LayerItem), Written(_one_layer, {"enum": list(LAYER_TYPES)})
]
"""One item of a layer list, brought into its long form: `{"conv": {"filters": 32}}`."""
