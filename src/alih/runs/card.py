"""What the files of a study folder and of its cells hold: one class for each file, whose `write` is
the only writer and whose `read` the only reader.

A key that a class does not know is an error where it is made, and is passed over where a file is
read. What older folders lack has a default. Keys that are names (of metrics, arms, classes) stay
mappings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, Strict, TypeAdapter

from alih import files
from alih.runs.csvfile import write_csv
from alih.runs.reading import as_rows, read
from alih.words import speaking
from alih.words.phrase import Phrase


class Stored(BaseModel):
    """The content of one JSON file, or a part of it."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, validate_by_name=True, validate_by_alias=True
    )
    FILE: ClassVar[str] = ""

    @classmethod
    def of(cls, value: Any) -> Self:
        """The content that plain JSON values stand for. Raises pydantic's ValidationError."""
        return cls.model_validate(value, extra="ignore")

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """The content that a file's bytes stand for."""
        return cls.of(json.loads(content.decode()))

    @classmethod
    def read(cls, place: Path, cure: Phrase, expected: str | None = None) -> Self | None:
        """What the folder `place` holds, None where the file is absent; see `reading.read`."""
        return read(place / cls.FILE, cls.parse, cure, expected)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return self.model_dump(by_alias=True)

    def write(self, place: Path) -> None:
        """Write the file into the folder `place`."""
        files.write_json(place / self.FILE, self.to_json())

    def write_first(self, place: Path) -> bool:
        """Write the file unless there is one; whether this process was the first to."""
        return files.write_first(place / self.FILE, files.as_json(self.to_json()))


class Hardware(Stored):
    """A machine and the versions on it; `gpu` is the one that computed, None for a processor."""

    platform: str
    cpu: str
    cores: int
    cpu_capability: str | None = None
    gpu: str | None = None
    python: str
    torch: str
    numpy: str


class Environment(Hardware):
    """`environment.json` of a cell: what it was computed on and with."""

    FILE: ClassVar[str] = "environment.json"

    packages: dict[str, str] = {}
    device: str = "cpu"
    threads: int
    precision: str | None = None

    @property
    def versions(self) -> dict[str, str]:
        """Versions by name, of packages and of Python."""
        return {"torch": self.torch, "numpy": self.numpy, "python": self.python} | self.packages

    @property
    def processor(self) -> str:
        """The name of what computed: the GPU where there was one."""
        return self.gpu or self.cpu


class MachineCard(Stored):
    """`machine.json`: what all cells of a study are computed with. `mixed`: some were not."""

    FILE: ClassVar[str] = "machine.json"

    format: int = 1
    device: str
    threads: int
    precision: str
    channels_last: bool = True
    measured_ms_per_step: dict[str, dict[str, float]] = {}
    made_on: Hardware | None = None
    mixed: bool = False


class GroupCount(Stored):
    """How many groups a split keeps together, and digests of which items belong together.

    `sha256`: by what the study names and by equal files, None where only `pixels` say it; `copies`:
    items that hold the same image as another of their group.
    """

    count: int
    sha256: str | None
    copies: int = 0
    pixels: str | None = None


class StoredFinding(Stored):
    """A finding about images (`findings.Finding.to_stored`)."""

    code: str
    key: str
    values: dict[str, Any]
    about: str
    severity: Literal["note", "warning", "problem"]


class DataCard(Stored):
    """`data.json`: the set of images. `counts` is by part and class (or stratum of masks).

    `scale`: the values of gray files of more than eight bits that became black and white. With two
    domains it is the target, and the source is the `source_set`. `references` is a digest
    of what reference scores depend on; `findings` is what checks found when the study ran.
    `square`: for masks, pixels a side of the image files where all are squares of one size, 0 where
    they are not.
    """

    FILE: ClassVar[str] = "data.json"

    name: str
    classes: list[str]
    counts: dict[str, dict[str, int]]
    channels: int
    image_size: int
    licence: str | None = None
    source: str | None = None
    sha256: str
    files: dict[str, str] = {}
    resize: str | None = None
    scale: Annotated[tuple[int, int], Strict(False)] | None = None
    ignored: dict[str, int] = {}
    masks: dict[str, list[int]] | None = None
    groups: GroupCount | None = None
    square: int | None = None
    source_set: DataCard | None = None
    references: str | None = None
    findings: list[StoredFinding] = []

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values of what is known of the set."""
        return self.model_dump(by_alias=True, exclude_unset=True)

    def same_images(self, other: DataCard | None) -> bool:
        """Whether another card says the same of the images, whatever was found about them."""
        return other is not None and all(
            getattr(self, name) == getattr(other, name)
            for name in DataCard.model_fields
            if name != "findings"
        )

    def count(self, part: str) -> int:
        """How many images a part has."""
        return sum(self.counts.get(part, {}).values())


class Identity(Stored):
    """`identity.json`: what a cell is computed from, and the run that it starts `from`."""

    FILE: ClassVar[str] = "identity.json"

    identity: str
    parts: dict[str, Any]
    start: str | None = Field(None, validation_alias="from", serialization_alias="from")


class Failure(Stored):
    """`failed.json`: why a cell failed. `error` says it in English; `phrase` holds
    the key and values of the sentence, from which `str` tells it in the reader's language.
    """

    FILE: ClassVar[str] = "failed.json"

    error: str
    phrase: dict[str, Any] | None = None

    @classmethod
    def because(cls, key: str, /, **values: Any) -> Self:
        """The failure that the sentence `key` tells."""
        phrase = Phrase(key, values)
        with speaking("en"):
            return cls(error=str(phrase), phrase=phrase.to_json())

    def __str__(self) -> str:
        if self.phrase is None:
            return self.error
        try:
            return str(Phrase.parse(self.phrase))
        except (LookupError, ValueError, TypeError, ModuleNotFoundError):
            # Another version of alih wrote it, whose sentence this one does not have.
            return self.error


class TargetScores(Stored):
    """What a run answers for target images whose labels were not looked at, with two domains.

    `entropy` and `information` in nats; `shares` of the classes among the answers, `prior` among
    the source's training images (of masks: among pixels; older runs on masks have none);
    `weighted_accuracy` on source validation images, and how many there were, and are worth with
    these weights (`evaluation/unlabelled.py`).
    """

    items: int
    entropy: float
    information: float
    shares: list[float]
    prior: list[float] | None = None
    weighted_accuracy: float | None = None
    weighted_items: int = 0
    effective_items: float | None = None

    @property
    def largest_share(self) -> float:
        """The share of the class that is answered most often."""
        return max(self.shares)

    @property
    def by_name(self) -> dict[str, float]:
        """The scores that `history.csv` has of each epoch."""
        names = ("entropy", "information", "largest_share", "weighted_accuracy")
        found = {name: getattr(self, name) for name in names}
        return {name: value for name, value in found.items() if value is not None}


class Trial(Stored):
    """`trial.json`: the settings that were tried, their validation scores, those of the target
    without labels, and the epoch that was kept; without scores and with an `error` where it
    diverged.
    """

    FILE: ClassVar[str] = "trial.json"

    values: dict[str, Any]
    validation: dict[str, float] | None
    epoch: int
    error: str | None = None
    target: TargetScores | None = None


class Tuning(Stored):
    """All trials of a cell, and which of them was `chosen`."""

    metric: str
    trials: list[Trial]
    chosen: int
    refit: bool = False


class Layer(Stored):
    """A layer, or a stage of a backbone; `output_shape` is [c, h, w] or [n]."""

    name: str
    type: str
    output_shape: list[int]
    parameters: int


class Constants(Stored):
    """Mean and standard deviation per channel by which images are normalised."""

    mean: list[float]
    std: list[float]


class Weights(Stored):
    """Where a network's weights come from."""

    source: str
    sha256: str | None = None


class Carried(Stored):
    """What an arm `from` another took over: the number of tensors, and names of the others."""

    source: str
    carried: int
    fresh: list[str]
    adapted: list[str] = []


class Items(Stored):
    """How many items each part has; `train_eval` is the sample of training items."""

    train: int
    train_eval: int | None = Field(
        None, validation_alias="train-eval", serialization_alias="train-eval"
    )
    validation: int = 0
    test: int = 0

    def of_split(self, split: str) -> int:
        """The number of a split's items, by the split's name."""
        return getattr(self, split.replace("-", "_")) or 0


class StageUse(Stored):
    """A stage, the number of its features, and how many of them a classifier reads."""

    name: str
    width: int
    kept: int


class FeatureUse(Stored):
    """The features that a classifier was fitted to: of a network's stage, of all its `stages`, or
    made by hand.
    """

    origin: str = Field(validation_alias="from", serialization_alias="from")
    stage: str | None
    width: int
    views: int = 0
    stages: list[StageUse] = []


class ClassifierFit(Stored):
    """A fitted classifier: its options as they were chosen, and how."""

    options: dict[str, Any]
    report: dict[str, Any] = {}


class DirectUse(Stored):
    """How a model's own classes stand for those of the task, and how far they can reach."""

    coverage: float
    left_out: list[str]
    classes: dict[str, list[str]]
    ceiling: dict[str, float]


class DomainGap(Stored):
    """How well the domains of a study are told apart by what the network's head reads (`width`
    features): the share `error` of `items` images, half of each domain, that logistic regression
    got wrong in cross-validation. `statistics.a_distance` makes the proxy A-distance of it.
    """

    error: float
    items: int
    folds: int
    width: int


class LearnerCard(Stored):
    """A learner's part of the card: sizes, layers, epochs, times, and facts of its strategy."""

    parameters: int
    trainable: int
    layers: list[Layer]
    epochs: int
    best_epoch: int
    kept_epoch: int
    seconds: float
    seconds_per_epoch: float | None = None
    ms_per_step: float | None = None
    images_per_second: float | None = None
    seconds_extraction: float | None = None
    seconds_fit: float | None = None
    varies_by_seed: bool = True
    transductive: bool = False
    features: FeatureUse | None = None
    classifier: ClassifierFit | None = None
    direct: DirectUse | None = None


class Card(LearnerCard):
    """`card.json` of a finished cell.

    `recipe` is kept as it was written: reports of older studies must not depend on whether today's
    document can say the same. `spent` are the seconds that passed in this cell, whatever was found
    in a cache.
    """

    FILE: ClassVar[str] = "card.json"

    format: int = Field(1, validation_alias="schema", serialization_alias="schema")
    arm: str
    replicate: int
    at: dict[str, Any] = {}
    identity: str
    recipe: dict[str, Any]
    weights: Weights | None = None
    preprocessing: Constants | None = None
    items: Items
    classes: list[str]
    image_size: int | None = None
    metrics: dict[str, dict[str, float]]
    precision: str = "fp32"
    tune: Tuning | None = None
    carried: Carried | None = Field(None, validation_alias="from", serialization_alias="from")
    domains: DomainGap | None = None
    spent: float | None = None
    target: TargetScores | None = None


class Noted(Stored):
    """`sums.json`: checksums of the study folder's own files, how many looks were taken, and how
    often test images were shown.
    """

    FILE: ClassVar[str] = "sums.json"

    files: dict[str, str] = {}
    looks: NonNegativeInt = 0
    peeks: NonNegativeInt = 0


REFERENCES = TypeAdapter(dict[str, dict[str, dict[str, float]]])
"""`references.json`: by answer, split and metric."""
SUMS = TypeAdapter(dict[str, str])
"""`done`: SHA-256 by file."""


@dataclass(frozen=True)
class Record:
    """One row of `history.csv`: split is `train` (running, as trained), `train-eval`,
    `validation`, or with two domains `target` (`TargetScores.by_name`).
    """

    epoch: int
    step: int
    split: str
    metric: str
    value: float


@dataclass(frozen=True)
class Timing:
    """One row of `timing.csv`, kept apart from the history because it is never the same twice."""

    epoch: int
    seconds: float
    train_seconds: float
    ms_per_step: float
    images_per_second: float


_READERS = {"int": int, "float": float, "str": str}


def _parsed(form: type[Any], content: bytes) -> list[Any]:
    columns = {column.name: _READERS[str(column.type)] for column in fields(form)}
    return [
        form(**{name: as_type(row[name]) for name, as_type in columns.items()})
        for row in as_rows(columns)(content)
    ]


def parse_history(content: bytes) -> list[Record]:
    """The rows of `history.csv`."""
    return _parsed(Record, content)


def parse_timing(content: bytes) -> list[Timing]:
    """The rows of `timing.csv`."""
    return _parsed(Timing, content)


def read_timing(place: Path) -> list[Timing]:
    """`timing.csv` of a folder; no rows where it is absent."""
    return read(place / "timing.csv", parse_timing, Phrase("runs.not_readable")) or []


def write_history(place: Path, records: Iterable[Record]) -> None:
    """Write `history.csv`."""
    _write_rows(place / "history.csv", Record, records)


def write_timing(place: Path, rows: Iterable[Timing]) -> None:
    """Write `timing.csv`."""
    _write_rows(place / "timing.csv", Timing, rows)


def _write_rows(file: Path, form: type[Any], rows: Iterable[Any]) -> None:
    write_csv(file, [column.name for column in fields(form)], map(asdict, rows))
