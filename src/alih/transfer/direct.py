"""`direct`: a pretrained model as it is; its own classes are mapped to the task's. Nothing is
trained.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from alih.data.domains import Part
from alih.errors import AlihError
from alih.features.extract import Wanted, activations, head_logits
from alih.models.staged import StagedNetwork, stage_rows
from alih.study.catalogue.imagenet import imagenet_names
from alih.study.strategies.mapping import DirectOptions, class_mapping
from alih.transfer.closed import ClosedForm, Given, network_tensors


class Direct(ClosedForm):
    """The model's logits, added up over the classes that stand for each class of the task
    (`study/strategies/mapping.py`).
    """

    def __init__(self, given: Given) -> None:
        network, options = given.network, given.options
        if not isinstance(network, StagedNetwork):
            raise AlihError("models.needs_stages", strategy="direct", name=type(network).__name__)
        assert isinstance(options, DirectOptions)
        names = imagenet_names()
        if network.head.out_features != len(names):
            raise AlihError(
                "transfer.not_imagenet", got=network.head.out_features, name=given.recipe.model.name
            )
        self.given, self.network = given, network
        self._seconds: dict[str, float] = {}
        self.mapping = class_mapping(given.classes, names, options.classes)

    def fit(self, part: Part) -> None:
        """Extract features, as the others do when they fit; nothing is learnt."""
        self.scores(Part(part.domain, part.items[:1]))

    def scores(self, part: Part) -> NDArray[np.float64]:
        """Log-probabilities over the task's classes; `mapping.LOWEST` for those that the model does
        not know.
        """
        given = self.given
        # Features rather than logits: arms that put a classifier on them share the extraction.
        wanted = Wanted(str(given.recipe.model.name), len(self.network.stages), given.form)
        started = time.perf_counter()
        found = activations(given.images(part), self.network, wanted, progress=given.progress)
        self.waited += time.perf_counter() - started
        self._seconds[part.domain.name] = found.rows.seconds
        self.extraction = sum(self._seconds.values())
        return self.mapping.scores(head_logits(self.network, found, part.items))

    def ceiling(self, part: Part) -> float:
        """The largest share of these items that could be right."""
        return self.mapping.ceiling(self.given.images(part).labels[part.items])

    def tensors(self) -> dict[str, Tensor]:
        """The whole model, its own head included; the mapping lies in the card."""
        return network_tensors(self.network)

    def card(self, held_out: Mapping[str, Part]) -> dict[str, Any]:
        """Size, stages, the model's classes for each of the task's, and how far these can reach."""
        mapping = self.mapping
        groups = {
            name: [mapping.names[z] for z in group]
            for name, group in zip(mapping.classes, mapping.groups, strict=True)
            if group
        }
        return {
            "parameters": sum(p.numel() for p in self.network.parameters()),
            "trainable": 0,
            "layers": stage_rows(self.network),
            "direct": {
                "coverage": mapping.coverage,
                "left_out": list(mapping.left_out),
                "classes": groups,
                "ceiling": {name: self.ceiling(part) for name, part in held_out.items()},
            },
        }
