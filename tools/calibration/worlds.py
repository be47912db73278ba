"""Simulated studies whose true difference is known: what the intervals and verdicts are held
against.

A world draws the scores of two arms, [S replicates, N items] each, and knows the difference of the
population, `truth`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from alih.evaluation.metrics import compute, jackknife
from alih.statistics.guards import guards
from alih.statistics.intervals import Division, difference, folds, interval, pseudo_values
from alih.statistics.verdicts import Request, compare

Scores = tuple[np.ndarray, np.ndarray]
Predictions = Callable[[np.random.Generator, int, int], tuple[np.ndarray, list[np.ndarray]]]
Draw = Callable[[np.random.Generator, int, int], Scores]


@dataclass(frozen=True)
class World:
    """Scores of two arms, their true difference, and whether they are jackknife pseudo-values."""

    name: str
    draw: Draw
    truth: float
    jackknifed: bool = False


def gaussian(run: float, item: float, tie: float = 0.0, ratio: float = 1.0) -> World:
    """Normal scores: runs differ by `run` (the second arm's `ratio` times as much), tied to the
    degree `tie`; items by `item`.
    """

    def draw(g: np.random.Generator, seeds: int, items: int) -> Scores:
        common, own = g.normal(size=(seeds, 1)), g.normal(size=(2, seeds, 1))
        runs = [
            run * r * (np.sqrt(tie) * common + np.sqrt(1 - tie) * o)
            for r, o in zip((1.0, ratio), own, strict=True)
        ]
        noise = [g.normal(size=(seeds, items)) / np.sqrt(2) for _ in "ab"]
        return runs[0] + item * g.normal(size=items) + noise[0], runs[1] + noise[1]

    kind = (
        f"run {run:g}, item {item:g}"
        + (f", tied {tie:g}" if tie else "")
        + (f", spread 1 : {ratio:g}" if ratio != 1 else "")
    )
    return World(f"normal ({kind})", draw, 0.0)


def correct(rate: float, gain: float = 0.0) -> World:
    """0/1 scores of arms with error `rate`; hard items are hard for both, runs differ a little.

    The second arm gets the share `gain` of its errors right after all.
    """

    def draw(g: np.random.Generator, seeds: int, items: int) -> Scores:
        hard = g.beta(0.4 * rate, 0.4 * (1 - rate), items)
        a, b = (
            g.random((seeds, items)) > hard * (1 + 0.1 * g.normal(size=(seeds, 1))) for _ in "ab"
        )
        return a.astype(float), (b | (g.random((seeds, items)) < gain)).astype(float)

    # Hardness times the run's factor may pass 1, where it is cut; that lies below 1e-3 of `rate`
    # here.
    return World(
        f"0/1, error {100 * rate:g} %" + (f", {100 * gain:g} % of them fixed" if gain else ""),
        draw,
        -rate * gain,
    )


def _log_losses(g: np.random.Generator, seeds: int, items: int) -> Scores:
    """Log losses of an over-confident and a calm network: skewed, heavy tails. Truth from 80 runs
    on a million items each.
    """
    hard, bias = g.gamma(1.2, 1, items), 0.5 * g.normal(size=items)
    logits = [5 - hard + bias + 0.5 * g.normal(size=(seeds, items)) for _ in "ab"]
    return np.log1p(np.exp(-2 * (logits[0] - 3))), np.log1p(np.exp(-(logits[1] - 3)))


def _lognormal(g: np.random.Generator, seeds: int, items: int) -> Scores:
    return np.exp(g.normal(size=items) + 0.3 * g.normal(size=(seeds, items))), np.zeros(
        (seeds, items)
    )


LOG_LOSSES = World("log losses", _log_losses, 0.1062)
LOGNORMAL = World("lognormal losses", _lognormal, float(np.exp(0.5 + 0.045)))


def _predictions(
    g: np.random.Generator, seeds: int, items: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    """True and predicted classes of two arms with 5 unequal classes: both err on hard items, the
    first a little less.
    """
    label = g.choice(5, items, p=[0.4, 0.25, 0.15, 0.12, 0.08])
    hard, wrong = g.beta(0.5, 2.0, items), (label + 1 + (g.random(items) < 0.3)) % 5
    return label, [
        np.where(g.random((seeds, items)) < share * hard, wrong, label) for share in (0.9, 1.0)
    ]


def _rare(g: np.random.Generator, seeds: int, items: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """The same with a class of 2 %, of which the first arm tells seven in ten, the second none."""
    label = g.choice(5, items, p=[0.4, 0.3, 0.18, 0.1, 0.02])
    hard, wrong = g.beta(0.5, 2.0, items), (label + 1 + (g.random(items) < 0.3)) % 5
    arms = []
    for missed in (g.random(items) < 0.3, np.ones(items, bool)):
        share = np.where(label == 4, missed, 0.9 * hard)
        arms.append(np.where(g.random((seeds, items)) < share, wrong, label))
    return label, arms


def opposed(correlation: float) -> World:
    """Paired runs that move against each other, which no mechanism that we know of makes them
    do.
    """

    def draw(g: np.random.Generator, seeds: int, items: int) -> Scores:
        one = g.normal(size=(seeds, 1))
        other = correlation * one + np.sqrt(1 - correlation**2) * g.normal(size=(seeds, 1))
        noise = g.normal(size=(2, seeds, items)) / np.sqrt(2)
        return 0.5 * one + 0.3 * g.normal(size=items) + noise[0], 0.5 * other + noise[1]

    return World(f"runs opposed, correlation {correlation:g}", draw, 0.0)


def _skewed_runs(g: np.random.Generator, seeds: int, items: int) -> Scores:
    noise = g.normal(size=(2, seeds, items)) / np.sqrt(2)
    return 0.5 * (g.exponential(size=(seeds, 1)) - 1) + noise[0], noise[1]


def _collapsing(g: np.random.Generator, seeds: int, items: int) -> Scores:
    noise = g.normal(size=(2, seeds, items)) / np.sqrt(2)
    collapsed = 2.0 * (g.random((seeds, 1)) < 0.1)
    return 0.3 * g.normal(size=items) + collapsed + noise[0], noise[1]


def _diverging(g: np.random.Generator, seeds: int, items: int) -> Scores:
    arms = [
        g.normal(size=(seeds, items)) / np.sqrt(2) + 2.0 * (g.random((seeds, 1)) < 0.1)
        for _ in "ab"
    ]
    return arms[0] + 0.3 * g.normal(size=items), arms[1]


def carried(share: float) -> World:
    """Losses that differ on a share of the items only, there by exponential sizes."""

    def draw(g: np.random.Generator, seeds: int, items: int) -> Scores:
        a = (g.random(items) < share) * g.exponential(2.0, items) + 0.1 * g.normal(
            size=(seeds, items)
        )
        return a, np.zeros_like(a)

    return World(f"difference carried by {100 * share:g} % of the items", draw, 2.0 * share)


def f1(metric: str, predictions: Predictions = _predictions, name: str = "") -> World:
    """Macro F1, balanced accuracy or Matthews' correlation by jackknife."""

    def values(label: np.ndarray, runs: np.ndarray) -> np.ndarray:
        rows = [{"label": label, "prediction": run} for run in runs]
        return np.stack(
            [pseudo_values(compute(metric, row), jackknife(metric, row)) for row in rows]
        )

    def draw(g: np.random.Generator, seeds: int, items: int) -> Scores:
        label, (a, b) = predictions(g, seeds, items)
        return values(label, a), values(label, b)

    return World(name or metric, draw, _f1_truth(metric, predictions), jackknifed=True)


@cache
def _f1_truth(metric: str, predictions: Predictions) -> float:
    label, runs = predictions(np.random.default_rng(0), 1, 2_000_000)
    one, other = (compute(metric, {"label": label, "prediction": run[0]}) for run in runs)
    return one - other


def limits() -> list[World]:
    """Worlds in which coverage is known not to hold, or not everywhere."""
    return [
        opposed(-0.3),
        opposed(-0.8),
        World("one arm's runs exponential", _skewed_runs, 0.0),
        World("one arm's runs collapse, one in ten", _collapsing, 0.2),
        World("one run in ten diverges", _diverging, 0.0),
        carried(0.1),
        carried(0.01),
        f1("macro_f1", _rare, "macro_f1, one arm never finds a class of 2 %"),
    ]


OF_TWO = ("auc", "average_precision", "sensitivity", "specificity")
"""Metrics of `two_classes`."""


def _two_classes(
    g: np.random.Generator, seeds: int, items: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Labels [N], three of ten positive, and the probability of the positive class by both arms'
    runs [S, N]: hard items are hard for both, runs differ a little, the first arm tells more.
    """
    label = (g.random(items) < 0.3).astype(int)
    logits = (2 * label - 1) - 0.5 + 0.7 * g.normal(size=items)
    arms = []
    for skill in (1.2, 1.0):
        run = skill * (1 + 0.05 * g.normal(size=(seeds, 1)))
        noise = 0.7 * g.normal(size=(seeds, items)) + 0.1 * g.normal(size=(seeds, 1))
        arms.append(1 / (1 + np.exp(-(run * logits + noise))))
    return label, arms


def two_classes(metric: str) -> World:
    """A metric of two classes by jackknife."""

    def rows(label: np.ndarray, runs: np.ndarray) -> list[dict[str, np.ndarray]]:
        tables = [np.stack([1 - run, run], axis=1) for run in runs]
        return [
            {"label": label, "prediction": table.argmax(1), "probability": table}
            for table in tables
        ]

    def draw(g: np.random.Generator, seeds: int, items: int) -> Scores:
        label, arms = _two_classes(g, seeds, items)
        # Both classes twice at least, as a test part that is drawn class by class has them.
        label[:4] = [0, 0, 1, 1]
        a, b = (
            np.stack([pseudo_values(compute(metric, row), jackknife(metric, row)) for row in own])
            for own in (rows(label, runs) for runs in arms)
        )
        return a, b

    label, arms = _two_classes(np.random.default_rng(0), 40, 50_000)
    one, other = (np.mean([compute(metric, row) for row in rows(label, runs)]) for runs in arms)
    return World(metric, draw, float(one - other), jackknifed=True)


def _counts(g: np.random.Generator, seeds: int, items: int) -> list[np.ndarray]:
    """Hits, false positives and misses in pixels per image of a segmentation, [S, N, 3] for each of
    two arms.
    """
    size, hard = 2000 * g.lognormal(0, 0.7, items), g.beta(1.5, 6, items)
    arms = []
    for skill in (0.8, 1.0):
        share = np.clip(
            skill
            * hard
            * np.exp(0.3 * g.normal(size=(seeds, items)) + 0.05 * g.normal(size=(seeds, 1))),
            0,
            0.95,
        )
        arms.append(np.stack([size * (1 - share), 0.8 * size * share, size * share], axis=-1))
    return arms


def _iou(counts: np.ndarray) -> np.ndarray:
    return counts[..., 0] / counts.sum(axis=-1)


def _iou_draw(g: np.random.Generator, seeds: int, items: int) -> Scores:
    rows = []
    for counts in _counts(g, seeds, items):
        total = counts.sum(axis=1)
        rows.append(
            np.stack(
                [
                    pseudo_values(float(_iou(t)), _iou(t - c))
                    for t, c in zip(total, counts, strict=True)
                ]
            )
        )
    return rows[0], rows[1]


@cache
def iou() -> World:
    """Intersection over union of all pixels together, by jackknife over images."""
    totals = [counts.sum(axis=(0, 1)) for counts in _counts(np.random.default_rng(0), 40, 200_000)]
    return World(
        "IoU over all pixels", _iou_draw, float(_iou(totals[0]) - _iou(totals[1])), jackknifed=True
    )


def coverage(
    world: World, seeds: int, items: int, trials: int, level: float = 0.05
) -> tuple[float, float]:
    """The share of intervals that hold the truth, and the median number of items that differ in
    some replicate.
    """
    g = np.random.default_rng([seeds, items])
    hits, differ = 0, []
    for _ in range(trials):
        a, b = world.draw(g, seeds, items)
        e = difference(a, b, pseudo_values=world.jackknifed)
        low, high = interval(e, level)
        assert high > low, "an interval of width 0"
        assert min(e.variances) >= 0, "a negative variance"
        hits += low <= world.truth <= high
        differ.append(int((a != b).any(axis=0).sum()))
    return hits / trials, float(np.median(differ))


@dataclass(frozen=True)
class Found:
    """Coverage at each of `UNEVEN_LEVELS` of arms with unequal numbers of replicates, that of their
    pairs alone, and the mean half-width as a share of that of the pairs.
    """

    covered: tuple[float, ...]
    of_pairs: tuple[float, ...]
    width: tuple[float, ...]


UNEVEN_LEVELS = (0.05, 0.0125)


def uneven(world: World, counts: tuple[int, int], items: int, trials: int) -> Found:
    """What intervals of all replicates come to, where one arm has `counts[0]` of them and the other
    `counts[1]`, in turn; the first of both are pairs.
    """
    g = np.random.default_rng([*counts, items])
    few, many = counts
    hits, widths = np.zeros((2, 2, len(UNEVEN_LEVELS)))
    for trial in range(trials):
        a, b = world.draw(g, many, items)
        mine, theirs = (a[:few], b) if trial % 2 else (a, b[:few])
        e = difference(mine, theirs, pseudo_values=world.jackknifed, shared=few)
        pairs = difference(a[:few], b[:few], pseudo_values=world.jackknifed)
        for place, level in enumerate(UNEVEN_LEVELS):
            for row, one in enumerate((e, pairs)):
                half = one.half_width(level)
                assert half > 0, "an interval of width 0"
                hits[row, place] += abs(one.mean - world.truth) <= half
                widths[row, place] += half
    return Found(*map(tuple, hits / trials), tuple(widths[0] / widths[1]))


@dataclass(frozen=True)
class Learners:
    """Two cheap learners on 10 correlated features of two classes `apart` from each other; judged
    by repeated k-fold.
    """

    name: str
    learners: tuple[str, str]
    apart: float = 1.6
    extra: dict[str, Any] = field(default_factory=dict)

    def data(self, g: np.random.Generator, items: int) -> Scores:
        """Features [N, 10] and classes [N]."""
        y = np.arange(items) % 2
        x = g.normal(size=(items, 10))
        x[:, 1] += 0.9 * x[:, 0]
        x[:, 0] += self.apart * y
        x[:, 2] += 0.5 * self.apart * y
        return x, y

    def truth(self, train: int, trials: int = 300) -> float:
        """The expected difference in accuracy of the two after training on `train` items."""
        g = np.random.default_rng(7)
        x, y = self.data(g, 10_000)
        found = []
        for _ in range(trials):
            own = self.data(g, train)
            one, other = ((FIT[name](*own)(x) == y).mean() for name in self.learners)
            found.append(one - other)
        return float(np.mean(found))

    def draw(
        self, g: np.random.Generator, items: int, k: int, repeats: int
    ) -> tuple[np.ndarray, np.ndarray, Division]:
        """0/1 scores [repeats, N] of both learners, and the folds."""
        x, y = self.data(g, items)
        scores, fold = np.zeros((2, repeats, items)), np.zeros((repeats, items), dtype=int)
        for repeat in range(repeats):
            dealt = np.concatenate([g.permutation(np.flatnonzero(y == c)) for c in (0, 1)])
            for part in range(k):
                test = dealt[part::k]
                train = np.setdiff1d(dealt, test)
                fold[repeat, test] = repeat * k + part
                for row, name in zip(scores, self.learners, strict=True):
                    row[repeat, test] = FIT[name](x[train], y[train])(x[test]) == y[test]
        return scores[0], scores[1], Division(fold, 1 / (k - 1))

    def coverage(self, items: int, k: int, repeats: int, trials: int) -> tuple[float, float]:
        """The share of intervals that hold the truth, and the median number of items that
        differ.
        """
        g, truth = np.random.default_rng([items, k, repeats]), self.truth(items * (k - 1) // k)
        hits, differ = 0, []
        for _ in range(trials):
            a, b, division = self.draw(g, items, k, repeats)
            low, high = interval(folds(a, b, division=division, **guards(a, b)), 0.05)
            assert high > low, "an interval of width 0"
            hits += low <= truth <= high
            differ.append(int((a != b).any(axis=0).sum()))
        return hits / trials, float(np.median(differ))


Classifier = Callable[[np.ndarray], np.ndarray]


def _nearest_mean(x: np.ndarray, y: np.ndarray) -> Classifier:
    centres = np.stack([x[y == c].mean(axis=0) for c in (0, 1)])
    return lambda z: ((z[:, None] - centres) ** 2).sum(axis=-1).argmin(axis=1)


def _lda(x: np.ndarray, y: np.ndarray) -> Classifier:
    centres = np.stack([x[y == c].mean(axis=0) for c in (0, 1)])
    rest = x - centres[y]
    w = np.linalg.solve(
        rest.T @ rest / (len(x) - 2) + 0.05 * np.eye(x.shape[1]), centres[1] - centres[0]
    )
    return lambda z: (z @ w > w @ centres.mean(axis=0)).astype(int)


def _stump(x: np.ndarray, y: np.ndarray) -> Classifier:
    """The best cut of one feature at a decile: a learner that changes much with its training
    items.
    """
    cuts = np.quantile(x, np.linspace(0.1, 0.9, 9), axis=0)  # [9, D]
    right = ((x[None] > cuts[:, None]) == y[None, :, None]).mean(axis=1)
    place = np.unravel_index(np.abs(right - 0.5).argmax(), right.shape)
    feature, cut, turned = place[1], cuts[place], right[place] < 0.5
    return lambda z: (z[:, feature] > cut).astype(int) ^ int(turned)


FIT: dict[str, Callable[[np.ndarray, np.ndarray], Classifier]] = {
    "nearest mean": _nearest_mean,
    "LDA": _lda,
    "stump": _stump,
    "nearest mean, 3 features": lambda x, y: (lambda fit: lambda z: fit(z[:, :3]))(
        _nearest_mean(x[:, :3], y)
    ),
}
LEARNERS = (
    Learners("LDA / nearest mean", ("LDA", "nearest mean")),
    Learners("stump / nearest mean", ("stump", "nearest mean")),
    Learners(
        "nearest mean on 3 / 10 features, classes far apart",
        ("nearest mean, 3 features", "nearest mean"),
        apart=3.5,
    ),
)


def false_families(seeds: int, items: int, trials: int) -> int:
    """In how many of `trials` studies with three identical arms and two metrics any verdict claims
    a difference.
    """
    g, false = np.random.default_rng([seeds, items]), 0
    for _ in range(trials):
        base, *arms = (correct(0.1).draw(g, seeds, items)[0] for _ in range(3))
        family = [Request(f"arm{i}", "base", "accuracy", arm, base) for i, arm in enumerate(arms)]
        family += [
            Request(f"arm{i}", "base", "log_loss", *gaussian(0.05, 0.5).draw(g, seeds, items))
            for i in range(2)
        ]
        false += any(row.verdict in ("better", "worse") for row in compare(family))
    return false
