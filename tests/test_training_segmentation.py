"""Segmentation cells with a tiny network: their files, resume, objectives, and verdicts from their
counts.

Images are Fashion-MNIST's; a pixel's class is how bright it is, so that a small network can learn
it.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from alih import files
from alih.data.load import load as load_images
from alih.data.pixels import Format
from alih.evaluation import segmentation
from alih.executors.prepare import write_cards
from alih.executors.references import references
from alih.metrics import METRICS, metrics_of
from alih.runs import sums
from alih.runs.folder import PICTURES, StudyFolder
from alih.study.document.augment import Augment
from alih.study.document.data import DataSpec
from alih.study.document.study import Study
from alih.study.planning import plan
from alih.study.planning.cells import Cell
from alih.training import trained
from alih.training.batches import Loader
from alih.training.cell import run_cell
from alih.training.device import Machine
from alih.verdicts import arm_runs as armruns
from alih.verdicts import family
from alih.verdicts.arm_runs import ArmRuns

MACHINE = Machine("cpu", 1, "fp32")
CLASSES = ("background", "gray", "bright")
DOCUMENT: dict[str, Any] = {
    "name": "tiny",
    "title": "Tiny",
    "task": "segmentation",
    "data": {
        "folder": "",
        "image_size": 28,
        "channels": 1,
        "masks": {"background": 0, "gray": 1, "bright": 2, "ignore": 255},
    },
    "split": {"validation": 0.2},
    "seeds": 3,
    "model": {"layers": [{"conv": {"filters": 2}}, "flatten", {"dense": 3}]},
    "train": {"epochs": 3, "batch_size": 8, "lr": 0.02},
    "augment": {"flip": True, "shift": 2},
    "arms": {"slow": {"train": {"lr": 0.002}}, "fast": {}},
    "compare": {
        "baseline": "slow",
        "metrics": dict.fromkeys(("iou_macro", "log_loss", "boundary_f1", "iou_foreground")),
    },
}


class Tiny(torch.nn.Module):
    """Two convolutions at full resolution."""

    def __init__(self, classes: int, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.first = torch.nn.Conv2d(1, 8, 3, padding=1)
        self.norm = torch.nn.BatchNorm2d(8)
        self.head = torch.nn.Conv2d(8, classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.relu(self.norm(self.first(x))))


def write_set(place: Path) -> None:
    """200 training and 60 test images of the mini set with their masks."""
    whole = load_images(DataSpec(set="fashion-mnist-mini"))
    for part, items in (("train", range(200)), ("test", range(6000, 6060))):
        for kind in ("images", "masks"):
            (place / part / kind).mkdir(parents=True)
        for item in items:
            pixels = whole.images[item, ..., 0]
            mask = np.digitize(pixels, (32, 160)).astype(np.uint8)
            mask[:2] = 255
            Image.fromarray(pixels).save(place / part / "images" / f"{item}.png")
            Image.fromarray(mask).save(place / part / "masks" / f"{item}.png")


@pytest.fixture(scope="module")
def patched(tmp_path_factory):
    """The set that `study` names; Tiny is every arm's network."""
    patch = pytest.MonkeyPatch()
    place = tmp_path_factory.mktemp("set")
    write_set(place)
    patch.setitem(DOCUMENT["data"], "folder", str(place))
    patch.setattr(
        trained,
        "assemble_network",
        lambda recipe, classes, shape, machine, seed: Tiny(classes, seed("init")),
    )
    patch.setattr(trained, "layer_table", lambda *_: [])
    yield load_images(study().data, task="segmentation")
    patch.undo()


def study(**changes) -> Study:
    return Study.model_validate({"schema": 1, **DOCUMENT, **changes})


@pytest.fixture(scope="module")
def finished(patched, tmp_path_factory) -> StudyFolder:
    root = tmp_path_factory.mktemp("study")
    for cell in plan.cells(study()):
        run_cell(root, study(), cell, MACHINE)
    return StudyFolder(root)


def test_a_cell_leaves_the_files_of_the_contract(finished, patched):
    folder = finished.cell(Cell("fast", 0))
    arrays = folder.arrays("scores")
    assert {
        name: (str(v.dtype), v.shape) for name, v in arrays.items() if name.startswith("test")
    } == {
        "test_item": ("int32", (60,)),
        "test_counts": ("uint32", (60, 3, 3)),
        "test_log_loss": ("float32", (60,)),
        "test_boundary": ("uint32", (60, 3, 4)),
    }
    truth = patched.masks[arrays["test_item"]]
    for number in range(3):
        assert (arrays["test_counts"][:, number].sum(1) == (truth == number).sum((1, 2))).all()
    assert not (folder.path / "probabilities.npz").exists()
    card = folder.card
    assert card.classes == list(CLASSES)
    assert {"log_loss", "pixel_accuracy", "iou_macro", "boundary_f1"} <= card.metrics["test"].keys()
    assert card.metrics["test"]["iou_macro"] > 0.6
    scores = segmentation.with_background(folder.scores("test"), CLASSES)
    assert card.metrics["test"]["iou_macro"] == pytest.approx(
        segmentation.compute("iou_macro", scores)
    )
    told = {(record.split, record.metric) for record in folder.history}
    assert {("train", m) for m in ("loss", "log_loss", "pixel_accuracy")} <= told
    for split in ("validation", "train-eval"):
        assert {(split, m) for m in ("loss", "log_loss", "pixel_accuracy", "iou_macro")} <= told
    # Plain cross-entropy: the objective on validation is the log loss.
    assert folder.curve("validation", "loss") == folder.curve("validation", "log_loss")


def test_the_same_pictures_are_shown_for_all_arms(finished, patched):
    with np.load(finished.root / "pictures" / "seed-0.npz") as stored:
        beside = {name: stored[name] for name in stored.files}
    validation = finished.cell(Cell("fast", 0)).scores("validation")["item"]
    assert len(beside["item"]) == 24
    assert set(beside["item"]) <= set(validation)
    np.testing.assert_array_equal(beside["mask"], patched.masks[beside["item"]])
    np.testing.assert_array_equal(beside["image"], patched.images[beside["item"]])
    for arm in ("slow", "fast"):
        examples = finished.cell(Cell(arm, 0)).arrays("examples")
        np.testing.assert_array_equal(examples["item"], beside["item"])
        assert examples["prediction"].shape == beside["mask"].shape
        assert finished.cell(Cell(arm, 1)).arrays("examples") is None
    # What is stored as a prediction is what was scored.
    scores = finished.cell(Cell("fast", 0)).scores("validation")
    for item, prediction, mask, iou in zip(
        *(({**beside, **examples})[k] for k in ("item", "prediction", "mask", "iou")), strict=True
    ):
        scored = mask != 255
        counts = np.zeros((3, 3), int)
        np.add.at(counts, (mask[scored], prediction[scored]), 1)
        row = int(np.flatnonzero(scores["item"] == item)[0])
        np.testing.assert_array_equal(counts, scores["counts"][row])
        assert iou == pytest.approx(segmentation.image_iou({"counts": counts[None]})[0])
    assert not (finished.root / "pictures" / "seed-1.npz").exists()


class Stop(Exception):
    """What a listener raises to end a cell in the middle."""


def test_damaged_pictures_are_written_anew(finished, patched, tmp_path):
    root = Path(shutil.copytree(finished.root, tmp_path / "study"))
    before = StudyFolder(root).pictures()
    (root / PICTURES).write_bytes(b"PK")
    assert sums.damaged(root) == [PICTURES]
    write_cards(root, study(), {"target": patched}, True, [PICTURES])
    assert sums.damaged(root) == []
    for name, array in StudyFolder(root).pictures().items():
        np.testing.assert_array_equal(array, before[name])


def test_an_interrupted_cell_ends_with_the_same_bytes(finished, patched, tmp_path):
    def stop(event):
        if event["kind"] == "epoch" and event["epoch"] == 2:
            raise Stop

    with pytest.raises(Stop):
        run_cell(tmp_path, study(), Cell("fast", 0), MACHINE, stop)
    run_cell(tmp_path, study(), Cell("fast", 0), MACHINE)
    for name in ("scores.npz", "history.csv", "examples.npz", "model.safetensors"):
        place = Path("runs/fast/seed-0") / name
        assert files.sha256(tmp_path / place) == files.sha256(finished.root / place)
    assert files.sha256(tmp_path / "pictures/seed-0.npz") == files.sha256(
        finished.root / "pictures/seed-0.npz"
    )


def test_pictures_of_another_set_are_replaced_and_damage_is_repaired(finished, tmp_path, patched):
    file = tmp_path / "pictures" / "seed-0.npz"
    for content in (b"", b"PK no archive"):
        files.write_bytes(file, content)
        run_cell(tmp_path, study(train={"epochs": 1, "batch_size": 64}), Cell("fast", 0), MACHINE)
        assert files.sha256(file) == files.sha256(finished.root / "pictures/seed-0.npz")
        (tmp_path / "runs/fast/seed-0/done").unlink()


def test_other_objectives_are_minimised_and_measured(patched, tmp_path):
    dice = study(
        train={
            "epochs": 3,
            "batch_size": 32,
            "lr": 0.02,
            "loss": {"cross-entropy": 1.0, "dice": 1.0},
            "class_weights": "balanced",
        }
    )
    run_cell(tmp_path, dice, Cell("fast", 0), MACHINE)
    folder = StudyFolder(tmp_path).cell(Cell("fast", 0))
    for split in ("train", "validation"):
        loss, log_loss = (
            np.array(folder.curve(split, metric)[1]) for metric in ("loss", "log_loss")
        )
        assert (loss > 0.1 + log_loss * 0.5).all()
        assert (np.diff(loss) < 0).all()
    assert folder.curve("validation", "loss") != folder.curve("validation", "log_loss")


def test_masks_move_with_their_images(patched):
    """Class by brightness makes every pixel check itself after any whole-pixel change."""
    loader = Loader(patched, Format("fp32", torch.device("cpu"), (0.0,), (1.0,)))
    items = np.arange(64)
    (batch,) = loader.training(items, 64, Augment(flip=True, shift=4, crop=3), 0, 0, 1)
    assert batch.labels.dtype == torch.int64
    assert batch.labels.shape == (64, 28, 28)
    scored = batch.labels != 255
    brightness = torch.from_numpy(
        np.digitize((batch.images[:, 0] * 255).round().numpy(), (32, 160))
    )
    assert (brightness[scored] == batch.labels[scored]).all()
    assert 0.5 < scored.float().mean() < 0.95
    plain = loader.batch(items)
    np.testing.assert_array_equal(plain.labels.numpy(), patched.masks[items])
    assert not np.array_equal(plain.labels.numpy(), batch.labels.numpy())


def runs_of(finished: StudyFolder, replicates: range, document: Study) -> dict[str, ArmRuns]:
    found = {}
    for arm in document.arms:
        own = {r: finished.cell(Cell(arm, r)) for r in replicates}
        found[arm] = ArmRuns(arm, own, {r: armruns.test_arrays(cell) for r, cell in own.items()})
    return found


def test_verdicts_come_from_the_counts(finished):
    document = study()
    judged = family.judge(document, runs_of(finished, range(3), document), {}, [])
    assert document.primary == "iou_macro"
    for metric in document.metrics:
        answer = judged.answers["fast", metric]
        values = [
            [finished.cell(Cell(arm, r)).card.metrics["test"][metric] for r in range(3)]
            for arm in ("fast", "slow")
        ]
        assert answer.means == pytest.approx([np.mean(v) for v in values], rel=1e-6)
        assert answer.test == "replicates-and-items"
        assert answer.n_items == 60
        assert (answer.difference > 0) == METRICS[metric].higher_is_better


def drawn(arm: str, right: float, seed: int) -> ArmRuns:
    """Counts of three replicates on 80 images of unequal difficulty, whose pixels are right with
    about this probability."""
    difficulty = np.random.default_rng(seed).normal(0, 0.03, 80)
    card = SimpleNamespace(varies_by_seed=True, classes=list(CLASSES))
    arrays, folder = {}, SimpleNamespace(card=card)
    for replicate in range(3):
        rng = np.random.default_rng([seed, replicate, len(arm)])
        p = np.clip(right + difficulty + rng.normal(0, 0.002), 0, 1)
        hits = rng.binomial(200, p[:, None], (80, 3))
        counts = (200 - hits)[:, :, None] * (1 - np.eye(3, dtype=int)) // 2 + hits[
            :, :, None
        ] * np.eye(3, dtype=int)
        arrays[replicate] = segmentation.with_background(
            {
                "item": np.arange(80),
                "counts": counts,
                "log_loss": -np.log(p),
                "boundary": np.ones((80, 3, 4), int),
            },
            CLASSES,
        )
    return ArmRuns(arm, dict.fromkeys(range(3), folder), arrays)


def judged_metric(runs: dict[str, ArmRuns], metric: str):
    document = study(
        compare={"baseline": "slow", "metrics": {metric: {"margin": 0.03}}, "seeds_max": 3}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            family, "_scores", lambda *_: {"drawn": ""}
        )  # looks are told apart by files, and here are none
        return family.judge(document, runs, {}, []).answers["fast", metric]


@pytest.mark.parametrize(
    "metric", ["iou_macro", "dice_macro", "pixel_accuracy", "iou_foreground", "log_loss"]
)
def test_arms_that_differ_are_told_apart_and_equal_ones_are_not(metric):
    better = judged_metric({"slow": drawn("slow", 0.8, 1), "fast": drawn("fast", 0.85, 1)}, metric)
    assert better.verdict == "better"
    same = judged_metric(
        {"slow": drawn("slow", 0.8, 1), "fast": replace(drawn("again", 0.8, 1), arm="fast")}, metric
    )
    assert same.verdict == "same"


def test_one_replicate_is_undecided_whatever_the_counts_say(finished):
    document = study(seeds=1)
    judged = family.judge(document, runs_of(finished, range(1), document), {}, [])
    answer = judged.answers["fast", "iou_macro"]
    assert (answer.verdict, answer.test, judged.charged) == ("undecided", "items-only", [])


def test_folds_are_judged_from_their_counts(patched, tmp_path):
    document = study(split={"scheme": "repeated-kfold", "folds": 3, "repeats": 1}, seeds=3)
    document = document.model_copy(update={"train": {"epochs": 2, "batch_size": 32, "lr": 0.02}})
    for cell in plan.cells(document):
        run_cell(tmp_path, document, cell, MACHINE)
    judged = family.judge(document, runs_of(StudyFolder(tmp_path), range(3), document), {}, [])
    answer = judged.answers["fast", "iou_macro"]
    assert answer.test == "corrected-resampled-t"
    assert answer.n_items == 200
    assert answer.difference > 0.1


def test_a_metric_without_a_value_gets_no_verdict(finished):
    document = study()
    runs = runs_of(finished, range(3), document)
    for own in runs.values():
        for arrays in own.arrays.values():
            for name in ("hits", "truth", "predicted"):
                arrays[name][:] = [700, 0, 0]  # background alone, and nothing else seen in it
            arrays["front"][:] = 0
    judged = family.judge(document, runs, {}, [])
    assert judged.answers["fast", "iou_foreground"] is None
    assert judged.answers["fast", "iou_macro"] is not None


def test_trivial_answers_are_stored_for_segmentation(patched):
    found = references({"target": patched}, study())
    assert set(found) == {"majority", "position", "chance"}
    for values in found.values():
        assert set(values) == {"train", "validation", "test"}
    assert found["chance"]["test"]["iou_macro"] < found["majority"]["test"]["pixel_accuracy"]
    assert found["position"]["train"]["iou_macro"] > found["majority"]["train"]["iou_macro"]


def test_every_set_metric_of_pixels_names_its_averaging():
    assert {
        name for name, metric in metrics_of("segmentation").items() if metric.kind == "set"
    } <= {name for name in METRICS if METRICS[name].averaging != "mean"}


@pytest.mark.parametrize("name", ["unet", "deeplabv3plus", "fpn"])
def test_the_last_layer_of_a_decoder_is_the_one_to_the_classes(name):
    """`from` leaves it out where the classes are others, whatever comes before it."""
    from alih.models.recipes import from_recipe
    from alih.study.document.arm import Recipe
    from alih.training.warmstart import _last

    model = {"name": name, "encoder": "mobilenetv2_100", "weights": "none"}
    network = from_recipe(
        Recipe.model_validate({"model": model, "normalise": "unit"}), 5, (3, 64, 64), lambda _: 0
    )
    assert dict(network.named_modules())[_last(network)].out_channels == 5
