"""The listing of the files that `data` names. It serves plans, checks and identities; pixels are
read by `data/load.py`.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from alih import files
from alih.datafiles import archives, contents, folders, pets, tables
from alih.datafiles import mask_folders as maskfolders
from alih.datafiles.contents import Contents
from alih.datafiles.listing import Listing, restricted
from alih.errors import AlihError
from alih.study.document.data import DataSpec

KEEP_SECONDS, KEEP_TIMES, KEEP_MOST = 2.0, 5.0, 30.0
"""A plan asks for the same folder once per cell: within this time it is not listed again, nor, up
to the most seconds, within so many times as long as it took to list it."""

_listed: dict[tuple[str, ...], tuple[float, Listing]] = {}
"""Until when each listing is believed, and the listing."""
_trusted = False


def listing_of(spec: DataSpec, fresh: bool = False, task: str = "classification") -> Listing | None:
    """The files that `spec` names: a folder's, a table's, or a set's that consists of files; None
    where it has none (here).

    For the task `segmentation` with masks. Raises AlihError for a folder that is not there or whose
    form is not understood, and for unknown `classes`. `fresh` looks again even when the folder was
    listed a moment ago, unless it is trusted (`trusting`).
    """
    masked = task == "segmentation"
    read: Callable[[Path], Listing]
    if spec.folder is not None:
        place = Path(spec.folder).expanduser()
        read = (
            partial(maskfolders.read, given=spec.masks, max_pixels=spec.max_pixels)
            if masked
            else partial(folders.scan, sure=bool(spec.classes))
        )
    elif spec.table is not None:
        place = Path(spec.table).expanduser()
        read = partial(
            tables.read,
            masked=masked,
            given=spec.masks,
            max_pixels=spec.max_pixels,
            where=spec.where,
            label=spec.label,
        )
    elif spec.set == pets.NAME:
        found = pets.place(spec.path)
        if found is None:
            return None
        place = found
        read = (
            partial(pets.read_masks, given=spec.masks, where=spec.where)
            if masked
            else partial(pets.read, where=spec.where, label=spec.label)
        )
    else:
        return None
    key = (
        str(place.absolute()),
        task,
        spec.set or "",
        repr(spec.masks),
        repr(spec.max_pixels),
        repr((spec.where, spec.label)),
        repr(spec.domain),
        *(spec.classes or ()),
    )
    known = _listed.get(key)
    stale = known is None or fresh or time.monotonic() > known[0]
    if known is None or (stale and not _trusted):
        known = None
        _listed.pop(key, None)  # two of a million files would take much room
        _refuse_names(place, [str(place.absolute())])
        folder = folder_of(spec) if spec.folder is not None else place
        begun = time.monotonic()
        with archives.naming(place, folder):
            found_there = read(folder)
        masks, paths = found_there.items.masks, found_there.items.paths
        _refuse_names(place, itertools.chain(found_there.classes, paths, masks))
        now = time.monotonic()
        # The first look at masks takes long, and later ones do not.
        longer = 0.0 if masked else min(KEEP_MOST, KEEP_TIMES * (now - begun))
        known = (
            now + max(KEEP_SECONDS, longer),
            restricted(found_there, spec.classes) if spec.classes else found_there,
        )
        _listed[key] = known
    return known[1]


def folder_of(spec: DataSpec) -> Path:
    """The folder with the classes or parts that `spec` means: in an archive, and of a domain.

    Raises AlihError for an archive that cannot be unpacked, and for a domain that is not there.
    """
    folder = archives.folder_of(Path(spec.folder or "").expanduser())
    return folder if spec.domain is None else folders.domain_in(folder, spec.domain)


def _refuse_names(place: Path, names: Iterable[str]) -> None:
    """AlihError for names that are not UTF-8: no document, table or checksum of names can hold
    them.
    """
    odd = [name for name in names if not _is_utf8(name)]
    if odd:
        example, shown = files.escaped(odd[0]), files.escaped(str(place))
        raise AlihError("study.names_not_utf8", path=shown, count=len(odd), example=example)


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def forget() -> None:
    """List folders anew from now on."""
    _listed.clear()
    contents.forget()


@dataclass(frozen=True)
class Known:
    """What a process has found out about folders, for another process of the same run."""

    listed: dict[tuple[str, ...], tuple[float, Listing]]
    contents: Contents


@contextlib.contextmanager
def trusting() -> Iterator[None]:
    """Believe what is known about folders for as long as the context lasts: a run looks at its
    files once.
    """
    global _trusted
    before, _trusted = _trusted, True
    try:
        yield
    finally:
        _trusted = before


def known_now() -> Known:
    """What this process knows."""
    return Known(dict(_listed), contents.known_of({listing for _, listing in _listed.values()}))


def believe(known: Known) -> None:
    """Take over what another process of the same run knows, and trust it for good."""
    global _trusted
    _trusted = True
    _listed.update(known.listed)
    contents.believe(known.contents)
