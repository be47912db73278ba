"""Arguments and options that several commands share; their help is a key of the word catalogue."""

from __future__ import annotations

from typing import Annotated

import typer

StudySource = Annotated[
    str, typer.Argument(metavar="STUDY", help="cli.arg.study", show_default=False)
]
StudyDir = Annotated[str, typer.Argument(metavar="DIR", help="cli.arg.dir", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="cli.opt.json")]
Out = Annotated[str | None, typer.Option("--out", "-o", metavar="DIR", help="cli.opt.out")]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", metavar="N", help="cli.opt.jobs")]
Seeds = Annotated[int | None, typer.Option("--seeds", metavar="N", help="cli.opt.seeds")]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="cli.opt.set")
]
Lang = Annotated[str | None, typer.Option("--lang", metavar="en|id", help="cli.opt.lang")]
