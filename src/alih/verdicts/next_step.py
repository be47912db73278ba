"""The next command after a run, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alih.runs import hardware
from alih.runs.folder import run_command
from alih.runs.status import CellStatus
from alih.study.document.study import Study
from alih.study.planning.plan import copied, replicates
from alih.verdicts import rounds_file
from alih.verdicts.result import Comparison
from alih.verdicts.settle import next_seeds


@dataclass(frozen=True)
class NextStep:
    """A command, and about how many seconds it takes (None where that is not known).

    `retry`: cells have failed and should be looked at first.
    """

    command: str
    seconds: float | None = None
    retry: bool = False


def next_step(
    study: Study, root: Path, statuses: Sequence[CellStatus], comparison: Comparison | None
) -> NextStep | None:
    """The exact next command and what it costs, or None when there is nothing left to do.

    `comparison` is None while nothing has finished.

    Failed cells come first, then those that have not finished; then the replicates that would
    settle an undecided verdict on the primary metric. They are taken to cost what the finished
    cells cost, so many at once as `alih run` computes.
    """
    if any(status.state == "failed" for status in statuses):
        return NextStep(f"{run_command(root)} --retry-failed", retry=True)
    if study.until_decided:
        return _further(study, root)
    if any(status.state != "finished" for status in statuses):
        return NextStep(run_command(root))
    rows = comparison.decisive if comparison else []
    wanted = [
        (next_seeds(row.n_seeds, row.needs.seeds), row.command)
        for row in rows
        if row.command and row.needs and row.needs.seeds
    ]
    if not wanted:
        return None
    seeds, command = max(wanted)
    equal = copied(study)
    own = [s for s in statuses if (s.cell.arm, s.cell.slug) not in equal]
    spent = [s.seconds for s in own if s.state == "finished" and s.seconds]
    planned = replicates(study)
    if not spent or seeds <= planned:
        return NextStep(command)
    count = round(len(own) / planned * (seeds - planned))
    one = sum(spent) / len(spent)
    jobs = max(1, hardware.default_jobs(count, processes=study.processes))
    return NextStep(command, max(one, one * count / jobs))


def _further(study: Study, root: Path) -> NextStep | None:
    """The step after a run until decided: nothing, unless it was stopped, or its budget was."""
    rounds = rounds_file.read(root)
    if rounds is None or rounds.stopped is None or rounds.stopped == "failed":
        return NextStep(run_command(root))
    if rounds.stopped != "budget" or study.budget is None:
        return None
    return NextStep(f"{run_command(root)} --budget {round(2 * study.budget)}s")
