"""Batches: rows of the decoded array → augmented, normalised images on the device."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch

from alih import seeding
from alih.data.augment import AugmentTable, transform
from alih.data.imageset import ImageSet
from alih.data.pixels import Format, prepared, taken
from alih.data.streaming import Streamed
from alih.features import cache
from alih.features.extract import View, Wanted
from alih.models.staged import StagedNetwork
from alih.study.document.augment import Augment
from alih.transfer.contract import Batch, Strategy
from alih.transfer.ranks import ranks

RESIDENT = 2 << 30
"""Bytes of images and labels that a GPU holds for good, so that a batch costs the copy of its
items' numbers."""

Changed = tuple[torch.Tensor, torch.Tensor | None]
Change = Callable[[torch.Tensor, torch.Tensor | None, np.ndarray], Changed]
"""Changes images [b, c, h, w] and masks [b, h, w] (None where labels are no masks) of items
together."""


@dataclass(frozen=True)
class Address:
    """Where the randomness of a stream's pass comes from, and what its batches hold.

    `name` is empty for a study's own training images, so that they are seen as by arms without
    streams; `pass_` counts the passes over a short stream within one epoch, from 0. `views` are
    augmentations beside the first; without `labelled`, labels are not read; `balanced` draws each
    class equally often.
    """

    name: str = ""
    pass_: int = 0
    views: Mapping[str, Augment] = field(default_factory=dict)
    labelled: bool = True
    balanced: bool = False

    @property
    def is_first(self) -> bool:
        """Whether this is the pass whose augmented views may be kept."""
        return not self.name and not self.pass_

    def again(self, number: int) -> int | str:
        """The epoch's number, with that of the pass where the stream has begun again."""
        return f"{number}+{self.pass_}" if self.pass_ else number

    def order(self, epoch: int) -> str:
        """The address of the order of items."""
        return "/".join(filter(None, ("order", self.name, str(self.again(epoch)))))

    def sampling(self, epoch: int) -> str:
        """The address of which items are drawn."""
        return "/".join(filter(None, ("sampling", self.name, str(self.again(epoch)))))

    def view(self, name: str) -> str:
        """The address of a further view's augmentation."""
        return f"{self.name or 'target'}/{name}"


@dataclass(frozen=True)
class Loader:
    """Gives batches of one image set in a format; the same items give the same batch wherever they
    are asked for.
    """

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
        """A loader that gives what the strategy's frozen stages give for the items of the groups as
        they are.

        Each group is kept by itself: cells that share one (the test items) share what was computed.
        Of the items `changed` each view is kept as well; other changed images stay images. The same
        loader where nothing is frozen, or where the features would take more than their budget;
        views are given up first.
        """
        network, depth = strategy.network, strategy.depth
        if depth == 0 or not isinstance(network, StagedNetwork):
            return self
        wanted = Wanted(model, depth, self.format, pooled=False, batch_size=batch_size, filled=True)
        plain = [(wanted, np.sort(group)) for group in groups if len(group)]
        seen = [
            [(dataclasses.replace(wanted, view=view), np.sort(changed))]
            for view in views
            if changed is not None
        ]
        found = cache.kept(self.images, network, [plain, *seen], progress) if plain else None
        if found is None and seen and plain:
            found = cache.kept(self.images, network, [plain], progress)
        if found is None:
            return self
        kept = dict(zip((view.number for view in views), found[1:], strict=False))
        return dataclasses.replace(self, features=found[0], depth=depth, views=kept)

    @property
    def _answers(self) -> np.ndarray:
        return self.images.labels if self.images.masks is None else self.images.masks

    @cached_property
    def _resident(self) -> tuple[np.ndarray | torch.Tensor, np.ndarray | torch.Tensor]:
        """Images and labels: on the device where it is a GPU with room for the whole set, else
        where they are.
        """
        parts, device = (self.images.images, self._answers), torch.device(self.format.device)
        if sum(math.prod(part.shape) * part.dtype.itemsize for part in parts) > room(device):
            return parts
        every = np.arange(len(self.images))
        pictures, answers = (torch.from_numpy(part[every]).to(device) for part in parts)
        return pictures, answers

    @property
    def extraction(self) -> float:
        """Seconds that computing the features took, whoever computed them."""
        return sum(kept.seconds for kept in (self.features, *self.views.values()) if kept)

    def batch(
        self, items: np.ndarray, change: Change | None = None, labelled: bool = True
    ) -> Batch:
        """One batch: gather uint8 rows, scale to 0…1, change (augmentation), normalise;
        channels-last in memory.

        Labels are the items' masks where the set has masks: changed as their images are. Without
        `labelled` they are not even read.
        """
        rows = self.features.rows(items) if change is None and self.features is not None else None
        return self._batch(items, rows, change, labelled)

    def _batch(
        self, items: np.ndarray, rows: torch.Tensor | None, change: Change | None, labelled: bool
    ) -> Batch:
        """A batch of `rows`, which the frozen stages gave for the images, or of the images
        themselves.
        """
        masks = self.images.masks
        pictures, answers = self._resident if rows is None else (self.images.images, self._answers)
        labels = taken(answers, items, self.format.device) if labelled else None
        moving = masks is not None and labels is not None
        if rows is not None:
            if (
                change is not None and moving
            ):  # a kept view has changed the images; their masks follow
                assert labels is not None
                _, labels = change(labels[:, None].float(), labels, items)
            return Batch(rows, None if labels is None else labels.long(), items, self.depth)

        def changed(pixels: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
            nonlocal labels
            assert change is not None
            pixels, moved = change(pixels, labels if moving else None, rows)
            labels = labels if moved is None else moved
            return pixels

        pixels = prepared(pictures, items, self.format, None if change is None else changed)
        return Batch(pixels, None if labels is None else labels.long(), items)

    def training(
        self,
        items: np.ndarray,
        size: int,
        spec: Augment,
        seed: int,
        replicate: int,
        epoch: int,
        views: int | None = None,
        stream: Address = Address(),
    ) -> Iterator[Batch]:
        """One pass over shuffled, augmented batches; order and augmentation depend on (seed,
        replicate, epoch, stream) only.

        With `views` the augmentation is that of view ((epoch - 1) mod views) + 1, the order still
        the epoch's own. An item that is drawn twice in an epoch is changed twice, unless it has
        fixed views.
        """
        if stream.balanced:
            drawn = seeding.numpy_generator(seed, replicate, stream.sampling(epoch))
            items = balanced(items, self.images.labels[items], drawn)
        order = seeding.numpy_generator(seed, replicate, stream.order(epoch)).permutation(
            len(items)
        )
        number = epoch if views is None else (epoch - 1) % views + 1
        when = stream.again(epoch) if views is None else number

        def table(name: str) -> AugmentTable:
            return AugmentTable(seed, replicate, when, len(self.images.labels), name)

        drawn_by = table(stream.name)
        change, forms = _change(spec, drawn_by), _forms(spec, drawn_by, views and number)
        kept = self.views.get(number) if change is not None and stream.is_first else None
        others = {
            name: _change(other, table(stream.view(name))) for name, other in stream.views.items()
        }
        group, edges = ranks(), bounds(len(items), size)
        parts = [order[start:stop] for start, stop in edges]
        if group is not None:
            parts = [group.part(part) for part in parts]
        self._ahead(items[np.concatenate(parts)])
        for places in parts:
            chosen = rows = items[places]
            if kept is None:
                own = change
                if change is not None and stream.balanced and views is None:
                    rows = places
                    own = _by_place(change, places)
                batch = self.batch(chosen, own, stream.labelled)
            else:
                batch = self._batch(chosen, kept.rows(chosen), change, stream.labelled)
            if others:
                pictures = {
                    name: self.batch(chosen, other, labelled=False).images
                    for name, other in others.items()
                }
                batch = dataclasses.replace(batch, views=pictures)
            yield dataclasses.replace(batch, forms=forms(rows))

    def _ahead(self, items: np.ndarray) -> None:
        """Say which items come next to images that are decoded as they are asked for."""
        if isinstance(self.images.images, Streamed):
            self.images.images.ahead(items)

    def evaluation(self, items: np.ndarray, size: int, labelled: bool = True) -> Iterator[Batch]:
        """Batches of the items in their order, unchanged."""
        self._ahead(items)
        for start in range(0, len(items), size):
            yield self.batch(items[start : start + size], labelled=labelled)


def _change(spec: Augment, table: AugmentTable) -> Change | None:
    """The changes of one epoch (or fixed view) of a stream, None where images stay as they are."""
    if not spec.active:
        return None

    def change(pixels: torch.Tensor, masks: torch.Tensor | None, rows: np.ndarray) -> Changed:
        return transform(pixels, masks, rows, spec, table)

    return change


def _forms(
    spec: Augment, table: AugmentTable, view: int | None
) -> Callable[[np.ndarray], np.ndarray | None]:
    """The forms of the images that some rows of the table change; see `Batch.forms`."""
    if spec.only_flips:
        return lambda rows: table.flips(rows).astype(np.int64)
    form = 0 if not spec.active else None if view is None else view - 1
    return lambda rows: None if form is None else np.full(len(rows), form)


def _by_place(change: Change, places: np.ndarray) -> Change:
    """The same changes, by where items stand among those drawn instead of by what they are."""
    return lambda pixels, masks, _: change(pixels, masks, places)


def balanced(items: np.ndarray, labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """As many items as there are, each class that occurs in `labels` [n] equally often, give or
    take one, and within a class each item equally often, give or take one.

    >>> generator = np.random.default_rng(0)
    >>> balanced(np.arange(6), np.array([0, 0, 0, 0, 0, 1]), generator).tolist().count(5)
    3
    """
    classes = generator.permutation(np.unique(labels))
    drawn = []
    for place, label in enumerate(classes):
        own = items[labels == label]
        count = len(items) // len(classes) + (place < len(items) % len(classes))
        whole = np.repeat(own, count // len(own))
        drawn.append(np.concatenate([whole, generator.permutation(own)[: count % len(own)]]))
    return np.concatenate(drawn)


def room(device: torch.device) -> int:
    """Bytes of a set that a device may hold for good: on a GPU a quarter of what is free, at most
    RESIDENT; elsewhere none.
    """
    if device.type != "cuda":
        return -1
    return min(RESIDENT, torch.cuda.mem_get_info(device)[0] // 4)


def bounds(n: int, size: int) -> list[tuple[int, int]]:
    """Start and stop of each training batch; a last batch of less than two items for each rank
    joins its neighbour (batch norm needs two).
    """
    edges, group = [*range(0, n, size), n], ranks()
    least = 2 if group is None else 2 * group.size
    if len(edges) > 2 and edges[-1] - edges[-2] < least:
        del edges[-2]
    return list(itertools.pairwise(edges))
