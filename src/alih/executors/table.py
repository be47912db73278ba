"""The table of executors: one line each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alih.errors import AlihError
from alih.executors.contract import Executor, Means
from alih.executors.local import Local
from alih.executors.on_ray import OnRay
from alih.study.document.study import Study

EXECUTORS: dict[str, Callable[[Path, Study, int, Means], Executor]] = {
    "local": Local,
    "ray": OnRay,
}
"""By name: from the study folder, the study, the number of cells to expect and the means to an
executor."""

REMOTE = frozenset({"ray"})
"""Those that compute on other machines: unless told, as many cells at once as there is room for."""


def executor(name: str, root: Path, study: Study, cells: int, means: Means) -> Executor:
    """The executor called `name`. Raises AlihError when there is none."""
    known(name)
    return EXECUTORS[name](root, study, cells, means)


def known(name: str, address: str | None = None) -> None:
    """Raise AlihError for a name that no executor has, and for an address that it does not take."""
    if name not in EXECUTORS:
        raise AlihError("executors.unknown", name=name, known=", ".join(EXECUTORS))
    if address is not None and name not in REMOTE:
        raise AlihError("executors.no_address", name=name, address=address)
