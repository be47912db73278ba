"""Where features lie on disk, how much they may take, and what is removed first. Torch-free."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from alih import files

DEFAULT_BUDGET = 4 * 10**9
DEFAULT_LIMIT = 10 * 10**9


def folder() -> Path:
    """Where features lie."""
    return files.cache_dir() / "features"


def budget() -> int:
    """How many bytes the features of one address may take: `ALIH_FEATURES_GB`, else 4 GB. More is recomputed instead of kept."""
    try:
        return int(float(os.environ["ALIH_FEATURES_GB"]) * 1e9)
    except (KeyError, ValueError):
        return DEFAULT_BUDGET


def sizes() -> dict[str, tuple[int, float]]:
    """Bytes and time of last use of the features of every address, least recently used first."""
    found = {}
    for place in folder().glob("*/"):
        members = [path.stat().st_size for path in place.iterdir() if path.is_file()]
        found[place.name] = (sum(members), place.stat().st_mtime)
    return dict(sorted(found.items(), key=lambda entry: entry[1][1]))


def prune(limit_bytes: int = DEFAULT_LIMIT) -> list[str]:
    """Remove least recently used features until at most `limit_bytes` remain; returns the names removed."""
    entries = sizes()
    total = sum(size for size, _ in entries.values())
    removed = []
    for name, (size, _) in entries.items():
        if total <= limit_bytes:
            break
        with contextlib.suppress(OSError):  # Windows refuses to remove what a process has mapped
            shutil.rmtree(folder() / name)
            total -= size
            removed.append(name)
    return removed
