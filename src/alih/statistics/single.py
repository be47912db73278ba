"""One arm by itself: mean, spread, interval; and whether a plan's numbers can decide anything."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from alih.statistics.groups import GroupTerm
from alih.statistics.guards import flat_scale, is_binary
from alih.statistics.intervals import (
    Division,
    Estimate,
    Folds,
    TwoWay,
    folds,
    interval,
    two_way,
)
from alih.statistics.spread import Spread
from alih.statistics.verdicts import MOST_ITEMS, MOST_SEEDS, POWER, smallest

# Spreads drawn for a plan: enough for the second digit of a difference.
DRAWS = 200


@dataclass(frozen=True)
class Summary:
    """Mean over replicates and items, standard deviation over replicates (None with one), 95 %
    interval.
    """

    mean: float
    sd: float | None
    ci95: tuple[float, float]
    n_seeds: int
    n_items: int


def summarise(
    scores: np.ndarray,
    *,
    varies_by_seed: bool = True,
    division: Division | None = None,
    within: tuple[float, float] | None = None,
    groups: np.ndarray | None = None,
) -> Summary:
    """Summary of one arm's scores [S, N]; with `division`, [repeats, N] scores of repeated k-fold,
    whose runs are its folds.

    The interval covers other replicates and other items; with one replicate items only. 0/1 scores
    of one replicate get Wilson's interval, unless items come in `groups` [N]. `within`: the values
    that the metric can have; where all runs keep to them, so does the interval. Raises AlihError
    like `two_way` and `folds`.
    """
    scores = np.atleast_2d(np.asarray(scores, dtype=float))
    seeds, items = scores.shape
    binary = is_binary(scores)
    runs = scores.mean(axis=1) if division is None else division.means(scores)
    mean, sd = float(runs.mean()), float(runs.std(ddof=1)) if runs.size > 1 else None
    if division is None and seeds == 1 and binary and groups is None:
        return Summary(mean, None, wilson(int(scores.sum()), items), 1, items)
    # Around one half, pseudo-items of size one half are one more item that was right and one that
    # was wrong.
    middle = 0.5 if binary else 0.0
    scale = 0.5 if binary else flat_scale(scores, np.zeros_like(scores))
    if division is not None:
        estimate: Estimate = folds(
            scores - middle, division=division, scale=scale, skewed=not binary, groups=groups
        )
    else:
        estimate = two_way(
            scores - middle,
            scale=scale,
            items_only=not varies_by_seed,
            skewed=not binary,
            groups=groups,
        )
    low, high = (end + middle for end in interval(estimate, 0.05))
    least, most = (0.0, 1.0) if binary else within or (-math.inf, math.inf)
    if (
        least <= runs.min() and runs.max() <= most
    ):  # scores of another tool may be per cent, or count the other way
        low, high = max(least, low), min(most, high)
    return Summary(mean, sd, (low, high), runs.size, items)


def wilson(successes: float, n: float, level: float = 0.05) -> tuple[float, float]:
    """Wilson's (1927) interval for a proportion; never of width 0, never outside [0, 1].

    >>> [round(x, 4) for x in wilson(29, 33)]
    [0.7267, 0.9518]
    """
    from scipy.special import ndtri

    z2 = float(ndtri(1 - level / 2)) ** 2
    p = successes / n
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def wilson_of_folds(share: float, n: int, folds: int, level: float = 0.05) -> tuple[float, float]:
    """Wilson's interval for a share of n items scored by k-fold cross-validation.

    Folds share most of their training items, so their scores vary together. Nadeau and Bengio's
    (2003) correction multiplies the variance by 1 + k / (k − 1), as if there were n / 2.25 items in
    5 folds. Without it, the error of telling two equal domains apart was called below one half in
    5-8 % of 60 simulated pairs instead of 2.5 %.
    """
    fewer = n / (1 + folds / (folds - 1))
    return wilson(share * fewer, fewer, level)


@dataclass(frozen=True)
class Clusters:
    """What a plan assumes of items that come in groups: how many a group has, and how alike they
    are (the correlation within a group; 1: they agree fully).
    """

    size: float
    alike: float = 0.0

    def count(self, items: float) -> int:
        """How many groups so many items come in, at least two."""
        return max(2, round(items / self.size))

    @property
    def effect(self) -> float:
        """By what sums over groups raise the variance of a mean (Kish 1965)."""
        return 1 + max(0.0, self.size - 1) * self.alike


def can_decide(
    n_items: int,
    n_seeds: int,
    error_rate_guess: float,
    margin: float | None = None,
    level: float = 0.05,
    folds_per_run: int | None = None,
    clusters: Clusters | None = None,
) -> tuple[bool, float]:
    """Whether a plan can decide, and the smallest difference in accuracy it would find with
    probability 0.8.

    `error_rate_guess` is the arms' error; assumes that arms disagree in correctness on as many
    items as one errs on, half of it by chance of training, and that runs spread as independent
    errors make them (Jordan 2023: variance ≈ error / (2 n)). It can decide when that difference is
    at most `margin`, or at most the whole error when no margin is given. One replicate can decide
    nothing. With `folds_per_run`, `n_seeds` counts the folds of repeated k-fold over `n_items`.
    `clusters`: how items come in groups, whose differences then vary as the items of a group are
    alike.

    >>> can_decide(10_000, 1, 0.07)[0], can_decide(10_000, 5, 0.07)[0]
    (False, True)
    """
    if n_items < 2 or n_seeds < 2:
        return False, math.inf
    guess = min(max(error_rate_guess, 1 / n_items), 0.5)
    if folds_per_run is None:
        widths, error = _expected_replicates(n_items, n_seeds, guess, level, clusters)
    else:
        widths, error = _expected_folds(n_items, n_seeds, guess, level, folds_per_run, clusters)
    found = _difference_found(widths, error)
    return found <= (guess if margin is None else margin), found


def _grouped(clusters: Clusters | None, items: int, item: float, inter: float) -> GroupTerm | None:
    """The item terms to expect of groups, from those of items."""
    if clusters is None:
        return None
    count = clusters.count(items)
    return GroupTerm(count, clusters.effect * item, clusters.effect * inter, count - 1)


def _expected_replicates(
    items: int, seeds: int, guess: float, level: float, clusters: Clusters | None
) -> tuple[np.ndarray, float]:
    """Half-widths to expect under the assumptions of `can_decide`, over drawn spreads of runs, and
    the standard error.

    With few replicates the width depends on the spread that happens to be seen, so one typical
    width would promise too much.
    """
    item, inter, effect = guess / 2, guess / 2, clusters.effect if clusters else 1.0
    runs = np.random.default_rng(0).normal(size=(DRAWS, 2, seeds)) * np.sqrt(effect * inter / 2)
    own = runs.var(axis=2, ddof=1)  # items times the variance of each arm's run means
    paired = (runs[:, 0] - runs[:, 1]).var(axis=1, ddof=1)
    ms_item = seeds * item + inter
    term = _grouped(clusters, items, ms_item, inter)
    widths = [
        TwoWay(
            0.0,
            seeds,
            items,
            ms_item,
            pair,
            inter,
            (Spread(one, inter / 2), Spread(other, inter / 2)),
            informed=term is None,
            groups=term,
        ).half_width(level)
        for pair, (one, other) in zip(paired, own, strict=True)
    ]
    return np.array(widths), float(np.sqrt(effect * (item / items + inter / (seeds * items))))


def _expected_folds(
    items: int, seeds: int, guess: float, level: float, per_run: int, clusters: Clusters | None
) -> tuple[np.ndarray, float]:
    """Half-widths to expect over drawn spreads of folds, and the standard error by Nadeau and
    Bengio.
    """
    effect = clusters.effect if clusters else 1.0
    ratio, spread = 1 / (per_run - 1), effect * guess * per_run / items
    drawn = spread * np.random.default_rng(0).chisquare(seeds - 1, DRAWS) / (seeds - 1)
    term = _grouped(clusters, items, guess, 0.0)
    widths = [
        Folds(0.0, seeds, items, variance, guess, ratio, per_run, term).half_width(level)
        for variance in drawn
    ]
    return np.array(widths), float(np.sqrt(spread * (1 / seeds + ratio)))


def _difference_found(widths: np.ndarray, error: float) -> float:
    """The difference that exceeds the half-width with probability `POWER`, by bisection."""
    from scipy.special import ndtr

    low, high = 0.0, float(widths.max()) + 5 * error
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (
            (low, middle) if ndtr((middle - widths) / error).mean() >= POWER else (middle, high)
        )
    return high


def seeds_to_decide(
    n_items: int,
    error_rate_guess: float,
    margin: float | None = None,
    level: float = 0.05,
    most: int = MOST_SEEDS,
    clusters: Clusters | None = None,
) -> int | None:
    """The smallest number of replicates with which `can_decide` says yes; None when the test items
    are too few for any.

    >>> seeds_to_decide(10_000, 0.1, 0.01), seeds_to_decide(300, 0.1, 0.01)
    (3, None)
    """
    return smallest(
        lambda seeds: can_decide(
            n_items, seeds, error_rate_guess, margin, level, clusters=clusters
        )[0],
        2,
        most,
    )


def items_to_decide(
    n_seeds: int,
    error_rate_guess: float,
    margin: float | None = None,
    level: float = 0.05,
    most: int = MOST_ITEMS,
    clusters: Clusters | None = None,
) -> int | None:
    """The smallest number of test items with which `can_decide` says yes at `n_seeds` replicates;
    None when none would do.

    >>> round(items_to_decide(5, 0.1, 0.02), -2)
    1300
    """
    return smallest(
        lambda items: can_decide(
            items, n_seeds, error_rate_guess, margin, level, clusters=clusters
        )[0],
        2,
        most,
    )
