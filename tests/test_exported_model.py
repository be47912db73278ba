"""`alih export`: the folder answers as the run does, without the study, and tells what is wrong."""

from __future__ import annotations

import json
import re
import shutil

import numpy as np
import pytest
from PIL import Image
from tests.support.folders import MACHINE, ready

import alih
from alih import cli
from alih.errors import AlihError
from alih.exported.folder import open_model
from alih.exported.session import OnnxModel
from alih.inspect import onnx_export
from alih.runs.card import Card

pytestmark = pytest.mark.torch

STUDY = """
name: s
title: {en: Which one?, id: Yang mana?}
data: {folder: DATA, image_size: 32, resize: crop}
split: {validation: 0.25, test: 0.25}
normalise: mean-std
model: {name: mobilenetv2_035, weights: none}
train: {epochs: 1, batch_size: 8, lr: 0.01}
seeds: 2
arms:
  net: {}
  logistic: {transfer: {strategy: features, classifier: logistic}}
compare: {baseline: net}
"""


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Only the exporter that takes no ten seconds."""
    exporters = {"torchscript": onnx_export.EXPORTERS["torchscript"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(onnx_export, "EXPORTERS", exporters)
        yield


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> alih.Results:
    place = tmp_path_factory.mktemp("exported")
    draw = np.random.default_rng(0)
    for label, name in enumerate(("x", "y")):
        (place / "data" / name).mkdir(parents=True)
        for index in range(12):
            pixels = draw.integers(0, 120, (40, 36, 3)) + 100 * label
            Image.fromarray(pixels.astype(np.uint8)).save(place / "data" / name / f"{index}.png")
    ready(place / "out", STUDY.replace("DATA", str(place / "data")), MACHINE)
    found = alih.run(place / "out", jobs=1)
    assert found.complete, [status.reason for status in found.status]
    return found


@pytest.fixture(scope="module")
def model(results, tmp_path_factory):
    return alih.export(results.root, tmp_path_factory.mktemp("model") / "m", arm="net", seed=1)


@pytest.mark.parametrize("arm", ["net", "logistic"])
def test_a_model_answers_as_its_run_does_without_the_study(results, tmp_path, arm, capsys):
    written = alih.export(results.root, tmp_path / "first", arm=arm, seed=0)
    folder = shutil.move(written.folder, tmp_path / "moved")
    image = next((results.root.parent / "data").rglob("*.png"))
    run = alih.Predictor.open(results.root / "runs" / arm / "seed-0", "cpu")
    moved, plain = alih.Predictor.open(folder, "cpu"), alih.open_model(folder)
    pixels = run.read(image)
    np.testing.assert_array_equal(moved.read(image), pixels)
    np.testing.assert_array_equal(plain.read(image), pixels)
    np.testing.assert_array_equal(moved(pixels[None]), run(pixels[None]))
    assert (moved.classes, plain.classes, moved.name, plain.name) == (
        run.classes,
        run.classes,
        run.name,
        run.name,
    )
    assert plain.card.onnx is not None
    by_onnx, allowed = OnnxModel.of(plain).probabilities(pixels[None]), plain.card.onnx.tolerance
    np.testing.assert_allclose(by_onnx, run(pixels[None]), atol=allowed)
    assert (plain.card.onnx.items, plain.card.onnx.images) == (4, "validation")
    assert cli.run(["predict", str(folder), str(image)]) == 0
    assert str(image) in capsys.readouterr().out


def test_the_card_holds_what_is_known(results, model):
    card = open_model(model.folder).card
    run = alih.Predictor.open(results.root / "runs" / "net" / "seed-1", "cpu")
    assert (card.origin.arm, card.origin.replicate) == ("net", 1)
    assert card.origin.title == {"en": "Which one?", "id": "Yang mana?"}
    assert card.preparation.resize == "crop"
    assert tuple(card.preparation.mean) == run.form.mean
    assert card.choice.rule == "named"
    assert str(card.choice) == card.choice.why
    assert card.output.kind == "logits"
    assert card.output.temperature is not None
    stored = Card.read(results.root / "runs" / "net" / "seed-1", "")
    assert card.scores.own == stored.metrics
    assert card.scores.replicates == 2
    assert set(card.scores.arm["accuracy"].ci95) != {card.scores.arm["accuracy"].mean}
    assert card.versions.keys() >= {"alih", "torch", "python"}
    assert json.loads((model.folder / "model.json").read_text())["format"] == 1


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (lambda f: _flip(f / "model.safetensors"), "changed"),
        (lambda f: (f / "model.safetensors").unlink(), "missing"),
        (lambda f: (f / "model.json").unlink(), "no_card"),
        (lambda f: _edit(f, format=2), "newer"),
        (lambda f: _edit(f, classes=None), "wrong_key"),
        (lambda f: _edit(f, files={}), "missing"),
        (lambda f: _edit(f, files={"../x": "0"}), "missing"),
        (lambda f: (f / "model.json").write_text('{"format": 1'), "unreadable"),
        (shutil.rmtree, "no_folder"),
    ],
)
def test_a_damaged_folder_is_told(model, tmp_path, spoil, key, capsys):
    folder = shutil.copytree(model.folder, tmp_path / "copy")
    spoil(folder)
    with pytest.raises(AlihError) as caught:
        open_model(folder)
    assert caught.value.key == f"exported.{key}"
    assert cli.run(["predict", str(folder), str(tmp_path)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_nothing_of_others_is_written_over(results, model, tmp_path, capsys):
    (tmp_path / "mine").write_text("x")
    assert cli.run(["export", str(results.root), "-o", str(tmp_path)]) == 2
    assert (tmp_path / "mine").read_text() == "x"
    again = shutil.copytree(model.folder, tmp_path / "again")
    assert cli.run(["export", str(results.root), "-o", str(again), "--arm", "logistic"]) == 0
    assert open_model(again).card.origin.arm == "logistic"
    assert "alih predict" in capsys.readouterr().out


def test_an_onnx_file_that_is_demanded_or_not_wanted(results, tmp_path, monkeypatch, capsys):
    export = ["export", str(results.root), "--arm", "net", "-o"]
    assert cli.run([*export, str(tmp_path / "a"), "--no-onnx"]) == 0
    assert open_model(tmp_path / "a").onnx is None

    def stops(*given):
        raise RuntimeError("no such operation")

    monkeypatch.setattr(onnx_export, "EXPORTERS", {"dynamo": stops})
    assert cli.run([*export, str(tmp_path / "b")]) == 0
    capsys.readouterr()
    assert cli.run([*export, str(tmp_path / "b"), "--onnx"]) == 1
    assert "no such operation" in capsys.readouterr().err
    model = open_model(tmp_path / "b")
    assert (model.onnx, model.card.onnx) == (None, None)
    assert "no such operation" in str(model.card.without_onnx)
    with pytest.raises(AlihError) as caught:
        OnnxModel.of(model)
    assert caught.value.key == "exported.no_onnx"
    assert cli.run([*export, str(tmp_path / "b"), "--onnx", "--no-onnx"]) == 2


def test_the_readme_tells_the_model_and_its_snippet_runs(results, tmp_path, monkeypatch):
    folder = alih.export(results.root, tmp_path / "m", arm="net").folder
    english, indonesian = (folder / name for name in ("README.md", "README.id.md"))
    assert english.read_text().startswith("# Which one?\n")
    assert indonesian.read_text().startswith("# Yang mana?\n")
    for file in (english, indonesian):
        text = file.read_text()
        assert not re.search(r"{\w+}", text), "a word that was not filled in"
        assert "exported." not in text
        assert "\n\n\n" not in text
        (snippet,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        monkeypatch.chdir(folder)
        exec(snippet, {})
    assert {"sample.npz", "README.md", "README.id.md"} <= open_model(folder).card.files.keys()


def test_a_sample_is_artificial_unless_real_images_are_asked_for(results, tmp_path):
    for real in (False, True):
        written = alih.export(
            results.root, tmp_path / str(real), arm="net", seed=0, onnx=False, real_sample=real
        )
        sample = np.load(written.folder / "sample.npz")
        predictor = alih.Predictor.open(written.folder, "cpu", precision="fp32")
        np.testing.assert_array_equal(predictor.scores(sample["pixels"]), sample["scores"])
        data = [predictor.read(file) for file in (results.root.parent / "data").rglob("*.png")]
        known = [any((pixels == image).all() for image in data) for pixels in sample["pixels"]]
        assert all(known) if real else not any(known)


def _flip(file):
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def _edit(folder, **values):
    file = folder / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))
