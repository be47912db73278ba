"""Writes the list of timm's architectures anew: `python -m alih.models.names` (a test says when a
card's name is not in it).
"""

from __future__ import annotations

from alih import files
from alih.study.catalogue.backbones import NAMES


def text() -> str:
    """The list as it is committed: one name a line, after a line with timm's version."""
    import timm

    return "\n".join([f"# timm {timm.__version__}", *sorted(timm.list_models())]) + "\n"


if __name__ == "__main__":
    files.write_text(NAMES, text())
