"""Batches: rows of the decoded array → augmented, normalised images on the device."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from alih import seeding
from alih.data.augment import AugmentTable, transform
from alih.data.imageset import ImageSet
from alih.data.pixels import Format, prepared
from alih.features import cache, place
from alih.features.cache import FeatureCache
from alih.models.staged import StagedNetwork
from alih.study.document import Augment
from alih.training.device import Machine
from alih.transfer.contract import Batch, Strategy

Changed = tuple[torch.Tensor, torch.Tensor | None]
Change = Callable[[torch.Tensor, torch.Tensor | None, np.ndarray], Changed]
"""Changes images [b, c, h, w] and masks [b, h, w] (None where labels are no masks) of items together."""


@dataclass(frozen=True)
class Loader:
    """Gives batches of one image set in a format; the same items give the same batch wherever they are asked for."""

    images: ImageSet
    format: Format
    features: FeatureCache | None = None
    depth: int = 0

    def with_features(self, strategy: Strategy, batch_size: int, machine: Machine) -> Loader:
        """A loader that gives what the strategy's frozen stages give, where that is kept; images that are changed stay images.

        The same loader where nothing is frozen, or where the features would take more than their budget.
        """
        network, depth = strategy.network, strategy.depth
        if depth == 0 or not isinstance(network, StagedNetwork):
            return self
        card = self.images.card
        settings = {
            "images": [len(self.images), *(card.get(key) for key in ("sha256", "image_size", "channels", "resize"))],
            "format": [str(self.format.dtype), self.format.mean, self.format.std],
            "machine": dataclasses.asdict(machine),
            "batch_size": batch_size,
        }
        prefix = network.prefix(depth)

        def compute(items: np.ndarray) -> torch.Tensor:
            with torch.no_grad():  # frozen stages are in evaluation mode at any time
                return prefix(self.batch(items).images)

        name = cache.address(network, depth, settings)
        features = cache.FeatureCache(name, len(self.images), batch_size, compute, self.format.device)
        if features.bytes > place.budget():
            return self
        return dataclasses.replace(self, features=features, depth=depth)

    def batch(self, items: np.ndarray, change: Change | None = None) -> Batch:
        """One batch: gather uint8 rows, scale to 0…1, change (augmentation), normalise, cast; channels-last in memory.

        Labels are the items' masks where the set has masks: changed as their images are.
        """
        masks = self.images.masks
        labels = torch.from_numpy((self.images.labels if masks is None else masks)[items]).to(self.format.device)
        if change is None and self.features is not None:
            return Batch(self.features.rows(items), labels.long(), items, self.depth)

        def changed(pixels: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
            nonlocal labels
            assert change is not None
            pixels, moved = change(pixels, None if masks is None else labels, rows)
            labels = labels if moved is None else moved
            return pixels

        pixels = prepared(self.images.images, items, self.format, None if change is None else changed)
        return Batch(pixels, labels.long(), items)

    def training(self, items: np.ndarray, size: int, spec: Augment, seed: int, replicate: int, epoch: int) -> Iterator[Batch]:
        """One epoch of shuffled, augmented batches; order and augmentation depend on (seed, replicate, epoch) only."""
        order = seeding.numpy_generator(seed, replicate, f"order/{epoch}").permutation(len(items))
        change = None
        if spec.active:
            table = AugmentTable(seed, replicate, epoch, len(self.images.labels))

            def change(pixels: torch.Tensor, masks: torch.Tensor | None, rows: np.ndarray) -> Changed:
                return transform(pixels, masks, rows, spec, table)

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
