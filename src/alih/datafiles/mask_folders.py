"""Folders of images with masks: which mask belongs to which image, and what the masks hold.
Torch-free.

Every mask is read once (sizes, ids); later looks believe a file's size and modification time, kept
in the cache folder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from alih import files
from alih.datafiles import folders, layout, leftovers
from alih.datafiles import mask_classes as masks
from alih.datafiles.filehashes import state
from alih.datafiles.imagefile import ids_in, mask_values, open_image, shown_size
from alih.datafiles.listing import PARTS, Item, Items, Listing
from alih.errors import AlihError
from alih.files import cache
from alih.files.telling import Teller
from alih.findings import Finding

IMAGES, MASKS = "images", "masks"
CLASSES = "classes.txt"
ENDING = "_mask"
STRATUM = "images"

_Row = list[Any]


def is_mask_folder(root: Path) -> bool:
    """Whether `root`, or a part in it, holds `images` and `masks`."""
    return root.is_dir() and bool(_trees(root))


def read(
    root: Path, given: Mapping[str, int | list[int]] | None = None, max_pixels: int | None = None
) -> Listing:
    """Images and masks below `root/images` and `root/masks`, or below those of ready parts
    (`train`, `val`, `test`).

    A mask has its image's name (sub-folders included), perhaps with `_mask` at the end, and is a
    PNG. `given` is the document's `masks`. Raises AlihError that names the file for half a part, a
    missing partner, another size, a colour mask, an unreadable one, ids that no class has and masks
    whose every pixel is ignored.
    """
    if not root.is_dir():
        layout.refuse_archive(root)
        raise AlihError("study.folder_absent", path=root, key="folder")
    trees = _trees(root)
    _refuse_half(root)
    if not trees:
        raise AlihError("study.mask_folder_form", path=root)
    if "train" not in trees:
        raise AlihError("study.mask_no_train", path=root)
    items = Items()
    ignored: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for part, (image_folder, mask_folder) in trees.items():
        pairs, others = _pairs(root, image_folder, mask_folder, left)
        ignored.update(others)
        for image, mask in pairs:
            items.add(Item(image, 0, PARTS.index(part), mask))
    found = with_masks(root, items, tuple(sorted(ignored.items())), given, max_pixels)
    return replace(found, left=leftovers.most_first(left))


def with_masks(
    root: Path,
    items: Items,
    ignored: tuple[tuple[str, int], ...],
    given: Mapping[str, int | list[int]] | None,
    max_pixels: int | None,
    columns: Mapping[str, tuple[str, ...]] | None = None,
) -> Listing:
    """The listing of images with masks below `root`, after reading every mask.

    Raises AlihError that names the file for another size, a colour mask, an unreadable one, ids
    that no class has and masks whose every pixel is ignored.
    """
    wanted = masks.given(given) if given else None
    ids, lying = _census(root, items, max_pixels)
    notes: tuple[Finding, ...] = ()
    if wanted is None:
        wanted = masks.found_in(ids, _names(root), root)
        notes = masks.taken_for(wanted, ids)
    masks.refuse_strays(wanted, ids)
    empty = [path for path, found in ids.items() if set(found) <= set(wanted.ignore)]
    if empty:
        raise AlihError("study.mask_ignored_only", path=empty[0], count=len(empty))
    return Listing(root, (STRATUM,), items, ignored, wanted, lying, notes, columns)


def ids_by_mask(listing: Listing, max_pixels: int | None = None) -> dict[str, list[int]]:
    """The ids in each mask of a listing, by its full path. Raises AlihError as `read`."""
    return _census(listing.root, listing.items, max_pixels)[0]


def _trees(root: Path) -> dict[str, tuple[Path, Path]]:
    """The folders `images` and `masks` of each part; those of `root` itself are all for
    training.
    """
    whole = _both(root)
    if whole:
        return {"train": whole}
    found: dict[str, Path] = {}
    for folder in sorted(root.iterdir()):
        part = _part(folder)
        if part is None or not _both(folder):
            continue
        if part in found:
            raise AlihError(
                "study.folder_part_twice", path=root, names=f"{found[part].name}, {folder.name}"
            )
        found[part] = folder
    pairs = {part: _both(found[part]) for part in PARTS if part in found}
    return {part: both for part, both in pairs.items() if both}


def _refuse_half(root: Path) -> None:
    """AlihError for a folder that is called like a part and holds images or masks, but not both: it
    must not be passed over.
    """
    if _both(root):
        return
    for folder in sorted(root.iterdir()):
        if _part(folder) and not _both(folder):
            there = [name for name in (IMAGES, MASKS) if _sub(folder, name)]
            if there:
                missing = MASKS if there == [IMAGES] else IMAGES
                raise AlihError(
                    "study.mask_half_part", path=folder, there=there[0], missing=missing
                )


def _part(folder: Path) -> str | None:
    """The part that a folder's name stands for."""
    return layout.part_of(folder.name) if folder.is_dir() else None


def _both(tree: Path) -> tuple[Path, Path] | None:
    images, masks_there = _sub(tree, IMAGES), _sub(tree, MASKS)
    return (images, masks_there) if images and masks_there else None


def _sub(tree: Path, name: str) -> Path | None:
    return next(
        (
            folder
            for folder in sorted(tree.iterdir())
            if folder.name.lower() == name and folder.is_dir()
        ),
        None,
    )


def _pairs(
    root: Path, image_folder: Path, mask_folder: Path, left: Counter[str]
) -> tuple[list[tuple[str, str]], Counter[str]]:
    """Image and mask paths inside `root`, and how many images of other formats were passed over."""
    found, others = folders.images_below(image_folder, left)
    stems = _by_stem(image_folder, found)
    mask_names, wrong = folders.images_below(mask_folder, left)
    lossy = sorted([name for name in mask_names if not name.lower().endswith(".png")])
    if lossy or wrong:
        raise AlihError(
            "study.mask_format",
            path=mask_folder,
            found=lossy[0] if lossy else ", ".join(sorted(wrong)),
        )
    mask_stems = _by_stem(mask_folder, mask_names)
    for stem in [stem for stem in mask_stems if stem.endswith(ENDING) and stem not in stems]:
        plain = stem.removesuffix(ENDING)
        if plain in stems and plain not in mask_stems:
            mask_stems[plain] = mask_stems.pop(stem)
    lonely = sorted(stems.keys() - mask_stems.keys())
    if lonely:
        raise AlihError(
            "study.mask_missing", path=mask_folder, count=len(lonely), example=stems[lonely[0]]
        )
    without = sorted(mask_stems.keys() - stems.keys())
    if without:
        raise AlihError(
            "study.mask_without_image",
            path=image_folder,
            count=len(without),
            example=mask_stems[without[0]],
        )
    if not stems:
        raise AlihError(
            "study.mask_no_images", path=image_folder, formats=", ".join(sorted(others)) or "–"
        )
    inside = [folder.relative_to(root).as_posix() for folder in (image_folder, mask_folder)]
    return [
        (f"{inside[0]}/{stems[stem]}", f"{inside[1]}/{mask_stems[stem]}") for stem in sorted(stems)
    ], others


def _by_stem(place: Path, names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        stem = str(PurePosixPath(name).with_suffix(""))
        if stem in found:
            raise AlihError("study.mask_name_twice", path=place, first=found[stem], second=name)
        found[stem] = name
    return found


def _names(root: Path) -> list[str]:
    """The lines of `classes.txt` beside `images`, or beside the parts."""
    for folder in (root, *(images.parent for images, _ in _trees(root).values())):
        file = folder / CLASSES
        if file.is_file():
            lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
            return [
                line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")
            ]
    return []


def _census(
    root: Path, items: Sequence[Item], max_pixels: int | None
) -> tuple[dict[str, list[int]], bool]:
    """The ids in each mask, by its full path, after checking its size against the image's; whether
    masks lie as in the file.

    They do as soon as one of them has a size that its image has only before it is turned as EXIF
    says.
    """
    place = files.cache_dir() / "masks" / f"{files.digest(str(root.resolve()))[:32]}.json"
    known = _stored(place)
    rows: dict[str, _Row] = {}
    changed: list[tuple[Item, list[int]]] = []
    for item in items:
        stamp = [*state(root, item.path), *state(root, item.mask or "")]
        old = known.get(item.mask or "")
        if old is not None and old[0] == stamp and old[1] == item.path:
            rows[item.mask or ""] = old
        else:
            changed.append((item, stamp))
    if changed:
        with ThreadPoolExecutor(4) as pool:
            looked = pool.map(lambda entry: _look(root, entry[0], max_pixels), changed)
            teller = Teller("masks", len(changed))
            for (item, stamp), (lies, found) in zip(changed, looked, strict=True):
                teller.add()
                rows[item.mask or ""] = [stamp, item.path, lies, found]
        cache.write_json(place, rows)
    ids = {str(root / (item.mask or "")): list(rows[item.mask or ""][3]) for item in items}
    return ids, any(row[2] for row in rows.values())


def _look(root: Path, item: Item, max_pixels: int | None) -> tuple[bool, list[int]]:
    """Whether a mask fits its image only as that lies in the file, and its ids. Raises AlihError
    that names what is unusable.
    """
    image, mask = root / item.path, root / (item.mask or "")
    with open_image(mask, max_pixels, "study.mask_unreadable") as picture:
        values = mask_values(picture, mask)
    with open_image(image, max_pixels, "study.mask_unreadable") as picture:
        size, shown = (values.shape[1], values.shape[0]), shown_size(picture)
        refuse_size(mask, size, picture.size, shown)
    return size != shown, ids_in(values)


def refuse_size(
    mask: Path, size: tuple[int, int], lies: tuple[int, int], shown: tuple[int, int]
) -> None:
    """AlihError when a mask has neither the size that its image has in the file, nor that of the
    image as it is shown.
    """
    if size not in (lies, shown):
        came, expected = (f"{width} × {height}" for width, height in (size, shown))
        raise AlihError("study.mask_size", path=mask, got=came, expected=expected)


def _stored(place: Path) -> dict[str, _Row]:
    try:
        return {
            path: row
            for path, row in (cache.read_json(place) or {}).items()
            if len(row) == 4 and isinstance(row[2], bool)
        }
    except (TypeError, AttributeError):
        return {}
