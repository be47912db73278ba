"""Identical arms whose runs differ: how often alih and evalstats call them different.

    python -m tools.calibration.rivals [--studies 200]

Builds an environment of its own in a temporary folder, installs evalstats into it, and gives both
the same studies. Prints the Markdown table of docs/statistics.md; exits with 1 when alih errs more
often than one time in twenty, beyond simulation error.

evalstats is made for language models, whose runs are further samples of answers to the same items.
Training runs are something else: a run moves all items together.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tools.calibration.grid import slack

RIVAL = "evalstats==0.3.3"
LEVEL = 0.05

# Runs in the environment of the rival, which knows nothing of alih: counts of studies by setting.
SCRIPT = """
import contextlib, io, json, sys, warnings
import numpy as np, pandas as pd
import evalstats
warnings.simplefilter("ignore")
found = {}
for name, scores in np.load(sys.argv[1]).items():
    studies, arms, seeds, items = scores.shape
    model, run, item = (axis.ravel() for axis in np.indices(scores.shape[1:]))
    claims = 0
    for study in scores:
        table = {"model": np.array(["A", "B"])[model], "run": run, "item": item}
        frame = pd.DataFrame(table | {"score": study.ravel().astype(float)})
        with contextlib.redirect_stdout(io.StringIO()):
            result = evalstats.compare(evalstats.load_from(frame), factors="model")
        claims += bool(result.to_dict()["pairwise"][0]["significant"])
    found[name] = claims
print(json.dumps({"claims": found, "pandas": pd.__version__, "numpy": np.__version__}))
"""


@dataclass(frozen=True)
class Setting:
    """Numbers of runs and items, and how far runs differ, in logits."""

    seeds: int
    items: int
    run: float

    @property
    def name(self) -> str:
        """The setting in a file of arrays."""
        return f"{self.seeds}-{self.items}-{self.run}"

    def draw(self, studies: int) -> np.ndarray:
        """0/1 scores [studies, 2 arms, S, N] of arms that do not differ, on the same items."""
        g = np.random.default_rng([self.seeds, self.items, round(1000 * self.run)])
        hard = g.normal(1.5, 1.5, (studies, 1, 1, self.items))
        runs = self.run * g.normal(size=(studies, 2, self.seeds, 1))
        noise = 0.3 * g.normal(size=(studies, 2, self.seeds, self.items))
        chance = 1 / (1 + np.exp(-(hard + runs + noise)))
        return g.random(chance.shape) < chance


SETTINGS = (
    Setting(3, 300, 0.2),
    Setting(5, 300, 0.2),
    Setting(5, 1000, 0.2),
    Setting(5, 1000, 0.1),
    Setting(5, 1000, 0.05),
    Setting(3, 3669, 0.05),
    Setting(5, 300, 0.0),
)


def claims(scores: np.ndarray) -> int:
    """In how many studies alih says better or worse."""
    from alih.statistics.verdicts import Request, compare

    found = 0
    for a, b in scores.astype(float):
        found += compare([Request("B", "A", "accuracy", b, a)], LEVEL)[0].verdict != "undecided"
    return found


def rival_claims(arrays: dict[str, np.ndarray]) -> dict[str, object]:
    """What evalstats says, from an environment that is built and removed here. Raises
    CalledProcessError where it cannot be installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        venv.create(root / "env", with_pip=True)
        python = root / "env" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", RIVAL], check=True)
        np.savez(root / "scores.npz", **arrays)  # type: ignore[arg-type]
        command = [python, "-c", SCRIPT, root / "scores.npz"]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(told))


def main() -> None:
    """Print the table; exit code 1 when alih breaks its promise."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=200)
    studies = parser.parse_args().studies
    arrays = {setting.name: setting.draw(studies) for setting in SETTINGS}
    theirs = rival_claims(arrays)
    counts = theirs["claims"]
    assert isinstance(counts, dict)
    print(f"| runs × items | spread of a run's accuracy | {RIVAL} | alih |\n|---|---|---|---|")
    held = True
    for setting in SETTINGS:
        scores = arrays[setting.name]
        spread = float(scores.mean(axis=-1).std(axis=2, ddof=1).mean())
        ours = claims(scores) / studies
        held &= ours <= LEVEL + slack(LEVEL, studies)
        print(
            f"| {setting.seeds} × {setting.items:,} | {100 * spread:.1f} points "
            f"| {100 * counts[setting.name] / studies:.1f} % | {100 * ours:.1f} % |"
        )
    python = sys.version.split()[0]
    print(
        f"\n{studies} studies a row; Python {python}, NumPy {version('numpy')} (alih), "
        f"NumPy {theirs['numpy']}, pandas {theirs['pandas']} (evalstats)."
    )
    if not held:
        sys.exit("alih errs more often than promised.")


if __name__ == "__main__":
    main()
