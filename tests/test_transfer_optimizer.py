"""Optimizers, regularization and schedules against plain torch and closed forms."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from alih.study.document.train import Train
from alih.training import checkpoint
from alih.transfer.optimizer import Optimizer
from alih.transfer.schedule import learning_rate


def network() -> nn.Module:
    torch.set_num_threads(1)
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 5, bias=False), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 3))


def batches(n: int = 8) -> list[tuple[torch.Tensor, torch.Tensor]]:
    generator = torch.Generator().manual_seed(2)
    return [
        (torch.randn(16, 6, generator=generator), torch.randint(3, (16,), generator=generator))
        for _ in range(n)
    ]


def train(model: nn.Module, step) -> nn.Module:
    for x, y in batches():
        nn.functional.cross_entropy(model(x), y).backward()
        step()
    return model


def groups(model: nn.Module, decay: float) -> list[dict]:
    parameters = list(model.parameters())
    return [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]


PLAIN = {
    "adam": (Train(optimizer="adam", lr=0.01), lambda g: torch.optim.Adam(g, lr=0.01)),
    "adamw": (
        Train(optimizer="adamw", lr=0.01, weight_decay=0.1),
        lambda g: torch.optim.AdamW(g, lr=0.01),
    ),
    "sgd": (Train(optimizer="sgd", lr=0.1), lambda g: torch.optim.SGD(g, lr=0.1)),
    "nesterov": (
        Train(optimizer="sgd", lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-2),
        lambda g: torch.optim.SGD(g, lr=0.1, momentum=0.9, nesterov=True),
    ),
}


@pytest.mark.parametrize("name", PLAIN)
def test_equals_torch(name):
    settings, make = PLAIN[name]
    ours, theirs = network(), network()
    optimizer = Optimizer(ours.parameters(), settings, steps_per_epoch=4)
    reference = make(groups(theirs, settings.weight_decay))

    def step() -> None:
        reference.step()
        reference.zero_grad()

    train(ours, optimizer.step)
    train(theirs, step)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)


def test_l1_l2_and_clipping_equal_the_objective_written_out():
    settings = Train(optimizer="sgd", lr=0.1, l1=0.01, l2=0.02, clip_norm=0.5)
    ours, theirs = network(), network()
    optimizer = Optimizer(ours.parameters(), settings, 4)
    train(ours, optimizer.step)
    reference = torch.optim.SGD(theirs.parameters(), lr=0.1)
    for x, y in batches():
        weights = [p for p in theirs.parameters() if p.ndim >= 2]
        penalty = sum(0.01 * w.abs().sum() + 0.02 * w.square().sum() for w in weights)
        (nn.functional.cross_entropy(theirs(x), y) + penalty).backward()
        nn.utils.clip_grad_norm_(theirs.parameters(), 0.5)
        reference.step()
        reference.zero_grad()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)
    weights = [p.detach() for p in ours.parameters() if p.ndim >= 2]
    expected = sum(0.01 * float(w.abs().sum()) + 0.02 * float(w.square().sum()) for w in weights)
    assert optimizer.penalty() == pytest.approx(expected, rel=1e-5)


def test_state_goes_round_through_a_copy():
    settings = Train(optimizer="adam", lr=0.01, schedule={"name": "cosine"}, epochs=4)
    ours = network()
    optimizer = Optimizer(ours.parameters(), settings, 2)
    data = list(batches())
    for x, y in data[:4]:
        nn.functional.cross_entropy(ours(x), y).backward()
        optimizer.step()
    twin = copy.deepcopy(ours)
    second = Optimizer(twin.parameters(), settings, 2)
    second.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for model, opt in ((ours, optimizer), (twin, second)):
        for x, y in data[4:]:
            nn.functional.cross_entropy(model(x), y).backward()
            opt.step()
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), twin.parameters(), strict=True))


def test_schedules_by_closed_form():
    constant = Train(lr=0.1, epochs=10)
    assert {learning_rate(constant, step, 5) for step in range(50)} == {0.1}
    step = Train(lr=0.1, epochs=10, schedule={"name": "step", "every": 3, "factor": 0.1})
    assert [round(learning_rate(step, 5 * epoch, 5), 6) for epoch in range(10)] == [0.1] * 3 + [
        0.01
    ] * 3 + [0.001] * 3 + [0.0001]
    cosine = Train(lr=0.1, epochs=10, schedule="cosine")
    assert learning_rate(cosine, 0, 5) == pytest.approx(0.1)
    assert learning_rate(cosine, 25, 5) == pytest.approx(0.05)
    assert learning_rate(cosine, 50, 5) == pytest.approx(0.0)
    warm = Train(lr=0.1, epochs=10, schedule={"name": "cosine", "warmup": 2})
    assert [learning_rate(warm, s, 5) for s in range(10)] == pytest.approx(
        [0.01 * (s + 1) for s in range(10)]
    )
    assert learning_rate(warm, 30, 5) == pytest.approx(0.05)


def test_time_decay_is_keras():
    """The X-ray paper: SGD(lr=0.01, decay=0.01/25): lr / (1 + decay · iterations)."""
    settings = Train(lr=0.01, time_decay=0.01 / 25, optimizer="sgd", momentum=0.9)
    for step in (0, 1, 75):
        assert learning_rate(settings, step, 3) == pytest.approx(0.01 / (1 + 0.0004 * step))


@pytest.mark.parametrize(
    "kind", [{"optimizer": "adam"}, {"optimizer": "adamw"}, {"optimizer": "sgd", "momentum": 0.9}]
)
def test_moments_of_channels_last_weights_survive_a_checkpoint(kind, tmp_path):
    """Checkpoints hold contiguous tensors; fused kernels walk memory, so the moments must be laid
    out like the weights again."""
    torch.set_num_threads(1)
    settings = Train(lr=0.01, **kind)

    def convolutions() -> nn.Module:
        torch.manual_seed(3)
        model = nn.Sequential(
            nn.Conv2d(4, 8, 3), nn.ReLU(), nn.Conv2d(8, 6, 3), nn.Flatten(), nn.LazyLinear(3)
        )
        model(torch.zeros(1, 4, 6, 6))
        return model.to(memory_format=torch.channels_last)

    def steps(model: nn.Module, optimizer: Optimizer, rows: list[torch.Tensor]) -> None:
        for x in rows:
            nn.functional.cross_entropy(model(x), labels).backward()
            optimizer.step()

    generator = torch.Generator().manual_seed(4)
    data, labels = (
        [torch.randn(8, 4, 6, 6, generator=generator) for _ in range(6)],
        torch.arange(8) % 3,
    )
    ours = convolutions()
    optimizer = Optimizer(ours.parameters(), settings, 3)
    steps(ours, optimizer, data[:3])
    checkpoint.write(tmp_path, 1, {"model": ours.state_dict(), "optimizer": optimizer.state_dict()})
    state = checkpoint.read(checkpoint.path_of(tmp_path, 1))
    twin = convolutions()
    second = Optimizer(twin.parameters(), settings, 3)
    twin.load_state_dict(state["model"])
    second.load_state_dict(state["optimizer"])
    steps(ours, optimizer, data[3:])
    steps(twin, second, data[3:])
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), twin.parameters(), strict=True))
