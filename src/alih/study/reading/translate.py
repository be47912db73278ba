"""Pydantic's validation errors as our own sentences; pydantic's text is never shown."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from alih.study.document.data import Domains
from alih.study.document.layer_options import LAYER_TYPES
from alih.study.document.problems import Problem
from alih.study.document.study import Study
from alih.study.document.values import Changes
from alih.study.reading.yamlfile import Document, Path, type_phrase
from alih.words.phrase import Phrase, known, shown

_EXPECTED = {
    "int_type": "whole_number",
    "int_from_float": "whole_number",
    "int_parsing": "whole_number",
    "float_type": "number",
    "float_parsing": "number",
    "bool_type": "boolean",
    "bool_parsing": "boolean",
    "string_type": "text",
    "dict_type": "mapping",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
    "list_type": "list",
}
_BOUNDS = {
    "greater_than": "gt",
    "greater_than_equal": "ge",
    "less_than": "lt",
    "less_than_equal": "le",
}


def problems_of(
    error: ValidationError, document: Document, base: Path = (), root: type[BaseModel] = Study
) -> list[Problem]:
    """Each of pydantic's errors as a Problem at its place in the document; `base` is put before the
    locations.
    """
    return [_problem(line, document, base, root) for line in error.errors(include_url=False)]


def _problem(line: Any, document: Document, base: Path, root: type[BaseModel]) -> Problem:
    inner: Path = tuple(part for part in line["loc"] if part != "[key]")
    path = (*base, *inner)
    kind, got, ctx = line["type"], line["input"], line.get("ctx") or {}
    if kind == "extra_forbidden":
        if len(path) == 3 and path[0] == "arms" and path[-1] == "data":
            return _at(document, path, "study.arm_data", write=dotted((*path[:-1], "image_size")))
        if path == ("image_size",):
            return _at(document, path, "study.top_image_size")
        names = list(keys_at(inner[:-1], root))
        if path[:-1] == ("data",) and {"source", "target"} & set(document.values["data"]):
            names = list(Domains.model_fields)
        return _at(
            document, path, "study.unknown_key", got=inner[-1], known=known(inner[-1], names)
        )
    if kind == "missing":
        return _at(document, path, "study.missing_key", name=inner[-1])
    if kind in _EXPECTED:
        return _at(
            document,
            path,
            "study.wrong_type",
            **_came(got),
            expected=Phrase(f"study.kind_{_EXPECTED[kind]}"),
        )
    if kind in _BOUNDS:
        bound = _BOUNDS[kind]
        return _at(
            document, path, f"study.bound_{bound}", got=shown(got), bound=f"{ctx[bound]:.10g}"
        )
    if kind == "literal_error":
        choices = [part.strip("'") for part in ctx["expected"].replace(" or ", ", ").split(", ")]
        return _at(document, path, "study.unknown_value", got=got, known=known(got, choices))
    if kind in ("too_short", "string_too_short"):
        return _at(document, path, "study.empty")
    if kind == "finite_number":
        return _at(document, path, "study.not_finite", got=got)
    if kind == "alih":
        return _own(line["msg"], ctx, got, document, path)
    return _at(document, path, "study.not_accepted", **_came(got))


def _own(key: str, ctx: dict[str, Any], got: Any, document: Document, path: Path) -> Problem:
    if "expected_key" in ctx:
        return _at(document, path, key, **_came(got), expected=Phrase(ctx["expected_key"]))
    if "known" in ctx:
        return _at(document, path, key, got=ctx["got"], known=known(ctx["got"], ctx["known"]))
    if key == "study.arm_name":
        path = (*path, ctx["got"])
    return _at(document, path, key, got=shown(ctx["got"]))


def _came(value: Any) -> dict[str, Any]:
    shown = "" if isinstance(value, dict | list) or value is None else repr(value)[:60]
    return {
        "got": Phrase("study.came_value", {"value": shown, "kind": type_phrase(value)})
        if shown
        else type_phrase(value)
    }


def _at(document: Document, path: Path, key: str, /, **values: Any) -> Problem:
    return Problem(document.where(path), dotted(path), key, values)


def dotted(path: Path) -> str:
    """A path as people write it; items of a list count from 1, as in
    `model.layers[3].conv.kernel`.
    """
    text = ""
    for part in path:
        text += (
            f"[{part + 1}]" if isinstance(part, int) else f".{shown(part)}" if text else shown(part)
        )
    return text


def keys_at(path: Path, root: type[BaseModel] = Study) -> Iterator[str]:
    """The keys known at a place of the document, for the nearest one to a misspelt key."""
    found: Any = root
    for index, part in enumerate(path):
        found = _inner(found, part)
        if part == "layers" and len(path) > index + 2:
            found = LAYER_TYPES.get(str(path[index + 2]), (None,))[0]
            break
    for model in _models(found):
        for name, info in model.model_fields.items():
            yield info.alias or name


def _inner(annotation: Any, part: str | int) -> Any:
    for model in _models(annotation):
        for name, info in model.model_fields.items():
            if part in (name, info.alias):
                return (
                    typing.Annotated[info.annotation, *info.metadata]
                    if info.metadata
                    else info.annotation
                )
        if model.model_config.get("extra") == "allow":
            return typing.get_type_hints(model).get("__pydantic_extra__")
    return annotation


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The document models inside an annotation, through unions, containers and `Changes`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    changes = [
        extra for extra in getattr(annotation, "__metadata__", ()) if isinstance(extra, Changes)
    ]
    if changes:
        yield changes[0].model
        return
    for part in typing.get_args(annotation):
        if part is not Domains:
            yield from _models(part)
