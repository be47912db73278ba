"""Images that an exported model is tried on: validation images of its study where they are here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from alih.errors import AlihError

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet
    from alih.inspect.predictor import Predictor
    from alih.verdicts.winner import Chosen

MOST = 64
"""Images that answers are compared on."""


@dataclass(frozen=True)
class TrialImages:
    """Pixels uint8 [n, h, w, c] and where they come from: validation images, the few that the run
    stored (`examples`), or `drawn` at random. `items` are their numbers in the set, None unless of
    validation.
    """

    pixels: np.ndarray
    origin: Literal["validation", "examples", "drawn"]
    items: np.ndarray | None = None


def trial_images(chosen: Chosen, predictor: Predictor, most: int = MOST) -> TrialImages:
    """At most so many images for a model, at the size of its own, spread over its validation
    part.
    """
    items = np.sort(chosen.cell.scores("validation").get("item", np.zeros(0, np.int64)))
    if len(items):
        spread = items[np.unique(np.linspace(0, len(items) - 1, most).round().astype(int))]
        try:
            found = validation_set(chosen, predictor)
            return TrialImages(found.images[spread], "validation", spread)
        except (AlihError, OSError):  # a study whose images are gone still has a model
            pass
    stored = (chosen.cell.arrays("examples") or {}).get("image")
    if stored is not None and len(stored) and stored.shape[1:] == predictor.shape:
        return TrialImages(stored[:most], "examples")
    return TrialImages(drawn(predictor.shape, 8), "drawn")


def validation_set(chosen: Chosen, predictor: Predictor) -> ImageSet:
    """The set that validation images are of, at the model's size; with two domains the source.

    Raises AlihError where it cannot be had, or is not what the study was computed on.
    """
    from alih.data.load import load
    from alih.runs.card import DataCard
    from alih.runs.folder import StudyFolder
    from alih.study.catalogue.sets import specs

    root, study = chosen.cell.root, chosen.study
    sets, stored = specs(study, predictor.decode.size), StudyFolder(root).data
    own = stored.source_set if stored and "source" in sets else stored
    found = load(sets.get("source", sets["target"]), task=study.task)
    if own is None or found.card["sha256"] != own.sha256:
        raise AlihError("reports.other_images", path=root / DataCard.FILE, folder=root)
    return found


def drawn(shape: tuple[int, int, int], count: int) -> np.ndarray:
    """Images without content, the same at every call: smooth colours with noise."""
    height, width, channels = shape
    draw = np.random.default_rng(0)
    corners = draw.uniform(0, 255, (count, 2, 2, channels))
    down, across = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None]
    weights = np.stack(
        [(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across]
    )
    smooth = np.einsum("khw,nkc->nhwc", weights, corners.reshape(count, 4, channels))
    noise = draw.normal(0, 12, smooth.shape)
    return np.clip(smooth + noise, 0, 255).astype(np.uint8)
