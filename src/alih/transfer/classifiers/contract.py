"""What a family of classifiers provides, and what every fitted classifier is: arrays, a scaling and
a temperature.

A family is a pair of functions over NumPy arrays. Choosing options by cross-validation,
calibration, classes without training images and keeping a fitted classifier in a file are the same
for all of them and lie in `fit.py` and here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alih.errors import AlihError
from alih.study.document.classifiers import ClassifierOptions
from alih.study.strategies.mapping import LOWEST
from alih.transfer.classifiers.alignment import Alignment

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Family:
    """One family: how it is fitted, how it decides, which options cross-validation chooses from.

    `fit(features [N, D], labels [N] in 0…P−1 all present, options, target)` is called with several
    option sets at once, so that work they share is done once; it returns the arrays of each.
    `decide(arrays, features [M, D], options)` gives decision values [M, P], larger for likelier
    classes. `candidates(options)` lists the option sets to choose from (one when nothing is left
    open) in order from the most to the least regularised. `target` holds unlabelled features of
    another domain, to which `features` are moved already, or None; `uses_target`: the family wants
    them even where nothing is aligned. `unfolded` is the candidate to take where no fold can be
    made (the middle one unless given).
    """

    fit: Callable[
        [NDArray[np.float64], NDArray[np.int64], Sequence[Any], NDArray[np.float64] | None],
        list[Arrays],
    ]
    decide: Callable[[Arrays, NDArray[np.float64], Any], NDArray[np.float64]]
    candidates: Callable[[Any], list[Any]] = lambda options: [options]
    uses_target: bool = False
    unfolded: int | None = None


@dataclass(frozen=True)
class Classifier:
    """A fitted classifier. `options` are those in force, with what cross-validation chose filled
    in.

    `present` are the classes that training images showed; `report` says how the options were
    chosen: `folds`, `items`, and `log_loss` and `accuracy` on left-out items at the chosen options;
    empty where no fold could be made. `alignment` brings images of the source to the target, whose
    images the classifier reads; it is not kept in files.
    """

    options: ClassifierOptions
    family: Family
    values: Arrays
    scale: tuple[NDArray[np.float64], NDArray[np.float64]] | None
    temperature: float
    present: NDArray[np.int64]
    classes: int
    width: int
    report: Mapping[str, float]
    alignment: Alignment | None = None

    @property
    def transductive(self) -> bool:
        """Whether the scores of an image depend on the other images they are asked for with: ask
        for all at once.
        """
        return bool(getattr(self.options, "transductive", False))

    @property
    def for_new_images(self) -> Classifier:
        """The classifier that answers each image by itself: where it can, having learnt from images
        of the target; otherwise this one.
        """
        if not (self.transductive and "centre" in self.values):
            return self
        return replace(self, options=self.options.model_copy(update={"transductive": False}))

    def read(self, features: np.ndarray, source: bool = False) -> NDArray[np.float64]:
        """Features [N, D] as the classifier reads them, before scaling: those of the source among
        the target's where it aligns them. Raises AlihError for another number of features.
        """
        features = by_row(table(features), self.options)
        if features.shape[1] != self.width:
            raise AlihError("transfer.other_width", got=features.shape[1], expected=self.width)
        if source and self.alignment is not None:
            return self.alignment.moved(features)
        return features

    def scores(self, features: np.ndarray, source: bool = False) -> NDArray[np.float64]:
        """Log-probabilities (natural logarithm) of images, float64 [N, classes], from features [N,
        D].

        The arg max is the prediction. With `calibrate` the probabilities are calibrated on training
        folds; a class without training images has `LOWEST`. `source`: these are images of the
        source, which are aligned first. Raises AlihError for another number of features than at
        fitting.
        """
        read = scaled(self.read(features, source), self.options, self.scale)
        decision = self.family.decide(self.values, read, self.options)
        scores = np.full((len(features), self.classes), LOWEST)
        scores[:, self.present] = np.maximum(log_softmax(decision / self.temperature), LOWEST)
        return scores

    def predict(self, features: np.ndarray) -> NDArray[np.int64]:
        """The likeliest class of each image, int64 [N]; the first one when several are equally
        likely.
        """
        return self.scores(features).argmax(axis=1)

    def arrays(self) -> Arrays:
        """Everything as NumPy arrays, for a safetensors file; `table.from_arrays` takes them
        back.
        """
        head: dict[str, Any] = {
            "options": self.options.model_dump(),
            "classes": self.classes,
            "width": self.width,
            "temperature": self.temperature,
            "report": dict(self.report),
        }
        text = np.frombuffer(json.dumps(head, sort_keys=True).encode(), dtype=np.uint8).copy()
        kept: Arrays = {
            f"value.{name}": np.ascontiguousarray(value) for name, value in self.values.items()
        }
        if self.scale is not None:
            kept |= {"scale.centre": self.scale[0], "scale.deviation": self.scale[1]}
        return {"head": text, "present": self.present, **kept}


def table(features: np.ndarray) -> NDArray[np.float64]:
    """Features as float64 [N, D], all finite. Raises AlihError otherwise."""
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or 0 in features.shape:
        raise AlihError("transfer.not_a_table", shape=list(features.shape))
    finite = np.isfinite(features).all(axis=1)
    if not finite.all():
        raise AlihError("transfer.not_finite", count=int((~finite).sum()), images=len(features))
    return features


def by_row(features: NDArray[np.float64], options: ClassifierOptions) -> NDArray[np.float64]:
    """Features [N, D], for `scale: row-sum` divided by the sum of each image's sizes."""
    if str(options.scale) != "row-sum":
        return features
    sums = np.abs(features).sum(axis=1, keepdims=True)
    return features / np.where(sums > 0, sums, 1.0)


def scaling(
    features: NDArray[np.float64], options: ClassifierOptions
) -> tuple[np.ndarray, np.ndarray] | None:
    """Centre and deviation of each feature on the training images, for `scale: mean-std`; constant
    features stay.
    """
    if options.scale != "mean-std":
        return None
    deviation = features.std(axis=0)
    return features.mean(axis=0), np.where(
        deviation > 1e-12 * np.abs(features).max(initial=1e-300), deviation, 1.0
    )


def scaled(
    features: NDArray[np.float64],
    options: ClassifierOptions,
    scale: tuple[np.ndarray, np.ndarray] | None,
) -> NDArray[np.float64]:
    """Features [N, D] as the options' `scale` says."""
    if scale is not None:
        return (features - scale[0]) / scale[1]
    if options.scale == "norm":
        norms = np.linalg.norm(features, axis=1, keepdims=True)
        return features * (np.sqrt(features.shape[1]) / np.where(norms > 0, norms, 1.0))
    return features


def log_softmax(values: np.ndarray) -> NDArray[np.float64]:
    """Natural logarithm of the softmax over the last axis; −∞ stays −∞."""
    shifted = values - values.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
