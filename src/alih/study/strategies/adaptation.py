"""Options of the strategies that take two domains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat

from alih.study.catalogue.architectures import plain_unet
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.problems import Problem, problem_at
from alih.study.strategies.base import Role, StrategyOptions


class SourceOnlyOptions(StrategyOptions):
    """Train the network on the source's images alone and use it on the target: what adaptation is
    compared with.
    """

    leads: ClassVar[Literal["source", "target"]] = "source"
    grants: ClassVar[Literal["study", "none", "all"]] = "none"
    divides: ClassVar[bool] = True

    def role(self, labels: bool) -> Role:
        """It learns from the source alone."""
        return "source"


class TargetOnlyOptions(StrategyOptions):
    """Train the network on all labels of the target's training images, also those that the study
    does not grant: an upper bound, which nobody can reach without them. No options.
    """

    grants: ClassVar[Literal["study", "none", "all"]] = "all"
    divides: ClassVar[bool] = True

    def problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        """A choice by source images, of which it learns nothing."""
        for key, chosen in (
            ("keep", recipe.train.keep == "best"),
            ("early_stopping", recipe.train.early_stopping is not None),
        ):
            if chosen:
                shown = "keep: best" if key == "keep" else key
                yield problem_at(f"train.{key}", "study.oracle_selection", key=shown)


class AdaptationOptions(StrategyOptions):
    """What strategies share that learn from images of both domains in each step."""

    leads: ClassVar[Literal["source", "target"]] = "source"

    @classmethod
    def reads_unlabelled(cls) -> bool:
        """All do, but for one that cannot do without labels."""
        return not cls.needs_labels

    def normalises_batches(self, stages: int, epochs: int) -> bool:
        """Never single images: those of both domains are normalised together."""
        return False

    def problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        """A network without stages, whose features cannot be told."""
        if plain_unet(recipe.model) is not None:
            values = {"strategy": recipe.transfer.strategy, "name": recipe.model.name}
            yield problem_at("transfer.strategy", "models.needs_stages", **values)


class JointOptions(AdaptationOptions):
    """Train on the labels of the source and on those of the target that are granted: what
    semi-supervised adaptation is compared with. No options.
    """

    needs_labels: ClassVar[bool] = True


class DannOptions(AdaptationOptions):
    """Domain-adversarial training (Ganin et al. 2016): features from which no domain can be told.

    - `weight`: of the domain loss beside the task's.
    - `slope`: how quickly the reversed gradient grows: λ = 2 / (1 + exp(-slope · progress)) - 1.
    - `hidden`: units of the discriminator's two hidden layers.
    """

    weight: NonNegativeFloat = 1.0
    slope: PositiveFloat = 10.0
    hidden: Annotated[int, Field(ge=1, le=65536)] = 1024


class MccOptions(AdaptationOptions):
    """Minimum class confusion (Jin et al. 2020): target images whose classes are told apart.

    - `weight`: of the confusion beside the task's loss.
    - `temperature`: logits are divided by it before the softmax.
    """

    segments: ClassVar[bool] = False

    weight: NonNegativeFloat = 1.0
    temperature: PositiveFloat = 2.5


class MmeOptions(AdaptationOptions):
    """Minimax entropy (Saito et al. 2019), for few labels of the target: a cosine classifier makes
    the answers on target images less sure, and the features make them surer.

    - `weight`: of the entropy beside the task's loss.
    - `temperature`: the head's outputs, weights times features of length 1, are divided by it.
    """

    needs_labels: ClassVar[bool] = True
    segments: ClassVar[bool] = False

    weight: NonNegativeFloat = 0.1
    temperature: PositiveFloat = 0.05

    def cosine_head(self) -> float | None:
        """Always."""
        return self.temperature


class DeepCoralOptions(AdaptationOptions):
    """Deep CORAL (Sun & Saenko 2016): features with equal covariances in both domains.

    - `weight`: of the distance between the covariances beside the task's loss.
    """

    weight: NonNegativeFloat = 1.0


class DanOptions(AdaptationOptions):
    """DAN (Long et al. 2015): features with equal kernel means in both domains.

    - `weight`: of the maximum mean discrepancy beside the task's loss.
    """

    weight: NonNegativeFloat = 1.0


class ShotOptions(AdaptationOptions):
    """SHOT-IM (Liang et al. 2020): a network of the source, whose stages adapt to target images
    while its head stays.

    - `source_epochs`: so many epochs on the source's labels come first; unless given half of all,
      or none for an arm with `from`, which starts from a network of the source.
    - `adapt_lr`: factor on the learning rate in the epochs after them.
    """

    source_free: ClassVar[bool] = True
    segments: ClassVar[bool] = False

    source_epochs: NonNegativeInt | None = None
    adapt_lr: PositiveFloat = 0.1

    def first_phase(self, recipe: Recipe) -> int:
        """How many epochs of a recipe learn from the source."""
        if self.source_epochs is not None:
            return self.source_epochs
        return 0 if recipe.source is not None else -(-recipe.train.epochs // 2)

    def normalises_batches(self, stages: int, epochs: int) -> bool:
        """Each domain's images are normalised by themselves."""
        return True

    def problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        """Nothing learnt from the source, no epoch left, or a choice by source images."""
        yield from super().problems(recipe, data)
        first, train = self.first_phase(recipe), recipe.train
        if not first and recipe.source is None:
            yield problem_at("transfer.source_epochs", "study.shot_no_source")
        if first >= train.epochs:
            values = {"got": first, "epochs": train.epochs}
            yield problem_at("transfer.source_epochs", "study.shot_no_epochs", **values)
        if train.keep == "best" and train.monitor not in ("entropy", "information"):
            yield problem_at("train.keep", "study.shot_selection", key="keep: best")
        if train.early_stopping is not None:
            yield problem_at("train.early_stopping", "study.shot_selection", key="early_stopping")


class CdanOptions(DannOptions):
    """CDAN (Long et al. 2018): `dann` whose discriminator sees features with the answered classes.

    - `entropy`: surely answered images count more in the domain loss (CDAN+E).
    """

    segments: ClassVar[bool] = False

    entropy: bool = True


class AdventOptions(AdaptationOptions):
    """ADVENT (Vu et al. 2019): pixels of the target that are answered as surely as the source's.

    - `mode`: `adversarial`, by a discriminator on maps of self-information, or `entropy`, by the
      mean entropy itself (MinEnt).
    - `weight`: of the term beside the task's loss.
    - `discriminator_lr`: learning rate of the discriminator's Adam, under the schedule of `train`.
    - `filters`: of the discriminator's first convolution.
    """

    classifies: ClassVar[bool] = False

    mode: Literal["adversarial", "entropy"] = "adversarial"
    weight: NonNegativeFloat = 0.001
    discriminator_lr: PositiveFloat = 1e-4
    filters: Annotated[int, Field(ge=1, le=1024)] = 64

    def problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        """Options of a discriminator where there is none."""
        yield from super().problems(recipe, data)
        for key in ("discriminator_lr", "filters"):
            if self.mode == "entropy" and key in self.model_fields_set:
                yield problem_at(f"transfer.{key}", "study.only_adversarial", name=key)


class SelfTrainingOptions(AdaptationOptions):
    """Pseudo-labels (Lee 2013): target images are learnt from with the classes that the network
    surely answers.

    - `weight`: of these images' loss beside that of labelled ones.
    - `threshold`: the least probability of a sure answer.
    - `warmup`: the share of the run's steps, at its start, that learn from labelled images alone;
      unless given a fifth, or none for an arm with `from`.
    - `balance`: in each step every class is learnt from equally many images at most, the surest
      ones of it; unless given for classes of whole images, with one view.
    """

    views: ClassVar[tuple[str, ...]] = ("train",)

    weight: NonNegativeFloat = 1.0
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.95
    warmup: Annotated[float, Field(ge=0, lt=1)] | None = None
    balance: bool | None = None

    def labelled_share(self, recipe: Recipe) -> float:
        """The share of a recipe's steps that come before the first answer is learnt from."""
        if self.warmup is not None:
            return self.warmup
        return 0.0 if recipe.source is not None else 0.2

    def balanced(self, recipe: Recipe) -> bool:
        """Whether classes are learnt from equally many images."""
        if self.balance is not None:
            return self.balance
        return len(self.views) == 1 and not recipe.model.encoder

    def problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        """Classes of pixels, which are not equally frequent in any image."""
        yield from super().problems(recipe, data)
        if self.balance and recipe.model.encoder:
            yield problem_at("transfer.balance", "study.balance_segmentation")

    def identity(self) -> dict[str, Any]:
        """A warm-up and balance count as if they were written: once there was neither."""
        return {"transfer.warmup": self.warmup, "transfer.balance": self.balance}


class FixmatchOptions(SelfTrainingOptions):
    """FixMatch (Sohn et al. 2020): a weak view of an image is answered, a strong one is learnt."""

    segments: ClassVar[bool] = False  # a pixel lies elsewhere in the strong view
    views: ClassVar[tuple[str, ...]] = ("weak", "strong")
