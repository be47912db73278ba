"""What belongs to one task is refused in a study of the other: metrics, strategies, smoothing of a
loss that is not there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.folders import problems

from alih.evaluation import segmentation
from alih.metrics import METRICS, metrics_of
from alih.study.document.problems import Problem
from alih.study.loading import load

BASE = {
    "segmentation": "title: t\ntask: segmentation\ndata: {{folder: {folder}, image_size: 32}}\n"
    "model: {{name: unet, width: 4}}\n",
    "classification": "title: t\ndata: {{set: fashion-mnist-mini}}\nmodel: dcnn\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("set")
    for kind in ("images", "masks"):
        (place / kind).mkdir()
        for index in range(12):
            pixels = np.zeros((8, 8) if kind == "masks" else (8, 8, 3), np.uint8)
            pixels[: 2 + index % 4] = 255
            Image.fromarray(pixels).save(place / kind / f"{index}.png")
    return place


@pytest.fixture(scope="module")
def classes(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same twelve images, in two classes."""
    place = tmp_path_factory.mktemp("classes")
    for index in range(12):
        (place / "ab"[index % 2]).mkdir(exist_ok=True)
        shutil.copy(folder / "images" / f"{index}.png", place / "ab"[index % 2])
    return place


def found(folder: Path, tmp_path: Path, task: str, *lines: str) -> list[Problem]:
    base = BASE[task].format(folder=folder)
    for key in ("data", "model"):
        if any(line.startswith(f"{key}:") for line in lines):
            base = re.sub(f"{key}: .*\n", "", base)
    text = base + "".join(f"{line}\n" for line in lines)
    if not any(line.startswith("arms") for line in lines):
        text += "arms: {a: {}, b: {train: {lr: 0.01}}}\n"
    if not any(line.startswith("compare") for line in lines):
        text += "compare: {baseline: a}\n"
    if not any(line.startswith("train") for line in lines):
        text += "train: {batch_size: 2}\n"
    file = tmp_path / "s.yaml"
    file.write_text(text, encoding="utf-8")
    return problems(file)


@pytest.mark.parametrize("task", sorted(BASE))
def test_metrics_of_the_other_task_are_refused_wherever_they_stand(folder, tmp_path, task):
    other = next(name for name in sorted(BASE) if name != task)
    wrong = next(name for name in METRICS if name not in metrics_of(task))
    right = next(iter(metrics_of(task)))
    assert found(folder, tmp_path, task) == []
    lines = {
        "compare: {baseline: a, primary: NAME}": "compare.primary",
        "compare: {baseline: a, metrics: {NAME: }}": "compare.metrics.NAME",
        "train: {batch_size: 2, monitor: NAME}": "train.monitor",
        (
            "train: {batch_size: 2, early_stopping: {patience: 2, monitor: NAME}}"
        ): "train.early_stopping.monitor",
        "published: {a: {test: {NAME: 0.9}}}": "published.a.test.NAME",
    }
    for line, path in lines.items():
        assert found(folder, tmp_path, task, line.replace("NAME", right)) == []
        (problem,) = found(folder, tmp_path, task, line.replace("NAME", wrong))
        assert (problem.key, problem.path) == (
            "study.metric_of_other_task",
            path.replace("NAME", wrong),
        )
        assert f"'{wrong}' is a metric of {other}" in str(problem)
        (problem,) = found(folder, tmp_path, task, line.replace("NAME", f"{right}x"))
        assert problem.key == "study.unknown_metric"
        assert right in str(problem)
        assert wrong not in re.split(r"[ ,.:']+", str(problem))


def test_each_task_has_its_own_primary_metric(folder, tmp_path):
    file = tmp_path / "s.yaml"
    for task, primary in (("segmentation", "iou_macro"), ("classification", "accuracy")):
        found(folder, tmp_path, task)
        study = load(file)
        assert study.primary == primary
        assert METRICS[primary].tasks == (task,)
    assert METRICS["iou_macro"].kind == "set"
    assert set(segmentation.SET) < set(metrics_of("segmentation"))


@pytest.mark.parametrize("strategy", ["direct", "features"])
def test_strategies_that_answer_once_an_image_are_refused(folder, tmp_path, strategy):
    arms = f"arms: {{a: {{}}, b: {{model: mobilenetv2_100, transfer: {strategy}}}}}"
    problems = found(folder, tmp_path, "segmentation", arms)
    told = [problem for problem in problems if problem.path.endswith("transfer.strategy")]
    assert [problem.key for problem in told] == ["study.segmentation_strategy"]
    assert "freeze: all" in str(told[0])


def test_label_smoothing_needs_cross_entropy(folder, tmp_path):
    both = "train: {batch_size: 2, label_smoothing: 0.1, loss: {cross-entropy: 1, dice: 1}}"
    assert found(folder, tmp_path, "segmentation", both) == []
    (problem,) = found(
        folder, tmp_path, "segmentation", "train: {batch_size: 2, label_smoothing: 0.1, loss: dice}"
    )
    assert (problem.key, problem.path) == (
        "study.smoothing_without_cross_entropy",
        "train.label_smoothing",
    )


@pytest.mark.parametrize("task", ["segmentation", "classification"])
@pytest.mark.parametrize(
    ("split", "key", "path"),
    [
        ("split: {scheme: repeated-kfold, folds: 7}", "study.fold_too_small", "split.folds"),
        ("split: {scheme: repeated-kfold, folds: 6}", None, ""),
        ("split: {test: 0.1}", "study.drawn_test_small", "split.test"),
        ("split: {test: 0.2}", None, ""),
    ],
)
def test_a_test_part_of_one_image_is_refused(folder, classes, tmp_path, task, split, key, path):
    place = folder if task == "segmentation" else classes
    lines = [split, *([f"data: {{folder: {place}}}"] if task == "classification" else [])]
    problems = found(place, tmp_path, task, *lines)
    assert [(problem.key, problem.path) for problem in problems] == ([(key, path)] if key else [])


def test_a_ready_test_part_of_one_image_is_refused(folder, tmp_path):
    place = tmp_path / "parts"
    shutil.copytree(folder, place / "train")
    for kind in ("images", "masks"):
        (place / "test" / kind).mkdir(parents=True)
        shutil.copy(folder / kind / "0.png", place / "test" / kind / "x.png")
    (problem,) = found(place, tmp_path, "segmentation")
    assert (problem.key, problem.path, problem.values["got"]) == (
        "study.ready_test_small",
        "data",
        1,
    )
    assert "1 image" in str(problem)


def test_few_training_images_may_hold_many_classes_of_pixels(folder, tmp_path):
    masks = f"data: {{folder: {folder}, masks: {{a: 0, b: 255, c: 1, d: 2}}}}"
    assert found(folder, tmp_path, "segmentation", masks, "vary: {train_images: [2, 4]}") == []
    (problem,) = found(folder, tmp_path, "classification", "vary: {train_images: [2, 100]}")
    assert problem.key == "study.too_few_images"


@pytest.mark.parametrize(
    ("model", "size", "batch", "key"),
    [
        ("{name: deeplabv3plus, encoder: mobilenetv2_100}", 64, 1, "study.batch_of_one_pooled"),
        ("{name: deeplabv3plus, encoder: mobilenetv2_100}", 64, 2, None),
        ("{name: unet, encoder: mobilenetv2_100}", 32, 1, "study.batch_of_one_small"),
        ("{name: fpn, encoder: resnet18}", 20, 1, "study.batch_of_one_small"),
        ("{name: fpn, encoder: resnet18}", 33, 1, None),
        ("{name: unet, width: 4}", 32, 1, None),
    ],
)
def test_a_batch_of_one_whose_maps_are_single_pixels_is_refused(
    folder, tmp_path, model, size, batch, key
):
    lines = [
        f"data: {{folder: {folder}, image_size: {size}}}",
        f"model: {model}",
        f"train: {{batch_size: {batch}}}",
    ]
    problems = found(folder, tmp_path, "segmentation", *lines)
    assert {(problem.key, problem.path) for problem in problems} == (
        {(key, "train.batch_size")} if key else set()
    )


@pytest.mark.parametrize(
    ("model", "size", "transfer", "refused"),
    [
        ("resnet18", 32, "scratch", True),
        ("mobilenetv2_100", 33, "scratch", False),
        ("inception_resnet_v2", 106, "finetune", True),
        ("inception_resnet_v2", 107, "finetune", False),
        ("resnet18", 32, "{strategy: finetune, freeze: 9}", True),
        ("resnet18", 32, "{strategy: finetune, freeze: all}", False),
        ("resnet18", 32, "{strategy: finetune, freeze: all, batch_norm: adapt}", True),
        ("resnet18", 32, "{strategy: finetune, batch_norm: fixed}", False),
        ("resnet18", 32, "{strategy: features, classifier: knn}", False),
    ],
)
def test_a_backbone_that_normalises_single_values_needs_two_images(
    classes, tmp_path, model, size, transfer, refused
):
    lines = [
        f"data: {{folder: {classes}, image_size: {size}}}",
        f"model: {model}",
        "train: {batch_size: 1}",
        f"transfer: {transfer}",
    ]
    problems = found(classes, tmp_path, "classification", *lines)
    assert {(problem.key, problem.path) for problem in problems} == (
        {("study.batch_of_one_small", "train.batch_size")} if refused else set()
    )


def test_a_level_of_one_training_image_is_a_batch_of_one(folder, tmp_path):
    lines = [f"data: {{folder: {folder}, image_size: 32}}", "vary: {train_images: [1, 4]}"]
    assert found(folder, tmp_path, "segmentation", *lines) == []
    (problem,) = found(
        folder, tmp_path, "segmentation", *lines, "model: {name: unet, encoder: resnet18}"
    )
    assert (problem.key, problem.path) == ("study.batch_of_one_small", "vary.train_images")
