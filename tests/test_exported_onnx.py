"""ONNX files: what passes the gate answers as PyTorch does, and what does not is never kept."""

from __future__ import annotations

import copy
import importlib.util
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.support.networks import drawn_run, settled

from alih.data.pixels import Format
from alih.errors import AlihError
from alih.exported.session import OnnxModel, softmax
from alih.inspect import onnx_export
from alih.inspect.onnx_export import write_onnx
from alih.inspect.predictor import Predictor
from alih.inspect.torch_export import write_program
from alih.study.document.arm import Recipe
from alih.study.document.classifiers import classifier
from alih.transfer.answering import FittedHead
from alih.transfer.classifiers.fit import fit

pytestmark = pytest.mark.torch

LAYERS = {"layers": [{"conv": {"filters": 4, "stride": 2}}, "batch_norm", "flatten"]}
BACKBONE = {"name": "mobilenetv2_035", "weights": "none"}
UNET = {"name": "unet", "width": 4, "depth": 2}


@pytest.fixture
def older(monkeypatch):
    """Only the exporter that takes no ten seconds."""
    exporters = {"torchscript": onnx_export.EXPORTERS["torchscript"]}
    monkeypatch.setattr(onnx_export, "EXPORTERS", exporters)


def opened(place, model, strategy="scratch", side=32) -> Predictor:
    recipe = Recipe.model_validate({"model": model, "transfer": {"strategy": strategy}})
    run = drawn_run(place / "study", recipe, ["a", "b", "c"], side, 3)
    predictor = Predictor.open(run, "cpu", precision="fp32")
    settled(predictor.network)
    return predictor


def pixels(count=12, side=32):
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3)).astype(np.uint8)


@pytest.mark.parametrize(
    ("model", "strategy"), [(LAYERS, "scratch"), (BACKBONE, "finetune"), (UNET, "scratch")]
)
def test_a_file_answers_as_pytorch_for_every_batch(tmp_path, older, model, strategy):
    predictor, images = opened(tmp_path, model, strategy), pixels()
    found = write_onnx(predictor, tmp_path / "m.onnx", images).found
    assert found is not None
    assert found.exporter == "torchscript"
    assert 0 < found.largest_difference <= found.tolerance
    ready, expected = OnnxModel(tmp_path / "m.onnx"), predictor.probabilities(images)
    for batch in (1, 3, 8):
        got = ready.probabilities(images, batch)
        np.testing.assert_allclose(got, expected, atol=1e-5)
    assert ready.scores(images[:0]).shape == (0, *expected.shape[1:])
    for wrong in (images.astype(np.float32), images[:, :16]):
        with pytest.raises(AlihError):
            ready.scores(wrong)
    assert str(tmp_path).encode() not in (tmp_path / "m.onnx").read_bytes()


@pytest.mark.slow
def test_the_newer_exporter_comes_first_and_passes(tmp_path):
    for at, (model, strategy) in enumerate(((BACKBONE, "finetune"), (UNET, "scratch"))):
        predictor = opened(tmp_path / str(at), model, strategy)
        found = write_onnx(predictor, tmp_path / f"{at}.onnx", pixels()).found
        assert found is not None
        assert found.exporter == "dynamo"
        content = (tmp_path / f"{at}.onnx").read_bytes()
        assert b"site-packages" not in content
        assert b"alih/" not in content


def test_the_gate_refuses_wrong_files_and_keeps_the_exporter_that_is_right(tmp_path, monkeypatch):
    predictor, images, file = opened(tmp_path, LAYERS), pixels(), tmp_path / "m.onnx"
    right = onnx_export.EXPORTERS["torchscript"]

    def other_statistics(module, pixels, file):
        norm = next(m for m in module.modules() if isinstance(m, torch.nn.BatchNorm2d))
        before = norm.running_mean.clone()
        norm.running_mean += 0.1
        right(module, pixels, file)
        norm.running_mean.copy_(before)

    def one_batch(module, pixels, file):
        example = torch.from_numpy(pixels[:2])
        torch.onnx.export(module, (example,), file, dynamo=False, input_names=["pixels"])

    def stops(module, pixels, file):
        raise RuntimeError("unknown operation")

    def exporters(**named):
        monkeypatch.setattr(onnx_export, "EXPORTERS", named)
        return write_onnx(predictor, file, images)

    tried = exporters(dynamo=other_statistics, torchscript=right)
    assert tried.found is not None
    assert tried.found.exporter == "torchscript"
    assert "differ" in tried.found.tried["dynamo"]
    for wrong in (one_batch, stops):
        tried = exporters(dynamo=wrong, torchscript=other_statistics)
        assert tried.found is None
        assert set(tried.wrong) == {"dynamo", "torchscript"}
        assert not file.exists()


def test_without_the_packages_the_command_that_brings_them_is_told(tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnx" else find(name)
    )
    with pytest.raises(AlihError, match=r"pip install 'alih\[export\]'"):
        write_onnx(opened(tmp_path, LAYERS), tmp_path / "m.onnx", pixels())


def test_a_program_answers_as_pytorch_for_every_batch_and_without_alih(tmp_path):
    predictor, images, file = opened(tmp_path, UNET), pixels(), tmp_path / "m.pt2"
    found = write_program(predictor, file, images)
    assert found.items == 12
    assert found.largest_difference <= found.tolerance
    program, expected = torch.export.load(file).module(), predictor.scores(images)
    for count in (1, 5, 12):
        got = program(torch.from_numpy(images[:count])).detach().numpy()
        np.testing.assert_allclose(got, expected[:count], atol=1e-4)
    with zipfile.ZipFile(file) as archive:
        contents = b"".join(archive.read(name) for name in archive.namelist())
    assert b"alih/" not in contents, "a path of this machine"


def test_a_program_that_answers_otherwise_is_not_kept(tmp_path, monkeypatch):
    predictor, images, file = opened(tmp_path, LAYERS), pixels(), tmp_path / "m.pt2"
    trace = torch.export.export

    def other(module, *given, **named):
        norm = next(m for m in module.modules() if isinstance(m, torch.nn.BatchNorm2d))
        before = norm.running_mean.clone()
        norm.running_mean += 0.1
        try:
            return copy.deepcopy(trace(module, *given, **named))
        finally:
            norm.running_mean.copy_(before)

    def stops(*given, **named):
        raise RuntimeError("unknown operation")

    for exporter, told in ((other, "differ"), (stops, "unknown operation")):
        monkeypatch.setattr(torch.export, "export", exporter)
        with pytest.raises(AlihError, match=told) as caught:
            write_program(predictor, file, images)
        assert caught.value.key == "exported.program_failed"
        assert not file.exists()


SCALES = ("mean-std", "norm")
CLASSIFIERS = [
    *({"name": name, "scale": scale} for name in ("logistic", "lda") for scale in SCALES),
    *({"name": "nearest-mean", "metric": metric} for metric in ("euclidean", "cosine")),
    {"name": "nearest-mean", "scale": "none"},
    {"name": "head2toe", "keep": 0.5, "C": 0.1},
]


@pytest.mark.parametrize("asked", CLASSIFIERS, ids=str)
def test_a_classifier_in_torch_gives_the_scores_of_the_fitted_one(asked):
    draw = np.random.default_rng(0)
    labels = np.repeat([0, 2, 3], 12)  # class 1 was never seen
    features = draw.normal(3, 2, (36, 20)) + labels[:, None] * draw.normal(0, 0.5, 20)
    fitted = fit(features.astype(np.float32), labels, 4, classifier(asked))
    new = draw.normal(4, 3, (30, 20)).astype(np.float32)
    new[0] = 0
    with torch.no_grad():
        got = FittedHead(fitted).eval()(torch.from_numpy(new)).numpy()
    expected = fitted.scores(new)
    np.testing.assert_array_equal(got.argmax(1), expected.argmax(1))
    np.testing.assert_allclose(softmax(got), np.exp(expected), atol=1e-5)


def test_a_classifier_on_stages_is_one_file_and_those_with_stored_images_are_refused(
    tmp_path, older
):
    predictor, images = opened(tmp_path, BACKBONE, "finetune"), pixels()
    draw, labels = np.random.default_rng(0), np.repeat([0, 1, 2], 10)
    staged = replace(predictor, stages=12, form=Format("fp32", "cpu", (0.5,) * 3, (0.5,) * 3))
    features = staged._features(draw.integers(0, 256, (30, 32, 32, 3)).astype(np.uint8))
    for asked in ({"name": "lda"}, {"name": "nearest-mean"}):
        fitted = fit(features, labels, 3, classifier(asked))
        whole = replace(staged, classifier=fitted)
        file = tmp_path / "m.onnx"
        assert write_onnx(whole, file, images).found is not None
        got = OnnxModel(file).probabilities(images)
        np.testing.assert_allclose(got, whole.probabilities(images), atol=1e-5)
        assert len(file.read_bytes()) < 4 * sum(p.numel() for p in predictor.network.parameters())
    knn = fit(features, labels, 3, classifier({"name": "knn", "k": 3}))
    with pytest.raises(AlihError, match="knn"):
        write_onnx(replace(staged, classifier=knn), tmp_path / "n.onnx", images)
    with pytest.raises(AlihError) as caught:
        write_onnx(replace(predictor, network=None), tmp_path / "n.onnx", images)
    assert caught.value.key == "exported.no_onnx_handmade"
