"""`alih watch`: a page of a study while it runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from alih.cli import options
from alih.cli.declaring import WHOLE, argument, command
from alih.cli.show import output
from alih.words import say


@command("watch", help="cli.watch.help")
@argument("folder", metavar="DIR", help="cli.arg.watch")
@click.option("--port", type=WHOLE, default=0, metavar="N", help="cli.opt.watch_port")
@click.option("--open", "opened", is_flag=True, help="cli.opt.watch_open")
@options.as_json
def watch(folder: str, port: int, opened: bool, as_json: bool) -> None:
    """Serve the page until Ctrl-C."""
    import webbrowser

    from alih.serving import sockets
    from alih.watching.server import serve
    from alih.watching.snapshot import Watcher, refuse_other

    root = Path(folder)
    refuse_other(root)
    with sockets.listening("127.0.0.1", port) as held:
        place = sockets.address(held)
        if not (root / "study.yaml").exists():
            print(say("cli.watch.absent", path=root), file=sys.stderr)
        if as_json:
            output.print_json({"folder": root.as_posix(), "address": place})
            sys.stdout.flush()
        else:
            print(say("cli.watch.ready", path=root, address=place), flush=True)
        if opened:
            webbrowser.open(place)
        serve(Watcher(root), held)
    print(say("cli.serve.stopped"), file=sys.stderr)
