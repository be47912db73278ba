"""Stages of own CNNs: where lists of layers are cut, and that all that works on a backbone's stages
works on these."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from alih import files
from alih.data.imageset import ImageSet
from alih.data.pixels import Format
from alih.errors import AlihError
from alih.features.extract import Wanted, activations, digest_of
from alih.models.build import build
from alih.models.layer_table import layer_table
from alih.models.network import Network
from alih.models.staged import layer_decay, stage_rows
from alih.runs.card import Carried
from alih.runs.folder import StudyFolder
from alih.study.catalogue.arithmetic import network as layer_list
from alih.study.catalogue.presets import PRESETS
from alih.study.catalogue.stages import stage_count, stage_names, stage_sizes
from alih.study.document.arm import Recipe
from alih.study.document.model import ModelSpec
from alih.study.document.train import Train
from alih.study.loading import load
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.strategies.options import FinetuneOptions
from alih.tasks.table import TASKS
from alih.training import loop
from alih.training.cell import run_cell
from alih.training.device import Machine
from alih.training.warmstart import refuse_frozen_random
from alih.transfer import regularizers
from alih.transfer.attention import measure
from alih.transfer.contract import Batch, Context
from alih.transfer.finetune import Finetune

MACHINE = Machine("cpu", 1, "fp32")
LISTED = [
    {"max_pool": {"size": 1}},
    {"conv": {"filters": 3, "activation": "linear"}},
    {"batch_norm": {}},
    {"activation": {"name": "relu"}},
    {"max_pool": {"size": 2}},
    {"dropout": {"rate": 0.25}},
    {"conv": {"filters": 4}},
    {"global_avg_pool": {}},
    {"dropout": {"rate": 0.5}},
    {"dense": {"units": 5}},
    {"dropout": {"rate": 0.5}},
]


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def spec(layers=None) -> ModelSpec:
    return ModelSpec(layers=LISTED if layers is None else layers)


def made(
    model: ModelSpec | None = None, classes: int = 3, side: int = 12, channels: int = 1
) -> Network:
    layers = layer_list(model or spec(), classes)
    return build(
        layers,
        channels=channels,
        image_size=(side, side),
        init="keras",
        seed=lambda purpose: sum(purpose.encode()),
    )


def batch(seed: int, n: int = 8) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(n, 1, 12, 12, generator=generator)
    return Batch(images, torch.randint(0, 3, (n,), generator=generator), np.arange(n))


# --- where lists are cut
# ---------------------------------------------------------------------------------------------


def test_a_stage_is_a_layer_with_weights_what_follows_it_and_what_it_reads():
    layers = layer_list(spec(), 3)
    assert [
        (layer.name, stage) for layer, stage in zip(layers, stage_names(layers), strict=True)
    ] == [
        ("pool1", "conv1"),
        ("conv1", "conv1"),
        ("norm1", "conv1"),
        ("activation1", "conv1"),
        ("pool2", "conv1"),
        ("dropout1", "conv2"),
        ("conv2", "conv2"),
        ("pool3", "dense1"),
        ("dropout2", "dense1"),
        ("dense1", "dense1"),
        ("dropout3", None),
        ("output", None),
    ]


@pytest.mark.parametrize(
    ("name", "count"), [("dcnn", 3), ("xray-small", 3), ("xray-large", 5), ("cnn-bn", 6)]
)
def test_presets_have_a_stage_for_each_convolution_and_inner_dense_layer(name, count):
    assert stage_count(ModelSpec(name=name)) == count
    found = layer_table(name)
    assert found.stages == count
    assert len({row.stage for row in found.layers} - {None}) == count
    assert found.layers[-1].stage is None


def test_a_list_without_inner_weights_has_no_stage():
    net = made(spec([{"max_pool": {"size": 2}}]))
    assert net.names == ()
    assert tuple(net(torch.zeros(2, 1, 12, 12)).shape) == (2, 3)
    assert net.features(torch.zeros(2, 1, 12, 12)).shape == (2, 36)


@pytest.mark.parametrize(
    "model", [spec(), *(ModelSpec(name=name) for name in PRESETS)], ids=lambda model: model.name
)
def test_sizes_without_torch_are_those_of_the_network(model):
    side = 12 if model.layers else PRESETS[str(model.name)].image_size
    net = made(model, side=side)
    rows = stage_rows(net)[:-1]
    sizes = stage_sizes(model, 3, (1, side, side))
    assert [row["output_shape"] for row in rows] == [size["output_shape"] for size in sizes]
    assert [row["parameters"] for row in rows] == [size["parameters"] for size in sizes]
    assert net.head.in_features == sizes[-1]["width"]


# --- the contract of stages
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [spec(), ModelSpec(name="dcnn")], ids=["list", "dcnn"])
def test_every_cut_gives_the_network_bit_for_bit(model):
    net = made(model).eval()
    x = batch(0).images
    whole = net(x)
    slow = net.activations(x)[-1][1]
    assert torch.equal(whole, slow)
    for k in range(len(net.stages) + 1):
        assert torch.equal(net.suffix(k)(net.prefix(k)(x)), whole)
        for j in range(k + 1):
            state = net.advance(net.advance(x, 0, j), j, k) if j else net.advance(x, 0, k)
            assert torch.equal(
                net.classify(net.advance(state, k, len(net.stages)) if k else net.advance(x, 0, 3)),
                whole,
            )
    assert torch.equal(net.classify(net.features(x)), whole)


def test_every_tensor_has_the_stage_of_its_layer():
    net = made()
    places = {name: net.stage_of(name) for name in net.state_dict()}
    assert {name: place for name, place in places.items() if "bias" in name} == {
        "conv1.bias": 0,
        "norm1.bias": 0,
        "conv2.bias": 1,
        "dense1.bias": 2,
        "output.bias": 3,
    }
    assert places["norm1.running_mean"] == 0
    rates = layer_decay(net, 0.5)
    assert [rates[f"{name}.bias"] for name in ("conv1", "norm1", "conv2", "dense1", "output")] == [
        1 / 8,
        1 / 8,
        1 / 4,
        1 / 2,
        1,
    ]


@pytest.mark.parametrize(("policy", "moves"), [("stage", False), ("adapt", True)])
def test_frozen_stages_keep_their_weights_statistics_and_dropout(policy, moves):
    net = made()
    net.freeze(2, policy)
    net.train()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    assert (net.dropout1.training, net.dropout2.training, net.dropout3.training) == (
        False,
        True,
        True,
    )
    assert {name for name, p in net.named_parameters() if p.requires_grad} == {
        f"{layer}.{kind}" for layer in ("dense1", "output") for kind in ("weight", "bias")
    }
    net(batch(1).images)
    moved = {
        name for name, tensor in net.state_dict().items() if not torch.equal(before[name], tensor)
    }
    assert moved == (
        {"norm1.running_mean", "norm1.running_var", "norm1.num_batches_tracked"} if moves else set()
    )
    net.freeze(0)
    assert all(child.training for child in net.modules())
    assert all(parameter.requires_grad for parameter in net.parameters())


def test_caches_tell_networks_apart_that_differ_in_what_weights_do_not_show():
    def digest(pool: str, activation: str = "relu", rate: float = 0.0) -> str:
        layers = [
            {"conv": {"filters": 3, "activation": activation}},
            {pool: {"size": 2}},
            {"dropout": {"rate": rate}},
        ]
        return digest_of(made(spec([*layers, {"conv": {"filters": 2}}])), 2)

    assert len({digest("max_pool"), digest("avg_pool"), digest("max_pool", "tanh")}) == 3
    assert digest("max_pool", rate=0.5) == digest("max_pool"), (
        "activations are taken without dropout"
    )


# --- strategies
# --------------------------------------------------------------------------------------------------


def finetune(network: Network | None = None, **options) -> Finetune:
    train = Train(epochs=4, optimizer="sgd", lr=0.1)
    return Finetune(
        network or made(), TASKS["classification"], train, 2, FinetuneOptions(**options)
    )


def steps(strategy: Finetune, count: int) -> dict[str, float]:
    logged: dict[str, float] = {}
    context = Context(lambda name: torch.Generator(), lambda n, v: logged.update({n: v.item()}))
    strategy.network.train()
    for step in range(count):
        context.log("loss", strategy.step({"target": batch(step)}, context).detach())
    return logged


def moved(strategy: Finetune, count: int) -> set[str]:
    before = {name: tensor.clone() for name, tensor in strategy.network.state_dict().items()}
    steps(strategy, count)
    after = strategy.network.state_dict()
    return {name.partition(".")[0] for name in before if not torch.equal(before[name], after[name])}


LAYERS = ["conv1", "norm1", "conv2", "dense1", "output"]


@pytest.mark.parametrize(("freeze", "kept"), [(0, 0), (1, 2), (2, 3), (3, 4), ("all", 4)])
def test_freeze_counts_layers_with_weights_from_the_images(freeze, kept):
    assert moved(finetune(freeze=freeze), 3) == set(LAYERS[kept:])


def test_layers_thaw_from_the_head_down():
    strategy = finetune(freeze="all", unfreeze={"every": 1, "stages": 1})
    assert [moved(strategy, 2) for _ in range(3)] == [
        {"output"},
        {"dense1", "output"},
        {"conv2", "dense1", "output"},
    ]


@pytest.mark.parametrize("layers", ["list", "dcnn"])
def test_delta_compares_the_last_map_of_each_size(layers):
    net = made(spec() if layers == "list" else ModelSpec(name="dcnn"))
    # Lists: 12 → conv 10 → pool 5, conv 3; dcnn: 12 → 10, conv 8 → pool 4.
    assert regularizers.last_of_each_size(net) == (0, 1)
    strategy = finetune(net, regularizer="delta", attention=False)
    start = [p.detach().clone() for p in strategy.reference.parameters()]
    assert steps(strategy, 3)["delta"] > 0
    assert all(
        torch.equal(a, b) for a, b in zip(start, strategy.reference.parameters(), strict=True)
    )


def test_attention_bss_and_l2_sp_work_on_own_layers():
    net = made()
    found = measure(
        net, (0, 1), lambda: iter([batch(0), batch(1)]), 16, Train(epochs=1), 1.0, torch.Generator()
    )
    assert [(stage, len(weights)) for stage, weights in found.items()] == [(0, 3), (1, 4)]
    assert all(float(weights.sum()) == pytest.approx(1) for weights in found.values())
    assert steps(finetune(bss=0.1, bss_k=4), 1)["bss"] > 0
    pulled = finetune(regularizer="l2-sp", alpha=3.0, beta=0.0)
    assert pulled.penalty() == 0
    with torch.no_grad():
        pulled.network.conv2.weight.add_(0.5)
    assert pulled.penalty() == pytest.approx(1.5 * pulled.network.conv2.weight.numel() * 0.25)


def test_features_are_means_over_space_and_after_the_last_stage_what_the_head_reads():
    net = made(
        spec([{"conv": {"filters": 3}}, {"max_pool": {"size": 2}}, {"conv": {"filters": 2}}])
    ).eval()
    pixels = np.random.default_rng(0).integers(0, 256, (4, 12, 12, 1), dtype=np.uint8)
    images = ImageSet("toy", ("a", "b", "c"), pixels, np.zeros(4, np.int64), 0, {})
    form = Format("fp32", torch.device("cpu"), (0.0,), (1.0,))
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        maps = net.pool1(torch.relu(net.conv1(x)))
        last = torch.relu(net.conv2(maps))
    first = activations(images, net, Wanted("layers", 1, form)).array(np.arange(4))
    assert torch.allclose(torch.from_numpy(first), maps.mean((2, 3)), atol=1e-6)
    flat = activations(images, net, Wanted("layers", 2, form)).array(np.arange(4))
    assert torch.allclose(torch.from_numpy(flat), last.permute(0, 2, 3, 1).flatten(1), atol=1e-6)


# --- documents
# --------------------------------------------------------------------------------------------------

STUDY = """
title: t
data: {set: fashion-mnist-mini}
seeds: 1
model:
  layers: [{conv: {filters: 2, stride: 3}}, batch_norm, {conv: {filters: 3, stride: 2}},
           flatten, {dense: 4}, {dropout: 0.5}]
train: {epochs: 2, batch_size: 250}
vary: {train_images: [500]}
arms:
  source: {}
  none: {from: source, transfer: {strategy: finetune, freeze: 0}}
  two: {from: source, transfer: {strategy: finetune, freeze: 2}}
  all: {from: source, transfer: {strategy: finetune, freeze: all}}
  probe: {from: source, transfer: {strategy: features, stage: 2}}
compare: {baseline: source}
"""


@pytest.mark.parametrize(
    ("change", "key", "told"),
    [
        ("arms.two.transfer.freeze=4", "study.freeze_beyond_layers", "3 stages"),
        (
            "arms.two={model: dcnn, from: source, transfer: {strategy: finetune, freeze: 4}}",
            "study.freeze_beyond",
            "3 stages",
        ),
        ("arms.probe.transfer.stage=4", "study.stage_beyond", "3 stages"),
        ("arms.probe={transfer: features}", "study.no_start", "features"),
        ("arms.two={transfer: finetune}", "study.no_start", "from"),
    ],
)
def test_what_is_refused(tmp_path: Path, change, key, told):
    files.write_text(tmp_path / "s.yaml", STUDY)
    with pytest.raises(AlihError) as caught:
        load(tmp_path / "s.yaml", [change])
    hits = [problem for problem in caught.value.problems if problem.key == key]
    assert len(hits) == 1
    assert told in str(hits[0])


def test_random_weights_that_are_asked_for_are_a_control(tmp_path: Path):
    files.write_text(tmp_path / "s.yaml", STUDY)
    load(
        tmp_path / "s.yaml",
        [
            "arms.two={model: {name: dcnn, weights: none}, "
            "transfer: {strategy: finetune, freeze: 2}}"
        ],
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    torch.set_num_threads(1)
    place = tmp_path_factory.mktemp("stages")
    files.write_text(place / "s.yaml", STUDY)
    study = load(place / "s.yaml")
    for cell in plan.cells(study):
        run_cell(place / "out", study, cell, MACHINE)
    return place


def weights(root: Path, arm: str) -> dict[str, torch.Tensor]:
    return load_file(root / "runs" / arm / "seed-0" / "train_images=500" / "model.safetensors")


def test_frozen_layers_are_the_source_s_bit_for_bit(finished):
    source = weights(finished / "out", "source")
    for arm, kept in (
        ("none", set()),
        ("two", {"conv1", "norm1", "conv2"}),
        ("all", {"conv1", "norm1", "conv2", "dense1"}),
    ):
        found = weights(finished / "out", arm)
        assert found.keys() == source.keys()
        assert {n.partition(".")[0] for n in found if torch.equal(found[n], source[n])} >= kept
        assert {n.partition(".")[0] for n in found if not torch.equal(found[n], source[n])} == set(
            LAYERS
        ) - kept
        card = files.read_json(
            finished / "out" / "runs" / arm / "seed-0" / "train_images=500" / "card.json"
        )
        assert [row["name"] for row in card["layers"]][:3] == ["conv1", "norm1", "conv2"]
        learnt = set(LAYERS) - kept
        assert card["trainable"] == sum(
            row["parameters"] for row in card["layers"] if row["name"] in learnt
        )
    probe = weights(finished / "out", "probe")
    assert {n for n in probe if n in source} == {
        n for n in source if n.partition(".")[0] in ("conv1", "norm1", "conv2")
    }
    assert all(torch.equal(probe[n], source[n]) for n in probe if n in source)


def test_a_resumed_run_of_frozen_layers_ends_in_the_same_bits(
    finished, tmp_path: Path, monkeypatch
):
    study, cell = load(finished / "s.yaml"), Cell("two", 0, (("train_images", 500),))
    shutil.copytree(finished / "out", tmp_path / "out")
    place = StudyFolder(tmp_path / "out").cell(cell).path
    shutil.rmtree(place)
    monkeypatch.setattr(loop, "PAUSE", 0.0)

    class Stopped(Exception):
        pass

    def stop(event) -> None:
        if event["kind"] == "epoch" and event["epoch"] == 2:
            raise Stopped

    with pytest.raises(Stopped):
        run_cell(tmp_path / "out", study, cell, MACHINE, stop)
    assert list(place.glob("checkpoint-*"))
    run_cell(tmp_path / "out", study, cell, MACHINE)
    found, expected = weights(tmp_path / "out", "two"), weights(finished / "out", "two")
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_frozen_layers_that_the_source_does_not_have_are_refused(tmp_path: Path):
    chosen = Recipe.model_validate({"model": {"layers": LISTED}, "from": "source"})
    net = made()
    net.freeze(2)
    carried = Carried(source="x", carried=1, fresh=["conv2.weight", "output.weight"])
    with pytest.raises(AlihError) as caught:
        refuse_frozen_random(chosen, net, carried)
    assert caught.value.key == "training.frozen_not_carried"
    assert caught.value.values["names"] == "conv2.weight"
    net.freeze(1)
    refuse_frozen_random(chosen, net, carried)
    refuse_frozen_random(chosen, nn.Linear(1, 1), carried)
