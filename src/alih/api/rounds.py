"""The driver of a run: its cells, and where it runs until decided, further rounds of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from alih.executors.contract import Executor, Means
from alih.executors.deadline import Deadline
from alih.executors.events import Listener, progress, timed
from alih.files.telling import telling
from alih.runs import hardware, sums
from alih.runs.folder import PICTURES
from alih.runs.forecast import copies, forecast
from alih.runs.status import refuse_gone, survey, to_run
from alih.study.catalogue.lookup import trusting
from alih.study.document.study import Study
from alih.study.planning import counts
from alih.study.planning.parts import Part, divided
from alih.study.planning.plan import cells
from alih.study.planning.resolved import PlannedCell
from alih.verdicts import rounds_file, until
from alih.words import say

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet


@dataclass(frozen=True)
class Wishes:
    """What a caller wants of a run beside the study; see `alih.run`."""

    jobs: int | None = None
    device: str = "auto"
    retry_failed: bool = False
    fresh: bool = False
    mixed: bool = False
    part: Part | None = None
    deadline: Deadline = field(default_factory=Deadline)
    address: str | None = None

    def own(self, study: Study, cells: Sequence[PlannedCell]) -> list[PlannedCell]:
        """Those of some cells that lie in the part."""
        if self.part is None:
            return list(cells)
        mine = set(self.part.cells(study))
        return [cell for cell in cells if cell in mine]

    @property
    def first(self) -> bool:
        """Whether the files that all parts share are for this one to write."""
        return self.part is None or self.part.number == 1


def computed(
    root: Path, study: Study, wishes: Wishes, executor: str | Executor, tell: Listener
) -> Study:
    """Run or resume a study in its folder, and return it with the replicates that it has then.

    A study that runs until it is decided goes on round by round with the same executor, whose
    processes stay warm. Raises AlihError as `alih.run` does.
    """
    from alih.executors.prepare import check_place

    check_place(root, study)
    with telling(lambda what, done, of: tell(progress(what, done, of))):
        return _computed(root, study, wishes, executor, tell)


def _computed(
    root: Path, study: Study, wishes: Wishes, executor: str | Executor, tell: Listener
) -> Study:
    from alih.data.array_sets import lines
    from alih.executors.prepare import check_format, claim, read_images
    from alih.executors.table import REMOTE
    from alih.executors.table import executor as executor_called

    if not (wishes.fresh or wishes.mixed):
        check_format(root, study)
    _check_budget(root, study, wishes)
    # A new folder is not surveyed, which may take a look at every image: workers start at once and
    # import meanwhile.
    anew = wishes.fresh or not (root / "runs").exists()
    going = study.until_decided
    if going and not anew and not to_run(survey(root, study), wishes.retry_failed):
        claim(root, study, fresh=False)
        study, going = _further(root, study, wishes.jobs, tell)
    if anew:
        expected = cells(study)
    else:
        states = survey(root, study)
        refuse_gone(root, study, states)
        expected = to_run(states, wishes.retry_failed)
    expected = wishes.own(study, expected)
    broken = [] if wishes.fresh or not wishes.first else sums.damaged(root)
    # Of a stopped round few cells may be left, but the workers serve the rounds after it, too; and
    # the first part that starts chooses the threads of all parts.
    widest = max(len(expected), until.at_most(study) if going else 0)
    if wishes.part is not None:
        widest = max(map(len, divided(study, wishes.part.of)))
    remote = executor in REMOTE
    usual = 0 if remote else hardware.default_jobs(widest, wishes.device, study.processes)
    jobs = wishes.jobs or usual
    alone = wishes.part is not None
    basics = Means(jobs, wishes.device, wishes.mixed, wishes.fresh)
    means = replace(basics, alone=alone, references=wishes.first)
    means = replace(means, deadline=wishes.deadline, address=wishes.address)
    most = counts.whole(study)
    if isinstance(executor, str):
        executor = executor_called(executor, root, most, len(expected), means)
    with executor, ExitStack() as looked:
        means = executor.means if remote else means  # it knows how many at once
        for line in lines(study) if expected or broken else ():
            tell({"kind": "message", "cell": "", "text": line})
        sets = read_images(most, tell) if expected or broken else None
        looked.enter_context(trusting())
        if expected:
            executor.check(root, most, tell)
        work = _Work(root, wishes, executor, means, tell)
        held = claim(root, study, wishes.fresh)
        sets = work.round(study, sets, held, broken)
        while going and not wishes.deadline.ended:
            study, going = _further(root, study, means.jobs, tell)
            if going:
                sets = work.round(study, sets, claim(root, study, fresh=False), [])
    return study


@dataclass(frozen=True)
class _Work:
    """Whoever computes the rounds of a run."""

    root: Path
    wishes: Wishes
    executor: Executor
    means: Means
    tell: Listener

    def round(
        self, study: Study, sets: dict[str, ImageSet] | None, held: bool, broken: list[str]
    ) -> dict[str, ImageSet] | None:
        """Compute what the study still lacks in its folder; returns the images, once read."""
        from alih.data.parts import image_findings
        from alih.executors.prepare import read_images, write_cards
        from alih.inspect.audit.report import serious

        states = survey(self.root, study)
        todo = self.wishes.own(study, to_run(states, self.wishes.retry_failed))
        mine = set(self.wishes.own(study, [status.cell for status in states]))
        states = [status for status in states if status.cell in mine]
        plan = {"kind": "plan", "cell": "", "cells": states, "jobs": self.means.jobs}
        self.tell({**plan, "root": str(self.root)})
        replaced = [status for status in states if status.state == "changed"]
        if replaced:
            first = replaced[0]
            text = say(
                "runs.replaced", count=len(replaced), cell=str(first.cell), reason=first.reason
            )
            self.tell({"kind": "message", "cell": "", "text": text})
        if todo or broken:
            for finding in image_findings(study):
                self.tell({"kind": "message", "cell": "", "text": str(finding)})
            sets = sets or read_images(study, self.tell)
            for finding in serious(study, sets):
                self.tell({"kind": "message", "cell": "", "text": str(finding)})
            if self.wishes.first:
                write_cards(self.root, study, sets, held, broken)
            taken = copies(study, states)
            listen = timed(self.tell, states, todo, self.means.jobs, taken)
            self.executor.execute(self.root, study, todo, listen)
            if self.wishes.first:
                sums.seal(self.root, [PICTURES])
        return sets


def _further(root: Path, study: Study, jobs: int | None, tell: Listener) -> tuple[Study, bool]:
    """The study with the replicates of its next round, and whether there is one; tells why."""
    from alih.verdicts.compare import compare

    statuses = survey(root, study)
    if not any(status.state == "finished" for status in statuses):
        return study, False
    comparison = compare(root)
    found = until.following(study, statuses, comparison, jobs)
    number = len(rounds_file.write(root, study, found).rounds)
    for sentence in until.sentences(study, found, number):
        tell({"kind": "message", "cell": "", "text": sentence})
    return (counts.with_counts(study, found.counts), True) if found.stop is None else (study, False)


def _check_budget(root: Path, study: Study, wishes: Wishes) -> None:
    """Refuse a budget in which the first round has no room, where its time is known."""
    if study.until_decided and study.budget is not None:
        statuses = survey(root, study)
        if wishes.fresh or not any(status.state == "finished" for status in statuses):
            until.refuse_small(study, forecast(study, statuses, wishes.jobs).seconds)
