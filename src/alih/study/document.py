"""The study document: one task, its data, arms, replicates, budget and comparison plan, as frozen values.

`Study` mirrors the YAML of the documentation. Arms hold only what they change; `study.recipe(arm)` merges
them with the defaults at the top into a complete `Recipe`, which is what a cell runs and what comparisons
of factors look at.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt

ARM_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*$")

Fraction = Annotated[float, Field(gt=0, lt=1)]
Text = str | dict[Literal["en", "id"], str]


class Frozen(BaseModel):
    """Base of all document values: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _as_name(key: str) -> BeforeValidator:
    """Let a bare string stand for a mapping with only `key`: `model: dcnn` is `model: {name: dcnn}`."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


class DataSpec(Frozen):
    """Where images come from: a named set, or a folder; and the size they are decoded to."""

    set: str | None = None
    folder: str | None = None
    path: str | None = None
    image_size: PositiveInt | None = None
    channels: Literal[1, 3] | None = None


class Domains(Frozen):
    """Two named sets for studies across domains."""

    source: DataSpec
    target: DataSpec


class SplitSpec(Frozen):
    """How items are divided. `validation` is redrawn per replicate; an official test split never is."""

    scheme: Literal["holdout", "repeated-kfold"] = "holdout"
    validation: Fraction = 0.1
    test: Fraction | None = None
    folds: Annotated[int, Field(ge=2)] | None = None
    repeats: PositiveInt | None = None


class Schedule(Frozen):
    """Learning rate over the epochs: constant, step (times `factor` every `every` epochs) or cosine to zero."""

    name: Literal["constant", "step", "cosine"] = "constant"
    every: PositiveInt | None = None
    factor: Fraction | None = None
    warmup: NonNegativeFloat = 0.0


class EarlyStopping(Frozen):
    """Stop when `monitor` on validation has not improved by `min_delta` for `patience` epochs."""

    patience: PositiveInt
    monitor: str = "loss"
    min_delta: NonNegativeFloat = 0.0


class Train(Frozen):
    """Settings of the loop and its optimizer. `time_decay` is Keras's: lr / (1 + time_decay * step)."""

    epochs: PositiveInt = 20
    batch_size: PositiveInt = 128
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    lr: PositiveFloat = 0.001
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0
    nesterov: bool = False
    weight_decay: NonNegativeFloat = 0.0
    l1: NonNegativeFloat = 0.0
    l2: NonNegativeFloat = 0.0
    schedule: Annotated[Schedule, _as_name("name")] = Schedule()
    time_decay: NonNegativeFloat = 0.0
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    class_weights: Literal["balanced"] | list[PositiveFloat] | None = None
    clip_norm: PositiveFloat | None = None
    early_stopping: EarlyStopping | None = None
    keep: Literal["last", "best"] = "last"
    monitor: str = "loss"


class Augment(Frozen):
    """Random changes of training images. Shift and crop are in pixels, rotation in degrees, erase a probability."""

    flip: bool = False
    shift: Annotated[int, Field(ge=0)] = 0
    crop: Annotated[int, Field(ge=0)] = 0
    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0
    erase: Annotated[float, Field(ge=0, le=1)] = 0.0

    @property
    def active(self) -> bool:
        """Whether anything is changed at all."""
        return self != Augment()


class ModelSpec(Frozen):
    """A preset by `name`, or a network from a layer list."""

    name: str | None = None
    layers: list[dict[str, Any]] | None = None
    dropout: list[Annotated[float, Field(ge=0, lt=1)]] | None = None
    output: Literal["softmax", "sigmoid-normalised"] | None = None


class TransferSpec(Frozen):
    """How knowledge is carried over. Each strategy validates its own `options` keys."""

    model_config = ConfigDict(frozen=True, extra="allow")
    strategy: str = "scratch"

    @property
    def options(self) -> dict[str, Any]:
        """Keys beside `strategy`."""
        return dict(self.__pydantic_extra__ or {})


def _seconds(value: Any) -> Any:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(s|m|h)\s*", value) if isinstance(value, str) else None
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]] if match else value


class MetricPlan(Frozen):
    """One compared metric; without a margin the verdict is never `same`."""

    margin: PositiveFloat | None = None


class Compare(Frozen):
    """What is compared with what."""

    baseline: str
    primary: str | None = None
    metrics: dict[str, Annotated[MetricPlan, BeforeValidator(lambda v: {} if v is None else v)]] = {}
    level: Fraction = 0.05
    seeds_max: PositiveInt | None = None


class Arm(Frozen):
    """What one arm changes; everything else comes from the defaults at the top of the document."""

    label: Text | None = None
    model: dict[str, Any] | None = None
    transfer: dict[str, Any] | None = None
    train: dict[str, Any] = {}
    augment: dict[str, Any] = {}
    normalise: str | None = None
    init: str | None = None
    source: str | None = Field(None, alias="from")


class Recipe(Frozen):
    """A complete arm: everything that decides what a cell computes, apart from data, split and seed."""

    model: Annotated[ModelSpec, _as_name("name")]
    transfer: Annotated[TransferSpec, _as_name("strategy")] = TransferSpec()
    train: Train = Train()
    augment: Augment = Augment()
    normalise: Literal["unit", "weights", "mean-std"] = "unit"
    init: Literal["keras", "torch"] = "keras"
    source: str | None = Field(None, alias="from")


class PublishedArm(Frozen):
    """Numbers that a document printed for an arm."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    train: dict[str, float] = {}
    validation: dict[str, float] = {}
    test: dict[str, float] = {}
    n_test: PositiveInt | None = None
    parameters: PositiveInt | None = None
    ms_per_step: PositiveFloat | None = None


class Published(Frozen):
    """A document's numbers, shown beside ours."""

    model_config = ConfigDict(frozen=True, extra="allow")
    protocol: str | None = None
    citation: str | None = None

    @property
    def arms(self) -> dict[str, PublishedArm]:
        """The numbers per arm."""
        return {name: PublishedArm.model_validate(value) for name, value in (self.__pydantic_extra__ or {}).items()}


def _arm_names(arms: dict[str, Arm]) -> dict[str, Arm]:
    for name in arms:
        if not ARM_NAME.match(name):
            raise ValueError(f"arm name {name!r}")
    return arms


class Study(Frozen):
    """A frozen document: one task, its data, arms, replicates, budget and comparison plan."""

    schema_: Literal[1] = Field(1, alias="schema")
    name: str
    title: Text
    question: Text | None = None
    task: Literal["classification", "segmentation"] = "classification"
    data: DataSpec | Domains
    split: SplitSpec = SplitSpec()
    seeds: PositiveInt = 3
    seed: Annotated[int, Field(ge=0)] = 0
    protocol: Literal["sealed", "paper"] = "sealed"
    model: dict[str, Any] | None = None
    transfer: dict[str, Any] | None = None
    train: dict[str, Any] = {}
    augment: dict[str, Any] = {}
    normalise: Literal["unit", "weights", "mean-std"] = "unit"
    init: Literal["keras", "torch"] = "keras"
    arms: Annotated[dict[str, Arm], Field(min_length=1), AfterValidator(_arm_names)]
    compare: Compare
    vary: dict[str, list[Any]] = {}
    tune: dict[str, list[Any]] = {}
    refit: bool = False
    budget: Annotated[float, BeforeValidator(_seconds), Field(gt=0)] | None = None
    published: Published | None = None
