"""Pages of trained networks answer for real photographs as `alih predict` and `alih segment` do."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.browser import CHROMIUM, Browser
from tests.support.folders import MACHINE, ready
from tests.support.networks import drawn_run, settled
from tests.test_reports_web import asked, model

import alih
from alih.inspect.onnx_export import write_onnx
from alih.inspect.predictor import Predictor
from alih.inspect.segment import Segmenter
from alih.reports.web import page
from alih.study.document.arm import Recipe

PETS = Path(__file__).resolve().parents[2] / "shared" / "data" / "pets37_192" / "images"

pytestmark = [
    pytest.mark.torch,
    pytest.mark.slow,
    pytest.mark.realdata,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.skipif(not PETS.is_dir(), reason="Oxford-IIIT Pet is not in ../shared/data"),
]

STUDY = """
name: pets
title: {en: Which breed is it?, id: Ras apakah ini?}
data: {folder: DATA, image_size: 160}
split: {validation: 0.3, test: 0.2}
train: {epochs: 2, batch_size: 8, lr: 0.001}
seeds: 1
arms: {net: {model: tf_efficientnet_lite0, transfer: finetune}}
compare: {baseline: net}
"""
BREEDS = ("Abyssinian", "beagle", "pug")


@pytest.fixture(scope="module")
def browser():
    with Browser() as found:
        yield found


def photographs(breed: str) -> list[Path]:
    return sorted(PETS.glob(f"{breed}_*.jpg"))


def test_twenty_photographs_are_answered_as_by_the_predictor(tmp_path, browser):
    for breed in BREEDS:
        (tmp_path / "data" / breed).mkdir(parents=True)
        for file in photographs(breed)[:30]:
            (tmp_path / "data" / breed / file.name).write_bytes(file.read_bytes())
    ready(tmp_path / "out", STUDY.replace("DATA", str(tmp_path / "data")), MACHINE)
    assert alih.run(tmp_path / "out", jobs=1).complete
    written = alih.export(tmp_path / "out", tmp_path / "model")
    predictor = Predictor.open(written.folder, "cpu")
    browser.open(alih.export_page(written.folder, lang="en"))
    images = [file for breed in BREEDS for file in photographs(breed)[30:37]][:20]
    Image.open(images[0]).save(tmp_path / "a.png")
    large = tmp_path / "large.jpg"
    Image.open(images[0]).resize((1400, 1000)).save(large, quality=92)
    for file in [*images, tmp_path / "a.png", large]:
        found = asked(browser, file)
        expected = predictor(predictor.read(file)[None])[0]
        close = 5e-5 if file != large else 0.02
        np.testing.assert_allclose(found["probabilities"], expected, atol=close, err_msg=file.name)
    assert not browser.requests()


def test_masks_of_photographs_are_those_of_the_segmenter(tmp_path, browser):
    recipe = Recipe.model_validate({"model": {"name": "unet", "width": 8, "depth": 3}})
    run = drawn_run(tmp_path / "study", recipe, ["pet", "border", "background"], 64, 3)
    predictor = Predictor.open(run, "cpu", precision="fp32")
    settled(predictor.network)
    found = model(tmp_path, masks=True, size=64, mean=[0.25] * 3, std=[0.5] * 3)
    drawn = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3)).astype(np.uint8)
    assert write_onnx(predictor, tmp_path / "model.onnx", drawn).found
    for scale in ("fit", "tiles"):
        told = replace(found, card=found.card.model_copy(update={"masks_scale": scale}))
        browser.open(page.write(told, tmp_path / f"{scale}.html", "en"))
        for file in photographs("beagle")[:3]:
            answer = Segmenter(predictor, scale, 64, 0.5).answer(file)
            expected = np.concatenate([mask for _, mask in answer.strips])
            mask = np.frombuffer(base64.b64decode(asked(browser, file)["mask"]), np.uint8)
            assert (mask != expected.ravel()).mean() < 0.001, (scale, file.name)
