"""Arms of studies with two domains: what they learn from, which arm of the source alone they are
held against, and how far apart the domains lie for them. An arm that adapted and is worse than its
source-only arm has been hurt by that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from alih.findings import Finding
from alih.runs.folder import CellFolder
from alih.statistics.a_distance import ADistance, a_distance
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.planning.recipes import factors, recipe, target_labels
from alih.study.strategies.base import Role
from alih.study.strategies.options import kind_of, options_of
from alih.verdicts.arm_runs import ArmRuns
from alih.verdicts.found import Observation
from alih.verdicts.result import AdaptationRow, ComparisonRow
from alih.words import formats, number, say

ALIGNING = ("align", "learn_from", "transductive")
"""Options of classifiers on features that adapt; the others change what is adapted."""


def role(study: Study, arm: str, at: Mapping[str, Any]) -> Role:
    """What an arm of a study with two domains learns from."""
    own = recipe(study, arm, at)
    return options_of(own).role(bool(target_labels(study, own, at)))


def reference(study: Study, arm: str, at: Mapping[str, Any]) -> str | None:
    """The source-only arm that an adapted arm is held against: the one that differs least, the
    baseline of several such; None without any.
    """

    def apart(other: str) -> tuple[bool, int, bool]:
        loops = [kind_of(recipe(study, name, at)).loop for name in (arm, other)]
        keys = {key.split(":")[0] for key in factors(study, arm, other, at)}
        number = len({".".join(key.split(".")[:2]) for key in keys})
        return loops[0] != loops[1], number, other != study.compare.baseline

    others = [other for other in study.arms if role(study, other, at) == "source"]
    return min(others, key=apart, default=None)


def adaptation_alone(study: Study, arm: str, other: str, at: Mapping[str, Any]) -> bool:
    """Whether nothing but adaptation tells an arm from one of the source alone: neither network nor
    training, nor features and classifier where no network is trained. Starting from the other arm
    is part of a strategy.
    """
    kinds = [kind_of(recipe(study, name, at)) for name in (arm, other)]
    keys = [key.split(":")[0] for key in factors(study, arm, other, at)]
    if recipe(study, arm, at).source == other:
        keys = [key for key in keys if key != "from"]
    if all(kind.loop for kind in kinds):
        return all(key.startswith("transfer.") for key in keys)
    return all(key.startswith("transfer.") and key.split(".")[-1] in ALIGNING for key in keys)


def rows(study: Study, runs: Mapping[str, ArmRuns], at: Mapping[str, Any]) -> list[AdaptationRow]:
    """The arms at one level; none for studies of one set."""
    if isinstance(study.data, DataSpec):
        return []
    found = []
    for arm, own in runs.items():
        part = role(study, arm, at)
        beside = reference(study, arm, at) if part == "adapted" else None
        cells = [own.cells[replicate] for replicate in own.distinct]
        found.append(AdaptationRow(arm, at, part, beside, distance(cells)))
    return found


def distance(cells: Iterable[CellFolder]) -> ADistance | None:
    """The proxy A-distance of an arm's replicates, mean and mean ends of their intervals, which
    replicates on the same images do not make narrower; None where no card tells it.
    """
    gaps = [gap for cell in cells if (gap := cell.card.domains)]
    if not gaps:
        return None
    each = [a_distance(gap.error, gap.items, gap.folds) for gap in gaps]
    low, high = np.mean([one.ci95 for one in each], axis=0).tolist()
    return ADistance(
        float(np.mean([one.distance for one in each])),
        (low, high),
        float(np.mean([one.error for one in each])),
        min(one.n for one in each),
    )


def hurts(study: Study, row: ComparisonRow) -> bool:
    """Whether a row says that an adapted arm is worse than learning from the source alone, on the
    primary metric, with nothing else between the two.
    """
    if isinstance(study.data, DataSpec) or row.metric != study.primary or row.verdict != "worse":
        return False
    roles = [role(study, arm, row.at) for arm in (row.arm, row.baseline)]
    if roles != ["adapted", "source"]:
        return False
    return adaptation_alone(study, row.arm, row.baseline, row.at)


def distances(found: Sequence[AdaptationRow], study: Study) -> list[str]:
    """How far apart the domains lie for each arm, in a sentence; none where no card tells it."""
    told = [
        say(
            "verdicts.a_distance_of",
            arm=study.key(row.arm) + (f" ({formats.level_text(row.at)})" if row.at else ""),
            distance=number(row.distance.distance, 2),
            low=number(row.distance.ci95[0], 2),
            high=number(row.distance.ci95[1], 2),
        )
        for row in found
        if row.distance
    ]
    return [say("verdicts.a_distances", arms="; ".join(told))] if told else []


def observe(study: Study, compared: Iterable[ComparisonRow]) -> list[Observation]:
    """Arms that adaptation has hurt."""
    return [
        Observation(
            "D040",
            "verdicts.adaptation_hurts",
            "warning",
            row.arm,
            row.at,
            {"baseline": f"“{study.label(row.baseline)}”"},
        )
        for row in compared
        if hurts(study, row)
    ]


def without_reference(study: Study, found: Sequence[AdaptationRow]) -> list[Finding]:
    """That no arm learns from the source alone although some adapt."""
    lacking = [row for row in found if row.role == "adapted" and row.reference is None]
    if not lacking:
        return []
    about = ", ".join(dict.fromkeys(row.arm for row in lacking))
    return [Finding("D041", "study.no_source_only", about=about, severity="note")]


def with_hurt(
    study: Study, found: Sequence[AdaptationRow], compared: Sequence[ComparisonRow]
) -> list[AdaptationRow]:
    """The arms with what the comparison says of them."""
    hurt = [(row.arm, row.at) for row in compared if hurts(study, row)]
    return [replace(row, hurt=(row.arm, row.at) in hurt) for row in found]
