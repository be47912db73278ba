"""Problems of a document: where, which key, what came, what was expected, how to fix it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from alih.errors import AlihError
from alih.words import say


@dataclass(frozen=True)
class Phrase:
    """A part of a sentence that is put into the reader's language only when the sentence is read."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return say(self.key, **self.values)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: `where` is `file:line` or the command-line option, `path` the key in the document."""

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
        return "\n".join([say(self.key, **self.values), *(f"  {problem}" for problem in self.problems)])


def shown(value: Any) -> str:
    """A value for a message: one line of at most 60 letters."""
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(value))
    return text if len(text) <= 60 else text[:59] + "…"


def _line(problem: Problem) -> int:
    line = problem.where.rsplit(":", 1)[-1]
    return int(line) if line.isdigit() else 0  # what the command line brought in comes first


def nearest(name: Any, names: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, or None when none is close.

    >>> nearest("epohs", ["epochs", "lr"])
    'epochs'
    """
    candidates = {str(known).lower().replace("-", "_"): str(known) for known in names}
    asked = str(name).lower().replace("-", "_")
    found = difflib.get_close_matches(asked, candidates, n=1, cutoff=0.6)
    if not found:
        found = [known for known in candidates if len(asked) > 2 and (known.startswith(asked) or asked.startswith(known))][:1]
    return candidates[found[0]] if found else None


def known(name: Any, names: Iterable[str]) -> Phrase:
    """The end of a sentence about an unknown name: the nearest known one, if any is close, and the list of all."""
    names = [str(known) for known in names]
    listed = ", ".join(names)
    close = nearest(name, names)
    return Phrase("study.known_near", {"near": close, "names": listed}) if close else Phrase("study.known", {"names": listed})
