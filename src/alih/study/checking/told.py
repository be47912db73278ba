"""What a check has to tell, before its place in the file is looked up."""

from __future__ import annotations

from typing import Any

from alih.study.reading.yamlfile import Path

Told = tuple[Path, str, dict[str, Any]]
"""A key of the document, the key of a sentence, and its values."""


def told(path: Path, key: str, /, **values: Any) -> Told:
    """A sentence about a key of the document."""
    return path, key, values
