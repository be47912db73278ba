"""From a recipe to a network in fp32 on the CPU, its start included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from alih.models.backbones import backbone
from alih.models.build import build
from alih.models.layers import CosineLinear
from alih.models.segmentation import segmentation
from alih.models.staged import StagedNetwork
from alih.models.unet import unet
from alih.models.weights import obtain
from alih.study.catalogue.architectures import is_segmentation, plain_unet
from alih.study.catalogue.arithmetic import network as layer_list
from alih.study.catalogue.arithmetic import output
from alih.study.catalogue.backbones import backbone_of, is_backbone, start_of
from alih.study.document.arm import Recipe
from alih.study.strategies.options import network_recipes, options_of


def from_recipe(
    recipe: Recipe,
    classes: int | None,
    shape: tuple[int, int, int],
    seed: Callable[[str], int],
    start: str | None = None,
) -> nn.Module:
    """The recipe's network for images of `shape` (channels, height, width), with weights drawn by
    `seed(purpose)`.

    `classes`: those of a new head; None where a backbone keeps the head of its weights, which other
    networks have not. `start` takes the place of what a recipe's backbone starts from: `none` for
    one whose weights are loaded afterwards. Raises AlihError where a backbone's weights cannot be
    had.
    """
    network = _built(recipe, classes, shape, seed, start)
    temperature = options_of(recipe).cosine_head()
    if temperature is not None and isinstance(network, StagedNetwork):
        assert isinstance(network.head, nn.Linear), "only for classes of whole images"
        network.put_head(CosineLinear(network.head, temperature))
    return network


def _built(
    recipe: Recipe,
    classes: int | None,
    shape: tuple[int, int, int],
    seed: Callable[[str], int],
    start: str | None = None,
) -> nn.Module:
    model = recipe.model
    plain = plain_unet(model)
    if plain is not None:
        assert classes is not None
        size = shape[1:]
        rate = model.dropout[0] if model.dropout else 0.0
        return unet(
            plain,
            classes=classes,
            channels=shape[0],
            image_size=size,
            init=recipe.init,
            seed=seed,
            dropout=rate,
        )
    name = backbone_of(model)
    if name is None:
        assert classes is not None
        layers = layer_list(model, classes)
        return build(
            layers,
            channels=shape[0],
            image_size=shape[1:],
            init=recipe.init,
            seed=seed,
            output=output(model),
        )
    chosen = start or start_of(recipe) or "none"
    given = obtain(name, chosen) if chosen != "none" else None
    common: dict[str, Any] = {
        "classes": classes,
        "channels": shape[0],
        "image_size": shape[1:],
        "init": recipe.init,
        "seed": seed,
        "weights": given.tensors if given else None,
    }
    network: StagedNetwork
    if is_segmentation(model.name):
        own = None if model.dropout is None else sum(model.dropout)  # an empty list leaves it out
        network = segmentation(str(model.name), name, **common, dropout=own)
    else:
        network = backbone(name, **common, dropout=model.dropout[0] if model.dropout else 0.0)
    network.origin = {"source": given.source, "sha256": given.sha256} if given else None
    return network


def head_of(recipe: Recipe, classes: int) -> int | None:
    """`classes` of `from_recipe` for a network that learns nothing: None for a backbone with
    weights.
    """
    own = is_backbone(recipe.model.name) and start_of(recipe) != "none"
    return None if own else classes


def others_from_recipe(
    recipe: Recipe,
    classes: int,
    shape: tuple[int, int, int],
    seed: Callable[[str], int],
) -> dict[str, nn.Module]:
    """The networks that a recipe's strategy uses beside the arm's own, by name; a backbone with
    weights keeps the head of these.

    `shape` is that of the arm's images; a network may see them at another size. Raises AlihError
    where weights cannot be had.
    """
    return {
        name: from_recipe(
            other,
            head_of(other, classes),
            (shape[0], other.image_size or shape[1], other.image_size or shape[2]),
            _addressed(seed, name),
        )
        for name, other in network_recipes(recipe).items()
    }


def _addressed(seed: Callable[[str], int], name: str) -> Callable[[str], int]:
    return lambda purpose: seed(f"networks/{name}/{purpose}")
