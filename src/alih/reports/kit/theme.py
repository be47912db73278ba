"""Colours, line styles and the way a matplotlib figure becomes files and inline SVG.

A figure is drawn once, with the colours of the light page. On paper (PNG, SVG files) those stay.
Inside the HTML page every colour is replaced by the CSS variable of the same role, so that figures
follow the reader's dark mode, and the text stays text (selectable, in the page's font).
"""

from __future__ import annotations

import contextlib
import io
import re
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files, words

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, GRID, PAPER, BAND = "#1c2430", "#5b6675", "#d9dee5", "#ffffff", "#e4efe6"
# Okabe and Ito (2008), "Color universal design", darkened where needed for 3:1 contrast on white.
ARM_COLOURS = (
    "#0068a8",
    "#c84e00",
    "#00805c",
    "#a8508a",
    "#8a6d00",
    "#4b5fc0",
    "#b02a37",
    "#3a7d8c",
)
# Colour is never the only difference between arms.
ARM_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (3, 3)), (0, (1, 2)))
ARM_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

CROSS, DOT = 0.018, [[0.0, 0.0], [1e-3, 0.0]]
"""Half the size of a cross, and the stroke that is a dot, on axes from -1 to 1."""

_ROLES = {INK: "ink", SOFT: "soft", GRID: "grid", PAPER: "paper", BAND: "band"} | {
    colour: f"arm{index}" for index, colour in enumerate(ARM_COLOURS)
}

_RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "alih",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True)
class Plot:
    """A finished figure: the file stem, what it shows (its alternative text), and SVG for the
    page.
    """

    stem: str
    alt: str
    caption: str
    svg: str


def style(index: int) -> dict[str, Any]:
    """Colour, line style and marker of the arm at `index`; repeats after eight arms."""
    at = index % len(ARM_COLOURS)
    return {"color": ARM_COLOURS[at], "linestyle": ARM_LINES[at], "marker": ARM_MARKERS[at]}


def applied() -> AbstractContextManager[None]:
    """The report's style while figures are drawn; matplotlib reads its settings at every call, not
    once a figure.
    """
    import matplotlib

    return matplotlib.rc_context(_RC)


def drawing(width: float, height: float) -> tuple[Figure, Axes]:
    """A new figure (inches) with one panel, without pyplot's global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def panels(
    count: int, width: float, height: float, columns: int = 3, shared: bool = True
) -> tuple[Figure, list[Axes]]:
    """A new figure with `count` panels of equal axes (of their own unless `shared`), each `width` ×
    `height` inches, at most `columns` in a row.
    """
    from matplotlib.figure import Figure

    across = min(count, columns)
    down = -(-count // across)
    figure = Figure(figsize=(width * across, height * down), layout="constrained")
    grid = list(figure.subplots(down, across, sharex=shared, sharey=shared, squeeze=False).flat)
    for axes in grid[count:]:
        axes.set_visible(False)
    return figure, grid[:count]


def dots(axes: Axes, places: np.ndarray, colour: str, cross: bool = False) -> None:
    """Points [n, 2] in data units as one path, which a page of thousands of them can hold; crosses
    instead of dots on request, so that colour is not the only difference.
    """
    import numpy as np
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    if not len(places):
        return
    arms = CROSS * np.array([[-1, -1], [1, 1], [-1, 1], [1, -1]]) if cross else DOT
    corners = (places[:, None] + arms).reshape(-1, 2)
    codes = np.tile([Outline.MOVETO, Outline.LINETO], len(corners) // 2)
    outline = Outline(corners, codes)
    outline.should_simplify = False
    width = 1.0 if cross else 3.2
    look = {"lw": width, "capstyle": "round", "alpha": 0.8}
    axes.add_patch(PathPatch(outline, fill=False, edgecolor=colour, **look))


def tag(axes: Axes, place: np.ndarray, name: str, colour: str) -> None:
    """A short name at a place [2] in data units, readable on points."""
    box = {"boxstyle": "round,pad=0.2", "fc": PAPER, "ec": colour, "lw": 0.9}
    x, y = place.tolist()
    axes.text(x, y, name, ha="center", va="center", fontsize=7.5, color=INK, bbox=box)


def wrapped(label: str, width: int) -> str:
    r"""A label on lines of at most `width` characters, so that long names of arms do not push the
    panel out of its figure.

    >>> wrapped("A long name\n30 images", 6)
    'A long\nname\n30\nimages'
    """
    return "\n".join(
        line for part in label.split("\n") for line in textwrap.wrap(part, width) or [""]
    )


def decimals(axis: Any, percent: bool = False) -> None:
    """Write the tick labels of an axis with the reader's decimal sign; fractions as percentages
    when asked.
    """
    from matplotlib.ticker import FuncFormatter

    def written(value: float, _position: int | None = None) -> str:
        text = f"{100 * value:.6g}" if percent else f"{value:.6g}"
        return words.localized(text.replace("-", "−"))

    axis.set_major_formatter(FuncFormatter(written))


_kept: ContextVar[dict[str, Figure] | None] = ContextVar("kept", default=None)


@contextlib.contextmanager
def kept() -> Iterator[dict[str, Figure]]:
    """Collect the figures that are finished inside the `with` block, by their file stems, instead
    of writing them.
    """
    figures: dict[str, Figure] = {}
    before = _kept.set(figures)
    try:
        yield figures
    finally:
        _kept.reset(before)


def finish(figure: Figure, folder: Path, stem: str, alt: str, caption: str) -> Plot:
    """Write `<stem>.png` and `<stem>.svg` into `folder` and return the figure for the page; inside
    `kept` only the figure is wanted.
    """
    wanted = _kept.get()
    if wanted is not None:
        wanted[stem] = figure
        return Plot(stem, alt, caption, "")
    vector, raster = rendered(figure)
    files.write_bytes(folder / f"{stem}.svg", vector)
    files.write_bytes(folder / f"{stem}.png", raster)
    return Plot(stem, alt, caption, inline(vector.decode(), stem, alt))


def rendered(figure: Figure) -> tuple[bytes, bytes]:
    """The figure as SVG and as PNG."""
    vector, raster = io.BytesIO(), io.BytesIO()
    with warnings.catch_warnings():
        # A class may be named in letters that matplotlib's font lacks; the page's font has them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(vector, format="svg", metadata={"Date": None})
        # The layout is solved already; solving it again for the raster copy would take as long as
        # drawing it.
        figure.set_layout_engine("none")
        figure.savefig(raster, format="png", dpi=160)
    return vector.getvalue(), raster.getvalue()


def inline(svg: str, stem: str, alt: str) -> str:
    """SVG text of matplotlib, made fit for an HTML page: own ids, no header, CSS variables for
    colours.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{stem}-", svg)
    for colour, role in _ROLES.items():
        svg = re.sub(rf"{colour}\b", f"var(--{role})", svg, flags=re.IGNORECASE)
    # The page's font at the figure's sizes; matplotlib names a list of fonts that may not be there.
    svg = re.sub(r"font: ([^;\"']*?)(\d+(?:\.\d+)?px) [^;\"]*", r"font: \1\2 var(--sans)", svg)
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    width = float(size[1]) * 4 / 3 if size else 480.0
    label = alt.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    opening = (
        f'<svg role="img" aria-label="{label}" style="max-width:{width:.0f}px" '
        f'viewBox="{size[0][9:-1] if size else ""}">'
    )
    return re.sub(r"<svg\b[^>]*>", lambda _: opening, svg, count=1, flags=re.DOTALL).strip()


def hide(axes: Axes, *sides: str) -> None:
    """Remove the named spines of an axes."""
    for side in sides:
        axes.spines[side].set_visible(False)
