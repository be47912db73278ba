"""Columns of an evaluation: gathered batch by batch where they are computed, moved to the host
together.
"""

from __future__ import annotations

import numpy as np
import torch

HELD = 1 << 28
"""Bytes that wait on an accelerator before they are moved: counts of many classes must not fill its
memory."""


class Columns:
    """Arrays [n, …] by name, from tensors [b, …] of one batch after the other; `item` holds the
    items' numbers.
    """

    def __init__(self) -> None:
        self._items: list[np.ndarray] = []
        self._waiting: dict[str, list[torch.Tensor]] = {}
        self._moved: dict[str, list[np.ndarray]] = {}
        self._held = 0

    def add(self, items: np.ndarray, **columns: torch.Tensor) -> None:
        """Take one batch: its items [b] and tensors [b, …], the same names each time."""
        self._items.append(items)
        for name, values in columns.items():
            self._waiting.setdefault(name, []).append(values)
            self._held += values.nbytes
        if self._held > HELD:
            self._move()

    def drop(self, name: str) -> None:
        """Forget a column that grew too large."""
        self._waiting.pop(name, None)
        self._moved.pop(name, None)

    def arrays(self) -> dict[str, np.ndarray]:
        """All batches joined."""
        self._move()
        return {
            name: np.concatenate(parts)
            for name, parts in {"item": self._items, **self._moved}.items()
        }

    def _move(self) -> None:
        for name, parts in self._waiting.items():
            self._moved.setdefault(name, []).append(torch.cat(parts).cpu().numpy())
        self._waiting, self._held = {}, 0
