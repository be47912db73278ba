"""Completion in bash, zsh and fish: commands, options, choices, names of studies and models, and
files.

The shell asks by `_ALIH_COMPLETE`; click finds the place in the line and writes what the shell
reads. Nothing here may print a sentence: the shell would offer it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
)

from alih.words import LANGUAGES, has, say

VARIABLE = "_ALIH_COMPLETE"
CHOICES = re.compile(r"[a-z][a-z0-9-]*(\|[a-z][a-z0-9-]*)+(\|[A-Z]+)?")
"""Metavars that list the values of an option: `auto|cpu|cuda|mps`, `imagenet|none|FILE`."""
PATHS = ("path", "file", "dir", "image", "data", "scores", "source", "target", "model", "strategy")
"""Words in a parameter's name or metavar that say that it takes a path."""
STUDY_FILES = (".yaml", ".yml")


class _Speaking(ShellComplete):
    """Completion that knows `--lang`, which stands anywhere and which click never sees."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """What could follow."""
        if args[-1:] == ["--lang"]:
            return _starting(LANGUAGES, incomplete)
        rest = list(args)
        while "--lang" in rest:
            at = rest.index("--lang")
            del rest[at : at + 2]
        found = super().get_completions(rest, incomplete)
        for one in found:
            # Help texts are keys of the catalogue; zsh and fish show them beside the names.
            one.help = say(one.help).partition("\n")[0] if one.help and has(one.help) else None
        if incomplete.startswith("-") and "--lang".startswith(incomplete):
            found.append(CompletionItem("--lang"))
        return found


class _Bash(_Speaking, BashComplete):
    """Bash, which is given the paths themselves: it cannot offer both names and its own files."""

    source_template = BashComplete.source_template.replace(
        "complete -o nosort", "complete -o nosort -o filenames"
    )

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """What could follow, with paths spelled out."""
        found = super().get_completions(args, incomplete)
        names = [one for one in found if one.type == "plain"]
        for one in found:
            if one.type != "plain":
                names += _paths(one.value, one.suffixes, files=one.type == "file")
        return names


class _Zsh(_Speaking, ZshComplete):
    """Zsh, which completes paths by itself."""


class _Fish(_Speaking, FishComplete):
    """Fish, which completes paths by itself."""


SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


def script(shell: str) -> str:
    """What a shell reads once to learn completion of `alih`."""
    return SHELLS[shell](click.Command("alih"), {}, "alih", VARIABLE).source()


def complete(instruction: str, tree: click.Command) -> int:
    """Answer a shell: `bash_complete` prints what could follow. Returns the exit code."""
    shell, _, wish = instruction.partition("_")
    if shell not in SHELLS or wish != "complete":
        return 1
    with contextlib.suppress(Exception):  # a traceback in the middle of a command line helps nobody
        print(SHELLS[shell](tree, {}, "alih", VARIABLE).complete())
    return 0


def offered(
    parameter: click.Parameter, context: click.Context, incomplete: str
) -> list[CompletionItem]:
    """What could stand for a value: the choices of an option, names that alih knows, or paths."""
    metavar = parameter.metavar or ""
    if CHOICES.fullmatch(metavar):
        names = [name for name in metavar.split("|") if name.islower()]
        return [*_starting(names, incomplete), *([_path(incomplete)] if "FILE" in metavar else [])]
    if parameter.name == "study" or metavar == "PATH_OR_STUDY":
        suffixes = STUDY_FILES if parameter.name == "study" else None
        return [*_starting(_studies(), incomplete), _path(incomplete, suffixes)]
    place = f"{context.command_path.partition(' ')[2]} {parameter.name}"
    names = list(NAMES[place]()) if place in NAMES else []
    if names:
        return _starting(names, incomplete)
    shown = f"{metavar} {parameter.name}".lower()
    if parameter.name == "folder" or metavar == "DIR":
        return [CompletionItem(incomplete, type="dir", suffixes=None)]
    return [_path(incomplete)] if any(word in shown for word in PATHS) else []


def _path(incomplete: str, suffixes: tuple[str, ...] | None = None) -> CompletionItem:
    return CompletionItem(incomplete, type="file", suffixes=suffixes)


def _starting(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _paths(
    incomplete: str, suffixes: tuple[str, ...] | None, files: bool = True
) -> list[CompletionItem]:
    """Folders and files that the text could become; files of these suffixes only, None: any."""
    typed, slash, begun = incomplete.rpartition("/")
    folder = Path((typed or "/") if slash else ".").expanduser()
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    fitting = [
        entry.name
        for entry in entries
        if entry.name.startswith(begun)
        and (begun.startswith(".") or not entry.name.startswith("."))
        and (entry.is_dir() or (files and (suffixes is None or entry.suffix in suffixes)))
    ]
    return [CompletionItem(f"{typed}{slash}{name}") for name in fitting]


def _studies() -> list[str]:
    from alih.study.loading import builtin_names

    return sorted(builtin_names())


def _models() -> list[str]:
    from alih.study.catalogue.architectures import ARCHITECTURES
    from alih.study.catalogue.presets import PRESETS

    return [*PRESETS, *ARCHITECTURES, *_backbones()]


def _backbones() -> list[str]:
    from alih.study.catalogue.backbones import CARDS

    return list(CARDS)


def _sets() -> list[str]:
    from alih.study.catalogue.sets import KNOWN_SETS

    return list(KNOWN_SETS)


def _documents() -> list[str]:
    from alih.cli.documents.table import DOCUMENTS, ERROR, STUDY

    return [STUDY, *DOCUMENTS, ERROR]


NAMES: dict[str, Callable[[], Iterable[str]]] = {
    "model name": _models,
    "model encoder": _backbones,
    "data fetch name": _sets,
    "weights fetch name": _backbones,
    "schema names": _documents,
}
"""Names that a parameter of a command takes."""
