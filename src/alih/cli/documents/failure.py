"""The document of a command that could not do what was asked."""

from __future__ import annotations

from pydantic import Field

from alih.cli.documents.base import Document


class Where(Document):
    """The place of a mistake, as far as it is known."""

    command: str
    """The command, such as `alih data fetch`."""
    option: str | None = None
    """The option or argument that was wrong."""
    file: str | None = None
    """The file or folder that could not be used."""
    line: int | None = None
    """The line in that file, counted from 1."""
    key: str | None = None
    """The key in the study document, such as `train.lr`."""


class Problem(Document):
    """One of several mistakes that were found at once, as in a study document."""

    code: str
    """The name of the sentence; stable."""
    message: str
    """What was given, what was expected, how to correct it."""
    where: Where
    """Where it is."""
    fix: str | None = None
    """The part of the message that says how to go on."""


class Error(Problem):
    """Why a command stopped."""

    problems: list[Problem] = Field(default_factory=list)
    """Every mistake, where several were found at once; `where` and `fix` are then the first's."""


class Failure(Document):
    """What any command prints with `--json` when it stops before its result, on standard output in
    place of its own document. The exit code is 2, after an interruption 130, 143 or 129, and 1
    where the cause is a mistake in alih itself.
    """

    error: Error
    """Why the command stopped."""
