"""What classifiers make of a set's images, or of parts of them, on images that they were not fitted
to: frozen features and logistic regression.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from alih import files
from alih.inspect import frozen
from alih.inspect.audit.subject import Subject
from alih.statistics.single import wilson_of_folds
from alih.study.catalogue.backbones import CARDS
from alih.study.document.classifiers import Logistic
from alih.words.phrase import Phrase

View = Literal["whole", "border", "centre"]
VIEWS: tuple[View, ...] = ("whole", "border", "centre")

SIDE = 128
"""Pixels a side at which frozen features are taken at most."""
BORDER = 0.15
"""Share of the image at each side that is the border."""
LIMIT, FEWER = 5000, 1000
"""Images at most for labels, and of these for borders and centres, drawn class by class."""
PIXELS = 16
STRENGTH = 0.03
"""C of the logistic regression, the middle of `classifiers/logistic.GRID`."""


@dataclass(frozen=True)
class Told:
    """Probabilities [rows, P] of `items` (numbers in the set), none of which their model saw."""

    items: NDArray[np.int64]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    folds: int = 5

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return float((self.probabilities.argmax(axis=1) == self.labels).mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the accuracy."""
        return wilson_of_folds(self.accuracy, len(self.items), self.folds)


@dataclass(frozen=True, eq=False)
class Viewer:
    """Features of one set's images, by a backbone whose weights are here, else of small pixels."""

    subject: Subject
    tell: Callable[[str, int, int], None] = lambda what, done, of: None

    @cached_property
    def model(self) -> str | None:
        """The backbone, the first carded one that can be had offline; None for pixels."""
        if find_spec("torch") is None:
            return None
        return next((card for card in CARDS if frozen.offline(card)), None)

    @property
    def named(self) -> str | Phrase:
        """What gives the features, for a sentence."""
        return self.model or Phrase("inspect.audit.pixels", {"side": PIXELS})

    @cached_property
    def _network(self) -> Any:
        assert self.model is not None, "pixels need no network"
        return frozen.pretrained(self.model, self._images(np.arange(1), "whole"))

    @cached_property
    def items(self) -> NDArray[np.int64]:
        """The images that are looked at, at most `LIMIT`, class by class in proportion."""
        from alih.evaluation.baselines import stratified

        return stratified(self.subject.labels, LIMIT, 0)

    @cached_property
    def few(self) -> NDArray[np.int64]:
        """At most `FEWER` of them."""
        from alih.evaluation.baselines import stratified

        return self.items[stratified(self.subject.labels[self.items], FEWER, 0)]

    @cached_property
    def _whole(self) -> NDArray[np.float64]:
        return self._features(self.items, "whole")

    def features(self, items: NDArray[np.int64], view: View = "whole") -> NDArray[np.float64]:
        """Features [items, D] of some of the images, or of their border or centre alone."""
        if view == "whole":
            return self._whole[np.searchsorted(self.items, items)]
        return self._features(items, view)

    def _features(self, items: NDArray[np.int64], view: View) -> NDArray[np.float64]:
        images = self._images(items, view)
        if self.model is None:
            step = max(1, images.images.shape[1] // PIXELS)
            return images.images[:, ::step, ::step].reshape(len(items), -1) / 255.0
        found = frozen.features(
            self.model,
            self._network,
            images,
            np.arange(len(items)),
            lambda done, of: self.tell("features", done, of),
        )
        return found.array(np.arange(len(items))).astype(np.float64)

    def told(self, items: NDArray[np.int64], view: View = "whole") -> Told | None:
        """Held-out answers for `items`; None where no class has enough images."""
        from alih.transfer.classifiers.fit import held_out

        labels = self.subject.labels[items]
        present, inner = np.unique(labels, return_inverse=True)
        if len(present) < 2:
            return None
        options = Logistic(C=STRENGTH)
        probabilities, rows = held_out(self.features(items, view), inner, options)
        return Told(items[rows], inner[rows], probabilities) if len(rows) else None

    def _images(self, items: NDArray[np.int64], view: View) -> Any:
        """A set of its own of the images, so that features are kept under a name of their own."""
        from PIL import Image

        images = self.subject.images
        side = min(SIDE, max(images.images.shape[1], frozen.SMALL_SIDE))
        found = np.empty((len(items), side, side, images.images.shape[-1]), np.uint8)
        for row, item in enumerate(items.tolist()):
            picture = self.subject.picture(item)
            shown = np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR))
            found[row] = shown[..., None] if shown.ndim == 2 else shown
        edge = round(BORDER * side)
        inner = np.zeros((side, side), bool)
        inner[edge : side - edge, edge : side - edge] = True
        if view != "whole":
            found[:, inner if view == "border" else ~inner] = 127
        labels = images.labels[items]
        name = files.digest([images.content, items.tolist(), side, view])
        return replace(
            images,
            images=found,
            labels=labels,
            official_test=0,
            official_validation=0,
            masks=None,
            content=name,
            items=None,
        )
