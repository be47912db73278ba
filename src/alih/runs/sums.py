"""What alih notes about the files of a study folder beside its cells, so that damage and a lost
record of looks are noticed.

`sums.json` holds `{"files": {name: SHA-256}, "looks": n, "peeks": n}`; studies made before
it was written have none.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from pathlib import Path

import filelock

from alih import files
from alih.runs.card import DataCard, Noted
from alih.runs.folder import CLASS_PICTURES, ITEMS, PICTURES, REFERENCES, StudyFolder
from alih.runs.reading import Damaged

COUNTED = (DataCard.FILE, REFERENCES, ITEMS, PICTURES, CLASS_PICTURES)
"""Files that a report reads and a run can write anew."""
PATIENCE = 60.0
"""Seconds to wait for another process that makes a note."""


def damaged(root: Path) -> list[str]:
    """Files of the study folder that are not as they were noted, or make no sense; those that are
    absent, unless pictures.
    """
    folder = StudyFolder(root)
    try:
        noted = folder.noted.files
    except Damaged:  # then nothing vouches for any of them
        return [Noted.FILE, *(name for name in COUNTED if (root / name).exists())]
    return [
        name
        for name in COUNTED
        if not (is_sound(folder, name) or _may_lack(folder, name, name in noted))
    ]


def _may_lack(folder: StudyFolder, name: str, is_noted: bool) -> bool:
    return not (folder.root / name).exists() and (
        name in (PICTURES, CLASS_PICTURES) or not is_noted
    )


def is_sound(folder: StudyFolder, name: str) -> bool:
    """Whether a file of the study folder is there and as it was noted; where nothing was noted of
    it, whether it makes sense.
    """
    try:
        expected = folder.noted.files.get(name)
        if expected is not None:
            return files.sha256(folder.root / name) == expected
        _make_out(folder, name)
    except (Damaged, OSError):
        return False
    return (folder.root / name).exists()


def _make_out(folder: StudyFolder, name: str) -> None:
    readers: dict[str, Callable[[], object]] = {
        DataCard.FILE: lambda: folder.data,
        REFERENCES: lambda: folder.references,
        ITEMS: folder.file_names,
        PICTURES: folder.pictures,
        CLASS_PICTURES: folder.class_pictures,
    }
    readers[name]()


def seal(root: Path, names: Collection[str] = COUNTED) -> None:
    """Note the checksums of files of the study folder as they are now; what was noted of the others
    stays.
    """

    def noted(before: Noted) -> dict[str, object]:
        now = {
            name: files.sha256(root / name)
            for name in COUNTED
            if name in names and (root / name).is_file()
        }
        return {
            "files": {name: sha for name, sha in before.files.items() if name not in names} | now
        }

    _note(root, noted)


def note_looks(root: Path, count: int) -> None:
    """Note how many looks were taken, so that a missing `looks.json` does not pass for none."""
    _note(root, lambda _: {"looks": count})


def note_peeks(root: Path, count: int) -> None:
    """Note how often test images were shown, so that a missing `peeks.json` does not pass for
    never.
    """
    _note(root, lambda _: {"peeks": count})


def _note(root: Path, change: Callable[[Noted], dict[str, object]]) -> None:
    with contextlib.ExitStack() as held:
        # Where a lock cannot be had, or is kept by a machine that has died, a note that is lost is
        # made again.
        with contextlib.suppress(filelock.Timeout, OSError):
            lock = files.lock_if_possible(root / ".locks" / "sums.lock", PATIENCE)
            held.enter_context(lock)
        try:
            before = StudyFolder(root).noted
        except Damaged:
            before = Noted()
        after = before.model_copy(update=change(before))
        if after != before or not (root / Noted.FILE).exists():
            after.write(root)
