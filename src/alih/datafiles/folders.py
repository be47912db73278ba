"""Folders whose sub-folders are the classes, flat or in ready training, validation and test
folders.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from alih.datafiles.imageformats import SUFFIXES, UNREAD
from alih.datafiles.listing import PARTS, Item, Listing
from alih.errors import AlihError
from alih.words.phrase import Phrase

FOLDERS_LOOKED_AT = 50
PART_NAMES = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation"),
    "test": ("test",),
}


def scan(root: Path) -> Listing:
    """Classes and images of a folder, in the order of their names.

    Flat: `root/<class>/…/image.jpg`. Ready parts: `root/train/<class>/…`, with `val` and `test`
    beside it (also called training, valid, validation; any case). `train` is a part only when it
    holds sub-folders with images, so a class of trains stays a class. Hidden files and files of no
    format in `imageformats` are left out; other images are counted. Raises AlihError for what is
    not understood: no folder, images outside classes, one class, an empty class, a class that
    occurs only in validation or test.
    """
    if not root.is_dir():
        raise AlihError("study.folder_absent", path=root)
    ready = _ready_parts(root)
    trees = ready or {"train": root}
    classes = _classes(root, trees)
    index = {name: label for label, name in enumerate(classes)}
    items: list[Item] = []
    ignored: Counter[str] = Counter()
    for part, tree in trees.items():
        _refuse_loose(tree)
        for folder in _folders(tree):
            inside = f"{tree.name}/{folder.name}" if ready else folder.name
            found, others = images_below(folder)
            ignored.update(others)
            if not found and folder.name in index:
                formats = ", ".join(sorted(others)) or "–"
                raise AlihError("study.folder_empty_class", path=folder, formats=formats)
            items += [
                Item(f"{inside}/{name}", index[folder.name], PARTS.index(part)) for name in found
            ]
    return Listing(
        root, classes, tuple(items), tuple(sorted(ignored.items())), notes=_without_images(trees)
    )


def _without_images(trees: dict[str, Path]) -> tuple[Phrase, ...]:
    """A note on sub-folders that were passed over because they hold no image: one may have been
    meant as a class.
    """
    empty = [
        f"{tree.name}/{folder.name}"
        for tree in trees.values()
        for folder in sorted(tree.iterdir())
        if folder.is_dir() and _visible(folder.name) and not any_image(folder)
    ]
    return (Phrase("study.folder_without_images", {"names": ", ".join(empty)}),) if empty else ()


def _classes(root: Path, trees: dict[str, Path]) -> tuple[str, ...]:
    names = {part: sorted(folder.name for folder in _folders(tree)) for part, tree in trees.items()}
    if len(names["train"]) < 2:
        found = ", ".join(names["train"]) or "–"
        raise AlihError("study.folder_one_class", path=trees["train"], found=found)
    for part in ("validation", "test"):
        extra = sorted(set(names.get(part, ())) - set(names["train"]))
        if extra:
            raise AlihError(
                "study.folder_extra_class",
                path=trees[part],
                names=", ".join(extra),
                train=trees["train"],
            )
    return tuple(names["train"])


def _ready_parts(root: Path) -> dict[str, Path]:
    """The ready parts in `root`, {} for a flat folder."""
    found: dict[str, Path] = {}
    rest: list[Path] = []
    for folder in _folders(root):
        part = next(
            (part for part, names in PART_NAMES.items() if folder.name.lower() in names), None
        )
        if part is None:
            rest.append(folder)
        elif part in found:
            raise AlihError(
                "study.folder_part_twice", path=root, names=f"{found[part].name}, {folder.name}"
            )
        else:
            found[part] = folder
    if "train" not in found or not _folders(found["train"]):
        return {}
    if rest:
        raise AlihError(
            "study.folder_mixed",
            path=root,
            parts=", ".join(f.name for f in found.values()),
            rest=rest[0].name,
        )
    return {part: found[part] for part in PARTS if part in found}


def _folders(place: Path) -> list[Path]:
    """Sub-folders with at least one image of any kind somewhere below, sorted by name; hidden ones
    are left out.
    """
    return sorted(
        folder
        for folder in place.iterdir()
        if folder.is_dir() and _visible(folder.name) and any_image(folder)
    )


def _visible(name: str) -> bool:
    return not name.startswith((".", "__"))


def any_image(folder: Path) -> bool:
    """Whether an image of any format lies below a folder."""
    return any(name.lower().endswith((*SUFFIXES, *UNREAD)) for name in _walk(folder))


def is_image_folder(root: Path, depth: int = 2) -> bool:
    """Whether images lie in a folder or near below (class, part/class), and no study does; False
    where it cannot be read.

    A guess for a message: links are not followed, and no tree is searched to its end.
    """
    try:
        with os.scandir(root) as entries:
            seen = [entry for entry in entries if _visible(entry.name)]
        folders = [Path(entry.path) for entry in seen if entry.is_dir(follow_symlinks=False)]
        if any((folder / "study.yaml").exists() for folder in folders):
            return False
        if any(
            entry.name.lower().endswith((*SUFFIXES, *UNREAD)) for entry in seen if entry.is_file()
        ):
            return True
        return depth > 0 and any(
            is_image_folder(folder, depth - 1) for folder in sorted(folders)[:FOLDERS_LOOKED_AT]
        )
    except OSError:
        return False


def images_below(folder: Path) -> tuple[list[str], Counter[str]]:
    """Images below a folder as sorted relative paths, and how many files of other image formats
    were passed over.
    """
    found, others = [], Counter[str]()
    for name in _walk(folder):
        suffix = os.path.splitext(name)[1].lower()
        if suffix in SUFFIXES:
            found.append(name)
        elif suffix in UNREAD:
            others[suffix] += 1
    return sorted(found), others


def _walk(folder: Path) -> Iterator[str]:
    """Files below a folder as relative paths; links are followed. Raises AlihError for a link to a
    folder that it lies in.
    """
    above = [_identity(parent) for parent in folder.absolute().parents]
    return _walk_below(folder, "", above)


def _walk_below(folder: Path, inside: str, above: list[tuple[int, int]]) -> Iterator[str]:
    own = _identity(folder)
    if own in above:
        raise AlihError("study.folder_loop", path=folder, target=os.path.realpath(folder))
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _visible(entry.name):
                continue
            if _is_folder(entry):
                yield from _walk_below(Path(entry.path), f"{inside}{entry.name}/", [*above, own])
            else:
                yield inside + entry.name


def _identity(folder: Path) -> tuple[int, int]:
    found = os.stat(folder)
    return found.st_dev, found.st_ino


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _refuse_loose(tree: Path) -> None:
    loose = sorted(
        f.name
        for f in tree.iterdir()
        if f.is_file() and _visible(f.name) and f.suffix.lower() in SUFFIXES
    )
    if loose:
        raise AlihError("study.folder_loose_images", path=tree, count=len(loose), example=loose[0])
