"""From a recipe to a network in the study's format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from alih.models.backbones import backbone
from alih.models.build import build
from alih.models.precision import to_format
from alih.models.staged import StagedNetwork, stage_rows
from alih.models.weights import obtain
from alih.study.backbones import start_of
from alih.study.document import Recipe
from alih.study.layers import arithmetic, output
from alih.study.layers import network as layer_list
from alih.training.device import Machine


def assemble_network(
    recipe: Recipe, classes: int, shape: tuple[int, int, int], machine: Machine, seed: Callable[[str], int]
) -> torch.nn.Module:
    """The recipe's network with initial weights drawn by `seed(purpose)`, on the machine's device and in its precision.

    `shape` is (channels, height, width) of the images. Raises AlihError where a backbone's weights cannot be had.
    """
    return to_format(_network(recipe, classes, shape, seed), machine.precision, machine.channels_last).to(machine.device)


def _network(recipe: Recipe, classes: int, shape: tuple[int, int, int], seed: Callable[[str], int]) -> torch.nn.Module:
    model = recipe.model
    chosen = start_of(recipe)
    if chosen is not None:
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
    layers = layer_list(model, classes)
    return build(layers, channels=shape[0], image_size=shape[1:], init=recipe.init, seed=seed, output=output(model))


def layer_table(recipe: Recipe, network: torch.nn.Module, classes: int, shape: tuple[int, int, int]) -> list[dict[str, Any]]:
    """Name, type, output shape and parameters of each layer, or of each stage of a backbone."""
    if isinstance(network, StagedNetwork):
        return stage_rows(network)
    rows = arithmetic(layer_list(recipe.model, classes), shape)
    return [
        {"name": row.name, "type": row.type, "output_shape": list(row.output_shape), "parameters": row.parameters} for row in rows
    ]
