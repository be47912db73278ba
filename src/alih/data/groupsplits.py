"""Parts and folds of items that come in groups (patients, scenes, near-copies): no group is
divided.

Groups are told apart by their numbers alone, so what they are called does not change a draw.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from alih.errors import AlihError

Entries = list[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class _Groups:
    """Groups in the order in which they first occur, each with its classes and how many items of
    each.

    `of_item` [n] numbers the group of each item, `totals` [C] are the items of each class.
    """

    of_item: np.ndarray
    entries: list[Entries]
    totals: list[int]

    @property
    def sizes(self) -> list[int]:
        return [sum(count for _, count in entries) for entries in self.entries]

    def items(self, chosen: list[int]) -> np.ndarray:
        """Ascending positions of all items of the groups `chosen`."""
        taken = np.zeros(len(self.entries), bool)
        taken[chosen] = True
        return np.flatnonzero(taken[self.of_item]).astype(np.int64)


def _grouped(labels: np.ndarray, groups: np.ndarray) -> _Groups:
    of_item = by_first_occurrence(groups)
    _, classes, totals = np.unique(labels, return_inverse=True, return_counts=True)
    pairs, counts = np.unique(of_item * len(totals) + classes, return_counts=True)
    entries: list[Entries] = [[] for _ in range(int(of_item.max(initial=-1)) + 1)]
    owners, members = np.divmod(pairs, len(totals)) if len(totals) else (pairs, pairs)
    for owner, label, count in zip(owners.tolist(), members.tolist(), counts.tolist(), strict=True):
        entries[owner].append((label, count))
    return _Groups(of_item, entries, totals.tolist())


def by_first_occurrence(groups: np.ndarray) -> np.ndarray:
    """The groups [n] numbered anew, from 0, in the order in which they first occur.

    >>> by_first_occurrence(np.array([7, 7, 3, 9, 3]))
    array([0, 0, 1, 2, 1])
    """
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    return number[inverse]


def draw(
    labels: np.ndarray, groups: np.ndarray, fraction: float, generator: np.random.Generator
) -> np.ndarray:
    """Ascending positions of whole groups that hold about fraction * n items.

    Classes as nearly in proportion as groups allow, at least one group, and at least one item of
    each class left. Empty where no group can be spared.
    """
    there = _grouped(labels, groups)
    pool = _Draw(there, max(1, round(fraction * len(labels))) if len(labels) else 0)
    order = generator.permutation(len(there.entries)).tolist()
    # As for single items: first what fits into each class's share, then what comes nearest to it.
    waiting = [group for group in order if not pool.take_within_shares(group)]
    pool.fill(waiting)
    if not pool.taken:
        sizes = there.sizes
        for group in sorted(waiting, key=sizes.__getitem__):
            if pool.can_spare(group):
                pool.take(group)
                break
    return there.items(pool.taken)


class _Draw:
    """A part being drawn: what each class still wants, and what would be left of it."""

    def __init__(self, groups: _Groups, total: int) -> None:
        self.entries, self.counts = groups.entries, groups.totals
        self.sizes = groups.sizes
        self.missing = total
        items = sum(self.counts)
        self.wanted = [count * total / items for count in self.counts]
        self.left = list(self.counts)
        self.taken: list[int] = []

    def can_spare(self, group: int) -> bool:
        """Whether every class keeps an item outside the part."""
        return all(self.left[label] > count for label, count in self.entries[group])

    def take(self, group: int) -> None:
        for label, count in self.entries[group]:
            self.wanted[label] -= count
            self.left[label] -= count
        self.missing -= self.sizes[group]
        self.taken.append(group)

    def take_within_shares(self, group: int) -> bool:
        """Take the group if no class then has more than its share (and a rounding error)."""
        fits = all(count <= self.wanted[label] + 1e-9 for label, count in self.entries[group])
        if fits and self.can_spare(group):
            self.take(group)
            return True
        return False

    def _loss(self, group: int) -> float:
        """How much farther from its shares the part is with this group, relative to the classes'
        sizes.
        """
        return sum(
            count * (count - 2 * self.wanted[label]) / self.counts[label]
            for label, count in self.entries[group]
        )

    def fill(self, waiting: list[int]) -> None:
        """Take the groups that bring most, as long as the part's size comes nearer to what is
        wanted.
        """
        queue = [(self._loss(group), place, group) for place, group in enumerate(waiting)]
        heapq.heapify(queue)
        while queue and self.missing > 0:
            loss, place, group = heapq.heappop(queue)
            now = self._loss(group)
            if now > loss:  # others of its classes were taken since
                heapq.heappush(queue, (now, place, group))
            elif 2 * self.missing > self.sizes[group] and self.can_spare(group):
                self.take(group)


def fold(
    labels: np.ndarray, groups: np.ndarray, folds: int, which: int, generator: np.random.Generator
) -> np.ndarray:
    """Ascending positions of the items of fold `which` of so many, each of whole groups.

    Every fold has its share of each class as nearly as groups allow. Raises AlihError for fewer
    groups than folds.
    """
    there = _grouped(labels, groups)
    if len(there.entries) < folds:
        raise AlihError("data.groups_fewer_than_folds", groups=len(there.entries), folds=folds)
    chosen = [group for group, place in _dealt(there, folds, generator) if place == which]
    return there.items(chosen)


def _dealt(
    groups: _Groups, folds: int, generator: np.random.Generator
) -> Iterator[tuple[int, int]]:
    """Each group with its fold: the one that has least of the group's classes so far."""
    sizes = groups.sizes
    shuffled = generator.permutation(len(sizes)).tolist()
    # Large groups first, for small ones can still even things out; groups of about one size (up to
    # twice as large) in random order, or every repeat would deal alike.
    order = sorted(shuffled, key=lambda group: -sizes[group].bit_length())
    tie_break = generator.permutation(folds).tolist()
    held = [[0] * len(groups.totals) for _ in range(folds)]
    items = [0] * folds
    weights = [1 / total**2 for total in groups.totals]
    everything = 1 / sum(sizes) ** 2
    for group in order:
        entries = groups.entries[group]
        scaled = [(label, count * weights[label]) for label, count in entries]
        costs = [
            sum(row[label] * weight for label, weight in scaled) + size * sizes[group] * everything
            for row, size in zip(held, items, strict=True)
        ]
        place = min(range(folds), key=lambda at: (costs[at], items[at], tie_break[at]))
        for label, count in entries:
            held[place][label] += count
        items[place] += sizes[group]
        yield group, place


def together(shuffled: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The items `shuffled` [m] with those of one group side by side, groups in the order of their
    first item.

    `groups` [n] holds the group of every item of the set.
    """
    return shuffled[np.argsort(by_first_occurrence(groups[shuffled]), kind="stable")]
