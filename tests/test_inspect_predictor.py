"""Predictor, `alih predict` and `Results.predictions`: a run answers anew what its cell stored, for
files and arrays."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tests.support.folders import MACHINE, ready

import alih
from alih import cli, files
from alih.api.testsplit import StoredTestSplit
from alih.data.imagepaths import Search
from alih.data.load import load as load_images
from alih.errors import AlihError
from alih.evaluation.judgement import softmax
from alih.inspect.answers import answers
from alih.reports.answers.files import AnswerTable
from alih.runs import peeks

STUDY = """
name: s
title: t
data: {folder: DATA, image_size: 32}
split: {validation: 0.25, test: 0.25}
normalise: mean-std
model: {layers: [{conv: {filters: 4, stride: 2}}, flatten]}
train: {epochs: 1, batch_size: 8, lr: 0.01}
seeds: 2
arms:
  a: {}
  b: {model: {name: mobilenetv2_035, weights: none}, transfer: finetune}
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


def computed(root: Path, text: str, precision: str = "fp32") -> alih.Results:
    ready(root, text, MACHINE.model_copy(update={"precision": precision}))
    results = alih.run(root, jobs=1)
    assert results.complete, [status.reason for status in results.status]
    return results


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> alih.Results:
    place = tmp_path_factory.mktemp("predictor")
    draw = np.random.default_rng(0)
    for label, name in enumerate(("x", "y")):
        (place / "data" / name).mkdir(parents=True)
        for index in range(12):
            pixels = draw.integers(0, 120, (40, 36, 3)) + 100 * label
            Image.fromarray(pixels.astype(np.uint8)).save(place / "data" / name / f"{index}.png")
    return computed(place / "out", STUDY.replace("DATA", str(place / "data")))


@pytest.fixture(scope="module")
def masks(tmp_path_factory) -> alih.Results:
    place = tmp_path_factory.mktemp("masks")
    draw = np.random.default_rng(0)
    for folder in ("images", "masks"):
        (place / "data" / folder).mkdir(parents=True)
    for index in range(12):
        mask = np.zeros((16, 16), np.uint8)
        mask[: draw.integers(4, 12)] = 1
        Image.fromarray(
            (mask[..., None] * 90 + draw.integers(0, 90, (16, 16, 3))).astype(np.uint8)
        ).save(place / "data" / "images" / f"{index}.png")
        Image.fromarray(mask).save(place / "data" / "masks" / f"{index}.png")
    return computed(place / "out", MASKS.replace("DATA", str(place / "data")))


def run_of(results: alih.Results, arm: str) -> Path:
    return results.root / "runs" / arm / "seed-0"


@pytest.mark.parametrize(
    ("arm", "precision"), [("a", "fp32"), ("b", "fp32"), ("a", "bf16-autocast")]
)
def test_a_trained_run_answers_what_its_cell_stored_in_its_own_number_format(
    results, tmp_path, arm, precision
):
    images = load_images(results.study.data).images
    if precision != "fp32":
        small = "b: {train: {lr: 0.02}}\ncompare"
        text = (results.root / "study.yaml").read_text()
        text = re.sub(r"b:.*compare", small, text.replace("seeds: 2", "seeds: 1"), flags=re.DOTALL)
        results = computed(tmp_path / "out", text, precision)
    predictor = alih.Predictor.open(run_of(results, arm), "cpu")
    assert predictor.form.precision == precision
    stored = np.load(run_of(results, arm) / "scores.npz")
    found = predictor(images[stored["test_item"]])
    np.testing.assert_array_equal(found.argmax(1), stored["test_prediction"])
    np.testing.assert_allclose(found.max(1), stored["test_confidence"], rtol=1e-5)
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-5)
    assert predictor(images[:0]).shape == (0, 2)


def test_a_segmentation_run_gives_the_masks_that_its_cell_counted(masks):
    images = load_images(masks.study.data, task="segmentation")
    predictor = alih.Predictor.open(run_of(masks, "a"), "cpu")
    stored = np.load(run_of(masks, "a") / "scores.npz")
    items, classes = stored["test_item"], len(images.classes)
    found = predictor(images.images[items])
    assert found.shape == (len(items), 16, 16)
    for mask, truth, counts in zip(found, images.masks[items], stored["test_counts"], strict=True):
        scored = truth < classes
        expected = np.zeros((classes, classes), int)
        np.add.at(expected, (truth[scored], mask[scored]), 1)
        np.testing.assert_array_equal(expected, counts)
    shares = predictor.probabilities(images.images[items[:1]])
    np.testing.assert_array_equal(shares.argmax(1), found[:1])


def test_a_report_shows_test_masks_that_the_runs_models_predict(masks, tmp_path):
    root = shutil.copytree(masks.root, tmp_path / "m")
    split = StoredTestSplit(root, masks.study)
    run = run_of(masks, "a")
    items = np.load(run / "scores.npz")["test_item"][:2].tolist()
    images = load_images(masks.study.data, task="segmentation")
    predicted = alih.Predictor.open(run)(images.images[items])
    for item, mask, shown in zip(items, predicted, split.masked(run, items), strict=True):
        for found, expected in zip(
            shown, (images.images[item], images.masks[item], mask), strict=True
        ):
            np.testing.assert_array_equal(found, expected)
    page = alih.open_results(root).report("en", show_test=True).read_text(encoding="utf-8")
    assert "a: the lowest IoU on the test split" in page
    assert len(peeks.read(root)) == 1


def test_runs_of_bf16_weights_and_other_devices_fall_back_or_refuse(results, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(results.root, root)
    card = files.read_json(root / "runs/a/seed-0/card.json")
    files.write_json(root / "runs/a/seed-0/card.json", card | {"precision": "bf16-weights"})
    assert alih.Predictor.open(root / "runs/a/seed-0").form.precision == "fp32"
    for place, device, key in (
        (root, "cpu", "inspect.look_study"),
        (root / "runs/a/seed-0", "tpu", "models.no_such_device"),
        (root / "absent", "cpu", "inspect.look_no_folder"),
    ):
        with pytest.raises(AlihError) as error:
            alih.Predictor.open(place, device)
        assert error.value.key == key
    predictor = alih.Predictor.open(run_of(results, "a"), "cpu")
    for wrong in (
        np.zeros((1, 8, 8, 3), np.uint8),
        np.zeros((1, 32, 32, 3)),
        np.zeros((32, 32, 3), np.uint8),
    ):
        with pytest.raises(AlihError) as error:
            predictor(wrong)
        assert error.value.key == "inspect.predict_shape"


def test_predictions_name_items_files_and_answers_of_every_replicate(results):
    table = results.predictions("a")
    stored = [np.load(results.root / "runs/a" / f"seed-{r}" / "scores.npz") for r in (0, 1)]
    assert len(table) == sum(len(one["test_item"]) for one in stored)
    named = {
        row["item"]: row["file"]
        for row in csv.DictReader((results.root / "items.csv").read_text().splitlines())
    }
    rows = table.rows
    assert list(rows[0]) == [
        "item",
        "file",
        "label",
        "prediction",
        "probability",
        "log_loss",
        "replicate",
    ]
    classes = ["x", "y"]
    for row, item, label, answer in zip(
        rows,
        *(
            np.concatenate([one[f"test_{k}"] for one in stored])
            for k in ("item", "label", "prediction")
        ),
        strict=True,
    ):
        assert (row["item"], row["label"], row["prediction"]) == (
            item,
            classes[label],
            classes[answer],
        )
        assert row["file"] == named[str(item)]
        assert row["file"].startswith(row["label"])
    values = results.probabilities("a", replicate=1)
    assert values.values.shape == (len(values.item), 2)
    assert [classes[i] for i in values.values.argmax(1)] == [
        row["prediction"] for row in rows if row["replicate"] == 1
    ]
    assert "prediction" in table._repr_html_()
    assert "4 finished" in results._repr_html_()
    for call, key in (
        (lambda: results.predictions("c"), "reports.unknown_arm"),
        (lambda: results.predictions("a", "train"), "reports.no_scores"),
        (lambda: results.probabilities("a", replicate=7), "reports.which_cell"),
    ):
        with pytest.raises(AlihError) as error:
            call()
        assert error.value.key == key


def test_predictions_of_masks_are_their_iou(masks):
    rows = masks.predictions("a").rows
    assert set(rows[0]) == {"item", "file", "iou", "log_loss", "replicate"}
    assert all(0 <= row["iou"] <= 1 for row in rows)
    with pytest.raises(AlihError) as error:
        masks.probabilities("a")
    assert error.value.key == "reports.no_probabilities"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "deep").mkdir(parents=True)
    draw = np.random.default_rng(1)
    for name in ("a.png", "a.jpg", "deep/b.png", "deep/c.png"):
        Image.fromarray(draw.integers(0, 256, (20, 24, 3), dtype=np.uint8)).save(folder / name)
    (folder / "deep/broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (folder / "notes.txt").write_text("x")
    (folder / "raw.heic").write_text("x")
    return folder


def test_predict_writes_a_row_for_each_usable_image(results, photos, tmp_path, capsys):
    out, run = tmp_path / "new" / "answers.csv", run_of(results, "b")
    assert (
        cli.run(
            [
                "predict",
                str(run),
                str(photos),
                "-o",
                str(out),
                "--all",
                "--batch",
                "2",
                "--device",
                "cpu",
            ]
        )
        == 1
    )
    told = capsys.readouterr()
    assert "broken.png" in told.err
    assert ".heic" in told.err
    rows = list(csv.DictReader(out.read_text().splitlines()))
    names = ["a.jpg", "a.png", "deep/b.png", "deep/c.png"]
    assert [row["file"] for row in rows] == [str(photos / name) for name in names]
    predictor = alih.Predictor.open(run, "cpu")
    heat = predictor.judgement.temperature
    assert heat not in (None, 1)
    scores = predictor.scores(np.stack([predictor.read(photos / name) for name in names]))
    expected = softmax(scores / heat)
    found = np.array([[float(row[f"probability:{name}"]) for name in ("x", "y")] for row in rows])
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    assert [row["class"] for row in rows] == [("x", "y")[i] for i in found.argmax(1)]
    assert [float(row["probability"]) for row in rows] == found.max(1).tolist()
    assert cli.run(["predict", str(run), str(photos / "a.png"), str(photos / "a.jpg")]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[0] == "file,class,probability,uncalibrated"
    assert len(told.out.splitlines()) == 3


def test_predict_writes_masks_of_the_images_own_size(masks, photos, tmp_path, capsys):
    run, out = str(run_of(masks, "a")), tmp_path / "masks"
    assert cli.run(["predict", run, str(photos), "-o", str(out)]) == 1
    found = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert found == ["a.jpg.png", "a.png.png", "areas.csv", "deep/b.png", "deep/c.png"]
    for row in csv.DictReader((out / "areas.csv").read_text().splitlines()):
        mask = np.asarray(Image.open(row["mask"]))
        assert (int(row["width"]), int(row["height"])) == (24, 20)
        pixels = [int(value) for name, value in row.items() if name.startswith("pixels:")]
        assert pixels == np.bincount(mask.ravel(), minlength=2).tolist()
        assert float(row["share:1"]) == pytest.approx(pixels[1] / 480, rel=1e-5)
    over = tmp_path / "over"
    found = ["predict", run, str(photos / "*.png"), "-o", str(out), "--overlay"]
    assert cli.run([*found, str(over)]) == 0
    alone = alih.segment(run, photos / "a.png", tmp_path / "alone")
    assert alone._repr_html_().startswith('<img src="data:image/png;base64,')
    assert (over / "a.png").read_bytes() == (tmp_path / "alone" / "overlay.png").read_bytes()
    assert cli.run([*found, str(out)]) == 2
    alih.segment(run, photos / "deep/b.png", tmp_path / "alone")
    assert (out / "deep/b.png").read_bytes() == (tmp_path / "alone" / "mask.png").read_bytes()
    before = (photos / "a.png").read_bytes()
    for arguments in (
        ["-o", str(photos)],
        ["-o", str(photos / "deep")],
        [],
        ["-o", str(out), "--all"],
    ):
        assert cli.run(["predict", run, str(photos), *arguments]) == 2
    assert (photos / "a.png").read_bytes() == before


def test_predict_tells_mistakes_and_leaves_no_file(results, photos, tmp_path, capsys):
    run, out = str(run_of(results, "a")), tmp_path / "answers.csv"
    (tmp_path / "empty").mkdir()
    for arguments, word in (
        ([str(results.root), str(photos)], "runs/b/seed-1"),
        ([run, str(tmp_path / "absent")], "absent"),
        ([run, str(tmp_path / "empty")], "empty"),
        ([run, str(photos / "deep/broken.png")], "broken.png"),
        ([run, str(photos), "--batch", "0"], "0"),
        ([run, str(photos), "--device", "tpu"], "tpu"),
    ):
        assert cli.run(["predict", *arguments, "-o", str(out)]) == 2
        assert word in capsys.readouterr().err
        assert not out.exists()
    assert cli.run(["predict", run, str(photos), "-o", str(tmp_path / "empty")]) == 2


def test_a_stop_leaves_whole_rows_and_files_are_read_as_they_are_needed(results, photos, tmp_path):
    predictor, seen = alih.Predictor.open(run_of(results, "a"), "cpu"), []

    def endless():
        for image in iter(lambda: next(iter(Search([photos / "a.png"]))), None):
            seen.append(image)
            yield image

    out = tmp_path / "answers.csv"

    def interrupted() -> None:
        with AnswerTable(out, predictor.classes) as table:
            for count, group in enumerate(answers(predictor, endless(), 3)):
                if count == 2:
                    raise KeyboardInterrupt
                table.add(group)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(list(csv.DictReader(out.read_text().splitlines()))) == 6
    assert len(seen) <= 18


def test_a_search_names_places_apart_and_goes_on_after_loops(photos, tmp_path):
    (photos / "deep" / "loop").symlink_to(photos)
    other = tmp_path / "more" / "photos"
    other.mkdir(parents=True)
    shutil.copy(photos / "a.png", other / "a.png")
    found = list(Search([photos, other, other / "a.png", photos / "a.jpg"]))
    places = [str(image.place) for image in found if image.fault is None]
    assert len(set(places)) == len(places) == 8
    assert [image.fault.key for image in found if image.fault] == ["study.folder_loop"]


def test_dir_of_the_package_is_its_public_names():
    assert dir(alih) == sorted(alih.__all__)
    assert all(hasattr(alih, name) for name in alih.__all__)


def test_a_damaged_file_is_named(results, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(results.root, root)
    weights = root / "runs/a/seed-0/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:40])
    with pytest.raises(AlihError) as error:
        alih.Predictor.open(weights.parent)
    assert error.value.key == "inspect.look_damaged"
    assert json.loads((weights.parent / "card.json").read_text())["arm"] == "a"
    assert torch.is_grad_enabled()


def test_images_are_decoded_as_the_data_card_says_where_the_document_cannot_be_read(
    results, tmp_path
):
    root = tmp_path / "copy"
    shutil.copytree(results.root, root)
    (root / "study.yaml").write_text("no: study\n")
    data = files.read_json(root / "data.json")
    files.write_json(root / "data.json", data | {"resize": "crop, bicubic, antialiased"})
    found = alih.Predictor.open(root / "runs/a/seed-0", "cpu").decode
    assert (found.size, found.channels, found.resize, found.interpolation) == (
        32,
        3,
        "crop",
        "bicubic",
    )
