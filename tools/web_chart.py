"""Bring uPlot, which draws the curves of `alih watch`, into the package.

python -m tools.web_chart

From the npm package `uplot` come its script and style, ready to be loaded, and its licence (MIT).
Needs `npm` and its package index. What comes is compared with the sums below.
"""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSION = "1.6.32"
SUMS = {
    "dist/uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "dist/uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}
"""SHA-256 of what is kept, before it is compressed."""
KEPT = Path(__file__).resolve().parents[1] / "src" / "alih" / "watching" / "uplot"


def brought(work: Path) -> dict[str, bytes]:
    """The files of the npm package."""
    subprocess.run(["npm", "pack", "--silent", f"uplot@{VERSION}"], cwd=work, check=True)
    with tarfile.open(work / f"uplot-{VERSION}.tgz") as opened:
        members = {name: opened.extractfile(f"package/{name}") for name in SUMS}
        return {name: member.read() for name, member in members.items() if member}


def main() -> None:
    """Write the compressed files, the same bytes each time."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        for file, content in brought(Path(name)).items():
            found = hashlib.sha256(content).hexdigest()
            if found != SUMS[file]:
                raise SystemExit(f"{file} has the SHA-256 {found}, expected {SUMS[file]}")
            kept = KEPT / f"{Path(file).name}.gz"
            kept.write_bytes(gzip.compress(content, 9, mtime=0))


if __name__ == "__main__":
    main()
