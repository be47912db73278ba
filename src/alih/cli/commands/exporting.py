"""`alih export`: the model of a finished study, in a folder of its own, and its page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alih.cli import options
from alih.cli.declaring import WHOLE, command
from alih.cli.show import output
from alih.errors import AlihError
from alih.words import language, layout, number, percent, say

if TYPE_CHECKING:
    from alih.exported.card import ModelCard, OnnxFile, ProgramFile


@command("export", help="cli.export.help")
@options.folder
@click.option("--out", "-o", metavar="DIR", help="cli.opt.export_out")
@click.option("--arm", metavar="ARM", help="cli.opt.export_arm")
@click.option("--seed", type=WHOLE, metavar="N", help="cli.opt.export_seed")
@click.option("--level", metavar="NAME", help="cli.opt.export_level")
@click.option("--combine", metavar="ensemble|average", help="cli.opt.export_combine")
@click.option("--with-sample", "real_sample", is_flag=True, help="cli.opt.export_sample")
@click.option("--onnx", "demanded", is_flag=True, help="cli.opt.export_onnx")
@click.option("--no-onnx", "without", is_flag=True, help="cli.opt.export_no_onnx")
@click.option("--int8", is_flag=True, help="cli.opt.export_int8")
@click.option("--torch-export", "program", is_flag=True, help="cli.opt.export_program")
@click.option("--page", is_flag=True, help="cli.opt.export_page")
@options.as_json
def export(
    folder: str,
    out: str | None,
    demanded: bool,
    without: bool,
    int8: bool,
    program: bool,
    page: bool,
    as_json: bool,
    **asked: Any,
) -> int:
    """Write the model's folder, its page, or both. Returns 1 where an ONNX file was demanded and
    none passed, one in eight bits that cannot be had or is decidedly worse, or a program that
    cannot be had.
    """
    from alih.api import export as exported
    from alih.api import export_page
    from alih.exported.folder import is_model

    if demanded and without:
        raise AlihError("cli.export.both_onnx")
    if page and without:
        raise AlihError("cli.export.page_without_onnx")
    if int8 and without:
        raise AlihError("cli.export.int8_without_onnx")
    if page and is_model(folder):
        _page_alone(folder, out, as_json, asked | {"int8": int8, "program": program})
        return 0
    written = exported(folder, out, onnx=not without, int8=int8, program=program, **asked)
    card = written.card
    missing = demanded and card.onnx is None
    worse = int8 and (card.int8 is None or card.int8.is_worse)
    failed = int(missing or worse or (program and card.program is None))
    made = export_page(written.folder) if page else None
    if as_json:
        found = {"page": made.as_posix()} if made else {}
        output.print_json({"folder": written.folder.as_posix()} | found | card.to_json())
        return failed
    _tell_model(card, written.folder)
    if card.onnx is not None:
        print(_gate("model.onnx", card.onnx))
    elif card.without_onnx is not None:
        told = say("cli.export.without_onnx", reason=card.without_onnx)
        print(told, file=sys.stderr if missing else sys.stdout)
    if int8:
        _tell_int8(card)
    if card.program is not None:
        print(_gate("model.pt2", card.program))
    elif program:
        told = say("cli.export.without_program", reason=card.without_program)
        print(told, file=sys.stderr)
    if made is not None:
        print(_page_told(made))
    print(say("cli.export.next", out=written.folder))
    return failed


def _tell_model(card: ModelCard, folder: Path) -> None:
    """Which model it is, and why; of a combined one, how it did against the best of its members."""
    arm, joined = card.origin.arm, card.combined
    if joined is None:
        print(say("cli.export.written", out=folder, arm=arm, replicate=card.origin.replicate))
        print(card.choice)
        return
    kind = say(f"cli.export.kind_{joined.kind}")
    print(say("cli.export.combined", kind=kind, n=len(joined.members), arm=arm, out=folder))
    print(card.choice)
    for verdict in joined.verdicts:
        print(f"  {verdict.told[language()]}")


def _tell_int8(card: ModelCard) -> None:
    """What eight bits cost, or why there is no file."""
    found = card.int8
    if found is None:
        print(say("cli.export.without_int8", reason=card.without_int8), file=sys.stderr)
        return
    print(
        say(
            "cli.export.int8",
            size=layout.size(found.bytes),
            before=layout.size(found.bytes_float),
            calibrated=number(found.calibrated_on, 0),
            judged=number(found.judged_on, 0),
            images=say(f"cli.export.images_{'unseen' if card.combined else 'validation'}"),
            changed=percent(found.changed, 1),
            largest=number(found.largest_difference, 2),
        )
    )
    for verdict in found.verdicts:
        print(f"  {verdict.told[language()]}")
    if found.is_worse:
        print(say("cli.export.int8_worse"), file=sys.stderr)


def _gate(file: str, found: OnnxFile | ProgramFile) -> str:
    """How near a file's answers came to those of PyTorch."""
    return say(
        "cli.export.onnx",
        file=file,
        n=found.items,
        images=say(f"cli.export.images_{found.images}"),
        difference=f"{found.largest_difference:.1e}",
        tolerance=f"{found.tolerance:.1e}",
    )


def _page_alone(folder: str, out: str | None, as_json: bool, asked: dict[str, Any]) -> None:
    """Write the page of a model that was exported before."""
    from alih.api import export_page

    names = {"real_sample": "--with-sample", "program": "--torch-export"}
    given = (name for name, value in asked.items() if value not in (None, False))
    named = [names.get(name, f"--{name}") for name in given]
    if named:
        raise AlihError("cli.export.page_of_model", path=folder, option=named[0])
    made = export_page(folder, out)
    if as_json:
        output.print_json({"page": made.as_posix()})
        return
    print(_page_told(made))


def _page_told(page: Path) -> str:
    return say("cli.export.page", page=page, size=layout.size(page.stat().st_size))
