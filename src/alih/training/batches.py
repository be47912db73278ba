"""Batches: rows of the decoded array → augmented, normalised images on the device."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from alih import seeding
from alih.data.augment import AugmentTable, augment
from alih.data.imageset import ImageSet
from alih.data.pixels import Format, prepared
from alih.features import cache, place
from alih.features.cache import FeatureCache
from alih.models.staged import StagedNetwork
from alih.study.document import Augment
from alih.training.device import Machine
from alih.transfer.contract import Batch, Strategy


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

    def batch(self, items: np.ndarray, change: Callable[[torch.Tensor, np.ndarray], torch.Tensor] | None = None) -> Batch:
        """One batch: gather uint8 rows, scale to 0…1, change (augmentation), normalise, cast; channels-last in memory."""
        if change is None and self.features is not None:
            kept = torch.from_numpy(self.images.labels[items]).to(self.format.device)
            return Batch(self.features.rows(items), kept, items, self.depth)
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
