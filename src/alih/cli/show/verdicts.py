"""`alih compare` for people: a table of arms and a table of differences."""

from __future__ import annotations

from typing import Any

from alih.cli.show import output
from alih.verdicts import tables
from alih.words import say


def show(comparison: dict[str, Any]) -> None:
    """Print means with their spread over replicates, then differences with interval and verdict,
    from the JSON of `compare`.
    """
    if not comparison["complete"]:
        print(say("cli.compare.unfinished", **comparison["cells"]))
        print()
    names, rows = tables.arms(comparison)
    output.print_table(names, rows, numeric=range(len(names) - 3, len(names)))
    if not comparison["comparisons"]:
        return
    print()
    output.print_table(*tables.differences(comparison), numeric=[3])
