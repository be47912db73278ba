"""Batches: rows of the decoded array → augmented, normalised images on the device."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from alih import seeding
from alih.data.augment import AugmentTable, augment
from alih.data.imageset import ImageSet
from alih.data.pixels import Format, prepared
from alih.features import cache
from alih.features.extract import View, Wanted
from alih.models.staged import StagedNetwork
from alih.study.document import Augment
from alih.transfer.contract import Batch, Strategy

Change = Callable[[torch.Tensor, np.ndarray], torch.Tensor]
"""Pixels in 0…1 and their items -> changed pixels."""


@dataclass(frozen=True)
class Loader:
    """Gives batches of one image set in a format; the same items give the same batch wherever they are asked for."""

    images: ImageSet
    format: Format
    features: cache.Kept | None = None
    depth: int = 0
    views: Mapping[int, cache.Kept] = field(default_factory=dict)

    def with_features(
        self,
        strategy: Strategy,
        model: str,
        batch_size: int,
        groups: Sequence[np.ndarray],
        progress: Callable[[int, int], None] = lambda done, of: None,
        views: Sequence[View] = (),
        changed: np.ndarray | None = None,
    ) -> Loader:
        """A loader that gives what the strategy's frozen stages give for the items of the groups as they are.

        Each group is kept by itself: cells that share one (the test items) share what was computed. Of the items `changed` each
        view is kept as well; other changed images stay images. The same loader where nothing is frozen, or where the features
        would take more than their budget; views are given up first.
        """
        network, depth = strategy.network, strategy.depth
        if depth == 0 or not isinstance(network, StagedNetwork):
            return self
        wanted = Wanted(model, depth, self.format, pooled=False, batch_size=batch_size, filled=True)
        plain = [(wanted, np.sort(group)) for group in groups if len(group)]
        seen = [[(dataclasses.replace(wanted, view=view), np.sort(changed))] for view in views if changed is not None]
        found = cache.kept(self.images, network, [plain, *seen], progress) if plain else None
        if found is None and seen and plain:
            found = cache.kept(self.images, network, [plain], progress)
        if found is None:
            return self
        kept = dict(zip((view.number for view in views), found[1:], strict=False))
        return dataclasses.replace(self, features=found[0], depth=depth, views=kept)

    @property
    def extraction(self) -> float:
        """Seconds that computing the features took, whoever computed them."""
        return sum(kept.seconds for kept in (self.features, *self.views.values()) if kept)

    def batch(self, items: np.ndarray, change: Change | None = None) -> Batch:
        """One batch: gather uint8 rows, scale to 0…1, change (augmentation), normalise, cast; channels-last in memory."""
        rows = self.features.rows(items) if change is None and self.features is not None else None
        return self._batch(items, rows, change)

    def _batch(self, items: np.ndarray, rows: torch.Tensor | None, change: Change | None) -> Batch:
        labels = torch.from_numpy(self.images.labels[items]).to(self.format.device)
        if rows is not None:
            return Batch(rows, labels, items, self.depth)
        return Batch(prepared(self.images.images, items, self.format, change), labels, items)

    def training(
        self, items: np.ndarray, size: int, spec: Augment, seed: int, replicate: int, epoch: int, views: int | None = None
    ) -> Iterator[Batch]:
        """One epoch of shuffled, augmented batches; order and augmentation depend on (seed, replicate, epoch) only.

        With `views` the augmentation is that of view ((epoch - 1) mod views) + 1, the order still the epoch's own.
        """
        order = seeding.numpy_generator(seed, replicate, f"order/{epoch}").permutation(len(items))
        change, kept = None, None
        if spec.active:
            number = epoch if views is None else (epoch - 1) % views + 1
            table, kept = AugmentTable(seed, replicate, number, len(self.images.labels)), self.views.get(number)

            def change(pixels: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
                return augment(pixels, rows, spec, table)

        for start, stop in bounds(len(items), size):
            chosen = items[order[start:stop]]
            yield self.batch(chosen, change) if kept is None else self._batch(chosen, kept.rows(chosen), change)

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
