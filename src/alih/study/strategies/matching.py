"""`match`: which stages of a source network a target network is trained to match, with options and
pairs, without torch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat

from alih.errors import AlihError
from alih.study.catalogue.architectures import plain_unet
from alih.study.catalogue.arithmetic import network as layer_list
from alih.study.catalogue.backbones import weights_of
from alih.study.catalogue.stages import is_layer_list, stage_count, stage_sizes, stages
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.model import ModelSpec, NamedModel
from alih.study.document.problems import Problem, problem_at
from alih.study.document.values import Count, Expecting, Side
from alih.study.strategies.base import Rows, StrategyOptions
from alih.words.phrase import known

WAYS = ("single", "one-to-one", "all-to-all")

Stage = Count | Annotated[str, Field(min_length=1)]
Written = Annotated[list[Stage], Field(min_length=2, max_length=2)]
AnyPairs = Annotated[
    Literal["single", "one-to-one", "all-to-all"] | Annotated[list[Written], Field(min_length=1)],
    Expecting("study.expected_pairs"),
]


@dataclass(frozen=True)
class Place:
    """A stage that ends in a map: its number from 0, its name, and the map's shape (c, h, w)."""

    index: int
    name: str
    shape: tuple[int, int, int]


@dataclass(frozen=True)
class Pair:
    """A stage of the source, and the one of the target that is to hold what it holds."""

    source: Place
    target: Place


class MatchOptions(StrategyOptions):
    """Train a network whose feature maps, mapped linearly, come near those of a frozen source.

    Jang et al. 2019. A 1×1 convolution for each pair of stages maps the target's channels to the
    source's; the squared distance is added to the objective.

    - `source`: the other network, which may have other stages; `source_size`: pixels a side at
      which it sees the images, unless given the arm's own. `source_arm`: in its place an arm of the
      study, whose network of the same replicate sees images as it was trained.
    - `pairs`: of stages. `single`: the last maps of both; `one-to-one`: the k-th last map of a size
      with the k-th; `all-to-all`: each of them with each; or a list `[[source, target], …]` of
      names or numbers from 1.
    - `weights`: `uniform`, or learnt by how little the objective is left after steps of matching:
      `channels` (L2T-w) of each pair's channels, `pairs-and-channels` (L2T-ww) of pairs as well.
    - `weight`: of the matching beside the objective.
    - `match_at`: maps of two sizes are compared at the `target`'s, the source's being resized as in
      the paper, or at the `smaller` of the two.
    - `inner_steps`, `meta_lr`, `meta_weight_decay`: tried steps of matching, and Adam's settings
      for what learns the weights.
    """

    source: NamedModel | None = None
    source_arm: str | None = None
    source_size: Side | None = None
    pairs: AnyPairs = "all-to-all"
    weights: Literal["uniform", "channels", "pairs-and-channels"] = "pairs-and-channels"
    weight: NonNegativeFloat = 0.5
    match_at: Literal["target", "smaller"] = "target"
    inner_steps: Count = 2
    meta_lr: PositiveFloat = 1e-4
    meta_weight_decay: NonNegativeFloat = 1e-4

    @classmethod
    def rehearsed(cls) -> Mapping[str, object]:
        """A small source from random weights."""
        layers = ["batch_norm", {"conv": {"filters": 3, "stride": 2}}, {"conv": {"filters": 2}}]
        return {"source": {"layers": layers}}

    def arms(self) -> dict[str, str]:
        """The arm whose network is the source, if one is."""
        return {} if self.source_arm is None else {"source_arm": self.source_arm}

    def network_sizes(self) -> dict[str, int]:
        """The source's own size of images."""
        return {} if self.source_size is None else {"source": self.source_size}

    def fits(self, own: Rows, others: Mapping[str, Rows]) -> None:
        """Raise AlihError for pairs of stages that are not there, or have no maps."""
        source = others.get("source", others.get("source_arm"))
        if source is None:
            return
        if not source:
            raise AlihError("transfer.arm_without_stages", arm=self.source_arm)
        self.resolve(source, own)

    def resolve(self, source: Rows, target: Rows) -> tuple[Pair, ...]:
        """The pairs of stages whose maps are compared, from rows of both networks.

        Raises AlihError for stages that do not exist or end in no map, and for a pair named twice.

        >>> rows = [("a", (4, 8, 8)), ("b", (8, 8, 8)), ("c", (16, 4, 4)), ("d", (9,))]
        >>> pairs = MatchOptions(pairs="one-to-one").resolve(rows, rows[:2])
        >>> [(pair.source.name, pair.target.name) for pair in pairs]
        [('b', 'b')]
        """
        if not isinstance(self.pairs, str):
            found = [
                Pair(_place("source", one, source), _place("target", other, target))
                for one, other in self.pairs
            ]
            for index, pair in enumerate(found):
                if pair in found[:index]:
                    values = {"source": pair.source.name, "target": pair.target.name}
                    raise AlihError("transfer.pair_twice", **values)
            return tuple(found)
        theirs, ours = _last_of_each_size("source", source), _last_of_each_size("target", target)
        if self.pairs == "single":
            return (Pair(theirs[-1], ours[-1]),)
        if self.pairs == "one-to-one":
            return tuple(Pair(s, t) for s, t in zip(theirs, ours, strict=False))
        return tuple(Pair(s, t) for t in ours for s in theirs)

    @property
    def learns_weights(self) -> bool:
        """Whether weights of channels, or of pairs too, are learnt through tried steps."""
        return self.weights != "uniform" and self.weight > 0

    def problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        """No source, or the target itself; pairs that cannot be; an optimizer without tried
        steps.
        """
        if (self.source is None) == (self.source_arm is None):
            key = "study.match_no_source" if self.source is None else "study.match_two_sources"
            yield problem_at("transfer.source", key)
            return
        if self.source_arm is not None and self.source_size is not None:
            yield problem_at("transfer.source_size", "study.match_arm_size")
        for path, model in (("transfer.source", self.source), ("transfer.strategy", recipe.model)):
            if model is not None and plain_unet(model) is not None:
                values = {"strategy": recipe.transfer.strategy, "name": model.name}
                yield problem_at(path, "models.needs_stages", **values)
                return
        start = "none" if recipe.source is not None else _start(recipe.model)
        source = self.source
        if source is not None and start == _start(source) and _same(source, recipe.model):
            name = recipe.model.name or "layers"
            yield problem_at("transfer.source", "study.match_itself", name=name)
        yield from self._pair_problems(recipe, data)
        yield from self._step_problems(recipe)

    def _pair_problems(self, recipe: Recipe, data: DataSpec) -> Iterator[Problem]:
        size, source = self.source_size or data.image_size, self.source or ModelSpec()
        both = _rows(source, size, data), _rows(recipe.model, data.image_size, data)
        if all(both):
            with _told("transfer.pairs") as found:
                self.resolve(*both)
            yield from found
        else:
            for role, model, rows, column in (
                ("source", source, both[0], 0),
                ("target", recipe.model, both[1], 1),
            ):
                if isinstance(self.pairs, str):
                    if rows:
                        with _told("transfer.pairs") as found:
                            _last_of_each_size(role, rows)
                        yield from found
                    continue
                count = stage_count(model)
                for asked in (pair[column] for pair in self.pairs):
                    if rows:
                        with _told("transfer.pairs") as found:
                            _place(role, asked, rows)
                        yield from found
                    elif count is not None and isinstance(asked, int) and asked > count:
                        values = {"got": asked, "stages": count, "name": str(model.name)}
                        yield problem_at("transfer.pairs", f"study.{role}_stage_beyond", **values)

    def _step_problems(self, recipe: Recipe) -> Iterator[Problem]:
        if self.weights == "uniform":
            for key in ("inner_steps", "meta_lr", "meta_weight_decay"):
                if key in self.model_fields_set:
                    yield problem_at(f"transfer.{key}", "study.only_learnt_weights", name=key)
            return
        train = recipe.train
        if train.optimizer != "sgd":
            yield problem_at("train.optimizer", "study.match_optimizer", got=train.optimizer)
        for key in ("nesterov", "clip_norm", "l1"):
            if getattr(train, key):
                yield problem_at(f"train.{key}", "study.match_step", name=key)


@contextlib.contextmanager
def _told(path: str) -> Iterator[list[Problem]]:
    """A list that takes up what is raised inside, as a problem at `path`."""
    found: list[Problem] = []
    try:
        yield found
    except AlihError as error:
        found.append(problem_at(path, error.key, **error.values))


def _start(model: ModelSpec) -> str:
    return weights_of(model) or "none"


def _same(one: ModelSpec, other: ModelSpec) -> bool:
    mine, its = (model.model_dump(exclude={"weights", "dropout"}) for model in (one, other))
    return bool(mine == its)


def _rows(model: ModelSpec, size: int | None, data: DataSpec) -> Rows:
    """The stages of a list of layers with the shapes they leave; none where only building would
    tell, or nothing can.
    """
    side = size or 224  # which stages end in maps does not depend on it
    with contextlib.suppress(AlihError):  # told where the model is checked
        if is_layer_list(model):
            sizes = stage_sizes(model, 2, (data.channels or 3, side, side))
            names = [stage.name for stage in stages(layer_list(model, 2))]
            return list(zip(names, (row["output_shape"] for row in sizes), strict=True))
    return []


def _places(rows: Rows) -> list[Place | None]:
    """Each stage with a map; None for those that end in a vector."""
    return [
        Place(index, name, (shape[0], shape[1], shape[2])) if len(shape) == 3 else None
        for index, (name, shape) in enumerate(rows)
    ]


def _last_of_each_size(role: str, rows: Rows) -> list[Place]:
    """The last stage of each size of map, as in front of a pooling layer. Raises AlihError where
    there is none.
    """
    places = _places(rows)
    found = [
        place
        for place, after in zip(places, [*places[1:], None], strict=True)
        if place is not None and (after is None or after.shape[1:] != place.shape[1:])
    ]
    if not found:
        raise AlihError(f"transfer.no_maps_in_{role}", names=_listed(rows))
    return found


def _place(role: str, asked: int | str, rows: Rows) -> Place:
    """The stage of a name or number. Raises AlihError where it does not exist or has no map."""
    names: Sequence[str] = [name for name, _ in rows]
    index = asked - 1 if isinstance(asked, int) else names.index(asked) if asked in names else -1
    if not 0 <= index < len(rows):
        near = known("" if isinstance(asked, int) else asked, names)
        raise AlihError(f"transfer.no_stage_in_{role}", got=asked, stages=len(rows), names=near)
    place = _places(rows)[index]
    if place is None:
        shape = " × ".join(str(side) for side in rows[index][1])
        maps = ", ".join(found.name for found in _places(rows) if found) or "–"
        values = {"got": asked, "shape": shape, "names": maps}
        raise AlihError(f"transfer.no_map_in_{role}", **values)
    return place


def _listed(rows: Rows) -> str:
    return ", ".join(name for name, _ in rows) or "–"
