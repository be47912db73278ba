"""Atomic writes, checksums, locks, downloads and the cache folder."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from alih.errors import AlihError
from alih.words import say


def write_atomically(path: Path, write: Callable[[Any], object]) -> None:
    """Let `write(binary_file)` fill a temporary file, fsync it, and rename it to `path`.

    A reader, or a run resumed after SIGKILL, sees the old content or the new one, never a part.
    Raises AlihError when the disk is full or the place cannot be written.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        _replace(temporary, path)
        temporary = None
    except OSError as error:
        raise _explained(error, path) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _replace(source: str, target: Path) -> None:
    """`os.replace`, patient with Windows, where a file that someone reads at this moment cannot be replaced."""
    for wait in (0.05, 0.2, 0.5):
        try:
            return os.replace(source, target)
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(wait)
    os.replace(source, target)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise AlihError for a disk that is full and a place that cannot be written, instead of the system's OSError."""
    try:
        yield
    except OSError as error:
        raise _explained(error, path) from error


def _explained(error: OSError, path: Path) -> AlihError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return AlihError("common.no_space", path=path)
    return AlihError("common.cannot_write", path=path, reason=error.strerror or error)


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes atomically."""
    write_atomically(path, lambda file: file.write(content))


def write_text(path: Path, content: str) -> None:
    """Write UTF-8 text atomically."""
    write_bytes(path, content.encode())


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically, keys in the order given, two-space indent; NaN is refused."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def open_regular(path: Path) -> io.BufferedReader:
    """A file opened for reading its bytes.

    Raises OSError as `open` does, and for what is no regular file: a pipe would be waited on, a device read, for ever.
    """
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        number = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
        raise OSError(number, say("common.not_a_regular_file", kind=_kind(mode)), str(path))
    return open(path, "rb")


def escaped(name: str) -> str:
    r"""A name of the file system for people: bytes that are not UTF-8 as `\xe9`.

    >>> escaped("caf\udce9.png")
    'caf\\xe9.png'
    """
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # half of a surrogate pair, which no file system gives
        return name.encode("utf-8", "backslashreplace").decode()


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return say(f"common.kind_{kinds.get(stat.S_IFMT(mode), 'device')}")


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(value: Any) -> str:
    """SHA-256 of a JSON-able value in canonical form (sorted keys), as hexadecimal text."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def cache_dir() -> Path:
    """Where decoded images and fetched files live: `ALIH_CACHE`, else the platform's cache folder."""
    chosen = os.environ.get("ALIH_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("alih", appauthor=False))


def download(
    address: str, target: Path, progress: Callable[[str, int, int | None], None] | None = None, timeout: float = 30
) -> None:
    """Write what an address holds to `target`, telling `progress` the address, bytes so far, and bytes in all if announced.

    Raises OSError (urllib's errors among them) or http.client.HTTPException; a part of the file may then be left.
    """
    import urllib.request

    request = urllib.request.Request(address, headers={"User-Agent": "alih"})
    with urllib.request.urlopen(request, timeout=timeout) as answer, open(target, "wb") as file:
        announced = answer.headers.get("Content-Length")
        total, done = int(announced) if announced else None, 0
        while chunk := answer.read(1 << 18):
            file.write(chunk)
            done += len(chunk)
            if progress:
                progress(address, done, total)
    if total is not None and done < total:
        raise OSError(f"{address}: {done} of {total} bytes")
