"""Models on the same images of a study: their scores per image, and the verdict in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from alih.exported.card import PairedVerdict
from alih.words import LANGUAGES, speaking

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet
    from alih.study.document.study import Study
    from alih.verdicts.result import ComparisonRow


class Scoring(Protocol):
    """A model that gives scores of pixels uint8 [n, h, w, c]."""

    def scores(self, images: np.ndarray, /) -> np.ndarray:
        """Logits or log-probabilities, float32 [n, classes] or [n, classes, h, w]."""


class Scores:
    """What one model answered for a study's images, per image, as the study's metrics need it."""

    def __init__(self, study: Study) -> None:
        from alih.tasks.table import TASKS
        from alih.verdicts.winner import scored_by

        self._task, self._metrics = TASKS[study.task], tuple(scored_by(study))
        self._parts: list[dict[str, np.ndarray]] = []

    def add(self, scores: np.ndarray, batch: Batch) -> None:
        """Take the scores of one batch."""
        import torch

        targets = torch.from_numpy(batch.targets).long()
        rows = iter([(torch.from_numpy(scores), targets, batch.items)])
        self._parts.append(self._task.item_arrays(rows, self._metrics))

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays of all batches."""
        names = self._parts[0]
        return {name: np.concatenate([part[name] for part in self._parts]) for name in names}


@dataclass(frozen=True, eq=False)
class Batch:
    """Some images: pixels uint8 [n, h, w, c], labels or masks, and their numbers in the set."""

    pixels: np.ndarray
    targets: np.ndarray
    items: np.ndarray


def batches(study: Study, images: ImageSet, items: np.ndarray) -> Iterator[Batch]:
    """The images `items` of a set, so many at a time as memory bears."""
    from alih.tasks.table import TASKS

    task = TASKS[study.task]
    targets, size = task.targets(images), task.evaluation_batch(*images.images.shape[1:3])
    for at in range(0, len(items), size):
        own = items[at : at + size]
        yield Batch(images.images[own], np.asarray(targets[own]), own)


@dataclass(frozen=True)
class Judged:
    """The verdicts, that on the primary metric first; the share of images (of pixels) whose class
    differs, and the largest difference of a probability.
    """

    verdicts: list[PairedVerdict]
    changed: float
    largest: float


def judged(
    study: Study,
    models: Mapping[str, Scoring],
    images: ImageSet,
    items: np.ndarray,
    groups: Mapping[int, str],
) -> Judged:
    """Hold the first of two models against the second, on the same images.

    Args:
        study: Whose metrics, margins and level count.
        models: Both, by the names that they are called by.
        images: The set, at the size of the models.
        items: The images, as numbers in the set.
        groups: The group of each image, {} where they have none.

    Returns:
        The verdicts, which are about these two models and other images like these.
    """
    from alih.evaluation.judgement import softmax

    found = {name: Scores(study) for name in models}
    changed, answers, largest = 0, 0, 0.0
    for batch in batches(study, images, items):
        shares = []
        for name, model in models.items():
            scores = model.scores(batch.pixels)
            found[name].add(scores, batch)
            shares.append(softmax(scores))
        differ = shares[0].argmax(1) != shares[1].argmax(1)
        changed, answers = changed + int(differ.sum()), answers + differ.size
        largest = max(largest, float(np.abs(shares[0] - shares[1]).max()))
    arrays = {name: own.arrays for name, own in found.items()}
    rows = verdicts(study, arrays, images.classes, groups)
    return Judged(rows, changed / answers, largest)


def verdicts(
    study: Study,
    arrays: Mapping[str, Mapping[str, Any]],
    classes: Sequence[str],
    groups: Mapping[int, str],
) -> list[PairedVerdict]:
    """The verdicts on the first of two models, by their names and scores, as a card keeps them."""
    from alih.verdicts.paired import paired
    from alih.verdicts.winner import scored_by

    first, second = arrays
    rows = paired(
        study,
        (first, second),
        (arrays[first], arrays[second]),
        classes=classes,
        metrics=scored_by(study),
        groups=groups,
    )
    return [_told(row, study) for row in rows]


def _told(row: ComparisonRow, study: Study) -> PairedVerdict:
    from alih.verdicts.line import capital, line
    from alih.verdicts.paired import COMBINED, terms

    answer = row.answer
    assert answer is not None, "a pair has been compared"
    sentences = {}
    for language in LANGUAGES:
        with speaking(language):
            sentence = line(row, terms(study)).sentence
            # A file's name keeps its small letter.
            sentences[language] = capital(sentence) if row.arm in COMBINED else sentence
    wanted = study.compare.metrics.get(row.metric)
    return PairedVerdict(
        metric=row.metric,
        averaging=row.averaging,
        mean=answer.means[0],
        against=answer.means[1],
        difference=answer.difference,
        ci=answer.ci,
        ci95=answer.ci95,
        level=answer.level,
        margin=wanted.margin if wanted else None,
        verdict=answer.verdict,
        items=answer.n_items,
        groups=answer.n_groups,
        told=sentences,
    )
