"""A ZIP archive in place of a folder of images: unpacked once, below the cache, under the name of
its content. Torch-free.

Nothing is written outside that place, and no more than the archive says; what file managers leave
(`__MACOSX`, `.DS_Store`) becomes empty files, so that it is counted and takes no room.
"""

from __future__ import annotations

import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from alih import files
from alih.datafiles.filehashes import file_sum
from alih.datafiles.layout import listed
from alih.datafiles.leftovers import JUNK, is_visible
from alih.errors import AlihError
from alih.files import cache
from alih.files.telling import Teller
from alih.words.phrase import Phrase, reason_of

ROOM = "unpacked"
INSIDE = "files"
VERSION = 1
RATIO, SMALL = 50, 1 << 30
"""Times its own size that an archive may unpack to, and bytes that every one may: images hardly
shrink, and what grows more is made to fill disks."""

_UTF8, _SECRET = 0x800, 0x1

LONGEST = 255
"""Bytes of a file's name that file systems keep."""
LAYOUT = (
    *("study.folder_one_class", "study.folder_like_domains", "study.folder_loose_images"),
    *("study.folder_parts_bare", "study.folder_parts_named"),
)
"""What may be wrong with the folders in an archive: advice on paths in the cache is none."""


def folder_of(place: Path) -> Path:
    """The folder that is meant: `place` itself, or what a ZIP archive there holds.

    Raises AlihError for an archive that is damaged or encrypted, that would unpack to far more than
    its own size or than there is room for, and for names in it that lead elsewhere or occur twice.
    """
    if place.suffix.lower() != ".zip" or not place.is_file():
        return place
    return _within(unpacked(place))


def unpacked(place: Path) -> Path:
    """The folder, below the cache, that holds what the ZIP archive `place` does; raises as
    `folder_of`.
    """
    entry = cache.Entry(ROOM, file_sum(place)[:32])
    if entry.about.get("version") != VERSION:
        with entry.lock():
            if entry.about.get("version") != VERSION:
                _unpack(place, entry.path / INSIDE)
                entry.describe({"version": VERSION, "source": str(place)})
    entry.touch()
    return entry.path / INSIDE


@contextmanager
def naming(place: Path, folder: Path) -> Iterator[None]:
    """Name the archive `place` where the folders that it holds, in `folder`, are no set of images:
    AlihError.
    """
    try:
        yield
    except AlihError as error:
        if folder == place or error.key not in LAYOUT:
            raise
        names = sorted(one.name for one in folder.iterdir() if is_visible(one.name))
        raise AlihError(
            "study.zip_layout", path=place, names=listed(names) or Phrase("common.none")
        ) from error


def _within(folder: Path) -> Path:
    """The folder that holds classes or parts: archives often hold one folder with all the rest."""
    while True:
        seen = [inner for inner in folder.iterdir() if is_visible(inner.name)]
        if len(seen) != 1 or not seen[0].is_dir():
            return folder
        if not any(inner.is_dir() for inner in seen[0].iterdir()):
            return folder
        folder = seen[0]


def _unpack(place: Path, into: Path) -> None:
    try:
        with zipfile.ZipFile(place) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            targets = _targets(place, members)
            _refuse_too_large(place, members, into)
            teller = Teller("unpacking", len(members))
            for member, target in zip(members, targets, strict=True):
                _write(archive, member, into / target)
                teller.add()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise AlihError("study.zip_damaged", path=place, reason=reason_of(error)) from error
    except RuntimeError as error:  # a password is asked for
        raise AlihError("study.zip_secret", path=place) from error


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    size = 0 if _is_junk(PurePosixPath(target)) else member.file_size
    if target.is_file() and target.stat().st_size == size:  # of an unpacking that was stopped
        return
    with files.explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "wb") as file:
            if size:
                with archive.open(member) as packed:
                    shutil.copyfileobj(packed, file, 1 << 20)


def _is_junk(path: PurePosixPath) -> bool:
    return any(part.lower() in JUNK or part.startswith("._") for part in path.parts)


def _targets(place: Path, members: Sequence[zipfile.ZipInfo]) -> list[PurePosixPath]:
    """Where each member goes, below one folder."""
    found: dict[PurePosixPath, str] = {}
    for member in members:
        name = _name(member)
        parts = [part for part in name.split("/") if part not in ("", ".")]
        kind = stat.S_IFMT(member.external_attr >> 16)
        astray = ".." in parts or name.startswith("/") or name[1:2] == ":" or "\0" in name
        if astray or not parts or kind not in (0, stat.S_IFREG):
            raise AlihError("study.zip_unsafe", path=place, name=name)
        if member.flag_bits & _SECRET:
            raise AlihError("study.zip_secret", path=place)
        target = PurePosixPath(*parts)
        if target in found:
            raise AlihError("study.zip_twice", path=place, name=name)
        if any(len(part.encode("utf-8", "surrogatepass")) > LONGEST for part in parts):
            raise AlihError("study.zip_long_name", path=place, name=name, most=LONGEST)
        found[target] = name
    both = next((above for target in found for above in target.parents if above in found), None)
    if both is not None:
        raise AlihError("study.zip_file_and_folder", path=place, name=found[both])
    return list(found)


def _name(member: zipfile.ZipInfo) -> str:
    """A member's name with forward slashes. macOS writes UTF-8 and does not say so."""
    name = member.filename
    if not member.flag_bits & _UTF8:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = member.filename
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _refuse_too_large(place: Path, members: Sequence[zipfile.ZipInfo], into: Path) -> None:
    total = sum(member.file_size for member in members)
    if total > max(SMALL, RATIO * place.stat().st_size):
        raise AlihError("study.zip_bomb", path=place, size=total, packed=place.stat().st_size)
    into.mkdir(parents=True, exist_ok=True)
    there = sum(file.stat().st_size for file in into.rglob("*") if file.is_file())
    free = shutil.disk_usage(into).free
    if total - there > free:
        raise AlihError("study.zip_no_room", path=place, size=total, free=free, cache=into)
