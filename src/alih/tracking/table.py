"""The trackers by name, and where each one keeps runs unless told."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from alih.errors import AlihError
from alih.tracking.contract import Tracker
from alih.words.phrase import did_you_mean


@dataclass(frozen=True)
class Target:
    """A tracker, and the place given for it (None: its usual one)."""

    name: str
    place: str | None = None

    def __str__(self) -> str:
        return self.name if self.place is None else f"{self.name}={self.place}"


def _tensorboard(place: str | None, root: Path, project: str) -> Tracker:
    from alih.tracking.tensorboard import TensorBoard

    return TensorBoard(Path(place) if place else root / "tensorboard")


def _mlflow(place: str | None, root: Path, project: str) -> Tracker:
    from alih.tracking.mlflow import MLflow

    address = place or os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"
    if address.endswith(".db") and "://" not in address:
        address = f"sqlite:///{address}"
    # MLflow refuses folders of files since 3.13.
    if ("://" not in address and not address.startswith("databricks")) or address.startswith(
        "file:"
    ):
        raise AlihError("track.mlflow_address", got=address)
    return MLflow(address, project)


def _wandb(place: str | None, root: Path, project: str) -> Tracker:
    from alih.tracking.wandb import WeightsAndBiases

    return WeightsAndBiases(Path(place or os.environ.get("WANDB_DIR") or "."), project)


def _trackio(place: str | None, root: Path, project: str) -> Tracker:
    from alih.tracking.trackio import Trackio

    return Trackio(Path(place) if place else None, project)


TRACKERS: dict[str, Callable[[str | None, Path, str], Tracker]] = {
    "tensorboard": _tensorboard,
    "mlflow": _mlflow,
    "wandb": _wandb,
    "trackio": _trackio,
}
"""By name: from a place, the study's folder and the project to a tracker."""


def targets(wanted: Sequence[str]) -> list[Target]:
    """What `NAME` or `NAME=PLACE` stands for, each tracker once.

    Raises AlihError for a name that no tracker has, and ModuleNotFoundError where its package is
    not installed.
    """
    found: dict[str, Target] = {}
    for one in wanted:
        name, given, place = one.partition("=")
        if name not in TRACKERS or (given and not place):
            known = ", ".join(TRACKERS)
            raise AlihError(
                "track.unknown", got=one, known=known, near=did_you_mean(name, TRACKERS)
            )
        if name in found:
            raise AlihError("track.twice", name=name)
        if importlib.util.find_spec(name) is None:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        found[name] = Target(name, place or None)
    return list(found.values())


def tracker(target: Target, root: Path, project: str) -> Tracker:
    """The tracker that a target means. Raises AlihError for a place that it cannot have."""
    return TRACKERS[target.name](target.place, root, project)
