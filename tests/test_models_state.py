"""Snapshots bring back every bit; gradients through steps of SGD against finite differences; own
autograd functions twice."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd import gradgradcheck

from alih.models.activations import Sign
from alih.models.build import build
from alih.models.depthwise import _Convolution
from alih.models.layers import Dropout, _Scaled
from alih.models.precision import to_format
from alih.models.state import inner_call, inner_start, inner_step, snapshot
from alih.study.catalogue.arithmetic import network as layer_list
from alih.study.document.model import ModelSpec
from alih.study.document.train import Train
from alih.transfer.optimizer import Optimizer

LAYERS = [
    {"conv": {"filters": 3, "activation": "tanh"}},
    {"batch_norm": {}},
    {"max_pool": {"size": 2}},
    {"flatten": {}},
    {"dense": {"units": 4, "activation": "logistic"}},
]


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def cnn(layers=LAYERS) -> nn.Module:
    listed = layer_list(ModelSpec(layers=layers), 3)
    return build(
        listed,
        channels=2,
        image_size=(6, 6),
        init="torch",
        seed=lambda purpose: sum(purpose.encode()),
    )


def data(dtype=torch.float64, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(5, 2, 6, 6, generator=generator, dtype=dtype), torch.randint(
        0, 3, (5,), generator=generator
    )


def bits(thing: nn.Module) -> dict[str, tuple]:
    return {
        name: (t.clone(), t.stride(), t.dtype, id(t))
        for name, t in thing.state_dict(keep_vars=True).items()
    }


def same(before: dict[str, tuple], after: dict[str, tuple]) -> bool:
    return before.keys() == after.keys() and all(
        torch.equal(before[name][0], after[name][0]) and before[name][1:] == after[name][1:]
        for name in before
    )


def trained(network: nn.Module, optimizer, steps: int, start: int = 0) -> dict[str, torch.Tensor]:
    network.train()
    for step in range(start, start + steps):
        images, labels = data(torch.float32, step)
        F.cross_entropy(network(images), labels).backward()
        optimizer.step()
        for parameter in network.parameters():
            parameter.grad = None
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


# --- snapshots
# --------------------------------------------------------------------------------------------------


def own(kind: str):
    settings = {
        "optimizer": kind,
        "lr": 0.05,
        **({"momentum": 0.9, "nesterov": True} if kind == "sgd" else {}),
    }
    return lambda network: Optimizer(
        network.parameters(), Train(epochs=2, weight_decay=0.1, **settings), 5
    )


MAKERS = {
    "own sgd": own("sgd"),
    "own adamw": own("adamw"),
    "torch sgd": lambda network: torch.optim.SGD(network.parameters(), 0.05, momentum=0.9),
    "torch adam": lambda network: torch.optim.Adam(network.parameters(), 0.05, amsgrad=True),
}


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("taken", [0, 2])
def test_a_restored_training_goes_on_as_if_nothing_had_happened(maker, taken):
    network = to_format(cnn(), "fp32", channels_last=True)
    twin = copy.deepcopy(network)
    optimizer = MAKERS[maker](network)
    trained(network, optimizer, taken)
    before, kept = bits(network), snapshot(network, optimizer)
    for attempt in range(2):  # a snapshot serves more than once
        trained(network, optimizer, 3, start=100 + attempt)
        if isinstance(optimizer, torch.optim.Optimizer):
            optimizer.param_groups[0]["lr"] = 7.0
        assert not same(before, bits(network))
        kept.restore()
        assert same(before, bits(network)), (
            "weights, statistics, counters, memory order, the tensors themselves"
        )
    reached = trained(network, optimizer, 2, start=taken)
    expected = trained(twin, MAKERS[maker](twin), taken + 2)
    assert all(torch.equal(reached[name], expected[name]) for name in expected)
    assert int(reached["norm1.num_batches_tracked"]) == taken + 2


def test_moments_of_a_torch_optimizer_come_back_in_their_own_memory_order():
    network = to_format(nn.Sequential(nn.Conv2d(3, 4, 3)), "fp32", channels_last=True)
    optimizer = torch.optim.Adam(network.parameters(), fused=True)
    network(torch.randn(2, 3, 5, 5)).sum().backward()
    optimizer.step()
    kept, moment = snapshot(optimizer), optimizer.state[network[0].weight]["exp_avg"].clone()
    optimizer.step()
    kept.restore()
    values = optimizer.state[network[0].weight]
    assert torch.equal(values["exp_avg"], moment)
    assert values["exp_avg"].is_contiguous(memory_format=torch.channels_last)
    assert values["step"] == 1


def test_tensors_that_were_replaced_come_back():
    norm = nn.BatchNorm1d(3)
    mean, kept = norm.running_mean, snapshot(norm)
    norm.running_mean = torch.ones(3)
    norm.weight.data = norm.weight.data.double()
    kept.restore()
    assert norm.running_mean is mean
    assert norm.weight.dtype == torch.float32
    assert torch.equal(mean, torch.zeros(3))


def test_gradients_stay_as_sharpness_aware_minimisation_needs_them():
    layer = nn.Linear(2, 1)
    kept = snapshot(layer)
    with torch.no_grad():
        layer.weight.add_(1.0)
    layer(torch.ones(1, 2)).sum().backward()
    kept.restore()
    assert torch.equal(layer.weight.grad, torch.ones(1, 2))


# --- steps that are differentiated
# -----------------------------------------------------------------------------------

STEPS = 3


def outer(network: nn.Module, weights: torch.Tensor, rate: torch.Tensor) -> torch.Tensor:
    """The loss after some steps on a loss whose items are weighted, each on images of its own."""
    inner = inner_start(network)
    for step in range(STEPS):
        images, labels = data(seed=step)
        losses = F.cross_entropy(inner_call(network, inner, images), labels, reduction="none")
        inner = inner_step(inner, (losses * weights).sum(), rate, momentum=0.9, weight_decay=0.3)
    images, labels = data(seed=50)
    return F.cross_entropy(inner_call(network, inner, images), labels)


def test_the_gradient_through_steps_is_that_of_finite_differences():
    network = cnn().double().train()
    # Logits are fp32 in every network of ours, which finite differences do not survive.
    network.scores = lambda outputs: outputs
    before = bits(network)
    weights = torch.rand(
        5, dtype=torch.float64, generator=torch.Generator().manual_seed(1)
    ).requires_grad_()
    rate = torch.tensor(0.4, dtype=torch.float64, requires_grad=True)
    kernel = network.get_parameter("conv1.weight")
    found = torch.autograd.grad(outer(network, weights, rate), [weights, rate, kernel])
    assert same(before, bits(network)), "statistics included"

    def slope(tensor: torch.Tensor, place: int, by: float = 1e-5) -> float:
        ends = []
        for sign in (1, -1):
            kept = tensor.detach().clone()
            with torch.no_grad():
                tensor.view(-1)[place] += sign * by
            ends.append(float(outer(network, weights, rate).detach()))
            with torch.no_grad():
                tensor.copy_(kept)
        return (ends[0] - ends[1]) / (2 * by)

    for tensor, gradient in zip([weights, rate, kernel], found, strict=True):
        for place in range(min(5, tensor.numel())):
            assert float(gradient.reshape(-1)[place]) == pytest.approx(
                slope(tensor, place), rel=1e-5, abs=1e-9
            )
    assert float(found[0].abs().max()) > 1e-3


def test_steps_are_those_of_the_optimizer():
    network, steps = cnn().train(), 4
    twin = copy.deepcopy(network)
    train = Train(epochs=1, optimizer="sgd", lr=0.1, momentum=0.9, weight_decay=0.2)
    expected = trained(twin, Optimizer(twin.parameters(), train, steps), steps)
    inner = inner_start(network)
    for step in range(steps):
        images, labels = data(torch.float32, step)
        loss = F.cross_entropy(inner_call(network, inner, images), labels)
        inner = inner_step(inner, loss, 0.1, momentum=0.9, weight_decay=0.2, create_graph=False)
    for name, tensor in {**inner.parameters, **inner.buffers}.items():
        assert torch.allclose(tensor, expected[name], rtol=1e-5, atol=1e-6), name


def test_parameters_that_the_loss_leaves_alone_stay():
    network = nn.ModuleDict({"used": nn.Linear(2, 1), "idle": nn.Linear(2, 1)})
    network["used"].bias.requires_grad_(False)
    inner = inner_start(network)
    after = inner_step(inner, inner.parameters["used.weight"].sum(), 0.5, weight_decay=1.0)
    assert set(after.parameters) == {"used.weight", "idle.weight", "idle.bias"}
    assert after.parameters["idle.weight"] is network["idle"].weight
    assert torch.equal(
        after.parameters["used.weight"], network["used"].weight - 0.5 * (1 + network["used"].weight)
    )


# --- own autograd functions
# ------------------------------------------------------------------------------------------


def doubles(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(
        *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)
    ).requires_grad_()


@pytest.mark.parametrize("stride", [(1, 1), (2, 2)])
def test_depthwise_convolutions_have_the_second_derivative_of_convolutions(stride):
    x, weight = doubles(1, 2, 4, 4), doubles(2, 1, 3, 3, seed=1)
    assert gradgradcheck(
        lambda *given: _Convolution.apply(*given, None, stride, (1, 1), (1, 1)).tanh(), (x, weight)
    )


def test_depthwise_convolutions_with_large_kernels_and_biases_too():
    given = doubles(2, 3, 6, 6), doubles(3, 1, 5, 5, seed=1), doubles(3, seed=2)

    def second(convolve) -> tuple[torch.Tensor, ...]:
        first = torch.autograd.grad(convolve().tanh().sum(), given, create_graph=True)
        return torch.autograd.grad(sum(g.square().sum() for g in first), given)

    ours = second(lambda: _Convolution.apply(*given, (2, 2), (2, 2), (1, 1)))
    plain = second(lambda: F.conv2d(*given, (2, 2), (2, 2), (1, 1), 3))
    for a, b in zip(
        ours, plain, strict=True
    ):  # these gradients of weights and biases are computed in fp32
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-4)


def test_dropout_has_the_second_derivative_of_a_product():
    x, mask = doubles(4, 3), (doubles(4, 3, seed=1) > 0).double()
    assert gradgradcheck(lambda x: _Scaled.apply(x, mask, 4 / 3).tanh(), (x,))
    dropped = Dropout(0.25)(x)
    (first,) = torch.autograd.grad((dropped**3).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    kept = (dropped != 0).double() * 4 / 3
    assert torch.allclose(second, 6 * kept**3 * x)


def test_straight_through_is_differentiated_as_the_clip_that_stands_for_it():
    z, weights = doubles(6), doubles(6, seed=1)
    found = []
    for forward in (Sign(straight_through=True), lambda z: z.clamp(-1, 1)):
        (first,) = torch.autograd.grad((forward(z) * weights.sin()).sum(), z, create_graph=True)
        found.append(torch.autograd.grad(first.square().sum(), weights)[0])
    assert torch.equal(*found)
