"""What a study folder holds: status, compare, report."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from alih.cli import options
from alih.cli.declaring import command
from alih.cli.show import output
from alih.words import language, layout, say, speaking


@command("status", help="cli.status.help")
@options.folder
@options.as_json
def status(folder: str, as_json: bool) -> None:
    """Show how far each cell is."""
    from alih.runs import sums
    from alih.runs.folder import StudyFolder, run_command
    from alih.runs.status import survey
    from alih.study.loading import load

    root = StudyFolder.open(folder).root
    document = load(folder)
    statuses = survey(root, document)
    if as_json:
        from alih.api.planned import planned

        output.print_json(planned(document, root, statuses).to_json())
        return
    rows = [
        (
            str(s.cell),
            say(f"runs.state.{s.state}"),
            f"{s.epochs_done}/{s.epochs}" if s.epochs else "–",
            layout.duration(s.seconds),
            s.reason,
        )
        for s in statuses
    ]
    names = [say(f"cli.col.{key}") for key in ("cell", "state", "epochs", "time", "reason")]
    output.print_table(names, rows, numeric=[2, 3])
    counts = Counter(s.state for s in statuses)
    print()
    print(", ".join(f"{count} {say(f'runs.state.{state}')}" for state, count in counts.items()))
    broken = sums.damaged(root)
    if broken:
        print(say("cli.status.damaged", files=", ".join(broken), command=run_command(root)))


@command("compare", help="cli.compare.help")
@options.folder
@click.option("--baseline", metavar="ARM", help="cli.opt.other_baseline")
@options.details
@options.as_json
def compare(folder: str, baseline: str | None, details: bool, as_json: bool) -> None:
    """Give the verdicts."""
    from alih.runs.folder import StudyFolder
    from alih.study.loading import load
    from alih.verdicts.compare import changed_sentence
    from alih.verdicts.compare import compare as compared

    root = StudyFolder.open(folder).root
    comparison = compared(root, baseline=baseline)
    if as_json:
        with speaking("en"):
            output.print_json(comparison.to_json())
        return
    from alih.cli.show import plan as planning
    from alih.cli.show import verdicts
    from alih.runs.status import survey
    from alih.verdicts.next_step import next_step

    document = load(folder)
    changed = changed_sentence(comparison, root)
    if changed:
        print(changed)
        if not comparison.done:
            return
    other = baseline is not None
    print(*verdicts.of_study(comparison, document, root, details=details, baseline=other), sep="\n")
    step = next_step(document, root, survey(root, document), comparison)
    following = planning.next_sentence(step)
    if following:
        print(following)


@command("report", help="cli.report.help")
@options.folder
@click.option("--out", "-o", metavar="DIR", help="cli.opt.report_out")
@click.option("--show-test", is_flag=True, help="cli.opt.show_test")
@options.as_json
def report(folder: str, out: str | None, show_test: bool, as_json: bool) -> None:
    """Write index.html into `report/` or another folder."""
    from alih import api

    path: Path = api.open_results(folder).report(language(), out, show_test)
    if as_json:
        output.print_json({"report": path.as_posix()})
        return
    print(say("cli.run.report", path=path))
