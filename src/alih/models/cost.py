"""What a network costs, whatever its weights: parameters, multiply-adds, latency, memory."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

WARM, TIMED = 2, 5
"""Forward passes before any is timed, and those of which the median counts."""


@dataclass(frozen=True)
class Cost:
    """Per image: `multiply_adds` of a forward pass, `latency` in seconds with one image at a time
    on this machine, and `memory`, the bytes of fp32 weights, their gradients and what one image
    leaves for the backward pass, so that it does not depend on the machine.
    """

    parameters: int
    multiply_adds: int
    latency: float
    memory: int


def cost(network: nn.Module, shape: tuple[int, int, int]) -> Cost:
    """The cost of a network for images of `shape` (channels, height, width); its weights and
    statistics stay as they are.
    """
    parameters = list(network.parameters())
    images = torch.zeros(1, *shape, device=parameters[0].device)
    training = network.training
    network.eval()
    with torch.no_grad():
        with FlopCounterMode(display=False) as counted:
            network(images)
        times = [_timed(network, images) for _ in range(WARM + TIMED)][WARM:]
    kept: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.enable_grad(), saved_tensors_hooks(note, lambda tensor: tensor):
        answers = network(images.requires_grad_())
    del answers
    network.train(training)
    weights = {p.untyped_storage().data_ptr(): p.untyped_storage().nbytes() for p in parameters}
    left = sum(size for place, size in kept.items() if place not in weights)
    return Cost(
        sum(p.numel() for p in parameters),
        counted.get_total_flops() // 2,
        statistics.median(times),
        2 * sum(weights.values()) + left,
    )


def _timed(network: nn.Module, images: torch.Tensor) -> float:
    started = time.perf_counter()
    network(images)
    if images.is_cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - started
