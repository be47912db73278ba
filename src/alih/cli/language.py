"""The reader's language, found in the arguments before any help text is built."""

from __future__ import annotations

from collections.abc import Sequence

from alih.errors import AlihError
from alih.words import LANGUAGES


def take_language(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """The value of `--lang`, wherever it stands before `--`, and the arguments without it.

    The last one counts. Raises AlihError for a language there are no sentences in.

    >>> take_language(["run", "quickstart", "--lang", "id"])
    ('id', ['run', 'quickstart'])
    """
    rest: list[str] = []
    chosen: str | None = None
    arguments = iter(argv)
    for argument in arguments:
        if argument == "--":
            rest += ["--", *arguments]
        elif argument == "--lang":
            chosen = _checked(next(arguments, ""))
        elif argument.startswith("--lang="):
            chosen = _checked(argument.removeprefix("--lang="))
        else:
            rest.append(argument)
    return chosen, rest


def _checked(value: str) -> str:
    if value not in LANGUAGES:
        raise AlihError("cli.unknown_language", value=value, languages=", ".join(LANGUAGES))
    return value
