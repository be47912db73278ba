"""Which items belong together, so that no split divides them: a patient's images or a scene's, as
`split.group` says, and copies of one image. Torch-free.
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
from alih.study.catalogue import copies
from alih.study.catalogue.lookup import listing_of
from alih.study.catalogue.sets import TEST_SHARE, target
from alih.words.phrase import known

if TYPE_CHECKING:
    import numpy as np

    from alih.study.document.data import DataSpec
    from alih.study.document.split import SplitSpec
    from alih.study.document.study import Study

SHOWN = 5


@dataclass(frozen=True, eq=False)
class Groups:
    """The group of each item as a number, `numbers` (int64 [n], in the order of first occurrence),
    and the groups' names.

    `copies` are the items that hold the same image as an earlier one that they are kept with.
    `told` are the numbers as names, columns and bytes give them (None where they join nothing),
    `seen` those that decoded pixels give.
    """

    numbers: np.ndarray
    names: tuple[str, ...]
    copies: int = 0
    told: np.ndarray | None = None
    seen: np.ndarray | None = None

    def card(self) -> dict[str, object]:
        """How many there are, and digests of which items belong together, whatever their names."""
        found: dict[str, object] = {"count": len(self.names), "sha256": _digest(self.told)}
        if self.copies:
            found["copies"] = self.copies
        return found | ({"pixels": _digest(self.seen)} if self.seen is not None else {})


def _digest(numbers: np.ndarray | None) -> str | None:
    return None if numbers is None else files.digest(numbers.tolist())


def of_data(
    spec: DataSpec, split: SplitSpec, task: str, protocol: str = "sealed", copied: bool = True
) -> Groups | None:
    """The groups of a set's files as the split names them, and copies; None where nothing belongs
    together, or the files are not here.

    Without `copied`, files are not compared, which takes reading all of them once. Raises AlihError
    as `of`, and for a set that has no files.
    """
    listing = listing_of(spec, task=task)
    if listing is not None:
        paths, parts = listing.items.paths, listing.items.parts
        equal = copies.of_bytes(listing) if copied else None
        alike = copies.of_pixels(spec, listing) if copied else None
        return of(paths, parts, listing.columns, split, protocol, equal, alike)
    if split.group is None or spec.set == pets.NAME:
        return None
    raise AlihError("study.group_no_files", got=split.group, name=spec.name)


def held_out(study: Study) -> int | None:
    """In about how many groups the test items come (with repeated k-fold: all items); None where
    the split names none, each item is one by itself, or the files are not here. Raises as
    `of_data`.
    """
    import numpy as np

    spec, split = target(study), study.split
    found = of_data(spec, split, study.task, study.protocol, copied=False)
    listing = listing_of(spec, task=study.task)
    if found is None or listing is None or len(found.names) == len(found.numbers):
        return None
    parts = np.asarray(listing.items.parts)
    if split.scheme == "repeated-kfold":
        return len(np.unique(found.numbers[parts < 2]))
    tested = parts == (1 if split.test == "val" else 2)
    if tested.any():
        return len(np.unique(found.numbers[tested]))
    share = TEST_SHARE if split.test_share is None else split.test_share
    return max(1, round(share * len(np.unique(found.numbers[parts == 0]))))


def of(
    paths: Sequence[str],
    parts: Sequence[int],
    columns: Mapping[str, Sequence[str]] | None,
    split: SplitSpec,
    protocol: str = "sealed",
    equal: np.ndarray | None = None,
    alike: np.ndarray | None = None,
) -> Groups | None:
    """The groups of items with these paths, ready parts (as in `listing.Item`) and columns (None:
    from no table), joined where items are `equal` in bytes or `alike` in pixels (numbers as of
    `copies`).

    `split.group` is a column of the table, which is `group` where there is one, or a regular
    expression that is searched in each path and whose first capturing group, or else the whole
    match, is the name. Raises AlihError for an unknown column, an empty cell, a pattern that is
    none, paths without a match, and ready parts that share a group.
    """
    import numpy as np

    names = _names(paths, columns, split)
    if names is None and equal is None and alike is None:
        return None
    named = None
    if names is not None:
        numbers: dict[str, int] = {}
        each = (numbers.setdefault(name, len(numbers)) for name in names)
        named = np.fromiter(each, np.int64, len(names))
        _refuse_shared(names, parts, split, protocol)
    drawn = np.isin(np.asarray(parts), _drawn_parts(parts, split, protocol))
    equal, alike = (_of_drawn(numbers, drawn) for numbers in (equal, alike))
    told, same = copies.together(named, equal), copies.together(equal, alike)
    whole = copies.together(told, alike)
    if whole is None:
        return None
    # Told from what bytes say already, so that an identity names pixels only where they add to it.
    seen = None if alike is None or _joins_no_more(told, whole) else _in_order(alike)
    _, first, inverse = np.unique(_in_order(whole), return_index=True, return_inverse=True)
    shown = paths if names is None else names
    return Groups(
        inverse.astype(np.int64),
        tuple(shown[at] for at in first),
        0 if same is None else len(same) - len(np.unique(same)),
        None if told is None else _in_order(told),
        seen,
    )


def _names(
    paths: Sequence[str], columns: Mapping[str, Sequence[str]] | None, split: SplitSpec
) -> Sequence[str] | None:
    """The name of each item's group; None where the split names none."""
    if columns is None:
        return None if split.group is None else _matched(paths, split.group)
    column = split.group or (GROUP if GROUP in columns else None)
    return None if column is None else _column(paths, columns, column)


def _drawn_parts(parts: Sequence[int], split: SplitSpec, protocol: str) -> list[int]:
    """The ready parts of which others are drawn: only there can copies be kept together."""
    if split.scheme == "repeated-kfold":
        return [0, 1]
    tested = 2 in parts or split.test == "val"
    validated = protocol == "paper" or (1 in parts and split.test != "val")
    return [] if tested and validated else [0]


def _of_drawn(numbers: np.ndarray | None, drawn: np.ndarray) -> np.ndarray | None:
    """Numbers in which only `drawn` items share one; None where none do."""
    import numpy as np

    if numbers is None:
        return None
    alone = len(numbers) + np.arange(len(numbers))
    found = np.where(drawn, numbers, alone)
    return found if len(np.unique(found)) < len(found) else None


def _in_order(numbers: np.ndarray) -> np.ndarray:
    """Numbers anew, from 0 in the order of first occurrence."""
    import numpy as np

    _, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
    ranks = np.empty(len(first), np.int64)
    ranks[np.argsort(first)] = np.arange(len(first))
    return ranks[inverse]


def _joins_no_more(told: np.ndarray | None, whole: np.ndarray) -> bool:
    import numpy as np

    return told is not None and len(np.unique(told)) == len(np.unique(whole))


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
