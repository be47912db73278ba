"""The tree of commands, with help texts in the reader's language.

Commands are declared with keys of the word catalogue as their help (`help="cli.run.help"`); `build`
fills the sentences in after the language is known. Command bodies import their rooms inside, so
that `alih --help` pays for none of them.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from alih import words
from alih.cli.options import Lang
from alih.errors import AlihError
from alih.words import say
from alih.words.phrase import did_you_mean


def _flags(parameter: Any) -> str:
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {parameter.metavar or parameter.name.upper()}"


def _write_help(command: Any, context: Any, formatter: Any) -> None:
    """Usage, the help text, arguments, options and sub-commands: click's layout without its fixed
    English headings.
    """
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    children = getattr(command, "commands", {})
    names = [p.metavar or p.name.upper() for p in arguments]
    slots = [n if p.required else f"[{n}]" for n, p in zip(names, arguments, strict=True)]
    slots += [say("cli.help.slot_options")] + ([say("cli.help.slot_command")] if children else [])
    formatter.write_usage(context.command_path, " ".join(slots), prefix=say("cli.help.usage") + " ")
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(command.help or "")
    if arguments:
        with formatter.section(say("cli.help.arguments")):
            formatter.write_dl(
                [(name, p.help or "") for name, p in zip(names, arguments, strict=True)]
            )
    if children:
        with formatter.section(say("cli.help.commands")):
            formatter.write_dl(
                [
                    (name, child.help.split("\n")[0])
                    for name, child in children.items()
                    if not child.hidden
                ]
            )
    rows = [(_flags(p), p.help or "") for p in options] + [("--help", say("cli.help.help"))]
    with formatter.section(say("cli.help.options")):
        formatter.write_dl(rows)


class Command(TyperCommand):
    """A command whose help speaks the reader's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page."""
        _write_help(self, ctx, formatter)


class Group(TyperGroup):
    """A group whose help speaks the reader's language and which names the nearest command."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page."""
        _write_help(self, ctx, formatter)

    def list_commands(self, ctx: Any) -> list[str]:
        """Commands in the order of a study's life, not of the alphabet."""
        return list(self.commands)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command named by the first argument. Raises AlihError with the nearest name when
        there is none.
        """
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            known = list(self.commands)
            raise AlihError(
                "cli.unknown_command",
                name=args[0],
                near=did_you_mean(args[0], known),
                known=", ".join(known),
            )
        return super().resolve_command(ctx, args)


def _new(**settings: Any) -> typer.Typer:
    return typer.Typer(
        cls=Group,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        **settings,
    )


def _root(
    lang: Lang = None,
    version: Annotated[bool, typer.Option("--version", help="cli.opt.version")] = False,
) -> None:
    """Hold the options of `alih` itself; `--lang` is taken out of the arguments before they come
    here.
    """
    if version:
        from importlib.metadata import version as installed

        print(installed("alih"))
        raise typer.Exit(0)


def _translate(command: Any) -> None:
    for thing in [command, *command.params]:
        if getattr(thing, "help", None) and words.has(thing.help):
            thing.help = say(thing.help)
    for child in getattr(command, "commands", {}).values():
        _translate(child)


def build() -> Any:
    """The command tree in the language in force, as a click command."""
    from alih.cli.commands import (
        inspecting,
        look,
        machine,
        predicting,
        results,
        running,
        strategies,
        studies,
    )
    from alih.cli.commands import scores as outside

    app = _new(help="cli.help.main")
    app.callback(invoke_without_command=True)(_root)
    for function in (
        studies.studies,
        studies.new,
        studies.check,
        studies.plan,
        running.run,
        results.status,
        results.compare,
        results.report,
    ):
        app.command(help=f"cli.{function.__name__}.help", cls=Command)(function)
    app.command(help="cli.verdict.help", cls=Command)(outside.verdict)
    app.command(help="cli.model.help", cls=Command)(studies.model)
    app.command(help="cli.look.help", cls=Command)(look.look)
    app.command(help="cli.predict.help", cls=Command)(predicting.predict)
    app.command(help="cli.scout.help", cls=Command)(inspecting.scout)
    app.command(help="cli.domains.help", cls=Command)(inspecting.domains)
    app.command("test-strategy", help="cli.test_strategy.help", cls=Command)(
        strategies.check_strategy
    )
    data = _new(help="cli.data.help", no_args_is_help=True)
    data.command("list", help="cli.data_list.help", cls=Command)(machine.data_list)
    data.command("fetch", help="cli.data_fetch.help", cls=Command)(machine.data_fetch)
    app.add_typer(data, name="data")
    weights = _new(help="cli.weights.help", no_args_is_help=True)
    weights.command("list", help="cli.weights_list.help", cls=Command)(machine.weights_list)
    weights.command("fetch", help="cli.weights_fetch.help", cls=Command)(machine.weights_fetch)
    app.add_typer(weights, name="weights")
    cache = _new(help="cli.cache.help")
    cache.callback(invoke_without_command=True)(machine.cache)
    cache.command("prune", help="cli.cache_prune.help", cls=Command)(machine.cache_prune)
    app.add_typer(cache, name="cache")
    app.command(help="cli.doctor.help", cls=Command)(machine.doctor)
    app.command(help="cli.schema.help", cls=Command)(studies.schema)
    command = typer.main.get_command(app)
    _translate(command)
    return command
