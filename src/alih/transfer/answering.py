"""A trained model as one module from pixels to scores, for other formats (ONNX)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from alih.data.pixels import Format
from alih.errors import AlihError
from alih.features.extract import Wanted, run_stages
from alih.models.staged import StagedNetwork
from alih.study.strategies.mapping import LOWEST, ClassMapping
from alih.transfer.classifiers.contract import Classifier

LINEAR = ("logistic", "lda", "head2toe")
NAMED = (*LINEAR, "nearest-mean")
"""Classifiers that are a few products of matrices. The others keep training images (k-NN, SVM) or
look at several new ones at once (EasyTL)."""


class Answering(nn.Module):
    """From pixels uint8 [n, h, w, c] to scores fp32: logits or log-probabilities [n, classes], or
    for masks [n, classes, h, w].
    """

    def __init__(self, form: Format, answer: nn.Module | Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.answer = answer
        for name, values in (("mean", form.mean), ("std", form.std)):
            self.register_buffer(name, torch.tensor(values).reshape(1, -1, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        """Scores of pixels uint8 [n, h, w, c]."""
        x = pixels.permute(0, 3, 1, 2).to(torch.float32) / 255.0
        mean, std = self.get_buffer("mean"), self.get_buffer("std")
        return self.answer((x - mean) / std).to(torch.float32)


class ClassifiedFeatures(nn.Module):
    """Features of frozen stages and a classifier on them: log-probabilities [n, classes]."""

    def __init__(self, network: StagedNetwork, wanted: Wanted, classifier: Classifier) -> None:
        super().__init__()
        self.network, self.wanted = network, wanted
        self.head = FittedHead(classifier)

    def forward(self, x: Tensor) -> Tensor:
        """Log-probabilities of prepared images [n, c, h, w]."""
        return self.head(run_stages(self.network, self.wanted, x).flatten(1))


class FittedHead(nn.Module):
    """A fitted classifier in torch: `Classifier.scores`. Raises AlihError for one that is more than
    products of matrices.

    In double precision, as the classifier itself: a feature that hardly varies is divided by a tiny
    deviation, which would make a rounding of single precision visible.
    """

    def __init__(self, classifier: Classifier) -> None:
        super().__init__()
        name = classifier.options.name
        if name not in NAMED:
            raise AlihError("exported.no_onnx_classifier", name=name)
        self.kind, self.scale = name, str(classifier.options.scale)
        self.cosine = getattr(classifier.options, "metric", "") == "cosine"
        self.temperature = float(classifier.temperature)
        arrays = dict(classifier.values)
        if classifier.scale is not None:
            arrays |= dict(zip(("centre", "deviation"), classifier.scale, strict=True))
        for key, value in arrays.items():
            self.register_buffer(key, torch.from_numpy(value.copy()))
        # The column of each class among those seen in training; the one after them for the others.
        columns = torch.full((classifier.classes,), len(classifier.present))
        columns[torch.from_numpy(classifier.present.copy())] = torch.arange(len(classifier.present))
        self.register_buffer("columns", columns)

    def forward(self, features: Tensor) -> Tensor:
        """Log-probabilities of features [n, d]."""
        decided = self._decided(self._scaled(features.double())) / self.temperature
        likely = functional.log_softmax(decided, 1).clamp(min=LOWEST)
        absent = torch.full_like(likely[:, :1], LOWEST)
        return torch.cat([likely, absent], 1).index_select(1, self.get_buffer("columns"))

    def _scaled(self, features: Tensor) -> Tensor:
        if self.scale == "row-sum":
            sums = features.abs().sum(1, keepdim=True)
            return features / torch.where(sums > 0, sums, torch.ones_like(sums))
        if self.scale == "mean-std":
            return (features - self.get_buffer("centre")) / self.get_buffer("deviation")
        if self.scale == "norm":
            norms = features.norm(dim=1, keepdim=True)
            safe = torch.where(norms > 0, norms, torch.ones_like(norms))
            return features * (features.shape[1] ** 0.5 / safe)
        return features

    def _decided(self, features: Tensor) -> Tensor:
        if self.kind in LINEAR:
            if self.kind == "head2toe":
                features = features.index_select(1, self.get_buffer("kept"))
            return features @ self.get_buffer("weights").T + self.get_buffer("intercepts")
        means = self.get_buffer("means")
        if self.cosine:
            norms = features.norm(dim=1, keepdim=True) * means.norm(dim=1)[None]
            return features @ means.T / torch.where(norms > 0, norms, torch.ones_like(norms))
        # The image's own squared norm is the same for all classes and falls out of the softmax.
        squared = (means**2).sum(1)[None] - 2 * features @ means.T
        return -0.5 * squared / features.shape[1]


class MappedClasses(nn.Module):
    """A pretrained network whose own classes stand for the task's: log-probabilities."""

    def __init__(self, network: StagedNetwork, mapping: ClassMapping) -> None:
        super().__init__()
        self.network, self.groups = network, mapping.groups

    def forward(self, x: Tensor) -> Tensor:
        """Log-probabilities of prepared images [n, c, h, w]."""
        logits = self.network(x)
        known = [torch.logsumexp(logits[:, list(group)], 1) for group in self.groups if group]
        likely = functional.log_softmax(torch.stack(known, 1), 1).clamp(min=LOWEST)
        absent = torch.full_like(likely[:, 0], LOWEST)
        columns = iter(likely.unbind(1))
        return torch.stack([next(columns) if group else absent for group in self.groups], 1)


def answering(parts: Mapping[str, Any], form: Format, name: str) -> Answering:
    """One module for a model's `parts` (the fields of `inspect.Predictor` that say what it is made
    of), whose network lies on the CPU in single precision.

    Raises AlihError for hand-made features and for classifiers that are no product of matrices.
    """
    network, classifier = parts["network"], parts["classifier"]
    if network is None:
        raise AlihError("exported.no_onnx_handmade")
    if classifier is not None:
        stages = len(network.stages) if parts["stages"] is None else parts["stages"]
        wanted = Wanted(name, stages, form, every=parts["every"])
        return Answering(form, ClassifiedFeatures(network, wanted, classifier)).eval()
    if parts["mapping"] is not None:
        return Answering(form, MappedClasses(network, parts["mapping"])).eval()
    return Answering(form, network).eval()
