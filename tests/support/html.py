"""A page as its readers get it, and figures that are not drawn. No torch."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from alih.reports.kit import theme


def undrawn(patch: pytest.MonkeyPatch) -> None:
    """Leave the figures of reports blank: drawing them takes longer than all the rest."""
    patch.setattr(theme, "rendered", lambda figure: (b'<svg viewBox="0 0 1 1"></svg>', b""))


VOID = {"meta", "img", "br", "link", "input", "hr", "path", "use", "rect", "image"}


class Page(HTMLParser):
    """Checks nesting while it reads, and keeps what the tests ask about."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"never closed: {tag}" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> inside {self.open[-3:]} at {self.getpos()}")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts).replace("\u00a0", " "))
