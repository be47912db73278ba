"""Every sentence a user reads, in English and Indonesian.

One module per room (`words/data.py`, `words/study.py`, ...) holds `WORDS = {"data.some_key": ("English", "Indonesia")}`.
A module is imported when one of its keys is first said, so that start-up pays only for what is shown.
"""

from __future__ import annotations

import importlib
import os
import re
import shlex
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePath
from typing import Any

LANGUAGES = ("en", "id")
ROOMS = (
    "common",
    "study",
    "data",
    "models",
    "exported",
    "features",
    "transfer",
    "training",
    "runs",
    "executors",
    "statistics",
    "evaluation",
    "inspect",
    "reports",
    "glossary",
    "verdicts",
    "serving",
    "watch",
    "track",
    "api",
    "cli",
)


class _Formatter(string.Formatter):
    """`{count:image|images}` is the form of the word that goes with the number; English needs it, Indonesian does not.

    `{count:,}`, `{share:.1%}` and `{value:.2f}` are numbers as the reader's language writes them.
    `{path!q}` is quoted for a shell, as a part of a command that is there to be pasted.
    """

    def convert_field(self, value: Any, conversion: Any) -> Any:
        if conversion == "q":
            return shlex.quote(value.as_posix() if isinstance(value, PurePath) else str(value))
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, several = format_spec.partition("|")
        if bar:
            return one if str(value) == "1" else several
        if format_spec == ",":
            return number(value, 0)
        if format_spec[:1] == "." and format_spec[-1] in "%f":
            return (percent if format_spec[-1] == "%" else number)(value, int(format_spec[1:-1]))
        return str(super().format_field(value, format_spec))


_FORMATTER = _Formatter()
_chosen: str | None = None
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def set_language(lang: str | None) -> None:
    """Choose the language of the process; None returns to `ALIH_LANG` or English."""
    global _chosen
    _chosen = None if lang is None else _known(lang)


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak `lang` inside the `with` block, whatever the language of the process.

    Other threads keep the language of the process. Raises ValueError for an unknown language.

    >>> with speaking("id"):
    ...     percent(0.5, 1)
    '50,0 %'
    """
    before = _spoken.set(_known(lang))
    try:
        yield
    finally:
        _spoken.reset(before)


def _known(lang: str) -> str:
    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r}; expected one of {LANGUAGES}")
    return lang


def language() -> str:
    """The language in force: that of `speaking`, else the chosen one, else `ALIH_LANG`, else
    English.
    """
    if chosen := _spoken.get() or _chosen:
        return chosen
    wanted = os.environ.get("ALIH_LANG", "en")[:2].lower()
    return wanted if wanted in LANGUAGES else "en"


def _template(key: str) -> str:
    room = key.split(".", 1)[0]
    words: dict[str, tuple[str, str]] = importlib.import_module(f"alih.words.{room}").WORDS
    return words[key][LANGUAGES.index(language())]


def say(key: str, /, **values: Any) -> str:
    """The sentence of `key`, filled in.

    >>> with speaking("id"):
    ...     say("common.seconds", seconds=12)
    '12 dtk'
    """
    return _FORMATTER.vformat(_template(key), (), values)


_SENTENCE_END = re.compile(r"[.!?]['\")]?(?=\s|\{(?:near|hint|known)\})")
_LAST_CLAUSE = re.compile(r"[,;:](?= (?:yang )?(?:expected|diharapkan|seharusnya)\b)|[;:](?=\s)")


def advice(key: str, /, **values: Any) -> str | None:
    """What an error's sentence says on how to go on: all after its first sentence, of a single one
    what was expected; None where it only says what is wrong.

    Sought in the catalogue's text, so that no value is taken for the end of a sentence.

    >>> advice("common.no_such_file", path="v1. final.yaml")
    'Check the path, or run `alih studies` for the built-in studies.'
    """
    template = _template(key)
    for boundary in (_SENTENCE_END, _LAST_CLAUSE):
        for found in boundary.finditer(template):
            inside = template.count("{", 0, found.start()) != template.count("}", 0, found.start())
            rest = _FORMATTER.vformat(template[found.end() :], (), values).strip()
            if rest and not inside:
                return rest
    return None


def has(key: str) -> bool:
    """Whether the catalogue knows `key`."""
    try:
        _template(key)
    except (KeyError, ModuleNotFoundError):
        return False
    return True


def number(value: float, digits: int = 4, sign: bool = False) -> str:
    """`value` with a fixed number of decimals: 1,234.5 in English, 1.234,5 in Indonesian.

    >>> with speaking("id"):
    ...     number(1234.5, 1)
    '1.234,5'
    """
    return localized(f"{value:{'+' if sign else ''},.{digits}f}".replace("-", "−"))


def localized(number: str) -> str:
    """A number as Python writes it, with the reader's decimal sign and separator of thousands."""
    return number.translate(str.maketrans(",.", ".,")) if language() == "id" else number


def percent(value: float, digits: int = 2, sign: bool = False) -> str:
    """A fraction as a percentage: 92.84 % in English, 92,84 % in Indonesian."""
    return number(100 * value, digits, sign) + " %"


def text(value: str | Mapping[Any, str]) -> str:
    """A text of a study document (`title`, `label`) in the reader's language, else in any it has."""
    if isinstance(value, str):
        return value
    return value.get(language()) or next(iter(value.values()))


def catalogue() -> dict[str, tuple[str, str]]:
    """All sentences of all rooms, for the tests that compare languages."""
    merged: dict[str, tuple[str, str]] = {}
    for room in ROOMS:
        merged.update(importlib.import_module(f"alih.words.{room}").WORDS)
    return merged
