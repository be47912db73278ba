"""Errors whose text says what was given, what was expected and how to fix it."""

from __future__ import annotations

from typing import Any

from alih.words import say


class AlihError(Exception):
    """A user's mistake or an outside fault, told in the reader's language.

    `key` names a sentence of the word catalogue; `values` fill its placeholders.
    The command line prints the sentence without a traceback and exits with `exit_code`.

    >>> str(AlihError("common.no_such_file", path="a.yaml"))
    "There is no file 'a.yaml'. Check the path, or run `alih studies` for the built-in studies."
    """

    exit_code = 2

    def __init__(self, key: str, /, **values: Any) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        return say(self.key, **self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions travel between processes by pickle, which would call __init__ without the
        # keywords.
        return (_rebuild, (type(self), self.key, self.values))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory does not suffice; torch raises RuntimeError for that, in
    several wordings.
    """
    said = str(error).lower()
    wordings = (
        "out of memory",
        "can't allocate memory",
        "not enough memory",
        "storage size calculation overflowed",
    )
    return isinstance(error, MemoryError) or any(wording in said for wording in wordings)


def _rebuild(kind: type[AlihError], key: str, values: dict[str, Any]) -> AlihError:
    return kind(key, **values)
