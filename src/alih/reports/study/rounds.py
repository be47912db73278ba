"""The table of rounds of a study that ran until it was decided: what each found of every arm."""

from __future__ import annotations

from alih.reports.kit.facts import Facts
from alih.reports.kit.tables import Table


def rounds_table(facts: Facts) -> Table | None:
    """One row per round: the replicates (with k-fold: folds) of each arm, and below them what was
    found of it; the note says why no further round followed.

    None where the study never ran until it was decided.
    """
    found = facts.comparison.rounds
    if found is None or not found.rounds:
        return None
    arms = [arm for arm in facts.study.arms if any(arm in one.seeds for one in found.rounds)]
    rows = []
    for number, one in enumerate(found.rounds, 1):
        row = [str(number)]
        for arm in arms:
            count = str(one.seeds.get(arm, "–"))
            state = one.states.get(arm)
            row.append(f"{count}\n{facts.say(f'round_{state}')}" if state else count)
        rows.append(row)
    folds = facts.study.split.scheme == "repeated-kfold"
    ended = facts.say(f"rounds_{found.stopped or 'going'}")
    return Table(
        "rounds",
        facts.say("rounds_caption_folds" if folds else "rounds_caption"),
        [facts.say("round"), *map(facts.arm_label, arms)],
        rows,
        1,
        f"{ended} {facts.say('rounds_note')}",
    )
