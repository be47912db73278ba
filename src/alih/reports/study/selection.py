"""The table of choosing without target labels: every arm's scores, what is rejected, and which arm
each score chooses.
"""

from __future__ import annotations

from collections import Counter
from statistics import stdev

from alih.reports.kit.facts import Facts
from alih.reports.kit.tables import Table
from alih.verdicts.choice import Choice, Pick
from alih.verdicts.choosing import WEIGHTED, reason_name, selector_name, shared
from alih.words import formats, number

SOURCE = "source"


def selection_table(facts: Facts) -> Table | None:
    """One row per arm and level: the scores that choose, the runs that are rejected and why, and
    what the arm reaches on the target; an oracle in a column of its own, where it is asked for.

    None where no run recorded such scores.
    """
    choices = facts.comparison.selection
    if not choices:
        return None
    names = list(dict.fromkeys([*(pick.selector for pick in choices[0].picks), SOURCE]))
    columns = [facts.say("arm"), *map(_heading, names), facts.say("selection_rejected")]
    columns.append(facts.say("selection_test", metric=formats.metric_name(facts.primary)))
    if choices[0].oracle:
        columns.append(_heading("oracle"))
    rows = [
        _row(facts, choice, arm, names)
        for choice in choices
        for arm in dict.fromkeys(one.arm for one in choice.candidates)
    ]
    short = [told for choice in choices if (told := shared(facts.study, choice))]
    note = " ".join([facts.say("selection_note", sign=MARK), *short])
    return Table("selection", facts.say("selection_caption"), columns, rows, 1, note)


MARK = "✓"


def _heading(selector: str) -> str:
    name = selector_name(selector)
    return name[:1].upper() + name[1:]


def _row(facts: Facts, choice: Choice, arm: str, names: list[str]) -> list[str]:
    label = facts.arm_label(arm)
    if choice.at:
        label = f"{label}\n{formats.level_text(choice.at)}"
    picks = {pick.selector: pick for pick in choice.picks}
    row = [label, *(_score(facts, choice, arm, name, picks.get(name)) for name in names)]
    rejected = choice.rejected(arm)
    why = Counter(reason_name(one.reason) for run in rejected for one in run.rejected)
    told = facts.say("of", part=len(rejected), whole=len(choice.runs(arm)))
    row.append(f"{told}\n{'; '.join(why)}" if rejected else "–")
    row.append(formats.value(choice.metric, choice.test(arm)))
    if choice.oracle:
        row.append(_marked(row[-1], choice.oracle, arm))
    return row


def _score(facts: Facts, choice: Choice, arm: str, name: str, pick: Pick | None) -> str:
    mean = choice.mean(arm, name)
    values = [one.scores[name] for one in choice.shared(arm) if name in one.scores]
    sd = stdev(values) if len(values) > 1 else None
    if name in ("entropy", "information"):
        text = "–" if mean is None else number(mean, 3)
        text += "" if mean is None or sd is None else f" ± {number(sd, 3)}"
    else:
        text = formats.spread(choice.metric if name == SOURCE else name, mean, sd)
    worth = choice.effective(arm) if name == WEIGHTED else None
    if worth is not None:
        text += f"\n{facts.say('selection_worth', n=max(1, round(worth)))}"
    return _marked(text, pick, arm)


def _marked(text: str, pick: Pick | None, arm: str) -> str:
    return f"{MARK} {text}" if pick is not None and pick.arm == arm else text
