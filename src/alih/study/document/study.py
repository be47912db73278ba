"""The study document: one task, its data, arms, replicates, budget and comparison plan, as frozen
values.

`Study` mirrors the YAML of `docs/study-document.md`. Arms hold only what they change;
`recipes.recipe(study, arm)` merges them with the defaults at the top into a complete `Recipe`,
which is what a cell runs and what comparisons of factors look at. Checks that need more than one
key lie in `checks.py`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from alih.study.document.layer_options import LayerItem
from alih.study.document.precision import Precision
from alih.study.document.values import (
    LARGEST_SIDE,
    Changes,
    Count,
    Expecting,
    FolderName,
    Frozen,
    OrWritten,
    Replicates,
    Side,
)

ARM_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
"""Names of arms, which are folders and parts of file names; matched in full."""
MOST_VIEWS = 10_000
SMALLEST_LEVEL = 1e-9
"""A verdict's level is shared among looks and pairs; quantiles this far out are still exact."""

Fraction = Annotated[float, Field(gt=0, lt=1)]
Text = Annotated[
    Annotated[str, Field(min_length=1)]
    | Annotated[dict[Literal["en", "id"], str], Field(min_length=1)],
    Expecting("study.expected_text"),
]


OR_EMPTY = OrWritten({"type": "null"})

TASKS = ("classification", "segmentation")
LOSSES = ("cross-entropy", "dice", "focal")
DEFAULT_PRIMARY = {"classification": "accuracy", "segmentation": "iou_macro"}


def _as_name(key: str) -> BeforeValidator:
    """Let a bare string stand for a mapping with only `key`: `model: dcnn` is `model: {name:
    dcnn}`.
    """
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


SOURCES = ("set", "folder", "table", "npz")


class DataSpec(Frozen):
    """A named set (and where it lies, if not in the usual places), a folder, a table of files or an
    NPZ file; how it is decoded.

    `resize`: `squash` changes both sides to `image_size`; `crop` brings the short side to it and
    keeps the centre square. `classes` keeps the images of these classes only, numbered in this
    order. `masks` (segmentation) says which ids in the masks stand for which class, in class order;
    the ids under `ignore` are left out of loss and metrics. `max_pixels`: images with more pixels
    are refused.
    """

    set: str | None = None
    folder: str | None = None
    table: str | None = None
    npz: str | None = None
    path: str | None = None
    classes: Annotated[list[str], Field(min_length=2)] | None = None
    image_size: Side | None = None
    channels: Literal[1, 3] | None = None
    resize: Literal["squash", "crop"] = "squash"
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"
    masks: (
        Annotated[
            dict[str, int | list[int]], Field(min_length=1), Expecting("study.expected_masks")
        ]
        | None
    ) = None
    max_pixels: Count | None = None

    @property
    def name(self) -> str:
        """The set's name, or the folder's, or the file's without its ending."""
        file = self.table or self.npz
        last = re.split(r"[\\/]+", (self.folder or file or "").rstrip("\\/"))[-1]
        return self.set or (re.sub(r"(?<=.)\.[^.]*$", "", last) if file else last)

    @property
    def places(self) -> tuple[str, ...]:
        """The keys that say what the set is, of which there must be one: those that are given."""
        return tuple(key for key in SOURCES if getattr(self, key) is not None)


class Domains(Frozen):
    """The sets of a study with two domains, with the same classes."""

    source: Annotated[DataSpec, _as_name("set"), OrWritten({"type": "string"})]
    target: Annotated[DataSpec, _as_name("set"), OrWritten({"type": "string"})]


def _one_or_two_sets(value: Any, handler: Any) -> Any:
    # Chosen by its keys, so that an error speaks about the form that was meant, not about both.
    if isinstance(value, str):
        value = {"set": value}
    if isinstance(value, dict):
        return (Domains if value.keys() & {"source", "target"} else DataSpec).model_validate(value)
    if isinstance(value, DataSpec | Domains):
        return value
    raise PydanticCustomError(
        "alih", "study.wrong_type", {"expected_key": "study.expected_mapping"}
    )


class SplitSpec(Frozen):
    """How items are divided. `validation` is redrawn per replicate; an official test split never
    is.

    `group`: what must not be divided, a column of the table or a regular expression over the files'
    paths.
    """

    scheme: Literal["holdout", "repeated-kfold"] = "holdout"
    validation: Fraction = 0.1
    test: Fraction | None = None
    folds: Annotated[Replicates, Field(ge=2)] | None = None
    repeats: Replicates | None = None
    group: Annotated[str, Field(min_length=1)] | None = None


class Schedule(Frozen):
    """Learning rate over the epochs: constant, step (times `factor` every `every` epochs) or cosine
    to zero.
    """

    name: Literal["constant", "step", "cosine"] = "constant"
    every: Count | None = None
    factor: Fraction | None = None
    warmup: NonNegativeFloat = 0.0


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


class Train(Frozen):
    """Settings of the loop and its optimizer. `time_decay` is Keras's: lr / (1 + time_decay *
    step).

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
    schedule: Annotated[Schedule, _as_name("name"), OrWritten({"type": "string"})] = Schedule()
    time_decay: NonNegativeFloat = 0.0
    loss: Loss = "cross-entropy"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    class_weights: (
        Annotated[
            Literal["balanced"] | list[PositiveFloat], Expecting("study.expected_class_weights")
        ]
        | None
    ) = None
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


class Augment(Frozen):
    """Random changes of training images. Shift and crop are in pixels, rotation in degrees, erase a
    probability.

    `scale` zooms by a factor in [1 - scale, 1 + scale].
    """

    flip: bool = False
    shift: Annotated[int, Field(ge=0, le=LARGEST_SIDE)] = 0
    crop: Annotated[int, Field(ge=0, le=LARGEST_SIDE)] = 0
    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0
    erase: Annotated[float, Field(ge=0, le=1)] = 0.0
    scale: Annotated[float, Field(ge=0, lt=1)] = 0.0

    @property
    def active(self) -> bool:
        """Whether anything is changed at all."""
        return self != Augment()


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
    layers: Annotated[list[Annotated[dict[str, Any], LayerItem()]], Field(min_length=1)] | None = (
        None
    )
    dropout: list[Annotated[float, Field(ge=0, lt=1)]] | None = None
    output: Literal["softmax", "sigmoid-normalised"] | None = None
    encoder: str | None = None
    width: Annotated[int, Field(gt=0, le=4096)] | None = None
    depth: Annotated[int, Field(gt=0, le=16)] | None = None
    padding: Literal["same", "valid"] | None = None
    weights: str | None = None


NamedModel = Annotated[ModelSpec, _as_name("name")]
"""A model that may be written as its name only: `model: dcnn`."""


class TransferSpec(Frozen):
    """How knowledge is carried over. Each strategy validates its own `options` keys."""

    model_config = ConfigDict(frozen=True, extra="allow")
    strategy: str = "scratch"

    @property
    def options(self) -> dict[str, Any]:
        """Keys beside `strategy`."""
        return dict(self.__pydantic_extra__ or {})


def _seconds(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(s|m|h)\s*", value)
    if not match:
        raise PydanticCustomError(
            "alih", "study.wrong_type", {"expected_key": "study.expected_duration"}
        )
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def _empty_for_none(value: Any) -> Any:
    return {} if value is None else value


class MetricPlan(Frozen):
    """One compared metric; without a margin the verdict is never `same`."""

    margin: PositiveFloat | None = None


class Compare(Frozen):
    """What is compared with what."""

    baseline: str
    primary: str | None = None
    metrics: dict[str, Annotated[MetricPlan, BeforeValidator(_empty_for_none), OR_EMPTY]] = Field(
        default_factory=dict
    )
    level: Annotated[float, Field(ge=SMALLEST_LEVEL, lt=1)] = 0.05
    seeds_max: Replicates | None = None


ModelChanges = Annotated[dict[str, Any] | None, Changes(ModelSpec, "name")]
TransferChanges = Annotated[dict[str, Any] | None, Changes(TransferSpec, "strategy")]
TrainChanges = Annotated[dict[str, Any], Changes(Train)]
AugmentChanges = Annotated[dict[str, Any], Changes(Augment)]
Normalise = Literal["unit", "mean-std", "weights"]
Init = Literal["keras", "torch"]


class Arm(Frozen):
    """What one arm changes, also the size of the images that it sees; everything else comes from
    the top of the document.
    """

    label: Text | None = None
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
    transfer: Annotated[TransferSpec, _as_name("strategy")] = TransferSpec()
    train: Train = Train()
    augment: Augment = Augment()
    normalise: Normalise = "unit"
    init: Init = "keras"
    image_size: Side | None = None
    source: str | None = Field(None, alias="from")


class PublishedArm(Frozen):
    """Numbers that a document printed for an arm."""

    train: dict[str, float] = Field(default_factory=dict)
    validation: dict[str, float] = Field(default_factory=dict)
    test: dict[str, float] = Field(default_factory=dict)
    n_test: Count | None = None
    parameters: Count | None = None
    ms_per_step: PositiveFloat | None = None


class Published(Frozen):
    """A document's numbers, shown beside ours.

    `averaging: not stated` allows the metrics `iou` and `dice`, printed without the way in which
    they average.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    protocol: str | None = None
    citation: str | None = None
    averaging: Literal["not stated"] | None = None
    __pydantic_extra__: dict[str, PublishedArm]

    @property
    def arms(self) -> dict[str, PublishedArm]:
        """The numbers per arm."""
        return dict(self.__pydantic_extra__ or {})


def _arm_names(arms: dict[str, Arm]) -> dict[str, Arm]:
    for name in arms:
        if not ARM_NAME.fullmatch(name):
            raise PydanticCustomError("alih", "study.arm_name", {"got": name})
    return arms


TargetLabels = Annotated[
    Annotated[int, Field(ge=0)] | Fraction | Literal["all"],
    Expecting("study.expected_target_labels"),
]


class Study(Frozen):
    """A frozen document: one task, its data, arms, replicates, budget and comparison plan.

    `precision`: the number format of all cells; without it the machine chooses by speed, once.
    `target_labels`: with two domains, the labels of target images that strategies may see: so many
    per class, a share of the training images, `all`, or none (0, the default).
    """

    schema_: Literal[1] = Field(1, alias="schema")
    name: FolderName
    title: Text
    question: Text | None = None
    task: Literal["classification", "segmentation"] = "classification"
    data: Annotated[
        DataSpec | Domains, WrapValidator(_one_or_two_sets), OrWritten({"type": "string"})
    ]
    split: SplitSpec = SplitSpec()
    seeds: Replicates = 3
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    protocol: Literal["sealed", "paper"] = "sealed"
    determinism: Literal["exact", "fast"] = Field(
        "exact",
        description="`exact`: results repeat bit for bit. `fast`: the fastest code of a GPU, TF32 products among it.",
    )
    precision: Precision | None = None
    target_labels: TargetLabels | None = None
    model: ModelChanges = None
    transfer: TransferChanges = None
    train: TrainChanges = Field(default_factory=dict)
    augment: AugmentChanges = Field(default_factory=dict)
    normalise: Normalise | None = None
    init: Init = "keras"
    arms: Annotated[
        dict[str, Annotated[Arm, BeforeValidator(_empty_for_none), OR_EMPTY]],
        Field(min_length=1),
        AfterValidator(_arm_names),
    ]
    compare: Compare
    vary: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="At most two keys and their values, a grid. `train_images` counts images of all classes together.",
    )
    tune: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(default_factory=dict)
    refit: bool = False
    budget: (
        Annotated[float, BeforeValidator(_seconds), Field(gt=0), OrWritten({"type": "string"})]
        | None
    ) = None
    published: Published | None = None
    mute: list[str] = Field(
        default_factory=list, description="Codes of checks whose findings are not shown."
    )

    @property
    def primary(self) -> str:
        """The metric that the verdict is about: the named one, else the first compared one, else
        the task's own.
        """
        return self.compare.primary or next(iter(self.compare.metrics), DEFAULT_PRIMARY[self.task])

    @property
    def metrics(self) -> tuple[str, ...]:
        """The compared metrics, the primary one first."""
        return (self.primary, *(name for name in self.compare.metrics if name != self.primary))
