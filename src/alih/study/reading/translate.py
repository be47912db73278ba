"""Pydantic's validation errors as our own sentences; pydantic's text is never shown."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

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


@dataclass(frozen=True)
class _Place:
    """A place of the document, the annotation there, and the place around it.

    `kinds`: the models of a union from which `tag` chose the one at hand.
    """

    path: Path
    annotation: Any
    around: _Place | None = None
    kinds: tuple[type[BaseModel], ...] = ()
    tag: str = ""


def problems_of(
    error: ValidationError, document: Document, base: Path = (), root: type[BaseModel] = Study
) -> list[Problem]:
    """Each of pydantic's errors as a Problem at its place in the document; `base` is put before the
    locations.
    """
    return [_problem(line, document, base, root) for line in error.errors(include_url=False)]


def _problem(line: Any, document: Document, base: Path, root: type[BaseModel]) -> Problem:
    place = _follow(line["loc"], root)
    path = (*base, *place.path)
    kind, got, ctx = line["type"], line["input"], line.get("ctx") or {}
    if kind in ("extra_forbidden", "none_required"):
        return _refused_key(document, path, place)
    if kind == "missing":
        return _missing(document, path, place)
    if kind.startswith("union_tag"):
        by = ctx["discriminator"].strip("'")
        names = [name for model in _models(place.annotation) for name in _kinds(model, by)]
        if kind == "union_tag_not_found":
            return _at(document, (*path, by), "study.missing_key", name=by)
        got = ctx["tag"]
        return _at(document, (*path, by), "study.unknown_value", got=got, known=known(got, names))
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
        choices = list(_literals(place.annotation))
        return _at(document, path, "study.unknown_value", got=got, known=known(got, choices))
    if kind in ("too_short", "string_too_short"):
        return _at(document, path, "study.empty")
    if kind == "finite_number":
        return _at(document, path, "study.not_finite", got=got)
    if kind == "alih":
        return _own(line["msg"], ctx, got, document, path)
    return _at(document, path, "study.not_accepted", **_came(got))


def _refused_key(document: Document, path: Path, place: _Place) -> Problem:
    """A key that nothing has here, or only another kind of the same thing."""
    key = str(path[-1])
    if len(path) == 3 and path[0] == "arms" and key == "data":
        return _at(document, path, "study.arm_data", write=dotted((*path[:-1], "image_size")))
    if path == ("image_size",):
        return _at(document, path, "study.top_image_size")
    assert place.around is not None, "a key stands in a mapping"
    kinds, by = place.around.kinds, _told_by(place.around.kinds)
    fitting = [name for model in kinds if key in _keys(model) for name in _kinds(model, by)]
    if fitting:
        listed, own = ", ".join(f"`{by}: {name}`" for name in fitting), place.around.tag
        return _at(document, path, "study.only_with", name=key, kinds=listed, by=by, own=own)
    names = _keys(place.around.annotation)
    return _at(document, path, "study.unknown_key", got=key, known=known(key, names))


def _missing(document: Document, path: Path, place: _Place) -> Problem:
    info = _field(place.around.annotation, path[-1]) if place.around else None
    if info is None or not info.examples:
        return _at(document, path, "study.missing_key", name=path[-1])
    values = {"name": path[-1], "example": info.examples[0]}
    return _at(document, path, "study.missing_key_such_as", **values)


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


def keys_at(path: Path, root: type[BaseModel] = Study) -> list[str]:
    """The keys known at a place of the document, those of every kind where there are several."""
    found: Any = root
    for part in path:
        found = _inner(found, part)
    return _keys(found)


def _follow(loc: tuple[str | int, ...], root: type[BaseModel]) -> _Place:
    """Follow an error's location through annotations.

    Pydantic names the chosen kind of a union in it, which no document does.
    """
    place = _Place((), root)
    for part in loc:
        models = tuple(_models(place.annotation))
        if len(models) > 1:
            by, tag = _told_by(models), str(part)
            chosen = next(model for model in models if tag in (model.__name__, *_kinds(model, by)))
            place = replace(place, annotation=chosen, kinds=models, tag=tag)
        elif part != "[key]":
            place = _Place((*place.path, part), _inner(place.annotation, part), place)
    return place


def _keys(annotation: Any) -> list[str]:
    """The keys of the models at an annotation; those that must be absent are none."""
    return list(
        dict.fromkeys(
            info.alias or name
            for model in _models(annotation)
            for name, info in model.model_fields.items()
            if info.annotation is not types.NoneType
        )
    )


def _told_by(models: Sequence[type[BaseModel]]) -> str:
    """The key that tells the models of a union apart, which names its kind in all of them."""
    names = models[0].model_fields if models else ()
    return next((name for name in names if all(_kinds(model, name) for model in models)), "")


def _kinds(model: type[BaseModel], key: str) -> list[str]:
    info = model.model_fields.get(key)
    return list(_literals(info.annotation)) if info else []


def _field(annotation: Any, part: str | int) -> FieldInfo | None:
    for model in _models(annotation):
        for name, info in model.model_fields.items():
            if part in (name, info.alias) and info.annotation is not types.NoneType:
                return info
    return None


def _inner(annotation: Any, part: str | int) -> Any:
    """The annotation of a key, or of an item, below an annotation; itself where it has none."""
    info = _field(annotation, part)
    if info is not None:
        return typing.Annotated[info.annotation, *info.metadata, info]
    for model in _models(annotation):
        if model.model_config.get("extra") == "allow":
            annotation = typing.get_type_hints(model).get("__pydantic_extra__")
    for option in _options(annotation):
        if typing.get_origin(option) in (list, dict):
            return typing.get_args(option)[-1]
    return annotation


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The document models that a value may be, `Changes` of them too."""
    for option in _options(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            yield option


def _literals(annotation: Any) -> Iterator[Any]:
    for option in _options(annotation):
        if typing.get_origin(option) is typing.Literal:
            yield from typing.get_args(option)


def _options(annotation: Any) -> Iterator[Any]:
    """The types that a value may have, without what is annotated about them."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        changes = [extra for extra in annotation.__metadata__ if isinstance(extra, Changes)]
        yield from _options(changes[0].model if changes else annotation.__origin__)
    elif origin in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from _options(part)
    else:
        yield annotation
