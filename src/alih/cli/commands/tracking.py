"""`alih track`: a study in trackers."""

from __future__ import annotations

from dataclasses import asdict

import click

from alih.cli import options
from alih.cli.declaring import command
from alih.cli.show import output
from alih.errors import AlihError
from alih.words import say


@command("track", help="cli.track.help")
@options.folder
@click.option("--to", "to", multiple=True, metavar="NAME", help="cli.opt.track_to")
@click.option("--project", metavar="NAME", help="cli.opt.track_project")
@options.as_json
def track(folder: str, to: tuple[str, ...], project: str | None, as_json: bool) -> None:
    """Send what the trackers lack."""
    from alih.api import track as sent
    from alih.tracking.table import TRACKERS

    if not to:
        raise AlihError("cli.track.no_target", known=", ".join(TRACKERS))
    found = sent(folder, to, project=project)
    if as_json:
        output.print_json([asdict(one) for one in found])
        return
    for one in found:
        key = "track.sent" if one.runs else "track.nothing"
        print(say(key, **vars(one)))
