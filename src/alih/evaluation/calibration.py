"""Temperature scaling (Guo et al. 2017): one number that divides all logits, fitted on validation;
and thresholds for a sensitivity.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LIMITS = (0.05, 20.0)
"""Temperatures that are tried."""
PRIOR = 0.5
"""Standard deviation of the logarithm of a temperature before any image is seen: two in three lie
between 0.6 and 1.65."""
SMALLEST = 2.0**-25
"""What stands for a stored probability of 0: half of the smallest number of half precision."""


def rescaled(probability: np.ndarray, temperature: float) -> Floats:
    """Probabilities [n, C] as they would be if logits were divided by the temperature.

    >>> rescaled(np.array([[0.2, 0.8]]), 2.0).round(4).tolist()
    [[0.3333, 0.6667]]
    """
    logits = _logits(probability) / temperature
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def temperature(probability: np.ndarray, label: np.ndarray) -> float:
    """The temperature that gives the least log loss of `probability` [n, C] for `label` [n], summed
    over items, plus (log temperature / PRIOR)² / 2; within LIMITS.

    The second part says that a network is about as sure as it should be until images show
    otherwise. Without it few images that are all answered right ask for certainty, which other
    images refute; among some hundred images it counts for nothing.
    """
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(label))
    logits = _logits(probability)
    logits -= logits.max(axis=1, keepdims=True)

    def loss(log_temperature: float) -> float:
        scaled = logits * np.exp(-log_temperature)
        losses = np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, label]
        return float(losses.sum() + (log_temperature / PRIOR) ** 2 / 2)

    low, high = np.log(LIMITS)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def _logits(probability: np.ndarray) -> Floats:
    least = SMALLEST if probability.dtype == np.float16 else np.finfo(np.float64).tiny
    return np.log(np.maximum(probability.astype(np.float64), least))


def threshold(score: np.ndarray, positive: np.ndarray, sensitivity: float) -> float:
    """The highest threshold at which at least the share `sensitivity` of positive items have a
    score that is not below it.

    >>> threshold(np.array([0.9, 0.6, 0.4, 0.8]), np.array([True, True, True, False]), 0.6)
    0.6
    """
    found = np.sort(score[positive])[::-1]
    needed = max(1, int(np.ceil(sensitivity * len(found) - 1e-9)))
    return float(found[needed - 1])
