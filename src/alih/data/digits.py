"""MNIST and USPS, the digits of two post offices: where their files come from, and what they must
hold.

MNIST (LeCun, Bottou, Bengio & Haffner 1998) comes as four IDX files (torchvision's layout) or as
Keras's `mnist.npz`; its content is known and checked. USPS (Hull 1994) has no address that gives
checked content, so it is only read from the user's `usps.npz` or `usps.h5`.
"""

from __future__ import annotations

import hashlib
import http.client
import os
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from alih import files
from alih.data import fashion_mnist
from alih.data.decode import Decode, Source
from alih.data.fashion_mnist import ROLES, STEMS, Place, Progress
from alih.data.idx import write_idx
from alih.data.sources import ArraySource
from alih.datafiles import arrays
from alih.errors import AlihError
from alih.study.catalogue.sets import KNOWN_SETS
from alih.words.phrase import reason_of

INSIDE = ("", "raw", "MNIST/raw", "mnist")
UPSTREAM = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
)
DOWNLOAD_BYTES = 11_594_722
LICENCE = {"mnist": "CC BY-SA 3.0", "usps": None}
CITATION = {
    "mnist": "LeCun, Bottou, Bengio & Haffner (1998). "
    "Gradient-Based Learning Applied to Document Recognition. "
    "Proceedings of the IEEE 86(11).",
    "usps": "Hull (1994). A Database for Handwritten Text Recognition Research. "
    "IEEE Transactions on Pattern Analysis and Machine Intelligence 16(5).",
}
# SHA-256 of MNIST's decompressed IDX files; arrays of an NPZ file are compared as if they were such
# files.
CONTENT = {
    "train-images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

Arrays = dict[str, np.ndarray]
"""Images uint8 [n, h, w] and labels uint8 [n] by role: those of the training and of the test
part."""


def place(name: str, path: str | None, progress: Progress | None = None) -> Path | Place:
    """The NPZ or HDF5 file of a set, or its four IDX files: at the user's `path`, else in the
    cache, else fetched (MNIST).

    Raises AlihError for a path without such files, and for a set that cannot be had.
    """
    found = here(name, path)
    if found is not None:
        return found
    if path is not None:
        raise AlihError("data.digits_missing", path=path, name=name, expected=_expected(name))
    if name == "usps":
        raise AlihError("data.usps_needs_path", expected=_expected(name))
    return _fetched(progress)


def _expected(name: str) -> str:
    stems = ", ".join(STEMS.values())
    return "usps.npz, usps.h5" if name == "usps" else f"mnist.npz, {stems}"


def here(name: str, path: str | None = None) -> Path | Place | None:
    """The files of a set at the user's path, or in the cache where none is given; None where they
    are not.
    """
    file = arrays.digits_file(name, path)
    if file is not None or name == "usps":
        return file
    folder = Path(path).expanduser() if path else cache_folder(name)
    return fashion_mnist.look(folder, "path" if path else "cache", INSIDE)


def cache_folder(name: str) -> Path:
    """Where the files of a set are kept."""
    return files.cache_dir() / "sets" / name


def read(name: str, source: Path | Place) -> Arrays:
    """The images and labels of both parts. Raises AlihError for files that are broken or those of
    another set.
    """
    if isinstance(source, Place):
        parts = {part: fashion_mnist.read_part(source, part) for part in ("train", "t10k")}
    else:
        parts = _hdf5(source) if source.suffix == ".h5" else _npz(source)
    found = {
        f"{part}-{kind}": pair[at]
        for part, pair in parts.items()
        for at, kind in enumerate(("images", "labels"))
    }
    where = source.folder if isinstance(source, Place) else source
    facts = KNOWN_SETS[name]
    side = facts.image_size
    expected = [(facts.train, side, side), (facts.test, side, side)]
    came = [found[f"{part}-images"].shape for part in ("train", "t10k")]
    if came != expected:
        raise AlihError(
            "data.digits_shape", path=where, name=name, got=str(came), expected=str(expected)
        )
    if name == "mnist":
        for role in ROLES:
            sha = hashlib.sha256(write_idx(found[role], compress=False)).hexdigest()
            if sha != CONTENT[role]:
                raise AlihError(
                    "data.wrong_content",
                    path=where,
                    name=name,
                    came=sha[:12],
                    expected=CONTENT[role][:12],
                )
    return found


def _npz(source: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    held = arrays.look(source)
    first = held.count("train") + held.count("validation")
    pixels = held.pixels()
    images = pixels[..., 0] if pixels.ndim == 4 and pixels.shape[-1] == 1 else pixels
    labels = np.concatenate(list(held.labels.values())).astype(np.uint8)
    return {"train": (images[:first], labels[:first]), "t10k": (images[first:], labels[first:])}


def _hdf5(source: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The layout of Kaggle's `usps.h5`: groups train and test with data [n, 256] in 0…1 and target
    [n].
    """
    try:
        import h5py
    except ImportError:
        raise AlihError("data.needs_h5py", path=source) from None
    found = {}
    try:
        with h5py.File(source, "r") as stored:
            for part, group in (("train", "train"), ("t10k", "test")):
                values = np.asarray(stored[group]["data"], np.float64).reshape(-1, 16, 16)
                images = np.clip(np.round(values * 255), 0, 255).astype(np.uint8)
                found[part] = images, np.asarray(stored[group]["target"]).astype(np.uint8)
    except (OSError, KeyError, ValueError) as error:
        raise AlihError("data.digits_broken", path=source, reason=error) from error
    return found


def source_of(name: str, source: Path | Place, settings: Decode) -> Source:
    """Both parts with the set's card, training first."""
    found = read(name, source)
    classes = KNOWN_SETS[name].names
    counts = {}
    for part, role in (("train", "train-labels"), ("test", "t10k-labels")):
        numbers = np.bincount(found[role], minlength=len(classes))
        counts[part] = {label: int(count) for label, count in zip(classes, numbers, strict=True)}
    card: dict[str, Any] = {
        "name": name,
        "classes": list(classes),
        "counts": counts,
        "licence": LICENCE[name],
        "source": CITATION[name],
        "sha256": files.digest(CONTENT) if name == "mnist" else arrays.file_sum(Path(str(source))),
    }
    pixels = np.concatenate([found["train-images"], found["t10k-images"]])
    labels = np.concatenate([found["train-labels"], found["t10k-labels"]])
    return ArraySource(pixels, labels, card, settings)


def _fetched(progress: Progress | None) -> Place:
    """MNIST's four files, from the first address that gives them right; `ALIH_MNIST_URL` replaces
    the addresses.
    """
    own = os.environ.get("ALIH_MNIST_URL")
    folder, addresses = cache_folder("mnist"), (own,) if own else UPSTREAM
    right = partial(read, "mnist")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with files.lock_if_possible(folder.parent / "mnist.lock"):
            found = fashion_mnist.look(folder, "cache", INSIDE)  # another process was first
            if found is not None:
                return found
            try:
                with fashion_mnist.downloaded(addresses, right, progress) as place:
                    return fashion_mnist.keep(place, folder)
            except (AlihError, OSError, http.client.HTTPException) as error:
                if isinstance(error, AlihError) and error.key.startswith(("common.", "data.cache")):
                    raise
                tried = f"{', '.join(addresses)} ({error})"
    except OSError as error:
        raise AlihError("data.cache_not_writable", path=folder, reason=reason_of(error)) from error
    raise AlihError(
        "data.digits_cannot_get", name="mnist", tried=tried, expected=_expected("mnist")
    )


def available(name: str) -> dict[str, Any]:
    """The row of `alih data list`."""
    found = here(name)
    file = found if isinstance(found, Path) else None
    size = file.stat().st_size if file else found.bytes if isinstance(found, Place) else 0
    where = file.parent if file else found.folder if isinstance(found, Place) else None
    return {
        "name": name,
        "where": str(where) if where else None,
        "source": "cache" if found else None,
        "bytes": size or (DOWNLOAD_BYTES if name == "mnist" else None),
        "licence": LICENCE[name],
        "ready": found is not None,
    }
