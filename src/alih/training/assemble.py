"""From a recipe to a network in the study's format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from alih.models.precision import to_format
from alih.models.recipes import from_recipe, others_from_recipe
from alih.models.staged import StagedNetwork, stage_rows
from alih.study.catalogue.architectures import plain_unet
from alih.study.catalogue.arithmetic import arithmetic
from alih.study.catalogue.arithmetic import network as layer_list
from alih.study.catalogue.stages import is_layer_list
from alih.study.document.arm import Recipe
from alih.training.device import Machine


def assemble_network(
    recipe: Recipe,
    classes: int | None,
    shape: tuple[int, int, int],
    machine: Machine,
    seed: Callable[[str], int],
    start: str | None = None,
) -> torch.nn.Module:
    """The recipe's network with initial weights drawn by `seed(purpose)`, on the machine's device
    and in its precision.

    `classes`, `start` as in `from_recipe`; `shape` is (channels, height, width) of the images.
    Raises AlihError where a backbone's weights cannot be had.
    """
    return _placed(from_recipe(recipe, classes, shape, seed, start), machine)


def assemble_others(
    recipe: Recipe,
    classes: int,
    shape: tuple[int, int, int],
    machine: Machine,
    seed: Callable[[str], int],
) -> dict[str, torch.nn.Module]:
    """The networks that a recipe's strategy uses beside the arm's own, by name.

    They are in evaluation mode and take no gradients; a backbone with weights keeps the head of
    these. Raises AlihError where weights cannot be had.
    """
    built = others_from_recipe(recipe, classes, shape, seed)
    return {
        name: _placed(network, machine).eval().requires_grad_(False)
        for name, network in built.items()
    }


def _placed(network: torch.nn.Module, machine: Machine) -> torch.nn.Module:
    """The network in the machine's format, on its device."""
    return to_format(network, machine.precision, machine.channels_last).to(machine.device)


def layer_table(
    recipe: Recipe, network: torch.nn.Module, classes: int, shape: tuple[int, int, int]
) -> list[dict[str, Any]]:
    """Name, type, output shape and parameters of each layer, or of each stage of a backbone."""
    plain = plain_unet(recipe.model)
    if plain is None and isinstance(network, StagedNetwork) and not is_layer_list(recipe.model):
        return stage_rows(network)
    rows = (
        plain.rows(classes, shape)
        if plain
        else arithmetic(layer_list(recipe.model, classes), shape)
    )
    found = [
        {
            "name": row.name,
            "type": row.type,
            "output_shape": list(row.output_shape),
            "parameters": row.parameters,
        }
        for row in rows
    ]
    if isinstance(network, StagedNetwork):  # a strategy may bring a head of its own
        found[-1]["parameters"] = sum(p.numel() for p in network.head.parameters())
    return found
