"""Objectives by name: cross-entropy, focal, Dice and weighted sums of them, with ignored labels and
class weights.

Labels are int64 [b] with logits [b, C], or [b, h, w] with logits [b, C, h, w]; `ignore` marks
pixels that count nowhere. All are computed in float32, and a batch without any scored pixel costs
0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from alih.datafiles.mask_classes import IGNORE
from alih.study.document.train import Train

Loss = Callable[[Tensor, Tensor], Tensor]
"""Loss of (logits, labels), a scalar: the mean over what a batch holds."""

FOCUS = 2.0
"""Exponent of the focal loss; Lin et al. (2017), Focal Loss for Dense Object Detection, found 2
best."""

SMOOTH = 1.0
"""Pixels added to both terms of a soft Dice ratio, so that a class of few pixels does not
dominate."""


def is_plain(train: Train) -> bool:
    """Whether the objective is cross-entropy alone, which every evaluation measures anyway as the
    log loss.
    """
    return set(train.losses) == {"cross-entropy"}


@dataclass(frozen=True)
class Term:
    """One loss of an objective: its factor, the mean over a batch, and the weight (of labels) that
    the mean stands for.
    """

    factor: float
    loss: Loss
    weight: Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Objective:
    """A weighted sum of losses: called with (logits, labels) it gives the scalar that is minimised.

    `plain` says that it is the log loss and nothing else: one loss, factor 1, no class weights, no
    smoothing.
    """

    terms: tuple[Term, ...]
    plain: bool = False

    def __call__(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The objective on one batch."""
        found = [term.loss(logits, labels) for term in self.terms]
        found = [
            value if term.factor == 1.0 else term.factor * value
            for term, value in zip(self.terms, found, strict=True)
        ]
        return torch.stack(found).sum() if len(found) > 1 else found[0]

    def parts(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The value and the weight of each term's mean, float32 [terms, 2]: what the mean over
        several batches is made of.
        """
        rows = [
            torch.stack([term.loss(logits, labels), term.weight(labels).float()])
            for term in self.terms
        ]
        return torch.stack(rows)


def objective(
    terms: Mapping[str, float],
    weights: Tensor | None = None,
    smoothing: float = 0.0,
    ignore: int = IGNORE,
) -> Objective:
    """The weighted sum of named losses; `weights` [C] and `smoothing` (of cross-entropy) go to
    those that take them.
    """
    parts = tuple(
        Term(factor, *_part(name, weights, smoothing, ignore)) for name, factor in terms.items()
    )
    return Objective(
        parts, dict(terms) == {"cross-entropy": 1.0} and weights is None and not smoothing
    )


def single(loss: Loss, weights: Tensor | None, smoothing: float, ignore: int) -> Objective:
    """An objective of one cross-entropy that is computed by `loss`."""
    return Objective(
        (Term(1.0, loss, partial(_weight, weights=weights, ignore=ignore)),),
        weights is None and not smoothing,
    )


def _part(
    name: str, weights: Tensor | None, smoothing: float, ignore: int
) -> tuple[Loss, Callable[[Tensor], Tensor]]:
    """A loss by its name, and the weight of its mean over a batch of labels."""
    scored = partial(_weight, weights=weights, ignore=ignore)
    if name == "cross-entropy":
        return partial(cross_entropy, weights=weights, smoothing=smoothing, ignore=ignore), scored
    if name == "focal":
        return partial(focal, weights=weights, ignore=ignore), scored
    if name == "dice":  # a ratio of a batch's sums: batches count by their images
        return partial(dice, weights=weights, ignore=ignore), lambda labels: labels.new_full(
            (), len(labels)
        )
    raise ValueError(f"loss {name!r}; expected cross-entropy, dice or focal")


def widest(device: torch.device) -> torch.dtype:
    """The format that sums are made in: float64, float32 where there is none (Apple's GPUs)."""
    return torch.float32 if device.type == "mps" else torch.float64


def aligned(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Logits in float32 and labels, as the device likes them: as they are on a CPU, else as rows
    [n, C] and [n].

    Softmax over the last of few numbers is slow on a CPU; the loss of maps is not deterministic on
    a GPU, that of rows is.
    """
    if logits.ndim > 2 and logits.device.type != "cpu":
        return logits.movedim(1, -1).reshape(-1, logits.shape[1]).float(), labels.flatten()
    return logits.float(), labels


def on_pixels_of(masks: Tensor, logits: Tensor) -> Tensor:
    """Logits [b, C, h, w] on the pixels of masks [b, h', w']: between those of another size they
    are interpolated.

    Linear in both directions, with pixels as areas; logits without space stay as they are.
    """
    if masks.ndim < 3 or masks.shape[1:] == logits.shape[2:]:
        return logits
    return F.interpolate(logits.float(), size=masks.shape[1:], mode="bilinear", align_corners=False)


def likeliest(logits: Tensor) -> Tensor:
    """The class of the largest logit, int64 [b] or [b, h, w]."""
    if (
        logits.ndim == 4
    ):  # the search over classes that lie apart in memory takes many times as long
        logits = logits.contiguous(memory_format=torch.channels_last)
    return logits.argmax(1)


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
    smoothing: float = 0.0,
    ignore: int = IGNORE,
) -> Tensor:
    """Mean cross-entropy over scored pixels, weighted by the weight of their class as in
    `torch.nn.CrossEntropyLoss`.
    """
    values, truth = aligned(logits, labels)
    total = F.cross_entropy(
        values, truth, weights, ignore_index=ignore, label_smoothing=smoothing, reduction="sum"
    )
    return total / _weight(labels, weights, ignore)


def focal(
    logits: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
    focus: float = FOCUS,
    ignore: int = IGNORE,
) -> Tensor:
    """Mean of −(1 − p)^γ ln p over scored pixels, p the softmax probability of the true class (Lin
    et al. 2017, eq. 5).

    Weighted by class and divided by the sum of weights like cross-entropy, which it is for γ = 0.
    """
    values, truth = aligned(logits, labels)
    surprise = F.cross_entropy(
        values, truth, ignore_index=ignore, reduction="none"
    )  # −ln p, 0 where ignored
    # 1 − p = −expm1(ln p), exact where p is close to 1; a floor keeps the slope of the power finite
    # there.
    terms = (-torch.expm1(-surprise)).clamp_min(1e-12) ** focus * surprise
    if weights is not None:
        terms = terms * weights[_inside(truth, ignore)]
    return terms.sum() / _weight(labels, weights, ignore)


def dice(
    logits: Tensor,
    labels: Tensor,
    weights: Tensor | None = None,
    smooth: float = SMOOTH,
    ignore: int = IGNORE,
) -> Tensor:
    """1 − soft Dice, averaged over the classes that the batch's scored pixels hold (Milletari et
    al. 2016, without squares).

    Per class 2 Σ p·y / (Σ p + Σ y) over all scored pixels of the batch. `weights` weight the mean
    over classes.
    """
    classes, inner = logits.shape[1], [0, *range(2, logits.ndim)]
    numbers = torch.arange(classes, device=labels.device).view(1, -1, *(1 for _ in inner[1:]))
    truth = (
        labels[:, None] == numbers
    ).float()  # 0 throughout where ignored, since no class has that number
    probability = F.softmax(logits.float(), dim=1)
    hits, true = (probability * truth).sum(inner), truth.sum(inner)
    predicted = (probability * (labels != ignore)[:, None]).sum(inner)
    losses = 1 - (2 * hits + smooth) / (predicted + true + smooth)
    counted = (true > 0).float() if weights is None else (true > 0) * weights
    return (losses * counted).sum() / counted.sum().clamp_min(1e-12)


def _inside(labels: Tensor, ignore: int) -> Tensor:
    """Labels with class 0 in place of ignored ones, to index with."""
    return labels.masked_fill(labels == ignore, 0)


def _weight(labels: Tensor, weights: Tensor | None, ignore: int) -> Tensor:
    """The sum of the scored pixels' weights; the smallest number instead of 0."""
    scored = labels != ignore
    total = (
        scored.sum().float()
        if weights is None
        else (weights[_inside(labels, ignore)] * scored).sum()
    )
    return total.clamp_min(1e-12)
