"""From an exported model to a page that answers in a browser."""

from __future__ import annotations

from pathlib import Path

from alih.words import language


def export_page(
    model: str | Path, out: str | Path | None = None, *, lang: str | None = None
) -> Path:
    """Write one HTML file that answers for images in a browser, without a server or a network.

    Args:
        model: The folder that `alih.export` wrote.
        out: The file to write; by default `page.html` in that folder.
        lang: `en` or `id`; by default the language in force.

    Returns:
        The path of the page.

    Raises:
        AlihError: The folder holds no model or a changed one, the model has no ONNX file, it has
            more than 200 MB, or the page cannot be written.

    >>> export_page("flowers-model", "flowers.html")  # doctest: +SKIP
    PosixPath('flowers.html')
    """
    from alih.exported.card import PAGE
    from alih.exported.folder import open_model
    from alih.reports.web import page

    place = Path(out) if out is not None else Path(model) / PAGE
    return page.write(open_model(model), place, lang or language())
