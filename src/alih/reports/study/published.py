"""A publication's numbers of segmentation beside ours; which of ours come nearest to an IoU whose
averaging it does not state.

IoU numbers that average differently lie far apart on the same predictions. To set the quality of
the networks apart from the way of averaging, ours are looked at twice: after the last epoch, and at
the epoch where our loss is that of the publication.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from alih import words
from alih.metrics import UNSTATED
from alih.reports.kit.facts import Curve, Facts, Group
from alih.reports.kit.tables import Table
from alih.reports.study.segments import arrays_of
from alih.words import formats

CANDIDATES = {
    "iou": ("pixel_accuracy", "iou_macro", "iou_micro", "iou_foreground"),
    "dice": ("dice_macro", "dice_micro", "iou_macro"),
}
"""What may be meant by a number whose averaging is not stated."""
EQUAL_LOSS = 0.1
"""How far our loss may be from the publication's, as a share of it, to count as equal."""
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Comparison:
    """A published number of unstated averaging, and our candidates at one epoch.

    `epoch` and `loss` (ours there) are None for a split that is scored once, at the end;
    `published_loss` where it was printed.
    """

    group: Group
    split: str
    metric: str
    published: float
    epoch: int | None
    loss: float | None
    published_loss: float | None
    ours: dict[str, float]

    @property
    def nearest(self) -> str:
        """The candidate with the smallest distance."""
        return min(self.ours, key=lambda name: abs(self.ours[name] - self.published))

    @property
    def equal_loss(self) -> bool:
        """Whether our loss is about the one that was printed beside the number."""
        if self.loss is None or self.published_loss is None:
            return False
        return abs(self.loss - self.published_loss) <= EQUAL_LOSS * self.published_loss


def ours(group: Group, split: str, metric: str) -> Curve | None:
    """Our curve of a metric; training in evaluation mode where it was recorded. Micro IoU follows
    from pixel accuracy.
    """
    names = ("train-eval", "train") if split == "train" else (split,)
    found = next((curve for name in names if (curve := group.curve(name, metric))), None)
    if found is None and metric == "iou_micro":
        accuracy = ours(group, split, "pixel_accuracy")
        # One class a pixel: intersections are hits, unions are 2·pixels − hits.
        return accuracy and Curve(
            accuracy.epochs, [[a / (2 - a) for a in line] for line in accuracy.lines]
        )
    if found is None and metric == "dice_micro":
        return ours(group, split, "pixel_accuracy")
    return found


def comparisons(facts: Facts) -> list[Comparison]:
    """Every published number of unstated averaging beside our candidates: after the last epoch, and
    at equal loss.
    """
    return list(_comparisons(facts))


def _comparisons(facts: Facts) -> Iterator[Comparison]:
    published = facts.study.published
    for group in facts.groups:
        theirs = published.arms.get(group.arm) if published else None
        for split in SPLITS if theirs else ():
            printed: dict[str, float] = getattr(theirs, split)
            loss = printed.get("log_loss")
            for metric in UNSTATED:
                if metric in printed:
                    yield from _epochs(facts, group, split, metric, printed[metric], loss)


def _epochs(
    facts: Facts, group: Group, split: str, metric: str, value: float, printed: float | None
) -> Iterator[Comparison]:
    if split == "test":
        stored = facts.results(group).get("metrics", {})
        found = {name: stored[name]["mean"] for name in CANDIDATES[metric] if name in stored}
        loss = stored.get("log_loss", {}).get("mean")
        if found:
            yield Comparison(group, split, metric, value, None, loss, printed, found)
        return
    losses = ours(group, split, "log_loss")
    curves = {name: curve for name in CANDIDATES[metric] if (curve := ours(group, split, name))}
    if losses is None or not curves:
        return
    chosen = [losses.epochs[-1]]
    if printed is not None:
        # Of equally near epochs the first.
        finite = [
            (abs(mean - printed), epoch)
            for epoch, mean in zip(losses.epochs, losses.mean, strict=True)
            if math.isfinite(mean)
        ]
        chosen += [min(finite)[1]] if finite and min(finite)[1] != chosen[0] else []
    for place, epoch in enumerate(chosen):
        found = {
            name: mean for name, curve in curves.items() if math.isfinite(mean := _at(curve, epoch))
        }
        if place == 0 and split == "validation":
            found = _stored(facts, group, metric) | found
        entry = Comparison(group, split, metric, value, epoch, _at(losses, epoch), printed, found)
        if found and (place == 0 or entry.equal_loss):
            yield entry


def _at(curve: Curve, epoch: int) -> float:
    return curve.mean[curve.epochs.index(epoch)] if epoch in curve.epochs else math.nan


def _stored(facts: Facts, group: Group, metric: str) -> dict[str, float]:
    """Candidates from the stored validation counts, for those that no curve holds; only where the
    last epoch was kept.
    """
    from alih.evaluation.segmentation import compute, reduced

    if any(cell.card.kept_epoch != cell.card.epochs for cell in group.done):
        return {}
    arrays = [reduced(one) for one in arrays_of(facts, group, "validation")]
    values = (
        {name: [compute(name, one) for one in arrays] for name in CANDIDATES[metric]}
        if arrays
        else {}
    )
    return {
        name: sum(own) / len(own) for name, own in values.items() if all(map(math.isfinite, own))
    }


def published_table(facts: Facts, found: list[Comparison]) -> Table | None:
    """Published numbers of every split beside ours, the nearest where their averaging is not
    stated; None without any.
    """
    published = facts.study.published
    last = {(one.group.label, one.split, one.metric): one for one in reversed(found)}
    rows = []
    for group in facts.groups:
        theirs = published.arms.get(group.arm) if published else None
        for split in SPLITS if theirs else ():
            for metric, value in getattr(theirs, split).items():
                rows.append(
                    _row(facts, group, split, metric, value, last.get((group.label, split, metric)))
                )
        if theirs and theirs.parameters and facts.results(group).get("parameters"):
            own = facts.results(group)["parameters"]
            gap = words.number(own - theirs.parameters, 0, sign=own != theirs.parameters)
            rows.append(
                [
                    group.label,
                    "–",
                    facts.say("parameters"),
                    words.number(theirs.parameters, 0),
                    words.number(own, 0),
                    gap,
                ]
            )
    if not rows or published is None:
        return None
    columns = [
        facts.say(key)
        for key in ("arm", "masks_split", "metric", "published", "ours", "ours_minus_published")
    ]
    note = _source(facts) + (" " + facts.say("masks_published_unstated") if found else "")
    return Table("published", facts.say("masks_published_caption"), columns, rows, 3, note)


def _row(
    facts: Facts, group: Group, split: str, metric: str, value: float, unstated: Comparison | None
) -> list[str]:
    mean = None
    if unstated:
        mean = unstated.ours[unstated.nearest]
    elif split == "test":
        mean = facts.results(group).get("metrics", {}).get(metric, {}).get("mean")
    elif curve := ours(group, split, metric):
        mean = curve.mean[-1] if math.isfinite(curve.mean[-1]) else None
    name = _split_name(facts, split)
    like = "iou_macro" if metric in UNSTATED else metric
    shown = [formats.value(like, number) for number in (value, mean)]
    if unstated:
        shown[1] += f"\n{formats.metric_in_text(unstated.nearest)}"
    gap = formats.difference(like, None if mean is None else mean - value)
    return [group.label, name, formats.metric_name(metric), *shown, gap]


def _split_name(facts: Facts, split: str) -> str:
    return facts.say("masks_training") if split == "train" else formats.split_name(split)


def _source(facts: Facts) -> str:
    published = facts.study.published
    assert published is not None, "called for studies with published numbers"
    notes = [f"{published.citation.rstrip('.')}."] if published.citation else []
    notes += (
        [facts.say("published_protocol", protocol=published.protocol)] if published.protocol else []
    )
    return " ".join([*notes, facts.say("masks_published_note")])


def averaging_table(facts: Facts, found: list[Comparison]) -> Table | None:
    """Each published number of unstated averaging beside all that it may be; the nearest is
    named.
    """
    if not found:
        return None
    names = list(
        dict.fromkeys(
            name
            for metric in UNSTATED
            for name in CANDIDATES[metric]
            if any(name in c.ours for c in found)
        )
    )
    rows = [
        [
            one.group.label,
            f"{_split_name(facts, one.split)}\n{_when(facts, one)}",
            f"{UNSTATED[one.metric]} {formats.value('iou_macro', one.published, 1)}",
            *(formats.value("iou_macro", one.ours.get(name), 1) for name in names),
            formats.metric_name(one.nearest),
        ]
        for one in found
    ]
    columns = [facts.say("arm"), facts.say("masks_split"), facts.say("published")]
    columns += [
        *(formats.metric_name(name) for name in names),
        facts.say("masks_nearest"),
    ]
    return Table(
        "averaging",
        facts.say("masks_averaging_caption"),
        columns,
        rows,
        3,
        facts.say("masks_averaging_table_note"),
    )


def _when(facts: Facts, one: Comparison) -> str:
    if one.epoch is None or one.loss is None:
        return facts.say("masks_when_end")
    return facts.say("masks_when", epoch=words.number(one.epoch, 0), loss=words.number(one.loss, 3))


def averaging_sentences(facts: Facts, found: list[Comparison]) -> list[str]:
    """That the averaging is not stated; which candidate comes nearest to each kind of number, and
    how far the others are.
    """
    said = []
    for metric, name in UNSTATED.items():
        own = [one for one in found if one.metric == metric]
        if not own:
            continue
        # At equal loss the networks are about equally good, so that the averaging alone makes the
        # distance.
        base = _closest([one for one in own if one.equal_loss]) or own
        shared = [c for c in CANDIDATES[metric] if all(c in one.ours for one in base)]
        if not shared:
            continue
        apart = {
            c: sum(abs(one.ours[c] - one.published) for one in base) / len(base) for c in shared
        }
        order = sorted(shared, key=lambda c: apart[c])
        said.append(_sentence(facts, name, base, order, apart))
        said += [_pair(facts, one) for one in base if one.equal_loss and one.split == "validation"]
    return said


def _closest(found: list[Comparison]) -> list[Comparison]:
    """Of each published number the entry whose loss is nearest to the printed one: it must not
    count twice.
    """
    best: dict[tuple[str, str, str], Comparison] = {}
    for one in sorted(found, key=lambda one: abs((one.loss or 0.0) - (one.published_loss or 0.0))):
        best.setdefault((one.group.slug, one.split, one.metric), one)
    return [one for one in found if one is best[one.group.slug, one.split, one.metric]]


def _sentence(
    facts: Facts, name: str, base: list[Comparison], order: list[str], apart: dict[str, float]
) -> str:
    def far(candidate: str) -> str:
        points = formats.difference("iou_macro", apart[candidate]).lstrip("+")
        return f"{formats.metric_in_text(candidate)} ({points})"

    values: dict[str, Any] = {"name": name, "n": words.number(len(base), 0), "first": far(order[0])}
    key = "masks_nearest_equal" if all(one.equal_loss for one in base) else "masks_nearest_last"
    return facts.say(
        key, others=formats.listing([far(candidate) for candidate in order[1:]]) or "–", **values
    )


def _pair(facts: Facts, one: Comparison) -> str:
    names = [
        f"{formats.metric_in_text(name)} {formats.value('iou_macro', value, 1)}"
        for name, value in one.ours.items()
    ]
    return facts.say(
        "masks_equal_loss",
        arm=one.group.label,
        loss=words.number(one.loss or math.nan, 3),
        epoch=words.number(one.epoch or 0, 0),
        published_loss=words.number(one.published_loss or math.nan, 3),
        name=UNSTATED[one.metric],
        published=formats.value("iou_macro", one.published, 1),
        ours=formats.listing(names),
    )
