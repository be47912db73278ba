"""What the prior for run variance changes: half-width, coverage and power beside those without it.

    python -m tools.calibration.before_after [--trials 300]

The two classifiers of `power.py` (about 93 % accuracy), at the level of one of two metrics at the
first look of a study that names no last one. Power is that of finding `GAIN`, which is planted in
the same draws. Printed as Markdown, as it stands in docs/statistics.md.
"""

from __future__ import annotations

import argparse

import numpy as np
from tools.calibration.power import World
from tools.calibration.stored import without_prior

from alih.statistics.intervals import difference

LEVEL = 0.0125
REPLICATES = (2, 3, 5, 10)
ITEMS = (300, 1_000, 10_000)
RUNS = (0.0, 0.003, 0.005)
GAIN = {300: 0.06, 1_000: 0.04, 10_000: 0.02}


def row(seeds: int, items: int, run: float, trials: int) -> np.ndarray:
    """Half-width (mean, in points), coverage and power in per cent: without the prior, then with
    it; [2, 3].
    """
    gain = GAIN[items]
    # Systematic items must suffice for the planted difference to be exact.
    world = World(gain, systematic=max(0.04, gain / 0.6), run=run)
    g = np.random.default_rng([seeds, items, round(1e4 * run)])
    found = np.zeros((2, 3))
    for _ in range(trials):
        e = difference(*world.draw(g, seeds, items))
        for place, read in enumerate((without_prior(e), e)):
            half = read.half_width(LEVEL)
            found[place] += half, abs(e.mean - gain) <= half, e.mean > half
    return 100 * found / trials


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=300)
    trials = parser.parse_args().trials
    print("| items | replicates | runs differ by | half-width | coverage | power (difference) |")
    print("|---|---|---|---|---|---|")
    for items in ITEMS:
        for seeds in REPLICATES:
            for run in RUNS:
                (half, cover, power), (now, covered, finds) = row(seeds, items, run, trials)
                print(
                    f"| {items:,} | {seeds} | {100 * run:g} | {half:.2f} → {now:.2f} | "
                    f"{cover:.1f} → {covered:.1f} | "
                    f"{power:.0f} → {finds:.0f} ({100 * GAIN[items]:g}) |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
