"""Which items belong together (a patient's images, a scene's), so that no split divides them:
`split.group`. Torch-free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alih import files
from alih.datafiles import pets
from alih.datafiles.tables import GROUP
from alih.errors import AlihError
from alih.study.catalogue.lookup import listing_of
from alih.words.phrase import known

if TYPE_CHECKING:
    import numpy as np

    from alih.study.document.data import DataSpec
    from alih.study.document.split import SplitSpec

SHOWN = 5


@dataclass(frozen=True, eq=False)
class Groups:
    """The group of each item as a number, `numbers` (int64 [n], in the order of first occurrence),
    and the groups' names.
    """

    numbers: np.ndarray
    names: tuple[str, ...]

    def card(self) -> dict[str, object]:
        """How many there are, and a digest of which items belong together, whatever their names."""
        return {"count": len(self.names), "sha256": files.digest(self.numbers.tolist())}


def of_data(spec: DataSpec, split: SplitSpec, task: str, protocol: str = "sealed") -> Groups | None:
    """The groups of a set's files as the split names them; None where it names none, or the files
    are not here.

    Raises AlihError as `of`, and for a set that has no files.
    """
    listing = listing_of(spec, task=task)
    if listing is not None:
        paths = [item.path for item in listing.items]
        parts = [item.part for item in listing.items]
        return of(paths, parts, listing.columns, split, protocol)
    if split.group is None or spec.set == pets.NAME:
        return None
    raise AlihError("study.group_no_files", got=split.group, name=spec.name)


def of(
    paths: Sequence[str],
    parts: Sequence[int],
    columns: Mapping[str, Sequence[str]] | None,
    split: SplitSpec,
    protocol: str = "sealed",
) -> Groups | None:
    """The groups of items with these paths, ready parts (as in `listing.Item`) and columns (None:
    from no table).

    `split.group` is a column of the table, which is `group` where there is one, or a regular
    expression that is searched in each path and whose first capturing group, or else the whole
    match, is the name. Raises AlihError for an unknown column, an empty cell, a pattern that is
    none, paths without a match, and ready parts that share a group.
    """
    import numpy as np

    if columns is None:
        if split.group is None:
            return None
        names = _matched(paths, split.group)
    else:
        column = split.group or (GROUP if GROUP in columns else None)
        if column is None:
            return None
        names = _column(paths, columns, column)
    numbers: dict[str, int] = {}
    found = np.fromiter(
        (numbers.setdefault(name, len(numbers)) for name in names), np.int64, len(names)
    )
    _refuse_shared(names, parts, split, protocol)
    return Groups(found, tuple(numbers))


def _column(paths: Sequence[str], columns: Mapping[str, Sequence[str]], name: str) -> Sequence[str]:
    if name not in columns:
        raise AlihError("study.group_column", got=name, known=known(name, columns))
    empty = [path for path, cell in zip(paths, columns[name], strict=True) if not cell]
    if empty:
        raise AlihError("study.group_empty", got=name, count=len(empty), names=_listed(empty))
    return columns[name]


def _matched(paths: Sequence[str], pattern: str) -> Sequence[str]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise AlihError("study.group_pattern", got=pattern, reason=error) from None
    matches = [compiled.search(path) for path in paths]
    place = min(compiled.groups, 1)
    names = [match[place] if match else None for match in matches]
    without = [path for path, name in zip(paths, names, strict=True) if name is None]
    if len(without) == len(paths):
        raise AlihError("study.group_no_match", got=pattern, example=paths[0] if paths else "–")
    if without:
        raise AlihError(
            "study.group_unmatched",
            got=pattern,
            count=len(without),
            of=len(paths),
            names=_listed(without),
        )
    return [name for name in names if name is not None]


def _refuse_shared(
    names: Sequence[str], parts: Sequence[int], split: SplitSpec, protocol: str
) -> None:
    """AlihError where a group lies in two ready parts that stay apart: what is learnt would be
    tested.
    """
    if (
        split.scheme == "repeated-kfold"
    ):  # folds are drawn from training and validation items; no other part is used
        return
    together = {1: 0} if protocol == "paper" else {}  # ready validation items train there
    seen: dict[str, int] = {}
    shared: dict[str, None] = {}
    for name, part in zip(names, parts, strict=True):
        apart = together.get(part, part)
        if seen.setdefault(name, apart) != apart:
            shared[name] = None
    if shared:
        raise AlihError("study.group_in_two_parts", count=len(shared), names=_listed(list(shared)))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
