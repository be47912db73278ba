"""Image files among paths that a user names, found one after the other: there may be a million."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alih.datafiles.imageformats import SUFFIXES, UNREAD
from alih.errors import AlihError
from alih.words.phrase import reason_of


@dataclass(frozen=True)
class ImagePath:
    """An image file, or a folder that cannot be read (`fault`).

    `place` is where a file made of it belongs, below a folder: relative, without an ending,
    different for every image of a search.
    """

    path: Path
    place: Path
    fault: AlihError | None = None


@dataclass(frozen=True)
class Search:
    """Files as they are named, and folders with all below them in the order of names; hidden files
    are left out.

    Iterating holds the names of one folder at each depth. `others` then counts, by ending, files of
    image formats that are not read. Raises AlihError for a path that does not exist.
    """

    paths: Sequence[Path]
    others: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for path in self.paths:
            if not path.exists():
                raise AlihError("data.no_such_path", path=path)

    def __iter__(self) -> Iterator[ImagePath]:
        taken: Counter[str] = Counter()
        for path in self.paths:
            if path.is_dir():
                alone = len(self.paths) == 1
                yield from self._below(
                    path, Path() if alone else Path(_free(path.resolve().name, taken)), ()
                )
            else:
                yield ImagePath(path, Path(_free(path.stem, taken)))

    def _below(
        self, folder: Path, place: Path, above: tuple[tuple[int, int], ...]
    ) -> Iterator[ImagePath]:
        try:
            found = os.stat(folder)
            own = found.st_dev, found.st_ino
            if own in above:
                raise AlihError("study.folder_loop", path=folder, target=os.path.realpath(folder))
            with os.scandir(folder) as entries:
                names = sorted(
                    (e.name, _is_folder(e)) for e in entries if not e.name.startswith(".")
                )
        except OSError as error:
            reason = reason_of(error)
            yield ImagePath(
                folder, place, AlihError("common.cannot_use", path=folder, reason=reason)
            )
            return
        except AlihError as error:
            yield ImagePath(folder, place, error)
            return
        stems = Counter(
            os.path.splitext(name)[0]
            for name, is_folder in names
            if _is_image(name) and not is_folder
        )
        for name, is_folder in names:
            stem, suffix = os.path.splitext(name)
            if is_folder:
                yield from self._below(folder / name, place / name, (*above, own))
            elif _is_image(name):
                yield ImagePath(folder / name, place / (stem if stems[stem] == 1 else name))
            elif suffix.lower() in UNREAD:
                self.others[suffix.lower()] += 1


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _is_image(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def _free(name: str, taken: Counter[str]) -> str:
    """The name, with a number behind it when it is taken."""
    found, number = name or "images", 1
    while taken[found]:
        number += 1
        found = f"{name}-{number}"
    taken[found] = 1
    return found
