"""From a recipe to a network in fp32 on the CPU, its start included."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from alih.models.backbones import backbone
from alih.models.build import build
from alih.models.weights import obtain
from alih.study.backbones import is_backbone, start_of
from alih.study.document import Recipe
from alih.study.layers import network as layer_list
from alih.study.layers import output


def from_recipe(
    recipe: Recipe, classes: int, shape: tuple[int, int, int], seed: Callable[[str], int], start: str | None = None
) -> nn.Module:
    """The recipe's network for images of `shape` (channels, height, width), with weights drawn by `seed(purpose)`.

    `start` takes the place of what a recipe's backbone starts from: `none` for one whose weights are loaded afterwards.
    Raises AlihError where a backbone's weights cannot be had.
    """
    model = recipe.model
    if not is_backbone(model.name):
        layers = layer_list(model, classes)
        return build(layers, channels=shape[0], image_size=shape[1:], init=recipe.init, seed=seed, output=output(model))
    chosen = start or start_of(recipe) or "none"
    given = obtain(str(model.name), chosen) if chosen != "none" else None
    network = backbone(
        str(model.name),
        classes=classes,
        channels=shape[0],
        image_size=shape[1:],
        init=recipe.init,
        seed=seed,
        weights=given.tensors if given else None,
        dropout=model.dropout[0] if model.dropout else 0.0,
    )
    network.origin = {"source": given.source, "sha256": given.sha256} if given else None
    return network
