"""One training in several processes (ranks): each takes its part of every batch, and gradients are
averaged over all of them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

_joined: ContextVar[Ranks | None] = ContextVar("ranks", default=None)


class Ranks:
    """The processes that train one network together, seen from one of them: the `rank` of `size`.

    `items` is how many items of the present batch are this rank's. Every method but `part` waits
    for all the others, which must call it as well.
    """

    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size, self.items = rank, size, 0

    @property
    def leads(self) -> bool:
        """Whether this process writes files and speaks."""
        return self.rank == 0

    def part(self, rows: np.ndarray) -> np.ndarray:
        """Rows of this rank: consecutive ones, of all ranks as many, give or take one.

        >>> [Ranks(rank, 2).part(np.arange(5)).tolist() for rank in range(2)]
        [[0, 1, 2], [3, 4]]
        """
        found: np.ndarray = np.array_split(rows, self.size)[self.rank]
        return found

    def average_gradients(self, parameters: Sequence[nn.Parameter]) -> None:
        """Make the gradients those of the mean over the whole batch, each rank's having the weight
        of its `items`.
        """
        gradients = [p.grad for p in parameters if p.grad is not None]
        if not gradients:
            return
        # One message: a sum over ranks of items × gradient, and of items.
        count = gradients[0].new_full((1,), self.items)
        sent = torch.cat([*(g.flatten() for g in gradients), gradients[0].new_ones(1)])
        sent.mul_(count)
        dist.all_reduce(sent)
        mean, start = sent[:-1].div_(sent[-1]), 0
        for gradient in gradients:
            stop = start + gradient.numel()
            gradient.copy_(mean[start:stop].view(gradient.shape))
            start = stop

    def average_statistics(self, modules: Iterable[nn.Module]) -> None:
        """Average the buffers that follow the images, those of batch normalisation.

        What is the same in all ranks, as in frozen stages, stays as it is to the last bit: sums are
        made in double precision, where as many equal numbers as there are ranks add up exactly.
        """
        for module in modules:
            for buffer in module.buffers():
                if buffer.is_floating_point():
                    total = buffer.double()
                    dist.all_reduce(total)
                    buffer.copy_(total.div_(self.size))

    def sums(self, values: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        """The sums over ranks of pairs of numbers, by name."""
        found = self._all(dict(values))
        return {
            name: (sum(own[name][0] for own in found), sum(own[name][1] for own in found))
            for name in values
        }

    def joined_arrays(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Arrays per item of a set of which each rank has its `part`, in the order of the set."""
        found = self._all(dict(arrays))
        return {name: np.concatenate([own[name] for own in found]) for name in arrays}

    def joined_list(self, values: Sequence[Tensor]) -> list[Tensor]:
        """The lists of all ranks, one after the other."""
        return [value for own in self._all(list(values)) for value in own]

    def _all(self, value: Any) -> list[Any]:
        found: list[Any] = [None] * self.size
        dist.all_gather_object(found, value)
        return found


def ranks() -> Ranks | None:
    """The group that this process trains in; None where it trains alone."""
    return _joined.get()


@contextlib.contextmanager
def joined(group: Ranks) -> Iterator[Ranks]:
    """Train in a group: optimizers, batches and evaluations inside are those of one rank."""
    token = _joined.set(group)
    try:
        yield group
    finally:
        _joined.reset(token)
