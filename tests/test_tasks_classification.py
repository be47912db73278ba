"""Per-item arrays of classification: what is computed for which metrics, exact copies on disk, many
classes."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from alih.data.imageset import ImageSet
from alih.data.pixels import Format
from alih.evaluation import metrics
from alih.runs.folder import CellFolder
from alih.study.document.augment import Augment
from alih.study.document.train import Train
from alih.study.planning.cells import Cell
from alih.tasks import classification, losses
from alih.tasks.columns import Columns
from alih.tasks.table import TASKS
from alih.training import outputs
from alih.training.batches import Loader
from alih.training.device import Machine
from alih.transfer.contract import Context
from alih.transfer.supervised import Supervised


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def batches(n: int = 50, classes: int = 7, size: int = 16):
    logits = 3 * torch.randn(n, classes, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(n) % classes
    return [
        (logits[i : i + size], labels[i : i + size], np.arange(i, min(i + size, n)))
        for i in range(0, n, size)
    ]


def test_probabilities_are_made_only_where_they_are_asked_for():
    plain = classification.item_arrays(iter(batches()), ("accuracy", "log_loss", "ece"))
    assert set(plain) == {"item", "label", "prediction", "confidence", "log_loss"}
    brier = classification.item_arrays(iter(batches()), ("brier",))
    assert set(brier) == {*plain, "brier"}
    stored = classification.item_arrays(iter(batches()), (), stored=True)
    assert set(stored) == {*plain, "largest", "probability"}
    logits, labels = (
        torch.cat([b[0] for b in batches()]),
        np.concatenate([b[1].numpy() for b in batches()]),
    )
    probability = logits.log_softmax(1).exp().numpy()
    np.testing.assert_array_equal(brier["brier"], metrics.brier(probability, labels))
    np.testing.assert_array_equal(stored["probability"], probability.astype(np.float16))
    np.testing.assert_array_equal(plain["confidence"], probability.max(1))


def test_a_table_of_probabilities_that_is_too_large_is_not_kept(monkeypatch):
    monkeypatch.setattr(classification, "PROBABILITIES", 33 * 7)
    found = classification.item_arrays(iter(batches()), (), stored=True)
    assert "probability" not in found
    assert classification.extra(
        {"test": found, "validation": {"probability": np.zeros(3)}}
    ).keys() == {"validation"}


def test_columns_are_moved_when_enough_of_them_waits(monkeypatch):
    monkeypatch.setattr("alih.tasks.columns.HELD", 100)
    columns = Columns()
    for start in range(0, 40, 8):
        columns.add(
            np.arange(start, start + 8),
            double=2 * torch.arange(start, start + 8),
            pairs=torch.zeros(8, 2),
        )
    found = columns.arrays()
    assert found["double"].tolist() == (2 * found["item"]).tolist() == list(range(0, 80, 2))
    assert found["pairs"].shape == (40, 2)


def test_calibration_of_stored_scores_is_the_cards(tmp_path):
    """Confidences in half precision moved the calibration error in its fourth digit."""
    arrays = classification.item_arrays(iter(batches(500)), ("ece", "brier"), stored=True)
    card = classification.summarise(arrays, ("ece", "brier", "log_loss"), list("abcdefg"))
    folder = CellFolder(tmp_path, Cell("a", 0))
    outputs.write_scores(folder.path, TASKS["classification"], {"test": arrays})
    stored = folder.scores("test")
    assert {name: metrics.compute(name, stored) for name in card} == card
    half = metrics.ece(
        stored["confidence"].astype(np.float16), stored["label"] == stored["prediction"]
    )
    assert half != card["ece"]


@pytest.mark.parametrize("side", [28, 160, 224])
def test_evaluation_batches_of_usual_sizes_stay(side):
    assert classification.evaluation_batch(side, side) == 256


def test_evaluation_batches_are_bounded_by_pixels():
    assert classification.evaluation_batch(384, 384) == 87
    assert classification.evaluation_batch(9000, 9000) == 1


@pytest.mark.parametrize("loss", ["focal", {"cross-entropy": 1.0, "focal": 0.5}])
def test_the_objective_of_a_split_is_its_weighted_mean(loss):
    """Batches with other shares of the heavy class: their means averaged by size are another
    number."""
    weights = torch.tensor([1.0, 20.0, 3.0])
    objective = classification.objective(Train(loss=loss), weights)
    logits = torch.randn(30, 3, generator=torch.Generator().manual_seed(1))
    labels = torch.tensor([1] * 10 + [0] * 12 + [2] * 8)
    meter = outputs.Meter(objective)
    for start in (0, 10, 20):
        meter.add(logits[start : start + 10], labels[start : start + 10])
    assert meter.mean == pytest.approx(float(objective(logits, labels)), rel=1e-6)
    halves = np.mean(
        [float(objective(logits[i : i + 10], labels[i : i + 10])) for i in (0, 10, 20)]
    )
    assert abs(halves - meter.mean) > 0.01


def test_the_objective_of_maps_is_weighted_by_scored_pixels():
    objective = losses.objective({"focal": 1.0})
    logits = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(2))
    labels = torch.randint(0, 3, (2, 4, 4), generator=torch.Generator().manual_seed(3))
    labels[1, 1:] = 255
    meter = outputs.Meter(objective)
    for one in range(2):
        meter.add(logits[one : one + 1], labels[one : one + 1])
    assert meter.mean == pytest.approx(float(objective(logits, labels)), rel=1e-6)


@pytest.mark.parametrize(
    ("train", "weights", "plain"),
    [
        (Train(), None, True),
        (Train(label_smoothing=0.1), None, False),
        (Train(), torch.ones(7), False),
        (Train(loss={"cross-entropy": 2.0}), None, False),
        (Train(loss="focal"), None, False),
    ],
)
def test_the_log_loss_is_the_objective_only_where_nothing_is_added(train, weights, plain):
    logits, labels, _ = batches()[0]
    objective = classification.objective(train, weights)
    assert objective.plain is plain
    if plain:
        loss = objective(logits, labels)
        assert torch.equal(
            classification.running(logits, labels, loss)["log_loss"],
            classification.running(logits, labels)["log_loss"],
        )


class Largest(TorchDispatchMode):
    """Notes how many numbers the largest tensor has that an operation makes."""

    most = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        for tensor in made if isinstance(made, tuple | list) else (made,):
            if isinstance(tensor, torch.Tensor):
                self.most = max(self.most, tensor.numel())
        return made


def test_a_head_of_21000_classes_learns_and_is_scored_in_memory_of_a_batch(tmp_path, monkeypatch):
    """Nothing is larger than the weights and the answers to one batch; a matrix of classes would be
    500 times as large."""
    monkeypatch.setattr(classification, "PROBABILITIES", 1 << 20)
    classes, n = 21_000, 120
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (n, 2, 2, 1), np.uint8)
    images = ImageSet(
        "x", tuple(map(str, range(classes))), pixels, rng.integers(0, classes, n), 0, {}
    )
    network = nn.Sequential(nn.Flatten(), nn.Linear(4, classes))
    task, train = TASKS["classification"], Train(batch_size=40)
    weights = task.class_weights("balanced", images.labels, np.arange(n), classes)
    strategy = Supervised(network, task, train, 3, weights)
    loader = Loader(images, Format("fp32", torch.device("cpu"), (0.0,), (1.0,)))
    context = Context(lambda name: torch.Generator(), lambda name, value: None)
    tracemalloc.start()
    with Largest() as seen:
        for batch in loader.training(np.arange(n), 40, Augment(), 0, 0, 1):
            strategy.step({"target": batch}, context)
        names = ("log_loss", "accuracy", "balanced_accuracy", "macro_f1", "ece", "brier")
        batches = loader.evaluation(np.arange(n), 40)
        arrays = outputs.score(
            strategy, task, Machine("cpu", 1, "fp32"), batches, names, stored=True
        )
        scores = task.summarise(arrays, names, images.classes)
        outputs.write_scores(tmp_path, task, {"test": arrays})
        task.examples(images, arrays, np.arange(0), lambda items: items)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.isfinite(list(scores.values())).all()
    assert scores["log_loss"] == pytest.approx(np.log(classes), rel=0.1)
    assert seen.most <= 40 * classes
    assert peak < 5 * 8 * 40 * classes  # the Brier score of a batch is computed in float64
    assert not (tmp_path / "probabilities.npz").exists()
