"""What became of the image files of a study since its cells were computed: which are gone, which
are new.
"""

from __future__ import annotations

import contextlib
import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alih.datafiles.layout import listed
from alih.errors import AlihError
from alih.runs.folder import ITEMS, SOURCE_ITEMS
from alih.study.catalogue.lookup import listing_of
from alih.study.catalogue.sets import specs
from alih.study.document.study import Study
from alih.words.phrase import Phrase

TOGETHER = ("split.groups: ", "split.copies: ")
_FILES = {"target": ITEMS, "source": SOURCE_ITEMS}


@dataclass(frozen=True)
class FileChanges:
    """Paths inside the data that a study noted and that are not there any more, and those that are
    new. What was moved or renamed within the data is neither.
    """

    gone: tuple[str, ...]
    new: tuple[str, ...]

    def told(self) -> Phrase:
        """The changes in a few words; bytes where no name changed."""
        if self.gone:
            values = {"count": len(self.gone), "names": listed(self.gone)}
            return Phrase("runs.images_gone", values)
        if self.new:
            return Phrase("runs.images_new", {"count": len(self.new), "names": listed(self.new)})
        return Phrase("runs.images_other")


def file_changes(root: Path, study: Study) -> FileChanges:
    """What changed since the items of the study folder `root` were noted; nothing where the files
    are not here.
    """
    gone: list[str] = []
    new: list[str] = []
    with contextlib.suppress(AlihError):
        for name, spec in specs(study).items():
            listing = listing_of(spec, task=study.task)
            if listing is None:
                continue
            noted = set(_noted(root / _FILES[name]))
            now = set(listing.items.paths)
            added = sorted(now - noted) if noted else []
            moved = {os.path.basename(path) for path in added}
            lost = [path for path in noted - now if not (listing.root / path).exists()]
            gone += sorted(path for path in lost if os.path.basename(path) not in moved)
            kept = {os.path.basename(path) for path in lost}
            new += [path for path in added if os.path.basename(path) not in kept]
    return FileChanges(tuple(gone), tuple(new))


def _noted(file: Path) -> Iterator[str]:
    """The image files that a study noted, one after the other: there may be a million."""
    with contextlib.suppress(OSError), open(file, newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            yield row.get("file") or ""


def is_content(change: str) -> bool:
    """Whether a change of an identity is one of the images' checksum.

    >>> is_content("data.content: 3f → 9a"), is_content("data.resize: squash → crop")
    (True, False)
    """
    key = change.partition(": ")[0]
    return key.startswith("data.") and key.endswith("content")


def retold(changes: Sequence[str], told: Phrase) -> list[str]:
    """The `changes` of an identity, with what happened to files in place of their checksum."""
    return [
        f"{change.partition(': ')[0]}: {told}" if is_content(change) else change
        for change in changes
    ]


def in_words(changes: Sequence[str]) -> list[str]:
    """The `changes` of an identity, with words in place of checksums of what stays together."""
    return [
        str(Phrase("runs.together_changed")) if change.startswith(TOGETHER) else change
        for change in changes
    ]
