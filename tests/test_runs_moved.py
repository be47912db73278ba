"""Study folders that were moved, renamed or copied, alone or with their images: nothing is computed
again, and everything still finds what it needs."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.folders import MACHINE, ready

import alih
from alih import cli
from alih.runs.folder import StudyFolder
from alih.study.loading import load
from alih.study.reading import moved

STUDY = """
name: s
title: t
data: {folder: photos, image_size: 8}
split: {validation: 0.4, test: 0.3}
normalise: mean-std
model: {layers: [{conv: {filters: 4, kernel: 3}}, flatten]}
train: {epochs: 2, batch_size: 4, lr: 0.01}
seeds: 2
arms: {a: {}, b: {train: {lr: 0.02}}}
compare: {baseline: a}
"""
OLD, NEW = "projek lama", "Proyek é 新 'x'"


def drawn(folder: Path) -> None:
    draw = np.random.default_rng(0)
    for label, name in enumerate(("x", "y")):
        (folder / name).mkdir(parents=True)
        for index in range(12):
            pixels = draw.integers(0, 120, (8, 8, 3)) + 100 * label
            Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{index}.png")


def folder_of(root: Path) -> str:
    return load(root).data.folder


def test_images_are_found_where_they_were_moved_with_the_study(tmp_path):
    before, root = tmp_path / OLD, tmp_path / OLD / "runs" / "s"
    drawn(before / "photos")
    ready(root, STUDY.replace("photos", json.dumps(str(before / "photos"))))
    moved.note(root)
    copy = Path(shutil.copytree(root, tmp_path / "elsewhere"))
    assert folder_of(copy) == str(before / "photos"), "a copy reads what is still there"
    after = before.rename(tmp_path / NEW)
    now = str(after / "photos")
    assert folder_of(after / "runs" / "s") == now
    (tmp_path / "link").symlink_to(after / "runs")
    assert folder_of(tmp_path / "link" / "s") == now
    assert load(after / "runs" / "s", ["data.folder=other"], anywhere=True).data.folder != now
    # Alone, or without the note of older folders, the document says what it said.
    for change in ("alone", "older", "damaged"):
        there = Path(shutil.copytree(after / "runs" / "s", tmp_path / change / "s"))
        if change == "older":
            (there / moved.FILE).unlink()
        if change == "damaged":
            (there / moved.FILE).write_text("[]")
        assert folder_of(there) == str(before / "photos")


@pytest.mark.slow
@pytest.mark.torch
def test_a_moved_study_goes_on_where_it_stopped(tmp_path, monkeypatch, capsys):
    before = tmp_path / OLD
    drawn(before / "photos")
    (before / "s.yaml").write_text(STUDY)
    root = ready(before / "runs" / "s", STUDY.replace("photos", json.dumps(str(before / "photos"))))
    MACHINE.write(root)
    assert alih.run(before / "s.yaml", root, seeds=1, jobs=1).complete
    after = before.rename(tmp_path / NEW)
    root = (after / "runs" / "s").rename(after / "runs" / "s 2 (kopi)")
    finished = {path: path.stat().st_mtime_ns for path in root.glob("runs/*/*/done")}
    assert len(finished) == 2
    # The study's folder, and its document from another directory: two ways to go on.
    for source, out, seeds in ((root, None, 2), ("s.yaml", root.relative_to(after), 3)):
        monkeypatch.chdir(after)
        assert alih.run(source, out, seeds=seeds, jobs=1).complete
        done = {path: path.stat().st_mtime_ns for path in root.glob("runs/*/*/done")}
        assert {path: done[path] for path in finished} == finished, "nothing was computed again"
        assert len(done) == 2 * seeds
        finished = done
    assert folder_of(root) == str(after / "photos")
    assert json.loads((root / moved.FILE).read_text())["folder"] == str(root)
    monkeypatch.chdir(tmp_path)
    image, model = str(after / "photos" / "y" / "3.png"), str(tmp_path / "Modél baru")
    run = str(root / "runs" / "b" / "seed-0")
    for arguments in (
        ["status", str(root)],
        ["compare", str(root)],
        ["report", str(root), "--show-test"],
        ["look", run, image, "-o", str(tmp_path / "löok")],
        ["export", str(root), "--arm", "a", "--no-onnx", "-o", model],
        ["predict", model, image, "-o", "a.csv"],
        ["predict", run, str(after / "photos"), "-o", "b.csv"],
    ):
        assert cli.run(arguments) == 0, capsys.readouterr().err
    for name, count in (("a.csv", 1), ("b.csv", 24)):
        assert len(list(csv.DictReader((tmp_path / name).read_text().splitlines()))) == count
    named = StudyFolder(root).file_names("test").values()
    assert all((after / "photos" / name).is_file() for name in named)
