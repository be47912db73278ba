"""Options of the strategies that take two domains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat

from alih.study.catalogue.architectures import plain_unet
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.problems import Problem, problem_at
from alih.study.strategies.base import StrategyOptions


class SourceOnlyOptions(StrategyOptions):
    """Train the network on the source's images alone and use it on the target: what adaptation is
    compared with.
    """

    leads: ClassVar[Literal["source", "target"]] = "source"


class AdaptationOptions(StrategyOptions):
    """What strategies share that learn from images of both domains in each step."""

    leads: ClassVar[Literal["source", "target"]] = "source"

    def normalises_batches(self, stages: int, epochs: int) -> bool:
        """Never single images: those of both domains are normalised together."""
        return False

    def problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        """A network without stages, whose features cannot be told."""
        if plain_unet(recipe.model) is not None:
            values = {"strategy": recipe.transfer.strategy, "name": recipe.model.name}
            yield problem_at("transfer.strategy", "models.needs_stages", **values)


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
