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
from alih.data.domains import Part
from alih.data.imageset import ImageSet
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
from alih.transfer.classifiers.table import FAMILIES, from_arrays
from alih.transfer.closed import ClosedForm, Given, network_tensors

PREFIX, HANDMADE = "classifier.", "handmade."

HANDMADE_BATCH = 50
"""Images between two words about how far hand-made features are."""


class Features(ClosedForm):
    """Extract once, then fit a classifier of `transfer/classifiers`; features are shared by arms,
    replicates and levels.

    With two domains it learns from the source and from the target's granted labels (`learn_from`),
    and aligns the source to the target's training images, whose labels it does not read for that.
    """

    def __init__(self, given: Given) -> None:
        assert isinstance(given.options, FeaturesOptions)
        self.given, self.options = given, given.options
        self.extractor: handmade.Extractor | None = None
        self.classifier: Classifier | None = None
        self._seconds: dict[tuple[str, int], float] = {}
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

    def fit(self, part: Part) -> None:
        """Fit the classifier to the items that may be learnt from and their augmented views."""
        parts, options = self._learnt(part), self.options
        sets = [self.given.images(own) for own in parts]
        if options.handmade is not None:
            pixels = [images.images[own.items] for images, own in zip(sets, parts, strict=True)]
            shown = pixels[0] if len(pixels) == 1 else np.concatenate(pixels)
            self.extractor = handmade.fit(shown, options.handmade, seed=self.given.seed)
        views = range(self.views + 1)
        tables = [self._table(own, view) for view in views for own in parts]
        labels = [images.labels[own.items] for images, own in zip(sets, parts, strict=True)]
        ours = [np.full(len(own), own.domain.name == "target") for own in parts]
        # The target's training images, whose labels are not read for it.
        target = self.given.domains["target"]
        aligned = "source" in self.given.domains and (
            options.aligns or FAMILIES[options.classifier.name].uses_target
        )
        self.classifier = fit(
            np.concatenate(tables),
            np.tile(np.concatenate(labels), len(views)),
            len(self.given.classes),
            options.classifier,
            seed=self.given.seed,
            # An image and its views are learnt from or left out together, or cross-validation would
            # see what it is asked.
            groups=np.tile(np.arange(sum(map(len, parts))), len(views)) if self.views else None,
            target=self._table(Part(target, target.split.train), 0) if aligned else None,
            align="coral" if options.aligns else "none",
            of_target=np.tile(np.concatenate(ours), len(views)) if aligned else None,
        )

    def scores(self, part: Part) -> NDArray[np.float64]:
        """Log-probabilities of items as they are."""
        assert self.classifier is not None, "fit comes first"
        return self.classifier.scores(self._table(part, 0), part.domain.name == "source")

    def vectors(self, part: Part) -> NDArray[np.float64]:
        """What the classifier reads, the source's features where it has brought them."""
        assert self.classifier is not None, "fit comes first"
        return self.classifier.read(self._table(part, 0), part.domain.name == "source")

    def _learnt(self, part: Part) -> list[Part]:
        """The labelled items: `part`, and with two domains the target's where both are learnt
        from.
        """
        found, target = [part], self.given.domains["target"]
        both = "source" in self.given.domains and self.options.learn_from == "both"
        if both and len(target.granted):
            found.append(Part(target, target.granted))
        return [Part(own.domain, np.sort(np.asarray(own.items, np.int64))) for own in found]

    def _table(self, part: Part, view: int) -> NDArray[np.float32]:
        """Features [len(part), d] of a view; 0 is the image itself, extracted for the whole set."""
        started = time.perf_counter()
        found = self._found(part, view)
        self.waited += time.perf_counter() - started
        return found

    def _found(self, part: Part, view: int) -> NDArray[np.float32]:
        given, images, items = self.given, self.given.images(part), np.asarray(part.items, np.int64)
        seen = View(given.recipe.augment, given.seed, given.replicate, view) if view else None
        if self.extractor is not None and isinstance(self.extractor.options, FileFacts):
            return handmade.facts(images.items)[items]
        if self.extractor is not None:
            rows, found = self._handmade(images, items, seen)
        else:
            assert self.network is not None
            wanted = replace(self._wanted, view=seen)
            kept = activations(
                images, self.network, wanted, items if view else None, given.progress
            )
            rows, found = kept.rows, kept.array(items).reshape(len(items), -1)
        self._seconds[part.domain.name, view] = rows.seconds
        self.extraction = sum(self._seconds.values())
        return found

    def _handmade(
        self, images: ImageSet, items: np.ndarray, seen: View | None
    ) -> tuple[store.Rows, NDArray[np.float32]]:
        extractor = self.extractor
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
        return rows, rows[np.arange(len(items)) if seen else items]

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

    def card(self, held_out: Mapping[str, Part]) -> dict[str, Any]:
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
