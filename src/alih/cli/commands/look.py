"""`alih look`: what the stages of a network make of one image, and the mask that a segmentation run
gives it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from alih.cli.show import output
from alih.errors import AlihError
from alih.words import language, percent, say


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
    from alih.inspect.look import look as looked
    from alih.reports.look.page import write

    found = looked(model, image, weights, image_size, max_pixels)
    name = re.sub(r"[^\w.-]+", "-", f"{model}-{Path(image).stem}").strip("-.")
    folder = Path(out) if out else Path("look") / name
    options: dict[str, Any] = {"scale": scale, "tile": tile, "overlap": overlap}
    if not found.segments and any(value is not None for value in options.values()):
        raise AlihError("inspect.segment_options", model=model)
    mask = (
        _mask(model, image, folder, options | {"max_pixels": max_pixels})
        if found.segments
        else None
    )
    path = write(found, folder, language(), mask)
    print(say("cli.look.done", stages=len(found.stages), path=path))


def _mask(run_folder: str, image: str, folder: Path, options: dict[str, Any]) -> Any:
    """Write the mask and say where it lies and what it holds."""
    from alih.api import segment

    with _progress() as on_tiles:
        mask = segment(run_folder, image, folder, **options, on_tiles=on_tiles)
    shares = ", ".join(f"{name} {percent(share, 1)}" for name, share in mask.shares.items())
    print(
        say("cli.look.mask", path=mask.mask, width=mask.size[0], height=mask.size[1], shares=shares)
    )
    return mask


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
