"""vary, tune, refit, from, early stopping, kept epochs and failures, with tiny arms on real
images."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tests.support.folders import MACHINE

import alih
from alih import files
from alih.data.imageset import ImageSet
from alih.data.pixels import Format
from alih.errors import AlihError
from alih.reports.study.attended import NEEDED
from alih.runs.card import Items
from alih.runs.folder import CellFolder, StudyFolder
from alih.study.document.augment import Augment
from alih.study.loading import load
from alih.study.planning import plan
from alih.training.batches import Address, Loader

HEAD = """
schema: 1
name: tiny
title: Tiny
data: {set: fashion-mnist-mini}
SPLIT
SEEDS
model: {layers: [{conv: {filters: 4, stride: 3}}, flatten, {dense: 8}]}
train: {epochs: 2, batch_size: 64, lr: 0.002}
compare: {baseline: a}
"""


@pytest.fixture(scope="module")
def references(tmp_path_factory) -> Path:
    """Reference scores are the same for all studies here; computing them once saves half the
    time."""
    place = tmp_path_factory.mktemp("references")
    files.write_json(place / "references.json", {"chance": {"test": {"accuracy": 0.1}}})
    return place / "references.json"


@pytest.fixture
def study_folder(tmp_path, references):
    def make(
        body: str, seeds: int = 1, **options: Any
    ) -> tuple[alih.Results, list[dict[str, Any]]]:
        document = tmp_path / "study.yaml"
        split = "" if "protocol: paper" in body or "split:" in body else "split: {validation: 0.1}"
        document.write_text(
            HEAD.replace("SPLIT", split).replace(
                "SEEDS", "" if "kfold" in body else f"seeds: {seeds}"
            )
            + body
        )
        out = tmp_path / "out"
        if not out.exists():
            out.mkdir()
            shutil.copy(document, out / "study.yaml")
            shutil.copy(references, out / "references.json")
            MACHINE.write(out)
        events: list[dict[str, Any]] = []
        return alih.run(document, out, jobs=1, on_event=events.append, **options), events

    return make


def folders(results: alih.Results) -> dict[str, CellFolder]:
    return {str(c): StudyFolder(results.root).cell(c) for c in plan.cells(results.study)}


def test_balanced_sampling_repeats_small_classes_and_is_drawn_by_address(study_folder):
    body = "arms: {a: {}, b: {train: {sampling: balanced}, augment: {shift: 2}}}\n"
    results, _ = study_folder(body + "vary: {train_images: [43]}\n")
    assert "train.sampling: none -> balanced" in results.compare()["comparisons"][0]["factors"]
    seen = folders(results)["b/seed-0/train_images=43"].arrays("attention", NEEDED)
    assert seen is not None
    wrong = seen["label"] != seen["prediction"]
    assert wrong[: wrong.sum()].all()  # wrong ones first, the highest loss first
    assert (np.diff(seen["log_loss"][wrong]) <= 0).all()
    assert ((seen["outside"] >= 0) & (seen["outside"] <= 1) | np.isnan(seen["outside"])).all()
    assert len(seen["map"]) == len(seen["image"]) == len(seen["shown"]) == 12
    assert str(seen["stage"]) == "conv1"
    images = np.random.default_rng(0).integers(0, 256, (8, 6, 6, 1), dtype=np.uint8)
    labels = np.array([0, 0, 0, 0, 0, 0, 0, 1])
    form = Format("fp32", torch.device("cpu"), (0.0,), (1.0,))
    loader = Loader(ImageSet("x", ("a", "b"), images, labels, 0, {}), form)
    items, place = np.arange(1, 8), Address(balanced=True)

    def epoch(number: int, replicate: int = 0) -> list[Any]:
        given = (items, 3, Augment(shift=2), 0, replicate, number)
        return list(loader.training(*given, stream=place))

    one, again, other = epoch(1), epoch(1), epoch(2)
    drawn = np.concatenate([batch.items for batch in one])
    assert sorted(np.bincount(labels[drawn])) == [3, 4]
    assert all(torch.equal(a.images, b.images) for a, b in zip(one, again, strict=True))
    assert drawn.tolist() != np.concatenate([batch.items for batch in other]).tolist()
    copies = torch.cat([batch.images for batch in one])[torch.from_numpy(drawn == 7)]
    assert len(copies.unique(dim=0)) > 1  # repeated images are changed anew


def test_vary_uses_nested_subsets_and_says_where(study_folder):
    results, _ = study_folder(
        "arms: {a: {}, b: {train: {lr: 0.01}}}\nvary: {train_images: [40, 80]}\n"
    )
    cells = folders(results)
    assert set(cells) == {f"{arm}/seed-0/train_images={n}" for arm in "ab" for n in (40, 80)}
    cards = {name: folder.card for name, folder in cells.items()}
    assert [cards[f"a/seed-0/train_images={n}"].items.train for n in (40, 80)] == [40, 80]
    assert cards["a/seed-0/train_images=40"].at == {"train_images": 40}
    comparison = results.compare()
    assert {c["at"]["train_images"] for c in comparison["comparisons"]} == {40, 80}


def test_tune_gives_every_arm_the_same_trials_and_takes_the_best_on_validation(study_folder):
    body = (
        "arms: {a: {}, b: {augment: {flip: true}}}\ntune: {train.lr: [1.0e-6, 0.005]}\n"
        "vary: {train_images: [200]}\nrefit: true\n"
    )
    results, _ = study_folder(body)
    for folder in folders(results).values():
        tune = folder.card.tune
        assert [trial.values for trial in tune.trials] == [
            {"train.lr": 1e-6},
            {"train.lr": 0.005},
        ]
        assert tune.chosen == 1
        accuracies = [trial.validation["accuracy"] for trial in tune.trials]
        assert accuracies[1] == max(accuracies)
        assert tune.refit is True
        assert folder.card.recipe["train"]["lr"] == 0.005
        assert folder.curve("validation", "accuracy")[0] == [1, 2], "curves are the chosen trial's"
        assert "label" not in folder.scores("validation"), (
            "after refit validation has been trained on"
        )
        assert len(folder.scores("test")["label"]) == 1000


def test_refit_trains_on_train_and_validation(study_folder):
    body = "arms: {a: {}}\nvary: {train_images: [200]}\nrefit: true\n"
    refitted, _ = study_folder(body)
    folder = next(iter(folders(refitted).values()))
    assert folder.card.tune.trials[0].epoch == 2
    trial = folder.path / "trials" / "0"
    assert (trial / "trial.json").exists()


def test_from_starts_where_the_other_arm_ended(study_folder):
    body = (
        "arms:\n"
        "  b: {from: a, model: {layers: [{conv: {filters: 4, stride: 3}}, flatten, "
        "{dense: 9}]}, train: {epochs: 1, lr: 1e-9}}\n"
        "  a: {}\nvary: {train_images: [200]}\n"
    )
    results, events = study_folder(body)
    order = [event["cell"] for event in events if event["kind"] == "started"]
    assert [cell.split("/")[0] for cell in order] == ["a", "b"]
    cells = {name.split("/")[0]: folder for name, folder in folders(results).items()}
    weights = {arm: load_file(folder.path / "model.safetensors") for arm, folder in cells.items()}
    shared = [name for name in weights["a"] if name.startswith("conv1")]
    assert shared
    for name in shared:
        torch.testing.assert_close(weights["a"][name], weights["b"][name], atol=1e-6, rtol=0)
    carried = cells["b"].card.carried
    assert carried.carried == len(shared)
    assert any("dense" in name for name in carried.fresh)


def test_a_failed_source_fails_its_dependents_with_that_reason_and_can_be_retried(study_folder):
    body = (
        "arms:\n  a: {train: {lr: 1.0e+30, optimizer: sgd, momentum: 0.9}}\n"
        "  b: {from: a, train: {lr: 0.001}}\n  c: {}\n"
        "vary: {train_images: [200]}\n"
    )
    results, events = study_folder(body)
    states = {s.cell.arm: s for s in results.status}
    assert {arm: s.state for arm, s in states.items()} == {
        "a": "failed",
        "b": "blocked",
        "c": "finished",
    }
    assert "1e+30" in states["a"].reason
    assert "train.clip_norm" in states["a"].reason
    assert "a/seed-0" in states["b"].reason
    failed = [event["cell"].split("/")[0] for event in events if event["kind"] == "failed"]
    assert failed == ["a", "b"]
    _, again = study_folder(body)
    assert not [e for e in again if e["kind"] == "started"], "failed cells wait for --retry-failed"
    _, retried = study_folder(body, retry_failed=True)
    assert [e["cell"].split("/")[0] for e in retried if e["kind"] == "started"] == ["a"]


def test_early_stopping_and_best_epoch(study_folder):
    train = "{epochs: 8, batch_size: 64, lr: 0.05, keep: best, early_stopping: {patience: 2}}"
    results, _ = study_folder(f"arms: {{a: {{train: {train}}}}}\nvary: {{train_images: [100]}}\n")
    folder = next(iter(folders(results).values()))
    epochs, losses = folder.curve("validation", "loss")
    best = epochs[int(np.argmin(losses))]
    assert folder.card.best_epoch == folder.card.kept_epoch == best
    assert folder.card.epochs == epochs[-1] == min(8, best + 2)
    kept = folder.card.metrics["validation"]["log_loss"]
    assert kept == pytest.approx(min(losses), rel=1e-6)


def test_arms_share_split_order_and_initial_weights(study_folder):
    results, _ = study_folder("arms: {a: {}, b: {}}\nvary: {train_images: [100]}\n")
    first, second = folders(results).values()
    assert first.card.identity == second.card.identity
    for name in ("model.safetensors", "scores.npz", "history.csv"):
        assert files.sha256(first.path / name) == files.sha256(second.path / name), name


def test_paper_protocol_uses_the_test_part_as_validation(study_folder):
    results, _ = study_folder(
        "protocol: paper\narms: {a: {train: {epochs: 1, batch_size: 1000}}}\n"
    )
    folder = next(iter(folders(results).values()))
    assert folder.card.items == Items(train=6000, train_eval=3000, validation=1000, test=1000)
    assert np.array_equal(
        folder.scores("validation")["prediction"], folder.scores("test")["prediction"]
    )


def test_repeated_kfold_scores_every_item_once_per_repeat(study_folder):
    body = (
        "split: {scheme: repeated-kfold, folds: 3, repeats: 1}\n"
        "arms: {a: {train: {epochs: 1, batch_size: 1000}}}\n"
    )
    results, _ = study_folder(body)
    items = [folder.scores("test")["item"] for folder in folders(results).values()]
    assert len(items) == 3
    assert len(np.unique(np.concatenate(items))) == sum(len(rows) for rows in items)


def test_full_disk_stops_with_a_sentence_and_keeps_what_is_finished(study_folder, monkeypatch):
    body = "arms: {a: {}, b: {train: {lr: 0.01}}}\nvary: {train_images: [100]}\n"
    original = files.os.fsync
    written = []

    def full(handle: int) -> None:
        written.append(handle)
        if len(written) > 25:
            raise OSError(28, "No space left on device")
        original(handle)

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(AlihError) as caught:
        study_folder(body)
    assert caught.value.key == "common.no_space"
    assert caught.value.exit_code == 2
    monkeypatch.setattr(files.os, "fsync", original)
    results, _ = study_folder(body)
    assert results.complete


def test_folder_of_another_study_or_of_something_else_is_refused(study_folder, tmp_path):
    study_folder("arms: {a: {}}\nvary: {train_images: [100]}\n")
    other = tmp_path / "other.yaml"
    other.write_text(
        HEAD.replace("name: tiny", "name: another").replace("SPLIT", "").replace("SEEDS", "")
        + "arms: {a: {}}\n"
    )
    with pytest.raises(AlihError) as caught:
        alih.run(other, tmp_path / "out", jobs=1)
    assert caught.value.key == "runs.folder_of_another_study"
    assert "tiny" in str(caught.value)
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "photo.jpg").write_text("x")
    with pytest.raises(AlihError) as caught:
        alih.run(other, tmp_path / "holiday", jobs=1)
    assert caught.value.key == "runs.folder_of_something_else"
    assert (tmp_path / "holiday" / "photo.jpg").exists()


def test_unwritable_output_is_a_sentence(tmp_path):
    document = tmp_path / "study.yaml"
    document.write_text(HEAD.replace("SPLIT", "").replace("SEEDS", "") + "arms: {a: {}}\n")
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(AlihError) as caught:
        alih.run(load(document), tmp_path / "file" / "out", jobs=1)
    assert caught.value.key in ("common.cannot_write", "runs.folder_of_something_else")


def test_fresh_begins_anew_but_keeps_the_looks(study_folder):
    body = "arms: {a: {}, b: {train: {lr: 0.01}}}\nvary: {train_images: [100]}\n"
    results, _ = study_folder(body, seeds=2)
    results.compare()
    looks = (results.root / "looks.json").read_text()
    (results.root / "mine.txt").write_text("untouched")
    machine = (results.root / "machine.json").read_text()
    again, events = study_folder(body, seeds=2, fresh=True)
    assert len([e for e in events if e["kind"] == "started"]) == 4
    steps = lambda events: [e["what"] for e in events if e["kind"] == "progress"]  # noqa: E731
    assert steps(events) == ["reading", "starting", "networks", "timing", "references"]
    assert (again.root / "looks.json").read_text() == looks
    assert (again.root / "mine.txt").exists()
    assert machine  # measured anew on the machine at hand
    _, events = study_folder(body, seeds=3)
    assert len([e for e in events if e["kind"] == "started"]) == 2
    assert steps(events) == ["reading", "starting"], "the folder holds everything else"


def test_a_diverging_trial_loses_and_the_cell_goes_on(study_folder):
    body = (
        "arms: {a: {train: {optimizer: sgd, momentum: 0.9}}}\n"
        "tune: {train.lr: [1.0e+30, 0.01]}\nvary: {train_images: [200]}\n"
    )
    results, _ = study_folder(body)
    assert results.complete
    tune = next(iter(folders(results).values())).card.tune
    assert tune.trials[0].validation is None
    assert "1e+30" in tune.trials[0].error
    assert tune.chosen == 1


def test_refit_at_a_level_keeps_the_share_of_validation(study_folder):
    results, _ = study_folder("arms: {a: {}}\nvary: {train_images: [540]}\nrefit: true\n")
    card = next(iter(folders(results).values())).card
    assert card.items.train == 600, (
        "540 of 5,400 training images and so 60 of 600 validation images"
    )


def test_a_level_may_hold_lists(study_folder):
    arm = "{model: {name: dcnn}, train: {epochs: 1, batch_size: 100}}"
    body = f"arms: {{a: {arm}}}\nvary: {{model.dropout: [[0.1, 0.2], []], train_images: [100]}}\n"
    results, _ = study_folder(body)
    assert results.complete
    names = [folder.path.name for folder in folders(results).values()]
    assert len(set(names)) == 2
    assert all(name.startswith("model.dropout=") and "[" not in name for name in names)


def test_fresh_refuses_before_it_removes(study_folder):
    body = "arms: {a: {}}\nvary: {train_images: [100]}\n"
    results, _ = study_folder(body)
    if torch.cuda.is_available():
        pytest.skip("this machine has the device that the test asks for in vain")
    with pytest.raises(AlihError) as caught:
        study_folder(body, fresh=True, device="cuda")
    assert caught.value.key == "models.no_such_device"
    assert results.complete, "nothing was removed"


def test_a_run_says_which_finished_cells_it_replaces(study_folder):
    body = "arms: {a: {}}\nvary: {train_images: [100]}\n"
    _, first = study_folder(body)
    assert not any("replaced" in event.get("text", "") for event in first)
    _, events = study_folder(body, overrides=["train.lr=0.01"])
    (text,) = (event["text"] for event in events if "replaced" in event.get("text", ""))
    assert "train.lr" in text
    kinds = [event["kind"] for event in events]
    assert kinds.index("message") < kinds.index("started"), "before anything is lost"


def test_a_listener_that_fails_is_not_the_cells_fault(study_folder, tmp_path):
    document = tmp_path / "study.yaml"
    study_folder("arms: {a: {}}\nvary: {train_images: [100]}\n")

    def broken(event: dict[str, Any]) -> None:
        if event["kind"] == "epoch":
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        alih.run(document, tmp_path / "out", jobs=1, fresh=True, on_event=broken)
    assert not list((tmp_path / "out").glob("runs/**/failed.json"))


def test_constants_of_the_training_part_are_measured_once_for_all_trials(study_folder, monkeypatch):
    from alih.training import bench

    measured = []
    monkeypatch.setattr(
        bench,
        "constants",
        lambda *given, original=bench.constants: measured.append(given[0]) or original(*given),
    )
    body = (
        "arms: {a: {normalise: mean-std}}\ntune: {train.lr: [0.001, 0.002, 0.003]}\n"
        "vary: {train_images: [100]}\nrefit: true\n"
    )
    results, _ = study_folder(body)
    assert measured == ["mean-std"]
    card = next(iter(folders(results).values())).card
    assert 0.2 < card.preprocessing.mean[0] < 0.4
    assert len(card.tune.trials) == 3
