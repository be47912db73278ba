"""Pages that are generated: commands, Python, keys of a study, JSON of commands, errors."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

import alih
from alih import words
from alih.cli.app import build
from alih.cli.documents.table import DOCUMENTS, ERROR, STUDY, schema_of
from alih.words import say, speaking

SOURCE = Path(alih.__file__).parent
RAISED = ("Error", "Refused", "Damaged", "problem_at", "Problem")
"""How names end of what takes the key of an error's sentence."""


def pages() -> dict[str, str]:
    """The text of each page by its path in the site."""
    with speaking("en"):
        english = commands("Commands")
    with speaking("id"):
        indonesian = commands("Perintah")
    return {
        "reference/commands.md": english,
        "id/commands.md": indonesian,
        "reference/python.md": python(),
        "reference/study-keys.md": study_keys(),
        "reference/errors.md": errors(),
        "schema/index.md": documents(),
        "design/index.md": design(),
    }


# --- Commands
# --------------------------------------------------------------------------------------------------


def commands(title: str) -> str:
    """The help page of every command, in the language in force."""
    tree = build()
    parts = [f"# {title}", "", say(tree.help or "").replace("\n\n", "\n\n")]
    for path, command in _commands(tree):
        parts += ["", f"## {' '.join(path)}", "", "```text", _help(path, command), "```"]
    return "\n".join(parts) + "\n"


def _commands(
    command: click.Command, path: tuple[str, ...] = ("alih",)
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, (*path, name))


def _help(path: tuple[str, ...], command: click.Command) -> str:
    context: click.Context | None = None
    for name in path:
        context = click.Context(command, parent=context, info_name=name, max_content_width=92)
        context.terminal_width = 92
    assert context is not None
    return command.get_help(context)


# --- Python
# --------------------------------------------------------------------------------------------------


def python() -> str:
    """Every public name with its signature and docstring."""
    import griffe

    package = griffe.load("alih", search_paths=[str(SOURCE.parent)], docstring_parser="google")
    api = package["api"]
    parts = [
        "# Python",
        "",
        "`import alih` is quick; what a name needs is imported when it is first used. Values print "
        "what the commands print and show a table in a notebook.",
    ]
    for name in alih.__all__:
        found = api[name]
        target = found.final_target if found.is_alias else found
        parts += ["", f"## alih.{name}", *_object(target)]
        if target.is_class:
            for member in target.members.values():
                if member.is_function and not member.name.startswith("_") and member.docstring:
                    parts += ["", f"### {name}.{member.name}", *_object(member)]
    return "\n".join(parts) + "\n"


def _object(found: Any) -> list[str]:
    parts = ["", "```python", _signature(found), "```", ""]
    for section in found.docstring.parsed if found.docstring else ():
        kind = section.kind.value
        if kind == "text":
            parts += [_with_examples(section.value), ""]
        elif kind == "parameters":
            parts += ["| parameter | default | meaning |", "|---|---|---|"]
            parts += [
                f"| `{one.name}` | {_code(one.default)} | {_cell(one.description)} |"
                for one in section.value
            ]
            parts.append("")
        elif kind in ("returns", "yields"):
            told = " ".join(_cell(one.description) for one in section.value)
            parts += [f"**Gives** {told}", ""]
        elif kind == "raises":
            parts += [
                f"**Raises** `{one.annotation}`: {_cell(one.description)}\n"
                for one in section.value
            ]
        elif kind == "examples":
            told = "\n".join(str(text) for _, text in section.value)
            parts += [_with_examples(told), ""]
    return parts


def _signature(found: Any) -> str:
    if not found.is_function:
        return f"class {found.name}"
    shown = []
    for one in found.parameters:
        if one.name == "self":
            continue
        annotation = f": {one.annotation}" if one.annotation is not None else ""
        default = (
            f" = {one.default}"
            if one.default is not None and not one.kind.value.startswith("variadic")
            else ""
        )
        star = {"variadic positional": "*", "variadic keyword": "**"}.get(one.kind.value, "")
        if (
            one.kind.value == "keyword-only"
            and "*" not in shown
            and not any(s.startswith("*") for s in shown)
        ):
            shown.append("*")
        shown.append(f"{star}{one.name}{annotation}{default}")
    gives = f" -> {found.returns}" if found.returns is not None else ""
    line = f"{found.name}({', '.join(shown)}){gives}"
    return (
        line if len(line) <= 88 else f"{found.name}(\n    " + ",\n    ".join(shown) + f",\n){gives}"
    )


# --- Schemas
# --------------------------------------------------------------------------------------------------


def documents() -> str:
    """A table of keys for what each command prints with `--json`, and for errors."""
    parts = [
        "# JSON of commands",
        "",
        "What each command prints with `--json`, key by key: [how to use it](../json.md). The "
        "schema itself: `alih schema COMMAND`. `[]` stands for the entries of a list, `*` for "
        "names of your own. A key that may be left out is in italics.",
        "",
        "Errors of all commands: [error](#error).",
    ]
    for name in (*DOCUMENTS, ERROR):
        schema = schema_of(name)
        about = _described(schema)
        parts += ["", f"## {name}", "", about, "", "| key | holds | meaning |", "|---|---|---|"]
        if name == "run":
            schema["$defs"] |= {"Plan": {"type": "object"}, "Comparison": {"type": "object"}}
        parts += [f"| {path} | {kind} | {meaning} |" for path, kind, meaning in _rows(schema)]
        if name == "run":
            parts += [
                "",
                "`status` has the keys of [status](#status), `comparison` those of "
                "[compare](#compare).",
            ]
    return "\n".join(parts) + "\n"


def study_keys() -> str:
    """Every key of a study document, section by section, from its schema."""
    schema = schema_of(STUDY)
    parts = [
        "# Keys of a study",
        "",
        "Made from the schema that `alih schema` prints; what keys mean, and how they go "
        "together, is told in [the study document](../study-document.md).",
        "",
        "## Study",
        "",
        *_fields(schema),
    ]
    for name, section in sorted(schema["$defs"].items()):
        if "properties" in section:
            parts += ["", f"## {name}", "", _described(section), "", *_fields(section)]
    return "\n".join(parts) + "\n"


def _fields(section: Mapping[str, Any]) -> list[str]:
    needed = section.get("required", ())
    rows = ["| key | holds | if not given |", "|---|---|---|"]
    for key, value in section["properties"].items():
        default = "needed" if key in needed else _code(value.get("default"))
        rows.append(f"| `{key}` | {_kind(value)} | {default} |")
    return rows


def _rows(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Paths, kinds and meanings of all keys below a schema."""
    whole = schema

    def walk(part: Mapping[str, Any], path: str, needed: bool) -> Iterator[tuple[str, str, str]]:
        options = [_resolved(one, whole) for one in part.get("anyOf", [part])]
        meaning = _cell(part.get("description") or "")
        if path:
            shown = f"`{path}`" if needed else f"*`{path}`*"
            yield shown, _kind(part), meaning
        for option in options:
            if option.get("type") == "array" and "items" in option:
                inner = _resolved(option["items"], whole)
                if "properties" in inner:
                    yield from keys(inner, f"{path}[]")
            elif isinstance(more := option.get("additionalProperties"), Mapping):
                for one in more.get("anyOf", [more]):
                    inner = _resolved(one, whole)
                    if "properties" in inner:
                        yield from keys(inner, f"{path}.*")
            elif "properties" in option:
                yield from keys(option, path)

    def keys(part: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
        for key, value in part["properties"].items():
            yield from walk(
                value, f"{path}.{key}" if path else key, key in part.get("required", ())
            )

    top = _resolved(schema, whole)
    yield from walk({**top, "description": ""}, "", True)


def _resolved(part: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in part:
        return whole["$defs"][part["$ref"].rpartition("/")[2]]
    return part


def _kind(part: Mapping[str, Any]) -> str:
    """What a value may be, in a few words; parts of a study link to their section."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return name
    if "const" in part:
        return _code(part["const"])
    if "enum" in part:
        return ", ".join(map(_code, part["enum"]))
    for choice in ("anyOf", "oneOf"):
        if choice in part:
            return " or ".join(dict.fromkeys(map(_kind, part[choice])))
    kind = part.get("type")
    if kind == "array":
        if "prefixItems" in part:
            return "[" + ", ".join(map(_kind, part["prefixItems"])) + "]"
        return f"list of {_kind(part['items'])}" if part.get("items") else "list"
    if kind == "object" and isinstance(part.get("additionalProperties"), Mapping):
        return f"by name: {_kind(part['additionalProperties'])}"
    plain = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return plain.get(str(kind), str(kind or "anything"))


# --- Errors
# --------------------------------------------------------------------------------------------------


def error_codes() -> dict[str, str]:
    """The codes of errors that the source raises by name, and their English sentences."""
    catalogue, found = words.catalogue(), {}
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if not name.endswith(RAISED):
                continue
            for argument in node.args:
                key = getattr(argument, "value", None)
                if isinstance(key, str) and key in catalogue:
                    found[key] = catalogue[key][0]
    return dict(sorted(found.items()))


def errors() -> str:
    """The table of errors, room by room."""
    parts = [
        "# Errors",
        "",
        "The `code` of an error with `--json`, and its sentence; `{…}` is filled in. "
        "[What else an error holds](../schema/index.md#error).",
    ]
    room = ""
    for key, sentence in error_codes().items():
        if key.partition(".")[0] != room:
            room = key.partition(".")[0]
            parts += ["", f"## {room}", "", "| code | sentence |", "|---|---|"]
        parts.append(f"| `{key}` | {_cell(sentence)} |")
    return "\n".join(parts) + "\n"


def design() -> str:
    """The list of notes on choices that cost most to make."""
    folder = SOURCE.parents[1] / "docs" / "design"
    rows = ["# Why it is so", "", "Choices that cost most to make, with what was measured.", ""]
    for file in sorted(folder.glob("*.md")):
        title = file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        rows.append(f"- [{title}]({file.name})")
    return "\n".join(rows) + "\n"


# --- Markdown
# --------------------------------------------------------------------------------------------------


def _described(schema: Mapping[str, Any]) -> str:
    return _plain(schema.get("description", ""))


def _plain(text: str) -> str:
    """A docstring as Markdown: lines joined where a sentence goes on."""
    return re.sub(r"(?<!\n)\n(?![\n\-* ])", " ", text.replace("<", "&lt;").strip())


def _with_examples(text: str) -> str:
    """A docstring as Markdown, its examples as code."""
    found = []
    for paragraph in text.strip().split("\n\n"):
        if paragraph.startswith(">>>"):
            shown = re.sub(r"  # doctest: \+\w+", "", paragraph)
            found.append(f"```python\n{shown}\n```")
        else:
            found.append(_plain(paragraph))
    return "\n\n".join(found)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("{", "&#123;")


def _code(value: Any) -> str:
    if value is None:
        return ""
    shown = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return f"`{shown}`".replace("|", "\\|")
