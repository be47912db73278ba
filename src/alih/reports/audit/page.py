"""The page of `alih audit`: every finding with its numbers, pictures and files, as one
self-contained HTML file.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files, words
from alih.reports.kit import pages
from alih.reports.kit.pictures import data_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alih.inspect.audit.found import Exhibit, Found, Gauge
    from alih.inspect.audit.report import AuditReport
    from alih.inspect.audit.subject import Subject

LONGEST = 168
"""Pixels of a picture's longer side."""
TOLD = ("A011", "A015")
"""Findings whose rows are one file and what is to be said of it."""
LISTED = 60
"""Rows of files that a page lists; JSON has more."""


@dataclass(frozen=True)
class Picture:
    """One image: its data URI, its file's name, its class."""

    uri: str
    name: str
    label: str


def write(report: AuditReport, folder: Path, lang: str) -> Path:
    """Write `index.html` into `folder`, and return its path. Raises AlihError when the folder
    cannot be written.
    """
    with pages.speaking(lang):
        html = pages.render("audit.html.j2", t=_say, **_context(report))
    path = Path(folder) / "index.html"
    files.write_text(path, html)
    return path


def _say(key: str, /, **values: Any) -> str:
    return words.say(f"inspect.audit.page_{key}", **values)


def _context(report: AuditReport) -> dict[str, Any]:
    return {
        "title": _say("title", name=report.name),
        "name": report.name,
        "summary": report.summary(),
        "understood": report.understood(),
        "muted": _say("muted", n=report.muted) if report.muted else "",
        "skipped": report.skipped(),
        "found": [_section(one) for one in report.found],
    }


def _section(one: Found) -> dict[str, Any]:
    finding = one.finding
    rows = [" = ".join(row) if len(row) > 1 else row[0] for row in one.files]
    if finding.code in TOLD:
        rows = [": ".join((row[0], " → ".join(row[1:]))) for row in one.files]
    return {
        "id": f"{finding.code}-{finding.about}".strip("-"),
        "code": finding.code,
        "about": finding.about,
        "severity": finding.severity,
        "level": words.say(f"inspect.audit.{finding.severity}"),
        "check": words.say(f"inspect.audit.check_{finding.code}"),
        "text": finding.text,
        "bars": [_bar(gauge) for gauge in one.gauges],
        "shown": [_shown(one.subject, exhibit) for exhibit in one.exhibits if one.subject],
        "files": rows[:LISTED] if len(rows) > len(one.exhibits) else [],
        "count": words.number(len(rows), 0),
        "further": words.number(len(rows) - LISTED, 0) if len(rows) > LISTED else "",
    }


def _bar(gauge: Gauge) -> dict[str, Any]:
    """A bar from 0 to 1 with its interval."""

    def show(value: float) -> str:
        return words.percent(value, 1) if gauge.share else words.number(value, 2)

    text = show(gauge.value)
    if gauge.low is not None and gauge.high is not None:
        text += f" ({show(gauge.low)} – {show(gauge.high)})"
    ends = [None if end is None else round(100 * end, 1) for end in (gauge.low, gauge.high)]
    share = round(100 * gauge.value, 1)
    return {"name": str(gauge.name), "share": share, "low": ends[0], "high": ends[1], "text": text}


def _shown(subject: Subject, exhibit: Exhibit) -> dict[str, Any]:
    pictures: Sequence[Picture] = [_picture(subject, item) for item in exhibit.items]
    return {"pictures": pictures, "caption": str(exhibit.caption)}


def _picture(subject: Subject, item: int) -> Picture:
    """The decoded image in the proportions of its file."""
    picture, table = subject.picture(item).convert("RGB"), subject.images.items
    width, height = picture.size
    if table is not None and table.width is not None and table.height is not None:
        width, height = int(table.width[item]), int(table.height[item])
    if subject.spec.resize == "crop":
        width, height = picture.size
    scale = LONGEST / max(width, height)
    size = max(1, round(scale * width)), max(1, round(scale * height))
    buffer = io.BytesIO()
    kind = 0 if max(picture.size) < LONGEST // 2 else None  # few pixels stay squares
    picture.resize(size, kind).save(buffer, "JPEG", quality=85)
    label = subject.images.classes[subject.labels[item]] if subject.labelled else ""
    uri = data_uri(buffer.getvalue(), "image/jpeg")
    return Picture(uri, subject.names[item], label)
