"""Fashion-MNIST (Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747): where its four files come from,
and what they must hold.

Sources in order: the user's folder, the cache, the installed Debian package, the Debian package
fetched without root, the upstream addresses. Debian and Keras compressed the files anew, so
checksums are those of the decompressed content.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http.client
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from alih import files
from alih.data import store
from alih.data.idx import read_idx
from alih.errors import AlihError
from alih.study.catalogue.sets import FASHION_CLASSES
from alih.words import say
from alih.words.phrase import reason_of

# What is being done, bytes done, bytes in all (None when unknown).
Progress = Callable[[str, int, int | None], None]

ROLES = ("train-images", "train-labels", "t10k-images", "t10k-labels")
STEMS = {role: f"{role}-idx{3 if role.endswith('images') else 1}-ubyte" for role in ROLES}
DEBIAN_PACKAGE = "dataset-fashion-mnist"
DEBIAN_FOLDER = "usr/share/datasets/fashion-mnist"
UPSTREAM = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
)
INSIDE = ("", "fashion-mnist", "raw", "FashionMNIST/raw")
DOWNLOAD_BYTES = 30_878_551
LICENCE = "MIT"
CITATION = (
    "Xiao, Rasul & Vollgraf (2017). Fashion-MNIST: a Novel Image Dataset for "
    "Benchmarking Machine Learning Algorithms. "
    "arXiv:1708.07747"
)
# Names and order: the paper's table 2.
CLASSES = FASHION_CLASSES

# SHA-256 of the decompressed IDX files.
CONTENT: dict[str, dict[str, str]] = {
    "fashion-mnist": {
        "train-images": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    "fashion-mnist-mini": {
        "train-images": "406c4e584e6ae668d91ea222012a0785f0e086358efe54647a8a148aa69e10c0",
        "train-labels": "27ea0bc87c0c2ec7a42cf714a1482021c5d64cfbf80fa94a90bac0688f038b84",
        "t10k-images": "72b921f5abf7cf031c268d4d50b831e37f88a230b481aeb5847ee8c57da92ad7",
        "t10k-labels": "b775f1040e85d15fecdd2475a6d63d256e607a6af7b4cfefc98a31ec60240442",
    },
}
MOST_VALUES = 60_000 * 28 * 28
"""Pixels of the largest of the four files: none is decompressed any further."""
EMBEDDED = Path(__file__).parent / "embedded" / "fashion-mnist-mini"


@dataclass(frozen=True)
class Place:
    """Four IDX files that were found, one per role, and the kind of source they came from."""

    source: str
    folder: Path
    paths: dict[str, Path]

    @property
    def bytes(self) -> int:
        """What the files take on disk."""
        return sum(path.stat().st_size for path in self.paths.values())


def look(folder: Path, source: str, inside: Sequence[str] = INSIDE) -> Place | None:
    """The four files in `folder`, or in the subfolders that torchvision and Keras make; None when
    one is missing.
    """
    for place in (folder / name for name in inside):
        paths = {role: path for role in ROLES if (path := _find(place, role))}
        if len(paths) == len(ROLES):
            return Place(source, place, paths)
    return None


def _find(folder: Path, role: str) -> Path | None:
    stem = STEMS[role]
    for name in (
        f"{stem}.gz",
        stem,
        f"{stem.replace('-idx', '.idx')}.gz",
        stem.replace("-idx", ".idx"),
    ):
        if (folder / name).is_file():
            return folder / name
    return None


def in_user_folder(path: str, name: str) -> Place:
    """The files in the folder that the study names. Raises AlihError when the folder or a file is
    absent.
    """
    folder = Path(path).expanduser()
    if not folder.is_dir():
        raise AlihError("data.no_such_folder", path=path)
    place = look(folder, "path")
    if place is None:
        missing = [STEMS[role] for role in ROLES if not _find(folder, role)]
        raise AlihError(
            "data.missing_files",
            path=path,
            name=name,
            missing=", ".join(missing),
            expected=", ".join(STEMS.values()),
        )
    return place


def cache_folder() -> Path:
    """Where fetched files are kept."""
    return files.cache_dir() / "sets" / "fashion-mnist"


def debian_folder() -> Path:
    """Where the installed Debian package keeps its files; `ALIH_DEBIAN_ROOT` stands for `/`."""
    return Path(os.environ.get("ALIH_DEBIAN_ROOT", "/")) / DEBIAN_FOLDER


def on_this_machine() -> Place | None:
    """The files in the cache or the installed Debian package, whichever is complete first."""
    return look(cache_folder(), "cache") or look(debian_folder(), "debian")


def here(name: str, path: str | None = None) -> Place | None:
    """The files of a set on this machine: at the user's path, with the package, or where they are
    kept. Raises as `in_user_folder`.
    """
    if path is not None:
        return in_user_folder(path, name)
    return look(EMBEDDED, "embedded") if name == EMBEDDED.name else on_this_machine()


def check_content(name: str, place: Place) -> dict[str, str]:
    """SHA-256 of the decompressed content per role. Raises AlihError for a file that is broken or
    another one.
    """
    content = {}
    for role, path in place.paths.items():
        content[role] = content_hash(path)
        if content[role] != CONTENT[name][role]:
            raise AlihError(
                "data.wrong_content",
                path=path,
                name=name,
                came=content[role][:12],
                expected=CONTENT[name][role][:12],
            )
    return content


def content_hash(path: Path) -> str:
    """SHA-256 of a file's content, decompressed where it is gzip'd."""
    with open(path, "rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        return hashlib.file_digest(
            gzip.GzipFile(fileobj=raw) if zipped else raw, "sha256"
        ).hexdigest()


def read_part(place: Place, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 [n, 28, 28] and labels uint8 [n] of a part (`train`, `t10k`).

    Raises AlihError for files that are no IDX files, or announce more than the set has.
    """
    images, labels = place.paths[f"{part}-images"], place.paths[f"{part}-labels"]
    return read_idx(images, 3, MOST_VALUES), read_idx(labels, 1, MOST_VALUES)


def verify(name: str, place: Place) -> dict[str, str]:
    """Parse all four files, then check their content: a truncated file is told as that,
    not as a bad checksum.
    """
    for part in ("train", "t10k"):
        read_part(place, part)
    return check_content(name, place)


def obtain(progress: Progress | None = None) -> Place:
    """Fashion-MNIST's files from the first source that has them, fetched into the cache when they
    are not here yet.

    Processes that need the set at the same time wait for the one that fetches it. Raises AlihError
    that names every source tried, why it failed, and the command that gets the files.
    """
    tried: list[str] = []
    place = _first(("cache", "debian"), progress, tried)
    if place is not None:
        return place
    try:
        cache_folder().parent.mkdir(parents=True, exist_ok=True)
        with files.lock_if_possible(cache_folder().parent / "fashion-mnist.lock"):
            place = _first(("cache",), progress, []) or _first(("apt", "upstream"), progress, tried)
            if place is not None:
                return place
    except OSError as error:
        raise AlihError(
            "data.cache_not_writable", path=cache_folder(), reason=reason_of(error)
        ) from error
    command = (
        f"apt-get install {DEBIAN_PACKAGE}"
        if shutil.which("apt-get")
        else "alih data fetch fashion-mnist"
    )
    raise AlihError(
        "data.cannot_get", name="fashion-mnist", tried="; ".join(tried), command=command
    )


def _first(sources: tuple[str, ...], progress: Progress | None, tried: list[str]) -> Place | None:
    """The checked files of the first of these sources that has them; adds to `tried` why each of
    the others has not.
    """
    for source in sources:
        try:
            with _SOURCES[source](progress) as place:
                if place is None:
                    reason = say("data.source_absent")
                else:
                    verify("fashion-mnist", place)
                    kept = source in ("cache", "debian")
                    return place if kept else keep(place, cache_folder())
        except AlihError as error:
            if error.key.startswith("common.") or error.key == "data.cache_not_writable":
                raise  # no place to keep it: another source would not help
            reason = str(error)
        except (
            OSError,
            ValueError,
            http.client.HTTPException,
            subprocess.SubprocessError,
        ) as error:
            reason = _told(error)
        tried.append(f"{say(f'data.source_{source}')} ({reason})")
    return None


def _told(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = (error.stderr or b"").decode(errors="replace").strip().splitlines()
        return f"{error.cmd[0]}: {lines[-1]}" if lines else f"{error.cmd[0]}: {error.returncode}"
    return str(error) or type(error).__name__


def keep(place: Place, folder: Path) -> Place:
    """Copy verified files into a folder of the cache, each atomically."""
    for role, path in place.paths.items():
        suffix = ".gz" if path.suffix == ".gz" else ""
        with open(path, "rb") as source:
            try:
                files.write_atomically(
                    folder / (STEMS[role] + suffix), partial(shutil.copyfileobj, source)
                )
            except AlihError as error:
                raise store.in_cache(error, folder) from error
    kept = look(folder, "cache")
    assert kept is not None, "the four files were written just now"
    return kept


@contextlib.contextmanager
def _cached(progress: Progress | None) -> Iterator[Place | None]:
    yield look(cache_folder(), "cache")


@contextlib.contextmanager
def _installed(progress: Progress | None) -> Iterator[Place | None]:
    yield look(debian_folder(), "debian")


@contextlib.contextmanager
def _apt(progress: Progress | None) -> Iterator[Place | None]:
    """The Debian package, downloaded and unpacked without root into a temporary folder."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise AlihError("data.source_no_command", commands="apt-get, dpkg-deb")
    with tempfile.TemporaryDirectory(prefix="alih-apt-") as temporary:
        if progress:
            progress(f"apt-get download {DEBIAN_PACKAGE}", 0, DOWNLOAD_BYTES)
        _call(
            "apt-get",
            "-o",
            "Acquire::http::Timeout=30",
            "download",
            DEBIAN_PACKAGE,
            folder=temporary,
        )
        for package in Path(temporary).glob("*.deb"):
            _call("dpkg-deb", "-x", package.name, "unpacked", folder=temporary)
        yield look(Path(temporary) / "unpacked" / DEBIAN_FOLDER, "apt")


def _call(*command: str, folder: str) -> None:
    subprocess.run(
        command, cwd=folder, check=True, capture_output=True, timeout=600, stdin=subprocess.DEVNULL
    )


@contextlib.contextmanager
def _upstream(progress: Progress | None) -> Iterator[Place | None]:
    """The four files from the first upstream address that answers; `ALIH_FASHION_MNIST_URL`
    replaces the addresses.
    """
    own = os.environ.get("ALIH_FASHION_MNIST_URL")
    right = partial(verify, "fashion-mnist")
    with downloaded((own,) if own else UPSTREAM, right, progress) as place:
        yield place


@contextlib.contextmanager
def downloaded(
    addresses: Sequence[str], check: Callable[[Place], object], progress: Progress | None
) -> Iterator[Place]:
    """Four IDX files from the first address that gives them so that `check` is content, in a
    temporary folder. Raises the last address's error.
    """
    place = None
    with tempfile.TemporaryDirectory(prefix="alih-fetch-") as temporary:
        for base in addresses:
            try:
                for stem in STEMS.values():
                    target = Path(temporary) / f"{stem}.gz"
                    files.download(f"{base.rstrip('/')}/{stem}.gz", target, progress)
                place = look(Path(temporary), "upstream", ("",))
                assert place is not None, "the four files were fetched just now"
                check(place)
                break
            except (AlihError, OSError, http.client.HTTPException):
                if base == addresses[-1]:
                    raise
        assert place is not None, "the last address raises, and there is one"
        yield place


_SOURCES: dict[
    str, Callable[[Progress | None], contextlib.AbstractContextManager[Place | None]]
] = {
    "cache": _cached,
    "debian": _installed,
    "apt": _apt,
    "upstream": _upstream,
}
