"""The table of tuning: every trial of every arm on validation, those that lost and those that
diverged included.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.tables import Table
from alih.runs.card import Trial
from alih.words import formats


def trials_table(facts: Facts) -> Table | None:
    """One row per arm, level and tried setting: the validation score over replicates and how often
    it was chosen.

    None where nothing was tuned, or nothing has finished.
    """
    if not facts.study.tune:
        return None
    rows = [row for group in facts.groups for row in _rows(facts, group)]
    if not rows:
        return None
    shown = [f"{formats.metric_name(metric)}\n{facts.say('mean_sd')}" for metric in _metrics(facts)]
    columns = [
        facts.say("arm"),
        facts.say("trial_setting"),
        *shown,
        facts.say("trial_diverged"),
        facts.say("trial_chosen"),
    ]
    note = f"{facts.carried('validation', facts.groups)} {facts.say('trials_note')}"
    return Table("trials", facts.say("trials_caption"), columns, rows, 2, note)


def _metrics(facts: Facts) -> list[str]:
    """The metric that chooses, then the other compared ones."""
    return list(
        dict.fromkeys([facts.study.tune_by or facts.primary, facts.primary, *facts.study.metrics])
    )


def _rows(facts: Facts, group: Group) -> list[list[str]]:
    tuned = [cell.card.tune for cell in group.done if cell.card.tune]
    if not tuned:
        return []
    rows = []
    for trial in tuned[0].trials:
        tried = [
            (found.chosen == index, _scores(row))
            for found in tuned
            for index, row in enumerate(found.trials)
            if row.values == trial.values
        ]
        sound = [score for _, score in tried if score is not None]
        chosen = sum(won for won, _ in tried)
        rows.append(
            [
                group.label,
                formats.level_text(trial.values) or "–",
                *(
                    _spread(metric, [score[metric] for score in sound if metric in score])
                    for metric in _metrics(facts)
                ),
                facts.say("of", part=len(tried) - len(sound), whole=len(tried))
                if len(sound) < len(tried)
                else "–",
                facts.say("of", part=chosen, whole=len(tried)),
            ]
        )
    return rows


def _scores(row: Trial) -> dict[str, float] | None:
    """What is known of a trial, None where it diverged."""
    if row.validation is None:
        return None
    return row.validation | (row.target.by_name if row.target else {})


def _spread(metric: str, values: Sequence[Any]) -> str:
    sd = statistics.stdev(values) if len(values) > 1 else None
    return formats.spread(metric, statistics.fmean(values) if values else None, sd)
