"""The layer table of any torch module, by watching one image pass through it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from alih.models.network import Network, device_of


def table(module: nn.Module, image_size: tuple[int, int], channels: int) -> list[dict[str, Any]]:
    """One row per layer in the order of computation: `name`, `type`, `output_shape` (without the batch), `parameters`.

    Layers are the modules without children, and others that own parameters directly; a layer that is used twice has
    one row. `parameters` counts trainable ones, each tensor once. The module's mode and statistics stay as they were.
    Serves networks that no layer list describes; for those that one does, `study.layers.arithmetic` gives the same
    numbers without torch.

    >>> [row["output_shape"] for row in table(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU()), (8, 8), 1)]
    [[4, 6, 6], [4, 6, 6]]
    """
    rows: dict[str, dict[str, Any]] = {}
    counted: set[int] = set()

    def watch(name: str, child: nn.Module) -> Any:
        def note(_: nn.Module, __: Any, result: Any) -> None:
            if name not in rows and isinstance(result, Tensor):
                own = [p for p in child.parameters(recurse=False) if p.requires_grad and id(p) not in counted]
                counted.update(id(p) for p in own)
                rows[name] = {
                    "name": name,
                    "type": type(child).__name__,
                    "output_shape": list(result.shape[1:]),
                    "parameters": sum(p.numel() for p in own),
                }

        return child.register_forward_hook(note)

    modes = {child: child.training for child in module.modules()}
    layers = [(n, c) for n, c in module.named_modules() if n and (not any(c.children()) or any(c.parameters(recurse=False)))]
    handles = [watch(name, child) for name, child in layers]
    try:
        module.eval()  # batch statistics of one image would be wrong, or impossible
        with torch.no_grad():
            image = torch.zeros(1, channels, *image_size, device=device_of(module), dtype=_dtype(module))
            # A Network may compute in another order than it lists; `activations` keeps to the list.
            module.activations(image) if isinstance(module, Network) else module(image)
    finally:
        for handle in handles:
            handle.remove()
        for child, mode in modes.items():
            child.training = mode
    return list(rows.values())


def _dtype(module: nn.Module) -> torch.dtype:
    """The type of the first parameter, which is what the first layer takes."""
    return next((p.dtype for p in module.parameters() if p.is_floating_point()), torch.float32)
