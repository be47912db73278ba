"""`alih predict`: what a finished run answers for image files."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from alih import files
from alih.cli import options
from alih.cli.declaring import WHOLE, argument, command
from alih.cli.show import output
from alih.words import number, say
from alih.words.phrase import in_english

SECONDS = 5.0
"""Seconds between two lines about progress where no person watches."""

LIST = "-"
"""The path that stands for a list of paths on standard input."""


@command("predict", help="cli.predict.help")
@argument("model", help="cli.arg.predict_run")
@argument("paths", metavar="PATH…", nargs=-1, required=True, help="cli.arg.predict_paths")
@click.option("--out", "-o", metavar="FILE|DIR", help="cli.opt.predict_out")
@click.option("--top", type=WHOLE, metavar="N", help="cli.opt.predict_top")
@click.option("--all", "every", is_flag=True, help="cli.opt.predict_all")
@click.option("--overlay", metavar="DIR", help="cli.opt.predict_overlay")
@options.runtime
@options.device
@click.option("--batch", type=WHOLE, metavar="N", help="cli.opt.predict_batch")
@options.max_pixels
@options.as_json
def predict(
    model: str, paths: tuple[str, ...], out: str | None, as_json: bool, **settings: Any
) -> int:
    """Answer for image files and folders. Returns 1 where some cannot be used."""
    if as_json:
        return _as_json(model, paths, out, settings)
    from alih.api import predict as answered

    told = sys.stdout if out else sys.stderr
    named = [path for path in paths if path != LIST]
    listed = _lines() if len(named) < len(paths) else None
    with _progress(told) as tell:
        found = answered(model, named, out or sys.stdout, listed=listed, on_images=tell, **settings)
    print(
        say("cli.predict.done", count=found.answered, out=out or say("cli.predict.above")),
        file=told,
    )
    if found.together:
        print(say("cli.predict.together", batch=found.together), file=sys.stderr)
    for note in found.notes:
        print(note, file=sys.stderr)
    if found.others:
        others = ", ".join(f"{count} × {suffix}" for suffix, count in sorted(found.others.items()))
        print(say("cli.predict.others", listed=others), file=sys.stderr)
    if found.unusable:
        print(say("cli.predict.unusable", count=found.unusable), file=sys.stderr)
        for fault in found.faults:
            print(files.escaped(f"  {fault}"), file=sys.stderr)
        if found.unusable > len(found.faults):
            print("  …", file=sys.stderr)
    return int(found.unusable > 0)


def _as_json(model: str, paths: tuple[str, ...], out: str | None, settings: dict[str, Any]) -> int:
    """Print answers and counts as one JSON object. Answers wait in a file, however many there
    are.
    """
    from alih.api import predict as answered

    named = [path for path in paths if path != LIST]
    listed = _lines() if len(named) < len(paths) else None
    with TemporaryDirectory() as folder, _progress(sys.stderr) as tell:
        rows = Path(folder) / "answers.jsonl"
        place = out or rows
        found = answered(model, named, place, listed=listed, on_images=tell, **settings)
        told = {
            "answered": found.answered,
            "unusable": found.unusable,
            "faults": [str(fault) for fault in found.faults],
            "others": dict(sorted(found.others.items())),
            "together": found.together,
            "notes": [in_english(note) for note in found.notes],
            "out": out,
        }
        output.print_json_lines(told, "answers", None if out else rows)
    return int(found.unusable > 0)


def _lines() -> Iterator[str]:
    """Paths on standard input, one a line, whatever bytes they hold."""
    return (os.fsdecode(line) for line in sys.stdin.buffer)


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
