"""The page for people: one picture in, the answer out. All that it loads comes from this server."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from alih import words
from alih.serving.limits import Limits
from alih.serving.model import ClassModel, MaskModel

SPOKEN = (
    "page_working",
    "page_failed",
    "page_no_server",
    "page_too_many_bytes",
    "page_no_image",
    "page_answer",
    "page_unlike",
    "page_covers",
    "page_seen",
    "page_mask",
    "page_alt",
    "page_seconds",
)
"""Sentences that the script says."""
FILLED = {name: f"{{{name}}}" for name in ("name", "share", "seconds")}
"""Placeholders that the script fills in."""


def html(model: ClassModel | MaskModel, limits: Limits) -> str:
    """The page, in the language that is spoken."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("alih.serving", "page"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    told = {
        "words": {
            key.removeprefix("page_"): words.say(f"serving.{key}", **FILLED) for key in SPOKEN
        }
        | {"unseen": words.say(f"serving.page_unseen_{_unseen(model)}")},
        "limit": limits.bytes,
        "lang": words.language(),
    }
    return environment.get_template("index.html.j2").render(
        t=_say,
        lang=words.language(),
        languages=[("en", "English"), ("id", "Bahasa Indonesia")],
        model=model.name,
        task=model.task,
        intro="plain" if _unseen(model) == "onnx" else model.task,
        classes=model.classes,
        limit=words.number(limits.bytes / 1e6, 0),
        calibrated=model.temperature is not None,
        # Within a script element only `<` could end it too early.
        told=json.dumps(told).replace("<", "\\u003c"),
    )


def _unseen(model: ClassModel | MaskModel) -> str:
    """Why an answer comes without a map of what speaks for it, the end of a sentence's key."""
    if isinstance(model, MaskModel) or model.explains:
        return "image"
    return "model" if model.runtime == "torch" else "onnx"


def _say(key: str, **values: Any) -> str:
    return words.say(f"serving.page_{key}", **values)


@cache
def css() -> str:
    """The style of reports, and what the page adds."""
    report = resources.files("alih.reports") / "templates" / "report.css"
    own = resources.files("alih.serving") / "page" / "page.css"
    return report.read_text(encoding="utf-8") + own.read_text(encoding="utf-8")


@cache
def js() -> str:
    """The script."""
    return (resources.files("alih.serving") / "page" / "page.js").read_text(encoding="utf-8")
