"""A study in trackers, from Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from alih.errors import AlihError
from alih.runs.folder import StudyFolder
from alih.study.loading import load
from alih.tracking.records import exists
from alih.tracking.sync import Sending, sync
from alih.tracking.table import targets


def track(
    path: str | Path, to: str | Sequence[str], *, project: str | None = None
) -> list[Sending]:
    """Send a study folder to trackers: a run for each cell, and one with the verdicts.

    What a tracker has already is not sent again, so that this can be called while a study runs, and
    as often as wanted. No look is taken: test scores are sent once a verdict was asked for.

    Args:
        path: The study folder, such as `runs/quickstart`.
        to: `tensorboard`, `mlflow`, `wandb` or `trackio`, also as `NAME=PLACE`, or several.
        project: The project or experiment that the runs belong to; by default the study's name.

    Returns:
        For each tracker how many `runs` had something new, and `where` to see them.

    Raises:
        AlihError: It is not a study folder, or a tracker cannot be reached.
        ModuleNotFoundError: The tracker's package is not installed.

    >>> alih.track("runs/quickstart", "tensorboard")  # doctest: +SKIP
    """
    wanted = targets([to] if isinstance(to, str) else to)
    root = StudyFolder.open(path).root
    name = project_of(root, project)
    if not exists(root):
        raise AlihError("track.not_begun", path=root)
    return [sync(root, target, name) for target in wanted]


def project_of(root: Path, project: str | None) -> str:
    """The project's name. Raises AlihError for one that not every tracker takes."""
    return load(root).name if project is None else checked_project(project)


def checked_project(project: str) -> str:
    """The name, if every tracker takes it. Raises AlihError where not."""
    if not re.fullmatch(r"[\w-]{1,100}", project, re.ASCII):
        raise AlihError("track.project", got=project)
    return project
