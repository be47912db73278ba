"""What users get wrong about backbones, weights and caches: a sentence that names it and exit code
2, never a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save_file
from tests.support.folders import ready

from alih import cli
from alih.features import store

NAME = "mobilenetv2_035"
STUDY = """
name: s
title: t
data: {{folder: {place}/data, image_size: 32}}
split: {{validation: 0.25, test: 0.25}}
model: {{name: {name}, weights: {weights}}}
train: {{epochs: 1, batch_size: 4}}
seeds: 1
arms:
  a: {arm}
  b: {{transfer: {{strategy: features, classifier: nearest-mean}}}}
compare: {{baseline: b}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("bad")
    draw = np.random.default_rng(0)
    for label in ("cat", "dog"):
        (root / "data" / label).mkdir(parents=True)
        for index in range(12):
            Image.fromarray(draw.integers(0, 255, (32, 32, 3), np.uint8)).save(
                root / f"data/{label}/{index}.png"
            )
    torch.manual_seed(0)
    tensors = dict(timm.create_model(NAME).state_dict())
    save_file(tensors, root / "good.safetensors")
    odd = {name: tensor for name, tensor in tensors.items() if name != "conv_head.weight"}
    odd["classifier.weight"] = odd["classifier.weight"][:, :7].contiguous()
    odd["surplus"] = torch.zeros(2)
    save_file(odd, root / "odd.safetensors")
    (root / "torn.safetensors").write_bytes((root / "good.safetensors").read_bytes()[:1000])
    return root


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))


def refused(capsys, *argv: str) -> str:
    """The sentence on stderr of a command that must end with exit code 2."""
    capsys.readouterr()
    code = cli.run([str(part) for part in argv])
    said = capsys.readouterr()
    assert code == 2, said
    assert "Traceback" not in said.out + said.err
    return said.err


def refused_run(capsys, file: Path, out: Path) -> str:
    """The sentence of a run that must not begin; one job, since processes of their own only cost
    time."""
    return refused(capsys, "run", file, "--out", out, "--jobs", 1)


def document(
    place: Path,
    folder: Path,
    arm: str = "{transfer: finetune}",
    name: str = NAME,
    weights: str = "good.safetensors",
) -> Path:
    given = f"{place}/{weights}" if weights.endswith(".safetensors") else weights
    file = folder / "s.yaml"
    file.write_text(STUDY.format(place=place, arm=arm, name=name, weights=given))
    return file


def test_an_unknown_backbone_has_near_names(place, tmp_path, capsys):
    assert "mobilenetv2_100" in refused(
        capsys, "check", document(place, tmp_path, name="mobilenet2_100")
    )
    assert "resnet50" in refused(capsys, "weights", "fetch", "resnett50")
    assert "resnet50" in refused(capsys, "model", "resnett50")
    assert "resnet18" in refused(capsys, "scout", place / "data", "--models", "resnet_18")


@pytest.mark.parametrize(
    "arm", ["{transfer: finetune}", "{transfer: {strategy: features, classifier: knn}}"]
)
def test_weights_that_do_not_fit_name_their_tensors(arm, place, tmp_path, capsys):
    given = document(place, tmp_path, arm, weights="odd.safetensors")
    said = refused_run(capsys, given, tmp_path / "out")
    assert "conv_head.weight" in said
    assert "surplus" in said
    assert "classifier.weight [1000, 7] ≠ [1000, 1280]" in said
    assert not (tmp_path / "out").exists(), "told before anything is written"


def test_torn_weights_and_weights_that_are_not_there(place, tmp_path, capsys):
    torn = document(place, tmp_path, weights="torn.safetensors")
    assert "torn.safetensors" in refused_run(capsys, torn, tmp_path / "out")
    assert "none.safetensors" in refused(
        capsys, "check", document(place, tmp_path, weights="none.safetensors")
    )


def test_a_wrong_hash_is_told_with_both(place, tmp_path, capsys, monkeypatch):
    from alih.models import weights

    def forged(address: str, target: Path, progress=None, timeout: float = 30) -> None:
        target.write_bytes(b"something else")

    monkeypatch.setattr(weights.files, "download", forged)
    said = refused(capsys, "weights", "fetch", "resnet18")
    assert "SHA-256" in said
    assert "expected" in said


def test_a_class_that_does_not_exist_in_a_mapping(place, tmp_path, capsys):
    arm = "{{transfer: {{strategy: direct, classes: {{{0}}}}}}}"
    assert "no class 'lion'" in refused(
        capsys, "check", document(place, tmp_path, arm.format("lion: 3"), weights="imagenet")
    )
    near = refused(
        capsys, "check", document(place, tmp_path, arm.format("cat: tabbi"), weights="imagenet")
    )
    assert "tabbi" in near
    assert "tabby" in near


@pytest.mark.parametrize(
    ("name", "arm"),
    [
        ("mobilenetv2_100", "{transfer: {strategy: finetune, freeze: 99}}"),
        ("mobilenetv2_100", "{transfer: {strategy: features, stage: 99}}"),
        (
            NAME,
            "{transfer: {strategy: finetune, freeze: 99}}",
        ),  # without a card: known once it is built
        (NAME, "{transfer: {strategy: features, stage: 99}}"),
    ],
)
def test_more_stages_than_there_are(name, arm, place, tmp_path, capsys):
    given = document(place, tmp_path, arm, name, "none")
    said = refused_run(capsys, given, tmp_path / "out")
    assert "99" in said
    assert "20" in said


@pytest.mark.parametrize(
    ("name", "said"), [("inception_resnet_v2", "75"), ("inception_v3", "inception_v3")]
)
def test_images_smaller_than_the_network_can_take(name, said, place, tmp_path, capsys):
    given = document(place, tmp_path, "{transfer: finetune}", name, "none")
    assert said in refused_run(capsys, given, tmp_path / "out")


def test_a_half_written_cache_is_computed_again(place, tmp_path, capsys):
    given = document(place, tmp_path, "{transfer: {strategy: finetune, freeze: all}}")
    out = ready(tmp_path / "out", given.read_text())
    command = ["run", str(out), "--jobs", "1"]
    assert cli.run(command) == 0
    scores = (out / "runs/a/seed-0/scores.npz").read_bytes()
    for shard in store.folder().glob("*/*.npy"):
        shard.write_bytes(shard.read_bytes()[:-5])
    shutil.rmtree(out / "runs")
    assert cli.run(command) == 0
    assert (out / "runs/a/seed-0/scores.npz").read_bytes() == scores


def test_half_written_weights_in_the_cache_are_fetched_again_or_missed(
    place, tmp_path, capsys, monkeypatch
):
    from alih.models import weights
    from alih.study.catalogue.backbones import cached_weights

    offline(monkeypatch)
    half = cached_weights("resnet18")
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    half.with_suffix(".json").write_text('{"sha256": "0", "kept_sha256": "0", "source": "x"}')
    assert weights._cached("resnet18") is None
    assert "alih weights fetch resnet18" in refused(capsys, "weights", "fetch", "resnet18")


def offline(monkeypatch) -> None:
    from alih.models import weights

    def fails(*given, **named) -> None:
        raise OSError("no connection")

    monkeypatch.setattr(weights.files, "download", fails)
    monkeypatch.setattr(weights.files, "reach", fails)
    monkeypatch.setattr(weights.subprocess, "run", fails)


def test_no_connection_says_what_was_tried_and_what_helps(place, tmp_path, capsys, monkeypatch):
    offline(monkeypatch)
    for name in ("resnet18", "resnet34"):  # with a card and without
        file = document(place, tmp_path, name=name, weights="imagenet")
        said = refused_run(capsys, file, tmp_path / "out")
        assert "no connection" in said
        assert f"alih weights fetch {name}" in said
        assert "weights: none" in said
    assert not (tmp_path / "out").exists()


def test_an_arm_from_itself(place, tmp_path, capsys):
    said = refused(capsys, "check", document(place, tmp_path, "{transfer: finetune, from: a}"))
    assert "a -> a" in said
