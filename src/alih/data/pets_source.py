"""Where Oxford-IIIT Pet comes from: the upstream archives that torchvision names, checked by their
published MD5.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from alih import files
from alih.data.fashion_mnist import Progress, _told
from alih.datafiles import pets
from alih.errors import AlihError

UPSTREAM = "https://www.robots.ox.ac.uk/~vgg/data/pets/data/"
ANNOTATIONS = "annotations.tar.gz"
ARCHIVES = {
    "images.tar.gz": "5c4f3ee8e5d25df40f4fd59a7f44e54c",
    ANNOTATIONS: "95a8c909bbe2e81eed6a22bccdf3f68f",
}
DOWNLOAD_BYTES = 811_000_000


def obtain(progress: Progress | None = None, trimaps: bool = False) -> Path:
    """The set's folder in the cache, fetched (800 MB) when it is not there; with `trimaps`, missing
    annotations (19 MB) too.

    `ALIH_PETS_URL` replaces the upstream address. Raises AlihError that says why it could not be
    had.
    """
    found = _here(trimaps)
    if found is not None:
        return found
    target = pets.cache_folder()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with files.lock_if_possible(target.parent / f"{pets.NAME}.lock"):
            partly = pets.place(None)
            if partly is None:
                _fetch(target, progress)
            elif _here(trimaps) is None:
                _complete(partly, progress)
    except AlihError:
        raise
    except (OSError, http.client.HTTPException, tarfile.TarError) as error:
        raise AlihError("data.pets_cannot_get", address=_address(), reason=_told(error)) from error
    found = _here(trimaps)
    if found is None:
        raise AlihError("data.pets_cannot_get", address=_address(), reason="images/, annotations/")
    return found


def _here(trimaps: bool) -> Path | None:
    found = pets.place(None)
    return found if found and (not trimaps or pets.trimaps(found)) else None


def _address() -> str:
    return os.environ.get("ALIH_PETS_URL", UPSTREAM)


def _fetch(target: Path, progress: Progress | None) -> None:
    """Download and unpack beside the target, then rename: a half-fetched set never lies at its
    place.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pets-") as temporary:
        unpacked = Path(temporary) / "set"
        for name in ARCHIVES:
            _unpack(name, Path(temporary), unpacked, progress)
        if target.exists():
            shutil.rmtree(target)
        os.replace(unpacked, target)


def _complete(root: Path, progress: Progress | None) -> None:
    """Put the official trimaps into a set in the cache that came without them; its images and lists
    stay.
    """
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".pets-") as temporary:
        unpacked = Path(temporary) / "set"
        _unpack(ANNOTATIONS, Path(temporary), unpacked, progress)
        place = root / pets.TRIMAPS[0]
        place.parent.mkdir(exist_ok=True)
        os.replace(unpacked / pets.TRIMAPS[0], place)


def _unpack(name: str, temporary: Path, into: Path, progress: Progress | None) -> None:
    """Download one archive, check its MD5, and unpack it."""
    archive = temporary / name
    files.download(f"{_address().rstrip('/')}/{name}", archive, progress)
    with open(archive, "rb") as file:
        came = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if came != ARCHIVES[name]:
        raise AlihError(
            "data.pets_wrong_archive", name=name, came=came[:12], expected=ARCHIVES[name][:12]
        )
    with tarfile.open(archive) as packed:
        if hasattr(tarfile, "data_filter"):
            packed.extractall(into, filter="data")
        else:  # Python before 3.11.4; the checksum says that this is the known archive
            packed.extractall(into)
    archive.unlink()


def available() -> dict[str, Any]:
    """The set's row in `alih data list`."""
    found = pets.place(None)
    return {
        "name": pets.NAME,
        "where": str(found) if found else None,
        "source": "cache" if found else None,
        "bytes": DOWNLOAD_BYTES,
        "licence": pets.LICENCE,
        "ready": found is not None,
    }
