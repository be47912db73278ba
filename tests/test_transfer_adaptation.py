"""Terms of strategies that adapt, against references and closed forms, and steps against plain
PyTorch."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from alih.models.build import build
from alih.study.catalogue.arithmetic import network
from alih.study.document.arm import Recipe
from alih.study.strategies.options import STRATEGIES as OPTIONS
from alih.tasks.table import TASKS
from alih.transfer.contract import Batch, Context, Strategy
from alih.transfer.dan import mean_discrepancy
from alih.transfer.deep_coral import covariance_distance
from alih.transfer.ingredients import Ingredients
from alih.transfer.mcc import class_confusion
from alih.transfer.table import STRATEGIES

LOGITS = torch.tensor([[2.0, -1, 0.5], [0, 1, -2], [3, 3, -1], [-1, 0, 4], [0.2, 0.1, 0]])
SOURCE = torch.tensor([[1.0, 2], [0, -1], [3, 0.5], [-2, 1]])
TARGET = torch.tensor([[0.0, 1], [2, 2], [-1, 3]])


def strategy(name: str, granted: int = 0, train: dict[str, Any] | None = None, **options: Any):
    layers = [{"conv": {"filters": 3}}, {"flatten": {}}, {"dense": {"units": 5}}]
    recipe = Recipe.model_validate(
        {
            "model": {"layers": layers},
            "train": {"optimizer": "sgd", "lr": 0.5, **(train or {})},
            "transfer": {"strategy": name, **options},
        }
    )
    made = build(network(recipe.model, 3), channels=1, image_size=(8, 8), init="keras", seed=len)
    given = Ingredients(
        made,
        TASKS["classification"],
        recipe,
        4,
        None,
        OPTIONS[name](**options),
        granted=granted,
        withheld=9,
    )
    return STRATEGIES[name](given)


def batches(granted: bool = False) -> dict[str, Batch]:
    draw = torch.Generator().manual_seed(1)
    sizes = {"source": 6, "target-unlabelled": 5, **({"target": 4} if granted else {})}
    return {
        name: Batch(
            torch.rand(size, 1, 8, 8, generator=draw),
            None if name == "target-unlabelled" else torch.arange(size) % 3,
            np.arange(size),
        )
        for name, size in sizes.items()
    }


def stepped(made: Strategy, found: dict[str, Batch], **context: Any) -> tuple[float, dict]:
    logged: dict[str, Any] = {}
    made.network.train()
    ctx = Context(lambda name: torch.Generator(), logged.__setitem__, **context)
    return made.step(found, ctx).item(), logged


def test_class_confusion_is_that_of_pytorch_adapt():
    """0.0.83, and skada 0.6 (whose gradient passes through the weights of images, as the paper's
    does not)."""
    logits = LOGITS.clone().requires_grad_()
    loss = class_confusion(logits, 2.5)
    loss.backward()
    assert loss.item() == pytest.approx(0.56699568, rel=1e-6)
    first = torch.tensor([-0.0114962, 0.0054281, 0.0060681])
    assert torch.allclose(logits.grad[0], first, atol=1e-7)
    sure = 50 * torch.eye(3)
    assert class_confusion(sure, 2.5).item() == pytest.approx(0, abs=1e-6)
    assert class_confusion(torch.zeros(2, 3), 1.0).item() == pytest.approx(2 / 3)


def test_covariance_distance_is_that_of_skada():
    assert covariance_distance(SOURCE, TARGET).item() == pytest.approx(0.31231010, rel=1e-6)
    difference = np.cov(SOURCE.T) - np.cov(TARGET.T)
    assert covariance_distance(SOURCE, TARGET).item() == pytest.approx((difference**2).sum() / 16)
    assert covariance_distance(SOURCE, SOURCE + 3).item() == pytest.approx(0, abs=1e-6)


def test_mean_discrepancy_is_that_of_pytorch_adapt():
    """0.0.83, `quadratic`, five kernels; with its equal bandwidths it takes the mean of kernels."""
    source = SOURCE.clone().requires_grad_()
    loss = mean_discrepancy(source, TARGET)
    loss.backward()
    assert loss.item() == pytest.approx(-0.7468899, rel=1e-5)
    assert torch.allclose(source.grad[0], torch.tensor([0.0856193, -0.1645190]), atol=1e-6)
    moved = mean_discrepancy(SOURCE + 1000, TARGET + 1000).item()
    assert moved == pytest.approx(loss.item(), rel=1e-3), "distances know no origin"
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(60, 4, generator=draw)
    near, far = (
        mean_discrepancy(x, torch.randn(50, 4, generator=draw) + shift).item() for shift in (0, 2)
    )
    assert abs(near) < 0.1 < far


@pytest.mark.parametrize("term", [covariance_distance, mean_discrepancy])
def test_a_batch_of_one_image_has_no_spread(term):
    one = torch.ones(1, 2, requires_grad=True)
    loss = term(SOURCE, one)
    loss.backward()
    assert loss.item() == 0
    assert not one.grad.any()


TERMS = {
    "mcc": lambda source, target, logits: class_confusion(logits, 2.5),
    "deep-coral": lambda source, target, logits: covariance_distance(source, target),
    "dan": lambda source, target, logits: mean_discrepancy(source, target),
}


@pytest.mark.parametrize("name", TERMS)
def test_a_step_is_the_loss_of_labels_and_the_term_of_images_without(name):
    made = strategy(name, granted=4, weight=0.3)
    twin, found = copy.deepcopy(made.network).train(), batches(granted=True)
    loss, logged = stepped(made, found)
    vectors = {key: twin.features(batch.images) for key, batch in found.items()}
    logits = {key: twin.classify(part) for key, part in vectors.items()}
    labelled = sum(F.cross_entropy(logits[k], found[k].labels) for k in ("source", "target"))
    without = "target-unlabelled"
    term = TERMS[name](vectors["source"], vectors[without], logits[without])
    assert loss == pytest.approx((labelled + 0.3 * term).item(), rel=1e-5)
    assert float(logged["domain_loss"]) == pytest.approx(term.item(), rel=1e-4)
    own = list(twin.parameters())
    gradients = torch.autograd.grad(labelled + 0.3 * term, own)
    for before, gradient, after in zip(own, gradients, made.network.parameters(), strict=True):
        assert torch.allclose(after, before - 0.5 * gradient, atol=1e-5)
