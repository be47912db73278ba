"""NPZ files of images and labels: which array is what, told without reading pixels. Torch-free.

Names as Keras (`x_train`, `y_train`, `x_test`, `y_test`) and MedMNIST (`train_images`,
`train_labels`, `val_images`, …) have them, or plain `images` and `labels`. Nothing is unpickled.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from alih import files
from alih.datafiles.filehashes import file_sum
from alih.datafiles.layout import PART_NAMES
from alih.datafiles.listing import PARTS
from alih.datafiles.tables import in_order
from alih.errors import AlihError
from alih.files import cache
from alih.words.phrase import Phrase, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from alih.study.document.data import DataSpec

_WORDS = {
    "images": ("x", "image", "images", "img", "imgs", "data", "pictures"),
    "labels": ("y", "label", "labels", "target", "targets"),
}
NAMES = ("classes", "class_names", "label_names")
"""Arrays of text that name classes 0, 1, 2, …"""

BLOCK = 1 << 22
"""Bytes of images that are read at once."""

DIGITS = ("mnist", "usps")
"""Named sets that may lie in one file of arrays."""


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """An NPZ file: its classes, the side and channels of its images, and per part the names of both
    arrays and the labels.

    `labels` holds int64 [n] per part, numbers of `classes`; parts are in the order of
    `listing.PARTS`.
    """

    place: Path
    classes: tuple[str, ...]
    height: int
    width: int
    channels: int
    arrays: Mapping[str, tuple[str, str]]
    labels: Mapping[str, np.ndarray]

    @property
    def side(self) -> int:
        """Pixels of the longer side."""
        return max(self.height, self.width)

    def count(self, part: str) -> int:
        """Images in a part."""
        return len(self.labels[part]) if part in self.labels else 0

    def pixels(self) -> np.ndarray:
        """All images, uint8 [n, h, w] or [n, h, w, c], those of training first."""
        import numpy as np

        with _opened(self.place) as stored:
            parts = [stored[images] for images, _ in self.arrays.values()]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def blocks_of(self, part: str) -> Callable[[], Iterator[np.ndarray]]:
        """What reads a part's images in blocks of at most `BLOCK` bytes, uint8 [k, h, w, …]."""
        return partial(_blocks, self.place, self.arrays[part][0])


def look(place: Path) -> ArrayFile:
    """What an NPZ file holds. Labels are read, of images only their shape.

    Raises AlihError for a file that is absent or broken, arrays that are not understood or do not
    fit each other, and classes without training images.
    """
    if not place.exists():
        raise AlihError("study.npz_absent", path=place)
    return cache.found_in(place, _look)


def digits_file(name: str, path: str | None) -> Path | None:
    """The file of arrays that holds a set of `DIGITS`, or None: at the user's path or in it, else
    in the cache.
    """
    place = Path(path).expanduser() if path else files.cache_dir() / "sets" / name
    if place.is_file():
        return place
    suffixes = (".npz", ".h5") if name == "usps" else (".npz",)
    return next(
        (file for suffix in suffixes if (file := place / f"{name}{suffix}").is_file()), None
    )


def content(spec: DataSpec) -> str | None:
    """SHA-256 of the file of arrays that a set consists of; None where its name says what it holds,
    or no file is here.
    """
    if spec.npz is not None:
        place = Path(spec.npz).expanduser()
        if not place.is_file():
            raise AlihError("study.npz_absent", path=place)
        return file_sum(place)
    file = (
        digits_file("usps", spec.path) if spec.set == "usps" else None
    )  # there are several renderings of it
    return file_sum(file) if file else None


def _look(place: Path) -> ArrayFile:
    with _opened(place) as stored:
        arrays = _pairs(place, list(stored.files))
        shapes = {part: _shape(place, images) for part, (images, _) in arrays.items()}
        answers = {part: _labels(place, stored, name) for part, (_, name) in arrays.items()}
        named = next((_names(stored, name) for name in NAMES if name in stored.files), None)
    first, expected = next(iter(shapes.items()))
    for part, shape in shapes.items():
        images, labels = arrays[part]
        if shape[1:] != expected[1:]:
            values = {"name": images, "other": arrays[first][0]}
            sizes = {"got": _times(shape[1:]), "expected": _times(expected[1:])}
            raise AlihError("study.npz_sizes", path=place, **values, **sizes)
        if shape[0] != len(answers[part]):
            counts = {"images": shape[0], "labels": len(answers[part])}
            raise AlihError("study.npz_counts", path=place, name=images, other=labels, **counts)
    classes, numbers = _numbered(place, answers, arrays, named)
    height, width = expected[1:3]
    channels = expected[3] if len(expected) == 4 else 1
    return ArrayFile(place, classes, height, width, channels, arrays, numbers)


def _blocks(place: Path, name: str) -> Iterator[np.ndarray]:
    import numpy as np

    with _opened(place) as stored, stored.zip.open(f"{name}.npy") as file:
        shape, in_columns, _ = _header(file)
        if in_columns:
            yield stored[name]
            return
        size = math.prod(shape[1:])
        for start in range(0, shape[0], step := max(1, BLOCK // size)):
            count = min(step, shape[0] - start)
            block = np.frombuffer(file.read(count * size), np.uint8)
            yield block.reshape(count, *shape[1:])


@contextmanager
def _opened(place: Path) -> Iterator[Any]:
    import numpy as np

    if not zipfile.is_zipfile(place):
        raise AlihError("study.npz_no_archive", path=place)
    try:
        with np.load(place, allow_pickle=False) as stored:
            yield stored
    except AlihError:
        raise
    except Exception as error:  # zipfile, zlib and numpy raise many kinds for junk
        reason = reason_of(error)
        raise AlihError("study.npz_broken", path=place, reason=reason) from error


def _pairs(place: Path, names: list[str]) -> dict[str, tuple[str, str]]:
    """The arrays of images and labels of each part that is there."""
    found: dict[str, dict[str, str]] = {part: {} for part in PARTS}
    for name in names:
        part, kind = _meaning(name)
        if kind is None:
            continue
        if kind in found[part]:
            raise AlihError("study.npz_twice", path=place, names=f"{found[part][kind]}, {name}")
        found[part][kind] = name
    if len(found["train"]) < 2:
        raise AlihError("study.npz_no_pair", path=place, got=", ".join(names) or "–")
    for part, kinds in found.items():
        if len(kinds) == 1:
            (kind, name), *_ = kinds.items()
            missing = "labels" if kind == "images" else "images"
            raise AlihError("study.npz_half", path=place, name=name, part=part, missing=missing)
    return {part: (kinds["images"], kinds["labels"]) for part, kinds in found.items() if kinds}


def _meaning(name: str) -> tuple[str, str | None]:
    """Part and kind of an array; its kind is None where the name says nothing known.

    >>> _meaning("val_images"), _meaning("x_test"), _meaning("Labels")
    (('validation', 'images'), ('test', 'images'), ('train', 'labels'))
    """
    words = re.split(r"[^a-z]+", name.lower())
    parts = [part for part, known in PART_NAMES.items() if set(words) & set(known)]
    rest = [word for word in words if not any(word in known for known in PART_NAMES.values())]
    kinds = [kind for kind, known in _WORDS.items() if rest and all(word in known for word in rest)]
    return (parts[0] if parts else "train"), (
        kinds[0] if len(kinds) == 1 and len(parts) < 2 else None
    )


def _shape(place: Path, name: str) -> tuple[int, ...]:
    """The shape of an array of images, from its header. Raises AlihError for what is none of uint8
    images.
    """
    import numpy as np

    with zipfile.ZipFile(place) as archive, archive.open(f"{name}.npy") as file:
        shape, _, kind = _header(file)
    last = shape[3:] in ((), (1,), (3,))
    if kind != np.uint8 or len(shape) not in (3, 4) or not last or 0 in shape:
        floats = len(shape) in (3, 4) and last and kind.kind == "f"
        turned = kind == np.uint8 and len(shape) == 4 and shape[1] in (1, 3)
        hint = "npz_hint_floats" if floats else "npz_hint_channels" if turned else None
        values = {
            "got": f"{kind} [{', '.join(map(str, shape))}]",
            "hint": Phrase(f"study.{hint}") if hint else "",
        }
        raise AlihError("study.npz_images", path=place, name=name, **values)
    return shape


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether columns come first, and type of an array in a file."""
    import numpy as np

    version = np.lib.format.read_magic(file)
    read = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    return read(file)


def _labels(place: Path, stored: Any, name: str) -> np.ndarray:
    """Labels as text or whole numbers [n]."""
    try:
        labels = stored[name]
    except ValueError as error:
        if "Object arrays" in str(error):
            raise AlihError(
                "study.npz_objects", path=place, name=name, expected="int64 [n]"
            ) from None
        raise
    flat = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    whole = flat.dtype.kind in "iuUSb" or (
        flat.dtype.kind == "f" and bool((flat == flat.round()).all())
    )
    if flat.ndim != 1 or not whole:
        got = f"{labels.dtype} [{', '.join(map(str, labels.shape))}]"
        raise AlihError("study.npz_labels", path=place, name=name, got=got)
    if flat.dtype.kind == "S":
        return flat.astype("U")
    return flat if flat.dtype.kind == "U" else flat.astype("int64")


def _names(stored: Any, name: str) -> list[str] | None:
    named = stored[name]
    return [str(entry) for entry in named] if named.ndim == 1 and named.dtype.kind == "U" else None


def _numbered(
    place: Path,
    answers: dict[str, np.ndarray],
    arrays: dict[str, tuple[str, str]],
    named: list[str] | None,
) -> tuple[tuple[str, ...], dict[str, np.ndarray]]:
    """The classes, which are those of the training part, and the labels as their numbers."""
    import numpy as np

    def called(value: Any) -> str:
        within = (
            named is not None and answers["train"].dtype.kind == "i" and 0 <= value < len(named)
        )
        return named[int(value)] if named is not None and within else str(value)

    there = {part: np.unique(labels, return_inverse=True) for part, labels in answers.items()}
    values = there["train"][0]
    trained = [called(value) for value in values]
    # Numbers stay in their order, whatever they are called.
    classes = tuple(trained) if values.dtype.kind == "i" else in_order(set(trained))
    if len(set(classes)) < 2:
        raise AlihError("study.npz_one_class", path=place, found=", ".join(classes))
    index = {name: number for number, name in enumerate(classes)}
    numbers = {}
    for part, (values, inverse) in there.items():
        strays = [called(value) for value in values if called(value) not in index]
        if strays:
            name = arrays[part][1]
            raise AlihError("study.npz_untrained_class", path=place, name=strays[0], other=name)
        table = np.array([index[called(value)] for value in values], np.int64)
        numbers[part] = table[inverse.reshape(-1)]
    return classes, numbers


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
