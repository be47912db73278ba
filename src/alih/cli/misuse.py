"""What click refuses, in our own sentences: what was given, what was expected, the nearest name."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from alih import words
from alih.errors import AlihError
from alih.words import say
from alih.words.phrase import did_you_mean


def slot(parameter: click.Parameter) -> str:
    """What stands for a value on help pages and in errors: STUDY, in Indonesian STUDI."""
    shown = parameter.metavar or (parameter.name or "").upper()
    return re.sub("[A-Z]{2,}", lambda word: _translated(word[0]), shown)


def _translated(word: str) -> str:
    key = f"cli.slot.{word.lower()}"
    return say(key) if words.has(key) else word


def named(parameter: click.Parameter) -> str:
    """A parameter as a user knows it: `--seeds`, STUDY."""
    return parameter.opts[0] if isinstance(parameter, click.Option) else slot(parameter)


def option_names(command: click.Command) -> list[str]:
    """Every option of a command, as it is written."""
    options = [p for p in command.params if isinstance(p, click.Option)]
    return [*(name for p in options for name in p.opts), "--lang", "--help"]


def explain(error: click.UsageError, context: click.Context) -> AlihError:
    """What click refused in `context` as an AlihError (exit code 2)."""
    command, parameters = context.command_path, context.command.params
    match error:
        case click.NoSuchOption(option_name=option):
            known = option_names(context.command)
            if "--set" in known and (key := _key(option)) is not None:
                return AlihError("cli.key_of_study", option=option, command=command, key=key)
            near = did_you_mean(option, known)
            return AlihError(
                "cli.unknown_option",
                option=option,
                command=command,
                known=", ".join(known),
                near=near,
            )
        case click.MissingParameter(param=click.Parameter() as parameter):
            return AlihError("cli.missing_argument", name=named(parameter), command=command)
        case click.BadOptionUsage(option_name=option):
            flag = any(option in p.opts for p in parameters if getattr(p, "is_flag", False))
            key = "cli.surplus_value" if flag else "cli.missing_value"
            return AlihError(key, option=option, command=command)
    return AlihError("cli.misuse", command=command, reason=error.format_message())


def _key(option: str) -> str | None:
    """The key of a study document that an option is called after, None where there is none."""
    from alih.study.document.train import Train

    name = option.lstrip("-").replace("-", "_").lower()
    return f"train.{name}" if name in Train.model_fields else None


def missing_extra(error: ModuleNotFoundError, argv: Sequence[str]) -> Exception:
    """The sentence that names the extra which brings a missing package; `error` itself when no
    extra does.
    """
    from alih.api.machine import EXTRAS, TRACKERS

    package = (error.name or "").partition(".")[0]
    extras = EXTRAS | TRACKERS
    if package not in extras:
        return error
    command = next((argument for argument in argv if not argument.startswith("-")), "")
    return AlihError("common.needs_extra", command=command, extra=extras[package], missing=package)
