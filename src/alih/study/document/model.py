"""The network of an arm, as a document names or lists it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from alih.study.document.layer_options import AnyLayer
from alih.study.document.values import Frozen, short


class ModelSpec(Frozen):
    """A preset or a backbone by `name`, or a network from a layer list (in its long form: `{"conv":
    {"filters": 32}}`).

    `dropout` holds the rates of the network's dropout layers in order (a backbone has one place,
    before its head); an empty list leaves them out. `weights` of a backbone or an encoder:
    `imagenet`, `none` (the same network from random weights) or a file. For segmentation: `encoder`
    is the backbone inside; `width` (channels of the first level), `depth` (halvings) and `padding`
    belong to the plain U-Net.
    """

    name: str | None = None
    layers: Annotated[list[AnyLayer], Field(min_length=1)] | None = None
    dropout: list[Annotated[float, Field(ge=0, lt=1)]] | None = None
    output: Literal["softmax", "sigmoid-normalised"] | None = None
    encoder: str | None = None
    width: Annotated[int, Field(gt=0, le=4096)] | None = None
    depth: Annotated[int, Field(gt=0, le=16)] | None = None
    padding: Literal["same", "valid"] | None = None
    weights: str | None = None


NamedModel = Annotated[ModelSpec, short("name")]
"""A model that may be written as its name only: `model: dcnn`."""
