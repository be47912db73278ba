"""Scores of answers for images without labels, by which epochs, settings and methods can be chosen.

No single one is safe: adaptation that collapses onto one class is as sure as one that succeeds, so
that entropy and information are read behind a guard, beside the weighted accuracy of the source.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_WEIGHT = 20.0
"""The largest importance weight: a few source images must not decide alone."""
COMPONENTS = 32
"""Principal components of the features by which domains are told apart: with more, so few images
are separated perfectly, whatever the domains."""
FOLDS = 3


@dataclass(frozen=True, eq=False)
class Answers:
    """What a run answers for n images of C classes.

    `entropy`: the mean of each image's (nats); `mean` [C]: the mean probabilities; `votes` [C]: the
    shares of the likeliest classes. For masks all three are means over pixels, too.
    """

    items: int
    entropy: float
    mean: Floats
    votes: Floats

    @property
    def information(self) -> float:
        """H(mean p) − mean H(p), in nats: the mutual information of images and answers (Bridle et
        al. 1991); 0 where all images get the same answer, log C at most.
        """
        return entropy_of(self.mean) - self.entropy


def entropy_of(p: Floats) -> float:
    """Σ −p log p, in nats.

    >>> round(entropy_of(np.array([0.5, 0.5, 0.0])), 4)
    0.6931
    """
    kept = p[p > 0]
    return float(-(kept * np.log(kept)).sum())


def answers_of(probability: Floats) -> Answers:
    """The answers that probabilities [n, C] are.

    >>> sure = answers_of(np.eye(2))
    >>> sure.entropy, round(sure.information, 4), sure.votes.tolist()
    (0.0, 0.6931, [0.5, 0.5])
    """
    n, classes = probability.shape
    votes = np.bincount(probability.argmax(1), minlength=classes) / n
    entropy = float(np.mean([entropy_of(row) for row in probability]))
    return Answers(n, entropy, probability.mean(0), votes)


def importance_weights(source: Floats, target: Floats) -> Floats | None:
    """How much likelier features of the source [n, d] are in the target [m, d], as weights [n].

    w(x) = n/m · P(target | x) / P(source | x), clipped at `MOST_WEIGHT`, with P from a logistic
    regression on standardised principal components that has not seen x (3 folds): Bickel et al.
    2007, Discriminative learning for differing training and test distributions. None where there
    are too few images, or features that are not finite.
    """
    if min(len(source), len(target)) < 2 * FOLDS:
        return None
    both = np.concatenate([source, target]).astype(np.float64)
    if not np.isfinite(both).all():
        return None
    from sklearn.decomposition import PCA
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    is_target = np.repeat([0, 1], [len(source), len(target)])
    width = min(COMPONENTS, both.shape[1], len(both) // 2)
    view = make_pipeline(StandardScaler(), PCA(width, random_state=0), StandardScaler())
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)  # features that never change
        both = view.fit_transform(both)  # it sees no domains, so that all images may share it
        judge = LogisticRegression()
        odds = cross_val_predict(judge, both, is_target, cv=folds, method="decision_function")
    logs = odds[: len(source)] + np.log(len(source) / len(target))
    weights: Floats = np.exp(np.minimum(logs, np.log(MOST_WEIGHT)))
    return weights


def weighted_accuracy(correct: NDArray[np.bool_], weights: Floats) -> float:
    """Σ w · correct / Σ w: accuracy on the source as if its images were distributed as the
    target's (Sugiyama et al. 2007, Covariate shift adaptation by importance weighted cross
    validation, in its self-normalised form).

    >>> weighted_accuracy(np.array([True, False]), np.array([3.0, 1.0]))
    0.75
    """
    return float((weights * correct).sum() / weights.sum())


def effective(weights: Floats) -> float:
    """How many images of equal weight tell as much: (Σ w)² / Σ w² (Kish).

    >>> effective(np.ones(7))
    7.0
    """
    return float(weights.sum() ** 2 / (weights**2).sum())
