"""A strategy with a second network: built beside the arm's own, and built anew at a resume."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from alih import files
from alih.models.recipes import from_recipe
from alih.runs.folder import StudyFolder
from alih.study import loading
from alih.study.cells import Cell
from alih.study.document import NamedModel
from alih.study.recipes import recipe
from alih.study.strategies import STRATEGIES as OPTIONS
from alih.study.strategies import network_recipes
from alih.study.strategy_options import StrategyOptions
from alih.training.assemble import assemble_others
from alih.training.cell import run_cell
from alih.training.device import Machine
from alih.transfer.ingredients import Ingredients
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
    found = Toy(given.network, given.task, given.recipe.train, given.steps_per_epoch, given.class_weights)
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


def test_a_cell_trains_with_a_second_network_and_resumes_with_the_same(study, tmp_path: Path) -> None:
    cell, root = Cell("a", 0), tmp_path / "out"
    run_cell(root, study, cell, MACHINE)
    folder = StudyFolder(root).cell(cell).path
    whole = (folder / "model.safetensors").read_bytes()
    losses = [row.split(",")[-1] for row in (folder / "history.csv").read_text().splitlines() if ",train,loss," in row]
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
    assert all(torch.equal(a, b) for a, b in zip(built.parameters(), plain.parameters(), strict=True))


def test_weights_of_a_second_network_are_fetched_before_anything_is_written(study, tmp_path: Path, monkeypatch) -> None:
    from alih.executors import networks
    from alih.executors.contract import Means
    from alih.executors.work import CHECK, perform

    fetched: list[tuple[str, str]] = []
    monkeypatch.setattr("alih.models.weights.obtain", lambda name, weights: fetched.append((name, weights)))
    monkeypatch.setattr(networks, "try_out", lambda *_: None)
    text = STUDY.replace("{layers: [flatten, {dense: 3}]}", "mobilenetv2_100").replace("-mini}", "-mini, image_size: 32}")
    files.write_text(tmp_path / "t.yaml", text)
    perform(tmp_path / "out", loading.load(tmp_path / "t.yaml"), CHECK, Means(device="cpu"))
    assert fetched == [("mobilenetv2_100", "imagenet")]
    assert not (tmp_path / "out").exists()
