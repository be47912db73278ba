"""The study that `alih domains -o` writes can be checked, planned and run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save_file

import alih
from alih import cli, files
from alih.study.catalogue.backbones import cached_weights
from alih.study.loading import load
from alih.study.planning import plan

NAME = "mobilenetv2_035"


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _here(cache, tmp_path, monkeypatch):
    """A cache with the weights of a small network in it."""
    monkeypatch.setenv("ALIH_CACHE", str(cache))
    monkeypatch.chdir(tmp_path)
    file = cached_weights(NAME)
    if not file.exists():
        torch.manual_seed(0)
        file.parent.mkdir(parents=True)
        save_file(dict(timm.create_model(NAME, pretrained=False).state_dict()), file)
        told = {"sha256": "drawn", "kept_sha256": files.sha256(file), "source": "drawn"}
        files.write_json(file.with_suffix(".json"), {"name": NAME, **told})


def pictures(root: Path, side: int, bright: int, classes=("bars", "noise"), each: int = 24) -> Path:
    generator = np.random.default_rng(bright)
    for name in classes:
        (root / name).mkdir(parents=True)
        for index in range(each):
            image = generator.integers(0, 120, (side, side), dtype=np.uint8) + np.uint8(bright)
            if name == "bars":
                image[:, ::4] += 100
            Image.fromarray(image).save(root / name / f"{index:02d}.png")
    return root


def test_the_written_study_can_be_checked_and_planned(tmp_path, capsys):
    dark, light = (pictures(tmp_path / n, 16, b) for n, b in (("dark", 0), ("light", 30)))
    asked = ["domains", "dark", "light", "--model", NAME, "--image-size", "32"]
    assert cli.run([*asked, "--labelled", "0", "-o", "first.yaml"]) == 0
    shown = capsys.readouterr().out
    assert "What to try first" in shown
    assert "alih plan first.yaml" in shown
    text = Path("first.yaml").read_text()
    assert "folder: ./dark" in text
    bound = "  # bound: {transfer: target-only}  # upper bound"
    assert bound in text
    Path("bounded.yaml").write_text(text.replace(bound, "  bound: {transfer: target-only}  #"))
    assert load("bounded.yaml").oracles == ["bound"]
    study = load("first.yaml")
    assert study.data.target.folder == str(light)
    assert study.data.source.folder == str(dark)
    assert (study.target_labels or 0, study.compare.baseline) == (0, "source-only")
    assert {*study.arms} == {"source-only", "mcc", "shot-im", "deep-coral", "dan"}
    assert len(plan.cells(study)) == 5 * len(study.arms)
    assert cli.run(["check", "first.yaml"]) == 0
    assert cli.run(["plan", "first.yaml"]) == 0
    assert cli.run([*asked, "-o", "first.yaml"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert cli.run([*asked, "-o", "first.txt"]) == 2
    assert "FILE.yaml" in capsys.readouterr().err


@pytest.mark.slow
def test_the_written_study_runs(tmp_path):
    for name, bright in (("dark", 0), ("light", 30)):
        pictures(tmp_path / name, 16, bright)
    alih.domains("dark", "light", model=NAME, image_size=32, labelled=0, out="first.yaml")
    results = alih.run("first.yaml", seeds=1, jobs=1, overrides=["train.epochs=2"])
    for arm in load("first.yaml").arms:
        assert len(list(results.predictions(arm))) == 10  # a fifth of 48


def test_few_images_get_features_of_a_frozen_network(tmp_path, capsys):
    pictures(tmp_path / "dark", 40, 0)
    pictures(tmp_path / "light", 40, 30)
    asked = ["domains", "dark", "light", "--model", NAME, "--image-size", "32", "--labelled", "0"]
    assert cli.run([*asked, "-o", "few.yaml"]) == 0
    assert [*load("few.yaml").arms][-2:] == ["coral", "easytl"]
    assert cli.run(["check", "few.yaml"]) == 0


def test_labels_of_the_target_are_granted_as_told(tmp_path, capsys):
    pictures(tmp_path / "dark", 40, 0)
    pictures(tmp_path / "light", 40, 30)
    asked = ["domains", "dark", "light", "--model", NAME, "--image-size", "32"]
    assert cli.run([*asked, "--labelled", "0.25", "--lang", "id", "-o", "some.yaml"]) == 0
    assert "Yang dicoba lebih dahulu" in capsys.readouterr().out
    study = load("some.yaml")
    assert study.target_labels == 0.25
    assert study.arms["source-target"].source == "source-only"
    assert cli.run(["check", "some.yaml"]) == 0
    capsys.readouterr()
    assert cli.run([*asked, "--json"]) == 0
    out = capsys.readouterr().out
    found = json.loads(out[out.index("{\n") :])
    assert [arm["arm"] for arm in found["advice"]["arms"]][:3] == ["source-only", "target", "joint"]


def test_masks_get_a_unet_and_other_classes_no_study(tmp_path, capsys):
    for place, bright in (("dark", 0), ("light", 40)):
        generator = np.random.default_rng(bright)
        for kind in ("images", "masks"):
            (tmp_path / place / kind).mkdir(parents=True)
        for index in range(20):
            mask = np.zeros((32, 32), np.uint8)
            mask[4 : 12 + index % 8, 6:20] = 255
            image = generator.integers(0, 120, (32, 32, 3), dtype=np.uint8) + np.uint8(bright)
            image[mask > 0] += 90
            Image.fromarray(image).save(tmp_path / place / "images" / f"{index:02d}.png")
            Image.fromarray(mask).save(tmp_path / place / "masks" / f"{index:02d}.png")
    asked = ["domains", "dark", "light", "--model", NAME, "--image-size", "32", "--labelled", "0"]
    assert cli.run([*asked, "-o", "masks.yaml"]) == 0
    study = load("masks.yaml")
    assert study.task == "segmentation"
    assert "dann" in study.arms
    assert cli.run(["check", "masks.yaml"]) == 0
    other = pictures(tmp_path / "other", 32, 0, classes=("noise", "waves"))
    dark = pictures(tmp_path / "plain", 32, 0)
    capsys.readouterr()
    asked = ["domains", str(dark), str(other), "--model", NAME, "--image-size", "32"]
    assert cli.run([*asked, "-o", "none.yaml"]) == 2
    told = capsys.readouterr().err
    assert "nothing was measured" in told
    assert "Only in the source: bars. Only in the target: waves." in told
    assert not Path("none.yaml").exists()
    assert cli.run(asked) == 0
    shown = capsys.readouterr()
    assert shown.err.startswith("No study can be written for these two sets as they are: ")
    assert "MMD" in shown.out
