"""Tables of results: the arms, published numbers beside ours, and what it takes to reach the
baseline's score.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

from alih import words
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.tables import Table
from alih.verdicts.line import Line, lines
from alih.verdicts.terms import of_study
from alih.words import formats, layout

METRICS_SHOWN = 3
REFERENCES = ("majority", "position", "chance", "pixel-logistic")


def metrics(facts: Facts) -> list[str]:
    """All metrics that some arm has: the primary one, the other compared ones, calibration, then
    the rest.
    """
    found = {metric for group in facts.groups for metric in facts.results(group).metrics}
    order = [*facts.study.metrics, "ece", "macro_f1", *sorted(found)]
    return [metric for metric in dict.fromkeys(order) if metric in found]


def arms_table(facts: Facts) -> Table:
    """One row per arm and level: replicates, mean ± sd and 95 % interval per metric, size and
    speed; then reference rows.
    """
    shown = metrics(facts)[:METRICS_SHOWN]
    columns = [facts.say("arm"), facts.say("replicates")]
    columns += [f"{formats.metric_name(metric)}\n{facts.say('interval95')}" for metric in shown]
    columns += [
        facts.say("parameters"),
        facts.say("seconds_per_epoch"),
        facts.say("seconds_in_all"),
    ]
    rows = [_arm_row(facts, group, shown) for group in facts.groups]
    muted = range(len(rows), len(rows) + 10)
    rows += [row for name in REFERENCES if (row := _reference_row(facts, name, shown))]
    note = carried(facts)
    return Table(
        "results", facts.say("results_caption"), columns, rows, note=note, muted=frozenset(muted)
    )


def metrics_table(facts: Facts) -> Table:
    """Every metric of every arm and level, one a row, with its interval and its averaging."""
    rows = []
    for metric in metrics(facts):
        for group in facts.groups:
            values = facts.results(group).metrics.get(metric)
            if values:
                rows.append(
                    [
                        formats.metric_name(metric),
                        group.label,
                        formats.spread(metric, values.mean, values.sd),
                        formats.interval(metric, values.ci95),
                        formats.averaging_name(values.averaging),
                    ]
                )
    columns = [facts.say(key) for key in ("metric", "arm", "mean_sd", "interval95", "averaging")]
    return Table("metrics", facts.say("metrics_caption"), columns, rows, 2, carried(facts))


def carried(facts: Facts) -> str:
    """What every number of the results carries: split, n, averaging, replicates (law 8)."""
    done = [group for group in facts.groups if group.done]
    spread = facts.say(
        "spread_note_one"
        if max((group.replicates for group in done), default=0) == 1
        else "spread_note"
    )
    text = f"{facts.carried('test', done)} {spread}"
    found = facts.results(facts.groups[0]).metrics if facts.groups else {}
    averaging = [
        f"{formats.metric_name(metric)}: {formats.averaging_name(found[metric].averaging)}"
        for metric in metrics(facts)[:METRICS_SHOWN]
        if metric in found and found[metric].averaging
    ]
    return text + (
        " " + facts.say("averaging_note", names="; ".join(averaging)) if averaging else ""
    )


def replicates_text(facts: Facts) -> str:
    """How many replicates have finished, as a counted noun; a span when arms differ."""
    return formats.count_span("replicates", [group.replicates for group in facts.groups])


def _arm_row(facts: Facts, group: Group, shown: Sequence[str]) -> list[str]:
    entry = facts.results(group)
    row = [
        group.label,
        f"{group.replicates}/{len(group.planned)}"
        if group.replicates < len(group.planned)
        else str(group.replicates),
    ]
    for metric in shown:
        values = entry.metrics.get(metric)
        mean = formats.spread(metric, values.mean, values.sd) if values else ""
        row.append(f"{mean}\n{formats.interval(metric, values.ci95)}" if values else "–")
    row.append(words.number(entry.parameters, 0) if entry.parameters else "–")
    for seconds in (entry.seconds_per_epoch, entry.seconds):
        row.append(words.number(seconds, 1) if seconds else "–")
    return row


def _reference_row(facts: Facts, name: str, shown: Sequence[str]) -> list[str] | None:
    values = facts.references.get(name, {}).get("test")
    if not values:
        return None
    row = [facts.say(f"reference_{name.replace('-', '_')}"), "–"]
    row += [formats.value(metric, values.get(metric)) for metric in shown]
    return [*row, "–", "–", "–"]


def raw_csv(facts: Facts) -> str:
    """All results in long form with full precision and decimal points, for further computing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            "arm",
            "level",
            "metric",
            "split",
            "averaging",
            "replicates",
            "test_items",
            "mean",
            "sd",
            "ci95_low",
            "ci95_high",
        ]
    )
    for group in facts.groups:
        entry = facts.results(group)
        level = ";".join(f"{key}={value}" for key, value in group.at.items())
        for metric, found in entry.metrics.items():
            place = [group.arm, level, metric, found.split, found.averaging]
            size = [group.replicates, entry.n_test]
            writer.writerow([*place, *size, found.mean, found.sd, *found.ci95])
    return text.getvalue()


@dataclass(frozen=True)
class Reach:
    """When a group's validation curve first reached the baseline's final value."""

    group: Group
    epoch: int | None
    seconds: float | None
    reached: int
    counted: int


def reach(facts: Facts, groups: Sequence[Group], metric: str) -> tuple[float, list[Reach]] | None:
    """The baseline's final validation value (mean over replicates) and when each group first
    reached it.
    """
    baseline = next((g for g in groups if g.arm == facts.study.compare.baseline), None)
    curve = baseline.curve("validation", metric) if baseline else None
    if curve is None:
        return None
    target = curve.end
    return target, [
        _reached(group, metric, target) for group in groups if group.curve("validation", metric)
    ]


def _reached(group: Group, metric: str, target: float) -> Reach:
    curve = group.curve("validation", metric)
    assert curve is not None
    higher = formats.higher_is_better(metric)

    def first(values: Sequence[float]) -> int | None:
        hits = (
            e
            for e, v in zip(curve.epochs, values, strict=True)
            if math.isfinite(v) and (v >= target if higher else v <= target)
        )
        return next(hits, None)

    epoch = first(curve.mean)
    timings = [[row.seconds for row in cell.timing] for cell in group.cells if cell.timing]
    # What is solved at once reaches its score, at epoch 0, when its only row of times is over.
    rows = 1 if epoch == 0 else epoch
    enough = [sum(row[:rows]) for row in timings if rows and len(row) >= rows]
    seconds = sum(enough) / len(enough) if enough else None
    counted = curve.lines[: curve.counted]
    reached = sum(first(line) is not None for line in counted)
    return Reach(group, epoch, seconds, reached, len(counted))


def reach_table(facts: Facts) -> Table | None:
    """Epochs and seconds each arm needs to reach the baseline's final validation score."""
    rows = []
    for _, groups in facts.levels():
        for metric in facts.study.metrics:
            found = reach(facts, groups, metric)
            if found is None:
                continue
            target, reached = found
            for one in reached:
                rows.append(
                    [
                        one.group.label,
                        formats.metric_name(metric),
                        formats.value(metric, target),
                        facts.say("never")
                        if one.epoch is None
                        else words.number(one.epoch, 0)
                        if one.epoch
                        else "–",
                        layout.duration(one.seconds, 1),
                        facts.say(
                            "of",
                            part=one.reached,
                            whole=one.counted,
                        ),
                    ]
                )
    if not rows:
        return None
    columns = [
        facts.say(key)
        for key in ("arm", "metric", "target", "epochs_needed", "time_needed", "replicates_reached")
    ]
    baseline = facts.arm_label(facts.study.compare.baseline)
    note = f"{facts.carried('validation', facts.groups)} {facts.say('reach_note')}"
    return Table("reach", facts.say("reach_caption", baseline=baseline), columns, rows, 2, note)


def verdicts(facts: Facts) -> list[Line]:
    """Each comparison in words, primary metric first."""
    order = {metric: place for place, metric in enumerate(facts.study.metrics)}
    rows = sorted(facts.comparison.rows, key=lambda row: order.get(row.metric, len(order)))
    return lines(rows, of_study(facts.study))
