"""How far long work on many files is, told to whoever listens: nobody, unless `telling` says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listen = Callable[[str, int, int], None]
"""Hears what is done (`hashing`, `unpacking`, `masks`), how many files of how many."""

FIRST, EVERY = 2.0, 5.0
"""Seconds of silence before the first word about a piece of work, and between two."""

_listener: ContextVar[Listen | None] = ContextVar("listener", default=None)


@contextmanager
def telling(listen: Listen) -> Iterator[None]:
    """Let `listen` hear, for as long as the context lasts."""
    token = _listener.set(listen)
    try:
        yield
    finally:
        _listener.reset(token)


class Teller:
    """Counts one piece of work and tells of it now and then; short work is never told of."""

    def __init__(self, what: str, of: int) -> None:
        self.what, self.of, self.done = what, of, 0
        self._next = time.monotonic() + FIRST

    def add(self, count: int = 1) -> None:
        """So many files more are done; from one thread at a time."""
        self.done += count
        listen, now = _listener.get(), time.monotonic()
        if listen is not None and now >= self._next and self.done < self.of:
            self._next = now + EVERY
            listen(self.what, self.done, self.of)
