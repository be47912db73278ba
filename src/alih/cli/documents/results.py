"""Documents of the commands that write pages and models: report, export."""

from __future__ import annotations

from pydantic import ConfigDict

from alih.cli.documents.base import Document


class Report(Document):
    """A report that was written."""

    report: str
    """The page."""


class Export(Document):
    """A model that was exported: its folder and page beside the keys of its `model.json`, which
    docs/export.md describes. Of a model that was exported before, only the page.
    """

    model_config = ConfigDict(extra="allow")

    folder: str | None = None
    """The model's folder."""
    page: str | None = None
    """The page, where one was asked for."""
