"""A text for each item of a study: its file, its group, a cell of its table."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from alih.datafiles.names import Names


class ByItem(Mapping[int, str]):
    """The texts of items by number, in the little room that a million of them need.

    >>> names = ByItem([(2, "dog/1.png"), (0, "cat/1.png")])
    >>> names[2], 1 in names, dict(names)
    ('dog/1.png', False, {0: 'cat/1.png', 2: 'dog/1.png'})
    """

    __slots__ = ("_numbers", "texts")

    def __init__(self, rows: Iterable[tuple[int, str]] = ()) -> None:
        numbers, texts, ordered = array("q"), Names(), True
        for number, text in rows:
            ordered = ordered and (not numbers or numbers[-1] < number)
            numbers.append(number)
            texts.add(text)
        if not ordered:
            order = sorted(range(len(numbers)), key=numbers.__getitem__)
            numbers, texts = (
                array("q", (numbers[at] for at in order)),
                Names(texts[at] for at in order),
            )
        self._numbers, self.texts = numbers, texts

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __getitem__(self, item: int) -> str:
        at = bisect_left(self._numbers, item)
        if at == len(self) or self._numbers[at] != item:
            raise KeyError(item)
        return self.texts[at]
