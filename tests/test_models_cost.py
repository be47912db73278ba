"""What a network costs: closed forms for small networks, and nothing of the network changes."""

from __future__ import annotations

import torch
from torch import nn

from alih.models.backbones import backbone
from alih.models.cost import cost


def test_a_small_network_costs_what_arithmetic_says():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 5))
    found = cost(network, (3, 8, 8))
    assert found.parameters == 4 * 3 * 9 + 4 + 144 * 5 + 5
    assert found.multiply_adds == 36 * 4 * 27 + 144 * 5
    # Weights and gradients, the image, and the activations that the backward pass reads.
    weights = 4 * found.parameters
    assert found.memory == 2 * weights + 4 * (3 * 64 + 4 * 36)
    assert found.latency > 0


def test_a_larger_image_costs_more_and_the_network_stays_as_it_is():
    shallow = backbone("mobilenetv2_035", classes=2, channels=3, image_size=(32, 32))
    network = backbone("mobilenetv2_035", classes=2, channels=3, image_size=(64, 64)).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    small, large = cost(shallow, (3, 32, 32)), cost(network, (3, 64, 64))
    assert large.multiply_adds > 3 * small.multiply_adds
    assert (small.parameters, small.memory < large.memory) == (large.parameters, True)
    assert network.training
    assert all(p.grad is None for p in network.parameters())
    for name, value in network.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
