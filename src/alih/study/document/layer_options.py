"""What a layer list in YAML may say: one options class per layer type.

Long form `- conv: {filters: 32, kernel: 3}`, short form `- conv: 32`, bare form `- flatten`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from alih.study.document.values import Expecting, Frozen

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


# layer type -> its options, and the option that the short form `type: value` sets
LAYER_TYPES: dict[str, tuple[type[Frozen], str | None]] = {
    "conv": (Conv, "filters"),
    "max_pool": (Pool, "size"),
    "avg_pool": (Pool, "size"),
    "global_avg_pool": (Plain, None),
    "batch_norm": (Plain, None),
    "activation": (Activation, "name"),
    "dropout": (Dropout, "rate"),
    "flatten": (Plain, None),
    "dense": (Dense, "units"),
}


class LayerItem:
    """Annotation: one item of a layer list, brought into its long form; in the JSON schema all its
    forms.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(long_form)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        kinds: dict[str, Any] = {}
        for kind, (options, short) in LAYER_TYPES.items():
            full = handler(options.__pydantic_core_schema__)
            kinds[kind] = {
                "anyOf": [full, {"type": ["number", "string", "null"] if short else "null"}]
            }
        mapping = {
            "type": "object",
            "properties": kinds,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }
        return {"anyOf": [mapping, {"enum": list(LAYER_TYPES)}]}


def long_form(item: Any) -> dict[str, Any]:
    """One item of a layer list in its long form, checked.

    >>> long_form({"conv": 32})
    {'conv': {'filters': 32}}
    """
    if isinstance(item, str):
        item = {item: None}
    if not isinstance(item, dict) or len(item) != 1:
        raise PydanticCustomError("alih", "study.layer_form", {"got": repr(item)})
    kind, value = next(iter(item.items()))
    if kind not in LAYER_TYPES:
        raise PydanticCustomError(
            "alih", "study.unknown_layer", {"got": str(kind), "known": list(LAYER_TYPES)}
        )
    options, short = LAYER_TYPES[kind]
    if value is None:
        value = {}
    elif not isinstance(value, dict) and short:
        value = {short: value}
    checked = _validated(options, value, kind)
    return {kind: checked.model_dump(exclude_unset=True)}


def _validated(options: type[Frozen], value: Any, kind: str) -> Frozen:
    from pydantic import ValidationError

    from alih.study.document.values import under

    try:
        return options.model_validate(value)
    except ValidationError as error:
        raise under(kind, error) from None
