"""What a study folder holds: status, compare, report."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from alih.cli.options import AsJson, Lang, StudyDir
from alih.cli.show import output
from alih.words import language, layout, say, speaking


def status(folder: StudyDir, as_json: AsJson = False) -> None:
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


def compare(
    folder: StudyDir,
    baseline: Annotated[
        str | None, typer.Option("--baseline", metavar="ARM", help="cli.opt.other_baseline")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give the verdicts."""
    from alih.runs import peeks
    from alih.runs.folder import StudyFolder
    from alih.study.loading import load
    from alih.verdicts.compare import (
        bound_sentence,
        changed_sentence,
        finding_sentences,
        look_sentences,
        other_pairs,
        verdict_sentences,
    )
    from alih.verdicts.compare import compare as compared
    from alih.verdicts.equivalences import sentences

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
    if changed and not comparison.done:
        print(changed)
        return
    verdicts.show(comparison)
    print()
    if changed:
        print(changed)
    for sentence in [
        *verdict_sentences(comparison, document),
        *sentences(comparison, document),
        *finding_sentences(comparison),
        *look_sentences(comparison),
        *peeks.sentences(root),
    ]:
        print(sentence)
    bound = bound_sentence(comparison, document)
    if bound:
        print(bound)
    others = other_pairs(document, root) if baseline is None else None
    if others:
        print(others)
    step = next_step(document, root, survey(root, document), comparison)
    following = planning.next_sentence(step)
    if following:
        print(following)


def report(
    folder: StudyDir,
    out: Annotated[
        str | None, typer.Option("--out", "-o", metavar="DIR", help="cli.opt.report_out")
    ] = None,
    show_test: Annotated[bool, typer.Option("--show-test", help="cli.opt.show_test")] = False,
    lang: Lang = None,
) -> None:
    """Write index.html into `report/` or another folder; `--lang` has been taken out of the
    arguments by now.
    """
    from alih import api

    path: Path = api.open_results(folder).report(language(), out, show_test)
    print(say("cli.run.report", path=path))
