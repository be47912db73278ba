"""`alih export`: the model of a finished study, in a folder of its own."""

from __future__ import annotations

import sys
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
@click.option("--onnx", "demanded", is_flag=True, help="cli.opt.export_onnx")
@click.option("--no-onnx", "without", is_flag=True, help="cli.opt.export_no_onnx")
@options.as_json
def export(
    folder: str, out: str | None, demanded: bool, without: bool, as_json: bool, **asked: Any
) -> int:
    """Write the model's folder. Returns 1 where an ONNX file was demanded and none passed."""
    from alih.api import export as exported

    if demanded and without:
        raise AlihError("cli.export.both_onnx")
    written = exported(folder, out, onnx=not without, **asked)
    card = written.card
    missing = int(demanded and card.onnx is None)
    if as_json:
        output.print_json({"folder": written.folder.as_posix()} | card.to_json())
        return missing
    place = {"arm": card.origin.arm, "replicate": card.origin.replicate}
    print(say("cli.export.written", out=written.folder, **place))
    print(card.choice)
    if card.onnx is not None:
        print(_gate(card.onnx))
    elif card.without_onnx is not None:
        told = say("cli.export.without_onnx", reason=card.without_onnx)
        print(told, file=sys.stderr if missing else sys.stdout)
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
