"""Studies with `vary` as figures: a score over the levels, and a heat-map where two things vary."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from alih import words
from alih.reports.kit import theme
from alih.reports.kit.facts import Facts
from alih.reports.kit.theme import Plot
from alih.reports.study import figures
from alih.study.planning.recipes import TRAIN_IMAGES, path_for_arm
from alih.verdicts.equivalences import Grid, grid_of, images_at
from alih.verdicts.result import MetricResult
from alih.words import formats

ARMS_AS_ROWS = 3
"""From this many arms on, arms × levels of a single varied key are a heat-map, too."""


def grid(facts: Facts) -> Grid | None:
    """The grid of a study that varies something, None otherwise."""
    return grid_of(facts.study)


def _result(facts: Facts, arm: str, at: dict[str, Any], metric: str) -> MetricResult | None:
    """A test result, None where there is none yet."""
    return facts.comparison.result(arm, at).metrics.get(metric)


def _images(facts: Facts, level: Any) -> int | None:
    """A level of training images as a number: what the finished runs trained on, else what the plan
    says.
    """
    counts = [
        c.card.items.train for g in facts.groups if g.at.get(TRAIN_IMAGES) == level for c in g.done
    ]
    return images_at(facts.study, level, {level: counts})


def _places(facts: Facts, found: Grid) -> tuple[list[float], bool]:
    """Where the columns stand on the horizontal axis, and whether that axis is logarithmic in the
    number of images.
    """
    numbers = (
        [_images(facts, level) for level in found.columns] if found.along == TRAIN_IMAGES else []
    )
    known = [float(number) for number in numbers if number]
    if len(known) > 1 and len(known) == len(found.columns) == len(set(known)):
        return known, True
    return [float(place) for place in range(len(found.columns))], False


def by_level(facts: Facts, metric: str, folder: Path) -> Plot | None:
    """A test metric over the levels: mean and 95 % interval of each arm, a panel for each value of
    a second varied key.

    Over training images the axis is logarithmic. None with fewer than two levels on it.
    """
    found = grid(facts)
    if found is None or len(found.columns) < 2:
        return None
    places, logarithmic = _places(facts, found)
    alone = len(found.rows) == 1
    figure, panels = theme.panels(len(found.rows), 4.9 if alone else 3.1, 3.3 if alone else 2.8)
    spoken: list[str] = []
    for row, axes in zip(found.rows, panels, strict=True):
        said = [
            text
            for arm in facts.study.arms
            if (text := _curve(facts, axes, metric, found, (row, arm), places, logarithmic))
        ]
        at = formats.level_text({found.across: row}) if found.across else ""
        spoken += [f"{at}, {text}" if at else text for text in said]
        _dress(facts, axes, metric, found, places, logarithmic)
        axes.set_title(
            at
            or facts.say(
                "curve_title", metric=formats.metric_name(metric), split=facts.say("split_test")
            )
        )
    if any(axes.get_legend_handles_labels()[0] for axes in panels):
        figures.legend(panels[0])
    caption = facts.say(
        "by_level_log_caption" if logarithmic else "by_level_caption",
        metric=formats.metric_name(metric),
    )
    alt = facts.say(
        "by_level_alt", metric=formats.metric_name(metric), arms=formats.listing(spoken)
    )
    return theme.finish(
        figure, folder, f"levels-{metric}", alt, f"{caption} {facts.carried('test', facts.groups)}"
    )


def _curve(
    facts: Facts,
    axes: Any,
    metric: str,
    found: Grid,
    which: tuple[Any, str],
    places: Sequence[float],
    logarithmic: bool,
) -> str:
    """Draw one arm's curve in a panel; returns it in words, empty without a result."""
    row, arm = which
    order = list(facts.study.arms)
    look, scale = theme.style(order.index(arm)), 100 if metric in formats.FRACTIONS else 1
    # Arms stand a little beside each other, so that their intervals do not cover one another.
    shift = order.index(arm) - (len(order) - 1) / 2
    drawn = []
    for level, place in zip(found.columns, places, strict=True):
        result = _result(facts, arm, found.at(row, level), metric)
        if result:
            x = place * 1.025**shift if logarithmic else place + 0.12 * shift
            low, high = (end * scale for end in result.ci95)
            axes.plot([x] * 2, [low, high], color=look["color"], lw=1.4)
            drawn.append((x, result.mean * scale, level, result.mean))
    if not drawn:
        return ""
    axes.plot(
        [x for x, *_ in drawn],
        [y for _, y, *_ in drawn],
        lw=1.8,
        ms=6,
        label=facts.arm_label(arm),
        **look,
    )
    shown = (
        f"{formats.level_value(level)}: {formats.value(metric, mean)}" for *_, level, mean in drawn
    )
    return f"{facts.arm_label(arm)} ({'; '.join(shown)})"


def _dress(
    facts: Facts, axes: Any, metric: str, found: Grid, places: Sequence[float], logarithmic: bool
) -> None:
    from matplotlib.ticker import NullLocator

    labels = [formats.level_value(level) for level in found.columns]
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(list(places), labels, fontsize=8)
    axes.set_xlabel(formats.level_name(found.along))
    axes.grid(axis="y")
    theme.decimals(axes.yaxis)
    axes.set_ylabel("%" if metric in formats.FRACTIONS else "")
    axes.label_outer()


def heat_map(facts: Facts, metric: str, folder: Path) -> Plot | None:
    """A test metric as shades over two things that vary: a panel per arm for two varied keys, arms
    as rows for one.

    The best of each column is in bold, whatever an oracle reaches. None where less than two rows or
    columns would stand in it.
    """
    found = grid(facts)
    if found is None or len(found.columns) < 2:
        return None
    if found.across is None:
        if len(facts.study.arms) < ARMS_AS_ROWS:
            return None
        tables = {
            "": [
                (
                    facts.arm_label(a),
                    [_result(facts, a, found.at(None, c), metric) for c in found.columns],
                )
                for a in facts.study.arms
            ]
        }
        rows_name = facts.say("arm")
    else:
        if len(found.rows) < 2:
            return None
        arms = [
            arm
            for arm in facts.study.arms
            if all(path_for_arm(key, arm) for key in (found.along, found.across))
        ]
        tables = {
            facts.arm_label(arm): [
                (
                    formats.level_value(row),
                    [_result(facts, arm, found.at(row, c), metric) for c in found.columns],
                )
                for row in found.rows
            ]
            for arm in arms
        }
        rows_name = formats.level_name(found.across)
    means = [cell.mean for table in tables.values() for _, row in table for cell in row if cell]
    if not means:
        return None
    return _drawn_map(facts, metric, found, tables, rows_name, (min(means), max(means)), folder)


def _drawn_map(
    facts: Facts,
    metric: str,
    found: Grid,
    tables: dict[str, list[tuple[str, list[MetricResult | None]]]],
    rows_name: str,
    limits: tuple[float, float],
    folder: Path,
) -> Plot:
    rows, columns = len(next(iter(tables.values()))), len(found.columns)
    figure, panels = theme.panels(len(tables), 1.9 + 0.75 * columns, 1.3 + 0.36 * rows, columns=2)
    spoken = []
    for (title, table), axes in zip(tables.items(), panels, strict=True):
        _shade(axes, metric, table, limits, {facts.arm_label(arm) for arm in facts.study.oracles})
        axes.set_xticks(
            range(columns), [formats.level_value(level) for level in found.columns], fontsize=8
        )
        axes.set_yticks(range(rows), [name for name, _ in table], fontsize=8)
        axes.set_xlabel(formats.level_name(found.along))
        axes.set_ylabel(rows_name if found.across else "")
        axes.set_title(
            title
            or facts.say(
                "curve_title", metric=formats.metric_name(metric), split=facts.say("split_test")
            )
        )
        for side in ("left", "bottom"):
            theme.hide(axes, side)
        axes.tick_params(length=0)
        for name, row in table:
            values = ", ".join(formats.value(metric, cell.mean if cell else None) for cell in row)
            spoken.append(f"{title}, {name}: {values}" if title else f"{name}: {values}")
    name = formats.metric_name(metric)
    alt = facts.say(
        "heat_map_alt", metric=name, columns=formats.level_name(found.along), rows="; ".join(spoken)
    )
    caption = f"{facts.say('heat_map_caption', metric=name)} {facts.carried('test', facts.groups)}"
    return theme.finish(figure, folder, f"heat-map-{metric}", alt, caption)


def _shade(
    axes: Any,
    metric: str,
    table: Sequence[tuple[str, list[MetricResult | None]]],
    limits: tuple[float, float],
    oracles: Collection[str],
) -> None:
    """One panel: shades between `limits`, the value in each cell, the best of a column in bold
    except in the rows of `oracles`. Dark is good.
    """
    import numpy as np

    higher = formats.higher_is_better(metric)
    values = np.array([[cell.mean if cell else np.nan for cell in row] for _, row in table])
    low, high = limits
    candidate = np.array([name not in oracles for name, _ in table])
    share = (values - low) / ((high - low) or 1.0)
    share = share if higher else 1 - share
    axes.imshow(np.ma.masked_invalid(share), cmap="Blues", vmin=-0.15, vmax=1.15, aspect="auto")
    for column in range(values.shape[1]):
        own = values[:, column]
        seen = own[candidate & np.isfinite(own)]
        best = (seen.max() if higher else seen.min()) if seen.size else np.nan
        for row, value in enumerate(own):
            if np.isfinite(value):
                text = (
                    words.number(100 * value, 1)
                    if metric in formats.FRACTIONS
                    else words.number(value, 3)
                )
                colour, weight = (
                    ("#f7fbff" if share[row, column] > 0.6 else "#111827"),
                    "bold" if value == best and candidate[row] else "normal",
                )
                axes.text(
                    column,
                    row,
                    text,
                    ha="center",
                    va="center",
                    fontsize=8,
                    color=colour,
                    fontweight=weight,
                )
