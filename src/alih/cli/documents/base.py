"""What several documents share: the base of all, findings, and forecasts of cells."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Level = dict[str, Any]
"""Values of the keys that a study varies; empty without `vary`."""

Interval = tuple[float, float]
"""The two ends of an interval."""


class Document(BaseModel):
    """A JSON object; the text below a key is its description in the schema."""

    model_config = ConfigDict(use_attribute_docstrings=True, populate_by_name=True)


class Finding(Document):
    """What a check found, under a stable code."""

    code: str
    """The check's code, such as D004; docs/checks/ has a page for each."""
    check: str
    """The check's name."""
    severity: Literal["note", "warning", "problem"]
    """How grave it is."""
    about: str
    """The arm, file or part that it is about; empty for the study as a whole."""
    text: str
    """The finding as an English sentence."""


class Note(Document):
    """A remark, by the key of its sentence."""

    key: str
    """The sentence's name."""
    values: dict[str, Any] = Field(default_factory=dict)
    """What the sentence is filled with."""
    text: str
    """The sentence in English."""
