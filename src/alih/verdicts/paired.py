"""Two models that answered for the same images, held against each other: verdicts about exactly
these two.

Neither is trained anew, so nothing is said about other trainings: the range covers other images
only, as that of two arms that do not change with the seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from alih.errors import AlihError
from alih.evaluation import scores as evaluation
from alih.evaluation import segmentation
from alih.metrics import METRICS
from alih.statistics import verdicts
from alih.study.document.study import Study
from alih.verdicts.arm_runs import ArmRuns
from alih.verdicts.result import ComparisonRow
from alih.verdicts.terms import Terms
from alih.words import say

Arrays = Mapping[str, np.ndarray]

COMBINED = ("ensemble", "average")
SEED = "seed-"
"""What the name of one replicate begins with, as that of its folder does."""


def paired(
    study: Study,
    names: tuple[str, str],
    arrays: tuple[Arrays, Arrays],
    *,
    classes: Sequence[str],
    metrics: Iterable[str],
    groups: Mapping[int, str],
) -> list[ComparisonRow]:
    """Verdicts of one family, at the study's level and with its margins.

    Args:
        study: Where level, margins and the positive class come from.
        names: What the two models are called.
        arrays: Their scores per image (`Task.item_arrays`), of the same images in the same order.
        classes: The names of the classes.
        metrics: The metrics; those that have no value on these images are left out.
        groups: The group of each image, {} where they have none.

    Returns:
        A row for each metric. Raises AlihError where no metric has a value.
    """
    positive = study.compare.positive_of(classes) if study.task == "classification" else None
    mine, theirs = (
        ArmRuns(name, {}, {0: _reduced(own, classes)}, groups=groups, positive=positive)
        for name, own in zip(names, arrays, strict=True)
    )
    requests = []
    for metric in metrics:
        one, other = mine.rows(metric, [0]), theirs.rows(metric, [0])
        if one is None or other is None or len(one[0]) < 2:
            continue
        wanted = study.compare.metrics.get(metric)
        requests.append(
            verdicts.Request(
                *names,
                metric,
                np.stack(one),
                np.stack(other),
                higher_is_better=METRICS[metric].higher_is_better,
                margin=wanted.margin if wanted else None,
                varies_by_seed=False,
                pseudo_values=METRICS[metric].kind == "set",
                groups=mine.together([0]),
            )
        )
    if not requests:
        raise AlihError("verdicts.paired_nothing", n=len(arrays[0]["item"]))
    return [
        ComparisonRow(
            answer.arm,
            answer.baseline,
            answer.metric,
            split="validation",
            averaging=METRICS[answer.metric].averaging,
            at={},
            factors=(),
            look=1,
            answer=answer,
        )
        for answer in verdicts.compare(requests, study.compare.level)
    ]


def value(study: Study, metric: str, arrays: Arrays, classes: Sequence[str]) -> float:
    """A model's score on a metric."""
    own = _reduced(arrays, classes)
    positive = study.compare.positive_of(classes) if study.task == "classification" else None
    if positive is not None:
        own["positive"] = np.array(positive)
    return evaluation.compute(metric, own)


def terms(study: Study) -> Terms:
    """The words for such rows: models are called by the names of their files, or what they are."""
    margins = {name: wanted.margin for name, wanted in study.compare.metrics.items()}
    return Terms(margins=margins, commands=False, label=_label)


def _label(name: str) -> str:
    """`seed-2` and the ways to combine replicates in words; names of files as they are."""
    if name.startswith(SEED):
        return say("verdicts.paired_member", replicate=name.removeprefix(SEED))
    return say(f"verdicts.paired_{name}") if name in COMBINED else name


def _reduced(arrays: Arrays, classes: Sequence[str]) -> dict[str, np.ndarray]:
    if "counts" not in arrays:
        return dict(arrays)
    return segmentation.reduced(segmentation.with_background(arrays, classes))
