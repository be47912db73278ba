"""What a check of an audit found: a finding, its numbers, the files it is about, and what to
show of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alih.findings import Finding
from alih.words.phrase import Phrase, in_english

if TYPE_CHECKING:
    from alih.inspect.audit.subject import Subject

FILES = 500
"""Rows of files in JSON at most; how many there are is among the numbers."""

LEVELS = ("note", "warning", "problem")
"""Severities, the mildest first."""


@dataclass(frozen=True)
class Exhibit:
    """Images of a set that are shown together, with what is to be said of them; `orientation`
    brings the last of them to how the others lie (see `hashes.oriented`).
    """

    items: tuple[int, ...]
    caption: Phrase
    orientation: int = 0


@dataclass(frozen=True)
class Gauge:
    """A number from 0 to 1 that a page draws as a bar, with its 95 % interval; a `share` is shown
    in per cent.
    """

    name: Phrase
    value: float
    low: float | None
    high: float | None
    share: bool


@dataclass(frozen=True, eq=False)
class Found:
    """A finding with its evidence.

    `numbers` are plain values by name; `files` rows of items that belong together (a pair of
    copies, one suspected label), the most telling first; `exhibits` what a page shows of the images
    of `subject`.
    """

    finding: Finding
    numbers: dict[str, Any] = field(default_factory=dict)
    files: Sequence[tuple[str, ...]] = ()
    exhibits: Sequence[Exhibit] = ()
    gauges: Sequence[Gauge] = ()
    subject: Subject | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Plain values, one entry of `alih audit --json`."""
        shown = [
            {"items": list(exhibit.items), "text": in_english(exhibit.caption)}
            for exhibit in self.exhibits
        ]
        return {
            **self.finding.to_json(),
            "numbers": self.numbers,
            "files": [list(row) for row in self.files[:FILES]],
            "shown": shown,
        }
