"""Which piece of work may start now, for any executor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alih.executors.events import Listener
from alih.executors.work import CHECK, MEASURE, REFERENCES, Task
from alih.runs import sums
from alih.runs.folder import StudyFolder
from alih.runs.status import survey
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.resolved import PlannedCell
from alih.words import say


class Agenda:
    """What is still to do in a study folder, in order.

    What a new folder needs first (`opening`) comes before all cells, reference scores beside the
    first of them; a cell waits for the one it starts `from`, and for one that computes the same.
    With `checked` the run has been checked before, see `Executor.check`; without `references` they
    are somebody else's to compute.
    """

    def __init__(
        self,
        root: Path,
        study: Study,
        todo: Sequence[PlannedCell],
        checked: bool = False,
        references: bool = True,
    ) -> None:
        self.root, self.study = root, study
        self.todo = list(todo)
        self.finished = {s.cell for s in survey(root, study) if s.state == "finished"}
        self.failed: set[Cell] = set()
        self._twins = plan.twins(study) if len(self.todo) > 1 else {}
        self._taken: set[Cell] = set()
        self.opening: list[Task] = [] if checked else [CHECK]
        if not (root / "machine.json").exists():
            self.opening.append(MEASURE)
        there = not references or sums.is_sound(StudyFolder(root), "references.json")
        self.beside: list[Task] = [] if there else [REFERENCES]
        self._opener: Task | None = None
        self._begun = False

    def take(self) -> Task | None:
        """The next piece of work that may start now, removed from the agenda; None when there is
        none at this moment.
        """
        if self._opener is not None:
            return self.beside.pop() if self.beside and not self.opening else None
        if self.opening:
            self._opener = self.opening.pop(0)
            return self._opener
        if self._begun and self.beside:
            return self.beside.pop()
        for cell in self.todo:
            if self._may_start(cell):
                self.todo.remove(cell)
                self._taken.add(cell)
                self._begun = True
                return cell
        return self.beside.pop() if self.beside else None

    def _may_start(self, cell: PlannedCell) -> bool:
        twin = self._twins.get(cell)  # whose files will serve
        if twin is not None and (twin in self._taken or twin in self.todo):
            return False
        return all(above in self.finished for above in cell.above)

    def give_back(self, task: Task) -> None:
        """Put work that was taken but not done in front again."""
        if isinstance(task, PlannedCell):
            self.todo.insert(0, task)
            self._taken.discard(task)
        elif task == self._opener:
            self.opening.insert(0, task)
            self._opener = None
        else:
            self.beside.append(task)

    def settle(self, task: Task, outcome: str, tell: Listener) -> None:
        """Note and tell what became of a piece of work, and of the cells that cannot run because it
        failed.
        """
        if not isinstance(task, PlannedCell):
            self._opener = None if task == self._opener else self._opener
            return
        self._taken.discard(task)
        folder = StudyFolder(self.root).cell(task)
        event = {"kind": outcome, "cell": str(task)}
        if outcome == "failed":
            event["error"] = str(folder.failure or "")
        tell(event)
        for blocked in self._blocked(task, outcome, folder.is_done):
            tell(
                {
                    "kind": "failed",
                    "cell": str(blocked),
                    "error": say("runs.reason_blocked", source=str(task)),
                }
            )

    def _blocked(self, cell: PlannedCell, outcome: str, done: bool) -> list[PlannedCell]:
        """Cells that now cannot run because their source failed.

        Cells whose source another process is still computing leave the agenda quietly: the next run
        finds them.
        """
        if done:
            self.finished.add(cell)
            return []
        gone = {cell}
        for waiting in list(self.todo):  # in plan order, so that chains are followed
            if gone.intersection(waiting.above):
                self.todo.remove(waiting)
                gone.add(waiting)
        if outcome != "failed":
            return []
        self.failed |= gone
        return [
            waiting for waiting in plan.cells(self.study) if waiting in gone and waiting != cell
        ]

    @property
    def empty(self) -> bool:
        """Whether nothing is left that anybody could take, now or later."""
        return not (self.todo or self.opening or self.beside)
