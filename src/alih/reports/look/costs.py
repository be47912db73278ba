"""Accuracy against cost of the backbones that `alih scout` ranked, as one figure: the X-ray
paper's figure 9 (Bianco et al. 2018) for the reader's own images.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alih import files
from alih.reports.kit import theme
from alih.words import number, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from alih.inspect.scout import ScoutReport

AREA = 900.0
"""Square points of the largest bubble."""


def figure(report: ScoutReport) -> Figure:
    """Accuracy of the linear probe with its 95 % interval over multiply-adds of one image; the
    area of a bubble is the number of parameters. Backbones without weights are lines: they have a
    cost and no accuracy.
    """
    with theme.applied():
        drawn, axes = theme.drawing(7.2, 4.4)
        costs = [*(e.cost for e in report.ranking), *(e.cost for e in report.missing)]
        largest = max(cost.parameters for cost in costs)
        for index, entry in enumerate(report.ranking):
            colour = theme.ARM_COLOURS[index % len(theme.ARM_COLOURS)]
            x, y = entry.cost.multiply_adds / 1e6, entry.probe.accuracy
            low, high = entry.probe.ci95
            axes.errorbar(
                x,
                y,
                [[max(0.0, y - low)], [max(0.0, high - y)]],
                color=colour,
                capsize=3,
                linewidth=1,
            )
            area = AREA * entry.cost.parameters / largest
            axes.scatter([x], [y], s=area, color=colour, alpha=0.45, linewidths=1)
            axes.annotate(
                f"{entry.model}\n{number(1000 * entry.cost.latency, 1)} ms",
                (x, y),
                (10, 4),
                textcoords="offset points",
                color=colour,
                fontsize=8.5,
            )
        for absent in report.missing:
            x = absent.cost.multiply_adds / 1e6
            axes.axvline(x, color=theme.SOFT, linestyle=":", linewidth=1)
            place = (x, 0.02)
            frame = axes.get_xaxis_transform()
            axes.text(*place, f" {absent.model}", transform=frame, rotation=90, fontsize=8.5)
        axes.set_xscale("log")
        theme.decimals(axes.xaxis)
        theme.decimals(axes.yaxis, percent=True)
        axes.margins(x=0.18, y=0.15)
        axes.grid(visible=True)
        axes.set_xlabel(say("inspect.scout.axis_cost"))
        axes.set_ylabel(say("inspect.scout.axis_accuracy"))
        axes.set_title(say("inspect.scout.figure", name=report.data, side=report.image_size))
        return drawn


def write(report: ScoutReport, out: Path) -> None:
    """The figure as a file: SVG where its name ends so, else PNG."""
    with theme.applied():
        vector, raster = theme.rendered(figure(report))
    files.write_bytes(out, vector if out.suffix.lower() == ".svg" else raster)
