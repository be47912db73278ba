"""The study document: one task, its data, arms, replicates, budget and comparison plan, as frozen
values.

`Study` mirrors the YAML of `docs/study-document.md`; its sections lie in files beside this one.
Arms hold only what they change; `recipes.recipe(study, arm)` merges them with the defaults at the
top into a complete `Recipe`, which is what a cell runs and what comparisons of factors look at.
Checks that need more than one key lie in `study/checking/`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from alih.study.document import durations
from alih.study.document.arm import (
    ORACLES,
    Arm,
    AugmentChanges,
    Init,
    ModelChanges,
    Normalise,
    TrainChanges,
    TransferChanges,
    arm_names,
)
from alih.study.document.compare import DEFAULT_PRIMARY, Compare, Published
from alih.study.document.data import AnyData, TargetLabels
from alih.study.document.precision import Precision
from alih.study.document.split import AnySplit, Holdout
from alih.study.document.values import (
    OR_EMPTY,
    FolderName,
    Frozen,
    Replicates,
    Text,
    Written,
)
from alih.words import LANGUAGES, say, speaking, text

TASKS = ("classification", "segmentation")


UNTIL_DECIDED = "until-decided"
FIRST_SEEDS = 3
"""Replicates of every arm before a run until decided first asks which arms need more."""
MOST_SEEDS = 10
"""Replicates of an arm at most in a run until decided, where the study does not say it."""
MOST_REPEATS = 5
"""The same with repeated k-fold: further repeats of the same folds teach little."""


def _seconds(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return durations.seconds(value)
    except ValueError as error:
        raise PydanticCustomError(
            "alih", "study.wrong_type", {"expected_key": "study.expected_duration"}
        ) from error


class Study(Frozen):
    """A frozen document: one task, its data, arms, replicates, budget and comparison plan.

    `precision`: the number format of all cells; without it the machine chooses by speed, once.
    `until_decided`: replicates are added where verdicts are open; `seeds` is how many there are so
    far. `target_labels`: with two domains, the labels of target images that strategies may see: so
    many per class, a share of the training images, `all`, or none (0, the default). `tune_by`: with
    two domains, the score without target labels by which `tune` chooses, in place of the primary
    metric on validation.
    """

    schema_: Literal[1] = Field(1, alias="schema")
    name: FolderName
    title: Text
    question: Text | None = None
    task: Literal["classification", "segmentation"] = "classification"
    data: AnyData
    split: AnySplit = Holdout()
    seeds: Annotated[
        Replicates, Written(lambda value: value, {"const": UNTIL_DECIDED, "type": "string"})
    ] = 5
    until_decided: bool = False
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    protocol: Literal["sealed", "paper"] = "sealed"
    determinism: Literal["exact", "fast"] = Field(
        "exact",
        description="`exact`: results repeat bit for bit. `fast`: the fastest code of a GPU, "
        "TF32 products among it.",
    )
    precision: Precision | None = None
    processes: Annotated[int, Field(ge=1, le=64)] = Field(
        1,
        description="So many processes train each cell, each on its part of every batch "
        "(data parallel).",
    )
    target_labels: TargetLabels | None = None
    model: ModelChanges = None
    transfer: TransferChanges = None
    train: TrainChanges = Field(default_factory=dict)
    augment: AugmentChanges = Field(default_factory=dict)
    normalise: Normalise | None = None
    init: Init = "keras"
    arms: Annotated[
        dict[str, Annotated[Arm, OR_EMPTY]],
        Field(min_length=1),
        AfterValidator(arm_names),
    ]
    compare: Compare
    vary: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="At most two keys and their values, a grid. "
        "`train_images` counts images of all classes together.",
    )
    tune: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(default_factory=dict)
    tune_by: Literal["entropy", "information", "weighted_accuracy"] | None = None
    refit: bool = False
    budget: Annotated[float, Field(gt=0), Written(_seconds, {"type": "string"})] | None = None
    published: Published | None = None
    mute: list[str] = Field(
        default_factory=list, description="Codes of checks whose findings are not shown."
    )

    @model_validator(mode="before")
    @classmethod
    def _until_decided(cls, values: Any) -> Any:
        """Read `seeds: until-decided`, the short form, which begins with `FIRST_SEEDS`."""
        if not isinstance(values, dict):
            return values
        if values.get("seeds") == UNTIL_DECIDED:
            rest = {key: value for key, value in values.items() if key != "seeds"}
            values = {**rest, "until_decided": True}
        split = values.get("split")
        folds = split.get("scheme") if isinstance(split, dict) else getattr(split, "scheme", None)
        if values.get("until_decided") is True and folds != "repeated-kfold":
            values = {"seeds": FIRST_SEEDS, **values}
        return values

    @property
    def most(self) -> int | None:
        """The replicates (with repeated k-fold: folds) of an arm at most where the study runs until
        it is decided; None where it does not.
        """
        folds = self.split.scheme == "repeated-kfold"
        if not self.until_decided:
            return None if folds else self.compare.seeds_max
        most = self.compare.seeds_max
        if self.split.scheme != "repeated-kfold":
            return most or max(MOST_SEEDS, self.seeds)
        # Only whole repeats are added.
        repeats = most // self.split.folds if most else max(MOST_REPEATS, self.split.repeats or 1)
        return self.split.folds * repeats

    @property
    def primary(self) -> str:
        """The metric that the verdict is about: the named one, else the first compared one, else
        the task's own.
        """
        return self.compare.primary or next(iter(self.compare.metrics), DEFAULT_PRIMARY[self.task])

    def label(self, arm: str) -> str:
        """An arm's label in the reader's language, else its name; an oracle is marked as one."""
        given = self.arms[arm].label
        return self._marked(arm, text(given) if given else arm)

    def key(self, arm: str) -> str:
        """An arm's name, as tables of commands show it; an oracle is marked as one."""
        return self._marked(arm, arm)

    def _marked(self, arm: str, name: str) -> str:
        return say("study.oracle_name", name=name) if self.oracle(arm) else name

    def named(self, arm: str) -> Text | None:
        """What `label` gives, for every language; None for an arm without a label of its own."""
        if not self.oracle(arm):
            return self.arms[arm].label
        found: dict[Any, str] = {}
        for language in LANGUAGES:
            with speaking(language):
                found[language] = self.label(arm)
        return found

    def strategy(self, arm: str) -> str | None:
        """The strategy that the document names for an arm, whatever a grid changes."""
        own, above = self.arms[arm].transfer or {}, self.transfer or {}
        return own.get("strategy", above.get("strategy"))

    def oracle(self, arm: str) -> bool:
        """Whether an arm learns from labels of the target that the study does not grant."""
        return self.strategy(arm) in ORACLES and self.target_labels != "all"

    @property
    def oracles(self) -> list[str]:
        """The arms that learn from labels of the target that the study does not grant."""
        return [arm for arm in self.arms if self.oracle(arm)]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The compared metrics, the primary one first."""
        return (self.primary, *(name for name in self.compare.metrics if name != self.primary))
