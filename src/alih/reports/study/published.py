"""A publication's numbers beside ours, in one table for every task.

An IoU whose averaging is not stated may be several of our numbers, which lie far apart on the same
predictions. One of them is shown for all of a publication's numbers: the one that comes nearest on
average, at the epochs where our loss is about that of the publication if there are any, since
networks of equal loss are about equally good and what is left is the way of averaging.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from alih import words
from alih.metrics import UNSTATED
from alih.reports.kit.facts import Curve, Facts, Group
from alih.reports.kit.tables import Table
from alih.study.document.compare import PublishedArm
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
class Nearest:
    """How far our candidates for a metric of unstated averaging are from the published numbers, on
    average over `numbers` of them; `equal_loss`: at epochs of about equal loss.
    """

    apart: dict[str, float]
    numbers: int
    equal_loss: bool

    @property
    def name(self) -> str:
        """The candidate that comes nearest."""
        return min(self.apart, key=lambda name: self.apart[name])


def ours(group: Group, split: str, metric: str) -> Curve | None:
    """Our curve of a metric; training in evaluation mode where it was recorded. Micro IoU follows
    from pixel accuracy.
    """
    names = ("train-eval", "train") if split == "train" else (split,)
    found = next((curve for name in names if (curve := group.curve(name, metric))), None)
    if found is None and metric == "iou_micro":
        accuracy = ours(group, split, "pixel_accuracy")
        # One class a pixel: intersections are hits, unions are 2·pixels − hits.
        return accuracy and replace(
            accuracy, lines=[[a / (2 - a) for a in line] for line in accuracy.lines]
        )
    if found is None and metric == "dice_micro":
        return ours(group, split, "pixel_accuracy")
    return found


def _at(facts: Facts, group: Group, split: str, metric: str, epoch: int | None) -> float | None:
    """Our mean over replicates: of the epoch, else of the last one; on the test split the
    result.
    """
    if split == "test":
        stored = facts.results(group).metrics.get(metric)
        return stored.mean if stored else None
    curve = ours(group, split, metric)
    if curve is None:
        return None
    values = dict(zip(curve.epochs, curve.mean, strict=True))
    found = values.get(epoch or 0, curve.end)
    return found if math.isfinite(found) else None


def _arms(facts: Facts) -> Iterator[tuple[Group, PublishedArm]]:
    arms = facts.study.published.arms if facts.study.published else {}
    return ((group, arms[group.arm]) for group in facts.groups if group.arm in arms)


def nearest(facts: Facts, metric: str) -> Nearest | None:
    """Which of our numbers a published one of unstated averaging comes nearest to; None where there
    is none of that name.
    """
    found: list[tuple[bool, dict[str, float]]] = []
    for group, theirs in _arms(facts):
        for split in SPLITS:
            if (printed := theirs.last(split).get(metric)) is None:
                continue
            epoch = _equal_loss(group, split, theirs) or printed.epoch
            values = {name: _at(facts, group, split, name, epoch) for name in CANDIDATES[metric]}
            apart = {n: abs(v - printed.value) for n, v in values.items() if v is not None}
            if apart:
                found.append((_equal_loss(group, split, theirs) is not None, apart))
    equal = any(is_equal for is_equal, _ in found)
    base = [apart for is_equal, apart in found if is_equal or not equal]
    shared = [name for name in CANDIDATES[metric] if base and all(name in own for own in base)]
    if not shared:
        return None
    means = {name: sum(own[name] for own in base) / len(base) for name in shared}
    return Nearest(means, len(base), equal)


def _equal_loss(group: Group, split: str, theirs: PublishedArm) -> int | None:
    """The epoch at which our loss is nearest to the one printed beside, if it is about equal."""
    printed, curve = theirs.last(split).get("log_loss"), ours(group, split, "log_loss")
    if split == "test" or printed is None or curve is None:
        return None
    gaps = [
        (abs(mean - printed.value), epoch)
        for epoch, mean in zip(curve.epochs, curve.mean, strict=True)
        if math.isfinite(mean)
    ]
    gap, epoch = min(gaps, default=(math.inf, 0))
    return epoch if gap <= EQUAL_LOSS * printed.value else None


def averaging_sentence(facts: Facts, metric: str, found: Nearest) -> str:
    """In one line: that the averaging is not stated, what comes nearest and how far the others
    are.
    """

    def far(name: str) -> str:
        points = formats.difference("iou_macro", found.apart[name]).lstrip("+")
        return f"{formats.metric_in_text(name)} ({points})"

    first, *others = sorted(found.apart, key=lambda name: found.apart[name])
    return facts.say(
        "masks_nearest_equal" if found.equal_loss else "masks_nearest_last",
        name=UNSTATED[metric],
        n=words.number(found.numbers, 0),
        first=far(first),
        others=formats.listing([far(name) for name in others]) or "–",
    )


def published_table(facts: Facts) -> Table | None:
    """Published numbers of every kind beside ours, with the difference; None when the study names
    none.
    """
    published = facts.study.published
    averages = {metric: own for metric in UNSTATED if (own := nearest(facts, metric))}
    rows = [row for group, theirs in _arms(facts) for row in _rows(facts, group, theirs, averages)]
    if not rows or published is None:
        return None
    columns = [
        facts.say(key)
        for key in ("arm", "published_of", "metric", "published", "ours", "ours_minus_published")
    ]
    kinds = {row[1].split("\n")[0] for row in rows}
    said = [
        f"{published.citation.rstrip('.')}." if published.citation else "",
        facts.say("published_protocol", protocol=published.protocol) if published.protocol else "",
        facts.say("published_note") if kinds & {_kind(facts, s) for s in SPLITS[:2]} else "",
        *(averaging_sentence(facts, metric, own) for metric, own in averages.items()),
        *_by_chance(facts),
    ]
    note = " ".join(text for text in said if text)
    return Table("published", facts.say("published_caption"), columns, rows, 3, note)


def _by_chance(facts: Facts) -> Iterator[str]:
    """What the printed accuracies show by themselves: each arm's count of right answers against
    the baseline's, by Fisher's exact test.
    """
    from scipy.stats import fisher_exact

    counts = {}
    for group, theirs in _arms(facts):
        printed = theirs.last("test").get("accuracy") or theirs.last("validation").get("accuracy")
        if printed is not None and theirs.n_test:
            right = round(printed.value * theirs.n_test)
            counts[group.arm] = (group.label, right, theirs.n_test)
    if (baseline := counts.pop(facts.study.compare.baseline, None)) is None:
        return
    _, right, total = baseline
    for label, own, count in counts.values():
        p = float(fisher_exact([[own, count - own], [right, total - right]]).pvalue)
        yield facts.say(
            "published_undecided" if p > facts.study.compare.level else "published_apart",
            arm=label,
            baseline=baseline[0],
            own=words.number(own, 0),
            count=words.number(count, 0),
            right=words.number(right, 0),
            total=words.number(total, 0),
            p=words.number(p, 2 if p >= 0.01 else 4),
        )


def _rows(
    facts: Facts, group: Group, theirs: PublishedArm, averages: Mapping[str, Nearest]
) -> Iterator[list[str]]:
    for split in SPLITS:
        for metric, printed in theirs.last(split).items():
            means = averages.get(metric)
            source = means.name if means else metric
            mean = _at(facts, group, split, source, printed.epoch)
            like = "iou_macro" if metric in UNSTATED else metric
            kind, own = _kind(facts, split), formats.value(like, mean)
            if split == "test" and mean is not None:
                own = formats.spread(like, mean, facts.results(group).metrics[source].sd)
            yield [
                group.label,
                f"{kind}\n{facts.say('published_epoch', epoch=printed.epoch)}"
                if printed.epoch
                else kind,
                formats.metric_name(metric),
                formats.value(like, printed.value),
                f"{own}\n{formats.metric_in_text(source)}" if means else own,
                formats.difference(like, None if mean is None else mean - printed.value),
            ]
    results = facts.results(group)
    for key, kind, digits, value, mine in (
        ("n_test", "published_data", 0, theirs.n_test, results.n_test),
        ("parameters", "published_network", 0, theirs.parameters, results.parameters),
        ("ms_per_step", "published_speed", 1, theirs.ms_per_step, results.ms_per_step),
    ):
        if value and mine:
            gap = mine - value
            name = facts.say("test_items" if key == "n_test" else key)
            shown = [words.number(number, digits) for number in (value, mine)]
            shown.append(words.number(gap, digits, sign=bool(gap)))
            yield [group.label, facts.say(kind), name, *shown]


def _kind(facts: Facts, split: str) -> str:
    return facts.say("published_train") if split == "train" else facts.say(f"split_{split}")
