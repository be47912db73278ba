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
from alih.words import say

if TYPE_CHECKING:
    from alih.exported.card import OnnxFile


@command("export", help="cli.export.help")
@options.folder
@click.option("--out", "-o", metavar="DIR", help="cli.opt.export_out")
@click.option("--arm", metavar="ARM", help="cli.opt.export_arm")
@click.option("--seed", type=WHOLE, metavar="N", help="cli.opt.export_seed")
@click.option("--level", metavar="NAME", help="cli.opt.export_level")
@click.option("--with-sample", "real_sample", is_flag=True, help="cli.opt.export_sample")
@click.option("--onnx", "demanded", is_flag=True, help="cli.opt.export_onnx")
@click.option("--no-onnx", "without", is_flag=True, help="cli.opt.export_no_onnx")
@click.option("--page", is_flag=True, help="cli.opt.export_page")
@options.as_json
def export(
    folder: str,
    out: str | None,
    demanded: bool,
    without: bool,
    page: bool,
    as_json: bool,
    **asked: Any,
) -> int:
    """Write the model's folder, its page, or both. Returns 1 where an ONNX file was demanded and
    none passed.
    """
    from alih.api import export as exported
    from alih.api import export_page
    from alih.exported.folder import is_model

    if demanded and without:
        raise AlihError("cli.export.both_onnx")
    if page and without:
        raise AlihError("cli.export.page_without_onnx")
    if page and is_model(folder):
        _page_alone(folder, out, as_json, asked)
        return 0
    written = exported(folder, out, onnx=not without, **asked)
    card = written.card
    missing = int(demanded and card.onnx is None)
    made = export_page(written.folder) if page else None
    if as_json:
        found = {"page": made.as_posix()} if made else {}
        output.print_json({"folder": written.folder.as_posix()} | found | card.to_json())
        return missing
    place = {"arm": card.origin.arm, "replicate": card.origin.replicate}
    print(say("cli.export.written", out=written.folder, **place))
    print(card.choice)
    if card.onnx is not None:
        print(_gate(card.onnx))
    elif card.without_onnx is not None:
        told = say("cli.export.without_onnx", reason=card.without_onnx)
        print(told, file=sys.stderr if missing else sys.stdout)
    if made is not None:
        print(_page_told(made))
    print(say("cli.export.next", out=written.folder))
    return missing


def _gate(found: OnnxFile) -> str:
    """How near the ONNX file's answers came to those of PyTorch."""
    return say(
        "cli.export.onnx",
        n=found.items,
        images=say(f"cli.export.images_{found.images}"),
        difference=f"{found.largest_difference:.1e}",
        tolerance=f"{found.tolerance:.1e}",
    )


def _page_alone(folder: str, out: str | None, as_json: bool, asked: dict[str, Any]) -> None:
    """Write the page of a model that was exported before."""
    from alih.api import export_page

    names = {"real_sample": "--with-sample"}
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
    return say("cli.export.page", page=page, size=page.stat().st_size / 1e6)
