"""`alih export --int8`: eight bits answer nearly as fp32 does, and what they cost is judged on
images other than those that calibrate.
"""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from tests.support.folders import MACHINE, ready
from tests.support.networks import drawn_run, settled

import alih
from alih import cli
from alih.api import quantised
from alih.errors import AlihError
from alih.exported.folder import open_model
from alih.exported.session import OnnxModel, softmax
from alih.inspect import onnx_export, quantising
from alih.inspect.predictor import Predictor
from alih.study.document.arm import Recipe

pytestmark = pytest.mark.torch

STUDY = """
name: s
title: t
data: {folder: DATA, image_size: 16}
split: {validation: 0.6, test: 0.1}
model: {layers: [{conv: {filters: 8, stride: 2}}, batch_norm, flatten]}
normalise: mean-std
train: {epochs: 5, batch_size: 8, optimizer: adam, lr: 0.003}
seeds: 1
arms: {a: {}, b: {train: {lr: 0.02}}}
compare: {baseline: a, metrics: {accuracy: {margin: 0.1}}}
"""


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Only the exporter that takes no ten seconds."""
    exporters = {"torchscript": onnx_export.EXPORTERS["torchscript"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(onnx_export, "EXPORTERS", exporters)
        yield


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    place, draw = tmp_path_factory.mktemp("int8"), np.random.default_rng(0)
    for label, name in enumerate(("x", "y")):
        (place / "data" / name).mkdir(parents=True)
        for index in range(60):
            pixels = draw.integers(0, 120, (20, 20, 3)) + 100 * label
            Image.fromarray(pixels.astype(np.uint8)).save(place / "data" / name / f"{index}.png")
    ready(place / "out", STUDY.replace("DATA", str(place / "data")), MACHINE)
    results = alih.run(place / "out", jobs=1)
    assert results.complete, [status.reason for status in results.status]
    return place


@pytest.fixture(scope="module")
def model(study):
    written = alih.export(study / "out", study / "model", arm="a", int8=True)
    assert written.card.int8 is not None, str(written.card.without_int8)
    return written.folder


@pytest.mark.slow
def test_a_real_network_answers_nearly_the_same_in_eight_bits(tmp_path):
    import onnx

    recipe = Recipe.model_validate(
        {
            "model": {"name": "mobilenetv2_035", "weights": "none"},
            "transfer": {"strategy": "finetune"},
        }
    )
    run = drawn_run(tmp_path / "study", recipe, ["a", "b", "c"], 32, 3)
    predictor = Predictor.open(run, "cpu", precision="fp32")
    settled(predictor.network)
    images = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3)).astype(np.uint8)
    images[20:] //= 3
    source, file = tmp_path / "m.onnx", tmp_path / "m.int8.onnx"
    assert onnx_export.write_onnx(predictor, source, images[:8]).found is not None
    quantising.write_int8(source, file, images[::2])
    assert file.stat().st_size < 0.5 * source.stat().st_size
    before, after = OnnxModel(source).scores(images[1::2]), OnnxModel(file).scores(images[1::2])
    assert 0 < np.abs(after - before).mean() < 0.2 * np.ptp(before)
    assert OnnxModel(file).scores(images[:3]).shape == (3, 3)
    nodes = onnx.load(file).graph
    weights = {tensor.name: tensor for tensor in nodes.initializer}
    scales = [
        onnx.numpy_helper.to_array(weights[node.input[1]])
        for node in nodes.node
        if node.op_type == "DequantizeLinear" and node.input[0] in weights
    ]
    assert max(scale.size for scale in scales) > 100, "scales per channel"


def test_a_network_without_products_has_nothing_to_bring_to_eight_bits(tmp_path):
    from onnx import TensorProto, helper, save

    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", 4])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 4])
    cast = helper.make_node("Cast", ["pixels"], ["scores"], to=TensorProto.FLOAT)
    graph = helper.make_graph([cast], "g", [pixels], [scores])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    made.ir_version = 8
    save(made, tmp_path / "m.onnx")
    with pytest.raises(AlihError) as caught:
        quantising.write_int8(tmp_path / "m.onnx", tmp_path / "o.onnx", np.zeros((4, 4), np.uint8))
    assert caught.value.key == "exported.int8_nothing"
    assert not (tmp_path / "o.onnx").exists()


def test_the_card_tells_what_both_files_answer_for_images_that_did_not_calibrate(study, model):
    card = open_model(model).card
    known = card.int8
    assert (known.bytes, known.bytes_float) == tuple(
        (model / name).stat().st_size for name in ("model.int8.onnx", "model.onnx")
    )
    chosen = quantised_choice(study)
    predictor = Predictor.open(chosen.cell.path, "cpu", precision="fp32")
    everything = np.sort(chosen.cell.scores("validation")["item"])
    images = quantised._images(chosen, predictor, len(everything))
    calibrating, judging = quantised._divided(chosen, images, everything)
    np.testing.assert_array_equal(np.sort(np.r_[calibrating, judging]), everything)
    assert (known.calibrated_on, known.judged_on) == (len(calibrating), len(judging))
    pixels, labels = images.images[judging], images.labels[judging]
    float_, int8 = (
        softmax(OnnxModel(model / name).scores(pixels))
        for name in ("model.onnx", "model.int8.onnx")
    )
    first = known.verdicts[0]
    assert first.metric == "accuracy"
    assert first.mean == pytest.approx((int8.argmax(1) == labels).mean())
    assert first.against == pytest.approx((float_.argmax(1) == labels).mean())
    assert first.items == len(judging)
    assert first.ci[0] <= first.difference <= first.ci[1]
    assert known.largest_difference == pytest.approx(np.abs(int8 - float_).max(), abs=1e-6)
    assert known.changed == (int8.argmax(1) != float_.argmax(1)).mean()
    for language, name in (("en", "README.md"), ("id", "README.id.md")):
        assert first.told[language] in (model / name).read_text()


def quantised_choice(study):
    from alih.verdicts.winner import choose

    return choose(study / "out", "a")


def test_no_group_calibrates_and_judges(monkeypatch):
    items = np.arange(60)
    names = {int(item): f"p{item // 6}" for item in items}
    monkeypatch.setattr(quantised, "groups_of", lambda chosen: names)
    cell = SimpleNamespace(cell=SimpleNamespace(replicate=0))
    chosen = SimpleNamespace(cell=cell, study=SimpleNamespace(seed=0))
    images = SimpleNamespace(labels=items % 2)
    one, other = ({names[i] for i in part} for part in quantised._divided(chosen, images, items))
    assert len(one) == 5
    assert not one & other


def test_eight_bits_answer_when_they_are_asked_for(study, model, tmp_path, capsys):
    files = sorted((study / "data").rglob("*.png"))[::7]
    ready = {name: alih.load_model(model, runtime=name) for name in ("auto", "int8")}
    assert (ready["auto"].runtime, ready["int8"].runtime) == ("onnx", "int8")
    shares = {name: own.predict(files).probabilities for name, own in ready.items()}
    assert 0 < np.abs(shares["auto"] - shares["int8"]).max() < 0.2
    images = str(study / "data" / "x")
    out = ["-o", str(tmp_path / "a.csv")]
    assert cli.run(["predict", str(model), images, *out, "--runtime", "int8"]) == 0
    assert "eight bits" not in capsys.readouterr().err
    plain = alih.export(study / "out", tmp_path / "plain", arm="a").folder
    assert cli.run(["predict", str(plain), images, "--runtime", "int8"]) == 2
    assert "--int8" in capsys.readouterr().err
    assert cli.run(["predict", str(model), images, "--runtime", "int8", "--device", "cuda"]) == 2


def test_eight_bits_that_are_decidedly_worse_are_written_and_said_so(
    study, tmp_path, monkeypatch, capsys
):
    def reversed_scores(source, file, pixels):
        import onnx

        made = onnx.load(source)
        last = made.graph.node[-1]
        wanted = last.output[0]
        last.output[0] = "before"
        made.graph.node.append(onnx.helper.make_node("Neg", ["before"], [wanted]))
        onnx.save(made, file)

    monkeypatch.setattr(quantising, "write_int8", reversed_scores)
    export = ["export", str(study / "out"), "--arm", "a", "-o", str(tmp_path / "m"), "--int8"]
    assert cli.run(export) == 1
    assert "decidedly worse" in capsys.readouterr().err
    card = open_model(tmp_path / "m").card
    assert card.int8.is_worse
    assert "decidedly worse" in (tmp_path / "m" / "README.md").read_text()
    predict = ["predict", str(tmp_path / "m"), str(study / "data" / "x")]
    assert cli.run([*predict, "--runtime", "int8"]) == 0
    assert card.int8.verdicts[0].told["en"] in capsys.readouterr().err
    assert cli.run(predict) == 0
    assert "eight bits" not in capsys.readouterr().err


def test_eight_bits_that_cannot_be_had_are_told(study, tmp_path, monkeypatch, capsys):
    export = ["export", str(study / "out"), "--arm", "a", "-o", str(tmp_path / "m"), "--int8"]
    assert cli.run([*export, "--no-onnx"]) == 2
    monkeypatch.setattr(quantised, "FEWEST", 1000)
    assert cli.run(export) == 1
    assert "validation" in capsys.readouterr().err
    card = open_model(tmp_path / "m").card
    assert card.int8 is None
    assert card.without_int8 is not None
    monkeypatch.undo()
    moved = shutil.move(study / "data", study / "elsewhere")
    try:
        assert cli.run(export) == 1
    finally:
        shutil.move(moved, study / "data")
    assert open_model(tmp_path / "m").card.without_int8.phrases[0]["key"] == "exported.int8_gone"


def test_an_interrupted_export_leaves_the_earlier_model(study, model, tmp_path, monkeypatch):
    from alih.reports.handed import readme

    def stops(*given, **named):
        raise KeyboardInterrupt

    place = shutil.copytree(model, tmp_path / "models" / "m")
    monkeypatch.setattr(readme, "write", stops)
    for target in (place, place.parent / "new"):
        with pytest.raises(KeyboardInterrupt):
            alih.export(study / "out", target, arm="b", onnx=False)
    assert [file.name for file in place.parent.iterdir()] == ["m"]
    assert open_model(place).card.origin.arm == "a"
    monkeypatch.undo()
    assert alih.export(study / "out", place, arm="b", onnx=False).card.int8 is None
    assert not (place / "model.int8.onnx").exists()
