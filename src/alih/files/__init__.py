"""Atomic writes, checksums, locks, downloads and the cache folder."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from alih.errors import AlihError
from alih.words import say
from alih.words.phrase import reason_of

WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
"""What file systems answer that have no locks."""
LONGEST_STEM = 50
"""Letters of a name that its temporary file keeps, so that a long name does not become too long."""


def write_atomically(path: Path, write: Callable[[Any], object]) -> None:
    """Let `write(binary_file)` fill a temporary file, fsync it, and rename it to `path`.

    A reader, or a run resumed after SIGKILL, sees the old content or the new one, never a part.
    Raises AlihError when the disk is full or the place cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name[:LONGEST_STEM]}.{secrets.token_hex(6)}.tmp")
    made = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The system takes the user's umask (or the folder's own rules) off these rights.
        handle = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666
        )
        made = True
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        _replace(str(temporary), path)
        made = False
    except OSError as error:
        raise _explained(error, path) from error
    finally:
        if made:
            temporary.unlink(missing_ok=True)


def _replace(source: str, target: Path) -> None:
    """`os.replace`, patient with Windows, where a file that someone reads at this moment cannot be
    replaced.
    """
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
    """Raise AlihError for a disk that is full and a place that cannot be written, instead of the
    system's OSError.
    """
    try:
        yield
    except OSError as error:
        raise _explained(error, path) from error


def _explained(error: OSError, path: Path) -> AlihError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return AlihError("common.no_space", path=path)
    return AlihError("common.cannot_write", path=path, reason=reason_of(error))


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes atomically."""
    write_atomically(path, lambda file: file.write(content))


def write_text(path: Path, content: str) -> None:
    """Write UTF-8 text atomically."""
    write_bytes(path, content.encode())


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically, in the form of `as_json`."""
    write_bytes(path, as_json(value))


def as_json(value: Any) -> bytes:
    """A value as JSON, keys in the order given, two-space indent. Raises ValueError for NaN."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def write_first(path: Path, content: bytes, size: int | None = None) -> bool:
    """Write a file that is not there, zeros up to `size` bytes at its end; False where one was
    there, which is kept.

    Of processes that write at the same time, also on several machines, one is the first; no lock
    is needed. Raises AlihError as `write_atomically`.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name[:LONGEST_STEM]}.{secrets.token_hex(6)}.tmp")

    def fill(file: Any) -> None:
        file.write(content)
        if size is not None:
            file.truncate(size)

    write_atomically(temporary, fill)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links, where the last of them is kept instead
        if path.exists():
            return False
        with explained(path):
            _replace(str(temporary), path)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def open_regular(path: Path) -> io.BufferedReader:
    """A file opened for reading its bytes.

    Raises OSError as `open` does, and for what is no regular file: a pipe would be waited on, a
    device read, for ever.
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


def content(path: Path) -> bytes | None:
    """A file's bytes, None where there is none. Raises AlihError when it cannot be read."""
    try:
        with open_regular(path) as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise AlihError("common.cannot_read", path=path, reason=reason_of(error)) from error


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def locked(path: Path, timeout: float = -1) -> Iterator[None]:
    """Hold the lock file `path`, which stays where it is; another process's lock is waited for (-1:
    without end).

    Raises filelock.Timeout when the time is over, AlihError where no lock can be had: on a
    read-only place, and on file systems without locks, where waiting would never end.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _check_locks(path)
        lock.acquire(timeout=timeout)
    except Timeout:
        raise
    except OSError as error:
        if error.errno in WITHOUT_LOCKS:
            raise AlihError("common.no_locks", path=path.parent, reason=reason_of(error)) from error
        raise _explained(error, path) from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def lock_if_possible(path: Path, timeout: float = -1) -> Iterator[None]:
    """Hold the lock file `path` where there are locks, and go on without where there are none: for
    work that may be done twice.

    Raises filelock.Timeout when the time is over, OSError where the place cannot be written.
    """
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _check_locks(path)
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise
        yield
        return
    with FileLock(path, timeout=timeout):
        yield


def is_locked(path: Path) -> bool:
    """Whether a living process holds the lock file `path`. Writes nothing, so it works in places
    that can only be read.

    A lock file by itself says nothing: it stays when its process has ended.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        return _held_elsewhere(handle)
    finally:
        os.close(handle)


def _check_locks(path: Path) -> None:
    """Raise OSError where files cannot be opened for a lock or be locked; `filelock` would try
    again without end.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o666)
    try:
        _held_elsewhere(handle, strict=True)
    finally:
        os.close(handle)


def _held_elsewhere(handle: int, strict: bool = False) -> bool:
    """Whether another open file holds the lock; `strict` raises OSError where the file system has
    no locks.
    """
    try:
        import fcntl
    except ImportError:  # Windows, whose locks are held by reading the first byte
        return _refused_byte(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in WITHOUT_LOCKS and strict:
            raise
        return error.errno in (errno.EAGAIN, errno.EACCES)
    return False  # closing the file gives the lock back


def _refused_byte(handle: int) -> bool:
    try:
        os.read(handle, 1)
    except PermissionError:
        return True
    return False


def digest(value: Any) -> str:
    """SHA-256 of a JSON-able value in canonical form (sorted keys), as hexadecimal text."""
    canonical = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def cache_dir() -> Path:
    """Where decoded images and fetched files live: `ALIH_CACHE`, else the platform's cache
    folder.
    """
    chosen = os.environ.get("ALIH_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("alih", appauthor=False))


def scratch_dir() -> Path:
    """Where decoded images, features and unpacked archives live: `ALIH_SCRATCH`, such as a disk of
    each node of a cluster, else `cache_dir()`.
    """
    chosen = os.environ.get("ALIH_SCRATCH")
    return Path(chosen).expanduser() if chosen else cache_dir()


def download(
    address: str,
    target: Path,
    progress: Callable[[str, int, int | None], None] | None = None,
    timeout: float = 30,
) -> None:
    """Write what an address holds to `target`, telling `progress` the address, bytes so far, and
    bytes in all if announced.

    Raises OSError (urllib's errors among them) or http.client.HTTPException; a part of the file may
    then be left.
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


def reach(address: str, timeout: float = 20) -> None:
    """Ask once whether an address can be reached, whatever it answers. Raises OSError where not."""
    import urllib.error
    import urllib.request

    request = urllib.request.Request(address, headers={"User-Agent": "alih"}, method="HEAD")
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=timeout).close()
