"""Fit any classifier of the table: scaling, cross-validated options, calibrated probabilities.

Every candidate's decision values on the left-out folds are divided by the temperature that makes
them most likely (Guo et al. 2017), and the candidate with the lowest log loss is chosen, so that a
strongly regularised but well ordered model does not lose for its timid probabilities. The
temperature is fitted against smoothed labels, as Platt (2000) smooths his targets, because folds
without a single error would otherwise ask for certainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alih.errors import AlihError
from alih.seeding import numpy_generator
from alih.study.document.classifiers import ClassifierOptions, classifier
from alih.transfer.classifiers.alignment import Alignment
from alih.transfer.classifiers.contract import (
    Arrays,
    Classifier,
    Family,
    by_row,
    log_softmax,
    scaled,
    scaling,
    table,
)
from alih.transfer.classifiers.table import FAMILIES

FOLDS = 5


def fit(
    features: np.ndarray,
    labels: np.ndarray,
    classes: int,
    options: ClassifierOptions | str | dict[str, Any] = "logistic",
    *,
    seed: int = 0,
    target: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    align: str = "none",
    of_target: np.ndarray | None = None,
) -> Classifier:
    """A classifier fitted to features [N, D] and labels [N] (0…classes−1); the same arguments give
    the same arrays.

    `options` is a classifier's name, its options, or a mapping as in a document. `seed` addresses
    the folds of cross-validation. `target` holds unlabelled features [M, D] of the target domain,
    which `easytl` uses and all others with `align: coral`; rows `of_target` [N] are images of it,
    too, with labels. The classifier then reads images of the target. Rows of one of `groups` [N]
    (the views of an image, with one label) are never divided by cross-validation. Raises AlihError
    for features that are no finite table, labels that do not fit, and fewer than two labels.

    >>> import numpy as np
    >>> features = np.array([[0.0], [0.1], [1.0], [1.1]])
    >>> fit(features, np.array([0, 0, 1, 1]), 2, "nearest-mean").predict(np.array([[0.2], [0.9]]))
    array([0, 1])
    """
    chosen = classifier(options)
    family = FAMILIES[chosen.name]
    features, labels = table(features), checked(labels, len(features), classes)
    if target is not None and not family.uses_target and align == "none":
        raise AlihError("transfer.target_unused", name=chosen.name)
    features, alignment = by_row(features, chosen), None
    if target is not None:
        target = by_row(table(target), chosen)
        features, alignment = _aligned(features, target, of_target, chosen, align)
    present, inner = np.unique(labels, return_inverse=True)
    if len(present) < 2:
        raise AlihError("transfer.one_class", images=len(labels))
    candidates = family.candidates(chosen)
    temperature = 1.0
    report: dict[str, float] = {}
    if chosen.calibrate or len(candidates) > 1:
        index, temperature, report = _chosen(
            family, features, inner, candidates, seed, target, groups
        )
        chosen = candidates[index]
    scale = scaling(features, chosen)
    values = family.fit(scaled(features, chosen, scale), inner, [chosen], target)[0]
    return Classifier(
        options=chosen,
        family=family,
        values=values,
        scale=scale,
        temperature=temperature if chosen.calibrate else 1.0,
        present=present,
        classes=classes,
        width=features.shape[1],
        report=report,
        alignment=alignment,
    )


def _aligned(
    features: NDArray[np.float64],
    target: NDArray[np.float64],
    of_target: np.ndarray | None,
    options: ClassifierOptions,
    align: str,
) -> tuple[NDArray[np.float64], Alignment | None]:
    """Features with the source's rows brought to the target, and how; None without such rows."""
    ours = np.zeros(len(features), bool) if of_target is None else of_target
    if ours.all():
        return features, None
    alignment = Alignment.between(
        features[~ours],
        target,
        coral="coral" in (align, getattr(options, "align", "none")),
        standardised=getattr(options, "scale", None) != "none" or options.name != "easytl",
    )
    features = features.copy()
    features[~ours] = alignment.moved(features[~ours])
    return features, alignment


def checked(labels: np.ndarray, images: int, classes: int) -> NDArray[np.int64]:
    """Labels as int64 [images] within 0…classes−1. Raises AlihError otherwise."""
    labels = np.asarray(labels)
    if labels.shape != (images,):
        raise AlihError("transfer.labels_do_not_fit", labels=labels.size, images=images)
    labels = labels.astype(np.int64)
    wrong = labels[(labels < 0) | (labels >= classes)]
    if wrong.size:
        raise AlihError(
            "transfer.label_out_of_range", label=int(wrong[0]), classes=classes, last=classes - 1
        )
    return labels


def stratified_folds(labels: np.ndarray, count: int, seed: int) -> NDArray[np.int64]:
    """The fold 0…count−1 of each item, drawn by address (`seed`, purpose "classifier-folds"); every
    class spread evenly.
    """
    shuffled = numpy_generator(seed, 0, "classifier-folds").permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    folds = np.empty(len(labels), dtype=np.int64)
    folds[by_class] = np.arange(len(labels)) % count
    return folds


def _chosen(
    family: Family,
    features: NDArray[np.float64],
    labels: NDArray[np.int64],
    candidates: Sequence[Any],
    seed: int,
    target: NDArray[np.float64] | None,
    groups: np.ndarray | None,
) -> tuple[int, float, dict[str, float]]:
    """Which candidate to take, its temperature, and the report. At temperature 1 without a usable
    fold.
    """
    decisions, rows = left_out(family, features, labels, candidates, seed, target, groups)
    if not len(rows):
        return len(candidates) // 2 if family.unfolded is None else family.unfolded, 1.0, {}
    truth = labels[rows]
    temperatures = [best_temperature(decision, truth) for decision in decisions]
    losses = [mean_log_loss(d / t, truth) for d, t in zip(decisions, temperatures, strict=True)]
    best = int(np.argmin(losses))
    accuracy = float((decisions[best].argmax(axis=1) == truth).mean())
    independent = len(labels) if groups is None else len(np.unique(groups))
    report = {
        "folds": min(FOLDS, independent),
        "items": len(rows),
        "log_loss": losses[best],
        "accuracy": accuracy,
    }
    return best, temperatures[best], report


def left_out(
    family: Family,
    features: NDArray[np.float64],
    labels: NDArray[np.int64],
    candidates: Sequence[Any],
    seed: int,
    target: NDArray[np.float64] | None = None,
    groups: np.ndarray | None = None,
) -> tuple[list[NDArray[np.float64]], NDArray[np.int64]]:
    """Decision values [rows, P] of each candidate on items that it was not fitted to, and the rows
    they belong to.

    An item is left aside when the rest shows no image of its class; a class that the rest lacks has
    −∞.
    """
    _, first, member = np.unique(
        np.arange(len(labels)) if groups is None else groups, return_index=True, return_inverse=True
    )
    folds = stratified_folds(labels[first], min(FOLDS, len(first)), seed)[member]
    found: list[list[np.ndarray]] = [[] for _ in candidates]
    rows = []
    for fold in range(folds.max() + 1):
        train = np.flatnonzero(folds != fold)
        present, inner = np.unique(labels[train], return_inverse=True)
        held = np.flatnonzero((folds == fold) & np.isin(labels, present))
        if len(present) < 2 or not len(held):
            continue
        rows.append(held)
        # Scaling is the same for all candidates: only what cross-validation chooses differs between
        # them.
        scale = scaling(features[train], candidates[0])
        fitted: list[Arrays] = family.fit(
            scaled(features[train], candidates[0], scale), inner, candidates, target
        )
        for values, options, gathered in zip(fitted, candidates, found, strict=True):
            part = np.full((len(held), labels.max() + 1), -np.inf)
            part[:, present] = family.decide(
                values, scaled(features[held], options, scale), options
            )
            gathered.append(part)
    if not rows:
        return [], np.zeros(0, dtype=np.int64)
    return [np.concatenate(parts) for parts in found], np.concatenate(rows)


def held_out(
    features: np.ndarray, labels: np.ndarray, options: ClassifierOptions | str, *, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Calibrated probabilities [rows, P] of items that the classifier was not fitted to, by 5-fold
    cross-validation, and the rows they belong to, ascending. P: the labels that occur, ascending.

    The options are taken as they are given. An item is left aside when no other image of its class
    lies in another fold. Raises AlihError as `fit`.
    """
    chosen = classifier(options)
    present, inner = np.unique(labels, return_inverse=True)
    if len(present) < 2:
        raise AlihError("transfer.one_class", images=len(labels))
    rows_of = by_row(table(features), chosen)
    found, rows = left_out(FAMILIES[chosen.name], rows_of, inner, [chosen], seed)
    if not len(rows):
        return np.zeros((0, len(present))), rows
    order = np.argsort(rows)
    decision = found[0] / best_temperature(found[0], inner[rows])
    return np.exp(log_softmax(decision))[order], rows[order]


def mean_log_loss(decision: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Mean of −ln p of the true class under the softmax of decision values [N, P]."""
    return float(-log_softmax(decision)[np.arange(len(labels)), labels].mean())


def best_temperature(decision: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The T > 0 whose softmax(decision / T) is most likely under labels smoothed by 1 / (N + 2)."""
    from scipy.optimize import minimize_scalar

    finite = np.isfinite(decision)
    spread = float(np.std(decision[finite])) or 1.0
    smoothing = 1.0 / (len(labels) + 2)
    share = finite / finite.sum(axis=1, keepdims=True)

    def loss(log_t: float) -> float:
        log_p = log_softmax(decision / (spread * np.exp(log_t)))
        true = log_p[np.arange(len(labels)), labels]
        uniform = np.where(finite, log_p, 0.0) * share
        return float(-((1 - smoothing) * true + smoothing * uniform.sum(axis=1)).mean())

    found = minimize_scalar(loss, bounds=(-7.0, 7.0), method="bounded", options={"xatol": 1e-6})
    return spread * float(np.exp(found.x))
