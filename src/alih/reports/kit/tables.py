"""One table, four ways out: cells as text for the page, CSV, Markdown and LaTeX (booktabs)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "±": r"$\pm$",
    "−": r"$-$",
    "×": r"$\times$",
    "→": r"$\rightarrow$",
    "–": "--",
    "—": "---",
}


def latex(text: str) -> str:
    r"""Text that LaTeX prints as it stands.

    >>> latex("50 % of a_b {x}")
    '50 \\% of a\\_b \\{x\\}'
    """
    return re.sub(r"[\\&%$#_{}~^<>±−×→–—]", lambda match: _LATEX[match[0]], text)


def markdown(text: str) -> str:
    """Text that stays inside a Markdown table cell and is no markup."""
    return re.sub(r"([\\|*_`<>\[\]])", r"\\\1", text)


def _one_line(text: str) -> str:
    first, *rest = text.split("\n")
    return f"{first} ({', '.join(rest)})" if rest else first


@dataclass(frozen=True)
class Table:
    """A caption, column heads and rows of finished text; the first `heads` columns name the row.

    A line break in a cell sets a second, smaller line on the page; the other forms put it in
    parentheses.
    """

    stem: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    heads: int = 1
    note: str = ""
    muted: frozenset[int] = field(default=frozenset())

    @property
    def flat(self) -> list[list[str]]:
        """Column heads and rows with every cell on one line."""
        return [[_one_line(cell) for cell in row] for row in (self.columns, *self.rows)]

    def as_csv(self) -> str:
        """Comma-separated, every row as shown."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(self.flat)
        return text.getvalue()

    def as_markdown(self) -> str:
        """A Markdown pipe table under its caption; number columns are right-aligned."""
        rule = [":--" if index < self.heads else "--:" for index in range(len(self.columns))]
        lines = ["| " + " | ".join(markdown(cell) for cell in row) + " |" for row in self.flat]
        lines.insert(1, "| " + " | ".join(rule) + " |")
        note = [f"\n{markdown(self.note)}"] if self.note else []
        return "\n".join([f"**{markdown(self.caption)}**\n", *lines, *note]) + "\n"

    def as_latex(self) -> str:
        r"""A `table` environment; needs `\usepackage{booktabs}`. The note stands in the caption."""
        caption = latex(f"{self.caption}. {self.note}" if self.note else self.caption)
        rows = [" & ".join(latex(cell) for cell in row) + r" \\" for row in self.flat]
        columns = "l" * self.heads + "r" * (len(self.columns) - self.heads)
        return "\n".join(
            [
                r"\begin{table}[tb]",
                r"  \centering",
                rf"  \caption{{{caption}}}",
                rf"  \label{{tab:{self.stem}}}",
                rf"  \begin{{tabular}}{{{columns}}}",
                r"    \toprule",
                f"    {rows[0]}",
                r"    \midrule",
                *(f"    {row}" for row in rows[1:]),
                r"    \bottomrule",
                r"  \end{tabular}",
                r"\end{table}",
                "",
            ]
        )
