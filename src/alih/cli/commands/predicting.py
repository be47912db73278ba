"""`alih predict`: what a finished run answers for image files."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from alih import files
from alih.cli.options import Lang
from alih.words import number, say

SECONDS = 5.0
"""Seconds between two lines about progress where no person watches."""


def predict(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="cli.arg.predict_run", show_default=False)
    ],
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH…", help="cli.arg.predict_paths", show_default=False)
    ],
    out: Annotated[
        str | None, typer.Option("--out", "-o", metavar="FILE|DIR", help="cli.opt.predict_out")
    ] = None,
    device: Annotated[
        str, typer.Option("--device", metavar="auto|cpu|cuda|mps", help="cli.opt.device")
    ] = "auto",
    batch: Annotated[
        int | None, typer.Option("--batch", metavar="N", help="cli.opt.predict_batch")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="cli.opt.predict_all")] = False,
    max_pixels: Annotated[
        int | None, typer.Option("--max-pixels", metavar="N", help="cli.opt.max_pixels")
    ] = None,
    lang: Lang = None,
) -> None:
    """Answer for image files and folders; `--lang` has been taken out of the arguments by now."""
    from alih.api import predict as answered

    told = sys.stdout if out else sys.stderr
    with _progress(told) as tell:
        found = answered(
            run,
            paths,
            out or sys.stdout,
            device=device,
            batch=batch,
            every=every,
            max_pixels=max_pixels,
            on_images=tell,
        )
    print(say("cli.predict.done", count=found.answered, out=out or "-"), file=told)
    if found.together:
        print(say("cli.predict.together", batch=found.together), file=sys.stderr)
    if found.others:
        listed = ", ".join(f"{count} × {suffix}" for suffix, count in sorted(found.others.items()))
        print(say("cli.predict.others", listed=listed), file=sys.stderr)
    if found.unusable:
        print(say("cli.predict.unusable", count=found.unusable), file=sys.stderr)
        for fault in found.faults:
            print(files.escaped(f"  {fault}"), file=sys.stderr)
        if found.unusable > len(found.faults):
            print("  …", file=sys.stderr)
        raise typer.Exit(1)


@contextlib.contextmanager
def _progress(told: object) -> Iterator[Callable[[int], None]]:
    """How many images are done: a running count on a terminal, a line in some seconds elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("")
            yield lambda count: bar.update(task, description=_line(count))
        return
    last = time.monotonic()

    def tell(count: int) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS:
            last = time.monotonic()
            print(_line(count), file=told, flush=True)  # type: ignore[call-overload]

    yield tell


def _line(count: int) -> str:
    return say("cli.predict.progress", count=number(count, 0))
