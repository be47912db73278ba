"""Where networks look in validation images that they answered right and wrong (Grad-CAM, computed
at the end of a run and stored): pictures, and how much of it lies outside the centre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alih import words
from alih.evaluation.attention import CENTRE, EVEN
from alih.metrics import SHARE
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.pictures import enlarged, overlay
from alih.reports.kit.tables import Table
from alih.reports.study.wrong_answers import Picture, picture
from alih.statistics.single import summarise
from alih.words import formats

SIDE = 160
NEEDED = ("item", "label", "prediction", "log_loss", "outside")


@dataclass(frozen=True)
class Attended:
    """A group's stored attention: its `stage`, the shares outside the centre of wrong and of right
    answers, how many maps were empty, and pictures.
    """

    group: Group
    stage: str
    shares: dict[bool, list[float]]
    empty: int
    pictures: list[Picture]


def attended(facts: Facts, group: Group) -> Attended | None:
    """What the group's first replicate stored; None where it stored nothing."""
    import numpy as np

    for cell in group.done:
        arrays = cell.arrays("attention", NEEDED)
        if arrays is None:
            continue
        right, outside = arrays["label"] == arrays["prediction"], arrays["outside"]
        known = np.isfinite(outside)
        shares = {kind: outside[known & (right == kind)].tolist() for kind in (False, True)}
        pictures = []
        for place, row in enumerate(arrays["shown"].tolist()):
            image = enlarged(arrays["image"][place][None], SIDE // 2, SIDE)[0]
            example: dict[str, Any] = {
                key: arrays[key][row] for key in ("item", "label", "prediction", "log_loss")
            }
            example["image"] = overlay(image, arrays["map"][place])
            pictures.append(picture(facts, example))
        return Attended(group, str(arrays["stage"]), shares, int((~known).sum()), pictures)
    return None


def table(facts: Facts, found: Sequence[Attended]) -> Table | None:
    """The share of attention outside the centre by arm, of wrong and of right answers."""
    if not found:
        return None
    rows = []
    for one in found:
        for kind, name in ((False, "attention_wrong"), (True, "attention_right")):
            values = one.shares[kind]
            told = [one.group.label, facts.say(name), words.number(len(values), 0), _mean(values)]
            rows.append(told)
    told_below = {
        "centre": words.percent(CENTRE, 0),
        "even": words.percent(EVEN, 0),
        "stages": formats.listing(list(dict.fromkeys(one.stage for one in found))),
    }
    columns = [
        facts.say(key) for key in ("arm", "attention_answers", "images", "attention_outside")
    ]
    group = found[0].group
    stem = f"attention{group.slug.removeprefix(group.arm)}"
    note, empty = facts.say("attention_note", **told_below), sum(one.empty for one in found)
    if empty:
        note += " " + facts.say("attention_empty", n=empty)
    return Table(stem, facts.say("attention_caption"), columns, rows, 2, note)


def _mean(values: list[float]) -> str:
    """The mean share with its 95 % interval over images."""
    import numpy as np

    if len(values) < 2:
        return words.percent(values[0], 1) if values else "–"
    found = summarise(np.array(values), within=SHARE)
    low, high = (words.number(100 * end, 1) for end in found.ci95)
    ends = words.say("reports.range", low=low, high=high)
    return f"{words.percent(found.mean, 1)}\n{ends} %"
