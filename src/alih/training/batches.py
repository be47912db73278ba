"""Batches: rows of the decoded array → augmented, normalised images on the device."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from alih import seeding
from alih.data.augment import AugmentTable, augment
from alih.data.imageset import ImageSet
from alih.data.pixels import Format, prepared
from alih.features import cache
from alih.features.extract import Wanted
from alih.models.staged import StagedNetwork
from alih.study.document import Augment
from alih.transfer.contract import Batch, Strategy


@dataclass(frozen=True)
class Loader:
    """Gives batches of one image set in a format; the same items give the same batch wherever they are asked for."""

    images: ImageSet
    format: Format
    features: cache.Kept | None = None
    depth: int = 0

    def with_features(
        self,
        strategy: Strategy,
        model: str,
        batch_size: int,
        groups: Sequence[np.ndarray],
        progress: Callable[[int, int], None] = lambda done, of: None,
    ) -> Loader:
        """A loader that gives what the strategy's frozen stages give for the items of the groups; changed images stay images.

        Each group is kept by itself: cells that share one (the test items) share what was computed. The same loader where
        nothing is frozen, or where the features would take more than their budget.
        """
        network, depth = strategy.network, strategy.depth
        if depth == 0 or not isinstance(network, StagedNetwork):
            return self
        wanted = Wanted(model, depth, self.format, pooled=False, batch_size=batch_size, filled=True)
        asks = [(wanted, np.sort(group)) for group in groups if len(group)]
        found = cache.kept(self.images, network, [asks], progress) if asks else None
        return dataclasses.replace(self, features=found[0], depth=depth) if found else self

    @property
    def extraction(self) -> float:
        """Seconds that computing the features took, whoever computed them."""
        return self.features.seconds if self.features else 0.0

    def batch(self, items: np.ndarray, change: Callable[[torch.Tensor, np.ndarray], torch.Tensor] | None = None) -> Batch:
        """One batch: gather uint8 rows, scale to 0…1, change (augmentation), normalise, cast; channels-last in memory."""
        labels = torch.from_numpy(self.images.labels[items]).to(self.format.device)
        if change is None and self.features is not None:
            rows = self.features.rows(items)
            if rows is not None:
                return Batch(rows, labels, items, self.depth)
        return Batch(prepared(self.images.images, items, self.format, change), labels, items)

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
