"""Where Oxford-IIIT Pet comes from: the upstream archives that torchvision names, checked by their published MD5."""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import filelock

from alih import files
from alih.data.fashion_mnist import Progress, _told
from alih.errors import AlihError
from alih.study import pets

UPSTREAM = "https://www.robots.ox.ac.uk/~vgg/data/pets/data/"
ARCHIVES = {
    "images.tar.gz": "5c4f3ee8e5d25df40f4fd59a7f44e54c",
    "annotations.tar.gz": "95a8c909bbe2e81eed6a22bccdf3f68f",
}
DOWNLOAD_BYTES = 811_000_000


def obtain(progress: Progress | None = None) -> Path:
    """The set's folder in the cache, fetched (800 MB) when it is not there.

    `ALIH_PETS_URL` replaces the upstream address. Raises AlihError that says why it could not be had.
    """
    found = pets.place(None)
    if found is not None:
        return found
    target = pets.cache_folder()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(target.parent / f"{pets.NAME}.lock"):
            found = pets.place(None)
            if found is None:
                _fetch(target, progress)
    except AlihError:
        raise
    except (OSError, http.client.HTTPException, tarfile.TarError) as error:
        raise AlihError("data.pets_cannot_get", address=_address(), reason=_told(error)) from error
    found = pets.place(None)
    if found is None:
        raise AlihError("data.pets_cannot_get", address=_address(), reason="images/, annotations/")
    return found


def _address() -> str:
    return os.environ.get("ALIH_PETS_URL", UPSTREAM)


def _fetch(target: Path, progress: Progress | None) -> None:
    """Download and unpack beside the target, then rename: a half-fetched set never lies at its place."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pets-") as temporary:
        unpacked = Path(temporary) / "set"
        for name, md5 in ARCHIVES.items():
            archive = Path(temporary) / name
            files.download(f"{_address().rstrip('/')}/{name}", archive, progress)
            with open(archive, "rb") as file:
                came = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
            if came != md5:
                raise AlihError("data.pets_wrong_archive", name=name, came=came[:12], expected=md5[:12])
            with tarfile.open(archive) as packed:
                packed.extractall(unpacked, filter="data")
            archive.unlink()
        if target.exists():
            shutil.rmtree(target)
        os.replace(unpacked, target)


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
