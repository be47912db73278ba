"""Terms of strategies that adapt, against references and closed forms, and steps against plain
PyTorch."""

from __future__ import annotations

import copy
import dataclasses
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from alih.models.layers import CosineLinear
from alih.models.recipes import from_recipe
from alih.models.staged import StagedNetwork
from alih.reports.kit import pages
from alih.reports.methods import text as methods
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.strategies.options import STRATEGIES as OPTIONS
from alih.study.strategies.options import options_of
from alih.tasks.table import TASKS
from alih.training.conformance import examine, find
from alih.transfer.cdan import Joint
from alih.transfer.contract import Batch, Context, Strategy
from alih.transfer.dan import mean_discrepancy
from alih.transfer.deep_coral import covariance_distance
from alih.transfer.ingredients import Ingredients
from alih.transfer.mcc import class_confusion
from alih.transfer.pseudo_labels import sure_loss
from alih.transfer.shot_im import information_loss
from alih.transfer.table import STRATEGIES
from alih.words import set_language

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
    made = from_recipe(recipe, 3, (1, 8, 8), len)
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


@pytest.mark.parametrize("granted", ["some", "all"])
def test_a_step_of_mme_raises_entropy_by_the_head_and_lowers_it_by_the_stages(granted):
    made = strategy("mme", granted=4, train={"lr": 0.05})
    twin, found = copy.deepcopy(made.network).train(), batches(granted=True)
    if granted == "all":
        del found["target-unlabelled"]
    loss, logged = stepped(made, found)
    (head,) = twin.head.parameters()  # no bias
    f = {name: twin.features(batch.images) for name, batch in found.items()}
    lengths = {k: v.norm(dim=1, keepdim=True).clamp_min(1e-12) for k, v in f.items()}
    logits = {k: v / lengths[k] @ head.T / 0.05 for k, v in f.items()}
    task = sum(F.cross_entropy(logits[k], found[k].labels) for k in ("source", "target")) / 2
    logs = F.log_softmax(logits["target-unlabelled" if granted == "some" else "target"], 1)
    unsure = F.cross_entropy(logs, logs.exp())  # with the answers themselves
    assert loss == pytest.approx((task - 0.1 * unsure).item(), rel=1e-5)
    assert float(logged["domain_loss"]) == pytest.approx(unsure.item(), rel=1e-5)
    own = list(twin.parameters())
    of_task, of_entropy = (
        torch.autograd.grad(term, own, retain_graph=True) for term in (task, unsure)
    )
    rows = zip(own, of_task, of_entropy, made.network.parameters(), strict=True)
    for before, one, other, after in rows:
        sign = -1 if before is head else 1
        expected = before - 0.05 * (one + sign * 0.1 * other)
        assert torch.allclose(after, expected, atol=1e-5)


def test_a_cosine_head_takes_the_place_and_the_weights_of_a_linear_one():
    stages = [("flat", torch.nn.Flatten()), ("dense", torch.nn.Linear(4, 3))]
    network = StagedNetwork(stages, torch.nn.Linear(3, 2), (1, 2, 2))
    weight = network.head.weight
    network.put_head(CosineLinear(network.head, 0.5))
    assert network.last.weight is weight
    assert [name for name in network.state_dict() if "head" in name] == ["head.weight"]
    x = torch.rand(5, 1, 2, 2)
    logits = network(x)
    angle = F.cosine_similarity(network.features(x)[:, None], weight[None], dim=2)
    assert torch.allclose(logits, angle * weight.norm(dim=1) / 0.5, atol=1e-6)
    assert torch.equal(network.classify(network.features(x)), logits)


def test_information_is_certain_answers_of_all_classes():
    p = np.exp(LOGITS.double().numpy())
    p /= p.sum(1, keepdims=True)
    unsure, mean = -(p * np.log(p)).sum(1).mean(), p.mean(0)
    expected = unsure + (mean * np.log(mean)).sum()
    assert information_loss(LOGITS).item() == pytest.approx(expected, rel=1e-6)
    assert information_loss(1000 * torch.eye(3)).item() == pytest.approx(-np.log(3), rel=1e-6)
    one_class = torch.zeros(4, 3)
    one_class[:, 0] = 1000
    one_class.requires_grad_()
    loss = information_loss(one_class)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert one_class.grad.isfinite().all()


def test_shot_learns_from_the_source_and_then_moves_stages_by_the_target_alone():
    made = strategy("shot-im", granted=4, train={"epochs": 3}, adapt_lr=0.2)
    twin, found = copy.deepcopy(made.network).train(), batches(granted=True)
    loss, _ = stepped(made, found, epoch=2)
    labelled = F.cross_entropy(twin(found["source"].images), found["source"].labels)
    assert loss == pytest.approx(labelled.item(), rel=1e-5)
    gradients = torch.autograd.grad(labelled, list(twin.parameters()))
    for before, gradient, after in zip(
        twin.parameters(), gradients, made.network.parameters(), strict=True
    ):
        assert torch.allclose(after, before - 0.5 * gradient, atol=1e-6)

    twin = copy.deepcopy(made.network).train()
    found["source"].images.fill_(float("nan"))  # not looked at any more
    loss, logged = stepped(made, found, epoch=3)
    without, granted = found["target-unlabelled"], found["target"]
    expected = information_loss(twin(without.images))
    assert float(logged["domain_loss"]) == pytest.approx(expected.item(), abs=1e-6)
    expected = expected + F.cross_entropy(twin(granted.images), granted.labels)
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    own, theirs = (list(net.prefix(len(net.stages)).parameters()) for net in (twin, made.network))
    gradients = torch.autograd.grad(expected, own)
    for before, gradient, after in zip(own, gradients, theirs, strict=True):
        assert torch.allclose(after, before - 0.2 * 0.5 * gradient, atol=1e-6)
    for before, after in zip(twin.head.parameters(), made.network.head.parameters(), strict=True):
        assert torch.equal(before, after)
        assert after.grad is None


def test_shot_resumes_inside_its_second_part():
    outcomes = examine(find("shot-im", {"source_epochs": 0}), ["classification"])
    assert [one for one in outcomes if one.state == "failed"] == []


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"transfer": {"source_epochs": 0}}, {"study.shot_no_source"}),
        ({"transfer": {"source_epochs": 4}}, {"study.shot_no_epochs"}),
        ({"train": {"keep": "best"}}, {"study.shot_selection"}),
        ({"train": {"early_stopping": {"patience": 2}}}, {"study.shot_selection"}),
        ({"source": "a"}, set()),
        ({"source": "a", "transfer": {"source_epochs": 0}}, set()),
    ],
)
def test_shot_needs_a_source_network_and_epochs_to_adapt(changes, keys):
    recipe = Recipe.model_validate(
        {
            "model": {"name": "dcnn"},
            "train": {"epochs": 4, **changes.get("train", {})},
            "transfer": {"strategy": "shot-im", **changes.get("transfer", {})},
            "from": changes.get("source"),
        }
    )
    found = options_of(recipe).problems(recipe, DataSpec(folder="x"))
    assert {problem.key for problem in found} == keys


@pytest.mark.parametrize("lang", ["en", "id"])
def test_methods_tell_how_each_adapts(lang):
    macros = pages.macros(f"methods.{lang}.j2", methods.FILTERS)
    kinds = {n: kind for n, kind in OPTIONS.items() if kind.loop and kind.leads == "source"}
    set_language(lang)
    for name, kind in kinds.items():
        transfer = {"strategy": name}
        asked = Recipe.model_validate({"model": {"name": "dcnn"}, "transfer": transfer})
        arm = SimpleNamespace(asked=asked, options=kind(), model=asked.model)
        said = str(getattr(macros, f"learns_{name.replace('-', '_')}")(arm))
        assert len(said.split()) >= 7, name


def test_a_joint_variable_is_the_products_of_features_and_probabilities():
    features, draw = torch.randn(5, 4, generator=torch.Generator().manual_seed(0)), torch.Generator
    p = F.softmax(LOGITS, 1)
    products = Joint(4, 3, True, draw())
    assert products.width == 12
    expected = torch.stack([torch.outer(f, q).flatten() for f, q in zip(features, p, strict=True)])
    assert torch.allclose(products(features, LOGITS), expected)
    entropy = -(p * p.log()).sum(1)
    assert torch.allclose(products.weights(LOGITS), 1 + (-entropy).exp())
    assert Joint(4, 3, False, draw()).weights(LOGITS) is None


def test_random_projections_keep_inner_products_of_joint_variables():
    draw = torch.Generator().manual_seed(0)
    features, logits = torch.randn(2, 2000, generator=draw), torch.randn(2, 3, generator=draw)
    joint = Joint(2000, 3, True, draw)
    assert joint.width == 1024
    found, p = joint(features, logits), F.softmax(logits, 1)
    exact = (features @ features.T) * (p @ p.T)
    assert torch.allclose(found @ found.T, exact, atol=0.15 * exact.max().item())


@pytest.mark.parametrize("entropy", [True, False])
def test_a_step_of_cdan_is_its_equation(entropy):
    made = strategy("cdan", granted=4, hidden=7, weight=0.3, entropy=entropy)
    twin, judge = copy.deepcopy(made.network).train(), copy.deepcopy(made.discriminator).train()
    found = batches(granted=True)
    loss, _ = stepped(made, found, progress=0.2)
    features = twin.features(torch.cat([batch.images for batch in found.values()]))
    logits = twin.classify(features)
    p = F.softmax(logits, 1).detach()
    joint = (features[:, :, None] * p[:, None]).flatten(1)
    odds = judge(joint).squeeze(1)
    truth = torch.tensor([1.0] * 6 + [0.0] * 9)
    each = F.binary_cross_entropy_with_logits(odds, truth, reduction="none")
    weights = 1 + (p * p.log()).sum(1).exp() if entropy else torch.ones(15)
    domain = sum(
        (weights[rows] * each[rows]).sum() / weights[rows].sum() / 2
        for rows in (slice(0, 6), slice(6, 15))
    )
    task = F.cross_entropy(logits[:6], found["source"].labels) + F.cross_entropy(
        logits[11:], found["target"].labels
    )
    assert loss == pytest.approx((task + 0.3 * domain).item(), rel=1e-5)
    own, theirs = list(twin.parameters()), list(judge.parameters())
    of_task = torch.autograd.grad(task, own, retain_graph=True)
    of_domain = torch.autograd.grad(domain, [*own, *theirs], allow_unused=True)
    strength = 2 / (1 + np.exp(-10 * 0.2)) - 1
    for index, (before, after) in enumerate(zip(own, made.network.parameters(), strict=True)):
        pulled = 0.0 if of_domain[index] is None else strength * 0.3 * of_domain[index]
        assert torch.allclose(after, before - 0.5 * (of_task[index] - pulled), atol=1e-5)
    learnt = zip(theirs, of_domain[len(own) :], made.discriminator.parameters(), strict=True)
    for before, gradient, after in learnt:
        assert torch.allclose(after, before - 0.5 * 0.3 * gradient, atol=1e-5)


def test_a_step_of_joint_training_is_the_loss_of_both_domains():
    made = strategy("joint", granted=4)
    assert set(made.streams()) == {"source", "target"}
    twin = copy.deepcopy(made.network).train()
    found = {k: batch for k, batch in batches(granted=True).items() if batch.labels is not None}
    loss, logged = stepped(made, found)
    expected = sum(F.cross_entropy(twin(b.images), b.labels) for b in found.values())
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    assert "domain_loss" not in logged


@pytest.mark.parametrize("name", ["self-training", "fixmatch"])
def test_a_step_with_pseudo_labels_is_its_equation(name):
    twin, found = strategy(name).network.train(), batches(granted=True)
    without = found["target-unlabelled"]
    with torch.no_grad():
        top = F.softmax(twin(without.images), 1).max(1)
    threshold = top.values.median().item() - 1e-6
    options = {"warmup": 0.2, "balance": False}
    made = strategy(name, granted=4, weight=0.3, threshold=threshold, **options)
    learnt = without.images
    if name == "fixmatch":
        assert made.streams()["target-unlabelled"].views == ("weak", "strong")
        learnt = without.images.flip(3)
        found["target-unlabelled"] = dataclasses.replace(without, views={"strong": learnt})
    loss, logged = stepped(made, found, progress=0.2)
    labelled = sum(
        F.cross_entropy(twin(found[k].images), found[k].labels) for k in ("source", "target")
    )
    sure = top.values >= threshold
    assert sure.sum() == 3
    each = F.cross_entropy(twin(learnt), top.indices, reduction="none")
    expected = labelled + 0.3 * each[sure].sum() / len(sure)
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    assert float(logged["sure_share"]) == pytest.approx(sure.float().mean().item())
    counts = torch.bincount(top.indices[sure], minlength=3).tolist()
    assert made.facts()["accepted"].tolist() == [counts]
    own = list(twin.parameters())
    gradients = torch.autograd.grad(expected, own)
    for before, gradient, after in zip(own, gradients, made.network.parameters(), strict=True):
        assert torch.allclose(after, before - 0.5 * gradient, atol=1e-5)


def test_nothing_is_learnt_where_no_answer_is_sure():
    learnt = LOGITS.clone().requires_grad_()
    loss, counts = sure_loss(torch.zeros(5, 3), learnt, 0.95)
    loss.backward()
    assert (loss.item(), counts.tolist()) == (0, [0, 0, 0])
    assert not learnt.grad.any()


@pytest.mark.parametrize("name", ["self-training", "fixmatch"])
def test_labelled_images_alone_count_at_first(name):
    made = strategy(name, threshold=0.01)
    twin, found = copy.deepcopy(made.network).train(), batches()
    loss, logged = stepped(made, found, progress=0.19)
    expected = F.cross_entropy(twin(found["source"].images), found["source"].labels)
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    assert "sure_share" not in logged
    assert "sure_share" in stepped(made, found, progress=0.2)[1]
    starting = Recipe.model_validate({"model": {"name": "dcnn"}, "from": "a"})
    assert OPTIONS[name]().labelled_share(starting) == 0


def test_no_class_is_learnt_from_more_than_its_share_of_sure_images():
    answered = torch.tensor([[5.0, 0, 0], [9, 0, 0], [7, 0, 0], [0, 6, 0], [0.1, 0, 0]])
    loss, counts = sure_loss(answered, LOGITS, 0.9, balanced=True)
    assert counts.tolist() == [2, 1, 0], "four are sure, two of a class at most"
    each = F.cross_entropy(LOGITS, answered.argmax(1), reduction="none")
    assert loss.item() == pytest.approx(each[[1, 2, 3]].sum().item() / 5)
    same = torch.zeros(6, 2)
    same[:, 0] = 9
    assert sure_loss(same, same, 0.9, balanced=True)[1].tolist() == [3, 0], "equal ones, too"
    kinds = {name: OPTIONS[name]() for name in ("self-training", "fixmatch")}
    plain = Recipe.model_validate({"model": {"name": "dcnn"}})
    assert {name: kind.balanced(plain) for name, kind in kinds.items()} == {
        "self-training": True,
        "fixmatch": False,
    }


def test_balance_is_for_classes_of_whole_images():
    made = Recipe.model_validate(
        {
            "model": {"name": "unet", "encoder": "mobilenetv2_035"},
            "transfer": {"strategy": "self-training", "balance": True},
        }
    )
    (problem,) = options_of(made).problems(made, DataSpec(folder="x"))
    assert (problem.path, problem.key) == ("transfer.balance", "study.balance_segmentation")
    assert not OPTIONS["self-training"]().balanced(made)
