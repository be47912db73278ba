"""What commands are declared with: click's classes, with help and errors in the reader's language.

Help texts are keys of the word catalogue (`help="cli.run.help"`), put into words when a page is
shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from alih.cli import completion
from alih.cli.misuse import explain, named, slot
from alih.errors import AlihError
from alih.words import say
from alih.words.phrase import did_you_mean


def _write_help(command: click.Command, context: click.Context, page: click.HelpFormatter) -> None:
    """Usage, the help text, arguments, commands and options: click's layout in our language."""
    arguments = [p for p in command.params if isinstance(p, Argument)]
    options = [p for p in command.params if isinstance(p, click.Option)]
    children = command.commands if isinstance(command, Group) else {}
    slots = [
        *map(slot, arguments),
        *(f"{p.opts[0]} {slot(p)}" for p in options if p.required),
        say("cli.help.slot_options"),
    ]
    slots += [say("cli.help.slot_command")] if children else []
    page.write_usage(context.command_path, " ".join(slots), prefix=say("cli.help.usage") + " ")
    page.write_paragraph()
    with page.indentation():
        page.write_text(say(command.help or ""))
    if arguments:
        with page.section(say("cli.help.arguments")):
            page.write_dl([(slot(p), say(p.help or "")) for p in arguments])
    if children:
        with page.section(say("cli.help.commands")):
            page.write_dl(
                [(name, say(c.help or "").split("\n")[0]) for name, c in children.items()]
            )
    rows = [
        (", ".join(p.opts) + ("" if p.is_flag else f" {slot(p)}"), say(p.help or ""))
        for p in options
    ]
    rows += [("--lang en|id", say("cli.opt.lang")), ("--help", say("cli.help.help"))]
    with page.section(say("cli.help.options")):
        page.write_dl(rows)


class _Spoken(click.Command):
    """A command whose help page and errors are in the reader's language, and whose values a shell
    can complete.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        for parameter in self.params:
            # Here once, so that no declaration has to ask for it.
            offer = partial(completion.offered, parameter)
            parameter.shell_complete = offer  # type: ignore[method-assign]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help page."""
        _write_help(self, ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments. Raises AlihError for what click refuses."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise explain(error, ctx) from error


class Command(_Spoken):
    """A command; more arguments than it has places for are refused in our words."""

    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments. Raises AlihError for what cannot be used."""
        rest = super().parse_args(ctx, args)
        if ctx.resilient_parsing:  # a shell asks what could follow
            return rest
        for argument in self.params:
            # What a shell makes of an empty variable would else be the present directory.
            if isinstance(argument, Argument) and "" in _several(ctx.params.get(argument.name)):
                name = slot(argument)
                raise AlihError("cli.missing_argument", name=name, command=ctx.command_path)
        if rest:
            raise AlihError("cli.too_many", command=ctx.command_path, extra=" ".join(rest))
        return rest


class Group(_Spoken, click.Group):
    """A group that shows its help page where no command is named, and the nearest command where an
    unknown one is.
    """

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments up to the command's name."""
        bare = [] if self.invoke_without_command else ["--help"]
        return super().parse_args(ctx, args or bare)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command named by the first argument. Raises AlihError when there is none."""
        name, known = args[0], list(self.commands)
        if name not in known and not ctx.resilient_parsing:
            near = did_you_mean(name, known)
            raise AlihError(
                "cli.unknown_command",
                name=name,
                near=near,
                known=", ".join(known),
                command=ctx.command_path,
            )
        return super().resolve_command(ctx, args)


class Argument(click.Argument):
    """An argument that explains itself, which click knows from 8.5 on."""

    def __init__(self, names: list[str], help: str, **settings: Any) -> None:
        super().__init__(names, **settings)
        self.help = help


class Value(click.ParamType):
    """A value on the command line that `read` makes of the text; `expected` says what is missing
    where it raises ValueError.
    """

    def __init__(self, name: str, read: Callable[[str], Any], expected: str) -> None:
        self.name, self._read, self._expected = name, read, expected

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value. Raises AlihError that repeats what was given."""
        try:
            return self._read(str(value))
        except ValueError as error:
            assert param is not None
            assert ctx is not None
            raise AlihError(
                "cli.bad_value",
                name=named(param),
                command=ctx.command_path,
                value=value,
                expected=say(self._expected),
            ) from error


def _several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


command = partial(click.command, cls=Command)
group = partial(click.group, cls=Group)
argument = partial(click.argument, cls=Argument)
WHOLE = Value("whole number", int, "cli.expected.whole_number")
NUMBER = Value("number", _finite, "cli.expected.number")
