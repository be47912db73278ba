"""HTML pages from the templates: style and script inside, nothing loaded from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from typing import Any

from alih import words
from alih.errors import AlihError


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak `lang` while a page is made. Raises AlihError for a language that has no sentences."""
    if lang not in words.LANGUAGES:
        known = ", ".join(words.LANGUAGES)
        raise AlihError("reports.unknown_language", value=lang, languages=known)
    with words.speaking(lang):
        yield


def render(template: str, **values: Any) -> str:
    """A page from `templates/<template>`, which finds the style as `css` and the script as `js`
    beside `values`, and the reader's language as `lang`.
    """
    import jinja2
    from markupsafe import Markup, escape

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("alih.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["text"] = words.text
    # A number and its unit stay on one line.
    environment.filters["unbroken"] = lambda value: re.sub(
        r"(?<=\d) (?=%|points\b|poin\b|s\b|min\b)", "\u00a0", value
    )
    # Sentences write names of keys and files as Markdown does.
    environment.filters["coded"] = lambda value: Markup(
        re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(value)))
    )
    assets = resources.files("alih.reports") / "templates"
    css, js = ((assets / f"report.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return environment.get_template(template).render(
        css=css, js=js, lang=words.language(), **values
    )


def macros(template: str, filters: Mapping[str, Callable[..., Any]]) -> Any:
    """The macros of `templates/<template>`, a plain text, as functions that give text."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("alih.reports"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(filters)
    return environment.get_template(template).module
