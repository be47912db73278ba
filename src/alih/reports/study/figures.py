"""The report's figures: differences with intervals, learning curves, F1 per class, confusion
matrices.

Each function draws one figure, writes PNG and SVG into `folder` and returns it for the page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import words
from alih.reports.kit import theme
from alih.reports.kit.facts import Curve, Facts, Group
from alih.reports.kit.theme import Plot
from alih.verdicts.line import confidences
from alih.verdicts.result import ComparisonRow
from alih.words import formats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABEL_WIDTH, LEGEND_WIDTH, TITLE_WIDTH = 26, 44, 50
"""Characters on a line of names beside a panel, in a legend and above a panel."""
FEW_CURVES = 3
LEGEND_LINE = 0.22
"""Inches that a line of a legend below a panel adds to the figure."""


def differences(facts: Facts, metric: str, rows: Sequence[ComparisonRow], folder: Path) -> Plot:
    """Arm minus baseline with its interval, one line per comparison; the zero line; the margin as a
    band.
    """
    name = formats.metric_name(metric)
    margin = (
        facts.study.compare.metrics[metric].margin
        if metric in facts.study.compare.metrics
        else None
    )
    labels = [_comparison_label(facts, entry) for entry in rows]
    looks = [theme.style(_index(facts, entry.arm)) for entry in rows]
    figure = draw_differences(metric, rows, labels, looks, margin)
    alt = facts.say(
        "difference_alt",
        metric=name,
        rows="; ".join(_spoken(facts, metric, entry) for entry in rows),
    )
    drawn = facts.say("difference_caption", metric=name, confidence=confidences(rows))
    caption = f"{drawn} {_paired(facts, rows)}"
    if margin:
        caption += " " + facts.say(
            "margin_caption", margin=formats.difference(metric, margin).lstrip("+")
        )
    return theme.finish(figure, folder, f"difference-{metric}", alt, caption)


def draw_differences(
    metric: str,
    rows: Sequence[ComparisonRow],
    labels: Sequence[str],
    looks: Sequence[Mapping[str, Any]],
    margin: float | None,
) -> Figure:
    """The drawing behind `differences`, for rows of `comparisons` with their labels and styles."""
    percent = metric in formats.FRACTIONS
    scale = 100 if percent else 1
    labels = [theme.wrapped(label, LABEL_WIDTH) for label in labels]
    tall = max((label.count("\n") for label in labels), default=0)
    figure, axes = theme.drawing(4.9, 1.0 + max(0.42, 0.2 * (tall + 1)) * len(rows))
    if margin:
        axes.axvspan(-margin * scale, margin * scale, color=theme.BAND, lw=0, zorder=0)
    axes.axvline(0, color=theme.INK, lw=1, zorder=1)
    for row, (entry, look) in enumerate(zip(rows, looks, strict=True)):
        centre, ends = entry.difference, entry.ci
        if centre is None:
            continue
        if ends:
            axes.plot(
                [e * scale for e in ends],
                [row, row],
                color=look["color"],
                lw=2.2,
                solid_capstyle="butt",
                zorder=2,
            )
        axes.plot(centre * scale, row, color=look["color"], marker=look["marker"], ms=7, zorder=3)
    axes.set_yticks(range(len(rows)), labels)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    theme.hide(axes, "left")
    axes.grid(axis="x")
    theme.decimals(axes.xaxis)
    unit = words.say("reports.unit_points" if percent else "reports.unit_own")
    # Centred on the whole figure: below the panel alone, the longer Indonesian label would not fit.
    name = formats.metric_name(metric)
    figure.supxlabel(
        words.say("reports.difference_axis", metric=name, unit=unit), fontsize="medium"
    )
    return figure


def _index(facts: Facts, arm: str) -> int:
    return list(facts.study.arms).index(arm)


def _paired(facts: Facts, rows: Sequence[ComparisonRow]) -> str:
    """How many images and paired replicates the differences rest on."""
    items = sorted({row.n_items for row in rows} - {0})
    uneven = [n for row in rows if row.answer for n in row.answer.uneven or ()]
    counts = [row.n_seeds for row in rows] + uneven
    return facts.say(
        "paired_uneven" if uneven else "paired",
        items=formats.listing([words.number(n, 0) for n in items]) or "0",
        replicates=formats.count_span("replicates", counts),
    )


def _comparison_label(facts: Facts, entry: ComparisonRow) -> str:
    at = formats.level_text(entry.at)
    return f"{facts.arm_label(entry.arm)}\n{at}" if at else facts.arm_label(entry.arm)


def _spoken(facts: Facts, metric: str, entry: ComparisonRow) -> str:
    label = _comparison_label(facts, entry).replace("\n", ", ")
    size = formats.difference(metric, entry.difference)
    return f"{label}: {size} ({formats.interval(metric, entry.ci, sign=True)})"


def compared_curves(
    facts: Facts, groups: Sequence[Group], metric: str, folder: Path, suffix: str = ""
) -> Plot | None:
    """Validation curves of all arms in one panel: replicates thin, means thick, the best epoch of
    each mean ringed.
    """
    drawn = [(group, curve) for group in groups if (curve := group.curve("validation", metric))]
    if all(group.closed_form for group, _ in drawn):
        return None
    figure, axes = theme.drawing(4.7, 3.3)
    for group, curve in drawn:
        look = theme.style(group.index)
        if group.closed_form:  # a score without epochs: a level to compare the others with
            axes.axhline(
                curve.end,
                lw=1.6,
                label=_in_legend(group),
                color=look["color"],
                ls=look["linestyle"],
            )
            continue
        thin_replicates(axes, curve, look)
        axes.plot(
            curve.epochs,
            curve.mean,
            lw=2.2,
            ms=4,
            markevery=_every(curve.epochs),
            label=_in_legend(group),
            **look,
        )
        _mark_best(axes, curve, metric, look["color"])
    name = formats.metric_name(metric)
    dress(
        facts,
        axes,
        metric,
        facts.say("curve_title", metric=name, split=facts.split_name("validation")),
    )
    arms = formats.listing([group.label for group, _ in drawn])
    return theme.finish(
        figure,
        folder,
        f"curves-{metric}{suffix}",
        facts.say("compared_curves_alt", metric=name, arms=arms, ends=_ends(facts, drawn, metric)),
        f"{facts.say('compared_curves_caption', metric=name)} "
        f"{facts.carried('validation', groups)}",
    )


def own_curves(
    facts: Facts, group: Group, metric: str, limits: tuple[float, float], folder: Path
) -> Plot | None:
    """Training against validation for one arm: where the two part, the network begins to
    over-fit.
    """
    validation = group.curve("validation", metric)
    if validation is None or group.closed_form:
        return None
    look = theme.style(group.index)
    figure, axes = theme.drawing(4.7, 3.1)
    running, evaluated = _running(group, metric), group.curve("train-eval", metric)
    if running:
        axes.plot(
            running.epochs,
            running.mean,
            color=theme.SOFT,
            lw=1.2,
            ls=":",
            label=facts.say("split_train"),
            **_point(running, "x"),
        )
    if evaluated:
        thin_replicates(axes, evaluated, {"color": theme.SOFT, "linestyle": "--"})
        named = {"label": facts.say("split_train_eval")} | _point(evaluated, "s")
        axes.plot(evaluated.epochs, evaluated.mean, color=theme.SOFT, lw=2, ls="--", **named)
    thin_replicates(axes, validation, {"color": look["color"], "linestyle": "-"})
    named = {"label": facts.say("split_validation")} | _point(validation)
    axes.plot(validation.epochs, validation.mean, color=look["color"], lw=2.2, **named)
    for split, points in printed(facts, group, metric).items():
        first, last = min(points), max(points)
        axes.plot(
            epochs := range(first, last + 1),
            [points.get(epoch, math.nan) for epoch in epochs],
            color=look["color"] if split == "validation" else theme.SOFT,
            label=facts.say("curve_published", split=facts.say(f"published_{split}")),
            marker="D" if split == "validation" else "x",
            ls=(0, (2, 2)),
            lw=1,
            ms=4.5,
        )
    best = _mark_best(axes, validation, metric, look["color"])
    axes.set_ylim(*limits)
    name = formats.metric_name(metric)
    dress(facts, axes, metric, f"{group.label} · {name}")
    return theme.finish(
        figure,
        folder,
        f"curves-{group.slug}-{metric}",
        facts.say(
            "own_curves_alt",
            arm=group.label,
            metric=name,
            epoch=best,
            ends=_ends(facts, [(group, validation)], metric),
        ),
        "",
    )


def _running(group: Group, metric: str) -> Curve | None:
    """The curve as trained, where it is of the same quantity as validation: with a second domain
    the loss of a step holds a domain term that no evaluation has.
    """
    if metric == "loss" and group.curve("train", "domain_loss"):
        return None
    return group.curve("train", metric)


def printed(facts: Facts, group: Group, metric: str) -> dict[str, dict[int, float]]:
    """The values by epoch that a publication printed for an arm, per split that has some."""
    arms = facts.study.published.arms if facts.study.published else {}
    theirs = arms.get(group.arm)
    splits = ("train", "validation") if theirs else ()
    return {split: own for split in splits if theirs and (own := theirs.points(split, metric))}


def curve_limits(facts: Facts, groups: Sequence[Group], metric: str) -> tuple[float, float]:
    """A common value axis for the panels of several arms, so that their heights can be compared."""
    values = [
        value
        for group in groups
        for points in printed(facts, group, metric).values()
        for value in points.values()
    ]
    values += [
        value
        for group in groups
        for split in ("train", "train-eval", "validation")
        if (curve := _running(group, metric) if split == "train" else group.curve(split, metric))
        for line in curve.lines
        for value in line
        if math.isfinite(value)
    ]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    pad = 0.05 * (high - low) or 0.05
    return low - pad, high + pad


def _in_legend(group: Group) -> str:
    return theme.wrapped(group.label, LEGEND_WIDTH)


def thin_replicates(axes: Any, curve: Any, look: dict[str, Any]) -> None:
    """Each replicate's line, thin, where there are several."""
    if len(curve.lines) > 1:
        for line in curve.lines:
            point = _point(curve) | ({"ms": 3} if _point(curve) else {})
            axes.plot(
                curve.epochs,
                line,
                color=look["color"],
                ls=look["linestyle"],
                lw=0.8,
                alpha=0.45,
                **point,
            )


def _point(curve: Any, marker: str = "o") -> dict[str, Any]:
    """What makes a curve of one epoch visible, which has no line."""
    return {"marker": marker} if len(curve.epochs) == 1 else {}


def _every(epochs: Sequence[int]) -> int:
    return max(1, len(epochs) // 8)


def best_epoch(curve: Any, metric: str) -> int:
    """The epoch at which the mean curve is best: lowest for losses, highest for scores."""
    finite = [
        (value, epoch)
        for epoch, value in zip(curve.epochs, curve.mean, strict=True)
        if math.isfinite(value)
    ]
    if not finite:
        return int(curve.epochs[-1])
    # Of equal values the earliest: pairs are compared by value, then by epoch.
    return (
        max(finite, key=lambda pair: (pair[0], -pair[1]))[1]
        if formats.higher_is_better(metric)
        else min(finite)[1]
    )


def _mark_best(axes: Any, curve: Any, metric: str, colour: str) -> int:
    best = best_epoch(curve, metric)
    height = curve.mean[curve.epochs.index(best)]
    axes.plot(best, height, marker="o", ms=11, mfc="none", mec=colour, mew=1.6, ls="none", zorder=4)
    return best


def dress(facts: Facts, axes: Any, metric: str, title: str) -> None:
    """Title, axes and legend of a panel over epochs."""
    from matplotlib.ticker import MaxNLocator

    axes.set_title(theme.wrapped(title, TITLE_WIDTH))
    axes.set_xlabel(facts.say("epoch"))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8, min_n_ticks=1))
    low, high = axes.dataLim.intervalx
    single = high - low < 1
    if single:  # matplotlib's own axis around a point would show fractions of epochs
        axes.set_xlim(low - 0.5, low + 0.5)
    axes.grid(axis="y")
    theme.decimals(axes.yaxis, percent=metric in formats.FRACTIONS)
    if metric in formats.FRACTIONS:
        axes.set_ylabel("%")
    legend(axes, crowded=single)


def legend(axes: Any, crowded: bool = False) -> None:
    """The legend in the panel, or below it where any place would cover something: many curves, or
    points in one column.
    """
    labels = axes.get_legend_handles_labels()[1]
    count, tall = len(labels), max((label.count("\n") + 1 for label in labels), default=1)
    if not crowded and count <= FEW_CURVES:
        axes.legend(loc="best")
        return
    columns = min(2, count)
    axes.figure.set_figheight(
        axes.figure.get_figheight() + LEGEND_LINE * tall * math.ceil(count / columns)
    )
    axes.figure.legend(loc="outside lower left", ncols=columns)


def _ends(facts: Facts, drawn: Sequence[tuple[Group, Any]], metric: str) -> str:
    return "; ".join(
        f"{group.label} ({formats.value(metric, curve.end)})"
        if group.closed_form
        else facts.say(
            "curve_end",
            arm=group.label,
            start=formats.value(metric, curve.mean[0]),
            end=formats.value(metric, curve.end),
            epochs=words.number(curve.last, 0),
        )
        for group, curve in drawn
    )


def dots_per_class(
    groups: Sequence[Group], values: Sequence[Any], classes: Sequence[str], label: str
) -> tuple[Figure, str]:
    """Shares [C] of every class as a dot per arm, from hardest to easiest for the first arm; the
    hardest class's name, too.

    What is not a number is not drawn.
    """
    first = [float(value) for value in values[0]]
    order = sorted(range(len(classes)), key=lambda c: (math.isnan(first[c]), first[c]))
    figure, axes = theme.drawing(6.6, 1.1 + 0.27 * len(classes))
    for group, own in zip(groups, values, strict=True):
        look = theme.style(group.index)
        axes.plot(
            [float(own[c]) for c in order],
            range(len(order)),
            ls="none",
            color=look["color"],
            marker=look["marker"],
            ms=6.5,
            label=_in_legend(group),
            alpha=0.9,
        )
    axes.set_yticks(range(len(order)), [classes[c] for c in order])
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.grid(axis="both")
    theme.hide(axes, "left")
    axes.tick_params(axis="y", length=0)
    theme.decimals(axes.xaxis, percent=True)
    axes.set_xlabel(label)
    legend(axes)
    return figure, classes[order[0]]


def confusion(
    facts: Facts, group: Group, counts: Any, classes: Sequence[str], folder: Path
) -> Plot:
    """A confusion matrix as a picture: rows are true classes, shades are shares of the row."""
    import numpy as np

    size = len(classes)
    share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    side = min(9.0, 2.4 + 0.42 * size)
    figure, axes = theme.drawing(side + 0.3, side)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    if size <= 20:
        for row in range(size):
            for column in range(size):
                if counts[row, column]:
                    colour = "#f7fbff" if share[row, column] > 0.55 else "#111827"
                    text = words_percent(share[row, column])
                    axes.text(
                        column, row, text, ha="center", va="center", fontsize=7.5, color=colour
                    )
    axes.set_xticks(range(size), classes, rotation=45, ha="right", fontsize=8)
    axes.set_yticks(range(size), classes, fontsize=8)
    axes.set_xlabel(facts.say("predicted"))
    axes.set_ylabel(facts.say("true_class"))
    for side_name in ("left", "bottom"):
        theme.hide(axes, side_name)
    axes.tick_params(length=0)
    return theme.finish(
        figure,
        folder,
        f"confusion-{group.slug}",
        facts.say(
            "confusion_alt", arm=group.label, correct=formats.value("accuracy", _diagonal(counts))
        ),
        f"{facts.say('confusion_caption')} {facts.carried('test', [group])}",
    )


def _diagonal(counts: Any) -> float:
    return float(counts.trace() / max(int(counts.sum()), 1))


def words_percent(share: float) -> str:
    """A share as a whole percentage without its sign; `<1` for what would round to nothing."""
    return "<1" if 0 < share < 0.005 else f"{100 * share:.0f}"
