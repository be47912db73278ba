"""Results of other tools: the verdict on a score file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal, TextIO

import click

from alih.cli import options
from alih.cli.declaring import NUMBER, WHOLE, argument, command
from alih.cli.show import output
from alih.errors import AlihError
from alih.words import language, say

if TYPE_CHECKING:
    from alih.verdicts.scores.result import ScoreComparison


@command("verdict", help="cli.verdict.help")
@argument("scores", metavar="SCORES.CSV", help="cli.arg.scores")
@click.option("--baseline", metavar="ARM", help="cli.opt.baseline")
@click.option("--metric", metavar="NAME", help="cli.opt.metric")
@click.option("--margin", type=NUMBER, metavar="X", help="cli.opt.margin")
@click.option("--lower-is-better", is_flag=True, help="cli.opt.lower_is_better")
@click.option("--group", metavar="COLUMN", help="cli.opt.group")
@click.option("--no-group", is_flag=True, help="cli.opt.no_group")
@click.option("--level", type=NUMBER, default=0.05, metavar="X", help="cli.opt.level")
@click.option("--look", type=WHOLE, metavar="K", help="cli.opt.look")
@click.option("--out", "-o", "page", metavar="FILE.HTML", help="cli.opt.page")
@options.details
@options.as_json
def verdict(
    scores: str,
    baseline: str | None,
    metric: str | None,
    margin: float | None,
    lower_is_better: bool,
    group: str | None,
    no_group: bool,
    level: float,
    look: int | None,
    page: str | None,
    details: bool,
    as_json: bool,
) -> None:
    """Give the verdict on scores of any tool."""
    from alih.verdicts.scores import compare as outside

    if group is not None and no_group:
        raise AlihError("reports.file.group_twice", name=group)
    asked: str | Literal[False] | None = False if no_group else group
    result = outside.verdict(
        scores, outside.Question(baseline, metric, margin, lower_is_better, level, look, asked)
    )
    if as_json and page is not None:
        # Before the verdict: where the page cannot be written, the error is all there is to print.
        _write_page(result, page, told=sys.stderr)
    if as_json:
        output.print_json(result.to_json())
    else:
        from alih.cli.show import verdicts

        print(*verdicts.of_scores(result, details), sep="\n")
    if page is not None and not as_json:
        _write_page(result, page, told=sys.stdout)


def _write_page(result: ScoreComparison, page: str, told: TextIO) -> None:
    from alih.reports.scores.page import write

    print(say("cli.run.report", path=write(result, page, language())), file=told)
