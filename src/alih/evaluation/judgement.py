"""What validation images teach about a model's answers for others: how sure it really is, and
which images are unlike those that it has learnt from.

A network that finds nothing of what it knows gives no class a high score, or the same to several.
An image is unlike when its largest logit or its largest probability is below the k-th smallest of n
validation images, k = ⌊r · (n + 1)⌋: of images drawn as these were, at most the share r is flagged
on average (split conformal prediction); each of the two has half of the rate.

Largest logit: Hendrycks et al. 2022, "Scaling out-of-distribution detection for real-world
settings"; largest probability: Hendrycks and Gimpel 2017, "A baseline for detecting misclassified
and out-of-distribution examples".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

FALSE_ALARMS = 0.05
"""Share of images like the validation images that is flagged, at most and on average."""


@dataclass(frozen=True)
class Familiar:
    """What largest scores a model gives images like those that it has learnt from.

    An image is unlike them when its largest probability has a logarithm below `log_probability`,
    or its largest logit is below `logit` (None for models without logits). Both were found on
    `items` validation images, so that at most `false_alarms` of such images are flagged.

    >>> known = Familiar(np.log(0.6), None, 100)
    >>> known.unlike(np.log([[0.5, 0.5], [0.1, 0.9]])).tolist()
    [True, False]
    """

    log_probability: float
    logit: float | None
    items: int
    false_alarms: float = FALSE_ALARMS

    def unlike(self, scores: np.ndarray) -> np.ndarray:
        """Whether each image is unlike those learnt from, bool [n], by scores [n, classes] before
        softmax.
        """
        largest = scores.max(axis=1).astype(np.float64)
        log_probability = -np.log(np.exp(scores - largest[:, None]).sum(axis=1))
        found = log_probability < self.log_probability
        return np.asarray(found if self.logit is None else found | (largest < self.logit))


class Judged(NamedTuple):
    """Answers for n images: `probabilities` float32 [n, classes], calibrated where a temperature
    is known; the `uncalibrated` ones of the model itself (None where they are the same); whether
    each image is `unlike` those learnt from [n].
    """

    probabilities: np.ndarray
    uncalibrated: np.ndarray | None
    unlike: np.ndarray | None


@dataclass(frozen=True)
class Judgement:
    """What validation images taught: the `temperature` that calibrates probabilities, and what is
    `familiar`; None where there were too few images, or none.

    >>> Judgement(2.0).of(np.log([[0.2, 0.8]])).probabilities.round(4).tolist()
    [[0.33329999446868896, 0.666700005531311]]
    """

    temperature: float | None = None
    familiar: Familiar | None = None

    def of(self, scores: np.ndarray) -> Judged:
        """Judge scores before softmax, [n, classes]."""
        unlike = None if self.familiar is None else self.familiar.unlike(scores)
        if self.temperature is None:
            return Judged(softmax(scores), None, unlike)
        return Judged(softmax(scores / self.temperature), softmax(scores), unlike)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities float32 of scores [n, classes, ...], in double precision between."""
    shares = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)


def familiar(
    confidence: np.ndarray, logit: np.ndarray | None = None, rate: float = FALSE_ALARMS
) -> Familiar | None:
    """What is familiar by the largest probability and, where known, the largest logit of validation
    images [n]; None for fewer than 1 / rate - 1 of them.

    >>> round(familiar(np.linspace(0.51, 1, 50)).log_probability, 4)
    -0.6539
    """
    count = len(confidence)
    if logit is not None and int(rate / 2 * (count + 1)) < 1:
        logit = None
    rank = int((rate if logit is None else rate / 2) * (count + 1))
    if rank < 1:
        return None
    least = np.partition(confidence.astype(np.float64), rank - 1)[rank - 1]
    lowest = None if logit is None else float(np.partition(logit, rank - 1)[rank - 1])
    return Familiar(float(np.log(max(least, np.finfo(np.float64).tiny))), lowest, count, rate)
