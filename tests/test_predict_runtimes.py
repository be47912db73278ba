"""Models in memory: PyTorch and ONNX Runtime give the same answers for files, pictures and arrays,
and one of them without torch."""

from __future__ import annotations

import base64
import csv
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.folders import MACHINE, ready

import alih
from alih import cli
from alih.errors import AlihError
from alih.inspect import onnx_export
from alih.inspect.runtimes import OnnxPredictor, opened
from alih.serving import page
from alih.serving.limits import Limits
from alih.serving.model import open_model

pytestmark = pytest.mark.torch

STUDY = """
name: s
title: t
data: {folder: DATA, image_size: 16, resize: crop}
split: {validation: 0.6, test: 0.1}
normalise: mean-std
model: {layers: [{conv: {filters: 4, stride: 2}}, batch_norm, flatten]}
train: {epochs: 1, batch_size: 8, lr: 0.01}
seeds: 1
arms: {a: {}, b: {train: {lr: 0.02}}}
compare: {baseline: a}
"""
MASKS = """
name: m
title: t
task: segmentation
data: {folder: DATA, image_size: 16}
split: {validation: 0.25, test: 0.25}
model: {name: unet, width: 4, depth: 2}
train: {epochs: 1, batch_size: 4, lr: 0.01}
seeds: 1
arms: {a: {}, b: {train: {lr: 0.02}}}
compare: {baseline: a}
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Folders of a model that classifies and one that segments, and images."""
    place, draw = tmp_path_factory.mktemp("runtimes"), np.random.default_rng(0)
    for label, name in enumerate(("x", "y")):
        (place / "data" / name).mkdir(parents=True)
        for index in range(40):
            pixels = draw.integers(0, 120, (24, 20, 3)) + 100 * label
            Image.fromarray(pixels.astype(np.uint8)).save(place / "data" / name / f"{index}.png")
    for folder in ("images", "masks"):
        (place / "drawn" / folder).mkdir(parents=True)
    for index in range(12):
        mask = (draw.random((16, 16)) < 0.5).astype(np.uint8)
        image = mask[..., None] * 90 + draw.integers(0, 90, (16, 16, 3))
        Image.fromarray(image.astype(np.uint8)).save(place / "drawn/images" / f"{index}.png")
        Image.fromarray(mask).save(place / "drawn/masks" / f"{index}.png")
    exporters = onnx_export.EXPORTERS
    onnx_export.EXPORTERS = {"torchscript": exporters["torchscript"]}  # the quick one
    try:
        for name, text, data in (("classes", STUDY, "data"), ("masks", MASKS, "drawn")):
            ready(place / name, text.replace("DATA", str(place / data)), MACHINE)
            results = alih.run(place / name, jobs=1)
            assert results.complete, [status.reason for status in results.status]
            written = alih.export(place / name, place / f"{name}-model", arm="a")
            assert written.card.onnx is not None, str(written.card.without_onnx)
    finally:
        onnx_export.EXPORTERS = exporters
    return place


def test_runs_and_both_runtimes_answer_alike(exported):
    files = sorted((exported / "data").rglob("*.png"))[::9]
    run = alih.load_model(exported / "classes/runs/a/seed-0")
    torch_, onnx = (
        alih.load_model(exported / "classes-model", runtime=name) for name in ("torch", "onnx")
    )
    assert (run.runtime, torch_.runtime, onnx.runtime) == ("torch", "torch", "onnx")
    expected = run.predict(files)
    assert set(expected.columns) == {"image", "class", "probability", "uncalibrated", "unlike"}
    for model in (torch_, onnx):
        found = model.predict(files, batch=3)
        np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-5)
        np.testing.assert_allclose(
            found.columns["uncalibrated"], expected.columns["uncalibrated"], atol=1e-4
        )
        for name in ("image", "class", "unlike"):
            assert found.columns[name] == expected.columns[name]
    strange = np.full((16, 16, 3), 128, np.uint8)
    known = run._ready.judgement.familiar
    assert known.logit is not None
    assert known.items >= 39
    assert onnx.predict(strange).columns["class"] == run.predict(strange).columns["class"]


def test_an_exported_model_computes_in_fp32_whatever_its_run_did(exported, tmp_path):
    place = Path(shutil.copytree(exported / "classes-model", tmp_path / "model"))
    card = json.loads((place / "model.json").read_text())
    (place / "model.json").write_text(json.dumps(card | {"precision": "bf16-autocast"}))
    assert opened(place, "cpu", "torch").form.precision == "fp32"


def test_masks_are_the_same_in_both_runtimes(exported, tmp_path):
    file = exported / "drawn/images/0.png"
    big = Image.open(file).resize((40, 24))
    big.save(tmp_path / "big.png")
    masks = []
    for runtime in ("torch", "onnx"):
        found = alih.load_model(exported / "masks-model", runtime=runtime).predict(
            [tmp_path / "big.png", big, np.asarray(big)]
        )
        assert [mask.shape for mask in found.masks] == [(24, 40)] * 3
        for mask in found.masks[1:]:
            np.testing.assert_array_equal(mask, found.masks[0])
        assert found.rows[0]["share:1"] == pytest.approx((found.masks[0] == 1).mean())
        masks.append(found.masks[0])
    assert (masks[0] == masks[1]).mean() > 0.99


def test_pictures_and_arrays_of_other_channels_answer_as_their_files(exported, tmp_path):
    model = alih.load_model(exported / "classes-model", runtime="onnx")
    gray = np.random.default_rng(1).integers(0, 256, (30, 22), dtype=np.uint8)
    Image.fromarray(gray).save(tmp_path / "gray.png")
    found = model.predict(
        [tmp_path / "gray.png", gray, gray[..., None], Image.fromarray(gray), np.dstack([gray] * 3)]
    )
    assert (found.probabilities == found.probabilities[0]).all()
    assert found.columns["image"][1:] == [1, 2, 3, 4]
    assert "<table" in found._repr_html_()
    assert len(model.predict(np.zeros((2, 8, 8, 3), np.uint8))) == 2
    assert len(model.predict([])) == 0
    for wrong in (gray / 255.0, [gray, "absent.png"], [None], gray[..., None].repeat(4, 2)):
        with pytest.raises(AlihError):
            model.predict(wrong)


@pytest.mark.parametrize("kind", ["classes", "masks"])
def test_files_of_other_channels_are_counted(exported, tmp_path, capsys, kind):
    for index, shape in enumerate(((20, 20), (20, 20, 3), (20, 20))):
        Image.fromarray(np.full(shape, 90, np.uint8)).save(tmp_path / f"{index}.png")
    model, out = str(exported / f"{kind}-model"), str(tmp_path / "out")
    given = [str(tmp_path / f"{index}.png") for index in range(3)]
    for language, told in (("en", "2 of the images are gray"), ("id", "2 gambar berskala abu-abu")):
        place = f"{out}-{language}" + ("" if kind == "masks" else ".csv")
        assert cli.run(["predict", model, *given, "-o", place, "--lang", language]) == 0
        assert told in capsys.readouterr().err
    assert cli.run(["predict", model, given[1], "-o", f"{out}-colour"]) == 0
    assert "gray" not in capsys.readouterr().err


WITHOUT_TORCH = """
import sys
for name in ("torch", "torchvision", "timm"):
    sys.modules[name] = None
from alih import cli
place, images = sys.argv[1:]
print(cli.run(["predict", place + "/classes-model", images, "-o", "a.csv", "--top", "2"]))
print(cli.run(["predict", place + "/masks-model", place + "/drawn/images", "-o", "masks"]))
print(cli.run(["predict", place + "/classes-model", images, "--runtime", "torch"]))
"""
SERVED = """
import json, sys
for name in ("torch", "torchvision", "timm"):
    sys.modules[name] = None
from pathlib import Path
from starlette.testclient import TestClient
from alih.serving.app import build
from alih.serving.model import open_model

place, image, drawn = sys.argv[1:]
told = []
for folder, file in (("classes-model", image), ("masks-model", drawn)):
    model = open_model(Path(place, folder), max_pixels=10**6)
    model.warm()
    with TestClient(build(model)) as client:
        content = Path(file).read_bytes()
        told.append(client.post("/predict?picture=true", content=content).json())
        told.append(client.get("/health").json()["runtime"])
        told.append(client.get("/").text)
print(json.dumps(told))
"""


def test_a_model_answers_without_torch(exported, tmp_path):
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(exported), str(exported / "data/x")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    codes = [line for line in found.stdout.splitlines() if line.isdigit()]
    assert codes == ["0", "0", "2"], found.stdout + found.stderr
    assert "pip install 'alih[train]'" in found.stderr
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))
    files = [row["file"] for row in rows]
    expected = alih.load_model(exported / "classes/runs/a/seed-0").predict(files)
    assert [row["class"] for row in rows] == expected.columns["class"]
    np.testing.assert_allclose(
        [float(row["probability"]) for row in rows], expected.columns["probability"], atol=1e-4
    )
    assert len(list((tmp_path / "masks").glob("*.png"))) == 12


def test_a_server_answers_without_torch_and_its_page_promises_no_map(exported, tmp_path):
    image, drawn = exported / "data/y/3.png", exported / "drawn/images/0.png"
    found = subprocess.run(
        [sys.executable, "-c", SERVED, str(exported), str(image), str(drawn)],
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    classes, runtime, page, masks, of_masks, _ = json.loads(found.stdout)
    assert runtime == of_masks == "onnx"
    expected = alih.load_model(exported / "classes/runs/a/seed-0").predict(image).rows[0]
    answer = classes["images"][0]
    assert (answer["label"], answer["unlike"]) == (expected["class"], expected["unlike"])
    assert answer["classes"][0]["probability"] == pytest.approx(expected["probability"], abs=1e-4)
    assert "picture" not in answer, "Grad-CAM needs PyTorch"
    with_maps = page_of(open_model(exported / "classes-model", "cpu", "torch", max_pixels=10**6))
    assert "--runtime torch" in page
    assert "what it looks at" not in page
    assert "--runtime torch" not in with_maps
    assert "what it looks at" in with_maps
    own = alih.segment(exported / "masks-model", drawn, tmp_path / "own")
    assert base64.b64decode(masks["images"][0]["mask"]) == own.mask.read_bytes()
    assert masks["images"][0]["picture"]


def page_of(model):
    return page.html(model, Limits())


def test_a_runtime_that_cannot_be_had_is_told(exported, tmp_path, monkeypatch, capsys):
    model, run = exported / "classes-model", exported / "classes/runs/a/seed-0"
    for folder, options, key in (
        (run, {"runtime": "onnx"}, "inspect.onnx_run"),
        (model, {"runtime": "openvino"}, "inspect.no_runtime"),
        (model, {"runtime": "onnx", "device": "cuda"}, "inspect.onnx_device"),
        (exported / "masks-model", {"runtime": "onnx", "side": 32}, "inspect.onnx_tile"),
    ):
        with pytest.raises(AlihError) as error:
            opened(folder, **options)
        assert error.value.key == key
    plain = alih.export(exported / "classes", tmp_path / "plain", onnx=False).folder
    with pytest.raises(AlihError) as error:
        OnnxPredictor.open(plain)
    assert error.value.key == "exported.no_onnx"
    find = importlib.util.find_spec
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else find(name)
    )
    assert opened(model).name == opened(run).name, "PyTorch in its place"
    with monkeypatch.context() as neither:
        neither.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(AlihError) as error:
            opened(model)
        assert error.value.key == "inspect.no_runtimes"
    arguments = ["predict", str(model), str(exported / "data/x/0.png"), "--runtime"]
    assert cli.run([*arguments, "onnx"]) == 2
    assert "pip install" in capsys.readouterr().err
    assert cli.run([*arguments, "auto"]) == 0


def test_the_card_holds_what_is_familiar(exported):
    card = json.loads((exported / "classes-model/model.json").read_text())
    own = alih.load_model(exported / "classes/runs/a/seed-0")._ready.judgement
    assert card["output"]["temperature"] == own.temperature
    assert card["output"]["familiar"]["logit"] == own.familiar.logit
    assert card["output"]["familiar"]["false_alarms"] == 0.05
