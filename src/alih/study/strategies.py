"""The strategies that a document can name, with the options each of them takes.

Torch-free, so that `alih check` can refuse a misspelt option at once; the code behind a name lies in
`transfer/`. To add a strategy: one options class (or `NoOptions`) and one line in `STRATEGIES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from alih.study.classifiers import AnyClassifier, Logistic
from alih.study.document import Frozen, Recipe
from alih.study.handmade import AnyHandmade
from alih.study.mapping import DirectOptions


class NoOptions(Frozen):
    """Options of a strategy that takes none."""


class Unfreeze(Frozen):
    """Gradual unfreezing (Howard & Ruder 2018): `stages` more thaw after every `every` epochs, those near the head first."""

    every: PositiveInt = 1
    stages: PositiveInt = 1


def frozen_at(freeze: int, thaw: Unfreeze | None, epoch: int, order: Sequence[int] = ()) -> int:
    """How many of `freeze` stages are still frozen in an epoch (counted from 0), those near the head thawing first.

    `order`: stages that have parameters; only they count as thawing. Gradual unfreezing: Howard & Ruder 2018, section 3.3.

    >>> [frozen_at(3, Unfreeze(every=2), epoch) for epoch in range(8)]
    [3, 3, 2, 2, 1, 1, 0, 0]
    """
    if thaw is None:
        return freeze
    thawed = thaw.stages * (epoch // thaw.every)
    if not order:
        return max(0, freeze - thawed)
    inside = [index for index in order if index < freeze]
    return freeze if thawed == 0 else (inside[-thawed] if thawed <= len(inside) else 0)


class FinetuneOptions(Frozen):
    """Continue the training of a backbone on the target's images, with a new head.

    - `freeze`: how many stages keep their weights, counted from the images; `all`: everything but the head.
    - `stage_decay`: each stage learns that much slower than the one after it; `head_lr`: factor on the head's learning rate.
    - `batch_norm`: `stage` (statistics of frozen stages stay), `adapt` (they follow the new images), `fixed` (all stay).
    - `regularizer`: `l2-sp` (Li et al. 2018: alpha/2 · ‖w − w⁰‖² + beta/2 · ‖head‖²) or `delta` (Li et al. 2019: alpha times
      the distance of feature maps to those of the start, and beta/2 · ‖head‖²).
    - `attention` (with `delta`): channels count by how much the loss of the source model with a head for the target grows when
      they are off, on `attention_images` training images, as in the paper; without it all count the same.
    - `bss`: strength of batch spectral shrinkage (Chen et al. 2019) on the `bss_k` smallest singular values of the features.
    - `head_l1`, `head_l2`: head_l1 · Σ|w| and head_l2 · Σw² on the head's weights.
    """

    freeze: NonNegativeInt | Literal["all"] = 0
    stage_decay: Annotated[float, Field(gt=0, le=1)] = 1.0
    head_lr: PositiveFloat = 1.0
    unfreeze: Unfreeze | None = None
    batch_norm: Literal["stage", "adapt", "fixed"] = "stage"
    regularizer: Literal["none", "l2-sp", "delta"] = "none"
    alpha: NonNegativeFloat = 0.01
    beta: NonNegativeFloat = 0.01
    attention: bool = True
    attention_images: PositiveInt = 320
    bss: NonNegativeFloat = 0.0
    bss_k: PositiveInt = 1
    head_l1: NonNegativeFloat = 0.0
    head_l2: NonNegativeFloat = 0.0


class FeaturesOptions(Frozen):
    """Fit a classifier to what a frozen backbone makes of the images; solved at once, without epochs.

    - `classifier`: its name, or a mapping with `name` and options (`study/classifiers.py`).
    - `stage`: features are the means over space after that many stages; all of them unless given.
    - `handmade`: HOG or SIFT in place of a network's features.
    - `views`: so many augmented views of every training image (by `augment`) are learnt from beside the image itself;
      `train.views`, which all arms share, unless given.
    """

    classifier: AnyClassifier = Logistic()
    stage: PositiveInt | None = None
    handmade: AnyHandmade | None = None
    views: NonNegativeInt | None = None


STRATEGIES: dict[str, type[Frozen]] = {
    "scratch": NoOptions,
    "direct": DirectOptions,
    "features": FeaturesOptions,
    "finetune": FinetuneOptions,
}

CLOSED_FORM = frozenset({"direct", "features"})
"""Strategies that are solved at once: no epochs, no optimizer, no checkpoints."""


def is_closed(recipe: Recipe) -> bool:
    """Whether a recipe's strategy is solved at once."""
    return recipe.transfer.strategy in CLOSED_FORM


def epochs_of(recipe: Recipe) -> int:
    """Epochs that a recipe trains for; 0 where it is solved at once."""
    return 0 if is_closed(recipe) else recipe.train.epochs


def views_of(recipe: Recipe) -> int:
    """How many augmented views of every training image are learnt from; 0 where nothing is changed, or by each epoch anew.

    View k is what a loop's epoch k sees, for classifiers on features, too.
    """
    if not recipe.augment.active or recipe.transfer.strategy == "direct":
        return 0
    own = recipe.transfer.options.get("views") if recipe.transfer.strategy == "features" else None
    return int(recipe.train.views or 0 if own is None else own)


def handmade_of(recipe: Recipe) -> bool:
    """Whether a recipe's features are made by hand, so that no network is needed."""
    return recipe.transfer.strategy == "features" and recipe.transfer.options.get("handmade") is not None
