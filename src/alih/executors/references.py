"""Reference scores: what answers reach that look at no image, or only at single pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alih.study.document import Study

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet


def references(images: ImageSet, study: Study) -> dict[str, Any]:
    """Scores on replicate 0's split, as `references.json` holds them: {"<name>": {"<part>": {metric: value}}}.

    For classification: majority class, chance, and logistic regression on pixels. For segmentation: the commonest class
    everywhere, the commonest class at each place, and chance.
    """
    from alih.evaluation import baselines, masks, metrics

    divided = images.divide(study.split, study.seed, 0, study.protocol)
    train, labels = divided.train, images.labels
    parts = {"train": train, "validation": divided.validation, "test": divided.test}
    parts = {name: rows for name, rows in parts.items() if len(rows)}
    if images.masks is not None:
        return masks.baselines(images.masks, images.classes, train, parts)
    classes = len(images.classes)
    majority = {name: metrics.majority(labels[train], labels[rows], classes) for name, rows in parts.items()}
    chance = {name: metrics.chance(classes) for name in parts}
    held_out = {name: rows for name, rows in parts.items() if name != "train"}
    logistic = baselines.pixel_logistic(images.images, labels, train, held_out, seed=study.seed)
    return {"majority": majority, "chance": chance, "pixel-logistic": logistic}
