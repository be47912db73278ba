"""`alih run`: run or resume a study, and say what came of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from alih.cli import options, signals
from alih.cli.declaring import command
from alih.errors import AlihError
from alih.words import language, say, speaking


@command("run", help="cli.run.help")
@options.study
@options.out
@options.jobs
@options.seeds
@options.until_decided
@options.budget
@options.overrides
@options.device
@click.option("--executor", default="local", metavar="local|ray", help="cli.opt.executor")
@click.option("--address", metavar="HOST:PORT", help="cli.opt.address")
@click.option("--part", metavar="I/N", help="cli.opt.part")
@click.option("--until", metavar="TIME", help="cli.opt.until")
@click.option("--retry-failed", is_flag=True, help="cli.opt.retry_failed")
@click.option("--fresh", is_flag=True, help="cli.opt.fresh")
@click.option("--mixed", is_flag=True, help="cli.opt.mixed")
@click.option("--track", "track", multiple=True, metavar="NAME", help="cli.opt.run_track")
@options.as_json
def run(
    study: str,
    out: str | None,
    jobs: int | None,
    seeds: int | None,
    until_decided: bool,
    budget: str | None,
    overrides: tuple[str, ...],
    device: str,
    executor: str,
    address: str | None,
    part: str | None,
    until: str | None,
    retry_failed: bool,
    fresh: bool,
    mixed: bool,
    track: tuple[str, ...],
    as_json: bool,
) -> int:
    """Run or resume a study, then give the verdict, the report and the next step. Returns 1 where
    cells failed, 3 where there was no time for all.
    """
    from alih.api.studies import check_budget, check_wishes, deadline_in, part_of, place_of
    from alih.executors.deadline import Deadline
    from alih.executors.table import known
    from alih.study.loading import load
    from alih.tracking.table import targets
    from alih.verdicts import until as rounds

    known(executor, address)
    trackers = targets(track)
    check_wishes(jobs, retry_failed, fresh)
    own = part_of(part, fresh)
    if own is not None and trackers:
        raise AlihError("track.part", to=" ".join(f"--to {one}" for one in track))
    # A part ends with checkpoints when its scheduler asks, with or without a time of its own.
    deadline = Deadline(signals.FAR) if own and until is None else deadline_in(until)
    document = load(study, overrides, seeds, until_decided=until_decided, budget=budget)
    root = place_of(study, document, out)
    document = rounds.resumed(document, root, fresh)
    check_budget(document, budget)
    if own is not None:
        own.cells(document)
    settings = {
        "jobs": jobs,
        "device": device,
        "retry_failed": retry_failed,
        "fresh": fresh,
        "mixed": mixed,
        "executor": executor,
        "address": address,
        "part": own,
        "until": deadline,
    }
    from alih.runs.folder import run_command

    try:
        with _tracked(root, trackers, document.name, until is None):
            with signals.within(deadline):
                document = _compute(document, root, settings, as_json)
            if own is None and not _lacks(document, root, deadline):
                return _tell(document, root) if as_json else _conclude(document, root)
            return _account(document, root, own, until, deadline, as_json)
    except signals.TimeUp:
        return _account(document, root, own, until, deadline, as_json)
    except KeyboardInterrupt as error:
        # Until the study has a folder there is nothing to continue from.
        began = (root / "study.yaml").exists()
        key = "cli.run.interrupted" if began else "cli.run.interrupted_early"
        sentence = AlihError(key, command=run_command(root))
        raise signals.Resumable(error, sentence) from error


def _tracked(
    root: Any, trackers: Sequence[Any], project: str, patient: bool
) -> AbstractContextManager[None]:
    """Send the study to trackers while the context lasts; what they have to say is printed.

    `patient`: whether the end may wait for what is left to send.
    """
    if not trackers:
        return nullcontext()
    from alih.tracking.follow import CLOSING, HASTY, following

    def tell(said: str) -> None:
        print(said, file=sys.stderr, flush=True)

    return following(root, trackers, project, tell, CLOSING if patient else HASTY)


def _compute(document: Any, root: Any, settings: dict[str, Any], as_json: bool) -> Any:
    """Run the study and return it with the replicates that it then has."""
    import alih.api
    from alih.cli.show.watch import watch
    from alih.executors.worker import settle_in
    from alih.runs.hardware import device_kind

    settle_in(device_kind(settings["device"]))
    with watch(document, sys.stderr if as_json else sys.stdout) as on_event:
        return alih.api.run(document, out=root, on_event=on_event, **settings).study


def _lacks(document: Any, root: Any, deadline: Any) -> bool:
    """Whether the time was over before all cells had finished."""
    from alih.runs.status import survey, to_run

    return deadline.ended and bool(to_run(survey(root, document)))


def _account(
    document: Any, root: Any, part: Any, until: str | None, deadline: Any, as_json: bool
) -> int:
    """Say how far a run came that gives no verdict: of a part, or one whose time was over. Returns
    the exit code.
    """
    from alih.runs.folder import run_command
    from alih.runs.status import survey, to_run

    began = (root / "study.yaml").exists()
    if not began:
        print(say("cli.run.not_begun"), file=sys.stderr)
    if not began and not as_json:
        return signals.NOT_FINISHED
    mine = set(part.cells(document)) if part else None
    every = survey(root, document)
    own = [status for status in every if mine is None or status.cell in mine]
    options = (f" --part {part}" if part else "") + (f" --until {until}" if until else "")
    values: dict[str, Any] = {
        "done": _finished(own),
        "cells": len(own),
        "command": run_command(root) + options,
    }
    left = bool(to_run(own))
    if as_json:
        return _tell(document, root, own, values["command"] if left else None)
    if part:
        totals = {"all_done": _finished(every), "all_cells": len(every)}
        print(say("cli.run.part", part=part, **values, **totals))
    if left:
        key = "cli.run.not_finished" if deadline.ended else "cli.run.part_left"
        print(say(key, **values), file=sys.stderr)
    elif _finished(every) == len(every):
        print(say("cli.run.all_parts", command=run_command(root)))
    broken = _say_broken(own)
    sys.stdout.flush()
    return signals.NOT_FINISHED if left else 1 if broken else 0


def _finished(statuses: Any) -> int:
    return sum(status.state == "finished" for status in statuses)


def _say_broken(statuses: Any) -> bool:
    """Say which cells failed, and why; whether any did."""
    broken = [status for status in statuses if status.state in ("failed", "blocked")]
    for status in broken:
        print(say("cli.run.broken", cell=status.cell, reason=status.reason), file=sys.stderr)
    return bool(broken)


def _tell(
    document: Any, root: Path, own: Sequence[Any] | None = None, command: str | None = None
) -> int:
    """Print all that came of a run as JSON. Returns the exit code.

    `own` are the cells of a run that gives no verdict: of a part, or one whose time was over;
    `command` computes what is left of them.
    """
    from alih.api.planned import planned
    from alih.cli.show import output
    from alih.reports.build import write
    from alih.runs.status import survey
    from alih.verdicts.compare import compare
    from alih.verdicts.next_step import NextStep, next_step

    statuses = survey(root, document)
    broken = [s for s in (statuses if own is None else own) if s.state in ("failed", "blocked")]
    judged = own is None and any(s.state == "finished" for s in statuses)
    comparison = compare(root) if judged else None
    if own is None:
        step = next_step(document, root, statuses, comparison)
    else:
        step = NextStep(command) if command else None
    report = write(root, language()).as_posix() if judged else None
    with speaking("en"):
        output.print_json(
            {
                "study": document.name,
                "folder": root.as_posix(),
                "status": planned(document, root, statuses).to_json(),
                "comparison": comparison and comparison.to_json(),
                "report": report,
                "broken": [{"cell": str(s.cell), "reason": s.reason} for s in broken],
                "next": step and asdict(step),
            }
        )
    return signals.NOT_FINISHED if command else 1 if broken else 0


def _conclude(document: Any, root: Any) -> int:
    """Print verdicts, failures, the report's path and the next command. Returns the exit code."""
    from alih.cli.show import plan as planning
    from alih.cli.show import verdicts
    from alih.reports.build import write
    from alih.runs.status import survey
    from alih.verdicts.compare import compare
    from alih.verdicts.next_step import next_step

    statuses = survey(root, document)
    print()
    if any(s.state == "finished" for s in statuses):
        comparison = compare(root)
        print(*verdicts.of_study(comparison, document, root, details=False), sep="\n")
        print()
        print(say("cli.run.report", path=write(root, language())))
    else:
        comparison = None
    broken = _say_broken(statuses)
    sentence = planning.next_sentence(next_step(document, root, statuses, comparison))
    if sentence:
        print(sentence)
    sys.stdout.flush()
    return 1 if broken else 0
