"""How often each test decides, and how often its interval holds the truth: ours, McNemar, Welch,
paired t.

    python -m tools.calibration.power [--trials 400]

Two classifiers of about 93 % accuracy are simulated on N test items in S runs. A share of the items
is right more often with one arm than with the other, whatever the run (`systematic`); others are a
matter of luck; and a whole run can be a little better or worse (`run`, standard deviation in
points), for both arms alike to the degree `tie`. The planted difference is exact. A method keeps
the level when 95 % of its intervals hold the planted difference in every setting. Printed as
Markdown, as it stands in docs/statistics.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from alih.statistics.intervals import difference, interval

LEVEL = 0.05
Interval = tuple[float, float]


@dataclass(frozen=True)
class World:
    """What two arms are like: planted difference, share of systematic items, spread of runs, how
    far runs are tied.
    """

    gain: float
    systematic: float = 0.04
    run: float = 0.002
    tie: float = 0.0

    def draw(self, g: np.random.Generator, seeds: int, items: int) -> tuple[np.ndarray, np.ndarray]:
        """0/1 scores of both arms, [S, N] each."""
        kind = g.random(items)
        luck = g.beta(0.8, 0.8, items)
        share = np.where(kind < 0.86, 0.995, luck)  # most items are easy
        ahead = 0.5 * (
            self.systematic + self.gain / 0.6
        )  # such items are right in 8 runs of 10 with one arm, in 2 with the other
        first, second = kind > 1 - ahead, (kind > 1 - self.systematic) & (kind <= 1 - ahead)
        p = [
            np.where(first, 0.8, np.where(second, 0.2, share)),
            np.where(first, 0.2, np.where(second, 0.8, share)),
        ]
        common = g.normal(size=(seeds, 1))
        return tuple(self._runs(g, chance, common) for chance in p)  # type: ignore[return-value]

    def _runs(self, g: np.random.Generator, chance: np.ndarray, common: np.ndarray) -> np.ndarray:
        seeds, items = len(common), len(chance)
        right = g.random((seeds, items)) < chance
        shift = self.run * (
            np.sqrt(self.tie) * common + np.sqrt(1 - self.tie) * g.normal(size=(seeds, 1))
        )
        # A good run turns some wrong answers right, a bad one some right answers wrong: the mean
        # moves by `shift`.
        rate = np.clip(np.where(shift > 0, shift / 0.07, -shift / 0.93), 0, 1)
        flip = g.random((seeds, items)) < np.where((shift > 0) == right, 0, rate)
        return (right ^ flip).astype(float)


def ours(a: np.ndarray, b: np.ndarray) -> Interval:
    """The interval of this project."""
    return interval(difference(a, b), LEVEL)


def mcnemar(a: np.ndarray, b: np.ndarray) -> Interval:
    """One run each: the interval for matched proportions of Agresti and Min (2005), which goes with
    McNemar's test.
    """
    up, down, n = float((a[0] > b[0]).sum()) + 0.5, float((a[0] < b[0]).sum()) + 0.5, a.shape[1] + 2
    half = -ndtri(LEVEL / 2) * np.sqrt((up + down) - (up - down) ** 2 / n) / n
    return (up - down) / n - half, (up - down) / n + half


def welch(a: np.ndarray, b: np.ndarray) -> Interval:
    """Welch's t on the means of the replicates."""
    x, y, s = a.mean(axis=1), b.mean(axis=1), len(a)
    u, v = x.var(ddof=1), y.var(ddof=1)
    df = (s - 1) * (u + v) ** 2 / (u**2 + v**2) if u + v else s - 1
    half = -stdtrit(df, LEVEL / 2) * np.sqrt((u + v) / s)
    return x.mean() - y.mean() - half, x.mean() - y.mean() + half


def paired_t(a: np.ndarray, b: np.ndarray) -> Interval:
    """The paired t over replicates."""
    d = a.mean(axis=1) - b.mean(axis=1)
    half = -stdtrit(len(d) - 1, LEVEL / 2) * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean() - half, d.mean() + half


METHODS: dict[str, Callable[[np.ndarray, np.ndarray], Interval]] = {
    "ours": ours,
    "McNemar, one run": mcnemar,
    "Welch on means": welch,
    "paired t": paired_t,
}
WORLDS = {
    "runs alike": {"run": 0.0},
    "runs differ (0.2 points)": {"run": 0.002},
    "runs differ (0.5 points)": {"run": 0.005},
    "runs differ, tied (0.5 points)": {"run": 0.005, "tie": 0.8},
}


def decided(world: World, seeds: int, items: int, trials: int) -> dict[str, tuple[float, float]]:
    """Per method: the share of intervals that hold the planted difference, and that exclude 0 on
    its side.
    """
    g = np.random.default_rng([seeds, items, round(1e4 * world.gain)])
    covered, found = dict.fromkeys(METHODS, 0), dict.fromkeys(METHODS, 0)
    for _ in range(trials):
        a, b = world.draw(g, seeds, items)
        for name, method in METHODS.items():
            low, high = method(a, b)
            covered[name] += low <= world.gain <= high
            found[name] += low > 0
    return {name: (covered[name] / trials, found[name] / trials) for name in METHODS}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=400)
    trials = parser.parse_args().trials
    print("| runs | items | replicates | difference | " + " | ".join(METHODS) + " |")
    print("|---|---|---|---|" + "---|" * len(METHODS))
    for name, settings in WORLDS.items():
        for items in (1_000, 10_000):
            for seeds in (3, 5, 10):
                for gain in (0.005, 0.01, 0.02):
                    shares = decided(World(gain, **settings), seeds, items, trials)
                    cells = [
                        f"{100 * power:.0f} ({100 * cover:.0f})" for cover, power in shares.values()
                    ]
                    print(
                        f"| {name} | {items:,} | {seeds} | {100 * gain:g} | "
                        + " | ".join(cells)
                        + " |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
