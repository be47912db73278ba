"""`python -m tools.site [FOLDER]`: build the site as FOLDER/site (`build/site`)."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.site.build import ROOT, SITE, build


def main() -> None:
    """Build and say where the site is. Ends with the exit code of the builder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build"
    code = build(folder)
    if code == 0:
        print(folder / SITE / "index.html")
    sys.exit(code)


if __name__ == "__main__":
    main()
