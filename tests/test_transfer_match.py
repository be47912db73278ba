"""`match`: its loss against plain torch, its meta-gradient against finite differences, what a tried
step leaves behind, and what it refuses."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from alih import files
from alih.errors import AlihError
from alih.executors.networks import try_out
from alih.models.build import build
from alih.models.network import Network
from alih.models.staged import Preprocessing
from alih.runs.folder import StudyFolder
from alih.study import loading
from alih.study.catalogue.arithmetic import network as layer_list
from alih.study.document.arm import Recipe
from alih.study.document.model import ModelSpec
from alih.study.document.problems import StudyError
from alih.study.document.train import Train
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.strategies.matching import MatchOptions
from alih.tasks.table import TASKS
from alih.training.cell import run_cell
from alih.training.conformance import find
from alih.training.conformance.rehearsal import Stage
from alih.training.device import Machine
from alih.transfer.contract import Batch, Context
from alih.transfer.ingredients import Ingredients
from alih.transfer.match import Match, rows_of, weighted
from alih.transfer.matching import Known, resized

TARGET = [
    {"conv": {"filters": 3, "padding": "same"}},
    {"batch_norm": {}},
    {"activation": {"name": "relu"}},
    {"max_pool": {"size": 2}},
    {"conv": {"filters": 4, "activation": "tanh", "padding": "same"}},
    {"max_pool": {"size": 2}},
    {"flatten": {}},
    {"dense": {"units": 5, "activation": "tanh"}},
]
SOURCE = [
    {"conv": {"filters": 5, "activation": "tanh", "padding": "same"}},
    {"max_pool": {"size": 2}},
    {"conv": {"filters": 2, "activation": "softplus", "padding": "same"}},
    {"max_pool": {"size": 2}},
    {"conv": {"filters": 6, "activation": "tanh", "padding": "same"}},
]


def made(layers, seed: int, side: int = 8) -> Network:
    listed = layer_list(ModelSpec(layers=layers), 3)
    return build(
        listed,
        channels=2,
        image_size=(side, side),
        init="keras",
        seed=lambda purpose: seed + sum(purpose.encode()),
    )


def known_of(match: Match, one: Batch) -> Known:
    return match.matched.known(match.matched.maps(match.source, one.images))


def strategy(train: Train | None = None, **options) -> Match:
    train = train or Train(optimizer="sgd", lr=0.1, momentum=0.9, weight_decay=0.01)
    given = Ingredients(
        network=made(TARGET, 0),
        task=TASKS["classification"],
        recipe=Recipe(model=ModelSpec(layers=TARGET), train=train),
        steps_per_epoch=10,
        class_weights=None,
        options=MatchOptions(source=ModelSpec(layers=SOURCE), **options),
        networks={"source": made(SOURCE, 7).eval().requires_grad_(False)},
        seed=lambda purpose: sum(purpose.encode()),
    )
    found = Match(given)
    found.network.train()
    return found


def batch(dtype=torch.float32) -> Batch:
    generator = torch.Generator().manual_seed(3)
    images = torch.randn(6, 2, 8, 8, generator=generator, dtype=dtype)
    return Batch(images, torch.randint(0, 3, (6,), generator=generator), np.arange(6))


def context() -> Context:
    return Context(lambda purpose: torch.Generator().manual_seed(0), lambda name, value: None)


def test_the_start_is_the_mean_squared_difference_of_all_pairs():
    match, one = strategy(), batch()
    known = known_of(match, one)
    weights = match.weights(known)
    assert all(torch.equal(own, torch.full_like(own, 1 / own.shape[1])) for own, _ in weights)
    assert all(torch.equal(pair, torch.ones(6)) for _, pair in weights)
    assert [(p.source.name, p.target.name) for p in match.pairs] == [
        ("conv1", "conv1"),
        ("conv3", "conv1"),
        ("conv1", "conv2"),
        ("conv3", "conv2"),
    ]
    _, distances = match.matched(one.images, known)
    theirs = dict(match.source.stage_outputs(one.images))
    ours = dict(match.network.stage_outputs(one.images))
    wanted = 0.0
    for pair in match.pairs:
        layer = match.matched.transforms[f"{pair.target.name}-{pair.source.name}"]
        mine = ours[pair.target.name]
        its = F.interpolate(theirs[pair.source.name], mine.shape[2:], mode="bilinear")
        wanted = wanted + F.mse_loss(layer(mine), its)
    torch.testing.assert_close(weighted(distances, weights), wanted)


def test_maps_are_compared_at_the_smaller_size_on_request():
    match, one = strategy(match_at="smaller", weights="uniform", pairs=[[3, 1], [1, 2]]), batch()
    known = known_of(match, one)
    assert [tuple(found.shape[2:]) for found in known.maps] == [(2, 2), (2, 2)]
    _, distances = match.matched(one.images, known)
    ours = dict(match.network.stage_outputs(one.images))["conv1"]
    theirs = dict(match.source.stage_outputs(one.images))["conv3"]
    layer = match.matched.transforms["conv1-conv3"]
    wanted = (layer(F.interpolate(ours, (2, 2), mode="bilinear")) - theirs).square().mean((2, 3))
    torch.testing.assert_close(distances[0], wanted)


@pytest.mark.parametrize("weights", ["channels", "pairs-and-channels"])
def test_the_meta_gradient_is_that_of_finite_differences(weights, monkeypatch):
    monkeypatch.setattr(Network, "scores", lambda self, outputs: outputs)  # float64 to the end
    match = strategy(weights=weights, weight=2.0)
    match.matched.double()
    match.source.double()
    match.meta.double()
    match.objective = F.cross_entropy
    one, generator = batch(torch.float64), torch.Generator().manual_seed(1)
    for parameter in match.meta.parameters():  # away from where all weights are alike
        parameter.data += 0.2 * torch.randn(parameter.shape, generator=generator).double()
    known = known_of(match, one)
    for _ in range(2):  # velocities to start from
        logits, distances = match.matched(one.images, known)
        (F.cross_entropy(logits, one.labels) + distances[0].mean()).backward()
        match.optimizer.step()

    def left() -> torch.Tensor:
        return match.left_over(one, known, match.weights(known))

    parameters = list(match.meta.parameters())
    gradients = torch.autograd.grad(left(), parameters)
    assert sum(float(gradient.abs().sum()) for gradient in gradients) > 1e-3
    for parameter, gradient in zip(parameters, gradients, strict=True):
        direction = torch.randn(parameter.shape, generator=generator).double()
        values = []
        for sign in (1, -1):
            parameter.data += sign * 1e-5 * direction
            values.append(float(left().detach()))
            parameter.data -= sign * 1e-5 * direction
        measured = (values[0] - values[1]) / 2e-5
        assert float((gradient * direction).sum()) == pytest.approx(measured, rel=1e-4, abs=1e-9)


def test_tried_steps_are_those_of_the_optimizer():
    """Three tried steps with constant weights end where three real ones of a copy end."""
    match, one = strategy(), batch()
    match.step({"target": one}, context())
    known = known_of(match, one)
    weights = [(own.detach(), pair.detach()) for own, pair in match.weights(known)]
    left = float(match.left_over(one, known, weights).detach())
    other = strategy()
    other.matched.load_state_dict(match.matched.state_dict())
    other.optimizer.load_state_dict(copy.deepcopy(match.optimizer.state_dict()))
    for step in range(3):
        logits, distances = other.matched(one.images, None if step == 2 else known, step == 2)
        loss = (
            F.cross_entropy(logits, one.labels) if step == 2 else 0.5 * weighted(distances, weights)
        )
        loss.backward()
        other.optimizer.step()
    assert F.cross_entropy(other.network(one.images), one.labels).item() == pytest.approx(
        left, rel=1e-5
    )


def test_what_was_tried_leaves_nothing_behind_but_the_weights():
    """The network after steps with tried ones is that after steps with the same weights alone."""
    learning, plain, one = strategy(meta_lr=1e-30), strategy(weights="uniform"), batch()
    for _ in range(3):
        for match in (learning, plain):
            match.step({"target": one}, context())
    for name, tensor in plain.matched.state_dict().items():
        assert torch.equal(tensor, learning.matched.state_dict()[name]), name
    quick = strategy(meta_lr=0.05)
    for _ in range(5):
        quick.step({"target": one}, context())
    known = known_of(quick, one)
    assert all((pair - 1).abs().max() > 0.01 for _, pair in quick.weights(known))


def test_without_weight_it_is_scratch_to_the_last_bit(tmp_path: Path):
    ends = [
        Stage(find(name, values), "classification").rehearse(tmp_path / name)
        for name, values in (("scratch", {}), ("match", {"weight": 0.0}))
    ]
    scratch, match = (end.states["network"] for end in ends)
    assert all(torch.equal(scratch[name], match[name]) for name in scratch)
    assert ends[0].history == ends[1].history


def test_the_source_sees_images_as_its_weights_want_them():
    own, source = (0.5, 0.4), made(SOURCE, 7, side=4)
    source.preprocessing = Preprocessing((0.2, 0.3), (0.1, 0.2), "bilinear", 8)
    given = Ingredients(
        network=made(TARGET, 0),
        task=TASKS["classification"],
        recipe=Recipe(model=ModelSpec(layers=TARGET)),
        steps_per_epoch=1,
        class_weights=None,
        options=MatchOptions(source=ModelSpec(layers=SOURCE), weights="uniform", pairs=[[1, 1]]),
        networks={"source": source},
        mean=own,
        std=(0.25, 0.5),
    )
    pixels = torch.rand(3, 2, 8, 8)

    def normalised(mean, std):
        return (pixels - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]

    torch.testing.assert_close(
        Match(given)._seen(normalised(own, (0.25, 0.5))),
        resized(normalised((0.2, 0.3), (0.1, 0.2)), (4, 4)),
    )
    plain = dataclasses.replace(given, mean=(0.2, 0.3), std=(0.1, 0.2))
    assert Match(plain)._constants is None


STUDY = """
title: t
data: {set: fashion-mnist-mini}
split: {validation: 0.1}
seeds: 1
model: {layers: [{conv: {filters: 2, stride: 4}}, batch_norm, flatten]}
train: {epochs: 2, batch_size: 64, optimizer: sgd, lr: 0.05, momentum: 0.9}
vary: {train_images: [128]}
arms:
  a: {transfer: {strategy: match, source: {layers: [{conv: {filters: 3, stride: 2}}, {dense: 4}]}}}
  b: {}
compare: {baseline: b}
"""


def load(tmp_path: Path, *changes: str):
    files.write_text(tmp_path / "s.yaml", STUDY)
    return loading.load(tmp_path / "s.yaml", overrides=list(changes))


def test_a_run_leaves_what_was_learnt_for_pictures(tmp_path: Path):
    study, cell = load(tmp_path), Cell("a", 0, (("train_images", 128),))
    run_cell(tmp_path / "out", study, cell, Machine("cpu", 1, "fp32"))
    found = StudyFolder(tmp_path / "out").cell(cell).arrays("transfer")
    assert [found[name].tolist() for name in ("epoch", "source", "target")] == [
        [1, 2],
        ["conv1"],
        ["conv1"],
    ]
    assert found["pair"].shape == found["distance"].shape == (2, 1)
    assert found["pair"][0] == pytest.approx(1, abs=0.01)
    assert found["distance"][1] < found["distance"][0]
    assert found["top"].shape == found["top_weight"].shape == (2, 1, 8)
    assert sorted(found["top"][0, 0].tolist()) == [-1] * 5 + [0, 1, 2]
    assert found["channels"].sum() == pytest.approx(1, abs=1e-5)
    assert "transfer.npz" in StudyFolder(tmp_path / "out").cell(cell).sums


def test_the_source_can_be_an_arm_of_the_study(tmp_path: Path):
    layers = "{layers: [{conv: {filters: 3, stride: 2}}, {dense: 4}]}"
    text = STUDY.replace(f"source: {layers}", "source_arm: large")
    text = text.replace("  b: {}", f"  b: {{}}\n  large: {{model: {layers}, image_size: 16}}")
    files.write_text(tmp_path / "s.yaml", text)
    study, at = loading.load(tmp_path / "s.yaml"), (("train_images", 128),)
    assert plan.arms_needed(study)["a"] == ["large"]
    for arm in ("large", "a"):
        run_cell(tmp_path / "out", study, Cell(arm, 0, at), Machine("cpu", 1, "fp32"))
    found = StudyFolder(tmp_path / "out").cell(Cell("a", 0, at)).arrays("transfer")
    assert found["source_channels"].tolist() == [3]


OPTION, OWN = "arms.a.transfer.", "[{conv: {filters: 2, stride: 4}}, batch_norm, flatten]"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (f"{OPTION}source={{layers: {OWN}}}", "study.match_itself"),
        (f"{OPTION}source={{layers: [{{dense: 4}}]}}", "transfer.no_maps_in_source"),
        (f"{OPTION}source=null", "study.match_no_source"),
        (
            f"{OPTION}source={{name: mobilenetv2_035, weights: none}}; model.layers=[{{dense: 4}}]",
            "transfer.no_maps_in_target",
        ),
        (f"{OPTION}source_arm=b", "study.match_two_sources"),
        (f"{OPTION}pairs=[[2, 1]]", "transfer.no_map_in_source"),
        (f"{OPTION}pairs=[[1, conv7]]", "transfer.no_stage_in_target"),
        (f"{OPTION}pairs=[[1, 1], [conv1, 1]]", "transfer.pair_twice"),
        (f"{OPTION}pairs=[[1]]", "study.wrong_type"),
        (f"{OPTION}weights=uniform", None),
        ("train.clip_norm=1", "study.match_step"),
    ],
)  # fmt: skip
def test_what_cannot_be_matched_is_told_at_check(change, key, tmp_path: Path):
    if key is None:
        load(tmp_path, change)
        with pytest.raises(StudyError) as error:
            load(tmp_path, change, f"{OPTION}inner_steps=3")
        assert [p.key for p in error.value.problems] == ["study.only_learnt_weights"]
        return
    with pytest.raises(StudyError) as error:
        load(tmp_path, *change.split("; "))
    assert key in [problem.key for problem in error.value.problems]


def test_a_backbones_stages_are_looked_up_before_anything_is_computed(tmp_path: Path):
    source = f"{OPTION}source={{name: mobilenetv2_035, weights: none}}"
    images = SimpleNamespace(images=np.zeros((1, 28, 28, 1)), classes=range(10))
    sized = source, f"{OPTION}source_size=32"
    try_out(load(tmp_path, *sized), images)
    with pytest.raises(AlihError) as error:
        try_out(load(tmp_path, *sized, f"{OPTION}pairs=[[block99, 1]]"), images)
    assert error.value.key == "transfer.no_stage_in_source"


def test_the_network_of_an_arm_is_looked_up_before_it_is_trained(tmp_path: Path):
    arm = f"{OPTION}source=null", f"{OPTION}source_arm=b"
    images = SimpleNamespace(images=np.zeros((1, 28, 28, 1)), classes=range(10))
    try_out(load(tmp_path, *arm), images)
    with pytest.raises(AlihError) as error:
        try_out(load(tmp_path, *arm, f"{OPTION}pairs=[[conv9, 1]]"), images)
    assert error.value.key == "transfer.no_stage_in_source"
    with pytest.raises(StudyError) as wrong:
        load(tmp_path, arm[0], f"{OPTION}source_arm=c")
    assert [p.path for p in wrong.value.problems] == ["arms.a.transfer.source_arm"]
    with pytest.raises(AlihError) as none:
        MatchOptions(source_arm="c").fits([("conv1", (2, 4, 4))], {"source_arm": []})
    assert none.value.key == "transfer.arm_without_stages"


def test_stages_of_unequal_networks_are_paired():
    target, source = made(TARGET, 0), made(SOURCE, 7)
    rows = rows_of(source), rows_of(target)

    def names(pairs):
        found = MatchOptions(pairs=pairs).resolve(*rows)
        return [(pair.source.name, pair.target.name) for pair in found]

    assert names("single") == [("conv3", "conv2")]
    assert names("one-to-one") == [("conv1", "conv1"), ("conv3", "conv2")]
    assert names([["conv2", 2]]) == [("conv2", "conv2")]
