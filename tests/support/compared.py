"""Comparisons for tests: of a study folder as JSON, and single rows. No torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from alih.statistics.verdicts import Comparison, Needs
from alih.verdicts import compare as verdicts
from alih.verdicts.result import ComparisonRow, Noise


def compare(root: Path, *given: Any, **named: Any) -> dict[str, Any]:
    """The JSON of `alih compare --json`."""
    return verdicts.compare(root, *given, **named).to_json()


def older(root: Path) -> dict[str, Any]:
    """Turn the looks of a study of two arms and two metrics into those that schema 2 would hold;
    returns them.
    """
    taken = json.loads((root / "looks.json").read_text())["looks"]
    kept = [
        {key: look[key] for key in ("look", "at", "arms", "data")}
        | {"level": 0.025, "family": 2, "share": 0.025}
        | {"verdicts": {name: part["verdict"] for name, part in look["metrics"].items()}}
        for look in taken
    ]
    content = {"schema": 2, "looks": kept}
    (root / "looks.json").write_text(json.dumps(content))
    return content


def row(
    command: str | None = None, look: int = 1, noise: Noise | None = None, **changes: Any
) -> ComparisonRow:
    """An undecided row of five replicates; `changes` are of its answer."""
    given = {
        "arm": "dropout",
        "baseline": "plain",
        "metric": "accuracy",
        "n_seeds": 5,
        "n_items": 400,
        "means": (0.929, 0.927),
        "difference": 0.002,
        "ci95": (-0.001, 0.005),
        "ci": (-0.001, 0.005),
        "level": 0.05,
        "p": 0.2,
        "p_adjusted": 0.2,
        "verdict": "undecided",
        "probability_better": None,
        "needs": Needs(17, None),
        "test": "replicates-and-items",
    }
    answer = Comparison(**{**given, **changes})
    asked = (answer.arm, answer.baseline, answer.metric, "test", "items", {}, [])
    return ComparisonRow(*asked, look, answer, command, noise=noise)
