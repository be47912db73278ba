"""The files of the page; all that it loads comes from this package."""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib import resources
from pathlib import PurePosixPath

from alih import words

SPOKEN = (
    "no_server",
    "no_server_for",
    "epoch",
    "no_curves",
    "curve_label",
    "at_epoch",
    "updated",
    "progress",
)
"""Sentences that the script says."""
FILLED = {
    name: f"{{{name}}}" for name in ("epoch", "metric", "time", "values", "done", "total", "cell")
}
"""Placeholders that the script fills in."""
CHART = {"uplot.js": "uPlot.iife.min.js.gz", "uplot.css": "uPlot.min.css.gz"}
"""The drawing of curves: uPlot, brought by `tools/web_chart.py`."""
TYPES = {".js": "text/javascript", ".css": "text/css", ".txt": "text/plain"}


def html() -> str:
    """The page, in the language that is spoken."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("alih.watching", "page"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    told = {
        "words": {key: words.say(f"watch.js_{key}", **FILLED) for key in SPOKEN},
        "lang": words.language(),
    }
    return environment.get_template("index.html.j2").render(
        t=_say,
        lang=words.language(),
        languages=[("en", "English"), ("id", "Bahasa Indonesia")],
        # Within a script element only `<` could end it too early.
        told=json.dumps(told).replace("<", "\\u003c"),
    )


def _say(key: str, **values: object) -> str:
    return words.say(f"watch.page_{key}", **values)


@cache
def asset(name: str) -> tuple[str, bytes] | None:
    """The type and the compressed bytes of a file that the page loads; None where there is none."""
    own = resources.files("alih.watching")
    if name in CHART:
        content = (own / "uplot" / CHART[name]).read_bytes()
    elif name == "uplot-license.txt":
        content = (own / "uplot" / "LICENSE.gz").read_bytes()
    elif name == "page.css":
        report = resources.files("alih.reports") / "templates" / "report.css"
        content = gzip.compress(report.read_bytes() + (own / "page" / "page.css").read_bytes())
    elif name == "page.js":
        content = gzip.compress((own / "page" / "page.js").read_bytes())
    else:
        return None
    return f"{TYPES[PurePosixPath(name).suffix]}; charset=utf-8", content
