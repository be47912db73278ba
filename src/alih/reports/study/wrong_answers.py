"""Images that went wrong: those with the highest loss, and pairs of classes that are confused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alih import words
from alih.evaluation.confused import confused_pairs as find_pairs
from alih.evaluation.metrics import class_counts
from alih.reports.kit.facts import Facts, Group
from alih.reports.kit.pictures import thumbnail
from alih.words import formats

HIGHEST_LOSS, CONFUSED_PAIR = 0, 1
PAIRS_SHOWN, IMAGES_SHOWN, THUMBNAILS_PER_PAIR = 6, 12, 6
EXAMPLE = ("image", "item", "label", "prediction", "log_loss")


@dataclass(frozen=True)
class Picture:
    """One image: data URI, what was true, said and lost, whether the answer is right, and its file
    where the set consists of files.
    """

    uri: str
    true: str
    predicted: str
    right: bool
    loss: str
    item: int
    alt: str
    file: str = ""


@dataclass(frozen=True)
class Pair:
    """A true class, the class it was taken for, how often, and images of it."""

    true: str
    predicted: str
    count: str
    share: str
    pictures: list[Picture]


def examples(group: Group, kind: int) -> list[dict[str, Any]]:
    """The stored validation images of one kind, of all replicates."""
    found = []
    for cell in group.done:
        arrays = cell.arrays("examples", ("kind", *EXAMPLE))
        if arrays is None:
            continue
        for index in (arrays["kind"] == kind).nonzero()[0]:
            found.append({key: arrays[key][index] for key in EXAMPLE})
    return found


def picture(facts: Facts, example: dict[str, Any], split: str = "validation") -> Picture:
    """An image of a split with its answer."""
    names = facts.file_names if split == "validation" else facts.test_file_names
    true, predicted = (
        facts.classes[int(example["label"])],
        facts.classes[int(example["prediction"])],
    )
    right = int(example["label"]) == int(example["prediction"])
    loss = words.number(float(example["log_loss"]), 2)
    alt = facts.say("picture_alt", true=true, predicted=predicted)
    item = int(example["item"])
    return Picture(
        thumbnail(example["image"]),
        true,
        predicted,
        right,
        loss,
        item,
        alt,
        names.get(item, ""),
    )


def _distinct(examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each image once, with its highest loss, the highest first."""
    seen: dict[int, dict[str, Any]] = {}
    for example in sorted(examples, key=lambda e: -float(e["log_loss"])):
        seen.setdefault(int(example["item"]), example)
    return list(seen.values())


def worst_answers(facts: Facts, group: Group) -> list[Picture]:
    """Stored validation images over all replicates, each once: those that were taken for another
    class, then those that nearly were, in both the highest loss first.
    """
    found = _distinct(examples(group, HIGHEST_LOSS) + examples(group, CONFUSED_PAIR))
    found.sort(key=lambda e: int(e["label"]) == int(e["prediction"]))
    return [picture(facts, example) for example in found[:IMAGES_SHOWN]]


def confused_pairs(facts: Facts, group: Group) -> list[Pair]:
    """The most frequent confusions on validation, pooled over replicates, with stored images of
    each.
    """
    pooled = group.pooled("validation")
    if not pooled:
        return []
    support = class_counts(pooled["label"], pooled["prediction"], len(facts.classes)).support
    found = _distinct(examples(group, CONFUSED_PAIR) + examples(group, HIGHEST_LOSS))
    pairs = []
    for true, predicted, count in find_pairs(pooled["label"], pooled["prediction"], PAIRS_SHOWN):
        images = [
            e for e in found if int(e["label"]) == true and int(e["prediction"]) == predicted
        ][:THUMBNAILS_PER_PAIR]
        pairs.append(
            Pair(
                facts.classes[true],
                facts.classes[predicted],
                words.number(count, 0),
                formats.value("accuracy", float(count / support[true]), 1),
                [picture(facts, example) for example in images],
            )
        )
    return pairs
