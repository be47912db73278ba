"""YAML without surprises: YAML 1.2 scalars, line numbers for every key, and limits for hostile
documents.

PyYAML's own rules would read `no` as false and `1e-3` as text, keep the last of two equal keys, and
expand nested aliases without end. Only PyYAML's parser is used here (the C one where it is there);
what its events mean is decided below.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from alih.study.document.problems import Problem, StudyError
from alih.words.phrase import Phrase

Path = tuple[str | int, ...]

LARGEST_BYTES = 1_000_000
LARGEST_VALUES = 50_000
DEEPEST = 40

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def scalar(text: str) -> Any:
    """The value of an unquoted scalar by the core schema of YAML 1.2 (numbers in decimal notation
    only).

    >>> scalar("1e-3"), scalar("no"), scalar("true"), scalar("0x10")
    (0.001, 'no', True, '0x10')
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text) and len(text) < 400:
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


@dataclass(frozen=True)
class Document:
    """A document's values, and where each key stands (`file:line`, or a command-line option)."""

    source: str
    values: dict[str, Any]
    places: dict[Path, str] = field(default_factory=dict)

    def where(self, path: Path) -> str:
        """The place of a key, or of the closest key around it that was written."""
        for length in range(len(path), -1, -1):
            place = self.places.get(tuple(path[:length]))
            if place:
                return place
        return self.source


def parse(text: str, source: str) -> Document:
    """Read one YAML document that holds a mapping. Raises StudyError with `source` and the line."""
    if len(text) > LARGEST_BYTES:
        raise StudyError.of(
            source,
            [Problem(source, "", "study.too_large", {"megabytes": f"{LARGEST_BYTES / 1e6:g}"})],
        )
    reader = _Reader(source, text)
    values = reader.document()
    if not isinstance(values, dict):
        reader.refuse(0, "study.not_a_mapping", got=type_phrase(values))
    return Document(source, values, reader.places)


def value_of(text: str, option: str) -> Any:
    """Read the right-hand side of `--set KEY=VALUE` by the same rules. Raises StudyError naming the
    option.
    """
    return _Reader(option, text, numbered=False).document() if text else None


class _Reader:
    """Turns the parser's events into values; recursion is bounded by DEEPEST, size by
    LARGEST_VALUES.
    """

    def __init__(self, source: str, text: str, numbered: bool = True) -> None:
        self.source = source
        self.text = text
        self.numbered = numbered
        self.places: dict[Path, str] = {}
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.count = 0

    def refuse(self, line: int, key: str, /, **values: Any) -> NoReturn:
        raise StudyError.of(self.source, [Problem(self._place(line), "", key, values)])

    def _place(self, line: int) -> str:
        return f"{self.source}:{line + 1}" if self.numbered else self.source

    def document(self) -> Any:
        try:
            self.events: Iterator[Any] = iter(yaml.parse(self.text, Loader=_Loader))
            next(self.events)
            if isinstance(next(self.events), yaml.StreamEndEvent):
                return None
            value = self._value(next(self.events), ())
            next(self.events)
            more = next(self.events)
            if not isinstance(more, yaml.StreamEndEvent):
                self.refuse(more.start_mark.line, "study.several_documents")
            return value
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._syntax(mark.line if mark else 0, str(error.problem or ""))
        except yaml.YAMLError:
            self.refuse(0, "study.not_text")

    def _syntax(self, line: int, problem: str) -> NoReturn:
        if "nesting" in problem:  # newer parsers have a limit of their own
            self.refuse(line, "study.too_deep", limit=DEEPEST)
        lines = self.text.splitlines() or [""]
        shown = lines[min(line, len(lines) - 1)]
        if "\t" in shown[: len(shown) - len(shown.lstrip())] or (
            "\\t" in problem or "'\t'" in problem
        ):
            self.refuse(line, "study.tab")
        self.refuse(line, "study.yaml_syntax", text=shown.strip()[:60])

    def _value(self, event: Any, path: Path) -> Any:
        line = event.start_mark.line
        self.count += 1
        if self.count > LARGEST_VALUES:
            self.refuse(line, "study.too_many_values", limit=LARGEST_VALUES)
        if len(path) > DEEPEST:
            self.refuse(line, "study.too_deep", limit=DEEPEST)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, line)
        if event.tag is not None:
            self.refuse(line, "study.tag", tag=event.tag)
        before = self.count
        if isinstance(event, yaml.ScalarEvent):
            value: Any = scalar(event.value) if event.implicit[0] else event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(path)
        else:
            value = self._mapping(path)
        if event.anchor:
            self.anchors[event.anchor] = (value, self.count - before + 1)
        return value

    def _alias(self, event: Any, line: int) -> Any:
        if event.anchor not in self.anchors:
            self.refuse(line, "study.unknown_alias", name=event.anchor)
        value, size = self.anchors[event.anchor]
        self.count += (
            size  # what the alias stands for counts in full, so that nested aliases cannot explode
        )
        if self.count > LARGEST_VALUES:
            self.refuse(line, "study.too_many_values", limit=LARGEST_VALUES)
        return value

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            inner = (*path, len(items))
            self.places[inner] = self._place(event.start_mark.line)
            items.append(self._value(event, inner))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = event.start_mark.line
            if not isinstance(event, yaml.ScalarEvent) or event.tag is not None:
                self.refuse(line, "study.key_not_text")
            key = event.value
            inner = (*path, key)
            if key in mapping:
                first = self.places[inner].rsplit(":", 1)[-1]
                self.refuse(line, "study.duplicate_key", name=key, first=first)
            self.places[inner] = self._place(line)
            mapping[key] = self._value(next(self.events), inner)
        return mapping


def type_phrase(value: Any) -> Phrase:
    """The kind of a value in the reader's words: text, a whole number, a list ..."""
    kinds = {
        bool: "boolean",
        int: "whole_number",
        float: "number",
        str: "text",
        list: "list",
        tuple: "list",
        dict: "mapping",
    }
    return Phrase(f"study.kind_{kinds.get(type(value), 'nothing')}")


class _Dumper(yaml.SafeDumper):
    """Writes what `parse` reads back equal: text that looks like a number or a constant is
    quoted.
    """

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.yaml_implicit_resolvers = {
    key: list(value) for key, value in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(rf"^(?:{_FLOAT.pattern})$"), list("-+.0123456789")
)


def dump(values: dict[str, Any]) -> str:
    """Canonical YAML of plain values, in the order given."""
    return yaml.dump(
        values,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=120,
        default_flow_style=False,
    )
