"""Decoded images on disk: decoded once, memory-mapped by every later run and process.

One folder per key under `cache_dir()/decoded`: `images.npy` (uint8 [n, h, w, c]), `labels.npy` (int64 [n]) and `data.json`,
which holds the set's card and the checksums of both and is written last. Sets with masks have `masks.npy` (uint8 [n, h, w]) too.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import filelock
import numpy as np

from alih import files
from alih.data import maskpictures, pictures
from alih.errors import AlihError
from alih.study.masks import MaskClasses

VERSION = 2
DEFAULT_LIMIT = 20 * 10**9
_CHUNK_PIXELS = 1 << 24
FILES_AT_ONCE = 256
"""Image files decoded before their number is told: seconds for large photographs, however small they become."""

# (key, size and mtime of both arrays) whose checksums this process has seen to be right: a worker that opens a set for
# every cell hashes it once.
_checked: set[tuple[Any, ...]] = set()


@dataclass(frozen=True, eq=False)
class Raw:
    """Undecoded content: images (uint8 [n, h, w] or [n, h, w, c], or files), labels [n], the card without decode settings.

    `masks`: the files of the masks, with `mask_classes`, for images that are files too; `lying` as `Listing` has it.
    """

    images: np.ndarray | Sequence[Path]
    labels: np.ndarray
    card: dict[str, Any]
    masks: Sequence[Path] | None = None
    mask_classes: MaskClasses | None = None
    lying: bool = False


def folder() -> Path:
    """Where decoded sets lie."""
    return files.cache_dir() / "decoded"


@dataclass(frozen=True)
class Decode:
    """How images become squares of `size` pixels: see `decode`. Files with more than `max_pixels` pixels are refused."""

    size: int
    channels: int
    resize: str = "squash"
    interpolation: str = "bilinear"
    max_pixels: int | None = None

    def card(self, of_files: bool) -> dict[str, Any]:
        """The settings as the data card tells them; how files of many sizes were made square belongs to it."""
        sides = {"image_size": self.size, "channels": self.channels}
        return sides | ({"resize": f"{self.resize}, {self.interpolation}, antialiased"} if of_files else {})


def key(content: dict[str, str], settings: Decode) -> str:
    """The name of a decoded set: its files' content hashes and the decode settings.

    Path, size and modification time are left out on purpose: a set that is moved, copied or touched is still the same
    set, and a file that changed under an old date is not.
    """
    return files.digest([VERSION, content, _decisive(settings)])[:32]


def content(sha256: str, settings: Decode) -> str:
    """A digest of what a set's pixels are: of its files' content and how they were decoded."""
    return files.digest([VERSION, sha256, _decisive(settings)])


def _decisive(settings: Decode) -> dict[str, Any]:
    # A limit decides whether an image is decoded, not what it becomes.
    return {name: value for name, value in asdict(settings).items() if name != "max_pixels"}


Tell = Callable[[int, int], None]
"""Is told how many images are decoded, of how many."""


class Stored(NamedTuple):
    """A decoded set: memory-mapped images, labels, memory-mapped masks where it has them, and its card."""

    images: np.ndarray
    labels: np.ndarray
    masks: np.ndarray | None
    card: dict[str, Any]


def open_or_build(
    name: str, build: Callable[[], Raw], settings: Decode, tell: Tell = lambda done, of: None
) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Memory-mapped images, labels and card of the decoded set `name`; see `obtain`."""
    found = obtain(name, build, settings, tell)
    return found.images, found.labels, found.card


def obtain(name: str, build: Callable[[], Raw], settings: Decode, tell: Tell = lambda done, of: None) -> Stored:
    """The decoded set `name`, decoding `build()` when it is absent or damaged.

    Safe for several processes: the first one decodes under a lock, the others wait and open what it wrote.
    Raises AlihError when the cache folder cannot be written or is full, and for an image or mask file that cannot be used.
    """
    place = folder() / name
    opened = _open(place)
    if opened is None:
        try:
            place.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(folder() / f"{name}.lock"):
                opened = _open(place)
                if opened is None:
                    raw = build()
                    try:
                        _write(place, raw, settings, tell)
                    except AlihError as error:
                        raise _with_others(error, raw, settings) from error
                    opened = _open(place)
        except MemoryError as error:
            raise AlihError("data.decoded_too_large", size=settings.size) from error
        except OSError as error:
            raise AlihError("data.cache_not_writable", path=folder(), reason=error.strerror or error) from error
        except AlihError as error:
            raise in_cache(error, folder()) from error
    if opened is None:
        raise AlihError("data.cache_not_writable", path=folder(), reason=f"{place.name} does not keep what is written")
    return opened


def _with_others(error: AlihError, raw: Raw, settings: Decode) -> AlihError:
    """The error of the first file that could not be decoded, or one that names all of them."""
    if isinstance(raw.images, np.ndarray) or error.key == "common.cannot_write":
        return error
    from alih.data import faults

    return faults.among(raw, settings) or error


def in_cache(error: AlihError, place: Path) -> AlihError:
    """A failure to write, told as one of the cache folder: its remedy is ALIH_CACHE, not another output folder."""
    if error.key != "common.cannot_write":
        return error
    return AlihError("data.cache_not_writable", path=place, reason=error.values["reason"])


def _open(place: Path) -> Stored | None:
    """The set in `place`, or None when it is absent, unfinished or does not match its checksums."""
    sidecar = place / "data.json"
    try:
        stored = files.read_json(sidecar)
        arrays = _arrays(place, bool(stored.get("masks")))
        stats = [path.stat() for path in arrays]
        seen = (str(place), stored["checksums"], *((s.st_size, s.st_mtime_ns) for s in stats))
        if seen not in _checked:
            if stored["checksums"] != _checksums(arrays, stored["card"]):
                return None
            _checked.add(seen)
        images = np.load(arrays[0], mmap_mode="r", allow_pickle=False)
        labels = np.load(arrays[1], allow_pickle=False)
        masks = np.load(arrays[2], mmap_mode="r", allow_pickle=False) if len(arrays) > 2 else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    with contextlib.suppress(OSError):  # a read-only cache is fine for reading
        os.utime(sidecar)  # its time says when the set was last used, for prune
    return Stored(images, labels, masks, stored["card"])


def _arrays(place: Path, masked: bool) -> tuple[Path, ...]:
    return (place / "images.npy", place / "labels.npy", *([place / "masks.npy"] if masked else []))


def _checksums(arrays: Sequence[Path], card: dict[str, Any]) -> str:
    return ",".join([*(files.sha256(path) for path in arrays), files.digest(card)])


def _write(place: Path, raw: Raw, settings: Decode, tell: Tell) -> None:
    (place / "data.json").unlink(missing_ok=True)
    square = (len(raw.images), settings.size, settings.size)
    if raw.masks is not None:
        _write_pairs(place, raw, settings, tell)
    else:

        def write_images(file: Any) -> None:
            _header(file, (*square, settings.channels))
            done = 0
            for chunk in _decoded(raw.images, settings):
                file.write(chunk.tobytes())
                done += len(chunk)
                tell(done, len(raw.images))

        files.write_atomically(place / "images.npy", write_images)
    labels = np.ascontiguousarray(raw.labels, np.int64)
    files.write_atomically(place / "labels.npy", lambda file: np.save(file, labels, allow_pickle=False))
    card = {**raw.card, **settings.card(of_files=not isinstance(raw.images, np.ndarray))}
    checksums = _checksums(_arrays(place, raw.masks is not None), card)
    masked = {"masks": True} if raw.masks is not None else {}
    files.write_json(place / "data.json", {"version": VERSION, "checksums": checksums, **masked, "card": card})


def _header(file: Any, shape: tuple[int, ...]) -> None:
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})


def _write_pairs(place: Path, raw: Raw, settings: Decode, tell: Tell) -> None:
    """Images and masks, decoded together, into two files at once."""
    images, masks, classes = raw.images, raw.masks, raw.mask_classes
    if isinstance(images, np.ndarray) or masks is None or classes is None:
        raise ValueError("masks need image files and the classes of their ids")
    square = (len(images), settings.size, settings.size)
    step = min(_chunk(settings), FILES_AT_ONCE)

    def write_images(file: Any) -> None:
        def write_masks(mask_file: Any) -> None:
            _header(file, (*square, settings.channels))
            _header(mask_file, square)
            for start in range(0, len(images), step):
                chosen = slice(start, start + step)
                pixels, labels = maskpictures.read_all(images[chosen], masks[chosen], settings, classes, raw.lying)
                file.write(pixels.tobytes())
                mask_file.write(labels.tobytes())
                tell(start + len(pixels), len(images))

        files.write_atomically(place / "masks.npy", write_masks)

    files.write_atomically(place / "images.npy", write_images)


def _chunk(settings: Decode) -> int:
    return max(1, _CHUNK_PIXELS // (settings.size**2 * settings.channels))


def _decoded(images: np.ndarray | Sequence[Path], settings: Decode) -> Iterator[np.ndarray]:
    """Chunks uint8 [k, size, size, channels], so that a set larger than memory can be written."""
    step = _chunk(settings) if isinstance(images, np.ndarray) else min(_chunk(settings), FILES_AT_ONCE)
    for start in range(0, len(images), step):
        chunk = images[start : start + step]
        yield decode(chunk, settings) if isinstance(chunk, np.ndarray) else pictures.read_all(chunk, settings)


def decode(images: np.ndarray, settings: Decode) -> np.ndarray:
    """Images uint8 [n, h, w] or [n, h, w, c] as uint8 [n, size, size, channels]; see `pictures.fit` for how."""
    if images.ndim == 3:
        images = images[..., None]
    if images.shape[-1] == settings.channels and images.shape[1:3] == (settings.size, settings.size):
        return np.ascontiguousarray(images)
    from PIL import Image

    decoded = np.empty((len(images), settings.size, settings.size, settings.channels), np.uint8)
    for index, pixels in enumerate(images):
        decoded[index] = pictures.fit(Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels), settings)
    return decoded


def sizes() -> dict[str, tuple[int, float]]:
    """Bytes and time of last use (seconds since the epoch) of every decoded set, least recently used first."""
    found = {}
    for place in folder().glob("*/"):
        members = [path.stat() for path in place.iterdir() if path.is_file()]
        sidecar = place / "data.json"
        used = sidecar.stat().st_mtime if sidecar.exists() else 0.0
        found[place.name] = (sum(member.st_size for member in members), used)
    return dict(sorted(found.items(), key=lambda entry: entry[1][1]))


def prune(limit_bytes: int = DEFAULT_LIMIT) -> list[str]:
    """Remove least recently used decoded sets until at most `limit_bytes` remain; returns the names removed."""
    entries = sizes()
    total = sum(size for size, _ in entries.values())
    removed = []
    for name, (size, _) in entries.items():
        if total <= limit_bytes:
            break
        try:
            # Not waiting: a set that is being written right now is in use.
            with filelock.FileLock(folder() / f"{name}.lock", timeout=0):
                # Windows refuses to remove what a process has mapped: then this fails first, and the set stays whole.
                for array in ("images.npy", "masks.npy"):
                    (folder() / name / array).unlink(missing_ok=True)
                shutil.rmtree(folder() / name)
        except (filelock.Timeout, OSError):
            continue
        total -= size
        removed.append(name)
    return removed
