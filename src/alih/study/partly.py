"""Checks of a document of which some values are wrong: what can be said about the rest is said in
the same round.

Checks read a complete `Study`, which a document with a wrong value is not. So the wrong values are
left out, and what follows from their absence is not said. Without this, whoever has mistyped a key
and named a folder that is not there needs two rounds.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from alih.study.checking.study import problems_in
from alih.study.document.problems import Problem
from alih.study.document.study import Study
from alih.study.reading.yamlfile import Document

# What the checks of a section, or of one of its keys, read beside it. The recipes of arms read
# nearly everything.
READS = {
    "data": {"task"},
    "split": {"task", "data", "protocol", "seeds"},
    "protocol": {"task", "data", "split"},
    "compare": {"task", "arms"},
    "compare.seeds_max": {"seeds", "split"},
    "published": {"task", "arms"},
}


def further(error: ValidationError, document: Document) -> list[Problem]:
    """Problems of the sections that neither have a wrong value nor depend on one that does; []
    where the rest is no study.
    """
    places = [
        tuple(part for part in line["loc"] if part != "[key]")
        for line in error.errors(include_url=False)
    ]
    wrong = {str(place[0]) for place in places if place}
    rest = copy.deepcopy(document.values)
    for place in places:
        _remove(rest, place)
    try:
        study = Study.model_validate(rest)
    except ValidationError:
        return []
    found = problems_in(study, replace(document, values=rest))
    return [problem for problem in found if _sound(problem.path, wrong)]


def _sound(path: str, wrong: set[str]) -> bool:
    """Whether what is said about a key cannot come from a value that was left out."""
    section = path.replace("[", ".").partition(".")[0]
    return section in READS and not wrong & ({section} | READS[section] | READS.get(path, set()))


def _remove(values: Any, place: tuple[Any, ...]) -> None:
    """Take the deepest key of `place` that the document has out of its mapping."""
    found: tuple[dict[Any, Any], Any] | None = None
    for part in place:
        if isinstance(values, dict) and part in values:
            found = values, part
        elif not (isinstance(values, list) and isinstance(part, int) and part < len(values)):
            continue  # what pydantic calls the kind of a union
        values = values[part]
    if found is not None:
        found[0].pop(found[1])
