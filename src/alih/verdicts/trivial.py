"""Arms beside answers that look at no image, or at single pixels only (`references.json`): better,
no better, or not to be told from them.

What is judged is the interval of the difference over test images and replicates. An arm is *better*
where the whole interval is above zero, and *no better* where the interval leaves room for less than
a tenth of the way from the trivial answer to a perfect one, and for less than half as much again as
the trivial answer reaches (which holds for an arm that is clearly below, too). The commonest class
is compared image by image. Of the others only the total is known: that of chance is exact, and the
answer that learnt from pixels gets the sampling error of its own score, as if it erred on other
images than the arm, which can only widen the interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alih import words
from alih.metrics import METRICS
from alih.statistics.intervals import difference, interval, t_quantile
from alih.study.document.study import Study
from alih.study.planning.recipes import TRAIN_IMAGES
from alih.verdicts.arm_runs import ArmRuns
from alih.verdicts.result import ArmResult, Beside, MetricResult, TrivialAnswer, Yardsticks
from alih.words import formats

LEARNT = "pixel-logistic"
OF_ALL_IMAGES = (LEARNT, "position")
"""Answers that learnt from all training images: no yardstick for an arm that had a part of them."""
LEVEL = 0.05
WAY = 0.1
"""An arm that gets less than this share of the way from a trivial answer to a perfect one is no
better than it."""

LITTLE = 0.01
"""… but a point is little, however little the trivial answer reaches."""


def judge(
    study: Study,
    runs: ArmRuns,
    result: ArmResult,
    references: Mapping[str, Mapping[str, float]],
) -> list[TrivialAnswer]:
    """One arm at one level beside trivial answers on the primary metric; `references` are the
    metrics of these.
    """
    metric, own = study.primary, result.metrics.get(study.primary)
    if own is None:
        return []
    best = 1.0 if formats.higher_is_better(metric) else 0.0
    part = result.at.get(TRAIN_IMAGES, "all") != "all"
    rows = []
    for name, values in references.items():
        value = values.get(metric)
        if value is None or (part and name in OF_ALL_IMAGES):
            continue
        low, high = _interval(study, runs, own, name, value)
        if value == best and low <= 0 <= high:
            continue  # what nobody can beat says nothing about an arm that reaches it
        told = (low, high), _verdict((low, high), value, best)
        rows.append(TrivialAnswer(runs.arm, result.at, metric, own.mean, name, value, *told))
    return rows


def _verdict(ci: tuple[float, float], value: float, best: float) -> Beside:
    gain = ci if best else (-ci[1], -ci[0])
    if gain[0] > 0:
        return "better"
    room = WAY * abs(best - value)
    if best:
        room = min(room, max(LITTLE, value / 2))
    return "no better" if gain[1] < room else "undecided"


def _interval(
    study: Study, runs: ArmRuns, result: MetricResult, name: str, value: float
) -> tuple[float, float]:
    """The interval of arm − trivial answer."""
    answer = _commonest(study, runs, value) if name == "majority" else None
    if answer is not None:
        scores = runs.scores(study, study.primary, runs.distinct)
        assert scores is not None
        every = np.broadcast_to(answer, scores[0].shape)
        together = runs.together(runs.distinct)
        told = difference(scores[0], every, items_only=not runs.varies, groups=together)
        low, high = interval(told, LEVEL)
        return max(-1.0, low), min(1.0, high)
    gap, ends = result.mean - value, result.ci95
    error = 0.0
    if name == LEARNT and METRICS[study.primary].kind == "item" and 0 <= value <= 1:
        n = len(next(iter(runs.arrays.values()))["item"])
        error = t_quantile(max(1, n - 1), LEVEL) * float(np.sqrt(value * (1 - value) / n))
    low, high = (float(np.hypot(abs(result.mean - end), error)) for end in ends)
    return gap - low, gap + high


def _commonest(study: Study, runs: ArmRuns, value: float) -> np.ndarray | None:
    """The 0/1 scores [N] of always answering the commonest class, None where it is not known which
    class that is, or items differ between runs.
    """
    arrays = next(iter(runs.arrays.values()))
    if study.primary != "accuracy" or study.split.scheme == "repeated-kfold":
        return None
    classes, counts = np.unique(arrays["label"], return_counts=True)
    near = np.flatnonzero(np.isclose(counts / counts.sum(), value, atol=1e-6))
    return (arrays["label"] == classes[near[0]]).astype(float) if near.size else None


def no_better(rows: Iterable[TrivialAnswer]) -> list[Yardsticks]:
    """One entry per arm and level, with the answers that it is no better than."""
    return _entries(rows, "no better")


def undecided(rows: Sequence[TrivialAnswer]) -> list[Yardsticks]:
    """The same for answers that an arm cannot be told from, of arms that beat the others."""
    beaten = [(entry.arm, entry.at) for entry in no_better(rows)]
    return [e for e in _entries(rows, "undecided") if (e.arm, e.at) not in beaten]


def _entries(rows: Iterable[TrivialAnswer], verdict: str) -> list[Yardsticks]:
    found: list[Yardsticks] = []
    for row in rows:
        if row.verdict != verdict:
            continue
        entry = next((e for e in found if (e.arm, e.at) == (row.arm, row.at)), None)
        if entry is None:
            entry = Yardsticks(row.arm, row.at, row.metric, row.mean, {}, {})
            found.append(entry)
        entry.references[row.reference] = row.value
        entry.ci95[row.reference] = row.ci95
    return found


@dataclass(frozen=True)
class Rows:
    """Entries in words, one sentence for each arm and level; `told`: they are no better, else not
    to be told from their answers.
    """

    entries: Sequence[Yardsticks]
    study: Study
    told: bool

    def __str__(self) -> str:
        return " ".join(self.sentences())

    def sentences(self) -> list[str]:
        """The sentence of each entry in the language in force."""
        return [self._sentence(entry) for entry in self.entries]

    def _sentence(self, entry: Yardsticks) -> str:
        at = formats.level_text(entry.at)
        ordered = sorted(entry.references.items(), key=lambda pair: pair[1])
        best = formats.higher_is_better(entry.metric)
        below = [
            name
            for name, _ in ordered
            if (entry.ci95[name][1] < 0 if best else entry.ci95[name][0] > 0)
        ]
        if self.told and below:
            rest = [pair for pair in ordered if pair[0] not in below]
            key = "reports.trivial_worse_also" if rest else "reports.trivial_worse"
        else:
            rest = ordered
            key = "reports.trivial_row" if self.told else "verdicts.cannot_tell_row"
        return words.say(
            key,
            below=formats.listing(
                [self._answer(entry, *pair) for pair in ordered if pair[0] in below]
            ),
            arm=self.study.label(entry.arm) + (f" ({at})" if at else ""),
            metric=formats.metric_in_text(entry.metric),
            mean=formats.value(entry.metric, entry.mean),
            answers=formats.listing([self._answer(entry, *pair) for pair in rest]),
        )

    def _answer(self, entry: Yardsticks, name: str, value: float) -> str:
        low, high = (formats.difference(entry.metric, end) for end in entry.ci95[name])
        return words.say(
            "verdicts.answer" if self.told else "verdicts.answer_range",
            name=words.say(f"reports.trivial_{name.replace('-', '_')}"),
            value=formats.value(entry.metric, value),
            low=low,
            high=high,
        )


def meaning(entries: Sequence[Yardsticks]) -> str:
    """The key of what follows: little was learnt where an answer that looks at no image is not
    beaten; else a network was no help.
    """
    blind = any(name != LEARNT for entry in entries for name in entry.references)
    return "reports.trivial_meaning" if blind else "reports.trivial_meaning_learnt"
