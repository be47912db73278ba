"""`alih look`: what the stages of a network make of one image, and the mask that a segmentation run
gives it; without an image, what a run of `match` took over from its source.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import click

from alih.cli import options
from alih.cli.declaring import NUMBER, WHOLE, argument, command
from alih.cli.show import output
from alih.words import say


@command("look", help="cli.look.help")
@argument("model", help="cli.arg.look_model")
@argument("image", metavar="[IMAGE]", help="cli.arg.look_image", required=False)
@click.option("--out", "-o", metavar="DIR", help="cli.opt.look_out")
@click.option("--weights", metavar="imagenet|none|FILE", help="cli.opt.weights")
@click.option("--image-size", type=WHOLE, metavar="PIXELS", help="cli.opt.look_size")
@click.option("--scale", metavar="fit|tiles", help="cli.opt.scale")
@click.option("--tile", type=WHOLE, metavar="PIXELS", help="cli.opt.tile")
@click.option("--overlap", type=NUMBER, metavar="SHARE", help="cli.opt.overlap")
@options.max_pixels
@options.as_json
def look(model: str, image: str | None, out: str | None, as_json: bool, **settings: Any) -> None:
    """Show the activation maps of every stage for one image, and the filters of the first layer;
    without an image, what a run of `match` took over.
    """
    from alih.api import look as looked

    with _progress() as on_tiles:
        found = looked(model, image, out, on_tiles=on_tiles, **settings)
    output.print_json(found.to_json()) if as_json else print(found)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar of tiles on a terminal that goes away when they are done; nothing elsewhere."""
    if not output.is_terminal():
        yield lambda new, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say("cli.look.tiles"), total=None)
        yield lambda new, total: bar.update(task, advance=new, total=total)
