"""Fine-tuning: parity with plain PyTorch, frozen stages, thawing, learning rates, regularizers, and
exact resume of all of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from alih.errors import AlihError
from alih.models.precision import autocast, to_format
from alih.models.staged import StagedNetwork
from alih.study.document.arm import Recipe
from alih.study.document.train import Train
from alih.study.strategies.options import STRATEGIES as OPTIONS
from alih.study.strategies.options import FinetuneOptions
from alih.tasks.table import TASKS
from alih.training import checkpoint, loop
from alih.training.loop import Plan, fit
from alih.transfer import regularizers
from alih.transfer.contract import Batch, Context
from alih.transfer.finetune import Finetune
from alih.transfer.ingredients import Ingredients
from alih.transfer.table import STRATEGIES

STEPS, EPOCHS = 4, 4
TASK = TASKS["classification"]


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(loop, "PAUSE", 0.0)


def staged(dropout: float = 0.0) -> StagedNetwork:
    torch.manual_seed(0)
    stages = [
        ("stem", nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())),
        (
            "block1",
            nn.Sequential(nn.Conv2d(4, 6, 3, stride=2, padding=1), nn.BatchNorm2d(6), nn.ReLU()),
        ),
        (
            "block2",
            nn.Sequential(nn.Conv2d(6, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU()),
        ),
        ("pool", nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())),
    ]
    return StagedNetwork(stages, nn.Linear(8, 3), (1, 8, 8), dropout)


def batch(seed: int) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(12, 1, 8, 8, generator=generator)
    return Batch(images, torch.randint(0, 3, (12,), generator=generator), np.arange(12))


def finetune(
    train: Train | None = None,
    dropout: float = 0.0,
    network: StagedNetwork | None = None,
    **options,
) -> Finetune:
    train = train or Train(epochs=EPOCHS, optimizer="sgd", lr=0.1)
    return Finetune(network or staged(dropout), TASK, train, STEPS, FinetuneOptions(**options))


def run(strategy: Finetune, steps: int, start: int = 0) -> dict[str, float]:
    """Steps outside the loop; returns what the last one logged."""
    logged: dict[str, float] = {}
    context = Context(lambda name: torch.Generator(), lambda n, v: logged.update({n: v.item()}))
    strategy.network.train()
    for step in range(start, start + steps):
        context.log("loss", strategy.step({"target": batch(step)}, context).detach())
    return logged


def state(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def moved(before: Mapping[str, torch.Tensor], after: Mapping[str, torch.Tensor]) -> set[str]:
    return {
        name.removeprefix("stages.").split(".")[0]
        for name in before
        if not torch.equal(before[name], after[name])
    }


def plain(
    network: nn.Module,
    groups: list[dict[str, Any]],
    steps: int,
    extra=lambda features: 0.0,
    fixed: int = 0,
) -> nn.Module:
    """The same in a loop that anybody would write: SGD with groups, frozen stages in eval mode."""
    optimizer = torch.optim.SGD(groups, lr=0.1)
    network.train()
    for stage in list(network.stages.values())[:fixed]:
        stage.eval()
    for step in range(steps):
        rows = batch(step)
        features = rows.images
        for stage in network.stages.values():
            features = stage(features)
        loss = nn.functional.cross_entropy(network.head(features), rows.labels) + extra(features)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network


def same(ours: nn.Module, theirs: nn.Module) -> None:
    for name, tensor in theirs.state_dict().items():
        assert torch.allclose(ours.state_dict()[name].float(), tensor.float(), atol=1e-5), name


def test_nothing_frozen_is_plain_training():
    strategy = finetune()
    run(strategy, 6)
    reference = staged()
    same(strategy.network, plain(reference, [{"params": list(reference.parameters())}], 6))


def test_frozen_stages_and_rates_by_stage_as_plain_pytorch_does_them():
    strategy = finetune(freeze=1, stage_decay=0.5, head_lr=2.0)
    run(strategy, 6)
    reference = staged()
    reference.stages["stem"].requires_grad_(False)
    groups = [
        {"params": list(reference.stages["block1"].parameters()), "lr": 0.1 * 0.25},
        {"params": list(reference.stages["block2"].parameters()), "lr": 0.1 * 0.5},
        {"params": list(reference.head.parameters()), "lr": 0.1 * 2},
    ]
    same(strategy.network, plain(reference, groups, 6, fixed=1))


@pytest.mark.parametrize(
    ("options", "learns"),
    [
        ({"freeze": 2}, {"block2", "head"}),
        ({"freeze": "all"}, {"head"}),
        ({"freeze": 4}, {"head"}),
        ({"freeze": 2, "batch_norm": "adapt"}, {"stem", "block1", "block2", "head"}),
    ],
)
def test_what_is_frozen_stays(options, learns):
    strategy = finetune(**options)
    before = state(strategy.network)
    run(strategy, 3)
    after = state(strategy.network)
    assert moved(before, after) == learns
    weights = {
        name: tensor
        for name, tensor in before.items()
        if "running" not in name and "num_batches" not in name
    }
    assert moved(weights, after) == learns - (
        {"stem", "block1"} if options.get("batch_norm") else set()
    )


def test_no_gradient_is_computed_for_frozen_stages():
    strategy = finetune(freeze=2)
    seen: list[bool] = []
    strategy.network.stages["block1"].register_forward_hook(
        lambda m, i, out: seen.append(out.requires_grad)
    )
    run(strategy, 1)
    assert seen == [False]


def test_stages_thaw_on_schedule_from_the_head_on():
    strategy = finetune(freeze="all", unfreeze={"every": 1, "stages": 1})
    learned = []
    for epoch in range(EPOCHS):
        before = state(strategy.network)
        run(strategy, STEPS, epoch * STEPS)
        learned.append(moved(before, state(strategy.network)))
    assert learned == [
        {"head"},
        {"head", "block2"},
        {"head", "block2", "block1"},
        {"head", "block2", "block1", "stem"},
    ]


def penalised(reference: StagedNetwork, alpha: float, beta: float):
    start = {name: p.detach().clone() for name, p in reference.named_parameters()}

    def extra(features: torch.Tensor) -> torch.Tensor:
        body = sum(
            (p - start[n]).square().sum()
            for n, p in reference.named_parameters()
            if not n.startswith("head")
        )
        return alpha / 2 * body + beta / 2 * sum(
            p.square().sum() for p in reference.head.parameters()
        )

    return extra


def test_l2_sp_is_its_equation():
    strategy = finetune(regularizer="l2-sp", alpha=0.5, beta=0.3)
    run(strategy, 6)
    reference = staged()
    extra = penalised(reference, 0.5, 0.3)
    same(strategy.network, plain(reference, [{"params": list(reference.parameters())}], 6, extra))
    assert strategy.penalty() == pytest.approx(extra(None).item(), rel=1e-4)


def test_penalties_of_the_head_are_their_equations():
    strategy = finetune(head_l1=0.02, head_l2=0.05)
    run(strategy, 6)
    reference = staged()

    def extra(features):
        weight = reference.head.weight
        return 0.02 * weight.abs().sum() + 0.05 * weight.square().sum()

    same(strategy.network, plain(reference, [{"params": list(reference.parameters())}], 6, extra))
    assert strategy.penalty() == pytest.approx(extra(None).item(), rel=1e-4)


def test_bss_is_the_smallest_squared_singular_values():
    features = torch.randn(6, 9)
    values = np.linalg.svd(features.numpy(), compute_uv=False)
    assert float(regularizers.spectral_tail(features, 2)) == pytest.approx(
        float((values[-2:] ** 2).sum()), rel=1e-5
    )
    strategy = finetune(bss=0.5, bss_k=2)
    run(strategy, 4)
    reference = staged()

    def extra(f):
        return (
            0.5 * torch.linalg.eigvalsh(f @ f.T if f.shape[0] <= f.shape[1] else f.T @ f)[:2].sum()
        )

    same(strategy.network, plain(reference, [{"params": list(reference.parameters())}], 4, extra))


def test_delta_holds_the_maps_where_they_were():
    network = staged()
    assert regularizers.last_of_each_size(network) == (0, 1, 2)
    a, b = torch.randn(2, 5, 3, 3), torch.randn(2, 5, 3, 3)
    weights, by_hand = 1 / 5, 0.0
    for image in range(2):
        by_hand += (
            0.5
            * sum(weights * 5 / 9 * float((a - b)[image, c].square().sum()) for c in range(5))
            / 2
        )
    assert float(regularizers.map_distance(a, b)) == pytest.approx(by_hand, rel=1e-5)
    free, held = finetune(regularizer="delta", alpha=0.0), finetune(regularizer="delta", alpha=1.0)
    apart = [run(strategy, 12)["delta"] for strategy in (free, held)]
    assert apart[1] < 0.8 * apart[0]
    assert not any(p.requires_grad for p in held.reference.parameters())
    assert torch.equal(held.reference.stages["stem"][0].weight, staged().stages["stem"][0].weight)


def still(stream: str = "target") -> Iterator[Batch]:
    return (batch(seed) for seed in range(900, 904))


BEGIN = Context(
    lambda name: torch.Generator(),
    lambda n, v: None,
    lasting=lambda name: torch.Generator().manual_seed(5),
)


def by_hand(freeze: int, images: int) -> list[torch.Tensor]:
    """DELTA's attention in plain PyTorch: a head by SGD on features, each channel zeroed by a
    hook."""
    network = staged().eval()
    body = nn.Sequential(*network.stages.values())
    x, y = torch.cat([b.images for b in still()]), torch.cat([b.labels for b in still()])
    with torch.no_grad():
        features = body(x)
    optimizer = torch.optim.SGD(network.head.parameters(), lr=0.1)
    generator = torch.Generator().manual_seed(5)
    for _ in range(10):
        order = torch.randperm(len(y), generator=generator)
        for start in range(0, len(y), 16):
            rows = order[start : start + 16]
            optimizer.zero_grad()
            nn.functional.cross_entropy(network.head(features[rows]), y[rows]).backward()
            optimizer.step()
    found = []
    for stage in range(freeze, 3):
        rises = []
        with torch.no_grad():
            whole = nn.functional.cross_entropy(network.head(body(x[:images])), y[:images])
            for channel in range((4, 6, 8)[stage]):

                def off(module, given, output, channel=channel):
                    output = output.clone()
                    output[:, channel] = 0
                    return output

                hook = body[stage].register_forward_hook(off)
                rises.append(
                    nn.functional.cross_entropy(network.head(body(x[:images])), y[:images]) - whole
                )
                hook.remove()
        rise = torch.stack(rises)
        standard = (rise - rise.mean()) / rise.std(correction=0)
        found.append(torch.softmax(standard / 5, 0))
    return found


@pytest.mark.parametrize(("freeze", "images"), [(0, 48), (1, 24), (1, 20)])
def test_attention_is_the_plain_computation(freeze, images):
    train = Train(epochs=EPOCHS, optimizer="sgd", lr=0.1, batch_size=16)
    strategy = finetune(train, regularizer="delta", attention_images=images, freeze=freeze)
    before = state(strategy.network)
    strategy.network.train()
    strategy.epoch(still, BEGIN)
    assert strategy.network.training
    assert not moved(before, state(strategy.network))
    weights = strategy.attention.weights
    assert list(weights) == list(range(freeze, 3))
    for ours, theirs in zip(weights.values(), by_hand(freeze, images), strict=True):
        assert torch.allclose(ours, theirs, atol=2e-4)
        assert float(ours.sum()) == pytest.approx(1.0)
        assert float(ours.max() - ours.min()) > 0.05


def test_attention_weighs_the_distance_and_reads_kept_activations_as_images():
    a, b = torch.randn(2, 5, 3, 3), torch.randn(2, 5, 3, 3)
    weights = torch.softmax(torch.randn(5), 0)
    expected = sum(
        0.5 * float(weights[c]) * 5 / 9 * float((a - b)[:, c].square().sum()) / 2 for c in range(5)
    )
    assert float(regularizers.map_distance(a, b, weights)) == pytest.approx(expected, rel=1e-5)
    assert torch.allclose(
        regularizers.map_distance(a, b, torch.full((5,), 0.2)), regularizers.map_distance(a, b)
    )
    first, second = (finetune(regularizer="delta", freeze=1) for _ in range(2))
    prefix = second.network.prefix(1)

    def kept(stream: str) -> Iterator[Batch]:
        second.network.eval()
        with torch.no_grad():
            yield from (Batch(prefix(b.images), b.labels, b.items, 1) for b in still(stream))

    first.epoch(still, BEGIN)
    second.epoch(kept, BEGIN)
    for stage, weights in first.attention.weights.items():
        assert torch.equal(weights, second.attention.weights[stage])


def test_every_weight_learns_under_autocast():
    network = to_format(staged(), "bf16-autocast", True)
    strategy = finetune(network=network, freeze=1, regularizer="l2-sp", alpha=0.1)
    before = state(strategy.network)
    with autocast("cpu", "bf16-autocast"):
        run(strategy, 3)
    assert moved(before, state(strategy.network)) == {"block1", "block2", "head"}


def test_a_network_without_stages_is_told():
    with pytest.raises(AlihError, match="stages of a network"):
        finetune(network=nn.Linear(2, 2))
    with pytest.raises(AlihError, match="Stage 9"):
        finetune(freeze=9)


# --- Every strategy of the table in the one loop
# -------------------------------------------------------------------

KINDS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "scratch": ("scratch", {}, {}),
    "finetune": ("finetune", {}, {}),
    "frozen": ("finetune", {"freeze": 2, "stage_decay": 0.5}, {"optimizer": "adam"}),
    "thawing": ("finetune", {"freeze": "all", "unfreeze": {"every": 1}}, {"optimizer": "adam"}),
    "l2-sp": (
        "finetune",
        {"regularizer": "l2-sp", "alpha": 0.2, "bss": 0.01},
        {"optimizer": "sgd", "momentum": 0.9},
    ),
    "delta": (
        "finetune",
        {"regularizer": "delta", "alpha": 2.0, "freeze": 1},
        {"optimizer": "adam", "schedule": {"name": "cosine"}},
    ),
    "delta-equal": ("finetune", {"regularizer": "delta", "attention": False, "alpha": 0.2}, {}),
}


def made(kind: str) -> Any:
    name, options, settings = KINDS[kind]
    train = Train(epochs=EPOCHS, lr=0.01, **settings)
    recipe = Recipe.model_validate(
        {"model": "mobilenetv2_100", "transfer": {"strategy": name, **options}}
    ).model_copy(update={"train": train})
    network = staged(dropout=0.3)
    given = Ingredients(network, TASK, recipe, STEPS, None, OPTIONS[name].model_validate(options))
    return STRATEGIES[name](given)


def plan(folder: Path, strategy: Any, stop_after: int | None = None) -> Plan:
    def streams(epoch: int) -> Iterator[Mapping[str, Batch]]:
        for step in range(STEPS):
            if stop_after is not None and epoch > stop_after and step == 2:
                raise KeyboardInterrupt
            yield {"target": batch(epoch * 100 + step)}

    still = lambda stream: (batch(seed) for seed in range(900, 904))  # noqa: E731
    return Plan(Train(epochs=EPOCHS), 3, 1, STEPS, streams, lambda: {}, folder, still=still)


def test_every_strategy_of_one_file_is_in_the_contract():
    assert {"scratch", "finetune"} <= {name for name, *_ in KINDS.values()} & set(STRATEGIES)


@pytest.mark.parametrize("kind", KINDS)
def test_resume_in_the_middle_of_an_epoch_is_exact(kind, tmp_path):
    whole, first, second = made(kind), made(kind), made(kind)
    fit(whole, plan(tmp_path / "a", whole))
    with pytest.raises(KeyboardInterrupt):
        fit(first, plan(tmp_path / "b", first, stop_after=2))
    assert checkpoint.stored(tmp_path / "b")[0][0] == 2
    fit(second, plan(tmp_path / "b", second))
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, second.network.state_dict()[name]), name
    assert whole.penalty() == second.penalty()


@pytest.mark.parametrize("kind", KINDS)
def test_mutation_a_part_left_out_of_the_state_is_noticed(kind, tmp_path):
    whole = made(kind)
    fit(whole, plan(tmp_path / "whole", whole))
    for missing in whole.parts():
        first, second = made(kind), made(kind)
        for strategy in (first, second):
            complete = strategy.parts
            strategy.parts = lambda complete=complete, left=missing: {
                n: p for n, p in complete().items() if n != left
            }
        with pytest.raises(KeyboardInterrupt):
            fit(first, plan(tmp_path / missing, first, stop_after=2))
        fit(second, plan(tmp_path / missing, second))
        after = second.network.state_dict()
        same = all(
            torch.equal(tensor, after[name]) for name, tensor in whole.network.state_dict().items()
        )
        assert not same, missing


@pytest.mark.parametrize(("kind", "frozen"), [("frozen", 2), ("delta", 1), ("scratch", 0)])
def test_the_best_epochs_weights_are_those_that_can_change(kind, frozen, tmp_path):
    """`keep: best` with a resume in between: a checkpoint holds them without the stages that never
    thaw."""

    def best_in_epoch_2(folder: Path, strategy: Any, stop_after: int | None = None) -> Plan:
        evaluate = lambda: {"validation": {"loss": abs(strategy.optimizer.steps / STEPS - 2)}}  # noqa: E731
        train = Train(epochs=EPOCHS, keep="best")
        return dataclasses.replace(
            plan(folder, strategy, stop_after), train=train, evaluate=evaluate
        )

    until, first, second = made(kind), made(kind), made(kind)
    with pytest.raises(KeyboardInterrupt):
        fit(until, plan(tmp_path / "until", until, stop_after=2))
    until = made(kind)
    for name, part in until.parts().items():
        part.load_state_dict(
            checkpoint.read(checkpoint.path_of(tmp_path / "until", 2))["parts"][name]
        )
    with pytest.raises(KeyboardInterrupt):
        fit(first, best_in_epoch_2(tmp_path / "kept", first, stop_after=3))
    weights = checkpoint.read(checkpoint.path_of(tmp_path / "kept", 3))["selection"]["weights"]
    never = tuple(f"stages.{name}." for name in until.network.names[:frozen])
    assert set(weights) == {
        name for name in until.network.state_dict() if not name.startswith(never or "\0")
    }
    assert fit(second, best_in_epoch_2(tmp_path / "kept", second)).kept_epoch == 2
    for name, tensor in second.network.state_dict().items():
        assert torch.equal(tensor, until.network.state_dict()[name]), name
