"""The verdict on results of other tools, as values: a comparison, what was asked, and of which
file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from alih.verdicts.result import ArmResult, Comparison, ComparisonRow


@dataclass(frozen=True)
class Pairs:
    """Which rows of two arms are compared, the pairs first, and the seeds behind them: paired by
    name, in order, without a partner, and left out because an arm has too few. `shared`:
    how many pairs there are, None where every row is in one.
    """

    rows: tuple[list[int], list[int]]
    by_name: list[str]
    in_order: list[list[str]]
    unpaired: dict[str, list[str]]
    left_out: dict[str, list[str]]
    shared: int | None = None


@dataclass(frozen=True)
class ScoreArm(ArmResult):
    """An arm of a table, with its seeds; none where it does not depend on the seed."""

    seeds: Sequence[str] = ()

    @property
    def varies(self) -> bool:
        """Whether another seed could give other scores."""
        return bool(self.seeds)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return super().to_json() | {"varies_by_seed": self.varies, "seeds": list(self.seeds)}


@dataclass(frozen=True, kw_only=True)
class ScoreRow(ComparisonRow):
    """An arm against the baseline, and which seeds met."""

    pairs: Pairs

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        pairs = {key: value for key, value in asdict(self.pairs).items() if key in PAIRED}
        return super().to_json() | {"pairs": pairs}


PAIRED = ("by_name", "in_order", "unpaired", "left_out")
"""Keys of `pairs` in the JSON."""


@dataclass(frozen=True)
class Asked:
    """What was asked of the table; `planned_looks`: this look is one of several; `group`: the
    column that says which items belong together.
    """

    baseline: str
    higher_is_better: bool
    margin: float | None
    level: float
    planned_looks: bool
    group: str | None = None


@dataclass(frozen=True)
class ScoreFile:
    """The table: its path, rows, the columns that were used and left aside, and how many items each
    group has.
    """

    path: str
    sha256: str | None
    rows: int
    used: list[str]
    ignored: list[str]
    decimal_comma: bool
    group_sizes: list[int] | None = None


@dataclass(frozen=True, kw_only=True)
class ScoreComparison(Comparison):
    """The verdict on a table of scores."""

    arms: Sequence[ScoreArm]
    rows: Sequence[ScoreRow]
    asked: Asked
    file: ScoreFile

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        told = super().to_json()
        for name in OF_FOLDERS:
            del told[name]
        return told | {"asked": asdict(self.asked), "file": asdict(self.file)}


OF_FOLDERS = ("looks_lost", "not_recorded", "test_images_shown", "rounds")
"""Keys of a comparison that only a study folder fills."""
