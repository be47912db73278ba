"""All files of a set that cannot be used, told at once: whoever repairs a folder wants the whole
list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alih.data import pictures
from alih.errors import AlihError
from alih.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SHOWN = 20
"""Files that are named; of the others it is said how many there are."""


class UnusableFiles(AlihError):
    """Several files that cannot be used, one line each."""

    @classmethod
    def of(cls, errors: Sequence[AlihError]) -> UnusableFiles:
        """The error that names the files of `errors`, in their order."""
        return cls("data.unusable_files", count=len(errors), errors=tuple(errors))

    def __str__(self) -> str:
        shown = self.values["errors"][:SHOWN]
        lines = [say(self.key, **self.values)]
        for error in shown:
            broken = error.key == "data.broken_image"
            lines.append(
                f"  {error.values['path']}: {error.values['reason']}" if broken else f"  {error}"
            )
        beyond = self.values["count"] - len(shown)
        return "\n".join(
            [*lines, *([f"  {say('data.unusable_more', n=beyond)}"] if beyond else [])]
        )


def among(read: Callable[[int], object], count: int) -> AlihError | None:
    """Read each of `count` items: None where all can be used, one item's own error, or
    `UnusableFiles`.
    """
    found: dict[int, AlihError] = {}

    def look(index: int) -> None:
        try:
            read(index)
        except AlihError as error:
            found[index] = error

    pictures.in_parallel(look, count)
    errors = [found[index] for index in sorted(found)]
    return UnusableFiles.of(errors) if len(errors) > 1 else errors[0] if errors else None
