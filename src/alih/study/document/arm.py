"""What an arm changes, and the complete recipe that comes of it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic_core import PydanticCustomError

from alih.study.document.augment import Augment
from alih.study.document.model import ModelSpec, NamedModel
from alih.study.document.train import PartialTrain, Train
from alih.study.document.values import Changes, Frozen, Replicates, Side, Text, short

ARM_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
"""Names of arms, which are folders and parts of file names; matched in full."""
ORACLES = frozenset({"target-only"})
"""Strategies that see labels of the target which the study does not grant (their options have
`grants = "all"`): upper bounds, marked wherever their arms are named."""


class TransferSpec(Frozen):
    """How knowledge is carried over. Each strategy validates its own `options` keys."""

    model_config = ConfigDict(frozen=True, extra="allow")
    strategy: str = "scratch"

    @property
    def options(self) -> dict[str, Any]:
        """Keys beside `strategy`."""
        return dict(self.__pydantic_extra__ or {})


ModelChanges = Annotated[dict[str, Any] | None, Changes(ModelSpec), short("name")]
TransferChanges = Annotated[dict[str, Any] | None, Changes(TransferSpec), short("strategy")]
TrainChanges = Annotated[dict[str, Any], Changes(PartialTrain)]
AugmentChanges = Annotated[dict[str, Any], Changes(Augment)]
Normalise = Literal["unit", "mean-std", "weights"]
Init = Literal["keras", "torch"]


class Arm(Frozen):
    """What one arm changes, also the size of the images that it sees; everything else comes from
    the top of the document.

    `seeds`: its replicates (folds), where it has fewer than the study; runs until decided write it.
    """

    label: Text | None = None
    seeds: Replicates | None = None
    model: ModelChanges = None
    transfer: TransferChanges = None
    train: TrainChanges = Field(default_factory=dict)
    augment: AugmentChanges = Field(default_factory=dict)
    normalise: Normalise | None = None
    init: Init | None = None
    image_size: Side | None = None
    source: str | None = Field(None, alias="from")


class Recipe(Frozen):
    """A complete arm: everything that decides what a cell computes, apart from data, split and
    seed.
    """

    model: NamedModel
    transfer: Annotated[TransferSpec, short("strategy")] = TransferSpec()
    train: Train = Train()
    augment: Augment = Augment()
    normalise: Normalise = "unit"
    init: Init = "keras"
    image_size: Side | None = None
    source: str | None = Field(None, alias="from")


def arm_names(arms: dict[str, Arm]) -> dict[str, Arm]:
    """Refuse names that no folder can have."""
    for name in arms:
        if not ARM_NAME.fullmatch(name):
            raise PydanticCustomError("alih", "study.arm_name", {"got": name})
    return arms
