"""Results of other tools: the verdict on a score file."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from alih.cli.options import AsJson, Lang
from alih.cli.show import output
from alih.words import language, say


def verdict(
    scores: Annotated[
        str, typer.Argument(metavar="SCORES.CSV", help="cli.arg.scores", show_default=False)
    ],
    baseline: Annotated[
        str | None, typer.Option("--baseline", metavar="ARM", help="cli.opt.baseline")
    ] = None,
    metric: Annotated[
        str | None, typer.Option("--metric", metavar="NAME", help="cli.opt.metric")
    ] = None,
    margin: Annotated[
        float | None, typer.Option("--margin", metavar="X", help="cli.opt.margin")
    ] = None,
    lower_is_better: Annotated[
        bool, typer.Option("--lower-is-better", help="cli.opt.lower_is_better")
    ] = False,
    level: Annotated[float, typer.Option("--level", metavar="X", help="cli.opt.level")] = 0.05,
    look: Annotated[int | None, typer.Option("--look", metavar="K", help="cli.opt.look")] = None,
    page: Annotated[
        str | None, typer.Option("--out", "-o", metavar="FILE.HTML", help="cli.opt.page")
    ] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Give the verdict on scores of any tool; `--lang` has been taken out of the arguments by
    now.
    """
    from alih.verdicts.scores import compare as outside

    result = outside.verdict(
        scores, outside.Question(baseline, metric, margin, lower_is_better, level, look)
    )
    if as_json:
        output.print_json(result.to_json())
    else:
        from alih.cli.show import verdicts
        from alih.reports.scores import text as outsidetext

        verdicts.show(result)
        print()
        print("\n".join(outsidetext.sentences(result)))
        notes = outsidetext.notes(result)
        if notes:
            print("\n" + "\n".join(notes))
    if page is not None:
        from alih.reports.scores.page import write

        path = write(result, page, language())
        print(say("cli.run.report", path=path), file=sys.stderr if as_json else sys.stdout)
