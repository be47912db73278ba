"""The real data that some tests need, and figures that others do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import html

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data beside the repository; tests that need it are skipped with this
    reason where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real data at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that ask for the text of a report or the names of its files."""
    html.undrawn(monkeypatch)
