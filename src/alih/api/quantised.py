"""`model.int8.onnx` of an exported model, and the verdict about what eight bits cost.

Half of the validation images, at most `MOST`, calibrate; the others judge. Test images were scored
when the run ended (law 1), and are not looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from alih.errors import AlihError
from alih.exported.card import INT8, ONNX, Int8File, Told
from alih.words.phrase import Phrase

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet
    from alih.inspect.predictor import Predictor
    from alih.verdicts.winner import Chosen

MOST = 128
"""Images that ranges are found on; more hardly widen them."""
FEWEST = 20
"""Validation images below which there is nothing to judge with."""


def int8(
    chosen: Chosen, predictor: Predictor, place: Path, items: np.ndarray | None = None
) -> dict[str, Int8File | Told]:
    """Write the file into a model's folder that holds `model.onnx`.

    `items` take the place of the run's validation images, where a model has others.

    Returns the card's keys: what is known of it, or why there is none.
    """
    from alih.inspect.quantising import write_int8

    try:
        if items is None:
            items = np.sort(chosen.cell.scores("validation").get("item", np.zeros(0, np.int64)))
        images = _images(chosen, predictor, len(items))
        calibrating, judging = _divided(chosen, images, items)
        write_int8(place / ONNX, place / INT8, images.images[calibrating])
        return {"int8": _judged(chosen, place, images, len(calibrating), judging)}
    except AlihError as error:
        (place / INT8).unlink(missing_ok=True)
        return {"without_int8": Told.because(Phrase(error.key, error.values))}


def _images(chosen: Chosen, predictor: Predictor, count: int) -> ImageSet:
    from alih.api.modelimages import validation_set
    from alih.data.domains import aligned

    if count < FEWEST:
        raise AlihError("exported.int8_few", count=count, least=FEWEST)
    try:
        return aligned(validation_set(chosen, predictor), predictor.classes)
    except (AlihError, OSError) as error:
        raise AlihError("exported.int8_gone", path=chosen.cell.root) from error


def _divided(chosen: Chosen, images: ImageSet, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Those of `items` that calibrate, and those that judge; classes in proportion, no group
    in both.
    """
    from alih.data import groupsplits
    from alih.seeding import numpy_generator

    names = groups_of(chosen)
    keys = [names.get(int(item), f"item {item}") for item in items]
    _, groups = np.unique(keys, return_inverse=True)
    draw = numpy_generator(chosen.study.seed, chosen.cell.cell.replicate, "int8")
    share = min(0.5, MOST / len(items))
    taken = groupsplits.draw(images.labels[items], groups, share, draw)
    left = np.delete(items, taken)
    if not len(taken) or len(left) < 2:
        raise AlihError("exported.int8_few", count=len(set(keys)), least=FEWEST)
    return items[taken], left


def groups_of(chosen: Chosen) -> Mapping[int, str]:
    """The group of each validation image; with two domains those of the source are not kept."""
    from alih.runs.folder import StudyFolder
    from alih.study.document.data import DataSpec

    one = isinstance(chosen.study.data, DataSpec)
    return StudyFolder(chosen.cell.root).groups if one else {}


def _judged(
    chosen: Chosen, place: Path, images: ImageSet, calibrated: int, items: np.ndarray
) -> Int8File:
    """What is known of the file: both networks answer for the same images."""
    from alih.api.judged import judged
    from alih.exported.session import OnnxModel

    models = {name: OnnxModel(place / name) for name in (INT8, ONNX)}
    found = judged(chosen.study, models, images, items, groups_of(chosen))
    return Int8File(
        bytes=(place / INT8).stat().st_size,
        bytes_float=(place / ONNX).stat().st_size,
        calibrated_on=calibrated,
        judged_on=len(items),
        changed=found.changed,
        largest_difference=found.largest,
        verdicts=found.verdicts,
    )
