"""A strategy with a second network: built beside the arm's own, and built anew at a resume."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from alih import files
from alih.models.recipes import from_recipe
from alih.models.state import inner_call, inner_start, inner_step, snapshot
from alih.runs.folder import StudyFolder
from alih.study import loading
from alih.study.document.model import NamedModel
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import recipe
from alih.study.strategies.base import StrategyOptions
from alih.study.strategies.options import STRATEGIES as OPTIONS
from alih.study.strategies.options import network_recipes
from alih.training.assemble import assemble_others
from alih.training.cell import run_cell
from alih.training.device import Machine
from alih.transfer.contract import Strategy
from alih.transfer.ingredients import Ingredients
from alih.transfer.optimizer import Optimizer
from alih.transfer.supervised import Supervised
from alih.transfer.table import STRATEGIES

SHAPE, MACHINE = (1, 28, 28), Machine("cpu", 1, "fp32")
STUDY = """
title: t
data: {set: fashion-mnist-mini}
split: {validation: 0.1}
seeds: 1
model: {layers: [{conv: {filters: 2, stride: 4}}, flatten]}
train: {epochs: 2, batch_size: 64}
arms:
  a: {transfer: {strategy: toy, teacher: {layers: [flatten, {dense: 3}]}}}
  b: {}
compare: {baseline: b}
"""


class ToyOptions(StrategyOptions):
    teacher: NamedModel


class Toy(Supervised):
    """Learns what the teacher answers."""

    def step(self, batches, ctx) -> None:
        batch = batches["target"]
        loss = (self.network(batch.images) - self.teacher(batch.images)).square().mean()
        ctx.backward(loss)
        self.optimizer.step()
        return loss


def toy(given: Ingredients) -> Toy:
    found = Toy(
        given.network, given.task, given.recipe.train, given.steps_per_epoch, given.class_weights
    )
    found.teacher = given.networks["teacher"]
    BUILT.append({name: tensor.clone() for name, tensor in found.teacher.state_dict().items()})
    assert not found.teacher.training
    assert not any(parameter.requires_grad for parameter in found.teacher.parameters())
    return found


BUILT: list[dict[str, torch.Tensor]] = []


@pytest.fixture
def study(tmp_path: Path, monkeypatch):
    monkeypatch.setitem(OPTIONS, "toy", ToyOptions)
    monkeypatch.setitem(STRATEGIES, "toy", toy)
    BUILT.clear()
    files.write_text(tmp_path / "s.yaml", STUDY)
    return loading.load(tmp_path / "s.yaml")


def test_a_cell_trains_with_a_second_network_and_resumes_with_the_same(
    study, tmp_path: Path
) -> None:
    cell, root = Cell("a", 0), tmp_path / "out"
    run_cell(root, study, cell, MACHINE)
    folder = StudyFolder(root).cell(cell).path
    whole = (folder / "model.safetensors").read_bytes()
    losses = [
        row.split(",")[-1]
        for row in (folder / "history.csv").read_text().splitlines()
        if ",train,loss," in row
    ]
    assert float(losses[1]) < float(losses[0])
    parts = json.loads((folder / "identity.json").read_text())["parts"]
    assert "networks.teacher" in parts

    class Stopped(Exception):
        pass

    def stop(event) -> None:
        if event["kind"] == "epoch" and event["epoch"] == 2:
            raise Stopped

    again = tmp_path / "again"
    with pytest.raises(Stopped):
        run_cell(again, study, cell, MACHINE, stop)
    run_cell(again, study, cell, MACHINE)
    assert (StudyFolder(again).cell(cell).path / "model.safetensors").read_bytes() == whole
    assert len(BUILT) == 3
    assert all(torch.equal(BUILT[0][name], other[name]) for other in BUILT for name in BUILT[0])


def test_a_second_network_draws_from_an_address_of_its_own(study) -> None:
    own = recipe(study, "a")
    (other,) = network_recipes(own).values()
    assert other.model == own.model_copy(update={"model": other.model}).model
    seeds: list[str] = []

    def seed(purpose: str) -> int:
        seeds.append(purpose)
        return len(purpose)

    built = assemble_others(own, 10, SHAPE, MACHINE, seed)["teacher"]
    assert seeds
    assert all(purpose.startswith("networks/teacher/") for purpose in seeds)
    plain = from_recipe(other, 10, SHAPE, lambda purpose: seed(f"networks/teacher/{purpose}"))
    assert all(
        torch.equal(a, b) for a, b in zip(built.parameters(), plain.parameters(), strict=True)
    )


def test_weights_of_a_second_network_are_fetched_before_anything_is_written(
    study, tmp_path: Path, monkeypatch
) -> None:
    from alih.executors import networks
    from alih.executors.contract import Means
    from alih.executors.work import CHECK, perform

    fetched: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "alih.models.weights.obtain", lambda name, weights: fetched.append((name, weights))
    )
    monkeypatch.setattr(networks, "try_out", lambda *_: None)
    text = STUDY.replace("{layers: [flatten, {dense: 3}]}", "mobilenetv2_100").replace(
        "-mini}", "-mini, image_size: 32}"
    )
    files.write_text(tmp_path / "t.yaml", text)
    perform(tmp_path / "out", loading.load(tmp_path / "t.yaml"), CHECK, Means(device="cpu"))
    assert fetched == [("mobilenetv2_100", "imagenet")]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("freeze", ["0", "all"])
def test_a_batch_of_one_is_refused_where_a_backbone_without_a_card_normalises_single_values(
    freeze, tmp_path: Path
) -> None:
    from alih.errors import AlihError
    from alih.executors.contract import Means
    from alih.executors.work import CHECK, perform

    text = f"""
title: t
data: {{set: fashion-mnist-mini, image_size: 32}}
model: {{name: mobilenetv2_035, weights: none}}
transfer: {{strategy: finetune, freeze: {freeze}}}
arms: {{a: {{}}, b: {{train: {{lr: 0.01}}}}}}
train: {{batch_size: 1}}
compare: {{baseline: a}}
"""
    files.write_text(tmp_path / "t.yaml", text)
    made = loading.load(tmp_path / "t.yaml")
    if freeze == "all":
        perform(tmp_path / "out", made, CHECK, Means(device="cpu"))
        return
    with pytest.raises(AlihError) as error:
        perform(tmp_path / "out", made, CHECK, Means(device="cpu"))
    assert error.value.key == "models.batch_of_one"


class Bilevel(Strategy):
    """Match a teacher with a learnt weight: tried steps are taken back, and the weight learns
    through inner steps."""

    def __init__(self, given: Ingredients) -> None:
        self._network, self.teacher = given.network, given.networks["teacher"]
        self.meta = torch.nn.Linear(1, 1)
        torch.nn.init.zeros_(self.meta.weight)
        settings = given.recipe.train, given.steps_per_epoch
        self.inner = Optimizer(self._network.parameters(), *settings)
        self.outer = Optimizer(self.meta.parameters(), *settings)
        self.objective = given.task.objective(given.recipe.train, None)
        self.rolled_back = 0

    @property
    def network(self):
        return self._network

    def matching(self, answers, images):
        weight = torch.sigmoid(self.meta(torch.ones(1, 1, device=images.device))).squeeze()
        return weight * (answers - self.teacher(images)).square().mean()

    def step(self, batches, ctx):
        batch, network = batches["target"], self._network
        kept = snapshot(network, self.inner)
        before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        for _ in range(2):  # steps that are tried
            ctx.backward(self.matching(network(batch.images), batch.images))
            self.inner.step()
        moved = [
            name
            for name, tensor in network.state_dict().items()
            if not torch.equal(tensor, before[name])
        ]
        assert {"conv1.weight", "norm1.running_mean", "norm1.num_batches_tracked"} <= set(moved)
        kept.restore()
        assert all(
            torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items()
        )
        self.meta.zero_grad()
        self.rolled_back += 1

        inner = inner_start(network)
        for _ in range(2):
            answers = inner_call(network, inner, batch.images)
            inner = inner_step(inner, self.matching(answers, batch.images), lr=0.1, momentum=0.5)
        outer = self.objective(inner_call(network, inner, batch.images), batch.truth)
        ctx.backward(outer)
        assert self.meta.bias.grad.abs() > 0, "a meta-gradient through both steps"
        self.outer.step()
        network.zero_grad()
        loss = self.objective(network(batch.images), batch.truth)
        ctx.backward(loss)
        self.inner.step()
        return loss

    def predict(self, images):
        return self._network(images)

    def parts(self):
        return {
            "network": self._network,
            "meta": self.meta,
            "inner": self.inner,
            "outer": self.outer,
        }


def test_tried_steps_are_rolled_back_inside_a_cell_and_a_resume_is_exact(
    study, tmp_path: Path, monkeypatch
) -> None:
    made: list[Bilevel] = []

    def build(given: Ingredients) -> Bilevel:
        made.append(Bilevel(given))
        return made[-1]

    monkeypatch.setitem(STRATEGIES, "toy", build)
    monkeypatch.setattr("alih.training.loop.PAUSE", 0.0)
    model = "{layers: [{conv: {filters: 2, stride: 4}}, batch_norm, flatten]}"
    text = STUDY.replace(
        "model: {layers: [{conv: {filters: 2, stride: 4}}, flatten]}", f"model: {model}"
    )
    text = text.replace("{dense: 3}", "{dense: 10}").replace(
        "batch_size: 64}", "batch_size: 64, optimizer: adam}"
    )
    files.write_text(tmp_path / "b.yaml", text + "vary: {train_images: [256]}\n")
    document = loading.load(tmp_path / "b.yaml")
    cell = Cell("a", 0, (("train_images", 256),))
    run_cell(tmp_path / "whole", document, cell, MACHINE)
    assert made[0].rolled_back == 8
    steps = 0
    original = Bilevel.step

    def cut(self, batches, ctx):
        nonlocal steps
        steps += 1
        if steps == 7:  # inside the second epoch
            raise KeyboardInterrupt
        return original(self, batches, ctx)

    monkeypatch.setattr(Bilevel, "step", cut)
    with pytest.raises(KeyboardInterrupt):
        run_cell(tmp_path / "cut", document, cell, MACHINE)
    monkeypatch.setattr(Bilevel, "step", original)
    run_cell(tmp_path / "cut", document, cell, MACHINE)
    weights = [
        StudyFolder(tmp_path / name).cell(cell).path / "model.safetensors"
        for name in ("whole", "cut")
    ]
    assert weights[0].read_bytes() == weights[1].read_bytes()
