"""Problems of a document: where, which key, what was given, what was expected, how to fix it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from alih.errors import AlihError
from alih.words import say


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: `where` is `file:line` or the command-line option, `path` the key in
    the document.
    """

    where: str
    path: str
    key: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        sentence = say(self.key, **self.values)
        return ": ".join(part for part in (self.where, self.path, sentence) if part)


def problem_at(path: str, key: str, /, **values: Any) -> Problem:
    """A problem of a key whose place in the document is still to be found."""
    return Problem("", path, key, values)


class StudyError(AlihError):
    """A document that cannot be used, with all its problems, one line each."""

    @classmethod
    def of(cls, source: str, problems: Sequence[Problem]) -> StudyError:
        """The error for `source` (a file or a name) with these problems, equal ones said once."""
        unique: list[Problem] = []
        for problem in problems:
            if problem not in unique:
                unique.append(problem)
        unique.sort(key=_line)
        return cls("study.invalid", source=source, count=len(unique), problems=tuple(unique))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems in the order of the document."""
        return self.values["problems"]

    def __str__(self) -> str:
        return "\n".join(
            [say(self.key, **self.values), *(f"  {problem}" for problem in self.problems)]
        )


def _line(problem: Problem) -> int:
    line = problem.where.rsplit(":", 1)[-1]
    return int(line) if line.isdigit() else 0  # what the command line brought in comes first
