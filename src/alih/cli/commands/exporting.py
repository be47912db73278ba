"""`alih export`: the model of a finished study, in a folder of its own."""

from __future__ import annotations

from typing import Any

import click

from alih.cli import options
from alih.cli.declaring import WHOLE, command
from alih.cli.show import output
from alih.words import say


@command("export", help="cli.export.help")
@options.folder
@click.option("--out", "-o", metavar="DIR", help="cli.opt.export_out")
@click.option("--arm", metavar="ARM", help="cli.opt.export_arm")
@click.option("--seed", type=WHOLE, metavar="N", help="cli.opt.export_seed")
@click.option("--level", metavar="NAME", help="cli.opt.export_level")
@options.as_json
def export(folder: str, out: str | None, as_json: bool, **asked: Any) -> None:
    """Write the model's folder."""
    from alih.api import export as exported

    written = exported(folder, out, **asked)
    card = written.card
    if as_json:
        output.print_json({"folder": written.folder.as_posix()} | card.to_json())
        return
    place = {"arm": card.origin.arm, "replicate": card.origin.replicate}
    print(say("cli.export.written", out=written.folder, **place))
    print(card.choice)
    print(say("cli.export.next", out=written.folder))
