"""Whether the networks of a study can be had and fit its images, tried before anything is
written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alih.errors import AlihError
from alih.study.catalogue.backbones import backbone_of, start_of
from alih.study.document.arm import Recipe
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.recipes import TRAIN_IMAGES
from alih.study.strategies.base import Rows, StrategyOptions
from alih.study.strategies.options import (
    kind_of,
    needs_network,
    network_recipes,
    normalises_batches,
    options_of,
)

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet


def obtain_weights(study: Study) -> None:
    """Fetch the pretrained weights of all arms where they are not here. Raises AlihError for those
    that cannot be had.
    """
    own = [cell.recipe for cell in plan.cells(study)]
    others = [other for r in own for other in network_recipes(r).values()]
    wanted = {(backbone_of(r.model), start_of(r)) for r in [*own, *others]}
    for name, weights in sorted((str(n), w) for n, w in wanted if w not in (None, "none")):
        from alih.models.weights import obtain

        obtain(name, str(weights))


def try_out(study: Study, images: ImageSet) -> None:
    """Build each backbone of the study once and show it a black image: weights, stages, sizes and
    batches that do not fit are told.
    """
    from alih.models.recipes import from_recipe, head_of
    from alih.models.staged import StagedNetwork, normalises_single_values, stage_rows

    height, width, channels = images.images.shape[1:]
    classes = len(images.classes)
    built: dict[tuple[object, ...], Rows] = {}

    def rows(chosen: Recipe, head: int | None, alone: bool = False) -> Rows:
        """The stages of a network with the shapes they leave, none for what has none; `alone`:
        trained on single images.
        """
        side = chosen.image_size
        shape = (channels, side or height, side or width)
        model = chosen.model.model_dump_json(exclude={"weights"})
        key = (model, start_of(chosen), head, shape, alone)
        if key not in built:
            network = from_recipe(chosen, head, shape, lambda purpose: 0)
            built[key] = ()
            if isinstance(network, StagedNetwork):
                found = stage_rows(network)[: len(network.stages)]
                built[key] = [(row["name"], row["output_shape"]) for row in found]
                if alone and normalises_single_values(network):
                    name = backbone_of(chosen.model)
                    raise AlihError("models.batch_of_one", name=name, got=shape[1])
        return built[key]

    for cell in plan.cells(study):
        for chosen in (trial.recipe for trial in cell.trials):
            related = type(options_of(chosen)).fits is not StrategyOptions.fits
            others = {
                name: rows(other, head_of(other, classes))
                for name, other in network_recipes(chosen).items()
                if related or backbone_of(other.model)
            }
            if related:
                arms = {other.arm: other.recipe for other in cell.others}
                named = options_of(chosen).arms()
                others |= {name: rows(arms[arm], classes) for name, arm in named.items()}
            if needs_network(chosen) and (related or backbone_of(chosen.model)):
                alone = 1 in (chosen.train.batch_size, cell.at.get(TRAIN_IMAGES))
                head = classes if kind_of(chosen).new_head else None
                own = rows(chosen, head, alone and normalises_batches(chosen))
                if backbone_of(chosen.model):
                    _check_stages(chosen, [name for name, _ in own])
                options_of(chosen).fits(own, others)


def _check_stages(chosen: Recipe, names: Sequence[str]) -> None:
    for asked in options_of(chosen).stages_named():
        if asked > len(names):
            raise AlihError(
                "models.no_such_stage", k=asked, stages=len(names), names=", ".join(names)
            )
