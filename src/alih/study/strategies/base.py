"""The base of every strategy's options: what the engine asks about a strategy before anything runs.

Torch-free. A strategy's own options are the fields of its class; where it differs from what the
base answers, it overrides that hook, and checks, plans, identities, the sizes of caches and the
methods text follow without knowing its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from alih.study.document.arm import Recipe
from alih.study.document.augment import Augment
from alih.study.document.data import DataSpec
from alih.study.document.model import ModelSpec
from alih.study.document.problems import Problem
from alih.study.document.values import Frozen

Rows = Sequence[tuple[str, Sequence[int]]]
"""A network's stages in order: their names, and the shapes (c, h, w) or (n,) that they leave."""

Role = Literal["source", "adapted", "target", "none"]
"""What an arm learns from, with two domains: the source alone, both, labels of the target, or
neither.
"""


class StrategyOptions(Frozen):
    """Options that a strategy takes, and answers about it.

    - `loop`: it trains in steps over epochs. False: it is fitted in one step, without epochs,
      optimizer or checkpoints.
    - `leads`: the domain whose pass is an epoch; `source` for strategies that take two sets.
    - `one_set`: it takes one set as well, although the source leads where there are two.
    - `needs_labels`: it takes two sets and cannot do without labels of the target.
    - `grants`: which labels of the target's training images it sees: those that the `study` grants,
      `none`, or `all` of them, an upper bound for studies of two sets (`study/document/arm.py`,
      `ORACLES`).
    - `learns`: training images decide what it becomes. False: it uses a network as it is.
    - `new_head`: its network gets a new head for the task's classes. False: the head of the weights
      stays.
    - `from_scratch`: its name says that nothing pretrained is used, so that a plan points out
      weights that are.
    - `source_free`: it leaves the source behind, so that losing accuracy there says nothing.
    - `divides`: its loss is a mean over the items of a batch, which several processes may share.
    - `segments`: it can also answer per pixel. False: per image only.
    - `classifies`: it can also answer per image. False: per pixel only.
    """

    loop: ClassVar[bool] = True
    leads: ClassVar[Literal["source", "target"]] = "target"
    one_set: ClassVar[bool] = False
    needs_labels: ClassVar[bool] = False
    grants: ClassVar[Literal["study", "none", "all"]] = "study"
    learns: ClassVar[bool] = True
    new_head: ClassVar[bool] = True
    from_scratch: ClassVar[bool] = False
    source_free: ClassVar[bool] = False
    divides: ClassVar[bool] = False
    segments: ClassVar[bool] = True
    classifies: ClassVar[bool] = True

    @classmethod
    def two_sets(cls) -> bool:
        """Whether it needs a source and a target."""
        return (cls.leads == "source" and not cls.one_set) or cls.grants == "all"

    def role(self, labels: bool) -> Role:
        """What an arm of a study with two domains learns from; `labels`: some of the target are
        granted.
        """
        return "adapted" if self.two_sets() and self.grants == "study" else "target"

    def learnt_first(self) -> Literal["source", "target"]:
        """The domain whose labelled images are counted as training images."""
        return self.leads

    @classmethod
    def reads_unlabelled(cls) -> bool:
        """Whether each step takes a batch of target images without labels."""
        return False

    @classmethod
    def needs_network(cls, options: Mapping[str, Any]) -> bool:
        """Whether the recipe's `model` is used, from options as written, maybe not checked yet."""
        return True

    def problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        """Problems of the options with the rest of a recipe.

        Their paths are relative to the recipe (`transfer.freeze`).
        """
        yield from ()

    def domain_problems(self, two: bool, labels: bool) -> Iterator[Problem]:
        """Problems of the options with a study's sets: whether there are `two`, and `labels` of the
        target may be seen. Paths are relative to the recipe.
        """
        yield from ()

    def first_phase(self, recipe: Recipe) -> int:
        """How many epochs of a recipe learn from the labels of the domain that leads: all, unless
        it leaves that domain behind, whose scores then say nothing of later epochs.
        """
        return recipe.train.epochs

    def augmented_views(self, recipe: Recipe) -> int:
        """The number of fixed augmented views of every training image.

        0: images as they are, or changed anew in each epoch.
        """
        return int(recipe.train.views or 0) if self.learns and recipe.augment.active else 0

    def view(self, name: str, recipe: Recipe) -> Augment:
        """The augmentation of a stream's view: `train` is the recipe's, `plain` none, `weak` the
        recipe's or a flip, and `strong` moves, turns, zooms and erases as well.

        Raises KeyError for another name.
        """
        weak = recipe.augment if recipe.augment.active else Augment(flip=True)
        strong = weak.model_copy(update={"rotation": 30.0, "scale": 0.3, "erase": 0.5})
        known = {"train": recipe.augment, "plain": Augment(), "weak": weak, "strong": strong}
        return known[name]

    def networks(self) -> dict[str, ModelSpec]:
        """Networks that are used beside the arm's own, by name.

        Unless overridden, every option that holds a model. They are checked, fetched,
        hashed into the identity and built like the arm's own.
        """
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in values.items() if isinstance(value, ModelSpec)}

    def network_sizes(self) -> dict[str, int]:
        """Pixels a side of the images that networks beside the arm's own see, where they differ
        from the arm's.
        """
        return {}

    def fits(self, own: Rows, others: Mapping[str, Rows]) -> None:
        """Raise AlihError where stages of the arm's network and of those beside it do not fit the
        options; asked before anything is written.
        """

    @classmethod
    def rehearsed(cls) -> Mapping[str, Any]:
        """Options that it cannot do without, for trials of its contract on drawings."""
        return {}

    def cosine_head(self) -> float | None:
        """The temperature of a cosine classifier that takes the place of the network's head; None
        where the head stays what it is.
        """
        return None

    def arms(self) -> dict[str, str]:
        """Arms of the study whose finished networks are used beside the arm's own, by the name
        under which each is handed over.

        They are computed first, and what they were computed from is part of the identity.
        """
        return {}

    def never_thaws(self, parameters: Sequence[int], epochs: int) -> int:
        """How many of the first stages never change in `epochs` epochs.

        `parameters`: the number of parameters of each stage.
        """
        return 0

    def normalises_batches(self, stages: int, epochs: int) -> bool:
        """Whether batch normalisation in the last of `stages` takes its statistics from training
        batches at some time in `epochs` epochs.
        """
        return self.loop

    def pooled_stage(self) -> int | None:
        """Without a loop: the stage after which means are kept, from 1; None: the last."""
        return None

    def values_per_stage(self) -> int | None:
        """Without a loop: how many values of every stage are kept; None where one stage is."""
        return None

    def stages_named(self) -> tuple[int, ...]:
        """The numbers of stages that the options name, so that a network with fewer is refused."""
        return ()

    def identity(self) -> dict[str, Any]:
        """Parts of a cell's identity, by dotted key, that the written options do not show."""
        return {}
