"""Tables and sizes, as the command line, notebooks and printed values show them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

from alih.words import number, say


def aligned(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Collection[int] = ()
) -> list[str]:
    """Lines of a table in plain text; columns named in `numeric` end at the right.

    >>> aligned(["arm", "n"], [("plain", "3"), ("x", "12")], numeric=[1])
    ['arm     n', 'plain   3', 'x      12']
    """
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    return [
        "  ".join(
            cell.rjust(width) if i in numeric else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [columns, *rows]
    ]


def html_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table for notebooks: columns of numbers end at the right, others begin at the left, which
    notebooks themselves do not do.

    >>> html_table(["a"], [("<b>",)]).partition("<tbody>")[2]
    '<tr><td style="text-align: left">&lt;b&gt;</td></tr></tbody></table>'
    """
    cells = zip(*rows, strict=True) if rows else ([] for _ in columns)
    sides = ["right" if _are_numbers(column) else "left" for column in cells]

    def line(tag: str, texts: Sequence[str]) -> str:
        pairs = zip(sides, texts, strict=True)
        return "".join(
            f'<{tag} style="text-align: {side}">{escape(text)}</{tag}>' for side, text in pairs
        )

    body = "".join(f"<tr>{line('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{line('th', columns)}</tr></thead><tbody>{body}</tbody></table>"


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether a column holds numbers, or a dash for one that is missing."""
    shown = [cell for cell in cells if cell not in ("", "–")]
    return bool(shown) and all(cell[0] in "0123456789+-−." for cell in shown)


def size(count: float) -> str:
    """A number of bytes with a decimal unit: `30.9 MB` in English, `30,9 MB` in Indonesian.

    >>> size(30_900_000)
    '30.9 MB'
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{number(count, 0 if unit == 'B' else 1)} {unit}"
        count /= 1000
    return f"{number(count, 1)} TB"


def duration(seconds: float | None, digits: int = 0) -> str:
    """A time span in the reader's language, one or two units: `45 s`, `3 min`, `2 h 5 min`; `–`
    when unknown.

    `digits`: decimals of minutes and seconds, for times that were measured rather than guessed.

    >>> duration(184)
    '3 min'
    """
    if seconds is None:
        return "–"
    if seconds < 90:
        shown = number(seconds, digits if seconds >= 10 else 1)
        return say("common.seconds", seconds=shown)
    minutes = round(seconds / 60)
    if minutes < 90:
        return say("common.minutes", minutes=number(seconds / 60, digits))
    return say("common.hours", hours=minutes // 60, minutes=minutes % 60)
