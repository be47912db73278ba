"""Before anything is trained: `alih scout` ranks backbones, `alih domains` compares two sets."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from alih.cli.options import AsJson
from alih.cli.show import output
from alih.words import say

TELL_EVERY = 5.0


def scout(
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="cli.arg.any_data", show_default=False)
    ],
    models: Annotated[
        str | None, typer.Option("--models", metavar="A,B,…", help="cli.opt.models")
    ] = None,
    image_size: Annotated[
        int | None, typer.Option("--image-size", metavar="PIXELS", help="cli.opt.image_size")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rank pretrained backbones for a labelled set, from frozen features."""
    from alih.api import scout as scouted

    wanted = [name.strip() for name in models.split(",") if name.strip()] if models else None
    report = scouted(data, wanted, image_size=image_size, on_images=_teller())
    if as_json:
        output.print_json(report.to_json())
        return
    print(report.heading())
    names, rows = report.table()
    output.print_table(names, rows, numeric=range(1, len(names)))
    print()
    for sentence in report.sentences():
        print(sentence)


def domains(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="cli.arg.source_data", show_default=False)
    ],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="cli.arg.target_data", show_default=False)
    ],
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="cli.opt.shift_model")
    ] = None,
    labelled: Annotated[
        float, typer.Option("--labelled", metavar="SHARE", help="cli.opt.labelled")
    ] = 1.0,
    image_size: Annotated[
        int | None, typer.Option("--image-size", metavar="PIXELS", help="cli.opt.image_size")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how two sets differ, which family of methods that calls for, and how far apart they
    lie.
    """
    from alih.api import domains as compared

    report = compared(
        source,
        target,
        model=model,
        image_size=image_size,
        labelled=labelled,
        on_images=_teller(),
    )
    output.print_json(report.to_json()) if as_json else print(report)


def _teller() -> Callable[[str, int, int], None]:
    """Tells, on standard error, how far an extraction is: now and then on a terminal, else every 50
    images or batch.
    """
    from alih.features.progress import paced

    told, heard = time.monotonic(), dict[str, Callable[[int, int], None]]()

    def show(name: str, done: int, of: int) -> None:
        print(
            f"{name}  {say('transfer.extracting', done=done, of=of)}", file=sys.stderr, flush=True
        )

    def tell(name: str, done: int, of: int) -> None:
        nonlocal told
        if not sys.stderr.isatty():
            if name not in heard:
                heard[name] = paced(partial(show, name))
            heard[name](done, of)
        elif time.monotonic() - told >= TELL_EVERY:
            told = time.monotonic()
            show(name, done, of)

    return tell
