"""Plain values that show themselves in a notebook: verdicts as a table, figures as pictures."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING, Any

from alih.words import layout

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from alih.verdicts.result import Comparison
    from alih.verdicts.terms import Terms

DPI = 110
"""Resolution of figures in notebooks."""


class Verdicts(dict[str, Any]):
    """The values of a comparison, as `--json` prints them; in a notebook the table of verdicts, and
    each in a sentence.
    """

    def __init__(self, comparison: Comparison, terms: Terms) -> None:
        super().__init__(comparison.to_json())
        self._comparison, self._terms = comparison, terms

    def _repr_html_(self) -> str:
        from alih.verdicts import tables
        from alih.verdicts.line import lines

        if not self._comparison.rows:
            return layout.html_table(*tables.arms(self._comparison, self._terms))
        told = lines(self._comparison.rows, self._terms)
        said = "".join(f"<li>{escape(line.sentence)}</li>" for line in told)
        return f"{layout.html_table(*tables.differences(told))}<ul>{said}</ul>"


class Figures(dict[str, "Figure"]):
    """Figures of matplotlib by name; in a notebook all of them, each under its name."""

    def _repr_html_(self) -> str:
        return "".join(
            f"<figure><figcaption>{escape(name)}</figcaption>{_picture(figure)}</figure>"
            for name, figure in self.items()
        )


def _picture(figure: Figure) -> str:
    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=DPI, bbox_inches="tight")
    content = base64.b64encode(held.getvalue()).decode()
    return f'<img style="max-width: 100%" src="data:image/png;base64,{content}">'
