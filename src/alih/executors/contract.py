"""The contract between a run and whoever computes its cells."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from alih.executors.deadline import Deadline
from alih.executors.events import Listener
from alih.study.document.study import Study
from alih.study.planning.cells import Cell
from alih.study.planning.resolved import PlannedCell


@dataclass(frozen=True)
class Means:
    """What a run may compute with: how many cells at once, on which device, and whether the folder
    begins anew.

    `mixed` lets a study go on where its stored device is missing. `alone`: nobody else computes
    these cells, as somebody else has dealt them out, so no lock is taken on them, which network
    file systems may not have or may not give back. Of those who share a folder in this way, one has
    the `references` to compute. `address`: of the cluster, for executors that have one.
    """

    jobs: int = 1
    device: str = "auto"
    mixed: bool = False
    fresh: bool = False
    alone: bool = False
    references: bool = True
    address: str | None = None
    deadline: Deadline = field(default_factory=Deadline, compare=False)


class Executor(ABC):
    """Computes cells of a study folder, wherever that may be; all that its processes must share is
    the folder.

    A piece of work is a `Task`: `Agenda` says which one may start now, `work.perform` does one, in
    any process that has torch.
    """

    means: Means = Means()

    def __enter__(self) -> Executor:
        """Get ready: a run says so as early as it can, so that processes start while it reads the
        images.
        """
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave nothing running."""
        return None

    def check(self, root: Path, study: Study, listen: Listener) -> None:  # noqa: B027 (not everybody can)
        """Refuse what would stop the run, before anything in `root` is written or removed.

        An executor that cannot gives its agenda the check as the first piece of work instead.
        Raises AlihError.
        """

    @abstractmethod
    def execute(
        self, root: Path, study: Study, todo: Sequence[PlannedCell], listen: Listener
    ) -> set[Cell]:
        """Compute the cells of `todo` in the study folder `root`; returns those that failed, their
        dependents among them.

        `listen` is told of events (`events.py`). Ctrl-C and an error of the place (a full disk)
        stop everything at once; what was not finished is resumed from its checkpoint by the next
        run. So does the deadline of `means`, which cells that may end with a checkpoint meet.
        """
