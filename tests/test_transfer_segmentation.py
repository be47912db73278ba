"""Strategies on networks for segmentation: parity with plain PyTorch, freezing, caching, thawing,
regularizers, exact resume."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from alih.errors import AlihError
from alih.models.precision import autocast, to_format
from alih.models.segmentation import SegmentationNetwork, segmentation
from alih.study.document.arm import Recipe
from alih.study.document.train import Train
from alih.study.strategies.options import STRATEGIES as OPTIONS
from alih.tasks.table import TASKS
from alih.training import timing
from alih.training.loop import Plan, fit
from alih.transfer.contract import Batch, Context
from alih.transfer.finetune import Finetune
from alih.transfer.ingredients import Ingredients
from alih.transfer.table import STRATEGIES

STEPS, EPOCHS, SIDE = 3, 3, 32
TASK = TASKS.get("segmentation", TASKS["classification"])


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def network(name: str = "unet") -> SegmentationNetwork:
    return segmentation(name, "mobilenetv2_035", classes=3, channels=3, image_size=(SIDE, SIDE))


def batch(seed: int) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(4, 3, SIDE, SIDE, generator=generator)
    masks = (images[:, 0] > 0).long() + (images[:, 1] > 1).long()
    return Batch(images, masks, np.arange(4))


def strategy(net: nn.Module | None = None, train: Train | None = None, **options) -> Finetune:
    train = train or Train(epochs=EPOCHS, optimizer="sgd", lr=0.05)
    transfer = {"strategy": "finetune", **options}
    recipe = Recipe.model_validate(
        {"model": {"name": "unet", "encoder": "mobilenetv2_035"}, "transfer": transfer}
    )
    recipe = recipe.model_copy(update={"train": train})
    given = Ingredients(
        net or network(), TASK, recipe, STEPS, None, OPTIONS["finetune"].model_validate(options)
    )
    found = STRATEGIES["finetune"](given)
    assert isinstance(found, Finetune)
    return found


def run(found: Finetune, steps: int, start: int = 0, depth: int = 0) -> dict[str, float]:
    logged: dict[str, float] = {}
    context = Context(lambda name: torch.Generator(), lambda n, v: logged.update({n: v.item()}))
    found.network.train()
    for step in range(start, start + steps):
        rows = batch(step)
        if depth:
            with torch.no_grad():
                rows = Batch(
                    found.network.prefix(depth)(rows.images), rows.labels, rows.items, depth
                )
        context.log("loss", found.step({"target": rows}, context).detach())
    return logged


def plain(
    net: SegmentationNetwork, groups, steps: int, fixed: int = 0, extra=lambda: 0.0, lr=0.05
) -> SegmentationNetwork:
    optimizer = torch.optim.SGD(groups, lr=lr)
    net.train()
    for stage in list(net.stages.values())[:fixed]:
        stage.eval()
    for step in range(steps):
        rows = batch(step)
        loss = nn.functional.cross_entropy(net(rows.images), rows.labels) + extra()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net


def same(ours: nn.Module, theirs: nn.Module, atol: float = 1e-5) -> None:
    for name, tensor in theirs.state_dict().items():
        assert torch.allclose(ours.state_dict()[name].float(), tensor.float(), atol=atol), name


def state(net: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in net.state_dict().items()}


def learnt(before: Mapping[str, torch.Tensor], net: SegmentationNetwork) -> set[int]:
    after = net.state_dict()
    return {net.stage_of(name) for name in before if not torch.equal(before[name], after[name])}


def test_all_of_it_is_plain_training():
    found, reference = strategy(), network()
    run(found, 3)
    same(found.network, plain(reference, [{"params": list(reference.parameters())}], 3))


def test_frozen_stages_and_rates_are_those_of_plain_pytorch():
    found, reference = strategy(freeze=16, stage_decay=0.5, head_lr=2.0), network()
    stages = list(reference.stages.values())
    for stage in stages[:16]:
        stage.requires_grad_(False)
    groups = [
        {"params": list(stages[16].parameters()), "lr": 0.05 * 0.25},
        {"params": list(stages[17].parameters()), "lr": 0.05 * 0.5},
        {"params": list(reference.head.parameters()), "lr": 0.1},
    ]
    run(found, 3)
    same(found.network, plain(reference, groups, 3, fixed=16))


@pytest.mark.parametrize("precision", ["fp32", "bf16-autocast"])
@pytest.mark.parametrize("freeze", [5, "all"])
def test_training_from_cached_rows_is_equal_to_the_last_bit(freeze, precision):
    one, two = (strategy(to_format(network(), precision, True), freeze=freeze) for _ in range(2))
    assert one.depth == (18 if freeze == "all" else 5)
    with autocast("cpu", precision):
        run(one, 3)
        run(two, 3, depth=one.depth)
    for name, tensor in one.network.state_dict().items():
        assert torch.equal(tensor, two.network.state_dict()[name]), name
    one.network.eval()
    with torch.no_grad(), autocast("cpu", precision):
        rows = batch(9)
        cached = Batch(
            one.network.prefix(one.depth)(rows.images), rows.labels, rows.items, one.depth
        )
        assert torch.equal(one.answer(rows), one.answer(cached))
        assert torch.equal(one.answer(rows), one.predict(rows.images))


def test_no_gradient_and_no_packing_inside_a_step(monkeypatch):
    found = strategy(freeze=7)
    seen: list[bool] = []
    found.network.stages["block6"].register_forward_hook(
        lambda module, given, out: seen.append(out.requires_grad)
    )
    monkeypatch.setattr(SegmentationNetwork, "_packed", lambda *_: pytest.fail("packed"))
    run(found, 1)
    assert seen == [False]


def test_stages_thaw_from_the_decoder_on():
    found = strategy(freeze="all", unfreeze={"every": 1, "stages": 9})
    learned = []
    for epoch in range(EPOCHS):
        before = state(found.network)
        run(found, STEPS, epoch * STEPS)
        learned.append(learnt(before, found.network))
    assert learned == [{18}, set(range(9, 19)), set(range(19))]


def test_l2_sp_pulls_the_encoder_to_its_start_and_the_decoder_s_weights_to_zero():
    # Two small steps, the second of which feels both pulls: batch statistics of four pixels make
    # rounding noise grow fast.
    slow = Train(epochs=EPOCHS, optimizer="sgd", lr=1e-3)
    found, free, reference = (
        strategy(train=slow, regularizer="l2-sp", alpha=50.0, beta=30.0),
        strategy(train=slow),
        network(),
    )
    start = {name: p.detach().clone() for name, p in reference.named_parameters()}
    layers = [module for module in reference.head.modules() if isinstance(module, nn.Conv2d)]

    def extra():
        body = sum(
            (p - start[n]).square().sum()
            for n, p in reference.named_parameters()
            if not n.startswith("head.")
        )
        head = sum(p.square().sum() for layer in layers for p in layer.parameters())
        return 25 * body + 15 * head

    run(found, 2)
    run(free, 2)
    same(
        found.network,
        plain(reference, [{"params": list(reference.parameters())}], 2, extra=extra, lr=1e-3),
    )
    assert found.penalty() == pytest.approx(extra().item(), rel=1e-4)
    # The parity would be empty if nothing pulled: 3 % a step draws the decoder in, 5 % of the way
    # back the encoder.
    decoder, stem = "head.decoder.blocks.0.conv1.0.weight", "stages.stem.0.weight"
    ours, theirs = found.network.state_dict(), free.network.state_dict()
    assert float(ours[decoder].norm()) < 0.95 * float(theirs[decoder].norm())
    assert float((ours[stem] - start[stem]).norm()) < 0.97 * float(
        (theirs[stem] - start[stem]).norm()
    )


def test_delta_is_its_equation_on_the_encoder_s_maps():
    # With statistics that stay, the maps begin where the reference's are.
    slow, alpha = Train(epochs=EPOCHS, optimizer="sgd", lr=0.01), 0.001
    free, held = (
        strategy(train=slow, batch_norm="fixed", regularizer="delta", alpha=a, beta=0)
        for a in (0.0, alpha)
    )
    assert [held.network.names[i] for i in held.matched] == [
        "block1",
        "block3",
        "block6",
        "block13",
        "block17",
    ]
    assert [run(found, 1)["delta"] for found in (free, held)] == [0.0, 0.0]
    run(held, 1, start=1)
    reference, start = network(), network().eval()
    maps: dict[str, list[torch.Tensor]] = {"ours": [], "theirs": []}
    for name, net in (("ours", reference), ("theirs", start)):
        for index in held.matched:
            list(net.stages.values())[index].register_forward_hook(
                lambda m, i, out, kept=maps[name]: kept.append(out)
            )
    images = iter([batch(0).images, batch(1).images])

    def extra():
        with torch.no_grad():
            start(next(images))
        apart = [
            (a - b).square().sum(1).mean() / 2
            for a, b in zip(maps["ours"], maps["theirs"], strict=True)
        ]
        for kept in maps.values():
            kept.clear()
        return alpha * sum(apart)

    groups = [{"params": list(reference.parameters())}]
    same(
        held.network, plain(reference, groups, 2, fixed=len(reference.stages), extra=extra, lr=0.01)
    )
    apart = [run(free, 7, start=1)["delta"], run(held, 6, start=2)["delta"]]
    assert apart[1] < 0.8 * apart[0]
    assert not any(p.requires_grad for p in held.reference.parameters())


def test_what_needs_one_vector_per_image_is_refused():
    with pytest.raises(AlihError, match="`bss` works on one feature vector"):
        strategy(bss=0.1)


@pytest.mark.parametrize(
    "options",
    [{}, {"freeze": 6, "regularizer": "l2-sp"}, {"freeze": "all", "unfreeze": {"every": 1}}],
)
def test_resume_is_exact(options, tmp_path):
    def made() -> Finetune:
        return strategy(
            segmentation("fpn", "mobilenetv2_035", classes=3, channels=3, image_size=(SIDE, SIDE)),
            **options,
        )

    def plan(folder: Path, stop: bool) -> Plan:
        def streams(epoch: int) -> Iterator[Mapping[str, Batch]]:
            for step in range(STEPS):
                if stop and epoch == 2 and step == 1:
                    raise KeyboardInterrupt
                yield {"target": batch(epoch * 100 + step)}

        return Plan(Train(epochs=EPOCHS), 3, 1, STEPS, streams, dict, folder)

    whole, first, second = made(), made(), made()
    fit(whole, plan(tmp_path / "a", False))
    with pytest.raises(KeyboardInterrupt):
        fit(first, plan(tmp_path / "b", True))
    fit(second, plan(tmp_path / "b", False))
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, second.network.state_dict()[name]), name


def test_a_copy_is_a_network_of_its_own():
    one = network()
    other = copy.deepcopy(one)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
    assert float(one(batch(0).images).abs().sum()) > 0


def test_the_machine_times_steps_with_masks():
    recipes = [
        Recipe.model_validate({"model": model, "train": {"batch_size": 2}, **more})
        for model, more in (
            ({"name": "unet", "width": 2, "depth": 2}, {}),
            (
                {"name": "unet", "encoder": "mobilenetv2_035", "weights": "none"},
                {"transfer": {"strategy": "finetune", "freeze": "all"}},
            ),
            ({"name": "unet", "encoder": "mobilenetv2_035", "weights": "none"}, {}),
        )
    ]
    found = timing.measure(recipes, timing.Setting("cpu", 1, 3, (3, 32, 32), "segmentation"))
    assert list(found) == [
        "unet width 2 depth 2 ×2",
        "unet mobilenetv2_035 freeze all ×2",
        "unet mobilenetv2_035 ×2",
    ]
    assert all(milliseconds > 0 for milliseconds in found.values())
