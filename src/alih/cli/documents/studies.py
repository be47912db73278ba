"""Documents of the commands that come before a study runs: studies, new, check, plan, model,
schema.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, RootModel

from alih.cli.documents.base import Document, Finding, Note

State = Literal[
    "finished", "new", "resumable", "changed", "damaged", "failed", "blocked", "running"
]


class BuiltinStudy(Document):
    """A built-in study."""

    name: str
    """What `alih run` takes."""
    title: str
    """Its English title."""
    question: str | None
    """The question that it answers."""
    needs: str
    """The data set that it needs; two domains are joined by a comma."""
    arms: list[str]
    """Its arms."""
    seeds: int
    """Replicates of each arm; with folds, the folds of all repeats."""
    published: dict[str, dict[str, Any]]
    """Published numbers by arm, where the study repeats a paper."""


class Studies(RootModel[list[BuiltinStudy]]):
    """The built-in studies, the one to begin with first."""


class WayToTest(Document):
    """A way to test the study's arms on the images that there are."""

    kind: str
    """The name of the way."""
    items: int
    """Test images in all."""
    smallest_difference: float | None
    """The smallest difference in accuracy that it is likely to show, None where that is unknown."""


class New(Document):
    """A study that was written for a set of images."""

    file: str
    """The study document."""
    study: str
    """Its name."""
    task: Literal["classification", "segmentation"]
    """What the images are used for."""
    arms: list[str]
    """The arms that were written."""
    understood: list[str]
    """What was understood of the images, as English sentences."""
    findings: list[Finding]
    """What looks wrong about the images."""
    ways: list[WayToTest]
    """The ways to test the study."""


class Check(Document):
    """A study document without mistakes, and what looks wrong about its images."""

    study: str
    """The study's name."""
    images: int
    """Image files that were read; 0 where the set does not consist of files."""
    findings: list[Finding]
    """What looks wrong."""
    notes: list[Note]
    """What the study's settings imply."""
    sizes: dict[str, list[int]]
    """Pixels a side that arms read images at, where there are several."""


class PlannedCell(Document):
    """A cell: an arm, a replicate and, with `vary`, a level."""

    cell: str
    """Its name, which is its folder below `runs/`."""
    arm: str
    """The arm."""
    replicate: int
    """The replicate, from 0."""
    at: dict[str, Any]
    """Values of the varied keys."""
    state: State
    """How far it is; the cells that are not `finished` will run."""
    reason: str
    """Why it will run or not, as a name."""
    text: str
    """The reason as an English sentence."""
    epochs_done: int
    """Epochs that are computed."""
    epochs: int | None
    """Epochs in all; None for what is fitted in one step."""
    seconds: float | None
    """Seconds that it took so far."""
    seconds_left: float | None
    """Seconds that it still needs; None where that is unknown."""


class SmallestDifference(Document):
    """What more replicates would show."""

    replicates: int
    """Replicates of each arm."""
    smallest_difference: float
    """The difference that they would show."""


class Power(Document):
    """Whether the planned replicates can decide about a metric."""

    metric: str
    """The metric."""
    replicates: int
    """Replicates of each arm."""
    can_decide: bool
    """Whether any difference could be told."""
    items: int | None = None
    """Test images."""
    assumed_error: float | None = None
    """The share of wrong answers that all of this assumes."""
    margin: float | None = None
    """The difference below which arms count as the same."""
    smallest_difference: float | None = None
    """The smallest difference that will probably show."""
    replicates_needed: int | None = None
    """Replicates that would decide within the margin; None where no number does."""
    more_replicates: list[SmallestDifference] = Field(default_factory=list)
    """What some more replicates would show."""
    items_needed: int | None = None
    """Test images that it takes where replicates do not help."""
    groups: int | None = None
    """About how many groups the test images come in."""
    difference_if_alike: float | None = None
    """What will show if images of a group agree fully."""


class UntilDecided(Document):
    """What further rounds of a study that runs until it is decided may cost."""

    most: int
    """Replicates of an arm at most."""
    most_cells: int
    """Further cells at most."""
    most_seconds: float | None
    """Their seconds."""
    expected_cells: int | None
    """Further cells that the verdicts now project."""
    expected_seconds: float | None
    """Their seconds."""
    next_cells: int | None
    """Cells of the next round."""
    next_seconds: float | None
    """Their seconds."""
    stopped: Literal["decided", "hopeless", "budget", "failed"] | None
    """Why no further round follows."""


class Plan(Document):
    """What a run would do, or (`alih status`) how far one is."""

    study: str
    """The study's name."""
    folder: str
    """The study's folder."""
    counts: dict[str, int]
    """Cells by state."""
    seconds_left: float | None
    """Seconds of all cells that are left together; None where some are unknown."""
    seconds: float | None
    """Seconds until the run is done, so many cells at once."""
    at_once: int
    """Cells that are computed at once."""
    features_bytes: int | None
    """Bytes that frozen features will take in the cache."""
    until_decided: UntilDecided | None
    """What further rounds may cost, for a study that runs until it is decided."""
    not_tuned: dict[str, list[str]]
    """Arms that a tuned key does not apply to, by key."""
    power: list[Power]
    """Whether the plan can decide anything."""
    findings: list[Finding]
    """Files that no run could read."""
    cells: list[PlannedCell]
    """All cells, in the order in which they run."""


class Layer(Document):
    """A layer, or a stage of a backbone."""

    name: str
    """Its name."""
    type: str
    """What it is."""
    output_shape: list[int]
    """Channels, height and width of its output, or one number."""
    parameters: int
    """Its parameters."""
    share: float
    """Its share of all parameters."""
    stage: str | None = None
    """The stage that it belongs to; backbones and networks for segmentation only."""


class Preprocessing(Document):
    """How pretrained weights want their images."""

    mean: list[float]
    """Mean of each channel."""
    std: list[float]
    """Standard deviation of each channel."""
    interpolation: str
    """How images are resized."""


class Model(Document):
    """The layer table of a network."""

    model: str
    """The network's name."""
    reference: str
    """Where it was published."""
    input_shape: list[int]
    """Channels, height and width."""
    classes: int
    """Classes that it answers with."""
    parameters: int
    """All parameters."""
    stages: int | None = None
    """How many stages there are; backbones only."""
    preprocessing: Preprocessing | None = None
    """How the weights want their images; pretrained networks only."""
    layers: list[Layer]
    """From input to output."""


class Schema(Document):
    """A JSON schema (draft 2020-12)."""

    type: str | None = None
    """What it describes: an object or an array."""
    definitions: dict[str, Any] = Field({}, alias="$defs")
    """Parts that it refers to."""
