"""Studies with backbones: scratch from pretrained and from random weights, through the document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import load_file, save_file
from tests.support.folders import ready

import alih
from alih import files
from alih.study.document.problems import StudyError
from alih.study.loading import load
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.study.planning.recipes import factors, recipe

STUDY = """
name: s
title: t
data: {set: fashion-mnist-mini, image_size: 32, channels: 3}
train: {epochs: 1, batch_size: 16}
seeds: 1
vary: {train_images: [48]}
arms:
  random: {model: {name: mobilenetv2_035, weights: none}}
  given: {model: {name: mobilenetv2_035, weights: ./given.safetensors, dropout: [0.2]}}
compare: {baseline: random}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("backbones")
    torch.manual_seed(3)
    save_file(
        dict(timm.create_model("mobilenetv2_035", pretrained=False).state_dict()),
        folder / "given.safetensors",
    )
    (folder / "s.yaml").write_text(STUDY)
    return folder


@pytest.fixture(scope="module")
def finished(place) -> Path:
    text = (place / "s.yaml").read_text().replace("./given", f"{place}/given")
    out = ready(place / "out", text)
    assert alih.run(place / "s.yaml", out, jobs=1).complete
    return out


def test_backbones_train_and_tell_where_their_weights_came_from(finished, place):
    random, given = (
        json.loads((finished / f"runs/{arm}/seed-0/train_images=48/card.json").read_text())
        for arm in ("random", "given")
    )
    assert random["weights"] is None
    assert given["weights"] == {
        "source": str(place / "given.safetensors"),
        "sha256": files.sha256(place / "given.safetensors"),
    }
    assert [row["name"] for row in given["layers"]][:2] == ["stem", "block1"]
    assert given["layers"][-1]["output_shape"] == [10]
    assert sum(row["parameters"] for row in given["layers"]) == given["parameters"]
    assert random["recipe"]["normalise"] == given["recipe"]["normalise"] == "weights"
    state = load_file(finished / "runs/given/seed-0/train_images=48/model.safetensors")
    assert state["head.weight"].shape == (10, 1280)
    moved = (
        state["stages.stem.0.weight"] - load_file(place / "given.safetensors")["conv_stem.weight"]
    )
    assert 0 < moved.abs().max() < 0.05, "started from the weights"


def test_a_changed_weights_file_changes_the_cell(place):
    study, cell = load(place / "s.yaml"), Cell("given", 0)
    before = plan.identity_parts(study, cell)
    assert before["weights"] == files.sha256(place / "given.safetensors")
    other = place / "other.safetensors"
    save_file(load_file(place / "given.safetensors"), other, metadata={"file": "another"})
    after = plan.identity_parts(load(place / "s.yaml", [f"arms.given.model.weights={other}"]), cell)
    assert {key for key in after if before.get(key) != after[key]} == {"weights", "model.weights"}


def test_weights_are_a_factor_and_normalise_follows_the_model(tmp_path):
    (tmp_path / "s.yaml").write_text(
        STUDY.replace("./given.safetensors, dropout: [0.2]", "imagenet")
    )
    study = load(tmp_path / "s.yaml")
    assert factors(study, "given", "random") == ["model.weights: none -> imagenet"]
    assert recipe(study, "random").normalise == "weights"
    unit = load(tmp_path / "s.yaml", ["normalise=unit"])
    assert recipe(unit, "random").normalise == "unit"
    assert (
        recipe(load(tmp_path / "s.yaml", ["arms.random.model=dcnn"]), "random").normalise == "unit"
    )


@pytest.mark.parametrize(
    ("change", "key", "told"),
    [
        (
            "arms.random.model=mobilenet_v2_100",
            "study.unknown_model",
            "Did you mean 'mobilenetv2_100'?",
        ),
        (
            "arms.random.model={name: mobilenetv2_100, weights: imagnet}",
            "study.unknown_weights",
            "imagenet",
        ),
        (
            "arms.random.model={name: mobilenetv2_100, weights: ./no.pth}",
            "study.no_weights_file",
            "no.pth",
        ),
        (
            "arms.random.model={name: mobilenetv2_100, dropout: [0.1, 0.2]}",
            "study.dropout_count",
            "2",
        ),
        (
            "arms.random.model={name: dcnn, weights: imagenet}",
            "study.weights_without_backbone",
            "dcnn",
        ),
        ("arms.random={model: dcnn, normalise: weights}", "study.normalise_weights", "dcnn"),
        (
            "arms.random.model={name: inception_resnet_v2, weights: none}",
            "study.image_too_small",
            "75",
        ),
        ("arms.random={model: dcnn, transfer: finetune}", "study.no_start", "dcnn"),
        (
            "arms.random={model: mobilenetv2_100, transfer: {strategy: finetune, freeze: 21}}",
            "study.freeze_beyond",
            "20 stages",
        ),
        (
            "arms.random={model: mobilenetv2_100, transfer: {strategy: finetune, freez: 2}}",
            "study.unknown_key",
            "'freeze'",
        ),
        (
            "arms.random={model: mobilenetv2_100, transfer: {strategy: finetune, "
            "unfreeze: {every: 1}}}",
            "study.unfreeze_nothing",
            "0",
        ),
        (
            "arms.random={model: mobilenetv2_100, transfer: {strategy: finetune, alpha: 0.1}}",
            "study.only_regularizer",
            "alpha",
        ),
        (
            "arms.random={model: resnet18, transfer: {strategy: finetune, "
            "regularizer: l2-sp, attention: false}}",
            "study.only_delta",
            "delta",
        ),
        (
            "arms.random={model: resnet18, transfer: {strategy: finetune, "
            "regularizer: l2-sp}, train: {weight_decay: 0.5}}",
            "study.decay_and_regularizer",
            "`l2-sp` replaces `weight_decay`",
        ),
        (
            "arms.random={model: resnet18, transfer: {strategy: finetune, "
            "regularizer: l2-sp}, train: {l2: 1e-4}}",
            "study.decay_and_regularizer",
            "`l2-sp` replaces `l2`",
        ),
        (
            "arms.random={model: resnet18, transfer: {strategy: finetune, "
            "regularizer: delta}, train: {l1: 1e-4}}",
            "study.decay_and_regularizer",
            "`delta` replaces `l1`",
        ),
    ],
)
def test_mistakes_are_told(place, change, key, told):
    with pytest.raises(StudyError) as error:
        load(place / "s.yaml", [change])
    assert key in [problem.key for problem in error.value.problems]
    assert told in str(error.value)
