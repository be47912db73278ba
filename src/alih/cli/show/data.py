"""What `new` prints about the images of a study."""

from __future__ import annotations

from collections.abc import Sequence

from alih.verdicts.ways import WayToTest
from alih.words import number, say


def ways(found: Sequence[WayToTest]) -> list[str]:
    """The ways to test a study, and what differences each can show."""
    told = [
        "  " + say(f"cli.new.way_{way.kind}", items=number(way.items, 0), shows=_shows(way))
        for way in found
    ]
    return [say("cli.new.ways"), *told] if told else []


def _shows(way: WayToTest) -> str:
    difference = way.smallest_difference
    if not difference:
        return ""
    points = number(min(100.0, 100 * difference), 0 if difference >= 0.095 else 1)
    return say("cli.new.resolution", points=points)
