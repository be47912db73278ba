"""The images that cost most, over all arms: a page of their own, `images.html`, to browse by class
and arm, and a table. Validation images; test images only where a reader asked to see them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alih import files, words
from alih.reports.kit import pages
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.pictures import thumbnail
from alih.reports.kit.tables import Table
from alih.reports.study.wrong_answers import CONFUSED_PAIR, HIGHEST_LOSS, Picture, examples

if TYPE_CHECKING:
    import numpy as np

    from alih.reports.build import Files

PAGE = "images.html"
SHOWN, LISTED = 120, 1000
"""Images on the page, and in the table."""


@dataclass(frozen=True)
class Answers:
    """What an arm's runs answered to one image: how many saw it, how many were wrong, their mean
    loss, and the class said most often.
    """

    group: Group
    runs: int
    wrong: int
    loss: float
    said: int


@dataclass(frozen=True)
class Hard:
    """An image with its item, true class, file (empty where the set has none), and what the arms
    answered; `loss` is their mean.
    """

    item: int
    label: int
    file: str
    loss: float
    arms: tuple[Answers, ...]


def hardest(facts: Facts, groups: Sequence[Group]) -> list[Hard]:
    """Validation images, the highest mean loss over arms first."""
    import numpy as np

    found: dict[int, tuple[int, list[Answers]]] = {}
    for group in groups:
        pooled = group.pooled("validation")
        if not pooled:
            continue
        order = np.argsort(pooled["item"], kind="stable")
        items, starts = np.unique(pooled["item"][order], return_index=True)
        for item, rows in zip(items.tolist(), np.split(order, starts[1:]), strict=True):
            label = int(pooled["label"][rows[0]])
            said = pooled["prediction"][rows]
            answers = Answers(
                group,
                len(rows),
                int((said != label).sum()),
                float(pooled["log_loss"][rows].mean()),
                int(np.bincount(said).argmax()),
            )
            found.setdefault(item, (label, []))[1].append(answers)
    names = facts.file_names
    every = [
        Hard(item, label, names.get(item, ""), float(np.mean([a.loss for a in own])), tuple(own))
        for item, (label, own) in found.items()
    ]
    # A loss that is no number is the worst of all.
    return sorted(every, key=lambda one: (-np.nan_to_num(one.loss, nan=np.inf), one.item))


def table(facts: Facts, every: Sequence[Hard]) -> Table:
    """An image and arm a row: file, true class, loss, wrong runs, answer."""
    columns = ["image_file", "true_class", "arm", "hard_loss", "hard_wrong", "hard_said"]
    rows = [
        [
            one.file or str(one.item),
            facts.classes[one.label],
            own.group.label,
            words.number(own.loss, 4),
            facts.say("of", part=own.wrong, whole=own.runs),
            facts.classes[own.said],
        ]
        for one in every[:LISTED]
        for own in one.arms
    ]
    note = facts.say("hard_note")
    caption = facts.say("hard_caption")
    return Table("highest-loss", caption, [facts.say(key) for key in columns], rows, 3, note)


def write(facts: Facts, beside: Files, test: Mapping[str, Sequence[Picture]]) -> int:
    """Write page and table; returns how many images the page shows. `test`: test images by the slug
    of their group.
    """
    groups = [group for _, level in facts.detailed() for group in level]
    every, path = hardest(facts, groups), beside.root / PAGE
    stored = _pictures(groups)
    shown = [one for one in every if one.item in stored][:SHOWN]
    if not shown and not any(test.values()):
        path.unlink(missing_ok=True)
        return 0
    beside.table(table(facts, every))
    uris = {one.item: thumbnail(stored[one.item]) for one in shown}
    values = {"shown": shown, "uris": uris, "groups": groups, "number": words.number}
    of_test = [(group, test[group.slug]) for group in groups if test.get(group.slug)]
    html = pages.render("images.html.j2", facts=facts, t=facts.say, of_test=of_test, **values)
    files.write_text(path, html)
    return len(shown) + sum(len(own) for _, own in of_test)


def _pictures(groups: Sequence[Group]) -> dict[int, np.ndarray]:
    """The stored validation images by their items."""
    return {
        int(example["item"]): example["image"]
        for group in groups
        for kind in (HIGHEST_LOSS, CONFUSED_PAIR)
        for example in examples(group, kind)
    }
