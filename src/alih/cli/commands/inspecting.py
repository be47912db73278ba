"""Before anything is trained: `alih audit` looks for what ruins a study, `alih scout` ranks
backbones, `alih domains` compares two sets.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from alih.cli import options
from alih.cli.declaring import NUMBER, argument, command
from alih.cli.show import output
from alih.words import say

TELL_EVERY = 5.0


@command("audit", help="cli.audit.help")
@argument("source", metavar="PATH_OR_STUDY", help="cli.arg.audit")
@click.option("--out", "-o", metavar="DIR", help="cli.opt.audit_out")
@click.option("--fail-on", metavar="note|warning|problem", help="cli.opt.fail_on")
@options.image_size
@options.as_json
def audit(
    source: str, out: str | None, fail_on: str | None, image_size: int | None, as_json: bool
) -> int:
    """Look for what ruins studies of a set. Returns 1 where something at least as grave as
    `fail_on` was found.
    """
    from alih.api import audit as audited
    from alih.inspect.audit.report import level

    least = level(fail_on) if fail_on is not None else None
    folder = out or (None if as_json else "audit")
    report = audited(source, out=folder, image_size=image_size, on_images=_pacer())
    if as_json:
        output.print_json(report.to_json())
    else:
        print(report)
        print(say("inspect.audit.written", path=Path(folder or "") / "index.html"))
    return int(least is not None and bool(report.at_least(least)))


@command("scout", help="cli.scout.help")
@argument("data", help="cli.arg.any_data")
@click.option("--models", metavar="A,B,…", help="cli.opt.models")
@click.option("--out", "-o", metavar="FILE", help="cli.opt.scout_out")
@options.image_size
@options.as_json
def scout(
    data: str, models: str | None, out: str | None, image_size: int | None, as_json: bool
) -> None:
    """Rank pretrained backbones for a labelled set, from frozen features."""
    from alih.api import scout as scouted

    wanted = [name.strip() for name in models.split(",") if name.strip()] if models else None
    report = scouted(data, wanted, image_size=image_size, out=out, on_images=_teller())
    if as_json:
        output.print_json(report.to_json())
        return
    print(report.heading())
    names, rows = report.table()
    output.print_table(names, rows, numeric=range(1, len(names)))
    print()
    for sentence in report.sentences():
        print(sentence)
    if out is not None:
        print(say("inspect.scout.written", path=out))


@command("domains", help="cli.domains.help")
@argument("source", help="cli.arg.source_data")
@argument("target", help="cli.arg.target_data")
@click.option("--model", metavar="NAME", help="cli.opt.shift_model")
@click.option("--labelled", type=NUMBER, default=1.0, metavar="SHARE", help="cli.opt.labelled")
@click.option("--out", "-o", metavar="FILE", help="cli.opt.domains_out")
@options.image_size
@options.as_json
def domains(
    source: str,
    target: str,
    model: str | None,
    labelled: float,
    out: str | None,
    image_size: int | None,
    as_json: bool,
) -> None:
    """Say how two sets differ, how far apart they lie, and which methods to try first."""
    from alih.api import domains as compared
    from alih.inspect.domains import difference

    if out is None and (why := difference(source, target)) is not None:
        print(say("inspect.domains.classes_differ", why=why), file=sys.stderr, flush=True)
    report = compared(
        source,
        target,
        model=model,
        image_size=image_size,
        labelled=labelled,
        out=out,
        on_images=_teller(),
    )
    output.print_json(report.to_json()) if as_json else print(report)


def _pacer() -> Callable[[str, int, int], None]:
    """Tells, on standard error and every few seconds, how far decoding or an extraction is."""
    from alih.cli.show.progress import doing
    from alih.executors.events import progress

    told = time.monotonic()

    def tell(what: str, done: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_EVERY:
            told = time.monotonic()
            print(doing(progress(what, done, of)), file=sys.stderr, flush=True)

    return tell


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
