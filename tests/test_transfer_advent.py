"""Adaptation per pixel: ADVENT and self-training against plain PyTorch on a small U-Net."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from alih.models.segmentation import segmentation
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.strategies.options import STRATEGIES as OPTIONS
from alih.study.strategies.options import options_of
from alih.tasks.table import TASKS
from alih.training.conformance import examine, find
from alih.training.conformance.rehearsal import Stage, same
from alih.transfer.advent import discriminator, self_information
from alih.transfer.contract import Batch, Context
from alih.transfer.ingredients import Ingredients
from alih.transfer.pseudo_labels import PseudoLabels
from alih.transfer.table import STRATEGIES

SIDE, IGNORED = 32, 255
LOGITS = 3 * torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def strategy(name: str, granted: int = 0, **options: Any):
    recipe = Recipe.model_validate(
        {
            "model": {"name": "unet", "encoder": "mobilenetv2_035"},
            "train": {"optimizer": "sgd", "lr": 0.1},
            "transfer": {"strategy": name, **options},
        }
    )
    net = segmentation("unet", "mobilenetv2_035", classes=3, channels=3, image_size=(SIDE, SIDE))
    given = Ingredients(
        net,
        TASKS["segmentation"],
        recipe,
        4,
        None,
        OPTIONS[name](**options),
        granted=granted,
        withheld=9,
    )
    return STRATEGIES[name](given)


def batches(granted: bool) -> dict[str, Batch]:
    draw = torch.Generator().manual_seed(1)
    sizes = {"source": 3, "target-unlabelled": 2, **({"target": 2} if granted else {})}
    found = {}
    for name, size in sizes.items():
        images = torch.randn(size, 3, SIDE, SIDE, generator=draw)
        masks = (images[:, 0] > 0).long() + (images[:, 1] > 1).long()
        masks[:, :4] = IGNORED
        labels = None if name == "target-unlabelled" else masks
        found[name] = Batch(images, labels, np.arange(size))
    return found


def twin_of(made, found: dict[str, Batch]):
    """A copy of the network in train mode, and its logits of each batch: from one pass, or for
    `advent` from one for each, the source's first.
    """
    twin = copy.deepcopy(made.network).train()
    if not isinstance(made, PseudoLabels):
        order = sorted(found, key=lambda name: name != "source")
        return twin, {name: twin(found[name].images) for name in order}
    logits = twin(torch.cat([batch.images for batch in found.values()]))
    return twin, dict(zip(found, logits.split([len(b.items) for b in found.values()]), strict=True))


def task_loss(logits: dict[str, torch.Tensor], found: dict[str, Batch]) -> torch.Tensor:
    return sum(
        F.cross_entropy(logits[name], batch.labels, ignore_index=IGNORED)
        for name, batch in found.items()
        if batch.labels is not None
    )


def stepped(made, found: dict[str, Batch]) -> tuple[float, dict]:
    logged: dict[str, Any] = {}
    made.network.train()
    return made.step(found, Context(lambda _: torch.Generator(), logged.__setitem__)).item(), logged


def moved(before, loss: torch.Tensor, after, rate: float = 0.1) -> None:
    own = list(before.parameters())
    gradients = torch.autograd.grad(loss, own, retain_graph=True)
    for old, gradient, new in zip(own, gradients, after.parameters(), strict=True):
        assert torch.allclose(new, old - rate * gradient, rtol=1e-4, atol=1e-4)


def printed(logits: torch.Tensor) -> torch.Tensor:
    """As the authors' code has it (valeoai/ADVENT): base 2, and a floor under the logarithm."""
    p = F.softmax(logits, 1)
    return -p * torch.log2(p + 1e-30) / np.log2(logits.shape[1])


def test_self_information_is_that_of_the_authors():
    maps = self_information(LOGITS)
    assert torch.allclose(maps, printed(LOGITS), atol=1e-6)
    assert torch.allclose(self_information(torch.zeros(1, 3, 2, 2)).sum(1), torch.ones(1, 2, 2))
    sure = (1000 * torch.eye(3))[:, :, None, None].requires_grad_()
    self_information(sure).sum().backward()
    assert sure.grad.isfinite().all()


def test_the_discriminator_is_that_of_the_paper_and_fits_small_maps():
    full = discriminator(19, 512, 64)
    convolutions = [layer for layer in full if isinstance(layer, torch.nn.Conv2d)]
    assert [layer.out_channels for layer in convolutions] == [64, 128, 256, 512, 1]
    assert sum(p.numel() for p in full.parameters()) == 2_781_121
    for side in (2, 16, 31, 96):
        odds = discriminator(3, side, 4)(torch.zeros(2, 3, side, side))
        assert odds.shape[:2] == (2, 1)
        assert odds.numel() >= 2


@pytest.mark.parametrize("granted", [False, True])
def test_a_step_moves_target_maps_to_the_source_and_the_discriminator_apart(granted):
    made = strategy("advent", granted=2 * granted, weight=0.5, filters=4, discriminator_lr=0.01)
    found = batches(granted)
    judge = copy.deepcopy(made.discriminator)
    twin, logits = twin_of(made, found)
    loss, logged = stepped(made, found)
    source, target = printed(logits["source"]), printed(logits["target-unlabelled"])
    fooled = judge(target)
    expected = task_loss(logits, found) - 0.5 * F.logsigmoid(fooled).mean()
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    moved(twin, expected, made.network)
    judged = -F.logsigmoid(judge(source.detach())).mean() / 2
    judged = judged - F.logsigmoid(-judge(target.detach())).mean() / 2
    assert float(logged["domain_loss"]) == pytest.approx(judged.item(), rel=1e-5)
    adam = torch.optim.Adam(judge.parameters(), lr=0.01)
    adam.zero_grad()
    judged.backward()
    adam.step()
    for ours, theirs in zip(made.discriminator.parameters(), judge.parameters(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-4)
        assert ours.requires_grad


def test_entropy_is_minimised_without_a_discriminator():
    made, found = strategy("advent", mode="entropy", weight=0.5), batches(False)
    twin, logits = twin_of(made, found)
    loss, logged = stepped(made, found)
    entropy = printed(logits["target-unlabelled"]).sum(1).mean()
    expected = task_loss(logits, found) + 0.5 * entropy
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    assert float(logged["domain_loss"]) == pytest.approx(entropy.item(), rel=1e-5)
    assert "discriminator" not in made.parts()
    moved(twin, expected, made.network)


def test_a_step_of_self_training_takes_sure_pixels():
    made, found = (
        strategy("self-training", granted=2, weight=0.3, threshold=0.5, warmup=0),
        batches(True),
    )
    twin, logits = twin_of(made, found)
    loss, logged = stepped(made, found)
    of_target = logits["target-unlabelled"]
    top = F.softmax(of_target, 1).max(1)
    sure = top.values >= 0.5
    assert 0 < sure.sum() < sure.numel()
    each = F.cross_entropy(of_target, top.indices, reduction="none")
    expected = task_loss(logits, found) + 0.3 * each[sure].sum() / sure.numel()
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    assert float(logged["sure_share"]) == pytest.approx(sure.float().mean().item())
    moved(twin, expected, made.network)


@pytest.mark.parametrize(
    ("name", "values"), [("self-training", {"threshold": 0.4}), ("advent", {"filters": 2})]
)
def test_other_masks_where_they_are_withheld_change_nothing(name, values, tmp_path):
    stage = Stage(find(name, values), "segmentation", granted=0.3)
    one, other = (stage.rehearse(tmp_path / str(swap), swapped=swap) for swap in (False, True))
    assert same(one.states, other.states)
    assert one.history == other.history
    assert not same(one.start, one.states)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("self-training", {"threshold": 0.5}),
        ("advent", {}),
        ("advent", {"mode": "entropy"}),
    ],
)
def test_pixels_keep_the_contract_with_withheld_masks_among_it(name, values):
    outcomes = list(examine(find(name, values), ["segmentation"]))
    assert [one for one in outcomes if one.state != "ok"] == []


def test_options_of_the_discriminator_need_one():
    recipe = Recipe.model_validate(
        {
            "model": {"name": "unet", "encoder": "mobilenetv2_035"},
            "transfer": {"strategy": "advent", "mode": "entropy", "filters": 8},
        }
    )
    found = options_of(recipe).problems(recipe, DataSpec(folder="x"))
    assert [(one.path, one.key) for one in found] == [
        ("transfer.filters", "study.only_adversarial")
    ]
