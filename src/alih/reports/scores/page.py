"""The page of a verdict on a score file: one HTML file that holds everything, figures included."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Sequence
from pathlib import Path

from alih import files, words
from alih.errors import AlihError
from alih.reports.kit import pages, theme
from alih.reports.kit.tables import Table
from alih.reports.kit.theme import Plot
from alih.reports.scores import text as outsidetext
from alih.reports.study import figures, overview
from alih.verdicts import tables
from alih.verdicts.line import Line, confidences, lines
from alih.verdicts.scores.result import ScoreComparison
from alih.words import formats

NAMED = 3
"""Arms that the title names; beyond this it counts them."""


def write(result: ScoreComparison, path: str | Path, lang: str = "en") -> Path:
    """Write the page of what `outside.verdict` returned to `path`, in English or Indonesian, and
    return the path.

    Raises AlihError where nothing can be written, and when `path` is the score file itself.
    """
    path = Path(path)
    if path.exists() and Path(result.file.path).exists() and path.samefile(result.file.path):
        raise AlihError("reports.file.overwrites", path=path)
    with pages.speaking(lang), theme.applied():
        files.write_text(path, render(result))
    return path


def render(result: ScoreComparison) -> str:
    """The page as HTML text."""
    plot, png = _plot(result)
    told = lines(result.rows, outsidetext.terms(result))
    arms, differences = arms_table(result), differences_table(told)
    return pages.render(
        "outside.html.j2",
        t=lambda key, **values: words.say(f"reports.{key}", **values),
        name=result.study,
        title=_title(result),
        question=_question(result),
        verdicts=told,
        lead=overview.lead(told, result.primary),
        overview=overview.blocks(told),
        findings=result.findings,
        notes=outsidetext.notes(result),
        again=outsidetext.next_look(result),
        plot=plot,
        png=base64.b64encode(png).decode(),
        arms=arms,
        differences=differences,
        facts=outsidetext.facts(result),
        command=command(result),
        provenance=outsidetext.provenance(result),
    )


def command(result: ScoreComparison) -> str:
    """The command line that gives this verdict."""
    asked = result.asked
    parts = [
        "alih",
        "verdict",
        result.file.path,
        "--baseline",
        asked.baseline,
        "--metric",
        result.primary,
    ]
    parts += ["--margin", f"{asked.margin:g}"] if asked.margin else []
    parts += (
        ["--lower-is-better"]
        if not asked.higher_is_better and formats.higher_is_better(result.primary)
        else []
    )
    parts += ["--group", asked.group] if asked.group else []
    parts += ["--level", f"{asked.level:g}"] if asked.level != 0.05 else []
    parts += ["--look", str(result.looks)] if asked.planned_looks else []
    parts += ["--lang", words.language()] if words.language() != "en" else []
    return shlex.join(parts)


def arms_table(result: ScoreComparison) -> Table:
    """One row per arm, the baseline first: mean ± sd, 95 % interval, seeds."""
    metric, baseline = result.primary, result.asked.baseline
    rows = []
    for arm in sorted(result.arms, key=lambda arm: arm.arm != baseline):
        values, name = arm.metrics[metric], arm.arm
        label = words.say("reports.outside.is_baseline", arm=name) if name == baseline else name
        seeds = words.number(arm.n_seeds, 0) if arm.varies else "–"
        mean = formats.spread(metric, values.mean, values.sd)
        rows.append([label, mean, formats.interval(metric, values.ci95), seeds])
    items = words.number(result.arms[0].n_test, 0)
    columns = [
        words.say("reports.arm"),
        formats.metric_name(metric),
        words.say("reports.interval95"),
    ]
    columns.append(words.say("reports.outside.seeds"))
    caption = words.say("reports.outside.arms_caption")
    return Table(
        "arms", caption, columns, rows, 1, words.say("reports.outside.arms_note", items=items)
    )


def differences_table(told: Sequence[Line]) -> Table:
    """One row per comparison, to copy into a text."""
    columns, rows = tables.differences(told)
    caption = words.say("reports.outside.differences_caption")
    return Table("differences", caption, columns, rows, note=f"n: {told[0].terms.count_name}")


def _title(result: ScoreComparison) -> str:
    others = [row.arm for row in result.rows]
    named = (
        formats.listing(others)
        if len(others) <= NAMED
        else words.say("reports.outside.many", n=len(others))
    )
    return words.say("reports.outside.title", arms=named, baseline=result.asked.baseline)


def _question(result: ScoreComparison) -> str:
    arms = result.arms
    return words.say(
        "reports.outside.question",
        metric=formats.metric_name(result.primary),
        items=words.number(arms[0].n_test, 0),
        seeds=formats.count_span("seeds", [arm.n_seeds for arm in arms]),
    )


def _plot(result: ScoreComparison) -> tuple[Plot, bytes]:
    """The intervals of all arms, as SVG for the page and as PNG to take away."""
    rows, metric, margin = result.rows, result.primary, result.asked.margin
    order = [arm.arm for arm in result.arms]
    looks = [theme.style(order.index(row.arm)) for row in rows]
    name = formats.metric_name(metric)
    # Names are the user's: matplotlib would read a dollar sign as the beginning of a formula.
    labels = [row.arm.replace("$", r"\$") for row in rows]
    figure = figures.draw_differences(metric, rows, labels, looks, margin)
    vector, raster = theme.rendered(figure)
    spoken = "; ".join(
        f"{row.arm}: {formats.difference(metric, row.difference)} "
        f"({formats.interval(metric, row.ci, True)})"
        for row in rows
    )
    caption = words.say(
        "reports.outside.difference_caption", metric=name, confidence=confidences(rows)
    )
    if margin:
        shown = formats.difference(metric, margin).lstrip("+")
        caption += " " + words.say("reports.outside.margin_caption", margin=shown)
    alt = words.say("reports.difference_alt", metric=name, rows=spoken)
    return Plot(
        "difference", alt, caption, theme.inline(vector.decode(), "difference", alt)
    ), raster
