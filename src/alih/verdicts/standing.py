"""What may be shown of a study's test scores without a look.

Whoever only watches must not spend the level of error, and must not see more than whoever asked. So
a level of the study is shown where `compare` would take no new look at it; else the verdicts of the
last look are repeated as they were written down, and nothing that rests on the new scores is told:
through their family even pairs that have none may change. One run of each arm costs no look, but is
shown only when no further one is to come: it would tempt whoever watches to change the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from alih.runs.folder import CellFolder, StudyFolder
from alih.runs.status import CellStatus
from alih.study.document.study import Study
from alih.verdicts import interim as looks
from alih.verdicts.compare import compare
from alih.verdicts.family import name_of_scores
from alih.verdicts.interim import Look
from alih.verdicts.result import ComparisonRow, Level

OVER = ("finished", "failed", "blocked")
"""States of cells that a run computes no more."""


@dataclass(frozen=True)
class Waiting:
    """Two arms whose scores now would be a new look: `last` is the look that was taken before,
    `next` the one that `compare` would take, without its verdicts.
    """

    arm: str
    baseline: str
    at: Level
    last: Look | None
    next: Look

    def verdict(self, metric: str) -> str | None:
        """What the last look found on a metric; None where it found nothing, or there was none."""
        part = self.last.metrics.get(metric) if self.last else None
        return part.verdict if part else None


@dataclass(frozen=True)
class Standing:
    """What stands in a study folder without a look.

    `rows` of the comparison may be shown; `waiting` are the pairs that a look would judge anew,
    `single` those of which one run each has finished and more are to come (arm, baseline, level).
    `seen`: the finished cells whose test scores may be shown.
    """

    study: Study
    rows: Sequence[ComparisonRow]
    waiting: Sequence[Waiting]
    single: Sequence[tuple[str, str, Level]]
    seen: frozenset[str]

    @property
    def decisive(self) -> list[ComparisonRow]:
        """The rows of the primary metric."""
        return [row for row in self.rows if row.metric == self.study.primary]


def standing(root: Path, study: Study, statuses: Sequence[CellStatus]) -> Standing:
    """What stands in the folder `root` of a study whose cells have these states; writes nothing.

    Raises AlihError for damaged files, as `compare` does.
    """
    found = compare(root, record_look=False)
    earlier = looks.read(root, study.compare.level)
    pending = [look.at for look in found.new_looks]
    to_come = [one.cell.at for one in statuses if one.state not in OVER]
    rows = [row for row in found.rows if row.at not in pending]
    early = [row for row in rows if row.at in to_come and _is_single(row)]
    folder = StudyFolder(root)
    finished = [folder.cell(one.cell) for one in statuses if one.state == "finished"]
    return Standing(
        study=study,
        rows=[row for row in rows if row not in early],
        waiting=[_waiting(study, look, earlier) for look in found.new_looks],
        single=[(row.arm, row.baseline, row.at) for row in early if row.metric == study.primary],
        seen=frozenset(
            str(own.cell) for own in finished if _shown(own, [*pending, *to_come], earlier)
        ),
    )


def _waiting(study: Study, look: Look, earlier: Sequence[Look]) -> Waiting:
    baseline = study.compare.baseline
    arm = next((name for name in look.arms if name != baseline), baseline)
    before = looks.history(earlier, look.at, look.arms)
    asked = replace(look, metrics={})
    return Waiting(arm, baseline, look.at, before[-1] if before else None, asked)


def _is_single(row: ComparisonRow) -> bool:
    return row.answer is not None and row.answer.test == "items-only"


def _shown(own: CellFolder, open_: Sequence[Level], earlier: Sequence[Look]) -> bool:
    """Whether the test scores of a finished cell may be shown: neither a look nor a run is to come
    at its level, or a look was taken at these very scores.
    """
    if own.cell.at not in open_:
        return True
    name = name_of_scores(own)
    return any(name in look.scores for look in earlier if look.at == own.cell.at)
