"""Many texts in one block of memory, as the names of a million files need it. Torch-free."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Names(Sequence[str]):
    """Texts that take their bytes in UTF-8 and eight more each, where a list of them takes 60 to
    100 more. What is taken out of it is a new text each time.

    Names of files may hold bytes that are no UTF-8: such texts come back as they were.

    >>> names = Names(["cat/1.png", "dog/1.png"])
    >>> names[1], len(names), names == Names(iter(names))
    ('dog/1.png', 2, True)
    """

    __slots__ = ("_ends", "_text")

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._text, self._ends = bytearray(), array("q")
        for name in names:
            self.add(name)

    @classmethod
    def of(cls, text: ReadableBuffer, ends: ReadableBuffer) -> Names:
        """The texts that copies of `text` and `ends` (int64) hold."""
        found = cls()
        found._text = bytearray(text)
        found._ends.frombytes(memoryview(ends).cast("B"))
        return found

    def add(self, name: str) -> None:
        """Put a text at the end."""
        self._text += name.encode(errors="surrogatepass")
        self._ends.append(len(self._text))

    @property
    def text(self) -> bytearray:
        """The texts one after the other, in UTF-8."""
        return self._text

    @property
    def ends(self) -> array[int]:
        """Where each text ends in `text`, int64."""
        return self._ends

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[str]:
        start = 0
        for end in self._ends:
            yield self._text[start:end].decode(errors="surrogatepass")
            start = end

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> list[str]: ...

    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        start = self._ends[at - 1] if at else 0
        return self._text[start : self._ends[at]].decode(errors="surrogatepass")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Names):
            return NotImplemented
        return self._ends == other._ends and self._text == other._text

    __hash__ = None  # type: ignore[assignment]  # it grows
