"""`alih compare` for people: a table of arms and a table of differences."""

from __future__ import annotations

from alih.cli.show import output
from alih.verdicts import tables
from alih.verdicts.result import Comparison
from alih.words import say


def show(comparison: Comparison) -> None:
    """Print means with their spread over replicates, then differences with interval and
    verdict.
    """
    if not comparison.complete:
        print(say("cli.compare.unfinished", done=comparison.done, total=comparison.total))
        print()
    names, rows = tables.arms(comparison)
    output.print_table(names, rows, numeric=range(len(names) - 3, len(names)))
    if not comparison.rows:
        return
    print()
    output.print_table(*tables.differences(comparison), numeric=[3])
