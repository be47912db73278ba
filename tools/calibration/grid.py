"""The whole calibration grid: coverage of intervals, false families. `make calibration` runs it
(minutes).

    python -m tools.calibration.grid [--trials 1000] [--uneven | --limits LEVEL]

Prints the Markdown tables of docs/statistics.md and exits with 1 when a bound is broken beyond
simulation error. `--limits`: only the worlds in which coverage breaks, at this level of error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator

import numpy as np
from tools.calibration import worlds

SMALLEST, LARGEST = 0.94, 0.985
REPLICATES = (2, 3, 5, 10)
ITEMS = (30, 60, 300, 1000)


def slack(share: float, trials: int) -> float:
    """Simulation error that is allowed: 2.5 standard errors of a share of `trials`."""
    return 2.5 * float(np.sqrt(share * (1 - share) / trials))


def printed(lines: Iterable[tuple[str, bool]]) -> bool:
    """Print the lines of a table as they come; returns whether the bounds of all of them hold."""
    held = True
    for line, fine in lines:
        print(line, flush=True)
        held &= fine
    return held


def too_wide(seeds: int, items: int, differ: float) -> bool:
    """Whether the upper bound on coverage applies: enough replicates, items and differing items."""
    return seeds >= 5 and items >= 300 and differ >= 50


def all_worlds() -> list[worlds.World]:
    """Every world of the grid."""
    normal = [
        (0.0, 1.0),
        (0.1, 1.0),
        (0.3, 0.0),
        (0.5, 0.3),
        (0.5, 0.3, 0.5),
        (0.5, 0.3, 0.8),
        (0.5, 0.3, 0.0, 0.3),
    ]
    binary = [
        (0.01, 0.0),
        (0.01, 0.5),
        (0.05, 0.0),
        (0.05, 0.5),
        (0.1, 0.0),
        (0.1, 0.5),
        (0.3, 0.0),
        (0.3, 0.3),
    ]
    of_labels = ("macro_f1", "balanced_accuracy", "matthews")
    of_two = map(worlds.two_classes, worlds.OF_TWO)
    jackknifed = [*map(worlds.f1, of_labels), *of_two, worlds.iou()]
    return [
        *(worlds.gaussian(*spread) for spread in normal),
        *(worlds.correct(*rates) for rates in binary),
        worlds.LOG_LOSSES,
        worlds.LOGNORMAL,
        *jackknifed,
    ]


def coverage_table(
    trials: int, shown: list[worlds.World], bounded: bool = True, level: float = 0.05
) -> Iterator[tuple[str, bool]]:
    """Lines of the coverage table, each with whether its bounds hold (always, where they are known
    not to).
    """
    shapes = [(s, n) for n in ITEMS for s in REPLICATES]
    yield "| world | " + " | ".join(f"{s} × {n:,}" for s, n in shapes) + " |", True
    yield "|---|" + "---|" * len(shapes), True
    for world in shown:
        cells, fine = [], True
        for seeds, items in shapes:
            count = trials // 2 if world.jackknifed else trials
            covered, differ = worlds.coverage(world, seeds, items, count, level)
            least, largest = (1 - (1 - bound) * level / 0.05 for bound in (SMALLEST, LARGEST))
            low = covered < least - slack(least, count)
            high = too_wide(seeds, items, differ) and covered > largest + slack(largest, count)
            fine &= not bounded or not (low or high)
            cells.append(
                f"{100 * covered:.1f}" + (" **low**" if low else " **high**" if high else "")
            )
        yield f"| {world.name} | " + " | ".join(cells) + " |", fine


UNEVEN = ((3, 4), (3, 5), (3, 8), (3, 20), (5, 10))
"""Unequal numbers of replicates."""


def uneven_worlds() -> list[worlds.World]:
    """Worlds of the table of unequal numbers."""
    normal = [(0.0, 1.0), (0.5, 0.3), (0.5, 0.3, 0.5), (0.5, 0.3, 0.8), (0.5, 0.3, 0.0, 0.3)]
    return [
        *(worlds.gaussian(*spread) for spread in normal),
        *(worlds.correct(rate) for rate in (0.05, 0.1, 0.3)),
        worlds.LOG_LOSSES,
        worlds.f1("macro_f1"),
    ]


def uneven_table(trials: int) -> Iterator[tuple[str, bool]]:
    """Lines of the table for arms with unequal numbers of replicates: coverage at 95 % and at
    98.75 %, of the pairs alone → of all replicates, and half-widths as a share of the pairs'.
    """
    yield "| world | items | " + " | ".join(f"{a} against {b}" for a, b in UNEVEN) + " |", True
    yield "|---|---|" + "---|" * len(UNEVEN), True
    for world in uneven_worlds():
        count = trials // 5 if world.jackknifed else trials
        for items in (30, 300, 1000):
            cells, fine = [], True
            for counts in UNEVEN:
                found = worlds.uneven(world, counts, items, count)
                low = found.covered[0] < SMALLEST - slack(SMALLEST, count)
                fine &= not low
                shares = ", ".join(
                    f"{100 * pairs:.1f} → {100 * share:.1f}"
                    for pairs, share in zip(found.of_pairs, found.covered, strict=True)
                )
                widths = " / ".join(f"{width:.2f}" for width in found.width)
                cells.append(f"{shares} ({widths})" + (" **low**" if low else ""))
            yield f"| {world.name} | {items:,} | " + " | ".join(cells) + " |", fine


def fold_table(trials: int) -> Iterator[tuple[str, bool]]:
    """Lines of the table for repeated k-fold of real learners."""
    shapes = [(n, k, r) for n in (60, 98, 300) for k, r in ((5, 1), (5, 4), (10, 1))]
    yield (
        "| learners | " + " | ".join(f"{n} items, {k} folds × {r}" for n, k, r in shapes) + " |",
        True,
    )
    yield "|---|" + "---|" * len(shapes), True
    for learners in worlds.LEARNERS:
        shares = [learners.coverage(*shape, trials)[0] for shape in shapes]
        cells = [f"{100 * share:.1f}" for share in shares]
        yield (
            f"| {learners.name} | " + " | ".join(cells) + " |",
            min(shares) >= SMALLEST - slack(SMALLEST, trials),
        )


def false_table(trials: int) -> Iterator[tuple[str, bool]]:
    """Lines of the table of false verdicts over identical arms."""
    bound = 0.05 + slack(0.05, trials)
    yield "| identical arms | false verdicts |\n|---|---|", True
    for seeds, items in ((2, 300), (3, 300), (5, 300), (3, 1000), (10, 1000)):
        share = worlds.false_families(seeds, items, trials) / trials
        yield (
            f"| family of 4 (2 arms × 2 metrics), {seeds} replicates, "
            f"{items:,} items | {100 * share:.1f} % |",
            share <= bound,
        )


def main() -> None:
    """Print the tables; exit code 1 when a bound is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--uneven", action="store_true", help="unequal numbers of replicates alone")
    parser.add_argument("--limits", type=float, metavar="LEVEL")
    asked = parser.parse_args()
    trials, held = asked.trials, True
    if asked.uneven:
        sys.exit(0 if printed(uneven_table(trials)) else "Coverage is too low; see **low**.")
    limits = coverage_table(trials, worlds.limits(), bounded=False, level=asked.limits or 0.05)
    if asked.limits:
        printed(limits)
        return
    for table in (
        coverage_table(trials, all_worlds()),
        limits,
        fold_table(max(100, trials // 3)),
        false_table(trials),
        uneven_table(trials),
    ):
        held &= printed(table)
        print()
    if not held:
        sys.exit(
            "A bound is broken beyond simulation error; see **low** and **high**, "
            "and the other tables."
        )


if __name__ == "__main__":
    main()
