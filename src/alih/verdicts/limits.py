"""What limits every verdict of a study, whatever its numbers: how its arms were set up, and what
was looked at before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alih.findings import Finding
from alih.runs import peeks
from alih.runs.card import Card
from alih.runs.folder import StudyFolder
from alih.study.document.study import Study
from alih.verdicts.found import arm_names
from alih.verdicts.result import ComparisonRow
from alih.words import say
from alih.words.amounts import Amount, ArmNames, Listing
from alih.words.phrase import Phrase

Place = tuple[str, Mapping[str, Any]]
"""An arm and a level."""


@dataclass(frozen=True)
class FactorRows:
    """What differs between arms and the baseline, one sentence for each arm."""

    factors: Mapping[str, Sequence[str]]
    labels: Mapping[str, Any]

    def __str__(self) -> str:
        return " ".join(self.sentences())

    def sentences(self) -> list[str]:
        """The sentence of each arm in the language in force."""
        return [
            say(
                "verdicts.factors_of",
                arm=ArmNames(self.labels, ((arm, {}),), frozenset([arm])),
                factors="; ".join(factors),
            )
            for arm, factors in self.factors.items()
        ]


def of_design(
    study: Study,
    rows: Sequence[ComparisonRow],
    cards: Sequence[tuple[str, Mapping[str, Any], Card]],
    places: Sequence[Place],
) -> list[Finding]:
    """What the arms are: several factors at once, the paper's protocol, methods that read test
    images, upper bounds, results that no seed changes, models whose classes are not those of the
    task.

    `cards`: one of each arm and level that has finished; `places`: every arm and level.
    """
    found = []
    several = {row.arm: row.factors for row in rows if len(row.factors) > 1}
    if several:
        labels = {arm: study.named(arm) for arm in several}
        meaning = Phrase("verdicts.several_factors_meaning")
        values = {"rows": FactorRows(several, labels), "meaning": meaning}
        found.append(Finding("D024", "verdicts.several_factors", values, ", ".join(several)))
    if study.protocol == "paper":
        found.append(Finding("D025", "verdicts.paper_protocol"))
    reading = [(arm, at) for arm, at, card in cards if card.transductive]
    if reading:
        about, values = _named(study, reading, places)
        found.append(Finding("D026", "verdicts.transductive", values, about, "note"))
    oracles = [place for place in places if study.oracle(place[0])]
    if oracles:
        about, values = _named(study, oracles, places)
        found.append(Finding("D036", "verdicts.oracle", values, about))
    fixed = [(arm, at) for arm, at, card in cards if not card.varies_by_seed]
    if fixed:
        about, values = _named(study, fixed, places)
        found.append(Finding("D027", "verdicts.no_seed", values, about, "note"))
    return [*found, *_own_classes(study, cards)]


def _named(
    study: Study, seen: Sequence[Place], places: Sequence[Place]
) -> tuple[str, dict[str, Any]]:
    about = ", ".join(dict.fromkeys(arm for arm, _ in seen))
    return about, {"arms": arm_names(study, seen, places)}


def _own_classes(
    study: Study, cards: Sequence[tuple[str, Mapping[str, Any], Card]]
) -> list[Finding]:
    """Arms that use a pretrained model as it is: which classes it knows, and the ceiling that
    sets.
    """
    found: dict[str, Finding] = {}
    for arm, _, card in cards:
        if card.direct is None or arm in found:
            continue
        names, total = card.direct.left_out, len(card.classes)
        values = {
            "arm": ArmNames({arm: study.named(arm)}, ((arm, {}),), frozenset([arm])),
            "classes": total,
            "known": total - len(names),
            "names": Listing(tuple(names), most=total),
            "coverage": Amount.of("share", [card.direct.coverage]),
            "ceiling": Amount.of("share", [card.direct.ceiling["test"]]),
        }
        found[arm] = (
            Finding("D029", "verdicts.classes_left_out", values, arm)
            if names
            else Finding("D029", "verdicts.classes_covered", values, arm, "note")
        )
    return list(found.values())


def of_history(
    root: Path, rows: Sequence[ComparisonRow], bound: float, level: float, lost: int
) -> list[Finding]:
    """What happened before this verdict: runs of other machines, earlier looks, comparisons added
    later, test images that were shown.

    `bound`: the chance that any verdict of the study is false, planned as `level`; `lost`: how many
    looks have no record.
    """
    found = []
    folder = StudyFolder(root)
    if folder.machine and folder.machine.mixed:
        found.append(Finding("D028", "verdicts.mixed_machines", severity="note"))
    look = max((row.look for row in rows), default=1)
    if look > 1:
        found.append(Finding("D030", "verdicts.looked_before", {"n": look}, severity="note"))
    earlier = max((row.earlier_rules for row in rows), default=0)
    if earlier:
        found.append(Finding("D030", "statistics.earlier_rules", {"n": earlier}, severity="note"))
    if bound > level * (1 + 1e-9):
        bounds = {"bound": Amount.of("share", [bound]), "level": Amount.of("share", [level])}
        found.append(Finding("D031", "statistics.bound", bounds))
    if lost:
        found.append(Finding("D032", "statistics.looks_lost", {"count": lost}))
    known, noted = peeks.read(root), folder.noted.peeks
    if known:
        seen = {"days": ", ".join(peeks.days(root)), "n": len(known)}
        found.append(Finding("D033", "runs.peeked", seen))
    if noted > len(known):
        found.append(Finding("D033", "runs.peeks_lost", {"count": noted - len(known)}))
    return found


def not_recorded(hindrance: Phrase | str | None) -> list[Finding]:
    """That this look could not be written down, and why."""
    if hindrance is None:
        return []
    return [Finding("D032", "statistics.look_not_recorded", {"reason": hindrance})]
