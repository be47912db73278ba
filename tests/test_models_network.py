"""Networks from layer lists: parity with plain torch, initial weights, number formats, layer
tables."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from alih.errors import AlihError
from alih.models.build import build
from alih.models.layers import Dropout, set_generators
from alih.models.precision import autocast, to_format
from alih.seeding import derive
from alih.study.catalogue.arithmetic import arithmetic, network, output
from alih.study.catalogue.presets import PRESETS
from alih.study.document.model import ModelSpec


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def seed(purpose: str) -> int:
    return derive(0, 0, purpose)


def preset(name: str, init: str = "keras", dropout: list[float] | None = None):
    """A preset as its paper draws it."""
    drawn, model = PRESETS[name], ModelSpec(name=name, dropout=dropout)
    size = (drawn.image_size, drawn.image_size)
    return build(
        network(model, drawn.classes),
        channels=drawn.channels,
        image_size=size,
        init=init,
        seed=seed,
        output=output(model),
    )


def small(layers: list[dict], size=(8, 8), channels: int = 2, **options):
    model = ModelSpec(layers=layers)
    settings = {"init": "torch", "seed": seed} | options
    return build(network(model, 3), channels=channels, image_size=size, **settings)


def images(net, count: int = 4, dtype=torch.float32) -> torch.Tensor:
    return torch.rand(count, *net.input_shape, generator=torch.Generator().manual_seed(1)).to(dtype)


def plain_dcnn(net) -> nn.Sequential:
    """The DCNN as a course would write it, with the weights of `net`; dense1 takes (c, h, w) order
    instead of (h, w, c)."""
    plain = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip
    with torch.no_grad():
        for ours, theirs in (
            (net.conv1, plain[0]),
            (net.conv2, plain[2]),
            (net.dense1, plain[6]),
            (net.output, plain[8]),
        ):
            theirs.weight.copy_(chw(ours.weight) if ours is net.dense1 else ours.weight)
            theirs.bias.copy_(ours.bias)
    return plain


def chw(weight: torch.Tensor) -> torch.Tensor:
    return weight.view(-1, 12, 12, 64).permute(0, 3, 1, 2).reshape(-1, 9216)


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("init", ["keras", "torch"])
def test_parity_with_a_plain_torch_network(init, channels_last):
    net = preset("dcnn", init, [])
    plain, x, y = plain_dcnn(net), images(net, 16), torch.arange(16) % 10
    to_format(net, "fp32", channels_last)
    ours, theirs = net(x), plain(x)
    assert torch.allclose(ours, theirs, atol=1e-5)
    F.cross_entropy(ours, y).backward()
    F.cross_entropy(theirs, y).backward()
    pairs = [
        (net.conv1, plain[0]),
        (net.conv2, plain[2]),
        (net.dense1, plain[6]),
        (net.output, plain[8]),
    ]
    for a, b in pairs:
        got = chw(a.weight.grad) if a is net.dense1 else a.weight.grad
        assert torch.allclose(got, b.weight.grad, atol=1e-5, rtol=1e-4)
        assert torch.allclose(a.bias.grad, b.bias.grad, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("channels_last", [False, True])
def test_relu_behind_max_pooling_changes_no_bit(channels_last):
    layers = [
        {"conv": {"filters": 5, "padding": "same"}},
        {"max_pool": {"size": 2}},
        {"flatten": {}},
    ]
    net = to_format(small(layers), "fp32", channels_last)
    assert [type(module).__name__ for module, _ in net.stages["conv1"].steps] == [
        "Conv",
        "MaxPool2d",
        "Relu",
    ]
    # Coarse values make ties, within a window and at zero, where the two orders could choose
    # another element.
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_((parameter * 4).round() / 4)
    x = (images(net, 32) * 2).round().requires_grad_()
    conv = net.conv1(x)
    assert (conv == 0).any()
    fast = net(x)
    slow = net.output(net.flatten1(net.pool1(torch.relu(conv))))
    assert torch.equal(fast, slow)
    scores = torch.rand(fast.shape, generator=torch.Generator().manual_seed(2))
    inputs = [x, *net.parameters()]
    for a, b in zip(
        torch.autograd.grad((fast * scores).sum(), inputs),
        torch.autograd.grad((slow * scores).sum(), inputs),
        strict=True,
    ):
        assert torch.equal(a, b)


@pytest.mark.parametrize("name", PRESETS)
def test_activations_end_in_the_logits_and_follow_the_layer_table(name):
    net, drawn = preset(name).eval(), PRESETS[name]
    x = images(net, 2)
    kept = x.clone()
    found = net.activations(x)
    rows = arithmetic(network(ModelSpec(name=name), drawn.classes), net.input_shape)
    assert [(n, tuple(t.shape[1:])) for n, t in found] == [
        (row.name, row.output_shape) for row in rows
    ]
    last = F.logsigmoid(found[-1][1]) if net.normalised else found[-1][1]
    assert torch.equal(net(x), last)
    assert torch.equal(x, kept), "the network must not write into its input"
    for (_, tensor), row in zip(found, rows, strict=True):
        assert row.activation != "relu" or tensor.min() >= 0


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("precision", ["fp32", "bf16-autocast"])
def test_every_preset_learns_a_batch(name, precision):
    net = to_format(preset(name), precision, channels_last=True)
    set_generators(net, lambda n: torch.Generator().manual_seed(seed(n)))
    assert sum(p.numel() for p in net.parameters()) == PRESETS[name].parameters
    x, y = images(net, 8), torch.arange(8) % PRESETS[name].classes
    losses = []
    for _ in range(8):
        net.zero_grad()
        with autocast("cpu", precision):
            loss = F.cross_entropy(net(x), y)
        loss.backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())
        with torch.no_grad():
            norm = torch.stack([p.grad.float().norm() for p in net.parameters()]).norm()
            for p in net.parameters():
                p.sub_(0.1 * p.grad / norm.clamp(min=1).to(p.dtype))
        losses.append(loss.item())
    assert min(losses[4:]) < losses[0]


def test_sigmoid_outputs_are_normalised_as_keras_does():
    net = small([{"dense": {"units": 4}}], output="sigmoid-normalised").eval()
    x = images(net)
    sigma = torch.sigmoid(net.activations(x)[-1][1])
    assert torch.allclose(net(x).softmax(1), sigma / sigma.sum(1, keepdim=True), atol=1e-6)
    y = torch.tensor([0, 1, 2, 0])
    keras = -torch.log(sigma[range(4), y] / sigma.sum(1)).mean()
    assert F.cross_entropy(net(x), y).item() == pytest.approx(keras.item(), abs=1e-6)


# --- initial weights
# -------------------------------------------------------------------------------------------------


def test_keras_initial_weights_have_glorot_limits_and_zero_biases():
    net = preset("dcnn")
    for layer, fans in (
        (net.conv1, 9 * (1 + 32)),
        (net.conv2, 9 * (32 + 64)),
        (net.dense1, 9216 + 128),
        (net.output, 138),
    ):
        limit = math.sqrt(6 / fans)
        weight = layer.weight.detach()
        n = weight.numel()
        assert weight.abs().max() <= limit
        assert weight.abs().max() > limit * (1 - 20 / n)
        assert weight.var().item() == pytest.approx(limit**2 / 3, rel=5 * math.sqrt(0.8 / n))
        assert not layer.bias.any()


def test_torch_initial_weights_have_the_limits_of_torch():
    net = preset("dcnn", "torch")
    for layer, fan_in in ((net.conv1, 9), (net.conv2, 288), (net.dense1, 9216), (net.output, 128)):
        for tensor in (layer.weight, layer.bias):
            assert tensor.abs().max() <= fan_in**-0.5
            assert tensor.abs().max() > fan_in**-0.5 * (1 - 20 / tensor.numel())
            assert len(tensor.unique()) > 0.9 * min(tensor.numel(), 10_000)


def test_arms_share_initial_weights_by_name_and_shape():
    plain, dropped = (
        preset("dcnn", dropout=[]).state_dict(),
        preset("dcnn", dropout=[0.25, 0.5]).state_dict(),
    )
    assert plain.keys() == dropped.keys()
    assert all(torch.equal(plain[key], dropped[key]) for key in plain)
    other = build(
        network(ModelSpec(name="dcnn"), 10),
        channels=1,
        image_size=(28, 28),
        init="keras",
        seed=lambda n: seed(n) + 1,
    )
    assert not torch.equal(other.conv1.weight, plain["conv1.weight"])


def test_initial_weights_leave_the_global_generator_alone():
    torch.manual_seed(0)
    expected = torch.rand(3)
    before = preset("dcnn").output.weight
    torch.manual_seed(0)
    first = preset("dcnn").output.weight
    assert torch.equal(first, before)
    torch.manual_seed(0)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(("init", "eps", "momentum"), [("keras", 1e-3, 0.01), ("torch", 1e-5, 0.1)])
def test_batch_norm_takes_the_constants_of_the_library_it_imitates(init, eps, momentum):
    net = small(
        [{"conv": {"filters": 4}}, {"batch_norm": {}}, {"dense": {"units": 5}}, {"batch_norm": {}}],
        init=init,
    )
    assert [(m.eps, m.momentum) for m in (net.norm1, net.norm2)] == [(eps, momentum)] * 2


# --- number formats
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dcnn", "cnn-bn"])
def test_bf16_stays_close_to_fp32(name):
    net, half = preset(name), to_format(preset(name), "bf16-autocast", channels_last=True)
    x = images(net, 16)
    for mode in (True, False):
        a = to_mode(net, mode)(x)
        with autocast("cpu", "bf16-autocast"):
            b = to_mode(half, mode)(x)
        assert b.dtype == torch.float32
        assert 0 < (a - b).norm() < 0.03 * a.norm()


def to_mode(net, training: bool):
    net.train(training)
    for module in net.modules():
        if isinstance(module, Dropout):
            module.eval()
    return net


def test_bf16_keeps_parameters_and_the_last_layer_in_fp32():
    net, fresh = to_format(preset("cnn-bn"), "bf16-autocast", channels_last=True), preset("cnn-bn")
    for name, tensor in fresh.state_dict().items():
        assert torch.equal(net.state_dict()[name], tensor)
        assert net.state_dict()[name].dtype == tensor.dtype
    assert net.conv2.weight.is_contiguous(memory_format=torch.channels_last)
    with autocast("cpu", "bf16-autocast"):
        found = to_mode(net, False).activations(images(net, 4))
        logits = net(images(net, 4))
    assert torch.equal(logits, net.output(found[-2][1].float()))
    assert all(p.is_contiguous() for p in to_format(net, "fp32", channels_last=False).parameters())


@pytest.mark.parametrize("precision", ["fp32", "bf16-autocast"])
def test_batch_norm_trains_and_evaluates_like_torch(precision):
    layers = [
        {"conv": {"filters": 4, "activation": "linear"}},
        {"batch_norm": {}},
        {"activation": {"name": "relu"}},
    ]
    net = to_format(small(layers, init="keras"), precision, channels_last=True)
    reference = nn.BatchNorm2d(4, eps=1e-3, momentum=0.01)
    x = images(net, 32)
    for training in (True, False):
        net.train(training), reference.train(training)
        with autocast("cpu", precision):
            before = net.conv1(x)
            got = dict(net.activations(x))["activation1"]
        expected = torch.relu(reference(before.float()))
        assert got.dtype == before.dtype
        assert torch.allclose(got.float(), expected, atol=1e-5 if precision == "fp32" else 0.03)
        for key, value in reference.state_dict().items():
            assert torch.allclose(net.norm1.state_dict()[key].float(), value.float(), atol=1e-5)


def test_unknown_names_are_refused_with_what_came():
    layers = network(ModelSpec(name="dcnn"), 10)
    with pytest.raises(AlihError, match="xavier") as caught:
        build(layers, channels=1, image_size=(28, 28), init="xavier", seed=seed)
    assert caught.value.key == "models.unknown_init"
    with pytest.raises(AlihError, match="softmin") as caught:
        build(layers, channels=1, image_size=(28, 28), init="keras", seed=seed, output="softmin")
    assert caught.value.key == "models.unknown_output"
    with pytest.raises(AlihError, match="fp8") as caught:
        to_format(nn.Linear(2, 2), "fp8", channels_last=True)
    assert caught.value.key == "models.unknown_precision"


def test_images_of_another_shape_are_refused():
    with pytest.raises(AlihError, match=r"\[3, 28, 28\].*\[1, 28, 28\]") as caught:
        preset("dcnn")(torch.zeros(2, 3, 28, 28))
    assert caught.value.key == "models.input_shape"


# --- layer tables
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_layers_have_the_parameters_of_the_arithmetic(name):
    drawn, net = PRESETS[name], preset(name)
    expected = arithmetic(network(ModelSpec(name=name), drawn.classes), net.input_shape)
    found = [
        (layer, sum(p.numel() for p in module.parameters()))
        for layer, module in net.named_children()
    ]
    assert found == [(row.name, row.parameters) for row in expected]
    assert sum(p.numel() for p in net.parameters()) == drawn.parameters


# --- memory
# --------------------------------------------------------------------------------------------------

FAULTS = """
import resource, torch
from alih.models.memory import keep_freed_memory
torch.set_num_threads(1)
def faults():
    for _ in range(12): torch.zeros(10_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5): torch.zeros(10_000_000)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 5
usual = faults()
print(usual, keep_freed_memory(), faults())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_kept_memory_is_not_fetched_again():
    usual, kept, after = subprocess.run(
        [sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True
    ).stdout.split()
    if kept == "False":
        pytest.skip("this C library has no mallopt")
    assert float(after) < 100
    assert float(usual) > 1000
