"""Networks in a state that shows mistakes, runs that hold drawn ones, and GPUs that are none."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from alih.models.recipes import from_recipe
from alih.runs.card import Constants
from alih.study.document.arm import Recipe

from .cards import card, data_card


def settled(network: nn.Module) -> nn.Module:
    """Statistics of batch normalisation that are not those of a fresh network, so that a forgotten
    layer shows."""
    generator = torch.Generator().manual_seed(1)
    for child in network.modules():
        if isinstance(child, nn.modules.batchnorm._NormBase):
            child.running_mean.normal_(generator=generator)
            child.running_var.uniform_(0.5, 2, generator=generator)
    return network.eval()


def drawn_run(
    root: Path,
    recipe: Recipe,
    classes: list[str],
    side: int,
    channels: int,
    *,
    study: str = "title: x\n",
    stored: bool = True,
    factor: float = 1,
) -> Path:
    """A finished run of drawn weights; returns its folder.

    `stored`: the card holds the constants of preprocessing; `factor` multiplies the weights of
    convolutions.
    """
    shape = (channels, side, side)
    network = from_recipe(recipe, len(classes), shape, seed=len, start="none")
    folder = root / "runs" / "a" / "seed-0"
    folder.mkdir(parents=True)
    tensors = {
        key: value * (factor if value.ndim == 4 else 1)
        for key, value in network.state_dict().items()
    }
    save_file(tensors, folder / "model.safetensors")
    constants = Constants(mean=[0.25] * channels, std=[0.5] * channels) if stored else None
    card(recipe, classes, shape, preprocessing=constants).write(folder)
    (folder / "done").write_text("{}")
    (root / "study.yaml").write_text(study)
    data_card(channels=channels, image_size=side).write(root)
    return folder


def on_fake_gpu(network: nn.Module) -> nn.Module:
    """The network with fake parameters and buffers on the GPU; `Module.to` cannot put those in
    place of real ones."""
    for module in network.modules():
        for name, parameter in module._parameters.items():
            if parameter is not None:
                module._parameters[name] = nn.Parameter(parameter.detach().to("cuda"))
        for name, buffer in module._buffers.items():
            module._buffers[name] = buffer if buffer is None else buffer.to("cuda")
    return network
