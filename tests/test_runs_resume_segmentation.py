"""A segmentation study through real processes: SIGKILL at random moments, the same bytes in the
end; what it says then."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.compared import compare
from tests.support.folders import MACHINE, ready
from tests.support.processes import killed, outcome

import alih
from alih import files
from alih.cli import run

pytestmark = pytest.mark.torch

STUDY = """
schema: 1
name: shapes
title: Shapes
task: segmentation
data: {folder: FOLDER, image_size: 32}
split: {validation: 0.25, test: 0.25}
seeds: 1
model: {name: unet, width: 4, depth: 2}
train: {epochs: 3, batch_size: 8, lr: 0.003, keep: best, monitor: iou_macro}
augment: {flip: true, shift: 2, rotation: 10}
arms:
  plain: {}
  dice: {train: {loss: {cross-entropy: 1, dice: 1}, class_weights: balanced}}
compare: {baseline: plain, metrics: {iou_macro: , boundary_f1: }}
"""


@pytest.fixture(scope="module")
def document(tmp_path_factory) -> Path:
    """Bright discs on noise, with masks 0/255."""
    place = tmp_path_factory.mktemp("shapes")
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:32, :32]
    for index in range(48):
        cy, cx, r = rng.uniform(8, 24), rng.uniform(8, 24), rng.uniform(4, 8)
        inside = (y - cy) ** 2 + (x - cx) ** 2 < r * r
        image = rng.integers(0, 120, (32, 32, 3)) + 110 * inside[..., None]
        for kind, pixels in (("images", image), ("masks", 255 * inside)):
            file = place / "set" / kind / f"{index:02d}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels.astype(np.uint8)).save(file)
    file = place / "shapes.yaml"
    file.write_text(STUDY.replace("FOLDER", str(place / "set")))
    return file


@pytest.fixture(scope="module")
def whole(document, tmp_path_factory) -> Path:
    """A finished, never interrupted folder."""
    out = tmp_path_factory.mktemp("whole") / "study"
    MACHINE.write(out)
    shutil.copy(document, out / "study.yaml")
    assert alih.run(out, jobs=1).complete
    return out


def test_killed_anywhere_and_run_again_gives_the_same(whole, document, tmp_path):
    out = ready(tmp_path / "study", document.read_text())
    chance = random.Random(3)
    assert sum(killed(out, chance) for _ in range(2))
    assert alih.run(out, jobs=1).complete
    assert outcome(out) == outcome(whole)
    assert len(outcome(out)) == 2 * 4
    assert files.sha256(out / "pictures/seed-0.npz") == files.sha256(whole / "pictures/seed-0.npz")


def test_the_finished_study_is_compared_by_its_counts(whole, capsys):
    found = compare(whole, record_look=False)
    assert found["primary"] == "iou_macro"
    entry = found["arms"]["plain"]["metrics"]
    assert {
        "iou_macro",
        "dice_macro",
        "pixel_accuracy",
        "iou_foreground",
        "boundary_f1",
        "log_loss",
    } <= entry.keys()
    assert "accuracy" not in entry
    assert entry["iou_macro"]["averaging"] == "macro of present classes"
    assert set(found["references"]) == {"majority", "position", "chance"}
    assert {row["metric"] for row in found["comparisons"]} == {"iou_macro", "boundary_f1"}
    assert run(["compare", str(whole), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["primary"] == "iou_macro"
