"""Reference scores: what answers reach that look at no image, or only at single pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from alih.data.domains import domains
from alih.study.document.study import Study

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet

FITS = 10
"""Folds that logistic regression is fitted in, at most."""


def references(sets: dict[str, ImageSet], study: Study) -> dict[str, Any]:
    """Scores on replicate 0's split, as `references.json` holds them: {"<name>": {"<part>":
    {metric: value}}}. Of k-fold the majority class and logistic regression are scored in every
    fold of the first repeat: folds differ, and an arm is scored in all of them.

    For classification: majority class, chance, and logistic regression on pixels. For segmentation:
    the commonest class everywhere, the commonest class at each place, and chance. With two domains
    all of them learn from the source.
    """
    from alih.evaluation import baselines, masks, metrics

    found = domains(sets, study, 0)
    target, judge = found["target"], found.get("source", found["target"])
    ours, theirs = target.images, judge.images
    joined = [ours] if judge is target else [theirs, ours]
    offset = len(theirs) if len(joined) > 1 else 0
    train = judge.split.train
    parts = {
        "train": train,
        "validation": judge.split.validation,
        "test": target.split.test + offset,
    }
    parts = {name: rows for name, rows in parts.items() if len(rows)}
    if ours.masks is not None:
        every = _joined([images.masks for images in joined])
        return masks.baselines(every, ours.classes, train, parts)
    labels, classes = np.concatenate([images.labels for images in joined]), len(ours.classes)
    folds = [parts]
    if judge is target and study.split.scheme == "repeated-kfold":
        further = (domains(sets, study, fold)["target"] for fold in range(1, study.split.folds))
        folds += [vars(one.split) for one in further]
    majority = {
        name: _mean(
            [
                metrics.majority(labels[fold["train"]], labels[fold[name]], classes)
                for fold in folds
                if len(fold[name])
            ],
            [len(fold[name]) for fold in folds if len(fold[name])],
        )
        for name in parts
    }
    chance = {name: metrics.chance(classes) for name in parts}
    pixels = _joined([images.images for images in joined])
    of_several = [parts, *(one for one in folds[1:] if np.unique(labels[one["train"]]).size > 1)]
    fitted = [
        baselines.pixel_logistic(
            pixels,
            labels,
            fold["train"],
            {name: fold[name] for name in parts if name != "train"},
            seed=study.seed,
        )
        for fold in of_several[:FITS]
    ]
    logistic = {
        name: _mean(
            [one[name] for one in fitted if name in one],
            [len(fold[name]) for fold, one in zip(of_several, fitted, strict=False) if name in one],
        )
        for name in fitted[0]
    }
    return {"majority": majority, "chance": chance, "pixel-logistic": logistic}


def _mean(scores: Sequence[dict[str, float]], weights: Sequence[int]) -> dict[str, float]:
    return {
        name: float(np.average([one[name] for one in scores], weights=weights))
        for name in scores[0]
    }


def _joined(parts: Sequence[Any]) -> Any:
    return parts[0] if len(parts) == 1 else _Rows(parts)


class _Rows:
    """Rows of several arrays, one after the other, of which only those that are asked for are
    read.
    """

    def __init__(self, parts: Sequence[Any]) -> None:
        self.parts = list(parts)
        self.starts = np.cumsum([0, *(len(part) for part in parts)])
        self.shape = (int(self.starts[-1]), *parts[0].shape[1:])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> np.ndarray:
        chosen = np.arange(len(self))[rows] if isinstance(rows, slice) else np.asarray(rows)
        which = np.searchsorted(self.starts, chosen, side="right") - 1
        found = np.empty((*chosen.shape, *self.shape[1:]), np.uint8)
        for index in np.unique(which):
            found[which == index] = self.parts[index][chosen[which == index] - self.starts[index]]
        return found
