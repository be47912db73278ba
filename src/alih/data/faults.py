"""All files of a set that cannot be used, told at once: whoever repairs a folder wants the whole list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alih.data import maskpictures, pictures
from alih.errors import AlihError
from alih.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alih.data.store import Decode, Raw

SHOWN = 20
"""Files that are named; of the others it is said how many there are."""


class UnusableFiles(AlihError):
    """Several files that cannot be used, one line each."""

    @classmethod
    def of(cls, errors: Sequence[AlihError]) -> UnusableFiles:
        """The error that names the files of `errors`, in their order."""
        return cls("data.unusable_files", count=len(errors), errors=tuple(errors[:SHOWN]))

    def __str__(self) -> str:
        shown = self.values["errors"]
        lines = [say(self.key, **self.values)]
        for error in shown:
            broken = error.key == "data.broken_image"
            lines.append(f"  {error.values['path']}: {error.values['reason']}" if broken else f"  {error}")
        beyond = self.values["count"] - len(shown)
        return "\n".join([*lines, *([f"  {say('data.unusable_more', n=beyond)}"] if beyond else [])])


def among(raw: Raw, settings: Decode) -> AlihError | None:
    """What is wrong with the files of a set: None where nothing is, one file's own error, or `UnusableFiles`.

    Each image and each mask is decoded; of a pair the first fault counts.
    """
    images, masks, classes = raw.images, raw.masks, raw.mask_classes
    found: dict[int, AlihError] = {}

    def look(index: int) -> None:
        try:
            pictures.read(images[index], settings)
            if masks is not None and classes is not None:
                maskpictures.read_mask(masks[index], images[index], settings, classes, lying=raw.lying)
        except AlihError as error:
            found[index] = error

    pictures.in_parallel(look, len(images))
    errors = [found[index] for index in sorted(found)]
    return UnusableFiles.of(errors) if len(errors) > 1 else errors[0] if errors else None
