"""`alih run`: run or resume a study, and say what came of it."""

from __future__ import annotations

import sys
from typing import Any

import click

from alih.cli import options
from alih.cli.declaring import command
from alih.words import language, say


@command("run", help="cli.run.help")
@options.study
@options.out
@options.jobs
@options.seeds
@options.until_decided
@options.budget
@options.overrides
@options.device
@click.option("--executor", default="local", metavar="local", help="cli.opt.executor")
@click.option("--retry-failed", is_flag=True, help="cli.opt.retry_failed")
@click.option("--fresh", is_flag=True, help="cli.opt.fresh")
@click.option("--mixed", is_flag=True, help="cli.opt.mixed")
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
    retry_failed: bool,
    fresh: bool,
    mixed: bool,
) -> int:
    """Run or resume a study, then give the verdict, the report and the next step. Returns 1 where
    cells failed.
    """
    from alih.api.studies import check_budget, check_wishes, place_of
    from alih.executors.table import known
    from alih.study.loading import load
    from alih.verdicts import until

    known(executor)
    check_wishes(jobs, retry_failed, fresh)
    document = load(study, overrides, seeds, until_decided=until_decided, budget=budget)
    root = place_of(study, document, out)
    document = until.resumed(document, root, fresh)
    check_budget(document, budget)
    settings = {
        "jobs": jobs,
        "device": device,
        "retry_failed": retry_failed,
        "fresh": fresh,
        "mixed": mixed,
    }
    settings["executor"] = executor
    from alih.cli import signals
    from alih.runs.folder import run_command

    try:
        return _conclude(_compute(document, root, settings), root)
    except KeyboardInterrupt as error:
        # Until the study has a folder there is nothing to continue from.
        began = (root / "study.yaml").exists()
        print(
            say(
                "cli.run.interrupted" if began else "cli.run.interrupted_early",
                command=run_command(root),
            ),
            file=sys.stderr,
        )
        return signals.exit_code(error)


def _compute(document: Any, root: Any, settings: dict[str, Any]) -> Any:
    """Run the study and return it with the replicates that it then has."""
    import alih.api
    from alih.cli.show.watch import watch
    from alih.executors.worker import settle_in
    from alih.runs.hardware import device_kind

    settle_in(device_kind(settings["device"]))
    with watch(document) as on_event:
        return alih.api.run(document, out=root, on_event=on_event, **settings).study


def _conclude(document: Any, root: Any) -> int:
    """Print verdicts, failures, the report's path and the next command. Returns the exit code."""
    from alih.cli.show import plan as planning
    from alih.cli.show import verdicts
    from alih.reports.build import write
    from alih.runs.status import survey
    from alih.verdicts.compare import compare
    from alih.verdicts.next_step import next_step

    statuses = survey(root, document)
    broken = [s for s in statuses if s.state in ("failed", "blocked")]
    print()
    if any(s.state == "finished" for s in statuses):
        comparison = compare(root)
        print(*verdicts.of_study(comparison, document, root, details=False), sep="\n")
        print()
        print(say("cli.run.report", path=write(root, language())))
    else:
        comparison = None
    for status in broken:
        print(say("cli.run.broken", cell=status.cell, reason=status.reason), file=sys.stderr)
    sentence = planning.next_sentence(next_step(document, root, statuses, comparison))
    if sentence:
        print(sentence)
    sys.stdout.flush()
    return 1 if broken else 0
