"""What Typer refuses, in our own sentences: what was given, what was expected, the nearest name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from alih.errors import AlihError
from alih.words import say
from alih.words.phrase import did_you_mean

# Import name -> extra that brings it. Everything else that is missing is a broken installation and
# keeps its traceback.
EXTRAS = {
    "torch": "train",
    "torchvision": "train",
    "timm": "train",
    "segmentation_models_pytorch": "train",
    "sklearn": "train",
}


def explain(error: Any, argv: Sequence[str]) -> AlihError:
    """Typer's usage error as an AlihError (exit code 2); `argv` tells what came.

    Typer moved its exception classes between releases (first click's, then a copy of its own), so
    they are told apart by name: `NoSuchOption`, `MissingParameter`, `BadOptionUsage`,
    `BadParameter` keep theirs.
    """
    command = error.ctx.command_path if error.ctx else " ".join(["alih", *argv[:1]])
    kind = type(error).__name__
    if kind == "NoSuchOption":
        known = _options(error.ctx)
        near = did_you_mean(error.option_name, known)
        return AlihError(
            "cli.unknown_option",
            option=error.option_name,
            command=command,
            known=", ".join(known),
            near=near,
        )
    if kind == "MissingParameter":
        return AlihError("cli.missing_argument", name=_name(error.param), command=command)
    if kind == "BadOptionUsage":
        return AlihError("cli.missing_value", option=error.option_name, command=command)
    if kind == "BadParameter" and error.param is not None:
        number = error.param.metavar in ("GB", "SHARE", "X")
        expected = say("cli.expected.number" if number else "cli.expected.whole_number")
        return AlihError(
            "cli.bad_value",
            name=_name(error.param),
            command=command,
            value=_given(error.param, argv),
            expected=expected,
        )
    extra = re.search(r"unexpected extra argument\S* \((.*)\)", error.format_message())
    if extra:
        return AlihError("cli.too_many", command=command, extra=extra[1])
    return AlihError("cli.misuse", command=command, reason=error.format_message())


def _name(parameter: Any) -> str:
    return (
        parameter.opts[0]
        if parameter.param_type_name == "option"
        else parameter.metavar or parameter.name.upper()
    )


def _given(parameter: Any, argv: Sequence[str]) -> str:
    """The value that stands behind an option in the arguments; the last one, which is the one that
    counts.
    """
    found = ""
    for argument, following in zip(argv, [*argv[1:], ""], strict=True):
        for option in parameter.opts:
            if argument == option:
                found = following
            elif argument.startswith(f"{option}="):
                found = argument.partition("=")[2]
    return found


def _options(context: Any) -> list[str]:
    parameters = context.command.params if context else []
    return [
        *(option for p in parameters if p.param_type_name == "option" for option in p.opts),
        "--help",
    ]


def missing_extra(error: ModuleNotFoundError, argv: Sequence[str]) -> Exception:
    """The sentence that names the extra which brings a missing package; `error` itself when no
    extra does.
    """
    package = (error.name or "").partition(".")[0]
    if package not in EXTRAS:
        return error
    command = next((argument for argument in argv if not argument.startswith("-")), "")
    return AlihError("common.needs_extra", command=command, extra=EXTRAS[package], missing=package)
