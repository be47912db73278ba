"""Folders whose sub-folders are the classes, flat or in ready training, validation and test
folders.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from alih.datafiles import layout, leftovers
from alih.datafiles.imageformats import SUFFIXES, UNREAD, conversion
from alih.datafiles.layout import listed
from alih.datafiles.leftovers import is_visible
from alih.datafiles.listing import PARTS, Item, Items, Listing
from alih.errors import AlihError
from alih.findings import Finding
from alih.words.phrase import Phrase, known

FOLDERS_LOOKED_AT = 50


def scan(root: Path, sure: bool = False) -> Listing:
    """Classes and images of a folder, in the order of their names.

    Flat: `root/<class>/…/image.jpg`. Ready parts: `root/train/<class>/…`, with `val` and `test`
    beside it (also called training, valid, validation; any case). `train` is a part only when it
    holds sub-folders with images, so a class of trains stays a class. Hidden files and files of no
    format in `imageformats` are left out and counted. Raises AlihError for what is not understood:
    no folder, images outside classes, one class, an empty class, a class that occurs only in
    validation or test; and, unless the caller is `sure` of the classes, for classes that are called
    like parts or look like domains.
    """
    if not root.is_dir():
        layout.refuse_archive(root)
        raise AlihError("study.folder_absent", path=root, key="folder")
    ready = _ready_parts(root)
    trees = ready or {"train": root}
    if not ready and not sure:
        _refuse_other_layouts(root)
    classes = _classes(trees)
    index = {name: label for label, name in enumerate(classes)}
    items = Items()
    ignored: Counter[str] = Counter()
    left: Counter[str] = Counter()
    inner: dict[str, set[str]] = defaultdict(set)
    _count_beside(root, left)
    for part, tree in trees.items():
        _refuse_loose(tree)
        if ready:
            _count_beside(tree, left)
        for folder in _folders(tree):
            inside = f"{tree.name}/{folder.name}" if ready else folder.name
            found, others = images_below(folder, left)
            inner[folder.name] |= {name.split("/")[0] for name in found if "/" in name}
            ignored.update(others)
            if not found and folder.name in index:
                formats = ", ".join(sorted(others)) or "–"
                hint = conversion(others)
                raise AlihError("study.folder_empty_class", path=folder, formats=formats, hint=hint)
            for name in found:
                items.add(Item(f"{inside}/{name}", index[folder.name], PARTS.index(part)))
    return Listing(
        root,
        classes,
        items,
        tuple(sorted(ignored.items())),
        notes=(*_without_images(trees), *_merged(inner)),
        left=leftovers.most_first(left),
    )


def domain_in(root: Path, name: str) -> Path:
    """The sub-folder of a domain. Raises AlihError, with the names of those there, for another."""
    if not root.is_dir():
        layout.refuse_archive(root)
        raise AlihError("study.folder_absent", path=root, key="folder")
    there = [folder.name for folder in _folders(root)]
    if name not in there:
        found = known(name, there) if there else Phrase("study.domain_none")
        raise AlihError("study.domain_unknown", got=name, path=root, known=found)
    return root / name


def _refuse_other_layouts(root: Path) -> None:
    """AlihError for folders that are called like parts, and for domains that would be classes."""
    folders = _folders(root)
    if len(folders) < 2:
        return
    inside = {folder.name: [sub.name for sub in _folders(folder)] for folder in folders}
    layout.refuse_parts_as_classes(root, inside)
    loose = [folder.name for folder in folders if _loose(folder)]
    layout.refuse_domains_as_classes(root, inside, loose)


def _count_beside(tree: Path, left: Counter[str]) -> None:
    """Count the files, and the hidden folders, that lie beside the folders of classes or parts."""
    with os.scandir(tree) as entries:
        left.update(
            leftovers.kind_of(entry.name)
            for entry in entries
            if not is_visible(entry.name) or (os.path.isfile(entry) and not _is_image(entry.name))
        )


def _is_image(name: str) -> bool:
    return name.lower().endswith((*SUFFIXES, *UNREAD))


def _without_images(trees: dict[str, Path]) -> tuple[Finding, ...]:
    """What is to be said about sub-folders that were passed over because they hold no image, and
    links to nothing: one may have been meant as a class.
    """
    empty, dangling = [], []
    for tree in trees.values():
        for entry in sorted(tree.iterdir()):
            name = f"{tree.name}/{entry.name}"
            if not is_visible(entry.name):
                continue
            if entry.is_symlink() and not os.path.exists(entry) and not entry.suffix:
                dangling.append(f"{name} → {os.readlink(entry)}")
            elif entry.is_dir() and not any_image(entry):
                empty.append(name)
    found = []
    if empty:
        found.append(Finding("A002", "study.folder_without_images", {"names": listed(empty)}))
    if dangling:
        found.append(Finding("A002", "study.folder_link_to_nothing", {"names": listed(dangling)}))
    return tuple(found)


def _merged(inner: dict[str, set[str]]) -> tuple[Finding, ...]:
    """A note on classes whose images lie in several folders of their own."""
    several = {name: sorted(folders) for name, folders in inner.items() if len(folders) > 1}
    names = [f"{name} ({listed(folders)})" for name, folders in several.items()]
    values = {"names": listed(names)}
    return (Finding("A010", "study.folders_merged", values, severity="note"),) if names else ()


def _classes(trees: dict[str, Path]) -> tuple[str, ...]:
    names = {part: sorted(folder.name for folder in _folders(tree)) for part, tree in trees.items()}
    if len(names["train"]) < 2:
        found, tree = ", ".join(names["train"]) or Phrase("common.none"), trees["train"]
        there = _folders(tree)
        inside = [folder.name for folder in _folders(there[0])] if there else []
        hint = layout.inner_hint(tree, there, inside, _loose(tree))
        raise AlihError("study.folder_one_class", path=tree, found=found, hint=hint)
    for part in ("validation", "test"):
        extra = sorted(set(names.get(part, ())) - set(names["train"]))
        if extra:
            raise AlihError(
                "study.folder_extra_class",
                path=trees[part],
                names=", ".join(extra),
                train=trees["train"],
                hint=layout.other_spelling(extra, names["train"]),
            )
    return tuple(names["train"])


def _ready_parts(root: Path) -> dict[str, Path]:
    """The ready parts in `root`, {} for a flat folder."""
    found: dict[str, Path] = {}
    rest: list[Path] = []
    for folder in _folders(root):
        part = layout.part_of(folder.name)
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
        others = {folder.name: [sub.name for sub in _folders(folder)] for folder in rest}
        if any((layout.part_meant(name) or "train") not in found for name in others):
            trained = {found["train"].name: [sub.name for sub in _folders(found["train"])]}
            layout.refuse_parts_as_classes(root, trained | others)
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
        if folder.is_dir() and is_visible(folder.name) and any_image(folder)
    )


def any_image(folder: Path) -> bool:
    """Whether an image of any format lies below a folder."""
    return any(_is_image(name) for name in _walk(folder))


def is_image_folder(root: Path, depth: int = 2) -> bool:
    """Whether images lie in a folder or near below (class, part/class), and no study does; False
    where it cannot be read.

    A guess for a message: links are not followed, and no tree is searched to its end.
    """
    try:
        with os.scandir(root) as entries:
            seen = [entry for entry in entries if is_visible(entry.name)]
        folders = [Path(entry.path) for entry in seen if entry.is_dir(follow_symlinks=False)]
        if any((folder / "study.yaml").exists() for folder in folders):
            return False
        if any(_is_image(entry.name) for entry in seen if entry.is_file()):
            return True
        return depth > 0 and any(
            is_image_folder(folder, depth - 1) for folder in sorted(folders)[:FOLDERS_LOOKED_AT]
        )
    except OSError:
        return False


def images_below(folder: Path, left: Counter[str] | None = None) -> tuple[list[str], Counter[str]]:
    """Images below a folder as sorted relative paths, and how many files of other image formats
    were passed over; what else was is added to `left`.
    """
    found, others, rest = [], Counter[str](), Counter[str]()
    for name in _walk(folder, rest):
        suffix = os.path.splitext(name)[1].lower()
        if suffix in SUFFIXES:
            found.append(name)
        elif suffix in UNREAD:
            others[suffix] += 1
        else:
            rest[leftovers.kind_of(os.path.basename(name))] += 1
    if left is not None:
        left.update(rest)
    return sorted(found), others


def _walk(folder: Path, hidden: Counter[str] | None = None) -> Iterator[str]:
    """Files below a folder as relative paths; links are followed, what is hidden is counted in
    `hidden`. Raises AlihError for a link to a folder that it lies in.
    """
    above = [_identity(parent) for parent in folder.absolute().parents]
    return _walk_below(folder, "", above, Counter() if hidden is None else hidden)


def _walk_below(
    folder: Path, inside: str, above: list[tuple[int, int]], hidden: Counter[str]
) -> Iterator[str]:
    own = _identity(folder)
    if own in above:
        raise AlihError("study.folder_loop", path=folder, target=os.path.realpath(folder))
    with os.scandir(folder) as entries:
        for entry in entries:
            if not is_visible(entry.name):
                hidden[leftovers.kind_of(entry.name)] += 1
            elif _is_folder(entry):
                below = f"{inside}{entry.name}/"
                yield from _walk_below(Path(entry.path), below, [*above, own], hidden)
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


def _loose(tree: Path) -> list[str]:
    """Images that lie in a folder itself, sorted."""
    return sorted(
        f.name
        for f in tree.iterdir()
        if f.is_file() and is_visible(f.name) and f.suffix.lower() in SUFFIXES
    )


def _refuse_loose(tree: Path) -> None:
    loose = _loose(tree)
    if loose:
        raise AlihError("study.folder_loose_images", path=tree, count=len(loose), example=loose[0])
