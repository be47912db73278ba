"""The plain U-Net: parity with a network written out by hand, sizes of the paper, mirrored edges,
formats."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from alih.errors import AlihError
from alih.models.mirror import cropped, mirrored
from alih.models.precision import autocast, to_format
from alih.models.unet import UNet, unet
from alih.study.catalogue.architectures import PlainUNet

SMALL = PlainUNet(width=3, depth=2)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def small(padding: str = "same", size=(16, 16), **options) -> UNet:
    settings = {
        "classes": 3,
        "channels": 2,
        "seed": lambda purpose: sum(purpose.encode()),
    } | options
    return unet(PlainUNet(3, 2, padding), image_size=size, **settings)


def test_the_paper_s_numbers():
    assert PlainUNet(padding="valid").inner(388) == 572, "figure 1 of the paper"
    rows = {row.name: row.output_shape for row in PlainUNet(padding="valid").rows(2, (1, 388, 388))}
    assert rows["bottom.conv2"] == (1024, 28, 28)
    assert rows["up4.concat"] == (1024, 56, 56)
    assert rows["output"] == (2, 388, 388)
    # Convolutions k·k·in·out + out, by hand: 31 million for colour images and three classes.
    total = 0
    for inside, filters in ((3, 64), (64, 128), (128, 256), (256, 512), (512, 1024)):
        total += 9 * inside * filters + filters + 9 * filters * filters + filters
    for filters in (512, 256, 128, 64):
        total += (
            4 * 2 * filters * filters
            + filters
            + 9 * 2 * filters * filters
            + filters
            + 9 * filters * filters
            + filters
        )
    total += 64 * 3 + 3
    assert total == 31_031_875
    assert sum(row.parameters for row in PlainUNet().rows(3, (3, 128, 128))) == total


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_arithmetic_is_that_of_the_network(padding, depth):
    numbers = PlainUNet(4, depth, padding)
    network = unet(numbers, classes=3, channels=1, image_size=(20, 20))
    rows = [row for row in numbers.rows(3, (1, 20, 20)) if row.parameters]
    seen: dict[str, tuple[int, ...]] = {}
    convolutions = {
        name: layer for name, layer in network.named_modules() if isinstance(layer, torch.nn.Conv2d)
    }
    for name, layer in convolutions.items():
        layer.register_forward_hook(
            lambda _, __, out, name=name: seen.update({name: tuple(out.shape[1:])})
        )
    network(torch.zeros(1, 1, 20, 20))
    counts = {
        name: sum(p.numel() for p in layer.parameters()) for name, layer in convolutions.items()
    }
    assert [(row.name, row.output_shape, row.parameters) for row in rows] == [
        (n, s, counts[n]) for n, s in seen.items()
    ]


def by_hand(network: UNet, x: torch.Tensor, padding: int) -> torch.Tensor:
    """Depth 2, from the paper's figure, with its own cropping."""
    weights = dict(network.named_parameters())

    def conv(name: str, x: torch.Tensor, pad: int) -> torch.Tensor:
        return F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], padding=pad)

    def pair(level: str, x: torch.Tensor) -> torch.Tensor:
        return F.relu(conv(f"{level}.conv2", F.relu(conv(f"{level}.conv1", x, padding)), padding))

    def up(level: str, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        doubled = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
        doubled = torch.cat([doubled, doubled[:, :, -1:]], 2)
        doubled = torch.cat([doubled, doubled[:, :, :, -1:]], 3)
        made = conv(f"{level}.upconv", doubled, 0)
        a, b = (skip.shape[2] - made.shape[2]) // 2, (skip.shape[3] - made.shape[3]) // 2
        return pair(
            level, torch.cat([skip[:, :, a : a + made.shape[2], b : b + made.shape[3]], made], 1)
        )

    one = pair("down1", x)
    two = pair("down2", F.max_pool2d(one, 2))
    return conv("output", up("up1", up("up2", pair("bottom", F.max_pool2d(two, 2)), two), one), 0)


def test_padded_is_the_network_written_out():
    network, x = small(), torch.randn(2, 2, 16, 16)
    assert torch.allclose(network(x), by_hand(network, x, 1), atol=1e-5)


def test_unpadded_mirrors_the_input_and_scores_every_pixel():
    network, x = small("valid", (10, 13)), torch.randn(2, 2, 10, 13)
    padded = np.pad(
        x.numpy(), ((0, 0), (0, 0), (21, 21), (21, 22)), mode="reflect"
    )  # 10 → 52, 13 → 56
    assert [network.numbers.inner(side) for side in (10, 13)] == [52, 56]
    whole = by_hand(network, torch.from_numpy(padded), 0)
    assert tuple(whole.shape) == (2, 3, 12, 16)
    assert tuple(network(x).shape) == (2, 3, 10, 13)
    assert torch.allclose(network(x), whole[:, :, 1:11, 1:14], atol=1e-5)


def test_unpadded_invents_no_zeros():
    """A picture of one colour has one answer everywhere, at its edges too; padding with zeros would
    show there."""
    x = torch.full((1, 2, 16, 16), 0.7)
    with torch.no_grad():
        flat, rim = small("valid")(x), small("same")(x)
    assert float((flat - flat[:, :, :1, :1]).abs().max()) < 1e-5
    assert float((rim - rim[:, :, 8:9, 8:9]).abs().max()) > 1e-3


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (5, 4), (9, 30)])
def test_mirroring_is_numpy_s_reflection_however_far(size):
    x = torch.arange(float(2 * size[0] * size[1])).reshape(1, 2, *size)
    height, width = size[0] + 41, size[1] + 6
    expected = np.pad(x.numpy(), ((0, 0), (0, 0), (20, 21), (3, 3)), mode="reflect")
    found = mirrored(x, (height, width))
    assert torch.equal(found, torch.from_numpy(expected))
    assert torch.equal(cropped(found, size), x)


def test_padded_takes_sizes_that_do_not_divide():
    network = small("same", (10, 15))
    assert network.numbers.inner(15) == 16
    assert tuple(network(torch.randn(1, 2, 10, 15)).shape) == (1, 3, 10, 15)
    with pytest.raises(AlihError, match="built for"):
        network(torch.randn(1, 2, 16, 16))
    with pytest.raises(AlihError, match="at least 16 pixels a side; it would get 12"):
        unet(PlainUNet(2, 4), classes=2, channels=1, image_size=(12, 40))


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_bf16_channels_last_stays_near_and_ends_in_fp32(padding):
    network, x = small(padding), torch.randn(2, 2, 16, 16)
    exact = network(x).detach()
    fast = to_format(network, "bf16-autocast", True)
    with autocast("cpu", "bf16-autocast"):
        out = fast(x.contiguous(memory_format=torch.channels_last))
    assert out.dtype == torch.float32
    assert not torch.equal(out, exact)
    assert (out - exact).abs().max().item() < 0.05 * exact.abs().max().item()
    out.square().mean().backward()
    assert all(
        p.grad is not None and bool(p.grad.float().abs().sum() > 0) for p in fast.parameters()
    )


def test_weights_have_an_address_and_dropout_sits_at_the_bottom():
    one, two, other = small(), small(classes=5), small(seed=lambda purpose: 4)
    assert torch.equal(one.up1.conv2.weight, two.up1.conv2.weight), (
        "the labels do not change the body"
    )
    assert not torch.equal(one.up1.conv2.weight, other.up1.conv2.weight)
    net, x = small(dropout=0.5).train(), torch.randn(1, 2, 16, 16)
    first, second = (dict(net.activations(x)) for _ in range(2))
    assert torch.equal(first["bottom"], second["bottom"])
    assert not torch.equal(first["up2"], second["up2"])
    assert list(first) == ["down1", "down2", "bottom", "up2", "up1", "output"]
    assert torch.equal(net.eval()(x), one(x))
