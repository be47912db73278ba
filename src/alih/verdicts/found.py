"""What is found about the runs of a study, level by level, and told once with all arms that it
concerns.

`observe` looks at one level; `findings` joins the observations of all of them. Learning curves are
read in `verdicts/curves.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alih.evaluation.diagnosis import Severity, shown, standard_error
from alih.findings import Finding
from alih.metrics import METRICS
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.planning.recipes import recipe, target_labels
from alih.study.strategies.options import options_of
from alih.verdicts import copies
from alih.verdicts.arm_runs import ArmRuns
from alih.words.amounts import Amount, ArmNames, Listing, MetricName, Value
from alih.words.phrase import Phrase

NEARLY_ALL = 0.99
"""Share of answers of one class from which on an arm answers one class for everything."""
COMMON = 0.95
"""A class that so many images have may well be the answer to all of them."""
DROP, ERRORS = 0.10, 3.0
"""Test scores this much below validation, and this many standard errors, are no chance."""
CHANCE = 2.0
"""Standard errors within which a score is that of an answer without a look at the image."""
ONE_CLASS, TOO_MANY = 0.5, 0.25
"""One class answers more than this share of test images, and this much more than it should."""
ORDER: tuple[Severity, ...] = ("problem", "warning", "note")


@dataclass(frozen=True)
class Observation:
    """Something found about one arm at one level. Values that are numbers are told as a span over
    the arms; observations of other values are told apart.
    """

    code: str
    key: str
    severity: Severity
    arm: str
    at: Mapping[str, Any]
    values: Mapping[str, Any]


def findings(
    study: Study, observations: Iterable[Observation], places: Sequence[tuple[str, Any]]
) -> list[Finding]:
    """Observations of one kind as one finding, the gravest first. `places`: every arm and level of
    the study.
    """
    kinds: dict[str, list[Observation]] = {}
    for seen in observations:
        told = {k: v for k, v in seen.values.items() if not isinstance(v, int | float)}
        kinds.setdefault(f"{seen.code} {seen.key} {told!r}", []).append(seen)
    found = [_finding(study, group, places) for group in kinds.values()]
    return sorted(found, key=lambda finding: (ORDER.index(finding.severity), finding.code))


def _finding(
    study: Study, group: Sequence[Observation], places: Sequence[tuple[str, Any]]
) -> Finding:
    first = group[0]
    values = {name: shown(name, [seen.values[name] for seen in group]) for name in first.values}
    arms = arm_names(study, [(seen.arm, seen.at) for seen in group], places)
    key, about = first.key, ", ".join(dict.fromkeys(seen.arm for seen in group))
    if not key.startswith("verdicts."):  # a sentence about curves, which names no arm
        key, values = "verdicts.of_arms", {"sentence": Phrase(key, values)}
    return Finding(first.code, key, {"arms": arms} | values, about, first.severity)


def arm_names(
    study: Study, seen: Sequence[tuple[str, Any]], places: Sequence[tuple[str, Any]]
) -> ArmNames:
    """Arms and levels by name; arms that are meant at all their levels without these."""
    whole = {arm for arm, _ in seen if all((arm, at) in seen for own, at in places if own == arm)}
    everything = whole == set(study.arms)
    labels = {arm: study.named(arm) for arm in study.arms}
    return ArmNames(labels, tuple(seen), frozenset(whole), everything)


def observe(study: Study, runs: Mapping[str, ArmRuns], at: Mapping[str, Any]) -> list[Observation]:
    """What the scores of all arms at one level show: copies, missing spread, constant answers, a
    collapse on test.
    """
    found = []
    for own in runs.values():
        if not own.cells:
            continue
        found += [
            *_copies(own, at),
            *_no_spread(study, own, at),
            *_at_chance(study, own, at),
            *(_collapse(study, own, at) or _constant(own, at)),
        ]
    return found + _identical_arms(study, runs, at)


def _copies(own: ArmRuns, at: Mapping[str, Any]) -> list[Observation]:
    groups = copies.groups(own.first)
    if not groups:
        return []
    named = Listing(tuple("=".join(map(str, members)) for members in groups))
    values = {"n": len(own.first), "counted": len(own.distinct), "groups": str(named)}
    return [Observation("D001", "verdicts.identical_replicates", "problem", own.arm, at, values)]


def _no_spread(study: Study, own: ArmRuns, at: Mapping[str, Any]) -> list[Observation]:
    """Replicates that differ image by image and have the same accuracy all the same."""
    if study.split.scheme == "repeated-kfold" or not own.varies or own.refitted:
        return []
    arrays = [own.arrays[replicate] for replicate in own.distinct]
    if any(
        "prediction" not in each or len(each["item"]) != len(arrays[0]["item"]) for each in arrays
    ):
        return []
    rows = np.stack([(each["prediction"] == each["label"]).astype(float) for each in arrays])
    if not copies.no_spread(rows):
        return []
    values = {"n": len(rows), "value": Value("accuracy", float(rows[0].mean()))}
    return [Observation("D002", "verdicts.no_spread", "warning", own.arm, at, values)]


def _constant(own: ArmRuns, at: Mapping[str, Any]) -> list[Observation]:
    """Replicates that answer one class for (nearly) every test image."""
    named: list[str] = []
    for replicate in own.distinct:
        arrays, names = own.arrays[replicate], own.cells[replicate].card.classes
        top = _commonest_answer(arrays)
        if top is not None and top[1] >= NEARLY_ALL and top[2] < COMMON:
            named.append(_class(names, top[0]))
    if not named:
        return []
    values = {"runs": len(named), "n": len(own.distinct), "classes": _quoted(named)}
    return [Observation("D003", "verdicts.constant_answers", "problem", own.arm, at, values)]


def _at_chance(study: Study, own: ArmRuns, at: Mapping[str, Any]) -> list[Observation]:
    """Some replicates, not all, whose accuracy is within 2 standard errors of guessing, or of
    always answering the commonest class, while each of the others is 2 standard errors of a
    difference above them. Where all are, the arm is beside trivial answers (D007).
    """
    if study.task != "classification" or len(own.distinct) < 2:
        return []
    named = [r for r in own.distinct if _guesses(own.arrays[r], len(own.cells[r].card.classes))]
    if not named or len(named) == len(own.distinct):
        return []
    scores = [_accuracy(own.arrays[replicate]) for replicate in named]
    others = [own.arrays[replicate] for replicate in own.distinct if replicate not in named]
    best, least = max(scores), min(map(_accuracy, others))
    items = min(len(own.arrays[replicate]["label"]) for replicate in own.distinct)
    apart = CHANCE * math.hypot(standard_error(best, items), standard_error(least, items))
    if least - best <= apart:
        return []  # runs of one kind, which a limit happens to divide
    told = Listing(
        tuple(f"{r}: {Value('accuracy', s)}" for r, s in zip(named, scores, strict=True))
    )
    values = {"runs": len(named), "n": len(own.distinct), "scores": str(told)}
    return [Observation("D042", "verdicts.at_chance", "warning", own.arm, at, values)]


def _accuracy(arrays: Mapping[str, np.ndarray]) -> float:
    return float((arrays["prediction"] == arrays["label"]).mean())


def _guesses(arrays: Mapping[str, np.ndarray], classes: int) -> bool:
    n, score = len(arrays["label"]), _accuracy(arrays)
    commonest = float(np.bincount(arrays["label"]).max() / n)
    guessing = 1 / max(2, classes)
    if score <= guessing + CHANCE * standard_error(guessing, n):
        return True
    near = abs(score - commonest) <= CHANCE * standard_error(commonest, n)
    return near and commonest < COMMON


def _commonest_answer(arrays: Mapping[str, np.ndarray]) -> tuple[int, float, float] | None:
    """The class that most test images (pixels) are answered with, the share of such answers, and
    the share that it should have.
    """
    if "prediction" in arrays:
        size = int(max(arrays["prediction"].max(initial=0), arrays["label"].max(initial=0))) + 1
        answers, truth = (
            np.bincount(arrays[name], minlength=size) for name in ("prediction", "label")
        )
    elif "predicted" in arrays:
        answers, truth = arrays["predicted"].sum(axis=0), arrays["truth"].sum(axis=0)
    else:
        return None
    top, total = int(answers.argmax()), max(1, int(answers.sum()))
    return top, float(answers[top] / total), float(truth[top] / max(1, int(truth.sum())))


def _class(names: Sequence[str], index: int) -> str:
    return names[index] if index < len(names) else str(index)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in dict.fromkeys(names))


def _collapse(study: Study, own: ArmRuns, at: Mapping[str, Any]) -> list[Observation]:
    """Test scores far below those on validation, with or without one class for most images."""
    if study.protocol == "paper":
        return []  # test images are the validation images
    metric = study.primary
    if not (metric in METRICS and METRICS[metric].is_share):
        metric = "accuracy" if study.task == "classification" else "pixel_accuracy"
    pairs, shares, classes = [], [], []
    for replicate in own.distinct:
        card = own.cells[replicate].card
        scored = [
            (value, n)
            for part, n in (("validation", card.items.validation), ("test", card.items.test))
            if n and (value := card.metrics.get(part, {}).get(metric)) is not None
        ]
        if len(scored) < 2:
            continue
        pairs.append(scored)
        top = _commonest_answer(own.arrays[replicate])
        if top is not None and top[1] > ONE_CLASS and top[1] - top[2] > TOO_MANY:
            shares.append(top[1])
            classes.append(_class(card.classes, top[0]))
    if not pairs:
        return []
    validation, test = (float(np.mean([pair[i][0] for pair in pairs])) for i in (0, 1))
    error = math.hypot(*(standard_error(value, n) for value, n in pairs[0]))
    if validation - test <= max(DROP, ERRORS * error):
        return []
    values: dict[str, Any] = {
        "metric": MetricName(metric),
        "score_validation": validation,
        "score_test": test,
    }
    one_set = isinstance(study.data, DataSpec)
    if 2 * len(shares) > len(pairs):
        values |= {"share": Amount.of("share", shares), "classes": _quoted(classes)}
        if one_set:
            return [
                Observation("D006", "verdicts.collapse_on_test", "problem", own.arm, at, values)
            ]
        asked = recipe(study, own.arm, at)
        labels = bool(target_labels(study, asked, at))
        adapts = options_of(asked).role(labels) == "adapted"
        key = "verdicts.collapse_of_adaptation" if adapts else "verdicts.collapse_on_target"
        return [Observation("D006", key, "problem" if adapts else "warning", own.arm, at, values)]
    if not one_set:
        return []  # a shift of domains is what such a study is about
    return [Observation("D006", "verdicts.test_differs", "warning", own.arm, at, values)]


def _identical_arms(
    study: Study, runs: Mapping[str, ArmRuns], at: Mapping[str, Any]
) -> list[Observation]:
    """Arms that give the same answers in every replicate that both have."""
    first: dict[str, str] = {}
    for arm, own in runs.items():
        alike = (other for other in dict.fromkeys(first.values()) if _alike(own, runs[other]))
        first[arm] = next(alike, arm)
    named = {arm: study.named(arm) for arm in runs}
    found = []
    for members in copies.groups(first):
        names = ArmNames(named, tuple((arm, {}) for arm in members), frozenset(members))
        found.append(
            Observation(
                "D005",
                "verdicts.identical_arms",
                "warning",
                ", ".join(members),
                at,
                {"arms": names},
            )
        )
    return found


def _alike(a: ArmRuns, b: ArmRuns) -> bool:
    shared = sorted(a.arrays.keys() & b.arrays.keys())
    return bool(shared) and all(copies.same_run(a.arrays[r], b.arrays[r]) for r in shared)
