"""From a recipe to a network in the study's format."""

from __future__ import annotations

from collections.abc import Callable

import torch

from alih.models.build import build
from alih.models.precision import to_format
from alih.study.document import Recipe
from alih.study.layers import network as layer_list
from alih.study.layers import output
from alih.training.device import Machine


def assemble_network(
    recipe: Recipe, classes: int, shape: tuple[int, int, int], machine: Machine, seed: Callable[[str], int]
) -> torch.nn.Module:
    """The recipe's network with initial weights drawn by `seed(purpose)`, on the machine's device and in its precision.

    `shape` is (channels, height, width) of the images.
    """
    layers = layer_list(recipe.model, classes)
    network = build(layers, channels=shape[0], image_size=shape[1:], init=recipe.init, seed=seed, output=output(recipe.model))
    return to_format(network, machine.precision, machine.channels_last).to(machine.device)
