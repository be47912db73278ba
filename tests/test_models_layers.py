"""The fast layers against torch's own, and dropout against its definition."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from alih.errors import AlihError
from alih.models.activations import ACTIVATIONS, activation
from alih.models.layers import Conv, Dropout, Flatten, set_generators
from alih.study.document import layer_options


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def dropout(rate: float, seed: int = 0) -> Dropout:
    layer = Dropout(rate)
    layer.generator = seeded(seed)
    return layer


# --- activations
# --------------------------------------------------------------------------------------------------

POINTS = [-3.0, -0.5, -0.25, 0.0, 0.25, 0.5, 3.0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unit-step", [0, 0, 0, 0.5, 1, 1, 1]),
        ("sign", [-1, -1, -1, 0, 1, 1, 1]),
        ("linear", POINTS),
        ("piecewise-linear", [0, 0, 0.25, 0.5, 0.75, 1, 1]),
        ("logistic", [1 / (1 + 2.718281828459045**-z) for z in POINTS]),
        ("tanh", [1 - 2 / (1 + 2.718281828459045 ** (2 * z)) for z in POINTS]),
        ("relu", [0, 0, 0, 0, 0.25, 0.5, 3]),
        (
            "softplus",
            [0.04858735, 0.47407698, 0.57593942, 0.69314718, 0.82593942, 0.97407698, 3.04858735],
        ),
    ],
)
def test_activation_values(name, expected):
    assert torch.allclose(
        activation(name)(torch.tensor(POINTS)),
        torch.tensor(expected, dtype=torch.float32),
        atol=1e-6,
    )


def test_every_activation_of_the_documents_is_built():
    assert tuple(ACTIVATIONS) == layer_options.ACTIVATIONS


@pytest.mark.parametrize(
    "name", [n for n in ACTIVATIONS if n not in layer_options.WITHOUT_GRADIENT]
)
def test_activation_gradients_match_finite_differences(name):
    z = torch.tensor([-1.7, -0.31, 0.23, 1.4], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(activation(name), (z,))


@pytest.mark.parametrize(("name", "slope"), [("sign", 1.0), ("unit-step", 0.5)])
def test_straight_through_passes_the_gradient_inside_one(name, slope):
    for straight_through, expected in ((False, [0.0] * 4), (True, [0.0, slope, slope, 0.0])):
        z = torch.tensor([-1.5, -0.5, 1.0, 2.0], requires_grad=True)
        y = activation(name, straight_through)(z)
        assert torch.equal(y, activation(name)(z.detach()))
        y.sum().backward()
        assert z.grad.tolist() == expected


def test_unknown_activation_is_named():
    with pytest.raises(AlihError, match="swish") as caught:
        activation("swish")
    assert caught.value.key == "models.unknown_activation"
    assert "piecewise-linear" in str(caught.value)


# --- convolution and flatten
# -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "kernel", "stride"), [(7, 3, 2), (8, 3, 2), (9, 4, 3), (6, 2, 2), (5, 1, 2)]
)
def test_same_padding_with_stride_follows_tensorflow(side, kernel, stride):
    torch.manual_seed(0)
    layer, x = Conv(2, 3, kernel, stride, "same"), torch.randn(2, 2, side, side)
    out = -(-side // stride)
    total = max((out - 1) * stride + kernel - side, 0)
    padded = torch.zeros(2, 2, side + total, side + total)
    padded[:, :, total // 2 : total // 2 + side, total // 2 : total // 2 + side] = x
    expected = F.conv2d(padded, layer.weight, layer.bias, stride)
    assert layer(x).shape == (2, 3, out, out)
    assert torch.equal(layer(x), expected)


def test_flatten_is_a_view_in_channels_last_and_copies_nothing():
    x = torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)
    flat = Flatten()(x)
    assert flat.data_ptr() == x.data_ptr()
    assert flat[1, (2 * 5 + 4) * 3 + 1] == x[1, 1, 2, 4]
    assert torch.equal(Flatten()(x.contiguous()), flat)
    assert torch.equal(Flatten()(flat), flat)


# --- dropout
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.25, 0.5, 0.1, 0.3, 0.999])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_dropout_zeroes_its_share_and_scales_the_rest(rate, dtype):
    n = 1_000_003
    y = dropout(rate)(torch.ones(n, dtype=dtype))
    share = (y == 0).double().mean().item()
    assert abs(share - rate) < 5 * (rate * (1 - rate) / n) ** 0.5 + 2**-17
    kept = y[y != 0].unique()
    assert len(kept) == 1
    # The rate is rounded to 2**-17, and the result to the number format.
    assert kept.item() == pytest.approx(
        1 / (1 - rate), rel=2**-17 / (1 - rate) + torch.finfo(dtype).eps
    )


def test_dropout_in_bf16_does_not_shift_the_mean():
    # Values between two bf16 numbers on both sides, so that rounding of the products averages out.
    x = (1 + torch.rand(1_000_000, generator=seeded(0))).bfloat16()
    ratio = dropout(0.25)(x).double().sum() / x.double().sum()
    assert abs(ratio.item() - 1) < 0.0016, "4/3 rounded to bf16 alone would shift the mean by 0.002"


@pytest.mark.parametrize("rate", [1e-9, 0.9999999])
def test_extreme_rates_stay_finite(rate):
    assert dropout(rate)(torch.ones(10_000)).isfinite().all()


def test_dropout_gradient_is_the_mask():
    x = torch.full((64, 33), 2.0, requires_grad=True)
    y = dropout(0.3)(x)
    y.sum().backward()
    assert torch.equal(x.grad * 2, y.detach())


def test_neighbouring_elements_drop_independently():
    zero = (dropout(0.25)(torch.ones(800_000)) == 0).double()
    for lag in (1, 2, 4, 8, 64):
        both = (zero[lag:] * zero[:-lag]).mean().item()
        assert abs(both - 0.0625) < 5 * (0.0625 * 0.9375 / 800_000) ** 0.5 * 1.5


@pytest.mark.parametrize("rate", [0.25, 0.3])
def test_dropout_repeats_with_its_generator_and_differs_with_another(rate):
    x = torch.ones(4096)
    first = dropout(rate, 1)(x)
    assert torch.equal(first, dropout(rate, 1)(x))
    assert not torch.equal(first, dropout(rate, 2)(x))
    layer = dropout(rate, 1)
    layer(x)
    assert not torch.equal(first, layer(x)), "the second call must draw on"


def test_dropout_without_generator_follows_the_global_seed():
    x, layer = torch.ones(4096), Dropout(0.5)
    torch.manual_seed(3)
    first = layer(x)
    torch.manual_seed(3)
    assert torch.equal(first, layer(x))


def test_the_mask_lies_in_the_memory_order_of_the_input():
    x = torch.ones(4, 3, 6, 5)
    contiguous = dropout(0.5)(x)
    last = dropout(0.5)(x.to(memory_format=torch.channels_last))
    assert last.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(last.permute(0, 2, 3, 1).flatten(), contiguous.flatten())


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x[:, ::2],
        lambda x: x.t(),
        lambda x: x[:1].expand(8, -1),
        lambda x: x[0, 0],
        lambda x: x[:0],
    ],
)
def test_dropout_takes_any_strides(view):
    y = dropout(0.5)(view(torch.ones(8, 40)))
    assert y.shape == view(torch.ones(8, 40)).shape
    assert set(y.unique().tolist()) <= {0.0, 2.0}


def test_dropout_is_the_identity_in_eval_mode_and_at_rate_zero():
    x = torch.randn(10)
    assert dropout(0.5).eval()(x) is x
    assert dropout(0.0)(x) is x


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5])
def test_impossible_rates_are_refused(rate):
    with pytest.raises(AlihError, match=str(rate)) as caught:
        Dropout(rate)
    assert caught.value.key == "models.dropout_rate"


def test_set_generators_addresses_each_dropout_by_its_name():
    net = nn.ModuleDict({"a": Dropout(0.5), "deep": nn.Sequential(nn.ReLU(), Dropout(0.5))})
    names = []
    set_generators(net, lambda name: (names.append(name), seeded(len(name)))[1])
    assert names == ["a", "deep.1"]
    assert net["deep"][1].generator.initial_seed() == len("deep.1")


def test_function_transforms_go_through_dropout():
    """`torch.func` differentiates and vectorises what a step of learned transfer is made of."""
    net = nn.Sequential(nn.Linear(6, 5), Dropout(0.5), nn.Linear(5, 1))
    weights, x = dict(net.named_parameters()), torch.randn(8, 6)

    def loss(values: dict[str, torch.Tensor]) -> torch.Tensor:
        net[1].generator = seeded(3)
        return torch.func.functional_call(net, values, (x,)).square().mean()

    found = torch.func.grad(loss)(weights)
    loss(weights).backward()
    for name, parameter in net.named_parameters():
        assert torch.equal(found[name], parameter.grad)
    twice = torch.func.grad(
        lambda values: sum(g.square().sum() for g in torch.func.grad(loss)(values).values())
    )(weights)
    assert all(torch.isfinite(gradient).all() for gradient in twice.values())


def test_off_the_cpu_dropout_is_torchs_own(monkeypatch):
    """Apple's GPUs refuse to draw 64-bit words, and compilers stop at a generator."""
    from torch._subclasses.fake_tensor import FakeTensorMode

    monkeypatch.setattr(Dropout, "_mask", None)
    for device in ("cuda", "mps"):
        with FakeTensorMode():
            y = dropout(0.5)(torch.empty(4, 3, device=device))
        assert y.device.type == device
