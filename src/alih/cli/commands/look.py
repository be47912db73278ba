"""`alih look`: what the stages of a network make of one image."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from alih.words import language, say


def look(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="cli.arg.look_model", show_default=False)],
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="cli.arg.look_image", show_default=False)],
    out: Annotated[str | None, typer.Option("--out", "-o", metavar="FOLDER", help="cli.opt.look_out")] = None,
    weights: Annotated[str | None, typer.Option("--weights", metavar="imagenet|none|FILE", help="cli.opt.weights")] = None,
    image_size: Annotated[int | None, typer.Option("--image-size", metavar="PIXELS", help="cli.opt.look_size")] = None,
) -> None:
    """Show the activation maps of every stage for one image, and the filters of the first layer."""
    from alih.inspect.look import look as looked
    from alih.reports.lookpage import write

    found = looked(model, image, weights, image_size)
    name = re.sub(r"[^\w.-]+", "-", f"{model}-{Path(image).stem}").strip("-.")
    path = write(found, Path(out) if out else Path("look") / name, language())
    print(say("cli.look.done", stages=len(found.stages), path=path))
