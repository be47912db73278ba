"""Image files among paths that a user names, found one after the other: there may be a million."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path

from alih.datafiles import archives
from alih.datafiles.imageformats import SUFFIXES, UNREAD
from alih.errors import AlihError
from alih.words.phrase import reason_of


@dataclass(frozen=True)
class ImagePath:
    """An image file, or something named that cannot be read (`fault`).

    `place` is where a file made of it belongs, below a folder: relative, without an ending,
    different for every image of a search. `inside` says where it lies in a ZIP archive.
    """

    path: Path
    place: Path
    fault: AlihError | None = None
    inside: str | None = None

    @property
    def name(self) -> str:
        """What tables and faults call it: the path, or the archive's and the one in it."""
        return str(self.path) if self.inside is None else self.inside


@dataclass(frozen=True)
class Search:
    """Files as they are named, folders and ZIP archives with all in them in the order of names, and
    what matches a pattern (`photos/*.jpg`, `**` for folders of any depth); hidden files are left
    out.

    `listed` gives further paths, one a line, each looked at when its turn comes. Iterating holds
    the names of one folder at each depth, or those that match a pattern. `others` then counts, by
    ending, files of image formats that are not read. Raises AlihError for a path among `paths` that
    does not exist and a pattern that nothing matches.
    """

    paths: Sequence[Path]
    listed: Iterable[str] | None = None
    others: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for path in self.paths:
            if os.path.exists(path):
                continue
            if not glob.has_magic(str(path)):
                raise AlihError("data.no_such_path", path=path)
            if next(glob.iglob(str(path), recursive=True), None) is None:
                raise AlihError("data.no_match", pattern=path)

    def __iter__(self) -> Iterator[ImagePath]:
        taken: dict[str, int] = {}
        alone = len(self.paths) == 1 and self.listed is None
        for path in self.paths:
            yield from self._of(path, alone, taken)
        for line in self.listed or ():
            path = Path(line.rstrip("\r\n"))
            if not line.strip():
                continue
            if os.path.exists(path):
                yield from self._of(path, False, taken)
            else:
                fault = AlihError("data.no_such_path", path=path)
                yield ImagePath(path, Path(_free(path.stem, taken)), fault)

    def _of(self, path: Path, alone: bool, taken: dict[str, int]) -> Iterator[ImagePath]:
        def place(folder: Path) -> Path:
            return Path() if alone else Path(_free(folder.resolve().name, taken))

        if path.is_dir():
            yield from self._below(path, place(path), ())
        elif not path.exists():
            fixed = Path(*takewhile(lambda part: not glob.has_magic(part), path.parts))
            yield from self._matching(str(path), fixed, place(fixed))
        elif path.suffix.lower() == ".zip":
            yield from self._packed(path, place(path.with_suffix("")))
        else:
            yield ImagePath(path, Path(_free(path.stem, taken)))

    def _packed(self, archive: Path, place: Path) -> Iterator[ImagePath]:
        try:
            folder = archives.unpacked(archive)
        except AlihError as error:
            yield ImagePath(archive, place, error)
            return
        for image in self._below(folder, place, ()):
            yield replace(image, inside=str(archive / image.path.relative_to(folder)))

    def _matching(self, pattern: str, fixed: Path, place: Path) -> Iterator[ImagePath]:
        names = sorted(glob.iglob(pattern, recursive=True))
        stems = Counter(os.path.splitext(name)[0] for name in names if _is_image(name))
        for name in names:
            path = Path(name)
            inner = place / path.relative_to(fixed)
            if path.is_dir():
                if "**" not in pattern:  # else what lies in it is a match of its own
                    yield from self._below(path, inner, ())
            elif _is_image(name):
                alone = stems[os.path.splitext(name)[0]] == 1
                yield ImagePath(path, inner.with_name(path.stem) if alone else inner)
            else:
                self._leave(name)

    def _leave(self, name: str) -> None:
        """Count a file that is not read, where it is an image."""
        suffix = os.path.splitext(name)[1].lower()
        if suffix in UNREAD:
            self.others[suffix] += 1

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
            stem = os.path.splitext(name)[0]
            if is_folder:
                yield from self._below(folder / name, place / name, (*above, own))
            elif _is_image(name):
                yield ImagePath(folder / name, place / (stem if stems[stem] == 1 else name))
            else:
                self._leave(name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _is_image(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def _free(name: str, taken: dict[str, int]) -> str:
    """The name, with a number behind it when it is taken."""
    name = name or "images"
    found, number = name, taken.get(name, 0)
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken[found] = 1
    taken[name] = max(number, 1)
    return found
