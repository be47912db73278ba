"""What is compared with what, and the numbers that a document printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Field, PositiveFloat

from alih.datafiles.listing import select
from alih.study.document.values import OR_EMPTY, Count, Expecting, Frozen, Replicates

SMALLEST_LEVEL = 1e-9
"""A verdict's level is shared among looks and pairs; quantiles this far out are still exact."""

Selector = Literal["information", "entropy", "weighted_accuracy", "source", "oracle"]
"""By what an arm is chosen for the target: three scores without its labels, accuracy on source
validation images, or (needs labels) the target's test images."""
SELECTORS: tuple[Selector, ...] = ("information", "weighted_accuracy")
"""What chooses where a study does not say it: information behind a guard, and a second opinion."""

DEFAULT_PRIMARY = {"classification": "accuracy", "segmentation": "iou_macro"}


class MetricPlan(Frozen):
    """One compared metric; without a margin the verdict is never `same`."""

    margin: PositiveFloat | None = None


class Compare(Frozen):
    """What is compared with what.

    `positive`: the class of two that sensitivity is about, the second unless given. `select`: with
    two domains, by what an arm is chosen for the target (`SELECTORS` unless given).
    """

    baseline: str
    primary: str | None = None
    metrics: dict[str, Annotated[MetricPlan, OR_EMPTY]] = Field(default_factory=dict)
    level: Annotated[float, Field(ge=SMALLEST_LEVEL, lt=1)] = 0.05
    seeds_max: Replicates | None = None
    positive: str | None = None
    select: Annotated[list[Selector], Field(min_length=1)] | None = None

    def positive_of(self, classes: Sequence[str]) -> int | None:
        """The number of the positive class; None where there are not two. Raises AlihError for a
        name that no class has.
        """
        if len(classes) != 2:
            return None
        return 1 if self.positive is None else select(classes, [self.positive])[0]


class Number(NamedTuple):
    """A printed value, and its epoch where one was named."""

    epoch: int | None
    value: float


def _epochs(value: Any) -> Any:
    """Keys of a document are texts; those of values by epoch are numbers."""
    if not isinstance(value, dict):
        return value
    return {int(key) if str(key).isdecimal() else key: number for key, number in value.items()}


PerEpoch = dict[Count, float]
Printed = dict[
    str,
    Annotated[
        float | Annotated[PerEpoch, Field(min_length=1)],
        Expecting("study.expected_printed"),
        BeforeValidator(_epochs),
    ],
]
"""By metric: one value, or values by epoch."""


class PublishedArm(Frozen):
    """Numbers that a document printed for an arm."""

    train: Printed = Field(default_factory=dict)
    validation: Printed = Field(default_factory=dict)
    test: Printed = Field(default_factory=dict)
    n_test: Count | None = None
    parameters: Count | None = None
    ms_per_step: PositiveFloat | None = None

    def last(self, split: str) -> dict[str, Number]:
        """By metric the value of a split, of the last epoch where several were printed."""
        found: Printed = getattr(self, split)
        return {
            metric: Number(*max(value.items())) if isinstance(value, dict) else Number(None, value)
            for metric, value in found.items()
        }

    def points(self, split: str, metric: str) -> PerEpoch:
        """The values of a metric by epoch, none where its epochs were not named."""
        found = getattr(self, split).get(metric)
        return dict(sorted(found.items())) if isinstance(found, dict) else {}


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
