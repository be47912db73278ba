"""Identical arms with real networks: how often a verdict claims a difference that cannot be there.

    python -m tools.calibration.real_networks [--replicates 120] [--out runs/calibration]

Trains the network of `aa.yaml` under two study seeds (0.2 s a network on two cores), cuts the
replicates into studies of S = 3 and 5, one seed base as the arm and the other as the baseline, and
counts false verdicts: ours, each metric by itself and as a family of three, and those of a paired t
over replicates, Welch's t and McNemar on the first run. Prints the Markdown table of
docs/statistics.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from tools.calibration.power import METHODS

import alih
from alih.evaluation.metrics import compute, item_scores, jackknife
from alih.statistics.intervals import pseudo_values
from alih.statistics.verdicts import Request, compare
from alih.study.loading import load

STUDY = Path(__file__).with_name("aa.yaml")
METRICS = ("accuracy", "log_loss", "macro_f1")
BASES = (1, 2)


def scores(folder: Path, level: str, metric: str, replicates: int) -> np.ndarray:
    """Scores [replicates, N] of one trained seed base; pseudo-values for macro F1."""
    rows = []
    for replicate in range(replicates):
        with np.load(
            folder / "runs" / "net" / f"seed-{replicate}" / level / "scores.npz"
        ) as stored:
            arrays = {
                key.removeprefix("test_"): stored[key]
                for key in stored.files
                if key.startswith("test_")
            }
        if metric == "macro_f1":
            rows.append(pseudo_values(compute(metric, arrays), jackknife(metric, arrays)))
        else:
            rows.append(item_scores(metric, arrays))
    return np.stack(rows)


def false_verdicts(
    arms: dict[str, tuple[np.ndarray, np.ndarray]], size: int
) -> tuple[int, dict[str, int]]:
    """The number of studies of `size` replicates, and how many of them claim a difference, per way
    of deciding.
    """
    total = len(next(iter(arms.values()))[0]) // size
    found: dict[str, int] = {}
    for study in range(total):
        part = slice(study * size, (study + 1) * size)
        requests = [
            Request("arm", "base", m, a[part], b[part], pseudo_values=m == "macro_f1")
            for m, (a, b) in arms.items()
        ]
        claims = {f"ours, {r.metric}": compare([r])[0].verdict != "undecided" for r in requests}
        claims["ours, family"] = any(row.verdict != "undecided" for row in compare(requests))
        a, b = (x[part] for x in arms["accuracy"])
        for name, method in METHODS.items():
            if name != "ours":
                low, high = method(a, b)
                claims[f"{name}, accuracy"] = low > 0 or high < 0
        for name, claim in claims.items():
            found[name] = found.get(name, 0) + int(claim)
    return total, found


def main() -> None:
    """Train what is missing, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--replicates", type=int, default=120)
    parser.add_argument("--out", type=Path, default=Path("runs/calibration"))
    chosen = parser.parse_args()
    folders = []
    for base in BASES:
        folders.append(chosen.out / f"aa-{base}")
        alih.run(load(STUDY, [f"seed={base}", f"seeds={chosen.replicates}"]), folders[-1])
    columns: dict[str, list[str]] = {}
    heads = []
    for images in load(STUDY).vary["train_images"]:
        level = f"train_images={images}"
        arms = {
            m: tuple(scores(folder, level, m, chosen.replicates) for folder in folders)
            for m in METRICS
        }
        for size in (3, 5):
            total, found = false_verdicts(arms, size)  # type: ignore[arg-type]
            heads.append(f"{images} images, {size} replicates ({total} studies)")
            for name, count in found.items():
                columns.setdefault(name, []).append(f"{count} ({100 * count / total:.0f} %)")
    print("| | " + " | ".join(heads) + " |\n|---|" + "---|" * len(heads))
    for name, cells in columns.items():
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
