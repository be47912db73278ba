"""Arms that are no better than an answer which looks at no image, or at single pixels only
(`references.json`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from alih import words
from alih.study.document.study import Study
from alih.study.planning.recipes import TRAIN_IMAGES
from alih.words import formats

LEARNT = "pixel-logistic"
OF_ALL_IMAGES = (LEARNT, "position")
"""Answers that learnt from all training images: no yardstick for an arm that had a part of them."""


def find(
    study: Study, arms: Mapping[str, Any], references: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The list `no_better_than` of `compare`: arms whose mean on the primary metric is at or below
    that of trivial answers.

    `arms` and `references` are those of `compare`. One entry per arm and level, with the answers
    that it does not beat.
    """
    metric, sign = study.primary, 1 if formats.higher_is_better(study.primary) else -1
    found = []
    for arm, entries in arms.items():
        for entry in entries if isinstance(entries, list) else [entries]:
            mean, at = entry["metrics"].get(metric, {}).get("mean"), entry.get("at", {})
            part = at.get(TRAIN_IMAGES, "all") != "all"
            values = {
                name: reference["metrics"][metric]
                for name, reference in references.items()
                if metric in reference["metrics"] and not (part and name in OF_ALL_IMAGES)
            }
            best = (
                1.0 if sign > 0 else 0.0
            )  # what nobody can beat says nothing about an arm that reaches it
            beaten_by = {
                n: v
                for n, v in values.items()
                if mean is not None and v != best and sign * (mean - v) <= 0
            }
            if beaten_by:
                found.append(
                    {"arm": arm, "at": at, "metric": metric, "mean": mean, "references": beaten_by}
                )
    return found


def sentences(comparison: Mapping[str, Any], study: Study) -> list[str]:
    """One sentence for each of `no_better_than`, then what follows from them; none where every arm
    beats all trivial answers.
    """
    rows = list(rows_of(comparison.get("no_better_than", []), study))
    return [*rows, meaning(comparison["no_better_than"])] if rows else []


def meaning(entries: Sequence[Mapping[str, Any]]) -> str:
    """What follows: little was learnt where an answer that looks at no image is not beaten; else
    that a network was no help.
    """
    blind = any(name != LEARNT for entry in entries for name in entry["references"])
    return words.say("reports.trivial_meaning" if blind else "reports.trivial_meaning_learnt")


def rows_of(entries: Sequence[Mapping[str, Any]], study: Study) -> Iterable[str]:
    """Each arm and level with its value beside those of the answers that it does not beat."""
    for entry in entries:
        label = study.arms[entry["arm"]].label
        at = formats.level_text(entry["at"])
        names = [
            f"{words.say('reports.trivial_' + name.replace('-', '_'))} "
            f"({formats.value(entry['metric'], value)})"
            for name, value in sorted(entry["references"].items(), key=lambda pair: pair[1])
        ]
        yield words.say(
            "reports.trivial_row",
            arm=(words.text(label) if label else entry["arm"]) + (f" ({at})" if at else ""),
            metric=formats.metric_in_text(entry["metric"]),
            mean=formats.value(entry["metric"], entry["mean"]),
            answers=formats.listing(names),
        )
