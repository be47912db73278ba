"""Batches: rows of the decoded array → augmented, normalised images on the device."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from alih import seeding
from alih.data.augment import AugmentTable, augment
from alih.data.imageset import ImageSet
from alih.data.pixels import Format, prepared
from alih.study.document import Augment
from alih.transfer.contract import Batch


@dataclass(frozen=True)
class Loader:
    """Gives batches of one image set in a format; the same items give the same batch wherever they are asked for."""

    images: ImageSet
    format: Format

    def batch(self, items: np.ndarray, change: Callable[[torch.Tensor, np.ndarray], torch.Tensor] | None = None) -> Batch:
        """One batch: gather uint8 rows, scale to 0…1, change (augmentation), normalise, cast; channels-last in memory."""
        pixels = prepared(self.images.images, items, self.format, change)
        labels = torch.from_numpy(self.images.labels[items]).to(self.format.device)
        return Batch(pixels, labels, items)

    def training(self, items: np.ndarray, size: int, spec: Augment, seed: int, replicate: int, epoch: int) -> Iterator[Batch]:
        """One epoch of shuffled, augmented batches; order and augmentation depend on (seed, replicate, epoch) only."""
        order = seeding.numpy_generator(seed, replicate, f"order/{epoch}").permutation(len(items))
        change = None
        if spec.active:
            table = AugmentTable(seed, replicate, epoch, len(self.images.labels))

            def change(pixels: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
                return augment(pixels, rows, spec, table)

        for start, stop in bounds(len(items), size):
            yield self.batch(items[order[start:stop]], change)

    def evaluation(self, items: np.ndarray, size: int) -> Iterator[Batch]:
        """Batches of the items in their order, unchanged."""
        for start in range(0, len(items), size):
            yield self.batch(items[start : start + size])


def bounds(n: int, size: int) -> list[tuple[int, int]]:
    """Start and stop of each training batch; a last batch of one item joins its neighbour (batch norm needs two)."""
    edges = [*range(0, n, size), n]
    if len(edges) > 2 and edges[-1] - edges[-2] == 1:
        del edges[-2]
    return list(itertools.pairwise(edges))
