"""Coverage of intervals where items come in groups, with the groups told and not told.

    python -m tools.calibration.groups [--trials 1000]

Prints the Markdown table of docs/statistics.md; exits with 1 when intervals that were told of the
groups cover less than they shall.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from tools.calibration.grid import printed, slack

from alih.statistics.intervals import difference

SMALLEST = 0.93
COUNTS = (5, 10, 30)
SIZES = ("3", "10", "30", "1 to 60")
AGREEMENT = (0.0, 0.3, 0.6, 0.9)
REPLICATES = (2, 3, 5, 10)

Draw = Callable[[np.random.Generator, int, np.ndarray, float], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Grouped:
    """Scores of two arms on items in groups, and their true difference; `bounded`: whether coverage
    shall hold everywhere.
    """

    name: str
    draw: Draw
    truth: float
    bounded: bool = True


def _mixed(
    g: np.random.Generator, group: np.ndarray, agreement: float, rows: int = 1
) -> np.ndarray:
    """Standard normal values [rows, N] whose correlation within groups is `agreement`."""
    own, common = g.normal(size=(rows, group.size)), g.normal(size=(rows, int(group.max()) + 1))
    return np.sqrt(agreement) * common[:, group] + np.sqrt(1 - agreement) * own


def _normal(
    g: np.random.Generator, seeds: int, group: np.ndarray, agreement: float
) -> tuple[np.ndarray, np.ndarray]:
    run = 0.1 * g.normal(size=(2, seeds, 1))
    items, runs = _mixed(g, group, agreement), _mixed(g, group, agreement, seeds)
    return run[0] + 0.5 * items + 0.5 * runs, np.broadcast_to(run[1], runs.shape)


def _lognormal(
    g: np.random.Generator, seeds: int, group: np.ndarray, agreement: float
) -> tuple[np.ndarray, np.ndarray]:
    items, runs = _mixed(g, group, agreement), _mixed(g, group, agreement, seeds)
    return np.exp(items + 0.3 * runs), np.zeros_like(runs)


def correct(error: float, gain: float) -> Grouped:
    """0/1 scores of arms with `error`, of which the second arm lacks the share `gain`: items are
    hard by a latent value.
    """
    from scipy.special import ndtri

    def draw(
        g: np.random.Generator, seeds: int, group: np.ndarray, agreement: float
    ) -> tuple[np.ndarray, np.ndarray]:
        hard = _mixed(g, group, agreement)
        a, b = (
            np.sqrt(0.7) * hard
            + np.sqrt(0.3) * _mixed(g, group, agreement, seeds)
            + 0.05 * g.normal(size=(seeds, 1))
            > ndtri(rate) * np.sqrt(1.0025)
            for rate in (error, error * (1 - gain))
        )
        return a.astype(float), b.astype(float)

    name = f"0/1, error {100 * error:g} %, {100 * gain:g} % of them fixed"
    return Grouped(name, draw, -error * gain)


WORLDS = (
    Grouped("normal", _normal, 0.0),
    correct(0.3, 0.3),
    correct(0.1, 0.5),
    correct(0.03, 0.5),
    Grouped("lognormal losses", _lognormal, float(np.exp(0.545)), bounded=False),
)


def sizes(g: np.random.Generator, kind: str, count: int) -> np.ndarray:
    """Numbers of items per group: all alike, or `1 to 60`, lognormal with a median of 4.5."""
    if kind != "1 to 60":
        return np.full(count, int(kind))
    return np.clip(np.round(g.lognormal(1.5, 1.0, count)), 1, 60).astype(int)


def coverage(
    world: Grouped, seeds: int, count: int, size: str, agreement: float, trials: int
) -> tuple[float, float]:
    """The share of 95 % intervals that hold the truth: without and with the groups."""
    g = np.random.default_rng([seeds, count, len(size), round(10 * agreement)])
    hits = np.zeros(2)
    for _ in range(trials):
        group = np.repeat(np.arange(count), sizes(g, size, count))
        a, b = world.draw(g, seeds, group, agreement)
        for place, told in enumerate((None, group)):
            e = difference(a, b, groups=told)
            hits[place] += abs(e.mean - world.truth) <= e.half_width(0.05)
    return hits[0] / trials, hits[1] / trials


def table(trials: int) -> Iterator[tuple[str, bool]]:
    """Lines of the table, each with whether its bounds hold; cells are the least and the mean over
    replicates and group sizes.
    """
    columns = list(itertools.product(COUNTS, AGREEMENT))
    yield "| world, groups | " + " | ".join(f"{n} × {rho:g}" for n, rho in columns) + " |", True
    yield "|---|" + "---|" * len(columns), True
    for world in WORLDS:
        rows: tuple[list[str], list[str]] = ([], [])
        fine = True
        for count, agreement in columns:
            shapes = itertools.product(REPLICATES, SIZES)
            found = np.array(
                [coverage(world, s, count, size, agreement, trials) for s, size in shapes]
            )
            least = found.min(axis=0)
            fine &= not world.bounded or least[1] >= SMALLEST - slack(SMALLEST, trials)
            for cells, low, mean in zip(rows, least, found.mean(axis=0), strict=True):
                cells.append(f"{100 * low:.0f} / {100 * mean:.0f}")
        for told, cells in zip(("not told", "told"), rows, strict=True):
            yield f"| {world.name}, {told} | " + " | ".join(cells) + " |", fine


def main() -> None:
    """Print the table; exit code 1 when a bound is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=1000)
    if not printed(table(parser.parse_args().trials)):
        sys.exit("Intervals that know the groups cover less than 93 %.")


if __name__ == "__main__":
    main()
