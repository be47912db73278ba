"""Errors as JSON, for commands that were called with `--json`: code, message, place and cure."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

from alih.errors import AlihError
from alih.words import advice

OPTION = re.compile(r"^(-o|--[a-z-]+)\b")
FILES = ("path", "file", "source")
"""Values of a sentence that name a file, the likeliest first."""


def asks_for_json(argv: Sequence[str]) -> bool:
    """Whether `--json` stands among the arguments, before `--`."""
    options = list(argv)
    return "--json" in (options[: options.index("--")] if "--" in options else options)


def show(error: BaseException, argv: Sequence[str], code: str = "cli.defect") -> None:
    """Print the document of an error on standard output, in place of the command's own. `code` is
    for errors without a sentence.
    """
    if isinstance(error, AlihError):
        told = described(error, command_of(argv))
    else:
        place = _where(command_of(argv))
        told = {"code": code, "message": str(error) or type(error).__name__, "where": place}
        told |= {"fix": None, "problems": []}
    text = json.dumps({"error": told}, indent=2, ensure_ascii=False)
    # Names of files may hold bytes that are no text; JSON has only text.
    print(text.encode("utf-8", "backslashreplace").decode("utf-8"))
    sys.stdout.flush()


def described(error: AlihError, command: str) -> dict[str, Any]:
    """An error as plain values, in the reader's language: `documents.failure.Error`."""
    problems = [_problem(one, command) for one in _several(error)]
    told = _problem(error, command)
    if problems:
        told |= {"where": problems[0]["where"], "fix": problems[0]["fix"]}
    return told | {"message": str(error), "problems": problems}


def command_of(argv: Sequence[str]) -> str:
    """The command that arguments name, as far as there is one: `alih data fetch`."""
    import click

    from alih.cli.app import build

    command: click.Command = build()
    names = ["alih"]
    for word in argv:
        if not isinstance(command, click.Group):
            break
        if word in command.commands:
            names.append(word)
            command = command.commands[word]
    return " ".join(names)


def _several(error: AlihError) -> Sequence[Any]:
    """The mistakes that an error gathers: problems of a document, or errors of files."""
    return error.values.get("problems") or error.values.get("errors") or ()


def _problem(one: Any, command: str) -> dict[str, Any]:
    """An error, or a problem of a document, which has a key and values, too."""
    sentence = str(one)
    place = _where(command)
    if isinstance(one, AlihError):
        place |= _of_values(one.values, sentence)
    else:
        file, colon, line = one.where.rpartition(":")
        if colon and line.isdigit():
            place |= {"file": file, "line": int(line)}
        else:
            place["option" if one.where.startswith("-") else "file"] = one.where or None
        place["key"] = one.path or None
    return {
        "code": one.key,
        "message": sentence,
        "where": place,
        "fix": advice(one.key, **one.values),
    }


def _of_values(values: dict[str, Any], sentence: str) -> dict[str, Any]:
    """The place that an error's values tell, and the option that its sentence begins with."""
    found: dict[str, Any] = {}
    named = next((values[key] for key in FILES if values.get(key)), None)
    if named is not None:
        found["file"] = str(named)
    if isinstance(values.get("line"), int):
        found["line"] = values["line"]
    option = OPTION.match(sentence)
    if option or "option" in values:
        found["option"] = option[1] if option else str(values["option"])
    elif "command" in values and isinstance(values.get("name"), str) and "path" not in values:
        found["option"] = values["name"]  # what click missed or could not read
    return found


def _where(command: str) -> dict[str, Any]:
    return {"command": command} | dict.fromkeys(("option", "file", "line", "key"))
