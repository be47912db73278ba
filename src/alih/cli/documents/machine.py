"""Documents of the commands about this machine: data, weights, cache, doctor, serve, completion,
skill, test-strategy.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import RootModel

from alih.cli.documents.base import Document


class DataSet(Document):
    """A data set that alih knows by name."""

    name: str
    """Its name."""
    where: str | None
    """Where its files are; None where they are not here."""
    source: str | None
    """Where they came from."""
    bytes: int | None
    """Its size, or that of its download."""
    licence: str | None
    """Its licence."""
    ready: bool
    """Whether it can be used without fetching anything."""


class DataList(RootModel[list[DataSet]]):
    """The data sets that alih knows by name."""


class Fetched(Document):
    """What was fetched and checked."""

    name: str
    """The data set or backbone."""
    path: str
    """Where its files are."""


class Weights(DataSet):
    """Pretrained weights of a backbone."""

    weights: str
    """Which weights they are."""
    sha256: str | None
    """Their checksum."""


class WeightsList(RootModel[list[Weights]]):
    """Pretrained weights of all backbones."""


class CachePart(Document):
    """A part of the cache."""

    name: str
    """Its name."""
    bytes: int
    """Its size."""


class Features(Document):
    """Features of a frozen network that are kept."""

    key: str
    """Their key."""
    bytes: int
    """Their size."""
    used: float
    """When they were last used, in seconds since 1970."""
    model: str | None
    """The network."""
    stage: str | None
    """Its stage."""
    set: str | None
    """The data set."""
    items: int | None
    """Images."""
    view: Any
    """The augmentation that they were taken under."""


class Cache(Document):
    """The cache."""

    path: str
    """Where it lies."""
    scratch: str
    """Where decoded images and features lie, which may be another disk."""
    bytes: int
    """Its size."""
    free_bytes: int
    """The space left on its disk."""
    parts: list[CachePart]
    """What it consists of."""
    features: list[Features]
    """Features that are kept."""


class Pruned(Document):
    """What was removed from the cache."""

    freed_bytes: int
    """Bytes that were freed."""


class Torch(Document):
    """PyTorch on this machine."""

    version: str
    """Its version."""
    threads: int
    """Threads that it uses."""
    devices: list[str]
    """Devices that it finds."""


class Doctor(Document):
    """The machine and what is installed there."""

    alih: str
    """The version of alih."""
    python: str
    """The version of Python."""
    platform: str
    """The operating system."""
    processor: str
    """The processor."""
    cores: int
    """Cores that may be used."""
    bf16: list[str]
    """What makes 16-bit training fast, if anything does."""
    torch: Torch | None
    """PyTorch; None where it is not installed."""
    cache: Cache
    """The cache."""
    extras: dict[str, dict[str, str | None]]
    """Versions of the packages of each extra; null where one is missing."""


class Serve(Document):
    """A server that is ready; printed once, then it answers until it is stopped."""

    model: str
    """The model's name."""
    address: str
    """Where it answers."""
    runtime: Literal["torch", "onnx", "int8"]
    """What computes the answers."""


class CheckedContract(Document):
    """A check of a strategy."""

    task: Literal["classification", "segmentation"]
    """The task."""
    check: str
    """The check's name."""
    state: Literal["ok", "failed", "skipped"]
    """What came of it."""
    why: str
    """Why it failed or was left out, in English; empty where it passed."""


class TestStrategy(Document):
    """Whether a strategy keeps its contract. The exit code is 1 where it does not."""

    strategy: str
    """The strategy's name."""
    checks: list[CheckedContract]
    """Every check."""
    passed: bool
    """Whether none failed."""


class Skill(Document):
    """How a program or an agent runs a study."""

    name: str
    """The skill's name."""
    description: str
    """When it is of use."""
    text: str
    """The whole file, Markdown with front matter."""


class Completion(Document):
    """How a shell learns to complete commands."""

    shell: Literal["bash", "zsh", "fish"]
    """The shell."""
    script: str
    """What the shell reads."""
