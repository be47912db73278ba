"""YAML without surprises: YAML 1.2 scalars, line numbers for every key, and limits for hostile
documents.

PyYAML's own rules would read `no` as false and `1e-3` as text, keep the last of two equal keys, and
expand nested aliases without end. Only PyYAML's composer is used here (the C one where it is
there); what its nodes mean is decided below.
"""

from __future__ import annotations

import math
import re
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


def _untagged(loader: Any) -> Any:
    """A loader whose nodes have no tags but those that a document writes."""
    return type("Loader", (loader,), {"resolve": lambda *_: ""})


_Loader = _untagged(getattr(yaml, "CSafeLoader", yaml.SafeLoader))


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
    """Turns nodes into values; recursion is bounded by DEEPEST, size by LARGEST_VALUES."""

    def __init__(self, source: str, text: str, numbered: bool = True) -> None:
        self.source = source
        self.text = text
        self.numbered = numbered
        self.places: dict[Path, str] = {}

    def refuse(self, line: int, key: str, /, **values: Any) -> NoReturn:
        raise StudyError.of(self.source, [Problem(self._place(line), "", key, values)])

    def _place(self, line: int) -> str:
        return f"{self.source}:{line + 1}" if self.numbered else self.source

    def document(self) -> Any:
        try:
            self._refuse_deep()
            node = yaml.compose(self.text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except yaml.YAMLError:
            self.refuse(0, "study.not_text")
        return None if node is None else self._value(node, ())

    def _refuse_deep(self) -> None:
        """The C composer calls itself for every level, and a million of them end the process."""
        depth = 0
        event: Any
        for event in yaml.parse(self.text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                self.refuse(event.start_mark.line, "study.too_deep", limit=DEEPEST)

    def _syntax(self, error: yaml.MarkedYAMLError) -> NoReturn:
        mark, problem = error.problem_mark or error.context_mark, str(error.problem or "")
        line = mark.line if mark else 0
        lines = self.text.splitlines() or [""]
        shown = lines[min(line, len(lines) - 1)]
        if "undefined alias" in problem and mark:
            name = re.split(r"[\s,\]}]", shown[mark.column + 1 :])[0]
            self.refuse(line, "study.unknown_alias", name=name)
        if "duplicate anchor" in str(error.context):
            self.refuse(line, "study.anchor_twice")
        if "another document" in problem:
            self.refuse(line, "study.several_documents")
        if "\t" in shown[: len(shown) - len(shown.lstrip())] or (
            "\\t" in problem or "'\t'" in problem
        ):
            self.refuse(line, "study.tab")
        self.refuse(line, "study.yaml_syntax", text=shown.strip()[:60])

    def _value(self, node: Any, path: Path) -> Any:
        line = node.start_mark.line
        if len(self.places) > LARGEST_VALUES:  # an alias counts as often as it stands for something
            self.refuse(line, "study.too_many_values", limit=LARGEST_VALUES)
        if len(path) > DEEPEST:  # also an alias inside what it stands for
            self.refuse(line, "study.too_deep", limit=DEEPEST)
        if node.tag:
            self.refuse(line, "study.tag", tag=node.tag)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            items = []
            for index, item in enumerate(node.value):
                self.places[*path, index] = self._place(item.start_mark.line)
                items.append(self._value(item, (*path, index)))
            return items
        return node.value if node.style else scalar(node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            line, inner = key.start_mark.line, (*path, key.value)
            if not isinstance(key, yaml.ScalarNode) or key.tag:
                self.refuse(line, "study.key_not_text")
            if key.value in mapping:
                first = self.places[inner].rsplit(":", 1)[-1]
                self.refuse(line, "study.duplicate_key", name=key.value, first=first)
            self.places[inner] = self._place(line)
            mapping[key.value] = self._value(value, inner)
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
