"""Where features lie on disk, how much they may take, and what is removed first. Torch-free."""

from __future__ import annotations

import os
from pathlib import Path

from alih import files
from alih.features import store

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
    return {entry.key: (entry.bytes, entry.used) for entry in store.entries()}


def prune(limit_bytes: int = DEFAULT_LIMIT) -> list[str]:
    """Remove least recently used features until at most `limit_bytes` remain; returns the names removed."""
    return store.prune(limit_bytes)
