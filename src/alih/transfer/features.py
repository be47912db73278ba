"""`features`: a classifier on what a frozen backbone, or a method made by hand, makes of the
images.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from alih import files
from alih.data.augment import AugmentTable, augment
from alih.errors import AlihError
from alih.features import store
from alih.features.extract import BATCH, View, Wanted, activations, content_of, widths
from alih.models.staged import StagedNetwork, stage_rows
from alih.study.document.augment import Augment
from alih.study.document.classifiers import Knn
from alih.study.document.handmade import FileFacts
from alih.study.strategies.options import FeaturesOptions, views_of
from alih.transfer import handmade
from alih.transfer.classifiers.contract import Classifier
from alih.transfer.classifiers.fit import fit
from alih.transfer.classifiers.table import from_arrays
from alih.transfer.closed import ClosedForm, Given, network_tensors

PREFIX, HANDMADE = "classifier.", "handmade."

HANDMADE_BATCH = 50
"""Images between two words about how far hand-made features are."""


class Features(ClosedForm):
    """Extract once, then fit a classifier of `transfer/classifiers`; features are shared by arms,
    replicates and levels.
    """

    def __init__(self, given: Given) -> None:
        assert isinstance(given.options, FeaturesOptions)
        self.given, self.options = given, given.options
        self.extractor: handmade.Extractor | None = None
        self.classifier: Classifier | None = None
        self._seconds: dict[int, float] = {}
        network = given.network
        if self.options.handmade is None and not isinstance(network, StagedNetwork):
            raise AlihError("models.needs_stages", strategy="features", name=type(network).__name__)
        self.network = network if isinstance(network, StagedNetwork) else None

    @property
    def stage(self) -> int:
        """How many stages are used."""
        assert self.network is not None
        return self.options.pooled_stage() or len(self.network.stages)

    @property
    def _wanted(self) -> Wanted:
        name, every = self.given.recipe.model.name or "layers", self.options.values_per_stage()
        return Wanted(name, self.stage, self.given.form, every=every)

    @property
    def views(self) -> int:
        """Augmented views of each training image beside the image itself."""
        return views_of(self.given.recipe)

    def fit(self, items: np.ndarray) -> None:
        """Fit the classifier to the items and their augmented views."""
        items = np.sort(np.asarray(items, np.int64))
        images, options = self.given.images, self.options
        if options.handmade is not None:
            self.extractor = handmade.fit(
                images.images[items], options.handmade, seed=self.given.seed
            )
        tables = [self._table(items, view) for view in range(self.views + 1)]
        self.classifier = fit(
            np.concatenate(tables),
            np.tile(images.labels[items], len(tables)),
            len(images.classes),
            options.classifier,
            seed=self.given.seed,
            # An image and its views are learnt from or left out together, or cross-validation would
            # see what it is asked.
            groups=np.tile(np.arange(len(items)), len(tables)) if len(tables) > 1 else None,
        )

    def scores(self, items: np.ndarray) -> NDArray[np.float64]:
        """Log-probabilities of items as they are."""
        assert self.classifier is not None, "fit comes first"
        return self.classifier.scores(self._table(np.asarray(items, np.int64), 0))

    def _table(self, items: np.ndarray, view: int) -> NDArray[np.float32]:
        """Features [len(items), d] of a view; 0 is the image itself, extracted for the whole
        set.
        """
        started = time.perf_counter()
        found = self._found(items, view)
        self.waited += time.perf_counter() - started
        return found

    def _found(self, items: np.ndarray, view: int) -> NDArray[np.float32]:
        given = self.given
        seen = View(given.recipe.augment, given.seed, given.replicate, view) if view else None
        if self.extractor is not None and isinstance(self.extractor.options, FileFacts):
            return handmade.facts(given.images.items)[items]
        if self.extractor is not None:
            return self._handmade(items, seen)
        assert self.network is not None
        wanted = replace(self._wanted, view=seen)
        found = activations(
            given.images, self.network, wanted, items if view else None, given.progress
        )
        self._took(view, found.rows)
        return found.array(items).reshape(len(items), -1)

    def _took(self, view: int, rows: store.Rows) -> None:
        self._seconds[view] = rows.seconds
        self.extraction = sum(self._seconds.values())

    def _handmade(self, items: np.ndarray, seen: View | None) -> NDArray[np.float32]:
        extractor, images = self.extractor, self.given.images
        assert extractor is not None
        chosen = items if seen else np.arange(len(images))

        table = AugmentTable(seen.seed, seen.replicate, seen.number, len(images)) if seen else None

        def compute(start: int, stop: int) -> np.ndarray:
            found = []
            for first in range(start, stop, HANDMADE_BATCH):
                rows = chosen[first : min(first + HANDMADE_BATCH, stop)]
                pixels = images.images[rows]
                if seen is not None and table is not None:
                    pixels = _augmented(pixels, rows, seen.augment, table)
                found.append(extractor(pixels))
                self.given.progress(first + len(rows), len(chosen))
            return np.concatenate(found)

        width = extractor(images.images[:1]).shape[1]
        kept = {name: files.digest(array.tolist()) for name, array in extractor.arrays().items()}
        drawn = (
            [seen.augment.model_dump(), seen.seed, seen.replicate, seen.number] if seen else None
        )
        key = files.digest(
            [store.VERSION, content_of(images), kept, drawn, chosen.tolist() if seen else None]
        )[:32]
        number = seen.number if seen else None
        about = {
            "model": extractor.options.name,
            "stage": None,
            "pooled": True,
            "set": images.name,
            "view": number,
        }
        rows = store.open_or_compute(
            key, about, store.Layout(len(chosen), (width,), "<f4", BATCH), compute
        )
        self._took(seen.number if seen else 0, rows)
        return rows[np.arange(len(items)) if seen else items]

    def tensors(self) -> dict[str, Tensor]:
        """The stages in use, the classifier's arrays under `classifier.`, those of hand-made
        features under `handmade.`.
        """
        assert self.classifier is not None, "fit comes first"
        found: dict[str, Tensor] = {}
        if self.network is not None:
            network, stage = self.network, self.stage
            found |= network_tensors(network, lambda name: network.stage_of(name) < stage)
        arrays = {
            PREFIX: self.classifier.arrays(),
            HANDMADE: self.extractor.arrays() if self.extractor else {},
        }
        for prefix, named in arrays.items():
            found |= {
                prefix + name: torch.from_numpy(np.array(array)) for name, array in named.items()
            }
        return found

    def card(self, held_out: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """Size, stages, and how the classifier's options were chosen."""
        fitted = self.classifier
        assert fitted is not None, "fit comes first"
        # Nearest neighbours keep training images as they are: nothing of that is a parameter.
        stores = isinstance(fitted.options, Knn)
        # Nor are the numbers of the features that are kept.
        learnt = sum(int(a.size) for name, a in fitted.values.items() if name != "kept")
        learnt = 0 if stores else learnt
        rows = stage_rows(self.network)[: self.stage] if self.network is not None else []
        kept = sum(row["parameters"] for row in rows)
        name = fitted.options.name
        rows = [
            *rows,
            {
                "name": "classifier",
                "type": name,
                "output_shape": [fitted.classes],
                "parameters": learnt,
            },
        ]
        return {
            "parameters": kept + learnt,
            "trainable": learnt,
            "layers": rows,
            "transductive": fitted.transductive,
            "features": {
                "from": self.extractor.options.name
                if self.extractor
                else self.given.recipe.model.name or "layers",
                "stage": self.network.names[self.stage - 1]
                if self.network is not None and self.options.values_per_stage() is None
                else None,
                "width": fitted.width,
                "views": self.views,
                "stages": self._stages_used(fitted),
            },
            "classifier": {"options": fitted.options.model_dump(), "report": dict(fitted.report)},
        }

    def _stages_used(self, fitted: Classifier) -> list[dict[str, Any]]:
        """Per stage its number of features, and how many of them the classifier reads; empty where
        the features are one stage's.
        """
        if self.network is None or self.options.values_per_stage() is None:
            return []
        own = widths(self.network, self._wanted)
        kept = fitted.values.get("kept", np.arange(fitted.width))
        stage_of = np.repeat(np.arange(len(own)), list(own.values()))
        counts = np.bincount(stage_of[kept], minlength=len(own))
        rows = zip(own.items(), counts, strict=True)
        return [{"name": name, "width": n, "kept": int(k)} for (name, n), k in rows]


def _augmented(
    images: np.ndarray, items: np.ndarray, spec: Augment, table: AugmentTable
) -> np.ndarray:
    """Images uint8 [n, h, w, c] of a view, augmented as its table says."""
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2).float().div_(255.0)
    changed = augment(pixels, items, spec, table)
    return (
        changed.mul(255.0)
        .round()
        .clamp(0, 255)
        .to(torch.uint8)
        .permute(0, 2, 3, 1)
        .contiguous()
        .numpy()
    )


def classifier_in(tensors: Mapping[str, Tensor]) -> Classifier:
    """The fitted classifier of a cell's `model.safetensors`. Raises AlihError where there is
    none.
    """
    return from_arrays(
        {n.removeprefix(PREFIX): t.numpy() for n, t in tensors.items() if n.startswith(PREFIX)}
    )


def extractor_in(tensors: Mapping[str, Tensor]) -> handmade.Extractor | None:
    """The hand-made features of a cell's `model.safetensors`, None where a network's features are
    used.
    """
    arrays = {
        n.removeprefix(HANDMADE): t.numpy() for n, t in tensors.items() if n.startswith(HANDMADE)
    }
    return handmade.Extractor.from_arrays(arrays) if arrays else None
