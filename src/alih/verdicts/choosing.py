"""Which arm would be chosen for a target whose labels nobody has.

Scores without labels choose among runs that have not collapsed (`evaluation/collapse.py`); the
target's test labels are read afterwards, to say what the choice was worth. Only an `oracle`, which
a study must ask for, chooses by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any, TypeVar

from alih.evaluation.collapse import Rejection, collapsed, dropped
from alih.metrics import METRICS, WITHOUT_LABELS
from alih.runs.card import Card
from alih.study.document.compare import SELECTORS
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.planning.plan import replicates
from alih.study.planning.recipes import recipe
from alih.study.strategies.options import kind_of
from alih.verdicts import adaptation
from alih.verdicts.arm_runs import SPLIT, ArmRuns
from alih.verdicts.choice import Candidate, Choice, Pick
from alih.words import formats, say

Key = TypeVar("Key")
ORACLE, WEIGHTED = "oracle", "weighted_accuracy"
ACCURACY = {"classification": "accuracy", "segmentation": "pixel_accuracy"}
"""What adaptation may not lose much of on source validation images."""


def choose(study: Study, runs: Mapping[str, ArmRuns], at: Mapping[str, Any]) -> Choice | None:
    """The arms of one level with their scores, and what is chosen; None for studies of one set,
    and where no run recorded such scores.
    """
    if isinstance(study.data, DataSpec):
        return None
    cards = {arm: {r: own.cells[r].card for r in own.distinct} for arm, own in runs.items()}
    if not any(card.target for own in cards.values() for card in own.values()):
        return None
    references = {
        arm: adaptation.reference(study, arm, at)
        if adaptation.role(study, arm, at) == "adapted"
        else None
        for arm in runs
    }
    # No seed changes these: they are run once, and stand in every replicate.
    fixed = [arm for arm, own in runs.items() if not own.varies and len(cards[arm]) == 1]

    def alone(arm: str, replicate: int) -> Card | None:
        other = references[arm]
        if other is None or not adaptation.adaptation_alone(study, arm, other, at):
            return None
        own = cards[other]
        return next(iter(own.values())) if other in fixed else own.get(replicate)

    found = [
        Candidate(
            arm,
            replicate,
            _scores(study, card),
            _rejections(study, arm, at, card, alone(arm, replicate)),
            card.metrics.get(SPLIT, {}).get(study.primary),
            card.target.effective_items if card.target else None,
        )
        for arm, own in cards.items()
        for replicate, card in own.items()
    ]
    may = [arm for arm in runs if not study.oracle(arm) and cards[arm]]
    masks = study.task == "segmentation"  # which have no weighted accuracy
    usual = [name for name in SELECTORS if not (masks and name == WEIGHTED)]
    wanted = study.compare.select or usual
    choice = Choice(at, study.primary, found, references, may, [], fixed=fixed)
    picks = [pick(choice, name) for name in wanted if name != ORACLE]
    oracle = pick(choice, ORACLE) if ORACLE in wanted else None
    return replace(choice, picks=picks, oracle=oracle)


def _scores(study: Study, card: Card) -> dict[str, float]:
    found = dict(card.target.by_name) if card.target else {}
    source = card.metrics.get("validation", {}).get(study.primary)
    return found if source is None else {**found, "source": source}


def _rejections(
    study: Study, arm: str, at: Mapping[str, Any], card: Card, alone: Card | None
) -> list[Rejection]:
    seen, found = card.target, list[Rejection]()
    if seen is not None:
        found += collapsed(seen.shares, seen.prior, seen.entropy, seen.items)
    name = ACCURACY[study.task]
    own, theirs = (
        one.metrics.get("validation", {}).get(name) if one else None for one in (card, alone)
    )
    if own is not None and theirs is not None and not kind_of(recipe(study, arm, at)).source_free:
        found += dropped(own, theirs)
    return found


def pick(choice: Choice, selector: str) -> Pick:
    """What a selector chooses: an arm none of whose runs is rejected, over the replicates that all
    arms have.
    """
    runs: dict[int, str | None] = {}
    reached: list[float | None] = []
    for replicate in sorted(choice.common):
        own = [
            one
            for arm in choice.may
            for one in choice.shared(arm, [replicate])
            if selector == ORACLE or not one.rejected
        ]
        values = {
            one.arm: one.test if selector == ORACLE else one.scores.get(selector) for one in own
        }
        runs[replicate] = best(values, selector, choice.metric)
        reached += [one.test for one in own if one.arm == runs[replicate]]
    means = {
        arm: choice.test(arm) if selector == ORACLE else choice.mean(arm, selector)
        for arm in choice.may
        if selector == ORACLE or not choice.rejected(arm)
    }
    arm = best(means, selector, choice.metric)
    known = [value for value in reached if value is not None]
    return Pick(
        selector,
        arm,
        runs,
        choice.test(arm) if arm is not None else None,
        fmean(known) if known and len(known) == len(runs) else None,
        means[arm] if arm is not None else None,
    )


def best(values: Mapping[Key, float | None], selector: str, metric: str) -> Key | None:
    """The arm or replicate of the best value by a selector; the earlier one of equal ones, None
    without any.
    """
    higher = WITHOUT_LABELS.get(selector, METRICS[metric].higher_is_better)
    known = {arm: value for arm, value in values.items() if value is not None}
    if not known:
        return None
    return max(known, key=lambda arm: known[arm] if higher else -known[arm])


def selector_name(selector: str) -> str:
    """A selector in words."""
    return say(f"verdicts.selector.{selector}")


def reason_name(reason: str) -> str:
    """Why a run is rejected, in words."""
    return say(f"verdicts.rejected.{reason}")


def sentences(study: Study, choices: Sequence[Choice]) -> list[str]:
    """What is chosen at each level, what that reaches on the target, and what source-only arms
    reach.
    """
    found = []
    for choice in choices:
        picks = [*choice.picks, *([choice.oracle] if choice.oracle else [])]
        told = [_told(study, choice, pick) for pick in picks]
        alone = dict.fromkeys(name for name in choice.references.values() if name)
        told += [
            say("verdicts.choice.alone", arm=study.label(arm), value=_value(choice, arm))
            for arm in alone
            if choice.test(arm) is not None
        ]
        at = f" ({formats.level_text(choice.at)})" if choice.at else ""
        metric = formats.metric_in_text(choice.metric)
        told += [
            say("verdicts.choice.rejected", arm=study.label(arm), n=len(runs), of=of, why=why)
            for arm in choice.references
            if (runs := choice.rejected(arm))
            and (of := len(choice.runs(arm)))
            and (
                why := ", ".join(
                    dict.fromkeys(reason_name(r.reason) for run in runs for r in run.rejected)
                )
            )
        ]
        text = say("verdicts.choice.line", at=at, metric=metric, told="; ".join(told))
        if choice.agree is not None:
            alike = "agree_one" if len(choice.common) == 1 else "agree"
            key = alike if choice.agree else "differ"
            text += " " + say(f"verdicts.choice.{key}")
        if note := shared(study, choice):
            text += " " + note
        found.append(text)
    return found


def shared(study: Study, choice: Choice) -> str | None:
    """On how many replicates a choice is made, where these are not all that the study has."""
    at = f" ({formats.level_text(choice.at)})" if choice.at else ""
    if choice.apart:
        return say("verdicts.choice.apart", at=at)
    n, of = len(choice.common), replicates(study)
    if n >= of or all(arm in choice.fixed for arm in choice.may):
        return None
    return say("verdicts.choice.shared", n=n, of=of, at=at)


def _told(study: Study, choice: Choice, pick: Pick) -> str:
    name = selector_name(pick.selector)
    if pick.arm is None:
        return say("verdicts.choice.none", selector=name)
    same = sum(arm == pick.arm for arm in pick.runs.values())
    worth = choice.effective(pick.arm) if pick.selector == WEIGHTED else None
    if worth is not None:
        name = say("verdicts.choice.worth", selector=name, n=max(1, round(worth)))
    return say(
        "verdicts.choice.picks",
        selector=name,
        arm=study.label(pick.arm),
        value=_value(choice, pick.arm),
        same=same,
        of=len(pick.runs),
    )


def _value(choice: Choice, arm: str) -> str:
    return formats.value(choice.metric, choice.test(arm))
