"""`alih look`: what the stages of a network make of one image, and the mask that a segmentation run
gives it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from alih.cli.show import output
from alih.words import say


def look(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="cli.arg.look_model", show_default=False)
    ],
    image: Annotated[
        str, typer.Argument(metavar="IMAGE", help="cli.arg.look_image", show_default=False)
    ],
    out: Annotated[
        str | None, typer.Option("--out", "-o", metavar="FOLDER", help="cli.opt.look_out")
    ] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", metavar="imagenet|none|FILE", help="cli.opt.weights")
    ] = None,
    image_size: Annotated[
        int | None, typer.Option("--image-size", metavar="PIXELS", help="cli.opt.look_size")
    ] = None,
    scale: Annotated[
        str | None, typer.Option("--scale", metavar="fit|tiles", help="cli.opt.scale")
    ] = None,
    tile: Annotated[
        int | None, typer.Option("--tile", metavar="PIXELS", help="cli.opt.tile")
    ] = None,
    overlap: Annotated[
        float | None, typer.Option("--overlap", metavar="SHARE", help="cli.opt.overlap")
    ] = None,
    max_pixels: Annotated[
        int | None, typer.Option("--max-pixels", metavar="N", help="cli.opt.max_pixels")
    ] = None,
) -> None:
    """Show the activation maps of every stage for one image, and the filters of the first layer."""
    from alih.api import look as looked

    with _progress() as on_tiles:
        found = looked(
            model,
            image,
            out,
            weights=weights,
            image_size=image_size,
            scale=scale,
            tile=tile,
            overlap=overlap,
            max_pixels=max_pixels,
            on_tiles=on_tiles,
        )
    print(found)


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
