"""Verdicts on results of other tools: from a table of scores to a comparison of its arms.

The statistics ask for the same items, not for the same seeds. Seeds that both arms have are paired
by name, because runs from one seed often share their randomness; what is left is paired in order,
since any pairing of independent runs is as good as another. Where one arm has more seeds, those
without a partner count as well. An arm that does not depend on the seed stands in every pair.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import numpy as np

from alih.errors import AlihError
from alih.evaluation import metrics as evaluation
from alih.metrics import METRICS, averaging_of, intended_margin, most_difference, range_of
from alih.statistics import verdicts
from alih.statistics.guards import is_binary
from alih.statistics.intervals import pseudo_values
from alih.statistics.single import summarise
from alih.statistics.uneven import LEAST
from alih.verdicts.noise import noise_of
from alih.verdicts.result import MetricResult
from alih.verdicts.scores import file as scorefile
from alih.verdicts.scores import found
from alih.verdicts.scores import groups as itemgroups
from alih.verdicts.scores.file import ScoreRows
from alih.verdicts.scores.groups import ItemGroups
from alih.verdicts.scores.result import Asked, Pairs, ScoreArm, ScoreComparison, ScoreFile, ScoreRow
from alih.verdicts.scores.table import ArmScores, Scores, arrange, known_arm
from alih.words import formats
from alih.words.phrase import did_you_mean

OF_LABELS = ("accuracy", "macro_f1", "balanced_accuracy", "matthews")
"""Metrics that label and prediction give; the first one unless told."""
ALIKE = 0.85
"""From where on an unknown name is taken for a slip (Ratcliff and Obershelp's measure)."""
MOST_LOOKS = 20
"""Beyond this a look may spend less than a millionth of the level, and no verdict but `undecided`
would ever come."""


@dataclass(frozen=True)
class Question:
    """What is asked of a table: against whom, by which metric, from which difference on, at which
    level.

    `look` is the number of this look when several are planned; None when this is the only one.
    `group` is the column that says which items belong together, False where none do; None where
    nothing was said.
    """

    baseline: str | None = None
    metric: str | None = None
    margin: float | None = None
    lower_is_better: bool = False
    level: float = 0.05
    look: int | None = None
    group: str | Literal[False] | None = None


def verdict(scores: str | os.PathLike[str] | Any, question: Question) -> ScoreComparison:
    """Means, intervals and verdicts of a score table.

    `scores` is the path of a CSV file, or rows as `scorefile.from_rows` takes them. Raises
    AlihError for a table or a question that makes no sense, naming file and line.
    """
    _check(question)
    rows = (
        scorefile.read(scores)
        if isinstance(scores, str | os.PathLike)
        else scorefile.from_rows(scores)
    )
    metric, source = _metric(rows, question.metric)
    if question.lower_is_better and metric in METRICS and METRICS[metric].higher_is_better:
        raise AlihError("reports.file.direction", metric=metric)
    _check_margin(question, metric, metric)
    table = arrange(rows, source, share=metric if metric in formats.FRACTIONS else None)
    baseline = known_arm(table, question.baseline, rows.name)
    total = sum(len(arm.seeds) for arm in table.arms.values())
    groups = itemgroups.read(rows, question.group) if question.group else None
    counted = found.counted(table)
    if question.group is None:
        counted = replace(counted, findings=[*counted.findings, *itemgroups.asked(rows)])
    matrices = {
        name: _matrix(counted.table, arm, metric) for name, arm in counted.table.arms.items()
    }
    if metric not in METRICS and is_binary(*matrices.values()):
        _check_margin(question, metric, "accuracy")
    sources = (rows, counted, groups)
    return _answer(sources, metric, source, question, baseline, matrices, total)


def _check(question: Question) -> None:
    margin, look = question.margin, question.look
    if margin is not None and not (math.isfinite(margin) and margin > 0):
        raise AlihError("reports.file.margin", margin=margin)
    if look is not None and not 1 <= look <= MOST_LOOKS:
        raise AlihError("reports.file.look", look=look, most=MOST_LOOKS)
    if not 0 < question.level < 1:
        raise AlihError("statistics.bad_level", level=question.level)


def _check_margin(question: Question, name: str, like: str) -> None:
    """Refuse a margin that no difference of a metric can exceed that has the range of `like`."""
    meant = intended_margin(like, question.margin) if question.margin else None
    if meant is not None:
        values = {"metric": name, "margin": question.margin, "most": most_difference(like)}
        raise AlihError("reports.file.margin_range", **values, meant=meant)


def _metric(rows: ScoreRows, wanted: str | None) -> tuple[str, str]:
    """The metric, and whether it comes from the column `score` or from `prediction`.

    A score may be called anything. Where both are there, the score is used unless the metric needs
    labels.
    """
    name = wanted.strip() if wanted else ""
    plain = name.lower().replace(" ", "_").replace("-", "_")
    name = plain if plain in METRICS else name
    labelled = {"label", "prediction"} <= rows.columns.keys()
    if "score" in rows.columns and not (labelled and name in OF_LABELS[1:]):
        compact = {known.replace("_", ""): known for known in METRICS}
        near = get_close_matches(plain.replace("_", ""), compact, n=1, cutoff=ALIKE)
        if near and name not in METRICS:
            raise AlihError("reports.file.metric_near", metric=name, near=compact[near[0]])
        return name or "score", "score"
    name = name or OF_LABELS[0]
    if name not in OF_LABELS:
        raise AlihError(
            "reports.file.metric",
            metric=name,
            near=did_you_mean(name, OF_LABELS),
            known=", ".join(OF_LABELS),
        )
    return name, "prediction"


def _matrix(table: Scores, arm: ArmScores, metric: str) -> np.ndarray:
    """Scores [S, N], for set-level metrics their jackknife pseudo-values."""
    if table.label is None:
        return arm.values
    rows = []
    for prediction in arm.values:
        arrays = {"label": table.label, "prediction": prediction}
        if METRICS[metric].kind == "item":
            rows.append(evaluation.item_scores(metric, arrays))
        else:
            rows.append(
                pseudo_values(
                    evaluation.compute(metric, arrays), evaluation.jackknife(metric, arrays)
                )
            )
    return np.stack(rows)


def pair(arm: ArmScores, baseline: ArmScores) -> Pairs:
    """Which runs of two arms are compared with each other: as many pairs as the arm with fewer
    seeds allows, then the other one's further runs where both have `LEAST`.
    """
    mine, theirs = list(range(len(arm.seeds))), list(range(len(baseline.seeds)))
    if not (arm.varies and baseline.varies):
        return Pairs((mine, theirs), [], [], {}, {})
    shared = [seed for seed in arm.seeds if seed in baseline.seeds]
    mine_rest = [at for at in mine if arm.seeds[at] not in shared]
    theirs_rest = [at for at in theirs if baseline.seeds[at] not in shared]
    count = min(len(mine_rest), len(theirs_rest))
    rows = (
        [arm.seeds.index(seed) for seed in shared] + mine_rest[:count],
        [baseline.seeds.index(seed) for seed in shared] + theirs_rest[:count],
    )
    in_order = [
        [arm.seeds[a], baseline.seeds[b]]
        for a, b in zip(mine_rest[:count], theirs_rest[:count], strict=True)
    ]
    further = {
        own.arm: [own.seeds[at] for at in rest[count:]]
        for own, rest in ((arm, mine_rest), (baseline, theirs_rest))
        if rest[count:]
    }
    if min(len(mine), len(theirs)) < LEAST:
        return Pairs(rows, shared, in_order, {}, further)
    paired = len(rows[0])
    rows = rows[0] + mine_rest[count:], rows[1] + theirs_rest[count:]
    return Pairs(rows, shared, in_order, further, {}, paired if further else None)


def _request(
    metric: str,
    table: Scores,
    matrices: dict[str, np.ndarray],
    arm: str,
    baseline: str,
    pairs: Pairs,
    question: Question,
) -> verdicts.Request:
    mine, theirs = matrices[arm][pairs.rows[0]], matrices[baseline][pairs.rows[1]]
    return verdicts.Request(
        arm,
        baseline,
        metric,
        mine,
        theirs,
        higher_is_better=_higher(metric, question),
        margin=question.margin,
        varies_by_seed=table.arms[arm].varies or table.arms[baseline].varies,
        pseudo_values=table.label is not None and METRICS[metric].kind == "set",
        shared=pairs.shared,
    )


def _higher(metric: str, question: Question) -> bool:
    return not question.lower_is_better and formats.higher_is_better(metric)


def _answer(
    sources: tuple[ScoreRows, found.Counted, ItemGroups | None],
    metric: str,
    source: str,
    question: Question,
    baseline: str,
    matrices: dict[str, np.ndarray],
    total: int,
) -> ScoreComparison:
    rows, counted, groups = sources
    together = None if groups is None or groups.alone else groups.numbers
    table = counted.table
    pairs = {
        name: pair(arm, table.arms[baseline])
        for name, arm in table.arms.items()
        if name != baseline
    }
    requests = [
        replace(
            _request(metric, table, matrices, name, baseline, pairs[name], question),
            groups=together,
        )
        for name in pairs
    ]
    look = question.look or 1
    answers = verdicts.compare(requests, question.level, look=question.look)
    averaging = averaging_of(metric) if source == "prediction" else "mean"
    return ScoreComparison(
        study=Path(rows.name).name,
        primary=metric,
        error_bound=question.level * (1.0 if question.look is None else 1 - 2.0**-look),
        done=total,
        total=total,
        arms=[
            _arm(table.arms[name], matrices[name], metric, averaging, together)
            for name in table.arms
        ],
        rows=[
            ScoreRow(
                arm=answer.arm,
                baseline=baseline,
                metric=metric,
                split=None,
                averaging=averaging,
                at={},
                factors=[],
                look=look,
                answer=answer,
                copies=max(counted.dropped[answer.arm], counted.dropped[baseline]),
                noise=noise_of(request),
                pairs=pairs[answer.arm],
            )
            for request, answer in zip(requests, answers, strict=True)
        ],
        asked=Asked(
            baseline=baseline,
            higher_is_better=_higher(metric, question),
            margin=question.margin,
            level=question.level,
            planned_looks=question.look is not None,
            group=None if groups is None else groups.column,
        ),
        findings=counted.findings,
        file=ScoreFile(
            path=rows.name,
            sha256=rows.sha256,
            rows=len(rows),
            used=[
                *(["score"] if source == "score" else ["label", "prediction"]),
                *([groups.column] if groups else []),
            ],
            ignored=[
                *_unused(rows, source),
                *(name for name in rows.ignored if groups is None or name != groups.column),
            ],
            decimal_comma=table.decimal_comma,
            group_sizes=None if groups is None else groups.sizes.tolist(),
        ),
    )


def _unused(rows: ScoreRows, source: str) -> Sequence[str]:
    """Columns of the other kind of values that the file holds beside those that are used."""
    other = ("label", "prediction") if source == "score" else ("score",)
    return [name for name in other if name in rows.columns]


def _arm(
    arm: ArmScores, scores: np.ndarray, metric: str, averaging: str, groups: np.ndarray | None
) -> ScoreArm:
    found = summarise(scores, varies_by_seed=arm.varies, within=range_of(metric), groups=groups)
    return ScoreArm(
        arm=arm.arm,
        at={},
        n_seeds=len(arm.seeds),
        n_test=scores.shape[1],
        metrics={metric: MetricResult(found.mean, found.sd, found.ci95, None, averaging)},
        seeds=arm.seeds if arm.varies else (),
    )
