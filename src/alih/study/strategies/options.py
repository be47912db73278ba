"""The strategies that a document can name, with the options each of them takes.

Torch-free, so that `alih check` can refuse a misspelt option at once; the code behind a name lies
in `transfer/`. To add a strategy: one class of options, which also answers what is asked about the
strategy (`StrategyOptions`), and one line in `STRATEGIES`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat

from alih.study.catalogue.architectures import plain_unet
from alih.study.catalogue.backbones import backbone_of
from alih.study.catalogue.stages import is_layer_list, stage_count
from alih.study.document.arm import Recipe
from alih.study.document.classifiers import AnyClassifier, EasyTL, Head2Toe, Logistic
from alih.study.document.data import DataSpec
from alih.study.document.handmade import AnyHandmade
from alih.study.document.problems import Problem, problem_at
from alih.study.document.train import MOST_VIEWS
from alih.study.document.values import Count, Frozen
from alih.study.strategies.adaptation import (
    AdventOptions,
    CdanOptions,
    DannOptions,
    DanOptions,
    DeepCoralOptions,
    FixmatchOptions,
    JointOptions,
    MccOptions,
    MmeOptions,
    SelfTrainingOptions,
    ShotOptions,
    SourceOnlyOptions,
    TargetOnlyOptions,
)
from alih.study.strategies.base import Role, StrategyOptions
from alih.study.strategies.mapping import DirectOptions
from alih.study.strategies.matching import MatchOptions


class ScratchOptions(StrategyOptions):
    """Train the network on the target's images from whatever it starts with; takes no options."""

    from_scratch: ClassVar[bool] = True
    divides: ClassVar[bool] = True


class Unfreeze(Frozen):
    """Gradual unfreezing (Howard & Ruder 2018): `stages` more thaw after every `every` epochs,
    those near the head first.
    """

    every: Count = 1
    stages: Count = 1


def frozen_at(freeze: int, thaw: Unfreeze | None, epoch: int, order: Sequence[int] = ()) -> int:
    """How many of `freeze` stages are still frozen in an epoch (counted from 0), those near the
    head thawing first.

    `order`: stages that have parameters; only they count as thawing. Gradual unfreezing: Howard &
    Ruder 2018, section 3.3.

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


class FinetuneOptions(StrategyOptions):
    """Continue the training of a network on the target's images, with a new head.

    The network is a backbone with weights, or own layers that continue another arm (`from`).

    - `freeze`: how many stages keep their weights, counted from the images; `all`: everything but
      the head.
    - `stage_decay`: each stage learns that much slower than the one after it; `head_lr`: factor on
      the head's learning rate.
    - `batch_norm`: `stage` (statistics of frozen stages stay), `adapt` (they follow the new
      images), `fixed` (all stay).
    - `regularizer`: `l2-sp` (Li et al. 2018: alpha/2 · ‖w − w⁰‖² + beta/2 · ‖head‖²) or `delta` (Li
      et al. 2019: alpha times the distance of feature maps to those of the start, and beta/2 ·
      ‖head‖²).
    - `attention` (with `delta`): channels count by how much the loss of the source model with a
      head for the target grows when they are off, on `attention_images` training images, as in the
      paper; without it all count the same.
    - `bss`: strength of batch spectral shrinkage (Chen et al. 2019) on the `bss_k` smallest
      singular values of the features.
    - `head_l1`, `head_l2`: head_l1 · Σ|w| and head_l2 · Σw² on the head's weights.
    """

    divides: ClassVar[bool] = True

    freeze: NonNegativeInt | Literal["all"] = 0
    stage_decay: Annotated[float, Field(gt=0, le=1)] = 1.0
    head_lr: PositiveFloat = 1.0
    unfreeze: Unfreeze | None = None
    batch_norm: Literal["stage", "adapt", "fixed"] = "stage"
    regularizer: Literal["none", "l2-sp", "delta"] = "none"
    alpha: NonNegativeFloat = 0.01
    beta: NonNegativeFloat = 0.01
    attention: bool = True
    attention_images: Count = 320
    bss: NonNegativeFloat = 0.0
    bss_k: Count = 1
    head_l1: NonNegativeFloat = 0.0
    head_l2: NonNegativeFloat = 0.0

    @property
    def needs_reference(self) -> bool:
        """Whether the network as it starts is kept, since the trained one is held to its maps."""
        return self.regularizer == "delta"

    def never_thaws(self, parameters: Sequence[int], epochs: int) -> int:
        """The stages that are frozen to the end; none when their statistics follow the images."""
        if self.batch_norm == "adapt":
            return 0
        frozen = len(parameters) if self.freeze == "all" else min(self.freeze, len(parameters))
        weighted = [index for index, count in enumerate(parameters) if count]
        return frozen_at(frozen, self.unfreeze, epochs - 1, weighted)

    def normalises_batches(self, stages: int, epochs: int) -> bool:
        """Not where all statistics stay, or those of all stages."""
        return self.batch_norm != "fixed" and self.never_thaws([1] * stages, epochs) < stages

    def stages_named(self) -> tuple[int, ...]:
        """The number of frozen stages."""
        return (self.freeze,) if isinstance(self.freeze, int) else ()

    def identity(self) -> dict[str, Any]:
        """With `delta`: attention, which is on unless turned off, counts as if it were written."""
        if not self.needs_reference:
            return {}
        found: dict[str, Any] = {"transfer.attention": self.attention}
        if self.attention:
            found["transfer.attention_images.exact"] = True  # it once looked at whole batches
        return found

    def problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        """No network with the stages named, or options without those that they belong to."""
        if plain_unet(recipe.model) is not None:
            yield problem_at(
                "transfer.strategy", "study.finetune_without_backbone", name=recipe.model.name
            )
            return
        yield from _start_problems(recipe)
        stages = stage_count(recipe.model)
        if stages is not None and isinstance(self.freeze, int) and self.freeze > stages:
            values = {
                "got": self.freeze,
                "stages": stages,
                "name": backbone_of(recipe.model) or recipe.model.name,
            }
            key = (
                "study.freeze_beyond"
                if recipe.model.layers is None
                else "study.freeze_beyond_layers"
            )
            yield problem_at("transfer.freeze", key, **values)
        if self.unfreeze is not None and self.freeze == 0:
            yield problem_at("transfer.unfreeze", "study.unfreeze_nothing")
        yield from self._regularizer_problems(recipe)
        yield from self._bss_problems(recipe)

    def _regularizer_problems(self, recipe: Recipe) -> Iterator[Problem]:
        if self.regularizer == "none":
            for key in ("alpha", "beta"):
                if key in self.model_fields_set:
                    yield problem_at(f"transfer.{key}", "study.only_regularizer", name=key)
        else:
            # These draw to zero what the regularizer holds near the start.
            for setting in ("weight_decay", "l2", "l1"):
                value = getattr(recipe.train, setting)
                if value:
                    values = {"got": f"{value:g}", "setting": setting, "name": self.regularizer}
                    yield problem_at(f"train.{setting}", "study.decay_and_regularizer", **values)
        if not self.needs_reference:
            for key in ("attention", "attention_images"):
                if key in self.model_fields_set:
                    yield problem_at(f"transfer.{key}", "study.only_delta", name=key)
        elif recipe.model.encoder and "attention" in self.model_fields_set and self.attention:
            yield problem_at("transfer.attention", "study.attention_segmentation")

    def _bss_problems(self, recipe: Recipe) -> Iterator[Problem]:
        if self.bss and recipe.model.encoder:
            yield problem_at("transfer.bss", "study.bss_segmentation")
        if "bss_k" in self.model_fields_set and not self.bss:
            yield problem_at("transfer.bss_k", "study.only_bss")
        if self.bss and self.bss_k > recipe.train.batch_size:
            values = {"got": self.bss_k, "batch": recipe.train.batch_size}
            yield problem_at("transfer.bss_k", "study.bss_beyond", **values)


class FeaturesOptions(StrategyOptions):
    """Fit a classifier to what a frozen network makes of the images, in one step.

    - `classifier`: its name, or a mapping with `name` and options
      (`study/document/classifiers.py`).
    - `stage`: features are the means over space after that many stages, the last one unless given;
      `all`: of every stage at most `stage_values` means over a grid, with norm 1 together. So it is
      for `head2toe` unless given.
    - `handmade`: HOG, SIFT or facts about the files in place of a network's features.
    - `views`: so many augmented views of every training image (by `augment`) are learnt from beside
      the image itself; `train.views`, which all arms share, unless given.
    - `align`: with two domains, `coral` brings the source's features to the target's.
    - `learn_from`: with two domains, whose labels are learnt from.
    """

    loop: ClassVar[bool] = False
    leads: ClassVar[Literal["source", "target"]] = "source"
    one_set: ClassVar[bool] = True
    segments: ClassVar[bool] = False

    classifier: AnyClassifier = Logistic()
    stage: Count | Literal["all"] | None = None
    stage_values: Count = 1024
    handmade: AnyHandmade | None = None
    views: Annotated[int, Field(ge=0, le=MOST_VIEWS)] | None = None
    align: Literal["none", "coral"] = "none"
    learn_from: Literal["both", "source", "target"] = "both"

    @property
    def aligns(self) -> bool:
        """Whether covariances are aligned, by the strategy's word or by its classifier's."""
        return "coral" in (self.align, getattr(self.classifier, "align", "none"))

    @classmethod
    def needs_network(cls, options: Mapping[str, Any]) -> bool:
        """Features made by hand need none."""
        return options.get("handmade") is None

    def augmented_views(self, recipe: Recipe) -> int:
        """Its own number, or else that of all arms."""
        if not recipe.augment.active or self.views is None:
            return super().augmented_views(recipe)
        return self.views

    def pooled_stage(self) -> int | None:
        """The stage whose means are the features."""
        return self.stage if isinstance(self.stage, int) else None

    def values_per_stage(self) -> int | None:
        """How many values of every stage are features; None where one stage's means are."""
        chosen = self.stage or ("all" if isinstance(self.classifier, Head2Toe) else None)
        return self.stage_values if chosen == "all" and self.handmade is None else None

    def stages_named(self) -> tuple[int, ...]:
        """The stage whose means are the features."""
        return (self.stage,) if isinstance(self.stage, int) else ()

    def problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        """No trained network for features not made by hand, a stage beyond it, views of nothing."""
        name = recipe.model.name or "layers"
        if self.handmade is not None:
            if self.stage is not None:
                yield problem_at(
                    "transfer.stage", "study.stage_and_handmade", name=self.handmade.name
                )
        else:
            yield from _start_problems(recipe)
            stages = stage_count(recipe.model)
            if stages is not None and isinstance(self.stage, int) and self.stage > stages:
                values = {"got": self.stage, "stages": stages, "name": name}
                yield problem_at("transfer.stage", "study.stage_beyond", **values)
        if "stage_values" in self.model_fields_set and self.values_per_stage() is None:
            yield problem_at("transfer.stage_values", "study.stage_values_of_one")
        if self.views and not recipe.augment.active:
            yield problem_at("transfer.views", "study.views_without_augment", got=self.views)

    def learnt_first(self) -> Literal["source", "target"]:
        """The target where no other labels are learnt from."""
        return "target" if self.learn_from == "target" else self.leads

    def role(self, labels: bool) -> Role:
        """The source alone, unless labels or images of the target are learnt from."""
        if self.learn_from == "target":
            return "target"
        reads = self.aligns or isinstance(self.classifier, EasyTL)
        return "adapted" if reads or (labels and self.learn_from == "both") else "source"

    def domain_problems(self, two: bool, labels: bool) -> Iterator[Problem]:
        """Alignment without a target or without a source, labels that are not granted."""
        if two:
            if self.learn_from == "target" and not labels:
                yield problem_at("transfer.learn_from", "study.learn_from_none")
            elif self.learn_from == "target" and self.aligns:
                place = "transfer.align" if self.align != "none" else "transfer.classifier.align"
                yield problem_at(place, "study.align_without_source")
            return
        if self.align != "none":
            yield problem_at("transfer.align", "study.align_one_set")
        elif self.aligns and not getattr(self.classifier, "transductive", False):
            yield problem_at("transfer.classifier.align", "transfer.no_target")
        if "learn_from" in self.model_fields_set:
            yield problem_at("transfer.learn_from", "study.learn_from_one_set")


class DistillOptions(StrategyOptions):
    """Learn from labels and from the softened answers of another arm's network (Hinton et al.
    2015).

    - `teacher`: the arm; the network of its same replicate answers for the same augmented images.
    - `temperature`: logits are divided by it before the softmax.
    - `weight`: of the distance to the teacher's answers; the labels have the rest. 0.9, since the
      paper found it best to give the labels much less.
    """

    divides: ClassVar[bool] = True

    teacher: str
    temperature: PositiveFloat = 4.0
    weight: Annotated[float, Field(ge=0, le=1)] = 0.9

    @classmethod
    def rehearsed(cls) -> Mapping[str, Any]:
        """Any name: a teacher is made up."""
        return {"teacher": "teacher"}

    def arms(self) -> dict[str, str]:
        """The teacher."""
        return {"teacher": self.teacher}


def _start_problems(recipe: Recipe) -> Iterator[Problem]:
    """A strategy that continues from trained weights, on own layers that have none."""
    model = recipe.model
    if is_layer_list(model) and recipe.source is None and model.weights is None:
        values = {"strategy": recipe.transfer.strategy, "name": model.name or "layers"}
        yield problem_at("transfer.strategy", "study.no_start", **values)


STRATEGIES: dict[str, type[StrategyOptions]] = {
    "scratch": ScratchOptions,
    "direct": DirectOptions,
    "features": FeaturesOptions,
    "finetune": FinetuneOptions,
    "match": MatchOptions,
    "distill": DistillOptions,
    "source-only": SourceOnlyOptions,
    "target-only": TargetOnlyOptions,
    "joint": JointOptions,
    "dann": DannOptions,
    "cdan": CdanOptions,
    "mcc": MccOptions,
    "mme": MmeOptions,
    "deep-coral": DeepCoralOptions,
    "dan": DanOptions,
    "shot-im": ShotOptions,
    "self-training": SelfTrainingOptions,
    "fixmatch": FixmatchOptions,
    "advent": AdventOptions,
}


def kind_of(recipe: Recipe) -> type[StrategyOptions]:
    """The class of a recipe's options; the base class for a strategy that `alih check` refuses."""
    return STRATEGIES.get(recipe.transfer.strategy, StrategyOptions)


def options_of(recipe: Recipe) -> StrategyOptions:
    """The options of a recipe's strategy, checked and complete.

    Raises pydantic's ValidationError for options that the strategy does not take (a study that was
    loaded has none).
    """
    return kind_of(recipe).model_validate(recipe.transfer.options)


def is_closed(recipe: Recipe) -> bool:
    """Whether a recipe's strategy is fitted in one step: no epochs, optimizer or checkpoints."""
    return not kind_of(recipe).loop


def epochs_of(recipe: Recipe) -> int:
    """Epochs that a recipe trains for; 0 where it is fitted in one step."""
    return 0 if is_closed(recipe) else recipe.train.epochs


def views_of(recipe: Recipe) -> int:
    """How many augmented views of every training image are learnt from; 0 where nothing is changed,
    or by each epoch anew.

    View k is what a loop's epoch k sees, for classifiers on features, too.
    """
    return options_of(recipe).augmented_views(recipe)


def normalises_batches(recipe: Recipe) -> bool:
    """Whether the last stages of a backbone are normalised over the images of a training batch."""
    unknown = 1000  # more than any number of frozen stages that a document would name
    stages = stage_count(recipe.model) or unknown
    return options_of(recipe).normalises_batches(stages, recipe.train.epochs)


def takes_network(transfer: Mapping[str, Any]) -> bool:
    """Whether a `transfer` mapping as it is written needs a network."""
    kind = STRATEGIES.get(str(transfer.get("strategy")), StrategyOptions)
    return kind.needs_network(transfer)


def needs_network(recipe: Recipe) -> bool:
    """Whether a recipe needs a network; features can be made by hand."""
    return kind_of(recipe).needs_network(recipe.transfer.options)


def network_recipes(recipe: Recipe) -> dict[str, Recipe]:
    """Recipes of the networks that one uses beside its own, by name, each from its own weights."""
    options = options_of(recipe)
    sizes = options.network_sizes()
    return {
        name: recipe.model_copy(
            update={
                "model": model,
                "source": None,
                "image_size": sizes.get(name, recipe.image_size),
            }
        )
        for name, model in options.networks().items()
    }
