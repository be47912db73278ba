"""Oxford-IIIT Pet (Parkhi, Vedaldi, Zisserman & Jawahar 2012): 37 breeds, official membership from
its lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from alih import files
from alih.datafiles import mask_classes as masks
from alih.datafiles.listing import Item, Items, Listing, Where, rows_where
from alih.errors import AlihError
from alih.words.phrase import known

NAME = "oxford-iiit-pet"
LICENCE = "CC BY-SA 4.0"
CITATION = "Parkhi, Vedaldi, Zisserman & Jawahar (2012). Cats and Dogs. CVPR 2012. Oxford-IIIT Pet"
LISTS = ("trainval.txt", "test.txt")
FOLDERS = ("", "oxford-iiit-pet")
COLUMNS, SPECIES = ("species", "breed"), ("cat", "dog")
TRIMAPS = ("annotations/trimaps", "trimaps")


def place(path: str | None) -> Path | None:
    """The folder that holds `images` and the two lists: below the user's path, else in the cache;
    None when not fetched yet.

    Raises AlihError when the user's folder is absent or holds no such set.
    """
    if path is None:
        return _inside(cache_folder())
    folder = Path(path).expanduser()
    if not folder.is_dir():
        raise AlihError("study.folder_absent", path=path, key="path")
    found = _inside(folder)
    if found is None:
        raise AlihError(
            "study.pets_missing",
            path=path,
            expected="images/, annotations/trainval.txt, annotations/test.txt",
        )
    return found


def cache_folder() -> Path:
    """Where the fetched set is kept."""
    return files.cache_dir() / "sets" / NAME


def _inside(folder: Path) -> Path | None:
    for inner in FOLDERS:
        if (folder / inner / "images").is_dir() and _lists(folder / inner) is not None:
            return folder / inner
    return None


def _lists(folder: Path) -> Path | None:
    """Where the lists lie: in torchvision's `annotations`, or beside `images`."""
    for place in (folder / "annotations", folder):
        if all((place / name).is_file() for name in LISTS):
            return place
    return None


def read(root: Path, where: Where | None = None, label: str | None = None) -> Listing:
    """Breeds and images as the lists say: trainval trains, test tests. Breeds are called as in
    torchvision ("Great Pyrenees"). `where` chooses by `species` (cat, dog) and `breed`; `label`
    says which of them are the classes, breeds by default.

    A line is `<image> <class 1…37> <species> <breed>`. A part of the set with its own lists keeps
    the official membership; its classes are the breeds that occur, in the official order. Raises
    AlihError for a line that is not understood, an image that is named but not there, and an image
    that both lists name.
    """
    folder = _lists(root)
    assert folder is not None, "`place` looked for the lists"
    rows: list[tuple[str, int, int]] = []
    for part, name in enumerate(LISTS):
        rows += [(image, breed, 2 * part) for image, breed in _rows(folder / name)]
    if label not in (None, *COLUMNS):
        raise AlihError("study.where_column", got=label, known=known(label, COLUMNS))
    if where:
        columns = {
            "species": [_species(image) for image, _, _ in rows],
            "breed": [_breed(image) for image, _, _ in rows],
        }
        rows = [rows[row] for row in rows_where(columns, where)]
    if label == "species":
        there = {_species(image) for image, _, _ in rows}
        kinds = [name for name in SPECIES if name in there]
        rows = [(image, kinds.index(_species(image)), part) for image, _, part in rows]
    numbers = sorted({breed for _, breed, _ in rows})
    index = {breed: at for at, breed in enumerate(numbers)}
    names: dict[int, str] = {}
    for image, breed, _ in rows:
        names.setdefault(breed, _species(image) if label == "species" else _breed(image))
    present = {path.name for path in (root / "images").iterdir()}
    missing = [f"{image}.jpg" for image, _, _ in rows if f"{image}.jpg" not in present]
    if missing:
        raise AlihError(
            "study.pets_absent_images", path=root / "images", count=len(missing), example=missing[0]
        )
    seen: set[str] = set()
    for image, _, _ in rows:
        if image in seen:
            raise AlihError("study.pets_twice", path=folder, name=image)
        seen.add(image)
    items = [Item(f"images/{image}.jpg", index[breed], part) for image, breed, part in rows]
    items.sort(key=lambda item: (item.part, item.path))
    return Listing(root, tuple(names[breed] for breed in numbers), Items(items))


def _species(image: str) -> str:
    """As its authors say, names of cats' images begin with a capital, those of dogs' without."""
    return SPECIES[not image[0].isupper()]


def _breed(image: str) -> str:
    return " ".join(word.title() for word in image.rsplit("_", 1)[0].split("_"))


def read_masks(
    root: Path,
    given: Mapping[str, int | list[int]] | None = None,
    where: Where | None = None,
) -> Listing:
    """The same images with their trimaps; `classes` stay the breeds, which are strata of the split.

    Raises AlihError for an image without a trimap, and for `given` classes that do not fit the ids
    of trimaps.
    """
    classes = masks.of_pets(given)
    found = read(root, where)
    folder = trimaps(root)
    present = {path.name for path in (root / folder).iterdir()} if folder else set()
    items = [replace(item, mask=f"{folder}/{Path(item.path).stem}.png") for item in found.items]
    missing = [item.mask for item in items if Path(item.mask or "").name not in present]
    if missing:
        place, example = root / TRIMAPS[0], Path(missing[0] or "").name
        raise AlihError("study.pets_absent_masks", path=place, count=len(missing), example=example)
    return replace(found, items=Items(items), masks=classes)


def trimaps(root: Path) -> str | None:
    """Where the trimaps lie below the set's folder, None where there are none."""
    return next((name for name in TRIMAPS if (root / name).is_dir()), None)


def _rows(file: Path) -> list[tuple[str, int]]:
    rows = []
    for number, line in enumerate(
        file.read_text(encoding="utf-8", errors="replace").splitlines(), 1
    ):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) < 2 or not words[1].isdigit():
            raise AlihError("study.pets_bad_line", path=file, line=number, got=line.strip()[:60])
        rows.append((words[0], int(words[1])))
    if not rows:
        raise AlihError("study.pets_bad_line", path=file, line=1, got="")
    return rows
