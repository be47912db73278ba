"""Settings of the loop, its optimizer, schedule and losses."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, NonNegativeFloat, PositiveFloat
from pydantic_core import PydanticCustomError

from alih.study.document.values import Count, Expecting, Fraction, Frozen, kind_by_default, short

MOST_VIEWS = 10_000

LOSSES = ("cross-entropy", "dice", "focal")


class Schedule(Frozen):
    """Learning rate over the epochs, as far as one place of a document says it: constant, step
    (times `factor` every `every` epochs) or cosine to zero.
    """

    name: Literal["constant", "step", "cosine"] = "constant"
    every: Annotated[Count, Field(examples=[10])] | None = None
    factor: Annotated[Fraction, Field(examples=[0.1])] | None = None
    warmup: NonNegativeFloat = 0.0


class Smooth(Schedule):
    """A schedule without steps, whose keys are absent (`null`)."""

    name: Literal["constant", "cosine"] = "constant"
    every: None = None
    factor: None = None


class Step(Schedule):
    """A rate that falls in steps."""

    name: Literal["step"]
    every: Annotated[Count, Field(examples=[10])]
    factor: Annotated[Fraction, Field(examples=[0.1])]


class EarlyStopping(Frozen):
    """Stop when `monitor` on validation has not improved by `min_delta` for `patience` epochs."""

    patience: Count
    monitor: str = "loss"
    min_delta: NonNegativeFloat = 0.0


def _known_losses(value: Any) -> Any:
    names = [value] if isinstance(value, str) else list(value) if isinstance(value, dict) else []
    for name in names:
        if name not in LOSSES:
            raise PydanticCustomError(
                "alih", "study.unknown_value", {"got": name, "known": list(LOSSES)}
            )
    return value


LossName = Literal["cross-entropy", "dice", "focal"]

Loss = Annotated[
    Annotated[
        LossName | dict[LossName, PositiveFloat],
        Field(min_length=1),
        Expecting("study.expected_loss"),
    ],
    BeforeValidator(_known_losses),
]


class PartialTrain(Frozen):
    """Settings of the loop and its optimizer, as far as one place of a document says them.
    `time_decay` is Keras's: lr / (1 + time_decay *
    step).

    `sampling: balanced` draws each class equally often, an epoch holding as many images as without.
    `loss` is a name, or names with their weights in a sum. `views`: epoch e changes images as view
    ((e - 1) mod views) + 1 does, so that each image has so many augmented views and frozen stages
    can be computed once for each; without it every epoch has its own.
    """

    epochs: Count = 20
    batch_size: Count = 128
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    lr: PositiveFloat = 0.001
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0
    nesterov: bool = False
    weight_decay: NonNegativeFloat = 0.0
    l1: NonNegativeFloat = 0.0
    l2: NonNegativeFloat = 0.0
    schedule: Annotated[Schedule, short("name")] = Smooth()
    time_decay: NonNegativeFloat = 0.0
    loss: Loss = "cross-entropy"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    class_weights: (
        Annotated[
            Literal["balanced"] | list[PositiveFloat], Expecting("study.expected_class_weights")
        ]
        | None
    ) = None
    sampling: Literal["balanced"] | None = None
    clip_norm: PositiveFloat | None = None
    early_stopping: EarlyStopping | None = None
    keep: Literal["last", "best"] = "last"
    monitor: str = "loss"
    views: Annotated[int, Field(gt=0, le=MOST_VIEWS)] | None = None

    @property
    def losses(self) -> dict[str, float]:
        """The losses that are added up, with their weights."""
        return (
            {self.loss: 1.0}
            if isinstance(self.loss, str)
            else {str(name): weight for name, weight in self.loss.items()}
        )


class Train(PartialTrain):
    """All settings of the loop and its optimizer."""

    schedule: Annotated[
        Smooth | Step,
        Discriminator("name"),
        kind_by_default("name", "constant"),
        short("name"),
    ] = Smooth()
