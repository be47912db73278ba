"""The streams that a strategy asks for, as batches of every step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from alih import seeding
from alih.data.domains import Part
from alih.errors import AlihError
from alih.study.document.arm import Recipe
from alih.study.document.augment import Augment
from alih.study.strategies.options import options_of
from alih.training.batches import Address, Loader
from alih.training.bench import Bench
from alih.transfer.contract import Batch, Stream


@dataclass(frozen=True, eq=False)
class Feed:
    """One stream, ready to be read: its items, batch size, loader, and an augmentation per view.

    `balanced`: where it has labels, each class is drawn equally often.
    """

    name: str
    stream: Stream
    loader: Loader
    items: np.ndarray
    size: int
    augment: Mapping[str, Augment]
    seed: int
    replicate: int
    fixed_views: int | None = None
    balanced: bool = False

    def epoch(self, number: int, steps: int) -> Iterator[Batch]:
        """The batches of so many steps; a short stream begins again, in another order and with
        other changes.
        """
        given, pass_ = 0, 0
        first, *others = self.augment
        views = {name: self.augment[name] for name in others}
        address = "" if self.name == "target" else self.name
        while True:
            labelled = self.stream.labels == "given"
            place = Address(address, pass_, views, labelled, labelled and self.balanced)
            batches = self.loader.training(
                self.items,
                self.size,
                self.augment[first],
                self.seed,
                self.replicate,
                number,
                self.fixed_views,
                place,
            )
            for batch in batches:
                yield batch
                given += 1
                if given == steps:
                    return
            pass_ += 1

    def still(self) -> Iterator[Batch]:
        """The images as they are, in an order that mixes classes."""
        address = "begin" if self.name == "target" else f"begin/{self.name}"
        order = seeding.numpy_generator(self.seed, self.replicate, address).permutation(
            len(self.items)
        )
        for start in range(0, len(self.items), self.size):
            chosen = self.items[order[start : start + self.size]]
            yield self.loader.batch(chosen, labelled=self.stream.labels == "given")


def feeds(
    bench: Bench,
    recipe: Recipe,
    streams: Mapping[str, Stream],
    loaders: Mapping[str, Loader],
    leading: Part,
    batch_size: int,
) -> dict[str, Feed]:
    """Feeds of a strategy's streams, the one first whose pass is an epoch: it reads the items
    `leading`.

    Raises AlihError for a stream without items.
    """
    found: dict[str, Feed] = {}
    options = options_of(recipe)
    for name, stream in streams.items():
        domain = bench.domains.get(stream.domain)
        if domain is None:
            raise AlihError("training.no_such_domain", stream=name, domain=stream.domain)
        items = domain.granted if stream.labels == "given" else domain.withheld
        if domain is leading.domain and stream.labels == "given":
            items = leading.items
        if not len(items):
            raise AlihError("training.empty_stream", stream=name, labels=stream.labels)
        found[name] = Feed(
            name=name,
            stream=stream,
            loader=loaders[stream.domain],
            items=items,
            size=min(max(1, round(stream.share * batch_size)), len(items)),
            augment={view: options.view(view, recipe) for view in stream.views},
            seed=bench.study.seed,
            replicate=bench.cell.replicate,
            fixed_views=recipe.train.views,
            balanced=recipe.train.sampling == "balanced",
        )
    leads = [name for name, feed in found.items() if feed.items is leading.items]
    if not leads:
        raise AlihError("training.no_leading_stream", domain=leading.domain.name)
    return {name: found[name] for name in dict.fromkeys((leads[0], *found))}


def stepwise(feeds: Mapping[str, Feed], epoch: int, steps: int) -> Iterator[Mapping[str, Batch]]:
    """The batches of every step of an epoch, by stream."""
    open_feeds = {name: feed.epoch(epoch, steps) for name, feed in feeds.items()}
    for _ in range(steps):
        yield {name: next(batches) for name, batches in open_feeds.items()}
