"""Which class an id in a mask stands for: as the document says, as the masks of a folder suggest,
or as in trimaps of pets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alih.errors import AlihError
from alih.findings import Finding

if TYPE_CHECKING:
    import numpy as np

IGNORE = 255
"""The value, in decoded and augmented masks, of pixels that losses and metrics leave out."""

IGNORED = "ignore"
MOST_CLASSES = 255
LARGEST_ID = 65_535
MOST_UNNAMED = 32
"""More different ids than this, none of them named, are taken for stray values, as of a mask that
was resized smoothly."""

BLACK_AND_WHITE = {"background": 0, "object": 255}
PETS = {"pet": 1, "border": 3, "background": 2}
"""Ids in the trimaps of Oxford-IIIT Pet, in the order of the documents' classes."""


@dataclass(frozen=True)
class MaskClasses:
    """Class names, the ids that stand for each of them, and the ids that count for nothing."""

    names: tuple[str, ...]
    ids: tuple[tuple[int, ...], ...]
    ignore: tuple[int, ...] = ()

    @property
    def known(self) -> tuple[int, ...]:
        """All ids that a mask may hold, ascending."""
        return tuple(sorted({*self.ignore, *(number for ids in self.ids for number in ids)}))

    def strays(self, ids: Sequence[int]) -> list[int]:
        """Those of `ids` that no class has."""
        known = set(self.known)
        return [number for number in ids if number not in known]

    def table(self) -> np.ndarray:
        """Class index per id, uint8 [65536]; `IGNORE` for ignored and unknown ids (look for
        `strays` first).
        """
        import numpy as np

        found = np.full(LARGEST_ID + 1, IGNORE, np.uint8)
        for index, ids in enumerate(self.ids):
            found[list(ids)] = index
        return found

    def rows(self) -> list[list[object]]:
        """Names with their ids in class order, for identities and keys."""
        rows: list[list[object]] = [
            [name, list(ids)] for name, ids in zip(self.names, self.ids, strict=True)
        ]
        return [*rows, [IGNORED, list(self.ignore)]] if self.ignore else rows


def given(masks: Mapping[str, int | list[int]]) -> MaskClasses:
    """The classes as the document's `masks` gives them.

    Raises AlihError (its value `name` is the key) for an id below 0 or above 65535, an id of two
    classes, a class without ids, and fewer than two classes.
    """
    listed = {
        name: tuple(sorted(ids) if isinstance(ids, list) else (ids,)) for name, ids in masks.items()
    }
    owner: dict[int, str] = {}
    for name, ids in listed.items():
        if not ids and name != IGNORED:
            raise AlihError("study.mask_no_ids", name=name)
        for number in ids:
            if not 0 <= number <= LARGEST_ID:
                raise AlihError("study.mask_id_range", name=name, got=number, largest=LARGEST_ID)
            if number in owner:
                raise AlihError("study.mask_id_twice", name=name, got=number, other=owner[number])
            owner[number] = name
    names = tuple(name for name in listed if name != IGNORED)
    if not 2 <= len(names) <= MOST_CLASSES:
        raise AlihError(
            "study.mask_class_count", name=next(iter(listed)), got=len(names), most=MOST_CLASSES
        )
    return MaskClasses(names, tuple(listed[name] for name in names), listed.get(IGNORED, ()))


def of_pets(masks: Mapping[str, int | list[int]] | None) -> MaskClasses:
    """The classes of trimaps. Raises AlihError when an id of theirs is left out, or one is named
    that they never hold.
    """
    found = given(masks or PETS)
    ids = set(PETS.values())
    if set(found.known) != ids:
        wrong = sorted(set(found.known) ^ ids)
        raise AlihError("study.mask_pets_ids", ids=listed(wrong))
    return found


def found_in(ids: Mapping[str, Sequence[int]], names: Sequence[str], place: object) -> MaskClasses:
    """The classes of a folder whose document names none: `ids` per mask file, `names` the lines of
    `classes.txt`, if any.

    - Masks of 0 and 255: `background` and `object`, unless `names` says otherwise. 255 beside other
      ids is ignored.
    - With names: line k names id k, counted from 0, where 0 occurs; or the k-th of as many
      consecutive ids.
    - Without: ids are classes, called as their numbers.

    Raises AlihError for ids beyond the names (with file and ids), names that may begin at id 0 or
    1, values that look like strays, and a single class.
    """
    every = sorted({number for found in ids.values() for number in found})
    if set(every) == {0, 255}:
        chosen = names or tuple(BLACK_AND_WHITE)
        if len(chosen) == 2:
            return MaskClasses(tuple(chosen), ((0,), (255,)))
    ignore = (255,) if 255 in every and len(every) > 1 else ()
    kept = [number for number in every if number not in ignore]
    if names:
        return _named(ids, names, kept, ignore, place)
    consecutive = kept == list(range(kept[0], kept[-1] + 1)) if kept else True
    if len(kept) > MOST_UNNAMED or (ignore and not (consecutive and kept[0] <= 1)):
        odd = [number for number in kept if number not in (0, 255)]
        file = next(name for name, found in ids.items() if set(found) & set(odd))
        own = [number for number in ids[file] if number in odd]
        raise AlihError("study.mask_strays", path=file, ids=listed(own), count=_holding(ids, odd))
    if len(kept) < 2:
        raise AlihError("study.mask_one_class", path=place, ids=listed(every))
    return MaskClasses(tuple(map(str, kept)), tuple((number,) for number in kept), ignore)


def _named(
    ids: Mapping[str, Sequence[int]],
    names: Sequence[str],
    kept: Sequence[int],
    ignore: tuple[int, ...],
    place: object,
) -> MaskClasses:
    if len(set(names)) < len(names) or len(names) < 2 or IGNORED in names:
        raise AlihError("study.mask_names", path=place, count=len(names))
    # Where neither reading fits, ids from 0 are what classes.txt promises: the rest is told as
    # beyond them.
    consecutive = kept == list(range(kept[0], kept[0] + len(names))) if kept else False
    first = kept[0] if consecutive else 0
    found = MaskClasses(
        tuple(names), tuple((first + index,) for index in range(len(names))), ignore
    )
    refuse_strays(found, ids)
    if kept and not consecutive and 0 not in kept:
        # Ids from 0 whose first never occurs, or ids from 1 whose last does not: a guess would give
        # every class another's name.
        raise AlihError("study.mask_names_unsure", path=place, count=len(names), ids=listed(kept))
    return found


def taken_for(classes: MaskClasses, ids: Mapping[str, Sequence[int]]) -> tuple[Finding, ...]:
    """What 255 was taken for, in how many masks, where no document says so: some mean a class by
    it, some nothing.
    """
    values: dict[str, Any] = {"count": _holding(ids, (255,)), "total": len(ids)}
    if not values["count"]:
        return ()
    if 255 in classes.ignore:
        return (Finding("A009", "study.mask_255_ignored", values),)
    name = next(name for name, own in zip(classes.names, classes.ids, strict=True) if 255 in own)
    return (Finding("A009", "study.mask_255_class", {**values, "name": name}),)


def refuse_strays(classes: MaskClasses, ids: Mapping[str, Sequence[int]]) -> None:
    """AlihError that names the first mask with ids beyond the classes, those ids, and how many
    masks have such.
    """
    wrong = {name: strays for name, found in ids.items() if (strays := classes.strays(found))}
    if wrong:
        file, strays = next(iter(wrong.items()))
        raise AlihError(
            "study.mask_beyond",
            path=file,
            ids=listed(strays),
            known=listed(classes.known),
            count=len(wrong),
        )


def _holding(ids: Mapping[str, Sequence[int]], wanted: Sequence[int]) -> int:
    return sum(bool(set(found) & set(wanted)) for found in ids.values())


def listed(ids: Sequence[int], most: int = 8) -> str:
    """Ids for a sentence: at most `most` of them.

    >>> listed(range(12))
    '0, 1, 2, 3, 4, 5, 6, 7, …'
    """
    return ", ".join([*map(str, ids[:most]), *(["…"] if len(ids) > most else [])]) or "–"
