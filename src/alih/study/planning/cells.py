"""Cells: one arm × one replicate × one level, the unit that is run, stored and compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from alih import files

LONGEST_VALUE = 80
"""Letters of a varied value that a folder's name spells out."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One arm × one replicate × one level; `level` maps varied keys to values, empty without
    `vary`.
    """

    arm: str
    replicate: int
    level: tuple[tuple[str, Any], ...] = field(default=())

    @property
    def at(self) -> dict[str, Any]:
        """The level as a mapping, for JSON."""
        return dict(self.level)

    @property
    def slug(self) -> str:
        """The level as a folder name, e.g. `train_images=30`; empty without `vary`."""
        return ",".join(f"{key}={_name(value)}" for key, value in self.level)

    def __eq__(self, other: object) -> bool:
        # Whatever else is known about it: the plan's cells carry their recipes.
        if not isinstance(other, Cell):
            return NotImplemented
        mine = self.arm, self.replicate, self.level
        return mine == (other.arm, other.replicate, other.level)

    def __hash__(self) -> int:
        # A level may hold lists (`model.dropout`), which Python does not hash.
        return hash((self.arm, self.replicate, self.slug))

    @property
    def path(self) -> str:
        """The cell's folder inside the study folder, with forward slashes."""
        parts = ["runs", self.arm, f"seed-{self.replicate}"] + ([self.slug] if self.level else [])
        return "/".join(parts)

    def __str__(self) -> str:
        return self.path.removeprefix("runs/")


def _name(value: Any) -> str:
    """A value as part of a folder name that every system accepts; what cannot be spelt that way
    ends in a digest.
    """
    text = str(value)
    plain = re.sub(r"[^\w.+-]+", "-", text).strip("-")
    return (
        plain
        if plain == text and len(text) <= LONGEST_VALUE
        else f"{plain[:24]}-{files.digest(value)[:6]}"
    )
