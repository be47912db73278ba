"""Test images of a study, and the masks that its runs predict for them: what no run stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from alih.errors import AlihError
from alih.runs.card import DataCard
from alih.runs.folder import StudyFolder
from alih.study.document.study import Study

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet
    from alih.reports.study.peeked import Masked


@dataclass(frozen=True)
class StoredTestSplit:
    """The test split of the study in the folder `root`; with two domains that of the target.

    Its methods raise AlihError where the images cannot be had, or are not those that the study was
    computed on.
    """

    root: Path
    study: Study

    def images(self, items: Sequence[int]) -> list[np.ndarray]:
        """Images uint8 [h, w, c] by their items, thinned for a page."""
        from alih.data.pixels import thinned

        found = self._set()
        return [thinned(found.images[item]) for item in items]

    def masked(self, run: Path, items: Sequence[int]) -> list[Masked]:
        """Images with their true masks and those that the model of a run predicts, at the size of
        the run's images, thinned for a page.
        """
        from alih.data.pixels import thinned
        from alih.inspect.predictor import Predictor
        from alih.tasks import segmentation

        predictor = Predictor.open(run)
        chosen = np.array(items)
        found = self._set(predictor.side)
        shown = segmentation.pictures(found, chosen)
        masks = predictor(np.stack([found.images[item] for item in items]))
        predicted = [thinned(mask, segmentation.PICTURE_SIDE) for mask in masks]
        return list(zip(shown["image"], shown["mask"], predicted, strict=True))

    def _set(self, side: int | None = None) -> ImageSet:
        """The set as the document describes it, or with images of `side` pixels."""
        from alih.data.load import load
        from alih.study.catalogue.sets import specs

        stored = StudyFolder(self.root).data
        found = load(specs(self.study, side)["target"], task=self.study.task)
        if stored is None or found.card["sha256"] != stored.sha256:
            path = self.root / DataCard.FILE
            raise AlihError("reports.other_images", path=path, folder=self.root)
        return found
