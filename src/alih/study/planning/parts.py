"""Fixed parts of a study's cells, for schedulers that start many processes which know nothing of
each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from alih.errors import AlihError
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.resolved import PlannedCell


@dataclass(frozen=True)
class Part:
    """Part `number` of `of`, counted from 1; written `3/8`."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Part:
        """The part that a user means. Raises AlihError for what is none."""
        found = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise AlihError("study.no_part", part=text)
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def cells(self, study: Study) -> list[PlannedCell]:
        """The cells of this part, in the order of the plan. Raises AlihError as `divided`."""
        return divided(study, self.of)[self.number - 1]


def divided(study: Study, parts: int) -> list[list[PlannedCell]]:
    """The cells of a study in so many parts, which depend on the document and the number alone.

    A cell lies where those lie that it needs: the one that it starts `from`, those whose networks
    its strategy uses, and the one at an earlier level that computes the same. So no part waits for
    another. What belongs together is dealt out arm by arm, so that every part has as many cells of
    each arm as the others, or one more. Raises AlihError where there is not enough for all parts.
    """
    if study.until_decided:
        raise AlihError("study.parts_until_decided")
    cells, arms = plan.cells(study), list(study.arms)
    together = _together(study, cells)
    if parts > len(together):
        values = {"parts": parts, "most": len(together), "cells": len(cells)}
        raise AlihError("study.parts_too_many", **values)
    position = {cell: index for index, cell in enumerate(cells)}
    # A stable sort: of one arm, the order of the plan stays.
    together.sort(key=lambda group: arms.index(group[0].arm))
    dealt: list[list[PlannedCell]] = [[] for _ in range(parts)]
    for index, group in enumerate(together):
        dealt[index % parts] += group
    return [sorted(part, key=position.__getitem__) for part in dealt]


def _together(study: Study, cells: Sequence[PlannedCell]) -> list[list[PlannedCell]]:
    """Cells that need each other, as groups in the order of their first cells."""
    first: dict[Cell, Cell] = {cell: cell for cell in cells}

    def root(cell: Cell) -> Cell:
        while first[cell] != cell:
            cell = first[cell]
        return cell

    same = plan.twins(study)
    for cell in cells:
        for needed in (*cell.above, *([same[cell]] if cell in same else [])):
            first[root(cell)] = root(needed)
    groups: dict[Cell, list[PlannedCell]] = {}
    for cell in cells:
        groups.setdefault(root(cell), []).append(cell)
    return list(groups.values())
