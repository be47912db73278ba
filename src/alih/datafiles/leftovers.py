"""Files that are passed over, counted by what they are."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable

JUNK = {name.lower(): name for name in (".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX")}
"""What file managers and archivers leave behind."""

APPLE, HIDDEN, BARE = "._*", "hidden", "no ending"
KINDS = (*JUNK.values(), APPLE, HIDDEN)
"""Kinds that are not endings."""

Left = tuple[tuple[str, int], ...]


def is_visible(name: str) -> bool:
    """Whether a file or folder is looked at."""
    return not name.startswith((".", "__"))


def kind_of(name: str) -> str:
    """What a file is counted as: junk of a file manager, hidden, or its ending.

    >>> [kind_of(name) for name in (".DS_Store", "._a.jpg", ".git", "notes.TXT", "Makefile")]
    ['.DS_Store', '._*', 'hidden', '.txt', 'no ending']
    """
    if name.lower() in JUNK:
        return JUNK[name.lower()]
    if name.startswith("._"):
        return APPLE
    return (os.path.splitext(name)[1].lower() or BARE) if is_visible(name) else HIDDEN


def most_first(counts: Counter[str]) -> Left:
    """Counts by kind, the largest first."""
    return tuple(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))


def among(left: Iterable[tuple[str, int]], junk: bool) -> list[tuple[str, int]]:
    """The kinds that are junk or hidden, or all others."""
    return [(kind, count) for kind, count in left if (kind in KINDS) == junk]
