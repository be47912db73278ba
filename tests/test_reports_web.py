"""The page of an exported model answers in a browser as its network does in Python."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from PIL import Image
from tests.support.browser import CHROMIUM, Browser
from tests.support.html import Page
from tools.web_runtime import SUMS

from alih import cli, files
from alih.data import strips
from alih.data.decode import Decode
from alih.errors import AlihError
from alih.evaluation.judgement import Familiar
from alih.exported.card import Familiarity, ModelCard
from alih.exported.folder import ExportedModel
from alih.inspect import tiles
from alih.reports.web import page

onnx = pytest.importorskip("onnx", reason="onnx is not installed")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

SIDE, CLASSES = 24, ["sand", "sea", "background"]
WEIGHTS = np.random.default_rng(0).normal(0, 3, (3, 3)).astype(np.float32)


def network(masks: bool) -> bytes:
    """Scores from the mean colour, or from the colour of each pixel."""
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("Cast", ["pixels"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["floats", "white"], ["shares"]),
    ]
    if masks:
        nodes.append(helper.make_node("MatMul", ["shares", "weights"], ["last"]))
        nodes.append(helper.make_node("Transpose", ["last"], ["scores"], perm=[0, 3, 1, 2]))
    else:
        nodes.append(helper.make_node("ReduceMean", ["shares"], ["mean"], axes=[1, 2], keepdims=0))
        nodes.append(helper.make_node("MatMul", ["mean", "weights"], ["scores"]))
    shape = ["n", 3, SIDE, SIDE] if masks else ["n", 3]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, shape)],
        [
            numpy_helper.from_array(np.float32(255), "white"),
            numpy_helper.from_array(WEIGHTS, "weights"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return model.SerializeToString()


def model(place, masks=False, **preparation) -> ExportedModel:
    (place / "model.onnx").write_bytes(network(masks))
    images = {"size": SIDE, "channels": 3, "resize": "squash", "interpolation": "bilinear"}
    card = {
        "task": "segmentation" if masks else "classification",
        "classes": CLASSES,
        "origin": {
            "study": "s", "title": {"en": "Sand or <sea>?", "id": "Pasir atau laut?"}, "arm": "net",
            "label": {"en": "Net"}, "replicate": 0, "at": {}, "identity": "x",
        },
        "strategy": "scratch",
        "recipe": {"model": {"name": "tiny"}},
        "precision": "fp32",
        "preparation": images | {"mean": [0.0] * 3, "std": [1.0] * 3} | preparation,
        "output": {"kind": "logits", "temperature": None if masks else 2.0},
        "masks_scale": "tiles" if masks else None,
        "onnx": {
            "exporter": "dynamo", "opset": 17, "items": 1, "images": "drawn",
            "largest_difference": 0.0, "tolerance": 1e-3, "tried": {},
        },
        "choice": {"rule": "named", "why": "The arm 'net' was asked for.", "phrases": []},
        "scores": {
            "primary": "accuracy", "own": {}, "replicates": 3, "test_items": 1200,
            "arm": {"accuracy": {"mean": 0.9, "ci95": [0.88, 0.92], "averaging": "mean"}},
        },
        "data": [{"name": "beach", "licence": "CC0-1.0"}],
        "versions": {"alih": "0.1.0"},
        "files": {"model.onnx": "0"},
    }  # fmt: skip
    return ExportedModel(place, ModelCard.of(card))


def softmax(scores: np.ndarray, axis: int = -1) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


ANSWER = """(async (name, data) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const file = new File([bytes], name), found = await alih.answer(file);
  const packed = (values) => btoa(values.reduce((all, one) => all + String.fromCharCode(one), ""));
  return found.mask ? {mask: packed(found.mask), shares: found.shares}
    : {probabilities: [...found.probabilities], shown: [...found.shown], unlike: found.unlike,
       pixels: packed(await alih.pixelsOf(file))};
})"""


def asked(browser, file):
    data = base64.b64encode(file.read_bytes()).decode()
    return browser.run(f"{ANSWER}('{file.name}', '{data}')")


def drawn(height: int, width: int, channels: int = 3) -> np.ndarray:
    draw = np.random.default_rng(height)
    coarse = draw.integers(0, 256, (height // 6 + 1, width // 6 + 1, channels), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def pictures(place):
    """Images of every kind that own code brings to eight bits, three channels and upright."""
    turned = Image.Exif()
    turned[0x112] = 6
    deep = drawn(50, 61)[..., 0].astype(np.uint16) * 16
    kinds = {
        "colour.png": (Image.fromarray(drawn(75, 91)), {}),
        "tall.png": (Image.fromarray(drawn(90, 40)), {}),
        "large.png": (Image.fromarray(drawn(2100, 520)), {}),
        "small.png": (Image.fromarray(drawn(13, 17)), {}),
        "turned.png": (Image.fromarray(drawn(35, 41)), {"exif": turned}),
        "clear.png": (Image.fromarray(drawn(40, 40, 4)), {}),
        "palette.png": (Image.fromarray(drawn(40, 44)).quantize(13), {"bits": 4}),
        "gray.png": (Image.fromarray(drawn(30, 31)[..., 0]), {}),
        "bits.png": (Image.fromarray(drawn(30, 37)[..., 0]).convert("1"), {}),
        "deep.png": (Image.fromarray(deep), {}),
        "plain.jpg": (Image.fromarray(drawn(40, 46)), {"quality": 95}),
        "turned.jpg": (Image.fromarray(drawn(40, 46)), {"exif": turned, "quality": 95}),
    }
    for name, (picture, how) in kinds.items():
        picture.save(place / name, **how)
    return [place / name for name in kinds]


@pytest.fixture(scope="module")
def browser():
    with Browser(width=400) as found:
        yield found


@needs_browser
def test_answers_are_those_of_python(tmp_path, browser):
    settings = Decode(SIDE, 3, "crop", "bicubic", scale=(0, 4095))
    card = {"resize": "crop", "interpolation": "bicubic", "scale": [0, 4095]}
    path = page.write(model(tmp_path, **card), tmp_path / "page.html", "id")
    images = pictures(tmp_path)
    browser.open(path)
    for image in images:
        expected = strips.read(image, settings)
        scores = (expected / np.float32(255)).mean((0, 1)) @ WEIGHTS
        found = asked(browser, image)
        pixels = np.frombuffer(base64.b64decode(found["pixels"]), np.uint8)
        far = np.abs(pixels.astype(int) - expected.ravel()).max()
        assert far <= (0 if image.suffix == ".png" else 4), image.name
        close = {"atol": 2e-5 if far == 0 else 1e-2}
        np.testing.assert_allclose(found["probabilities"], softmax(scores), **close)
        np.testing.assert_allclose(found["shown"], softmax(scores / 2), **close)
    assert not browser.requests()
    assert not browser.faults()


@needs_browser
def test_images_unlike_those_learnt_from_are_told(tmp_path, browser):
    images = [image for image in pictures(tmp_path) if image.suffix == ".png"]
    settings = Decode(SIDE, 3, "squash", "bilinear", scale=(0, 4095))
    pixels = [strips.read(image, settings) / np.float32(255) for image in images]
    scores = np.stack([one.mean((0, 1)) @ WEIGHTS for one in pixels])
    shares = np.log(softmax(scores).max(1))
    for logit in (None, float(np.median(scores.max(1)))):
        found = model(tmp_path, scale=[0, 4095])
        known = Familiarity(
            log_probability=float(np.sort(shares)[3:5].mean()), logit=logit, items=9, false_alarms=0
        )
        output = found.card.output.model_copy(update={"familiar": known})
        found = replace(found, card=found.card.model_copy(update={"output": output}))
        expected = Familiar(known.log_probability, logit, 9).unlike(scores)
        assert 0 < expected.sum() < len(images)
        browser.open(page.write(found, tmp_path / "page.html", "en"))
        told = [asked(browser, image)["unlike"] for image in images]
        assert told == expected.tolist()
    browser.choose("#files", images)
    browser.wait(f"document.querySelectorAll('#answers > *').length === {len(images)}")
    shown = "[...document.querySelectorAll('.unlike')].filter((one) => !one.hidden).length"
    assert browser.run(shown) == expected.sum()


@needs_browser
def test_the_page_shows_answers_and_says_what_it_cannot_read(tmp_path, browser):
    path = page.write(model(tmp_path), tmp_path / "page.html", "en")
    Image.fromarray(drawn(40, 40)).save(tmp_path / "a.png")
    (tmp_path / "b.txt").write_text("no image")
    browser.open(path)
    browser.choose("#files", [tmp_path / "a.png", tmp_path / "b.txt"])
    browser.wait("document.querySelectorAll('#answers > *').length === 2")
    text = browser.run("document.getElementById('answers').innerText")
    assert "“b.txt” cannot be read as an image" in text
    assert [name for name in CLASSES if name in text] == CLASSES
    assert "%" in browser.run("document.querySelector('#answers h3').textContent")
    wide = browser.run("document.documentElement.scrollWidth")
    assert wide <= browser.run("innerWidth"), "no sideways scrolling on a phone"
    browser.run("document.getElementById('licences').open = true")
    notices = "document.getElementById('notices').textContent"
    browser.run(f"new Promise((done) => setInterval(() => {notices} && done(1), 50))")
    assert "MIT License" in browser.run("document.getElementById('licence').textContent")


@needs_browser
def test_masks_are_those_of_tiles(tmp_path, browser):
    path = page.write(model(tmp_path, masks=True), tmp_path / "page.html", "en")
    image = tmp_path / "a.png"
    pixels = drawn(61, 20)
    Image.fromarray(pixels).save(image)

    def predict(squares: np.ndarray) -> np.ndarray:
        return softmax((squares / np.float32(255)) @ WEIGHTS).transpose(0, 3, 1, 2)

    parts = tiles.blended(lambda a, b: pixels[a:b], (61, 20), SIDE, tiles.OVERLAP, predict, 3)
    expected = np.concatenate([shares for _, shares in parts], 1).argmax(0)
    browser.open(path)
    found = asked(browser, image)
    mask = np.frombuffer(base64.b64decode(found["mask"]), np.uint8).reshape(61, 20)
    assert (mask != expected).mean() < 0.002, "but for ties"
    assert found["shares"] == pytest.approx(np.bincount(mask.ravel(), minlength=3) / mask.size)


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_page_is_whole_and_asks_for_nothing(tmp_path, lang):
    html = page.write(model(tmp_path, masks=True), tmp_path / "p.html", lang).read_text()
    read = Page(html)
    assert not read.faults
    assert "Sand or &lt;sea&gt;?" in html or lang == "id"
    assert not [
        url
        for tag, at in read.tags
        for url in (at.get("src"), at.get("href"))
        if url and url[0] != "#"
    ]
    assert "90.00 %" in html or "90,00 %" in html


def test_what_cannot_become_a_page_is_told(tmp_path, monkeypatch):
    found = model(tmp_path)
    monkeypatch.setattr(page, "LARGEST", 0)
    with pytest.raises(AlihError) as large:
        page.write(found, tmp_path / "p.html", "en")
    found.card.files.clear()
    with pytest.raises(AlihError) as without:
        page.write(found, tmp_path / "p.html", "en")
    assert (large.value.key, without.value.key) == ("reports.web_large", "reports.web_no_onnx")


def test_the_runtime_is_the_one_that_is_pinned():
    folder = resources.files("alih.reports.web") / "runtime"
    for name, expected in SUMS.items():
        content = gzip.decompress((folder / f"{name}.gz").read_bytes())
        assert hashlib.sha256(content).hexdigest() == expected


def test_the_command_writes_the_page_of_a_model(tmp_path, capsys):
    found = model(tmp_path)
    sums = {"model.onnx": files.sha256(tmp_path / "model.onnx")}
    (tmp_path / "model.safetensors").write_bytes(b"")
    sums["model.safetensors"] = files.sha256(tmp_path / "model.safetensors")
    found.card.model_copy(update={"files": sums}).write(tmp_path)
    assert cli.run(["export", str(tmp_path), "--page", "--lang", "id"]) == 0
    assert "Buka dengan klik dua kali" in capsys.readouterr().out
    assert 'lang="id"' in (tmp_path / "page.html").read_text()[:100]
    assert cli.run(["export", str(tmp_path), "--page", "-o", str(tmp_path / "x.html")]) == 0
    assert (tmp_path / "x.html").exists()
    capsys.readouterr()
    assert cli.run(["export", str(tmp_path), "--page", "--arm", "net"]) == 2
    assert "--arm chooses nothing" in capsys.readouterr().err
