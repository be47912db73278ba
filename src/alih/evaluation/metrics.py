"""Metrics of classification, per item and in total, computed from what a run stores.

Two kinds, as in the table `study/metrics.py`:

- *item* metrics (accuracy, log_loss, brier) are means over items; `item_scores` gives the terms of
  the mean;
- *set* metrics (balanced_accuracy, macro_f1, matthews, sensitivity, specificity, auc,
  average_precision, ece) belong to the whole set; `jackknife` gives their leave-one-out values,
  from which intervals are made.

`arrays` is what `CellFolder.scores(split)` returns: `label`, `prediction`, `confidence`,
`log_loss`, each [n]; `brier` also needs `probability` [n, C] (from `probabilities.npz`) or ready
values under `brier` [n], `auc` and `average_precision` need `probability`; of two classes
`positive` holds the number of the positive one, the second where it is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alih.errors import AlihError
from alih.evaluation import ranks
from alih.evaluation.inputs import at_least, take
from alih.metrics import OF_TWO_CLASSES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Arrays = Mapping[str, np.ndarray]

PROBABILITY_FLOOR = float(np.finfo(np.float64).eps)
"""Probabilities below 2.2e-16 count as 2.2e-16, so one item's log loss is at most 36.04
(scikit-learn's rule)."""

ECE_BINS = 15

PER_CLASS = ("precision", "recall", "f1")
"""The ratios of `per_class`, in scikit-learn's order."""


@dataclass(frozen=True)
class ClassCounts:
    """Items per class, int64 [C] each: `hits` got their class, `support` belong to it, `predicted`
    were taken for it.
    """

    hits: Ints
    support: Ints
    predicted: Ints

    @property
    def present(self) -> NDArray[np.bool_]:
        """Whether a class occurs among labels or predictions, [C]."""
        return (self.support + self.predicted) > 0


def confusion(label: ArrayLike, prediction: ArrayLike, classes: int) -> Ints:
    """Count items by true class (row) and predicted class (column), int64 [C, C]: for pictures of
    few classes.

    Raises AlihError when lengths differ or a class index lies outside 0…C−1.

    >>> confusion([0, 0, 1], [0, 1, 1], 2).tolist()
    [[1, 1], [0, 1]]
    """
    truth, guess = _pairs(label, prediction, classes)
    return np.bincount(truth * classes + guess, minlength=classes * classes).reshape(
        classes, classes
    )


def class_counts(label: ArrayLike, prediction: ArrayLike, classes: int) -> ClassCounts:
    """Count items per class in memory that grows with items and classes, not with the square of
    classes.

    Raises AlihError as `confusion` does.
    """
    truth, guess = _pairs(label, prediction, classes)
    hits, support, predicted = (
        np.bincount(part, minlength=classes) for part in (truth[truth == guess], truth, guess)
    )
    return ClassCounts(hits, support, predicted)


def per_class(counts: ClassCounts) -> dict[str, np.ndarray]:
    """Precision, recall, f1 (float [C]) and support (int [C]) of every class.

    A ratio whose denominator is 0 is 0, as in scikit-learn with `zero_division=0`: precision of a
    class that was never predicted, recall of a class without items, F1 of a class that is neither.
    """
    return {
        "precision": _ratio(counts.hits, counts.predicted),
        "recall": _ratio(counts.hits, counts.support),
        "f1": _ratio(2 * counts.hits, counts.support + counts.predicted),
        "support": counts.support,
    }


def averaged(counts: ClassCounts, weighted: bool) -> dict[str, float]:
    """Mean precision, recall and f1 over the classes that occur among labels or predictions: each
    class alike, or by its items (`macro avg` and `weighted avg` of scikit-learn's report).

    >>> averaged(class_counts([0, 0, 0, 1], [0, 0, 1, 1], 2), weighted=True)["recall"]
    0.75
    """
    table, present = per_class(counts), counts.present
    at_least(int(counts.support.sum()), 1)
    weights = counts.support[present] if weighted else None
    return {key: float(np.average(table[key][present], weights=weights)) for key in PER_CLASS}


def balanced_accuracy(counts: ClassCounts) -> float:
    """Mean recall over the classes that occur among the labels; a class without items is skipped,
    not counted as 0.
    """
    table = per_class(counts)
    present = table["support"] > 0
    at_least(int(present.sum()), 1)
    return float(table["recall"][present].mean())


def macro_f1(counts: ClassCounts) -> float:
    """Mean F1 over the classes that occur among labels or predictions (scikit-learn's default set
    of labels).

    A class that occurs in neither is skipped; one that is predicted but never true counts as F1 =
    0.
    """
    at_least(int(counts.present.sum()), 1)
    return float(per_class(counts)["f1"][counts.present].mean())


def matthews(counts: ClassCounts) -> float:
    """Matthews' correlation of labels and predictions of any number of classes, −1…1 (Gorodkin
    2004, as in scikit-learn); 0 where either has one class only.
    """
    items = at_least(int(counts.support.sum()), 1)
    products = (counts.support * counts.predicted).sum()
    squares = np.square(counts.support).sum(), np.square(counts.predicted).sum()
    return float(_correlation(items, counts.hits.sum(), products, *squares))


def _correlation(items: int, hits: Ints, products: Ints, *squares: Ints) -> Floats:
    """Matthews' correlation from items, right answers, Σ support·predicted and both Σ of
    squares.
    """
    true, predicted = (items**2 - np.asarray(square, np.float64) for square in squares)
    # Roots before the product: squares of large counts would pass what 64 bits hold.
    return _ratio(np.asarray(items * hits - products), np.sqrt(true) * np.sqrt(predicted))


def _jackknife_matthews(counts: ClassCounts, label: Ints, prediction: Ints) -> Floats:
    items, right = len(label) - 1, label == prediction
    support, predicted = counts.support, counts.predicted
    products = (support * predicted).sum() - predicted[label] - support[prediction] + right
    squares = (
        np.square(support).sum() - 2 * support[label] + 1,
        np.square(predicted).sum() - 2 * predicted[prediction] + 1,
    )
    return _correlation(items, counts.hits.sum() - right, products, *squares)


def _found(name: str, arrays: Arrays, left_out: bool = False) -> float | Floats:
    """Sensitivity (the share of the positive class of two that is found) or specificity (the same
    of the other class), or these with each item left out; NaN without items of the class.
    """
    positive = int(arrays.get("positive", np.array(1)))
    own = positive if name == "sensitivity" else 1 - positive
    label, correct = _indices("label", take(name, arrays, "label")), _correct(name, arrays)
    of = label == own
    hits, items = int((of & correct).sum()), int(of.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        if not left_out:
            return float(np.float64(hits) / items)
        return (hits - (of & correct)) / np.asarray(items - of, np.float64)


def log_loss(probability: ArrayLike, label: ArrayLike) -> Floats:
    """Cross-entropy −ln p(true class) of each item, in nats, [n]; zeros count as the floor above.

    >>> log_loss([[0.25, 0.75]], [1]).round(4).tolist()
    [0.2877]
    """
    chosen = _true_class(probability, label)
    # 0.0 - x, so that a sure hit scores 0.0 and not -0.0.
    return 0.0 - np.log(np.clip(chosen, PROBABILITY_FLOOR, 1.0))


def brier(probability: ArrayLike, label: ArrayLike) -> Floats:
    """Brier score of each item: Σ over classes (p − [class is true])², [n], between 0 and 2.

    Brier (1950), the original multi-class form; twice the usual two-class score.
    """
    chosen = _true_class(probability, label)
    return _brier(np.square(np.asarray(probability, dtype=np.float64)).sum(axis=1), chosen)


def _brier(squares: ArrayLike, chosen: Floats) -> Floats:
    # Σ(p − y)² = Σp² − 2·p_true + 1; rounding can leave −1e-16.
    return np.maximum(np.asarray(squares) - 2 * chosen + 1, 0.0)


def ece(confidence: ArrayLike, correct: ArrayLike, bins: int = ECE_BINS) -> float:
    """Expected calibration error: Σ over bins (items in bin / n) · |accuracy − mean confidence|.

    Guo et al. (2017), eq. 3, with equal bins [a, b); confidence 1 belongs to the last bin.
    (torchmetrics gives confidence 1 a bin of its own; without such items both agree.)
    """
    excess, place = _calibration(confidence, correct, bins)
    sums = np.bincount(place, weights=excess, minlength=bins)
    return float(np.abs(sums).sum() / at_least(excess.size, 1))


def reliability(
    confidence: ArrayLike, correct: ArrayLike, bins: int = ECE_BINS
) -> tuple[Floats, Floats, Ints]:
    """Mean confidence, share of right answers and items of each bin of `ece`, [bins] each; NaN for
    bins without items.

    >>> sure, right, items = reliability([0.3, 0.9, 0.8], [0, 1, 0], bins=2)
    >>> right.tolist(), items.tolist()
    ([0.0, 0.5], [1, 2])
    """
    excess, place = _calibration(confidence, correct, bins)
    items = np.bincount(place, minlength=bins)
    sure, gap = (
        np.bincount(place, weights=weights, minlength=bins)
        for weights in (np.asarray(confidence, np.float64), excess)
    )
    with np.errstate(invalid="ignore"):
        return sure / items, (sure + gap) / items, items


def compute(name: str, arrays: Arrays) -> float:
    """Metric `name` over all items of `arrays`. Raises AlihError for an unknown metric or a missing
    array.
    """
    if name in _ITEM:
        scores = item_scores(name, arrays)
        return float(scores.sum() / at_least(scores.size, 1))
    if name == "ece":
        return ece(take(name, arrays, "confidence"), _correct(name, arrays))
    if name in OF_TWO_CLASSES:
        return float(_found(name, arrays))
    if name == "auc":
        return ranks.macro_auc(*_ranked(name, arrays))
    if name == "average_precision":
        return ranks.macro_precision(*_ranked(name, arrays), _positive(arrays))
    if name in _OF_CLASSES:
        return _OF_CLASSES[name](_counts(name, arrays))
    raise _unknown(name)


def item_scores(name: str, arrays: Arrays) -> Floats:
    """The terms of an item metric, float64 [n]. Raises AlihError when `name` is no item metric."""
    if name not in _ITEM:
        raise (
            AlihError("evaluation.no_item_scores", metric=name, known=", ".join(_ITEM))
            if is_known(name)
            else _unknown(name)
        )
    return _ITEM[name](arrays)


def jackknife(name: str, arrays: Arrays) -> Floats:
    """Value of the metric with item i left out, for every i, float64 [n]; O(n + C), not O(n²).

    Raises AlihError when there are fewer than two items.
    """
    if name in _ITEM:
        scores = item_scores(name, arrays)
        at_least(scores.size, 2)
        return (scores.sum() - scores) / (scores.size - 1)
    if name == "ece":
        return _jackknife_ece(take(name, arrays, "confidence"), _correct(name, arrays))
    if name not in _KNOWN:
        raise _unknown(name)
    at_least(len(take(name, arrays, "label")), 2)
    if name in OF_TWO_CLASSES:
        return np.asarray(_found(name, arrays, left_out=True))
    if name == "auc":
        return ranks.jackknife_auc(*_ranked(name, arrays))
    if name == "average_precision":
        return ranks.jackknife_precision(*_ranked(name, arrays), _positive(arrays))
    counts = _counts(name, arrays)
    label, prediction = (_indices(key, arrays[key]) for key in ("label", "prediction"))
    if name == "matthews":
        return _jackknife_matthews(counts, label, prediction)
    return _leave_one_out(name, counts, label, prediction)


def is_known(name: str) -> bool:
    """Whether `compute` knows this metric."""
    return name in _KNOWN


def chance(classes: int) -> dict[str, float]:
    """What guessing with equal probabilities scores: accuracy and mean recall 1/C, Matthews'
    correlation 0, AUC 1/2, log loss ln C, Brier score 1 − 1/C.
    """
    return {
        "accuracy": 1 / classes,
        "balanced_accuracy": 1 / classes,
        "matthews": 0.0,
        "auc": 0.5,
        "log_loss": float(np.log(classes)),
        "brier": 1 - 1 / classes,
    }


def majority(
    labels_train: ArrayLike, labels_eval: ArrayLike, classes: int | None = None
) -> dict[str, float]:
    """What always answering the commonest training class scores on the evaluation labels.

    For the log loss and Brier score the answer is the vector of training frequencies (one item
    added to each class, so that a class without training items does not score infinity). Ties go to
    the lowest class index.
    """
    train, labels = _indices("labels_train", labels_train), _indices("labels_eval", labels_eval)
    at_least(min(train.size, labels.size), 1)
    classes = classes or int(max(train.max(), labels.max())) + 1
    counts = np.bincount(train, minlength=classes)
    frequency = (counts + 1) / (counts.sum() + classes)
    chosen = frequency[labels]
    found = class_counts(labels, np.full_like(labels, counts.argmax()), classes)
    return {
        "accuracy": float(found.hits.sum() / labels.size),
        "balanced_accuracy": balanced_accuracy(found),
        "macro_f1": macro_f1(found),
        "matthews": 0.0,
        "auc": 0.5,
        "log_loss": float(-np.log(chosen).mean()),
        "brier": float(_brier(np.square(frequency).sum(), chosen).mean()),
    }


def _item_accuracy(arrays: Arrays) -> Floats:
    return _correct("accuracy", arrays).astype(np.float64)


def _item_log_loss(arrays: Arrays) -> Floats:
    if "log_loss" in arrays:
        return np.asarray(arrays["log_loss"], dtype=np.float64)
    return log_loss(take("log_loss", arrays, "probability"), take("log_loss", arrays, "label"))


def _item_brier(arrays: Arrays) -> Floats:
    if "brier" in arrays:
        return np.asarray(arrays["brier"], dtype=np.float64)
    return brier(take("brier", arrays, "probability"), take("brier", arrays, "label"))


_ITEM: dict[str, Callable[[Arrays], Floats]] = {
    "accuracy": _item_accuracy,
    "log_loss": _item_log_loss,
    "brier": _item_brier,
}
_OF_CLASSES: dict[str, Callable[[ClassCounts], float]] = {
    "balanced_accuracy": balanced_accuracy,
    "macro_f1": macro_f1,
    "matthews": matthews,
}
_KNOWN = (*_ITEM, *_OF_CLASSES, *OF_TWO_CLASSES, "auc", "average_precision", "ece")


def _leave_one_out(name: str, counts: ClassCounts, label: Ints, prediction: Ints) -> Floats:
    """The metric after each item (of class `label`, taken for `prediction`) is removed, [n].

    Removing an item changes the ratio of its true and its predicted class only, so the mean over
    classes is corrected in those two places: `total` and `number` are its numerator and
    denominator.
    """
    if name == "balanced_accuracy":
        numerator, denominator = counts.hits, counts.support
        off_true, off_predicted = (0, 1), (0, 0)
    else:
        numerator, denominator = 2 * counts.hits, counts.support + counts.predicted
        off_true, off_predicted = (0, 1), (0, 1)
    on_diagonal = (1, 1) if name == "balanced_accuracy" else (2, 2)
    score, present = _ratio(numerator, denominator), (denominator > 0).astype(np.int64)

    def change(off: tuple[int, int]) -> tuple[Floats, Ints]:
        """Per class: change of its score and of its presence when numerator and denominator lose
        `off`.
        """
        left = denominator - off[1]
        return _ratio(numerator - off[0], left) - score, (left > 0).astype(np.int64) - present

    (true_score, true_count), (predicted_score, predicted_count) = (
        change(off_true),
        change(off_predicted),
    )
    right_score, right_count = change(on_diagonal)
    right = label == prediction
    wrong_total = score.sum() + true_score[label] + predicted_score[prediction]
    wrong_number = present.sum() + true_count[label] + predicted_count[prediction]
    total = np.where(right, score.sum() + right_score[label], wrong_total)
    number = np.where(right, present.sum() + right_count[label], wrong_number)
    return _ratio(total, number)


def _jackknife_ece(confidence: ArrayLike, correct: ArrayLike, bins: int = ECE_BINS) -> Floats:
    excess, place = _calibration(confidence, correct, bins)
    at_least(excess.size, 2)
    sums = np.bincount(place, weights=excess, minlength=bins)
    own = sums[place]
    return (np.abs(sums).sum() - np.abs(own) + np.abs(own - excess)) / (excess.size - 1)


def _calibration(confidence: ArrayLike, correct: ArrayLike, bins: int) -> tuple[Floats, Ints]:
    """Correct (0/1) minus confidence of each item, and the bin it falls into."""
    sure, right = np.asarray(confidence, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    _same_length(confidence=sure, correct=right)
    wrong = sure[~((sure >= 0) & (sure <= 1))]
    if wrong.size:
        raise AlihError("evaluation.no_confidence", value=float(wrong[0]))
    edges = np.linspace(0.0, 1.0, bins + 1)
    return right - sure, np.minimum(np.searchsorted(edges, sure, side="right") - 1, bins - 1)


def _correct(metric: str, arrays: Arrays) -> NDArray[np.bool_]:
    label, prediction = take(metric, arrays, "label"), take(metric, arrays, "prediction")
    _same_length(label=label, prediction=prediction)
    return label == prediction


def _ranked(name: str, arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    table, label = take(name, arrays, "probability"), _indices("label", take(name, arrays, "label"))
    _true_class(table, label)  # complains of shapes that do not fit
    return table, label


def _positive(arrays: Arrays) -> int:
    """The number of the positive class of two."""
    return int(arrays.get("positive", np.array(1)))


def _counts(name: str, arrays: Arrays) -> ClassCounts:
    label = _indices("label", take(name, arrays, "label"))
    prediction = _indices("prediction", take(name, arrays, "prediction"))
    # Classes absent from labels and predictions change none of the metrics, so the largest index
    # seen is enough.
    classes = int(max(label.max(initial=-1), prediction.max(initial=-1))) + 1
    at_least(classes, 1)
    return class_counts(label, prediction, classes)


def _pairs(label: ArrayLike, prediction: ArrayLike, classes: int) -> tuple[Ints, Ints]:
    """Labels and predictions [n] as indices below `classes`."""
    truth, guess = _indices("label", label), _indices("prediction", prediction)
    _same_length(label=truth, prediction=guess)
    for name, values in (("label", truth), ("prediction", guess)):
        wrong = values[(values < 0) | (values >= classes)]
        if wrong.size:
            raise AlihError(
                "evaluation.class_out_of_range",
                array=name,
                value=int(wrong[0]),
                classes=classes,
                last=classes - 1,
            )
    return truth, guess


def _true_class(values: ArrayLike, label: ArrayLike) -> Floats:
    """The entry of each row of `values` [n, C] that belongs to its label, [n]."""
    table, truth = np.asarray(values, dtype=np.float64), _indices("label", label)
    if table.ndim != 2:
        raise AlihError("evaluation.not_a_table", shape=table.shape)
    _same_length(probability=table, label=truth)
    wrong = truth[(truth < 0) | (truth >= table.shape[1])]
    if wrong.size:
        classes = table.shape[1]
        raise AlihError(
            "evaluation.class_out_of_range",
            array="label",
            value=int(wrong[0]),
            classes=classes,
            last=classes - 1,
        )
    return table[np.arange(truth.size), truth]


def _indices(name: str, values: ArrayLike) -> Ints:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise AlihError(
            "evaluation.no_class_numbers", array=name, dtype=array.dtype, shape=array.shape
        )
    return array.astype(np.int64)


def _same_length(**arrays: np.ndarray) -> None:
    (first, a), (second, b) = arrays.items()
    if len(a) != len(b):
        raise AlihError(
            "evaluation.lengths_differ", first=first, n_first=len(a), second=second, n_second=len(b)
        )


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> Floats:
    result = np.zeros(np.broadcast_shapes(numerator.shape, denominator.shape), dtype=np.float64)
    return np.divide(numerator, denominator, out=result, where=denominator > 0)


def _unknown(name: str) -> AlihError:
    return AlihError("evaluation.unknown_metric", metric=name, known=", ".join(_KNOWN))
