"""`alih track`: a study in trackers."""

from __future__ import annotations

import click

from alih.cli import options
from alih.cli.declaring import command
from alih.errors import AlihError
from alih.words import say


@command("track", help="cli.track.help")
@options.folder
@click.option("--to", "to", multiple=True, metavar="NAME", help="cli.opt.track_to")
@click.option("--project", metavar="NAME", help="cli.opt.track_project")
def track(folder: str, to: tuple[str, ...], project: str | None) -> None:
    """Send what the trackers lack."""
    from alih.api import track as sent
    from alih.tracking.table import TRACKERS

    if not to:
        raise AlihError("cli.track.no_target", known=", ".join(TRACKERS))
    for one in sent(folder, to, project=project):
        key = "track.sent" if one.runs else "track.nothing"
        print(say(key, **vars(one)))
