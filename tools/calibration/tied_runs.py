"""How far paired runs of two arms move together: the correlation of their accuracies over
replicates.

    python -m tools.calibration.tied_runs [--out runs/calibration/pairs]

Trains `pairs.yaml` (60 replicates of three small networks at three numbers of training images;
about three minutes on two cores) and prints the Markdown table of docs/statistics.md.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np

import alih
from alih.runs.folder import StudyFolder
from alih.study.loading import load
from alih.study.planning.plan import cells

STUDY = Path(__file__).with_name("pairs.yaml")


def main() -> None:
    """Train what is missing, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("runs/calibration/pairs"))
    out = parser.parse_args().out
    study = load(STUDY)
    alih.run(study, out)
    folder = StudyFolder.open(out)
    accuracy: dict[tuple[str, str], list[float]] = {}
    for cell in cells(study):
        arrays = folder.cell(cell).scores()
        accuracy.setdefault((cell.slug, cell.arm), []).append(
            float((arrays["label"] == arrays["prediction"]).mean())
        )
    levels = list(dict.fromkeys(slug for slug, _ in accuracy))
    print("| arms | " + " | ".join(levels) + " |\n|---|" + "---|" * len(levels))
    for one, other in itertools.combinations(study.arms, 2):
        found = [
            np.corrcoef(accuracy[level, one], accuracy[level, other])[0, 1] for level in levels
        ]
        print(f"| {one}, {other} | " + " | ".join(f"{value:.2f}" for value in found) + " |")
    spreads = [[np.std(accuracy[level, arm], ddof=1) for level in levels] for arm in study.arms]
    for arm, row in zip(study.arms, spreads, strict=True):
        print(
            f"| standard deviation of {arm} | "
            + " | ".join(f"{100 * value:.1f} points" for value in row)
            + " |"
        )


if __name__ == "__main__":
    main()
