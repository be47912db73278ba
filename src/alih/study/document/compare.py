"""What is compared with what, and the numbers that a document printed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, PositiveFloat

from alih.study.document.values import OR_EMPTY, Count, Frozen, Replicates

SMALLEST_LEVEL = 1e-9
"""A verdict's level is shared among looks and pairs; quantiles this far out are still exact."""

DEFAULT_PRIMARY = {"classification": "accuracy", "segmentation": "iou_macro"}


class MetricPlan(Frozen):
    """One compared metric; without a margin the verdict is never `same`."""

    margin: PositiveFloat | None = None


class Compare(Frozen):
    """What is compared with what."""

    baseline: str
    primary: str | None = None
    metrics: dict[str, Annotated[MetricPlan, OR_EMPTY]] = Field(default_factory=dict)
    level: Annotated[float, Field(ge=SMALLEST_LEVEL, lt=1)] = 0.05
    seeds_max: Replicates | None = None


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
