"""Print the requirements of the extras that bring no torch, for `make test-oldest`.

python -m tools.oldest
"""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WITHOUT_TORCH = ("scikit-learn", "scikit-image")


def main() -> None:
    """Print one requirement a line, with the bound that pyproject.toml gives."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    train = [line for line in extras["train"] if line.startswith(WITHOUT_TORCH)]
    print("\n".join([*train, *extras["serve"]]))


if __name__ == "__main__":
    main()
